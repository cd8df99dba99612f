"""The log of every difference: what each commit added to and removed from each named graph, by asset.

The log is written before the graph, so that it can finish or take back what a crash interrupted (see `fabric.commit`), and is kept
for ever: it is the history of every asset, and with it the graph of any past moment can be built.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.engine import Connection

from fabric.ntriples import Triple, lines, read_triples
from fabric.state import State, changes, commits

__all__ = ["Change", "Commit", "Entry", "History", "pack", "unpack"]


@dataclass(frozen=True, slots=True)
class Change:
    """What a commit did to one asset in one named graph. `root` is the asset's IRI, `graph` the graph's."""

    root: str
    graph: str
    added: tuple[Triple, ...] = ()
    removed: tuple[Triple, ...] = ()


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit. `number` counts from 1 without regard to source; `kind` is harvest, curate or remove.

    `author` is who had it made; None where nobody did, as in a harvest by schedule, or where that was not written down yet.
    """

    number: int
    kind: str
    source: str
    run: str | None
    at: datetime
    added: int
    removed: int
    author: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A change in the log, with its commit; `id` tells the changes of one commit apart."""

    commit: Commit
    change: Change
    id: int


def pack(triples: Iterable[Triple]) -> bytes | None:
    """Triples as compressed N-Triples; None for none."""
    return pack_document(lines(triples).encode())


def pack_document(document: bytes) -> bytes | None:
    """N-Triples, compressed; None for none."""
    return zlib.compress(document, 1) if document else None


def unpack(blob: bytes | None) -> tuple[Triple, ...]:
    """The triples that `pack` wrote."""
    return tuple(read_triples(zlib.decompress(blob).decode())) if blob else ()


class History:
    """Reads the log of one data directory."""

    def __init__(self, state: State) -> None:
        self._state = state

    def last(self) -> int:
        """Number of the newest commit that is in the graph; 0 before the first."""
        with self._state.read() as connection:
            newest = select(commits.c.number).where(commits.c.state == "done", commits.c.number.is_not(None))
            return connection.execute(newest.order_by(commits.c.number.desc()).limit(1)).scalar() or 0

    def triples(self) -> int:
        """How many triples all commits together have left in the graph."""
        left = func.sum(commits.c.added - commits.c.removed)
        with self._state.read() as connection:
            return int(connection.execute(select(left).where(commits.c.state == "done")).scalar() or 0)

    def commits(self, *, after: int = 0, until: int | None = None) -> list[Commit]:
        """Commits in order, with numbers above `after` and up to `until`."""
        chosen = _done().where(commits.c.number > after).order_by(commits.c.number)
        with self._state.read() as connection:
            rows = connection.execute(chosen if until is None else chosen.where(commits.c.number <= until))
            return [_commit(row) for row in rows]

    def of(self, root: str, *, first: int | None = None) -> list[tuple[Commit, Change]]:
        """What happened to an asset, newest first."""
        chosen = _joined().where(changes.c.root == root).order_by(commits.c.number.desc(), changes.c.id.desc())
        with self._state.read() as connection:
            return [(_commit(row), _change(row)) for row in connection.execute(chosen.limit(first))]

    def entries(
        self,
        *,
        root: str | None = None,
        number: int | None = None,
        first: int | None = None,
        after: tuple[int, ...] | None = None,
    ) -> list[Entry]:
        """Changes of an asset or a commit, newest first; `after` is number and id of the last one of the page before."""
        chosen = _of(_joined(), root, number).order_by(commits.c.number.desc(), changes.c.id.desc()).limit(first)
        if after is not None:
            chosen = chosen.where(tuple_(commits.c.number, changes.c.id) < tuple_(*after))
        with self._state.read() as connection:
            return [Entry(_commit(row), _change(row), row.change_id) for row in connection.execute(chosen)]

    def count_entries(self, *, root: str | None = None, number: int | None = None) -> int:
        """How many changes an asset or a commit has."""
        joined = select(func.count()).select_from(changes).join(commits, changes.c.commit_id == commits.c.id)
        with self._state.read() as connection:
            return int(connection.execute(_of(joined.where(commits.c.state == "done"), root, number)).scalar_one())

    def latest(
        self,
        first: int,
        *,
        sources: Collection[str] | None = None,
        kinds: Collection[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        before: int | None = None,
    ) -> tuple[list[Commit], int]:
        """Commits, newest first, numbered below `before`; and how many there are with any number.

        Of some sources and kinds, where they are given, made at or after `since` and before `until`.
        """
        chosen = _done()
        for column, values in ((commits.c.source, sources), (commits.c.kind, kinds)):
            if values:
                chosen = chosen.where(column.in_(values))
        chosen = chosen if since is None else chosen.where(commits.c.at >= since)
        chosen = chosen if until is None else chosen.where(commits.c.at < until)
        page = chosen if before is None else chosen.where(commits.c.number < before)
        with self._state.read() as connection:
            total = connection.execute(select(func.count()).select_from(chosen.subquery())).scalar_one()
            rows = connection.execute(page.order_by(commits.c.number.desc()).limit(first))
            return [_commit(row) for row in rows], int(total)

    def commit(self, number: int) -> Commit | None:
        """The commit of that number."""
        with self._state.read() as connection:
            row = connection.execute(_done().where(commits.c.number == number)).first()
        return None if row is None else _commit(row)

    def roots(self, *, after: int) -> list[str]:
        """The assets touched by commits numbered above `after`, each once."""
        chosen = (
            select(changes.c.root)
            .distinct()
            .join(commits, commits.c.id == changes.c.commit_id)
            .where(commits.c.state == "done", commits.c.number > after)
        )
        with self._state.read() as connection:
            return list(connection.execute(chosen).scalars())

    def number_at(self, moment: datetime) -> int:
        """Number of the last commit made at or before the moment; 0 where there is none."""
        with self._state.read() as connection:
            return (
                connection.execute(
                    select(func.max(commits.c.number)).where(commits.c.state == "done", commits.c.at <= moment)
                ).scalar()
                or 0
            )

    def between(self, after: int, until: int, *, backwards: bool = False, root: str | None = None) -> Iterator[Change]:
        """Changes of commits with `after < number <= until`, in order or backwards; of one asset where `root` is given.

        Streams in bounded memory.
        """
        order = (commits.c.number.desc(), changes.c.id.desc()) if backwards else (commits.c.number, changes.c.id)
        chosen = _joined().where(commits.c.number > after, commits.c.number <= until).order_by(*order)
        if root is not None:
            chosen = chosen.where(changes.c.root == root)
        with self._state.read() as connection:
            for row in connection.execution_options(stream_results=True, yield_per=200).execute(chosen):
                yield _change(row)


def changes_of(connection: Connection, commit_id: int) -> Iterator[Change]:
    """The changes of one commit, whatever its state, in order; streams."""
    chosen = select(changes).where(changes.c.commit_id == commit_id).order_by(changes.c.id)
    for row in connection.execution_options(yield_per=200).execute(chosen):
        yield _change(row)


def parts_of(connection: Connection, commit_id: int, *, added: bool) -> Iterator[tuple[str, tuple[Triple, ...]]]:
    """What a commit added or removed, by named graph, in order; streams."""
    for graph, blob in _blobs(connection, commit_id, added=added):
        yield graph, unpack(blob)


def documents_of(connection: Connection, commit_id: int, *, added: bool, size: int) -> Iterator[tuple[str, bytes]]:
    """What a commit added or removed, as N-Triples documents of about `size` bytes by named graph; streams."""
    waiting: dict[str, bytearray] = {}
    for graph, blob in _blobs(connection, commit_id, added=added):
        document = waiting.setdefault(graph, bytearray())
        document += zlib.decompress(blob)
        if len(document) >= size:
            yield graph, bytes(waiting.pop(graph))
    yield from ((graph, bytes(document)) for graph, document in waiting.items())


def _blobs(connection: Connection, commit_id: int, *, added: bool) -> Iterator[Any]:
    column = changes.c.added if added else changes.c.removed
    chosen = select(changes.c.graph, column).where(changes.c.commit_id == commit_id, column.is_not(None))
    yield from connection.execution_options(yield_per=200).execute(chosen.order_by(changes.c.id))


def _done() -> Select[tuple[object, ...]]:
    return select(commits).where(commits.c.state == "done")


def _joined() -> Select[tuple[object, ...]]:
    return (
        select(
            commits,
            changes.c.id.label("change_id"),
            changes.c.root,
            changes.c.graph,
            changes.c.added.label("plus"),
            changes.c.removed.label("minus"),
        )
        .join(changes, changes.c.commit_id == commits.c.id)
        .where(commits.c.state == "done")
    )


def _of(chosen: Select[Any], root: str | None, number: int | None) -> Select[Any]:
    """Narrowed to an asset, a commit, or both."""
    chosen = chosen if root is None else chosen.where(changes.c.root == root)
    return chosen if number is None else chosen.where(commits.c.number == number)


def _commit(row: object) -> Commit:
    r = row._mapping  # type: ignore[attr-defined]
    return Commit(r["number"], r["kind"], r["source"], r["run"], r["at"], r["added"], r["removed"], r["author"])


def _change(row: object) -> Change:
    r = row._mapping  # type: ignore[attr-defined]
    added, removed = (r["plus"], r["minus"]) if "plus" in r else (r["added"], r["removed"])
    return Change(r["root"], r["graph"], unpack(added), unpack(removed))
