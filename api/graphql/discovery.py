"""What GraphQL offers of discovery: search and neighbours."""

from __future__ import annotations

import strawberry

from api.graphql import types as t
from api.graphql import views
from api.graphql.paging import PageInfo, position
from api.graphql.types import Info, on_workspace
from fabric.errors import QueryError
from fabric.workspace import Workspace

__all__ = ["DiscoveryQuery"]


@strawberry.type(description="An asset that is like another; `why` says in what.")
class Neighbour:
    """An asset that is like another."""

    score: float
    why: list[str]
    node: t.Asset


@strawberry.type
class DiscoveryQuery:
    """Finding assets."""

    @strawberry.field(description="Find assets by words and meaning; an empty query lists what passes the filters.")
    async def search(
        self,
        info: Info,
        query: str,
        first: int = 20,
        after: str | None = None,
        kinds: list[str] | None = None,
        platforms: list[str] | None = None,
        sources: list[str] | None = None,
        tags: list[str] | None = None,
        domains: list[str] | None = None,
        owners: list[str] | None = None,
        semantic: bool = True,
    ) -> t.SearchConnection:
        """Find assets."""
        filters = {
            "kind": kinds,
            "platform": platforms,
            "source": sources,
            "tag": tags,
            "domain": domains,
            "owner": owners,
        }
        chosen = {name: values for name, values in filters.items() if values}
        start = position(after)
        offset = start[0] if start else 0
        return await on_workspace(info, lambda w: _search(w, query, chosen, first, offset, semantic))

    @strawberry.field(
        description="Neighbours of an asset by meaning, fields and content, nearest first, with the reason; at most 100."
    )
    async def similar(self, info: Info, iri: strawberry.ID, first: int = 10) -> list[Neighbour]:
        """Neighbours of an asset."""
        return await on_workspace(info, lambda w: _similar(w, iri, first))


def _search(
    workspace: Workspace,
    query: str,
    filters: dict[str, list[str]],
    first: int,
    offset: int,
    semantic: bool,
) -> t.SearchConnection:
    found = workspace.search.search(query, filters=filters, first=first, offset=offset, semantic=semantic)
    nodes = views.assets(workspace, [one.document.iri for one in found.found])
    edges = [
        t.SearchEdge(
            cursor=str(offset + rank + 1),
            score=one.score,
            why=list(one.why),
            highlight=one.highlight or None,
            node=nodes[one.document.iri],
        )
        for rank, one in enumerate(found.found)
        if one.document.iri in nodes
    ]
    facets = [
        t.Facet(name=name, values=[t.FacetValue(value=value, count=count) for value, count in values])
        for name, values in found.facets.items()
    ]
    end = offset + len(found.found)
    more = PageInfo(
        has_next_page=end < found.total and end > offset,
        end_cursor=str(end) if edges else None,
        has_previous_page=offset > 0,
        start_cursor=edges[0].cursor if edges else None,
    )
    return t.SearchConnection(
        edges=edges, page_info=more, total_count=found.total, facets=facets, semantic=found.semantic
    )


def _similar(workspace: Workspace, iri: str, first: int) -> list[Neighbour]:
    if not 1 <= first <= 100:
        raise QueryError(f"{first} neighbours were asked for", remedy="ask for 1 to 100")
    workspace.assets.get(iri)
    found = workspace.neighbours.similar(iri, first)
    nodes = views.assets(workspace, [one.document.iri for one in found])
    return [
        Neighbour(score=one.score, why=list(one.why), node=nodes[one.document.iri])
        for one in found
        if one.document.iri in nodes
    ]
