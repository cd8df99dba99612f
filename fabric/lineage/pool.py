"""Reads many SQL texts in processes of their own, each within a time limit, and remembers what it has read.

sqlglot cannot be interrupted, so a text that makes it work for too long ends its process, and another takes the place.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import pickle
import threading
from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from time import monotonic
from types import TracebackType
from typing import Any, Self

from fabric.lineage.script import read_sql
from fabric.lineage.statement import Problem, SqlLineage, Table

__all__ = ["LineagePool", "SqlText"]

_REMEMBERED = 4_096
_HERE = 400
"""So many plain texts are read in this process: starting others and sending them takes longer."""
_LENGTH, _DEPTH = 20_000, 40
"""Characters and open parentheses up to which a text is plain: it cannot make the parser work for long."""


@dataclass(frozen=True, slots=True)
class SqlText:
    """A text to read, with what `read_sql` takes besides."""

    text: str
    dialect: str | None = None
    schema: Mapping[Table, Sequence[str]] = field(default_factory=dict)
    catalog: str | None = None
    default_schema: str | None = None

    def key(self) -> bytes:
        """A digest of everything that the lineage depends on."""
        known = sorted((table, tuple(columns)) for table, columns in self.schema.items())
        whole = (self.text, self.dialect, self.catalog, self.default_schema, known)
        return hashlib.blake2b(repr(whole).encode(errors="surrogatepass"), digest_size=16).digest()


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection
    place: int | None = None
    until: float = 0.0


class LineagePool:
    """Processes that read SQL. Use as a context manager; starts none before it must. Threads that share it take turns."""

    def __init__(self, processes: int | None = None, seconds: float = 10.0) -> None:
        """At most so many processes, by default one a core; a text may take at most so many seconds."""
        self._count = processes or os.cpu_count() or 1
        self._seconds = seconds
        self._workers: list[_Worker] = []
        self._known: OrderedDict[bytes, SqlLineage] = OrderedDict()
        self._guard = threading.Lock()
        self._context = multiprocessing.get_context("spawn")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the processes."""
        with self._guard:
            for worker in self._workers:
                _end(worker)
            self._workers.clear()

    def read(self, text: SqlText) -> SqlLineage:
        """Lineage of one text, always within the time limit. Raises: InputError for a dialect that is not known."""
        (found,) = self.read_many([text], apart=True)
        return found

    def read_many(self, texts: Iterable[SqlText], *, apart: bool = False) -> Iterator[SqlLineage]:
        """Lineage of the texts, in their order.

        A few hundred short ones are read in this process, where the time limit cannot be kept, unless `apart`.

        Raises: InputError for a dialect that is not known.
        """
        with self._guard:
            return iter(self._read_all(list(texts), apart=apart))

    def _read_all(self, listed: list[SqlText], *, apart: bool) -> list[SqlLineage]:
        keys = [text.key() for text in listed]
        new = [place for place, key in enumerate(keys) if key not in self._known]
        here = [] if apart else [place for place in new if _is_plain(listed[place].text)]
        if len(here) > _HERE:
            here = []
        found = {place: _read(listed[place]) for place in here}
        if len(new) > len(here):
            found |= dict(self._spread(listed, [place for place in new if place not in found]))
        for place, key in enumerate(keys):
            if place in found:
                self._remember(key, found[place])
            else:
                found[place] = self._known[key]
                self._known.move_to_end(key)
        return [found[place] for place in range(len(listed))]

    def _remember(self, key: bytes, lineage: SqlLineage) -> None:
        self._known[key] = lineage
        while len(self._known) > max(_REMEMBERED, 1):
            self._known.popitem(last=False)

    def _spread(self, texts: list[SqlText], places: list[int]) -> Iterator[tuple[int, SqlLineage]]:
        waiting = deque(places)
        while len(self._workers) < min(self._count, len(places)):
            self._workers.append(self._start())
        busy = 0
        while waiting or busy:
            for worker in self._workers:
                if worker.place is None and waiting:
                    worker.place = waiting.popleft()
                    worker.until = monotonic() + self._seconds
                    self._send(worker, texts[worker.place])
                    busy += 1
            for worker, answer in self._answers():
                place = worker.place
                assert place is not None
                worker.place, busy = None, busy - 1
                if isinstance(answer, Exception):
                    raise answer
                yield place, answer if answer is not None else self._given_up(texts[place], worker)

    def _send(self, worker: _Worker, text: SqlText) -> None:
        try:
            worker.pipe.send_bytes(pickle.dumps(text))
        except OSError:  # the process died while it had nothing to do
            fresh = self._start()
            _end(worker)
            worker.process, worker.pipe = fresh.process, fresh.pipe
            worker.pipe.send_bytes(pickle.dumps(text))

    def _answers(self) -> list[tuple[_Worker, Any]]:
        """Workers that are done, with what they answer; None for one that took too long or died."""
        working = [worker for worker in self._workers if worker.place is not None]
        first = min(worker.until for worker in working)
        ready = wait([worker.pipe for worker in working], timeout=max(0.0, first - monotonic()))
        out: list[tuple[_Worker, Any]] = []
        for worker in working:
            if worker.pipe in ready:
                try:
                    out.append((worker, pickle.loads(worker.pipe.recv_bytes())))  # noqa: S301 - of our own process
                except EOFError:
                    out.append((worker, None))
            elif worker.until <= monotonic():
                out.append((worker, None))
        return out

    def _given_up(self, text: SqlText, worker: _Worker) -> SqlLineage:
        """End the worker, put another in its place, and say so."""
        died = not worker.process.is_alive()
        _end(worker)
        self._workers[self._workers.index(worker)] = self._start()
        reason = (
            "the process that read it ended"
            if died
            else f"it could not be read within {self._seconds:g} s and was given up"
        )
        problem = Problem(reason, 1, 1, text.text[:200])
        return SqlLineage((), frozenset(), frozenset(), (), (), (problem,))

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_work, args=(theirs,), name="lineage", daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours)


def _is_plain(text: str) -> bool:
    if len(text) > _LENGTH:
        return False
    depth = deepest = 0
    for character in text:
        if character == "(":
            depth += 1
            deepest = max(deepest, depth)
        elif character == ")":
            depth -= 1
    return deepest <= _DEPTH


def _read(text: SqlText) -> SqlLineage:
    return read_sql(
        text.text, dialect=text.dialect, schema=text.schema, catalog=text.catalog, default_schema=text.default_schema
    )


def _work(pipe: Connection) -> None:
    """Read what comes through the pipe until it is closed."""
    while True:
        try:
            text: SqlText = pickle.loads(pipe.recv_bytes())  # noqa: S301 - of our own process
        except (EOFError, OSError):
            return
        try:
            answer: SqlLineage | Exception = _read(text)
        except Exception as error:  # noqa: BLE001 - the process's edge; the error goes to the one who asked
            answer = error
        pipe.send_bytes(pickle.dumps(answer))


def _end(worker: _Worker) -> None:
    worker.pipe.close()
    worker.process.kill()
    worker.process.join()
