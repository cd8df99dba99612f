"""Lists of assets by kind, and nodes by their ids."""

from __future__ import annotations

from collections.abc import Mapping

import strawberry

from api.graphql import types as t
from api.graphql import views
from api.graphql.paging import Connection, Node, at_most, connection, position
from api.graphql.past import commit
from api.graphql.types import Info, on_workspace
from fabric.errors import QueryError
from fabric.workspace import Workspace

__all__ = ["ListingQuery"]

_MOST = 200
_COMMIT = "commit:"


@strawberry.type
class ListingQuery:
    """Lists, and nodes by their ids."""

    @strawberry.field(
        description="A node by its id: an asset, a source, a harvest run or a commit; null where there is none."
    )
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:  # noqa: A002
        """A node by its id."""
        return (await on_workspace(info, lambda w: _nodes(w, [id])))[0]

    @strawberry.field(
        description="Nodes by their ids, in that order, with null where there is none; at most 200 at once."
    )
    async def nodes(self, info: Info, ids: list[strawberry.ID]) -> list[Node | None]:
        """Nodes by their ids."""
        if len(ids) > _MOST:
            raise QueryError(f"{len(ids)} nodes were asked for", remedy=f"ask for at most {_MOST} at once")
        return await on_workspace(info, lambda w: _nodes(w, ids))

    @strawberry.field(description="Tables, views, files and streams, by title; at most 200 at once.")
    async def datasets(
        self,
        info: Info,
        first: int = 50,
        after: str | None = None,
        platforms: list[str] | None = None,
        sources: list[str] | None = None,
        tags: list[str] | None = None,
        domains: list[str] | None = None,
        owners: list[str] | None = None,
    ) -> Connection[t.Asset]:
        """Tables, views, files and streams."""
        filters = {"platform": platforms, "source": sources, "tag": tags, "domain": domains, "owner": owners}
        return await _listed(info, ["dataset"], filters, first, after)

    @strawberry.field(description="Machine-learning models and their versions, by title; at most 200 at once.")
    async def models(
        self,
        info: Info,
        first: int = 50,
        after: str | None = None,
        sources: list[str] | None = None,
        tags: list[str] | None = None,
        domains: list[str] | None = None,
        owners: list[str] | None = None,
        versions: bool = False,
    ) -> Connection[t.Asset]:
        """Machine-learning models, and with `versions` their versions."""
        filters = {"source": sources, "tag": tags, "domain": domains, "owner": owners}
        return await _listed(info, ["model", *(["model-version"] if versions else [])], filters, first, after)

    @strawberry.field(description="Registered sources, by name; at most 500 at once.")
    async def sources(self, info: Info, first: int = 100, after: str | None = None) -> Connection[t.Source]:
        """Registered sources."""
        at_most(first, 500)

        def read(workspace: Workspace) -> Connection[t.Source]:
            every = workspace.sources.all()
            rest = [one for one in every if after is None or one.name > after]
            return connection(rest, first, len(every), node=views.source, cursor=lambda one: one.name, after=after)

        return await on_workspace(info, read)


async def _listed(
    info: Info, kinds: list[str], filters: Mapping[str, list[str] | None], first: int, after: str | None
) -> Connection[t.Asset]:
    at_most(first, _MOST)
    start = position(after)
    offset = start[0] if start else 0
    chosen = {"kind": kinds, **{name: values for name, values in filters.items() if values}}

    def read(workspace: Workspace) -> Connection[t.Asset]:
        iris, total = workspace.search.browse(chosen, first + 1, offset)
        nodes = views.assets(workspace, iris)
        return connection(
            list(enumerate(iris, offset + 1)),
            first,
            total,
            node=lambda one: nodes.get(one[1]),
            cursor=lambda one: str(one[0]),
            after=after,
        )

    return await on_workspace(info, read)


def _nodes(workspace: Workspace, ids: list[strawberry.ID]) -> list[Node | None]:
    assets = views.assets(workspace, [one for one in ids if workspace.iris.ref(one) is not None])
    return [assets.get(one) or _other(workspace, one) for one in ids]


def _other(workspace: Workspace, one: str) -> Node | None:
    """A node that is no asset."""
    if one.startswith(_COMMIT):
        number = one.removeprefix(_COMMIT)
        found = workspace.history.commit(int(number)) if number.isascii() and number.isdigit() else None
        return None if found is None else commit(found)
    name = workspace.iris.source_of(one)
    if name is not None and workspace.iris.harvest_graph(name) == one:
        registered = next((source for source in workspace.sources.all() if source.name == name), None)
        return None if registered is None else views.source(registered)
    run = workspace.runs.find(one)
    return None if run is None else views.harvest_run(run)
