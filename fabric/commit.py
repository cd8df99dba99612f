"""Commits: how a difference gets into the graph whole, whatever happens in between.

    draft -> sealed -> applied to the graph -> done
                 \\-> undo (the graph refused) -> gone

1. The difference is written to the log as a draft, in pieces, while the harvest runs.
2. Sealing gives it its number. From here on it will be in the graph, even if this process dies.
3. It is applied. A difference up to `ATOMIC` triples is one transaction, together with the number in `graph/meta`. A larger
   one (the first harvest of a big source) would need all of it in memory at once (1.5 million triples: 2.2 GB and 43 s,
   against 0.2 GB and 9.5 s), so it is loaded in pieces that are safe to repeat, and the number is written last.
4. The records' new state replaces the old one and the commit is done.

`recover`, run when a data directory is opened, drops drafts, applies what is sealed and takes back what was being undone; it also
repeats commits that the graph lost (the number in `graph/meta` is behind the log). Where taking back fails too, as on a full disk,
the log is kept and `hold` tries again before anything else is committed.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection

from fabric import ntriples
from fabric.audit import author
from fabric.errors import FabricError, HarvestCancelled
from fabric.graph.store import GraphStore, Update
from fabric.history import Change, changes_of, documents_of, pack, pack_document, parts_of
from fabric.identity import Iris
from fabric.ntriples import token
from fabric.state import State, changes, commits, drafts, records

__all__ = ["ATOMIC", "Committer", "Draft", "RecordState", "Rule"]

ATOMIC = 50_000
"""Largest difference, in triples, that is applied in one transaction."""
_PIECE = 50_000
_PIECE_BYTES = 8_000_000
_BATCH, _AHEAD = 200, 2
_LOADERS = 2
_REMEMBERED = ("key", "root", "label", "digest", "version")
_LAST, _COMMIT = token("fab:lastCommit"), token("fab:commit")
_GENERATED_BY, _GENERATED_AT = token("prov:wasGeneratedBy"), token("prov:generatedAtTime")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RecordState:
    """What is remembered of a record: see the table `record`. A `digest` of None forgets it.

    `document` is `triples` as N-Triples.
    """

    key: bytes
    root: str
    label: str
    digest: bytes | None
    version: str | None = None
    triples: tuple[ntriples.Triple, ...] = ()
    document: bytes = b""


class Draft:
    """A commit being written. Collect with `add`, then `Committer.seal`, or `Committer.drop`.

    What is collected is compressed and written in batches by a thread of its own, at most two batches behind.
    """

    def __init__(
        self, state: State, commit_id: int, source: str, *, remember: bool, watched: frozenset[str] = frozenset()
    ) -> None:
        self._watched, self.watched = watched, list[Change]()
        self._state, self.id, self.source, self._remember = state, commit_id, source, remember
        self._noted: list[tuple[tuple[Change, ...], RecordState | None]] = []
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="draft")
        self._writing: deque[Future[None]] = deque()
        self.added = self.removed = 0
        self.sealing: Callable[[Connection], None] | None = None
        """Called in the transaction that decides on the commit; raises where it must not be."""

    def add(self, parts: Iterable[Change], record: RecordState | None = None) -> None:
        """Note changes and, with them, what to remember of the record they come from.

        Raises: StorageFull, GraphUnavailable, GraphError of this or an earlier batch.
        """
        noted = tuple(parts)
        self.added += sum(len(part.added) for part in noted)
        self.removed += sum(len(part.removed) for part in noted)
        self.watched += [seen for part in noted if (seen := self._seen(part)) is not None]
        self._noted.append((noted, record if self._remember else None))
        if len(self._noted) >= _BATCH:
            self._submit()
            while len(self._writing) > _AHEAD:
                self._writing.popleft().result()

    def _seen(self, part: Change) -> Change | None:
        added, removed = (tuple(t for t in triples if t[1] in self._watched) for triples in (part.added, part.removed))
        return Change(part.root, part.graph, added, removed) if added or removed else None

    def write(self) -> None:
        """Bring what was noted to disk. Raises as `add`."""
        self._submit()
        while self._writing:
            self._writing.popleft().result()

    def close(self) -> None:
        """Stop writing; what is noted and not yet written is forgotten."""
        self._writer.shutdown(wait=True, cancel_futures=True)

    def _submit(self) -> None:
        noted, self._noted = self._noted, []
        if noted:
            self._writing.append(self._writer.submit(self._write, noted))

    def _write(self, noted: list[tuple[tuple[Change, ...], RecordState | None]]) -> None:
        change_rows, record_rows = [], []
        for parts, record in noted:
            whole = pack_document(record.document) if record is not None else None
            for part in parts:
                same = record is not None and part.added is record.triples
                added = whole if same else pack(part.added)
                row = {"root": part.root, "graph": part.graph, "added": added, "removed": pack(part.removed)}
                change_rows.append({"commit_id": self.id, **row})
            if record is not None:
                row = {name: getattr(record, name) for name in _REMEMBERED}
                record_rows.append({"commit_id": self.id, **row, "triples": whole})
        with self._state.begin() as connection:
            if change_rows:
                connection.execute(insert(changes), change_rows)
            if record_rows:
                connection.execute(insert(drafts), record_rows)


class Rule(Protocol):
    """Concludes something from what a commit changes."""

    watched: frozenset[str]
    """Predicates, as tokens, whose triples the rule must be shown."""

    def infer(self, changes: Collection[Change]) -> list[Change]:
        """What the commit must change besides; the graph is still as before, and nobody else commits meanwhile."""


class Committer:
    """Writes commits to one graph; the only writer of its harvest, curated, inferred and tombstone graphs.

    What `rule` concludes from a commit is part of that commit.
    """

    def __init__(
        self, graph: GraphStore, state: State, iris: Iris, rule: Rule | None = None, *, worker: str = ""
    ) -> None:
        self._graph, self._state, self._iris, self._rule, self._worker = graph, state, iris, rule, worker
        self._lock = threading.RLock()
        self._depth = self._told = 0
        self._listeners: list[Callable[[int], None]] = []
        self._unfinished = False
        self._refused: int | None = None

    def listen(self, listener: Callable[[int], None]) -> None:
        """Have `listener` called with the number after each commit, in the committing thread."""
        self._listeners.append(listener)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Keep others from committing, to see graph and log in step; what an earlier failure left is finished first.

        Raises: StorageFull, GraphUnavailable, GraphError where that still cannot be finished.
        """
        with self._alone() as outermost:
            if self._unfinished or (outermost and self._state.shared):
                self._finish()
            yield

    def announce(self, number: int) -> None:
        """Tell the listeners of commits up to this number that another process made."""
        if number > self._told:
            self._tell(number)

    def begin(self, kind: str, source: str, run: str | None = None, *, remember: bool = True) -> Draft:
        """Start a commit of `kind` for a registered source, or for `curated`; its author is who is acting (`fabric.audit`)."""
        if self._unfinished:
            with self.hold():
                pass
        with self._state.begin() as connection:
            row = insert(commits).values(
                state="draft",
                kind=kind,
                source=source,
                run=run,
                added=0,
                removed=0,
                worker=self._worker,
                author=author(),
            )
            key = connection.execute(row).inserted_primary_key
            assert key is not None
            watched = self._rule.watched if self._rule else frozenset[str]()
            return Draft(self._state, int(key[0]), source, remember=remember, watched=watched)

    def drop(self, draft: Draft) -> None:
        """Forget a draft; nothing of it reached the graph. One that was sealed is left alone: its log is still needed."""
        draft.close()
        try:
            self._delete(draft.id, "draft")
        except FabricError as error:
            _log.warning("a draft is left until the data directory is opened anew: %s", error.what)

    def seal(self, draft: Draft, at: datetime | None = None) -> int | None:
        """Bring a draft into the graph. Returns its number, or None where it changes nothing.

        Raises: StorageFull, GraphUnavailable, GraphError; the graph then is as it was before. Where it could not be taken back
        at once, that is done before the next commit or when the data directory is opened.
        """
        draft.write()
        with self.hold():
            if self._rule and draft.watched:
                draft.add(self._rule.infer(draft.watched))
                draft.write()
            draft.close()
            if not draft.added and not draft.removed:
                self._settle(draft.id, None, draft.sealing)
                return None
            self._unfinished = True
            number = self._number(draft, at or datetime.now(UTC))
            try:
                self._apply(draft.id)
                self._settle(draft.id, number)
            except BaseException:
                self._refuse(draft.id)
                raise
            self._unfinished = False
        self._tell(number)
        return number

    def recover(self, alive: Collection[str] = ()) -> None:
        """Finish what a crash interrupted; see the module's text. Drafts of processes that are alive stay."""
        with self._alone():
            self.sweep(alive)
            self._finish()
            self._repeat_lost()

    def sweep(self, alive: Collection[str]) -> None:
        """Drop the drafts of processes that are not alive."""
        for commit_id, worker in self._drafts():
            if worker not in alive:
                self._delete(commit_id, "draft")

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """Keep other threads and processes out; gives whether this is not within another such block."""
        with self._lock:
            outermost = self._depth == 0
            with self._state.locked("commit") if outermost else nullcontext():
                self._depth += 1
                try:
                    yield outermost
                finally:
                    self._depth -= 1

    def _tell(self, number: int) -> None:
        self._told = max(self._told, number)
        for listener in self._listeners:
            listener(number)

    def _drafts(self) -> list[tuple[int, str | None]]:
        with self._state.read() as connection:
            rows = connection.execute(select(commits.c.id, commits.c.worker).where(commits.c.state == "draft"))
            return [(row.id, row.worker) for row in rows]

    def _in_state(self, state: str) -> list[tuple[int, int]]:
        chosen = select(commits.c.id, commits.c.number).where(commits.c.state == state).order_by(commits.c.number)
        with self._state.read() as connection:
            return [(row.id, row.number) for row in connection.execute(chosen)]

    def _finish(self) -> None:
        for commit_id, number in self._in_state("sealed"):
            _log.warning("finishing commit %s, which was interrupted", number)
            if commit_id == self._refused:
                self._undo(commit_id)
                continue
            try:
                self._apply(commit_id)
                self._settle(commit_id, number)
            except FabricError as error:
                if error.retryable:
                    raise
                _log.warning("commit %s cannot be finished and is taken back: %s", number, error.what)
                self._undo(commit_id)
        for commit_id, number in self._in_state("undo"):
            _log.warning("taking back commit %s", number)
            self._undo(commit_id)
        self._unfinished = False

    def _refuse(self, commit_id: int) -> None:
        self._refused = commit_id
        try:
            self._undo(commit_id)
        except FabricError as error:
            _log.warning("a refused commit is taken back later: %s", error.what)
        else:
            self._unfinished = False

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
            if draft.sealing is not None:
                draft.sealing(connection)
            number = (connection.execute(select(func.max(commits.c.number))).scalar() or 0) + 1
            last = connection.execute(select(func.max(commits.c.at))).scalar()
            moment = max(at, last) if last else at
            sealed = connection.execute(
                update(commits)
                .where(commits.c.id == draft.id, commits.c.state == "draft")
                .values(number=number, state="sealed", at=moment, added=draft.added, removed=draft.removed)
            )
            if not sealed.rowcount:
                raise HarvestCancelled("this process was taken for gone and its draft was dropped; nothing was changed")
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
            self._in_pieces(commit_id, forward=True)
            final = Update()
            for graph in connection.execute(
                select(changes.c.graph).distinct().where(changes.c.commit_id == commit_id)
            ).scalars():
                final.add(graph, ())
            self._note(final, row)
            self._graph.update(final)
        self._graph.flush()

    def _in_pieces(self, commit_id: int, *, forward: bool) -> None:
        with self._state.read() as connection:
            for graph, triples in _pieces(parts_of(connection, commit_id, added=not forward)):
                change = Update()
                change.remove(graph, triples)
                self._graph.update(change)
        with self._state.read() as connection, ThreadPoolExecutor(_LOADERS, thread_name_prefix="load") as loaders:
            loading: deque[Future[None]] = deque()
            for graph, document in documents_of(connection, commit_id, added=forward, size=_PIECE_BYTES):
                loading.append(loaders.submit(self._graph.load, graph, document))
                if len(loading) > _LOADERS:
                    loading.popleft().result()
            for load in loading:
                load.result()

    def _note(self, change: Update, row: Any) -> None:
        """Add to the update what `graph/meta` says: the commit's number, and who wrote each graph and when."""
        meta = self._iris.graph("meta")
        graphs = {*change.added, *change.removed} - {meta}
        self._say(change, meta, {_LAST: ntriples.integer(row.number)})
        for graph in graphs:
            self._say(change, graph, self._written(row))

    def _written(self, row: Any) -> dict[str, str]:
        said = {_COMMIT: ntriples.integer(row.number), _GENERATED_AT: ntriples.instant(row.at)}
        return {**said, _GENERATED_BY: f"<{self._iris.run(row.run)}>"} if row.run else said

    def _say(self, change: Update, subject: str, said: Mapping[str, str]) -> None:
        """Have `graph/meta` say this of the subject and nothing else."""
        meta = self._iris.graph("meta")
        want = {(f"<{subject}>", predicate, value) for predicate, value in said.items()}
        held = {triple for triple, _ in self._graph.match(subject, graph=meta)}
        change.remove(meta, sorted(held - want))
        change.add(meta, sorted(want - held))

    def _unsay(self, commit_id: int) -> None:
        """Have `graph/meta` say again what it said before the commit."""
        with self._state.read() as connection:
            number = connection.execute(select(commits.c.number).where(commits.c.id == commit_id)).scalar_one()
            if self.mark() != number:
                return
            done = select(commits).where(commits.c.state == "done").order_by(commits.c.number.desc()).limit(1)
            last = connection.execute(done).first()
            change = Update()
            self._say(change, self._iris.graph("meta"), {_LAST: ntriples.integer(last.number)} if last else {})
            touched = select(changes.c.graph).distinct().where(changes.c.commit_id == commit_id)
            for graph in connection.execute(touched).scalars():
                before = connection.execute(
                    done.where(commits.c.id.in_(select(changes.c.commit_id).where(changes.c.graph == graph)))
                ).first()
                self._say(change, graph, self._written(before) if before else {})
        self._graph.update(change)

    def _undo(self, commit_id: int) -> None:
        with self._state.begin() as connection:
            connection.execute(update(commits).where(commits.c.id == commit_id).values(state="undo"))
            row = connection.execute(select(commits).where(commits.c.id == commit_id)).one()
        if row.added + row.removed > ATOMIC or self.mark() == row.number:
            self._in_pieces(commit_id, forward=False)
            self._unsay(commit_id)
            self._graph.flush()
        self._delete(commit_id, "undo")

    def _settle(self, commit_id: int, number: int | None, sealing: Callable[[Connection], None] | None = None) -> None:
        with self._state.begin() as connection:
            if sealing is not None:
                sealing(connection)
            source = connection.execute(select(commits.c.source).where(commits.c.id == commit_id)).scalar_one()
            mine = drafts.c.commit_id == commit_id
            touched = select(drafts.c.key).where(mine)
            connection.execute(delete(records).where(records.c.source == source, records.c.key.in_(touched)))
            names = [*_REMEMBERED, "triples"]
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

    def _delete(self, commit_id: int, state: str) -> None:
        with self._state.begin() as connection:
            if connection.execute(select(commits.c.state).where(commits.c.id == commit_id)).scalar() != state:
                return
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
