"""Queries in processes of their own, over copies of the graph on disk: a query that is past its limits is ended with its process.

The store's own query cannot be stopped. A copy is made of hard links, in about 15 ms however large the graph, and only where the
graph has changed since the last. See docs/decisions/0008-queries-in-processes.md.
"""

from __future__ import annotations

import itertools
import json
import shutil
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from fabric.errors import FabricError, GraphError, NotOffered, QueryError, QueryLimit
from fabric.graph import reader
from fabric.graph.local import LocalGraph
from fabric.graph.questions import Limits, Question, keywords

__all__ = ["Readers"]


class Readers:
    """Answers questions of a graph on disk. `folder` holds the copies, on the graph's file system. Safe to share between threads.

    As many processes are started as questions are answered at once; they wait for the next question afterwards.
    """

    def __init__(self, folder: Path, limits: Limits, prefixes: Mapping[str, str]) -> None:
        self._folder, self._limits, self._prefixes = folder, limits, dict(prefixes)
        shutil.rmtree(folder, ignore_errors=True)
        self._lock, self._numbers = threading.Lock(), itertools.count(1)
        self._idle: list[_Process] = []
        self._busy: set[_Process] = set()
        self._users: dict[Path, int] = {}
        self._copied: tuple[object, Path] | None = None
        self._closed = False

    def ask(self, question: Question, graph: LocalGraph) -> _Reading:
        """Begin to answer from the graph as it is now. Raises: GraphError, StorageFull."""
        with self._lock:
            if self._closed:
                raise GraphError("the graph store is closed", remedy="open the data directory anew")
            copy = self._copy(graph)
            self._users[copy] = self._users.get(copy, 0) + 1
        return self._begin(question, copy, lambda: self._leave(copy))

    def ask_past(self, question: Question, folder: Path, done: Callable[[], None]) -> _Reading:
        """Begin to answer from the store in `folder`, which nobody writes; `done` is called once the answer is closed."""
        return self._begin(question, folder, done)

    def close(self) -> None:
        """End all processes and delete the copies."""
        with self._lock:
            self._closed = True
            ended = [*self._idle, *self._busy]
            self._idle.clear()
        for process in ended:
            process.end()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _copy(self, graph: LocalGraph) -> Path:
        version = graph.version
        if self._copied is not None and self._copied[0] == version:
            return self._copied[1]
        self._folder.mkdir(parents=True, exist_ok=True)
        target = self._folder / str(next(self._numbers))
        graph.snapshot(target)
        before, self._copied = self._copied, (version, target)
        if before is not None and not self._users.get(before[1]):
            shutil.rmtree(before[1], ignore_errors=True)
        return target

    def _leave(self, copy: Path) -> None:
        with self._lock:
            self._users[copy] -= 1
            if self._users[copy]:
                return
            del self._users[copy]
            if self._copied is None or self._copied[1] != copy:
                shutil.rmtree(copy, ignore_errors=True)

    def _begin(self, question: Question, folder: Path, done: Callable[[], None]) -> _Reading:
        try:
            process = self._take(folder)
            return _Reading(process, self._request(question, folder), self._limits, lambda: self._put(process, done))
        except BaseException:
            done()
            raise

    def _take(self, folder: Path) -> _Process:
        """A process that waits, the one that has the folder open before others, or a new one."""
        with self._lock:
            waiting = sorted(self._idle, key=lambda process: process.folder == folder)
            process = waiting[-1] if waiting else None
            if process is None:
                process = _Process()
            else:
                self._idle.remove(process)
            process.folder = folder
            self._busy.add(process)
        return process

    def _put(self, process: _Process, done: Callable[[], None]) -> None:
        with self._lock:
            self._busy.discard(process)
            keep = process.usable and not self._closed
            if keep:
                self._idle.append(process)
        if not keep:
            process.end()
        done()

    def _request(self, question: Question, folder: Path) -> bytes:
        given = question.default_graphs is not None or question.named_graphs is not None
        request = {
            "text": question.text,
            "table": question.table,
            "triples": question.triples,
            "default": list(question.default_graphs or ()) if given else None,
            "named": list(question.named_graphs or ()),
            "union": "FROM" not in keywords(question.text),
            "folder": str(folder),
            "prefixes": self._prefixes,
            "seconds": self._limits.seconds,
            "megabytes": self._limits.megabytes,
        }
        return json.dumps(request).encode() + b"\n"


class _Process:
    """One reader. `usable` tells whether it waits for the next question."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.usable = True
        # By its file and without the current folder, so that nothing lying there is imported instead.
        self._popen = subprocess.Popen(  # noqa: S603
            [sys.executable, "-P", reader.__file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def send(self, request: bytes) -> None:
        assert self._popen.stdin is not None
        self._popen.stdin.write(request)
        self._popen.stdin.flush()

    def frame(self) -> tuple[bytes, bytes] | None:
        """Kind and body of the next frame; None where the process has ended."""
        assert self._popen.stdout is not None
        if self._popen.stdout.closed:
            return None
        head = self._popen.stdout.read(5)
        if len(head) < 5:
            return None
        size: int = struct.unpack(">I", head[1:])[0]
        body = self._popen.stdout.read(size)
        return (head[:1], body) if len(body) == size else None

    def wait(self) -> int:
        return self._popen.wait()

    def kill(self) -> None:
        self.usable = False
        self._popen.kill()

    def end(self) -> None:
        self.kill()
        self._popen.wait()
        for pipe in (self._popen.stdin, self._popen.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    pass


class _Reading:
    """See `fabric.graph.questions.Answer`."""

    def __init__(self, process: _Process, request: bytes, limits: Limits, done: Callable[[], None]) -> None:
        self._process, self._limits, self._done = process, limits, done
        self._first: bytes | None = None
        self._ended = self._closed = False
        self._lock = threading.Lock()
        try:
            process.send(request)
        except BrokenPipeError:
            process.usable = False  # it ended while it waited; `start` says how

    def start(self) -> str:
        kind, body = self._next()
        assert kind == b"H", kind
        self._first = self._piece()
        return body.decode()

    def __iter__(self) -> Iterator[bytes]:
        piece, self._first = self._first, None
        while piece is not None:
            yield piece
            piece = self._piece()

    def close(self) -> None:
        with self._lock:
            if self._closed:
                return
            self._closed = True
        if not self._ended:
            self._process.kill()
        self._done()

    def _piece(self) -> bytes | None:
        kind, body = self._next()
        return body if kind == b"D" else None

    def _next(self) -> tuple[bytes, bytes]:
        frame = self._process.frame()
        if frame is None:
            self._process.usable = False
            raise self._why(self._process.wait())
        kind, body = frame
        if kind == b"E":
            self._finish(self._process.frame())
            raise _error(json.loads(body))
        if kind == b".":
            self._finish(frame)
        return frame

    def _finish(self, last: tuple[bytes, bytes] | None) -> None:
        self._ended = True
        if last != (b".", b""):
            self._process.usable = False

    def _why(self, code: int) -> FabricError:
        if code == reader.OUT_OF_TIME:
            return QueryLimit(
                f"the query took longer than {self._limits.seconds:g} s and was ended",
                remedy="narrow it, add a LIMIT, or raise FABRIC_SPARQL_TIMEOUT",
                limit="time",
            )
        if code in {reader.OUT_OF_MEMORY, -signal.SIGABRT} or (code == -signal.SIGKILL and not self._closed):
            return QueryLimit(
                f"the query needed more memory than {self._limits.megabytes} MB and was ended",
                remedy="narrow it, sort and group less, or raise FABRIC_SPARQL_MEMORY",
                limit="memory",
            )
        return GraphError(f"the process that answered a query ended with {code}", remedy="ask again; see the log")


def _error(told: dict[str, str]) -> FabricError:
    if told["kind"] == "form":
        return NotOffered(
            "triples cannot be answered in the form asked for"
            if told["text"] == "triples"
            else "rows cannot be answered in the form asked for",
            remedy="see docs/reference/http.md for the media types",
        )
    if told["kind"] == "query":
        return QueryError(
            f"the SPARQL query is malformed: {told['text']}", remedy="see https://www.w3.org/TR/sparql11-query/"
        )
    return GraphError(f"the graph store failed: {told['text']}")
