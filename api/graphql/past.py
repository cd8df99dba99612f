"""The log of commits in GraphQL: of the whole graph, and of one asset."""

from __future__ import annotations

from datetime import datetime

import strawberry

from api.graphql import types as t
from api.graphql import views
from api.graphql.paging import Connection, Node, at_most, connection, position
from api.graphql.types import Info, on_workspace
from fabric.errors import QueryError
from fabric.history import Commit as CoreCommit
from fabric.history import Entry
from fabric.workspace import Workspace

__all__ = ["Commit", "PastQuery", "commit"]

_MOST = 500


@strawberry.type(description="One commit: what a harvest, a person or a removal changed at once.")
class Commit(Node):
    """One commit; of `kind` harvest, curate or remove; `author` had it made, `added` and `removed` count triples."""

    number: int
    kind: str
    source: str
    run: str | None
    author: str | None
    at: datetime
    added: int
    removed: int

    @strawberry.field
    def id(self) -> strawberry.ID:
        """Of this commit alone."""
        return strawberry.ID(f"commit:{self.number}")

    @strawberry.field(description="What it did, asset by asset; at most 500 at once.")
    async def changes(self, info: Info, first: int = 50, after: str | None = None) -> Connection[t.Change]:
        """What it did, asset by asset."""
        at_most(first, _MOST)
        start = position(after, 2)

        def read(workspace: Workspace) -> Connection[t.Change]:
            found = workspace.history.entries(number=self.number, first=first + 1, after=start)
            total = workspace.history.count_entries(number=self.number)
            return connection(found, first, total, node=_change, cursor=_cursor, after=after)

        return await on_workspace(info, read)


@strawberry.type
class PastQuery:
    """What can be asked of the past."""

    @strawberry.field(description="What happened to an asset, newest first; at most 500 at once.")
    async def history(
        self, info: Info, iri: strawberry.ID, first: int = 50, after: str | None = None
    ) -> Connection[t.Change]:
        """What happened to an asset."""
        at_most(first, _MOST)
        start = position(after, 2)

        def read(workspace: Workspace) -> Connection[t.Change]:
            found = workspace.history.entries(root=iri, first=first + 1, after=start)
            total = workspace.history.count_entries(root=iri)
            return connection(found, first, total, node=_change, cursor=_cursor, after=after)

        return await on_workspace(info, read)

    @strawberry.field(
        description="All commits, newest first, of some sources (`curated` for people) and kinds, made from `since` on and "
        "before `until`; at most 500 at once."
    )
    async def changes(
        self,
        info: Info,
        sources: list[str] | None = None,
        kinds: list[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        first: int = 50,
        after: str | None = None,
    ) -> Connection[Commit]:
        """All commits."""
        at_most(first, _MOST)
        start = position(after)
        for moment in (since, until):
            if moment is not None and moment.tzinfo is None:
                raise QueryError(f"{moment.isoformat()} has no time zone", remedy="write it as 2026-01-31T08:00:00Z")

        def read(workspace: Workspace) -> Connection[Commit]:
            found, total = workspace.history.latest(
                first + 1, sources=sources, kinds=kinds, since=since, until=until, before=start[0] if start else None
            )
            return connection(found, first, total, node=commit, cursor=lambda one: str(one.number), after=after)

        return await on_workspace(info, read)


def commit(found: CoreCommit) -> Commit:
    """A commit as GraphQL shows it."""
    return Commit(
        number=found.number,
        kind=found.kind,
        source=found.source,
        run=found.run,
        author=found.author,
        at=found.at,
        added=found.added,
        removed=found.removed,
    )


def _change(entry: Entry) -> t.Change:
    return views.change(entry.commit, entry.change)


def _cursor(entry: Entry) -> str:
    return f"{entry.commit.number}.{entry.id}"
