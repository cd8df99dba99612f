"""Commits: how a difference gets into the graph whole, whatever happens in between.

    draft -> sealed -> applied to the graph -> done
                 \\-> undo (the graph refused) -> gone

1. The difference is written to the log as a draft, in pieces, while the harvest runs.
2. Sealing gives it its number. From here on it will be in the graph, even if this process dies.
3. It is applied. A difference up to `ATOMIC` triples is one transaction, together with the number in `graph/meta`. A larger
   one (the first harvest of a big source) would need all of it in memory at once (1.5 million triples: 2.2 GB and 43 s, against 0.2 GB
   and 9.5 s), so it is loaded in pieces that are safe to repeat, and the number is written last.
4. The records' new state replaces the old one and the commit is done.

`recover`, run when a data directory is opened, drops drafts, applies what is sealed and takes back what was being undone; it also
repeats commits that the graph lost (the number in `graph/meta` is behind the log).
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from fabric import ntriples
from fabric.errors import FabricError
from fabric.graph.store import GraphStore, Update
from fabric.history import Change, changes_of, pack
from fabric.identity import Iris
from fabric.ntriples import lines, token
from fabric.state import State, changes, commits, drafts, records

__all__ = ["ATOMIC", "Committer", "Draft", "RecordState"]

ATOMIC = 50_000
"""Largest difference, in triples, that is applied in one transaction."""
_PIECE = 50_000
_LAST, _COMMIT = token("fab:lastCommit"), token("fab:commit")
_GENERATED_BY, _GENERATED_AT = token("prov:wasGeneratedBy"), token("prov:generatedAtTime")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RecordState:
    """What is remembered of a record: see the table `record`. A `digest` of None forgets it."""

    key: bytes
    root: str
    label: str
    digest: bytes | None
    version: str | None = None
    triples: bytes | None = None


class Draft:
    """A commit being written. Collect with `add`, then `Committer.seal`, or `Committer.drop`."""

    def __init__(self, state: State, commit_id: int, source: str, *, remember: bool) -> None:
        self._state, self.id, self.source, self._remember = state, commit_id, source, remember
        self._changes: list[dict[str, Any]] = []
        self._records: list[dict[str, Any]] = []
        self.added = self.removed = 0

    def add(self, parts: Iterable[Change], record: RecordState | None = None) -> None:
        """Note changes and, with them, what to remember of the record they come from."""
        for part in parts:
            self.added += len(part.added)
            self.removed += len(part.removed)
            self._changes.append(
                {
                    "commit_id": self.id,
                    "root": part.root,
                    "graph": part.graph,
                    "added": pack(part.added),
                    "removed": pack(part.removed),
                }
            )
        if record is not None and self._remember:
            row = {name: getattr(record, name) for name in RecordState.__slots__}
            self._records.append({"commit_id": self.id, **row})
        if len(self._changes) + len(self._records) >= 400:
            self.write()

    def write(self) -> None:
        """Bring what was noted to disk."""
        with self._state.begin() as connection:
            if self._changes:
                connection.execute(insert(changes), self._changes)
            if self._records:
                connection.execute(insert(drafts), self._records)
        self._changes, self._records = [], []


class Committer:
    """Writes commits to one graph; the only writer of its harvest, curated and tombstone graphs."""

    def __init__(self, graph: GraphStore, state: State, iris: Iris) -> None:
        self._graph, self._state, self._iris = graph, state, iris
        self._lock = threading.RLock()
        self._listeners: list[Callable[[int], None]] = []

    def listen(self, listener: Callable[[int], None]) -> None:
        """Have `listener` called with the number after each commit, in the committing thread."""
        self._listeners.append(listener)

    @property
    def lock(self) -> threading.RLock:
        """Held while a commit is applied; hold it to see graph and log in step."""
        return self._lock

    def begin(self, kind: str, source: str, run: str | None = None, *, remember: bool = True) -> Draft:
        """Start a commit of `kind` for a registered source, or for `curated`."""
        with self._state.begin() as connection:
            row = insert(commits).values(state="draft", kind=kind, source=source, run=run, added=0, removed=0)
            key = connection.execute(row).inserted_primary_key
            assert key is not None
            return Draft(self._state, int(key[0]), source, remember=remember)

    def drop(self, draft: Draft) -> None:
        """Forget a draft; nothing of it reached the graph."""
        self._delete(draft.id)

    def seal(self, draft: Draft, at: datetime | None = None) -> int | None:
        """Bring a draft into the graph. Returns its number, or None where it changes nothing.

        Raises: StorageFull, GraphUnavailable, GraphError; the graph then is as it was before.
        """
        draft.write()
        with self._lock:
            if not draft.added and not draft.removed:
                self._settle(draft.id, None)
                return None
            number = self._number(draft, at or datetime.now(UTC))
            try:
                self._apply(draft.id)
            except FabricError:
                self._undo(draft.id)
                raise
            self._settle(draft.id, number)
        for listener in self._listeners:
            listener(number)
        return number

    def recover(self) -> None:
        """Finish what a crash interrupted; see the module's text."""
        with self._lock, self._state.read() as connection:
            open_ = connection.execute(
                select(commits.c.id, commits.c.number, commits.c.state)
                .where(commits.c.state != "done")
                .order_by(commits.c.number)
            ).all()
        for commit_id, number, state in open_:
            _log.warning("finishing commit %s, found in state %s", number, state)
            if state == "draft":
                self._delete(commit_id)
            elif state == "undo":
                self._undo(commit_id)
            else:
                self._apply(commit_id)
                self._settle(commit_id, number)
        self._repeat_lost()

    def _repeat_lost(self) -> None:
        mark = self.mark()
        with self._state.read() as connection:
            lost = (
                connection.execute(
                    select(commits.c.id)
                    .where(commits.c.state == "done", commits.c.number > mark)
                    .order_by(commits.c.number)
                )
                .scalars()
                .all()
            )
        for commit_id in lost:
            _log.warning("repeating a commit that the graph lost")
            self._apply(commit_id)

    def mark(self) -> int:
        """Number of the last commit that the graph says it holds."""
        meta = self._iris.graph("meta")
        return max(
            (int(ntriples.read_literal(t[2])[0]) for t, _ in self._graph.match(meta, _LAST, None, meta)), default=0
        )

    def _number(self, draft: Draft, at: datetime) -> int:
        with self._state.begin() as connection:
            number = (connection.execute(select(func.max(commits.c.number))).scalar() or 0) + 1
            last = connection.execute(select(func.max(commits.c.at))).scalar()
            moment = max(at, last) if last else at
            connection.execute(
                update(commits)
                .where(commits.c.id == draft.id)
                .values(number=number, state="sealed", at=moment, added=draft.added, removed=draft.removed)
            )
        return number

    def _apply(self, commit_id: int) -> None:
        with self._state.read() as connection:
            row = connection.execute(select(commits).where(commits.c.id == commit_id)).one()
            size = row.added + row.removed
            if size <= ATOMIC:
                change = Update()
                for part in changes_of(connection, commit_id):
                    change.remove(part.graph, part.removed)
                    change.add(part.graph, part.added)
                self._note(change, row)
                self._graph.update(change)
                return
            self._in_pieces(lambda: changes_of(connection, commit_id), forward=True)
            final = Update()
            for graph in connection.execute(
                select(changes.c.graph).distinct().where(changes.c.commit_id == commit_id)
            ).scalars():
                final.add(graph, ())
            self._note(final, row)
            self._graph.update(final)
        self._graph.flush()

    def _in_pieces(self, parts: Callable[[], Iterator[Change]], *, forward: bool) -> None:
        for graph, triples in _pieces((p.graph, p.removed if forward else p.added) for p in parts()):
            change = Update()
            change.remove(graph, triples)
            self._graph.update(change)
        for graph, triples in _pieces((p.graph, p.added if forward else p.removed) for p in parts()):
            self._graph.load(graph, lines(triples).encode())

    def _note(self, change: Update, row: Any) -> None:
        """Add to the update what `graph/meta` says: the commit's number, and who wrote each graph and when."""
        meta = self._iris.graph("meta")
        self._replace(change, f"<{meta}>", _LAST, ntriples.integer(row.number))
        for graph in {*change.added, *change.removed} - {meta}:
            subject = f"<{graph}>"
            self._replace(change, subject, _COMMIT, ntriples.integer(row.number))
            self._replace(change, subject, _GENERATED_AT, ntriples.instant(row.at))
            if row.run:
                self._replace(change, subject, _GENERATED_BY, f"<{self._iris.run(row.run)}>")

    def _replace(self, change: Update, subject: str, predicate: str, value: str) -> None:
        meta = self._iris.graph("meta")
        old = [triple for triple, _ in self._graph.match(subject[1:-1], predicate, None, meta) if triple[2] != value]
        change.remove(meta, old)
        change.add(meta, [(subject, predicate, value)])

    def _undo(self, commit_id: int) -> None:
        with self._state.begin() as connection:
            connection.execute(update(commits).where(commits.c.id == commit_id).values(state="undo"))
        with self._state.read() as connection:
            self._in_pieces(lambda: changes_of(connection, commit_id), forward=False)
        self._delete(commit_id)

    def _settle(self, commit_id: int, number: int | None) -> None:
        with self._state.begin() as connection:
            source = connection.execute(select(commits.c.source).where(commits.c.id == commit_id)).scalar_one()
            mine = drafts.c.commit_id == commit_id
            touched = select(drafts.c.key).where(mine)
            connection.execute(delete(records).where(records.c.source == source, records.c.key.in_(touched)))
            names = ["key", "root", "label", "digest", "version", "triples"]
            rows = select(commits.c.source, *(drafts.c[name] for name in names)).join(
                commits, commits.c.id == drafts.c.commit_id
            )
            connection.execute(
                insert(records).from_select(["source", *names], rows.where(mine, drafts.c.digest.is_not(None)))
            )
            connection.execute(delete(drafts).where(mine))
            if number is None:
                connection.execute(delete(changes).where(changes.c.commit_id == commit_id))
                connection.execute(delete(commits).where(commits.c.id == commit_id))
            else:
                connection.execute(update(commits).where(commits.c.id == commit_id).values(state="done"))

    def _delete(self, commit_id: int) -> None:
        with self._state.begin() as connection:
            for table in (drafts, changes):
                connection.execute(delete(table).where(table.c.commit_id == commit_id))
            connection.execute(delete(commits).where(commits.c.id == commit_id))


def _pieces(parts: Iterable[tuple[str, Sequence[ntriples.Triple]]]) -> Iterator[tuple[str, list[ntriples.Triple]]]:
    """Group triples by graph into pieces of bounded size."""
    waiting: dict[str, list[ntriples.Triple]] = defaultdict(list)
    for graph, triples in parts:
        waiting[graph].extend(triples)
        if len(waiting[graph]) >= _PIECE:
            yield graph, waiting.pop(graph)
    yield from ((graph, triples) for graph, triples in waiting.items() if triples)
