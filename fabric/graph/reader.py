"""A process that answers queries over a copy of a graph, so that a query can be ended: `fabric.graph.readers` starts it.

It is run as a file and imports nothing of Fabric, which keeps its start at about 0.1 s. Requests are JSON objects, one a line, on
standard input. Answers go to standard output in frames: one byte for the kind, four for the length, then the body.

    H  the query's form was recognized; the body is the media type
    D  a piece of the document
    E  JSON: the kind of error and its text
    .  the end; the body is `!` where this process ends because it has grown

It ends itself with OUT_OF_TIME or OUT_OF_MEMORY where a query is past its limits.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import os
import struct
import sys
import threading
import time
from typing import Any, BinaryIO

import pyoxigraph as ox

__all__ = ["OUT_OF_MEMORY", "OUT_OF_TIME"]

OUT_OF_TIME, OUT_OF_MEMORY = 75, 76
_PIECE = 1 << 16
_LOOK = 0.05
_PREFIXED = (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG, ox.RdfFormat.RDF_XML, ox.RdfFormat.JSON_LD)


class _Watch(threading.Thread):
    """Ends the process when a query is past a limit. The store releases the interpreter's lock while it evaluates."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._busy, self._idle, self._parent = threading.Event(), threading.Event(), os.getppid()
        self._deadline, self._bytes = 0.0, 0
        self.start()

    def begin(self, seconds: float, megabytes: int) -> None:
        self._deadline, self._bytes = time.monotonic() + seconds, megabytes << 20
        self._idle.clear()
        self._busy.set()

    def end(self) -> None:
        self._busy.clear()
        self._idle.set()

    def run(self) -> None:
        while True:
            self._busy.wait()
            if time.monotonic() > self._deadline or os.getppid() != self._parent:
                os._exit(OUT_OF_TIME)
            if _memory() > self._bytes:
                os._exit(OUT_OF_MEMORY)
            self._idle.wait(_LOOK)


class _Frames(io.RawIOBase):
    """Takes a document's bytes and sends them in frames."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.send(b"D", data)
        return len(data)

    def send(self, kind: bytes, body: Any) -> None:
        self._pipe.write(kind + struct.pack(">I", len(body)))
        self._pipe.write(body)
        self._pipe.flush()


def _memory() -> int:
    """Bytes of memory in use; at their peak where the system does not tell it for now."""
    try:
        with open("/proc/self/statm", "rb") as told:  # noqa: PTH123
            return int(told.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024


def _answer(store: ox.Store, request: dict[str, Any], frames: _Frames) -> None:
    prefixes: dict[str, str] = request["prefixes"]
    dataset: dict[str, Any] = (
        {"use_default_graph_as_union": request["union"]}
        if request["default"] is None
        else {name: [ox.NamedNode(g) for g in request[key]] for name, key in _DATASET}
    )
    found = store.query(request["text"], prefixes=prefixes, **dataset)
    is_triples = isinstance(found, ox.QueryTriples)
    media_type = request["triples" if is_triples else "table"]
    if media_type is None:
        frames.send(b"E", json.dumps({"kind": "form", "text": "triples" if is_triples else "table"}).encode())
        return
    frames.send(b"H", media_type.encode())
    with io.BufferedWriter(frames, _PIECE) as out:
        if isinstance(found, ox.QueryTriples):
            _write_triples(found, out, ox.RdfFormat.from_media_type(media_type), prefixes)
        else:
            found.serialize(out, ox.QueryResultsFormat.from_media_type(media_type))


_DATASET = (("default_graph", "default"), ("named_graphs", "named"))


def _write_triples(found: ox.QueryTriples, out: Any, form: ox.RdfFormat | None, prefixes: dict[str, str]) -> None:
    """Prefixes that the first triples use are declared; a stream cannot know the others."""
    if form not in _PREFIXED:
        found.serialize(out, form)
        return
    first = list(itertools.islice(found, 1000))
    text = "\n".join(map(str, first))
    used = {name: iri for name, iri in prefixes.items() if f"<{iri}" in text}
    ox.serialize(itertools.chain(first, found), out, form, prefixes=used)


def _main() -> None:
    watch = _Watch()
    folder, store = None, ox.Store()
    for line in sys.stdin.buffer:
        request, frames = json.loads(line), _Frames(sys.stdout.buffer)
        watch.begin(request["seconds"], request["megabytes"])
        try:
            if request["folder"] != folder:
                folder, store = request["folder"], ox.Store.read_only(request["folder"])
            _answer(store, request, frames)
        except (SyntaxError, ValueError) as error:
            frames.send(b"E", json.dumps({"kind": "query", "text": str(error)}).encode())
        except BrokenPipeError:
            return
        except (OSError, RuntimeError) as error:
            frames.send(b"E", json.dumps({"kind": "graph", "text": str(error)}).encode())
        watch.end()
        # What the allocator keeps of a large query would count against the next.
        grown = _memory() > request["megabytes"] << 18
        frames.send(b".", b"!" if grown else b"")
        if grown:
            return


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        _main()
    # Nothing is to be written any more, and the interpreter would try.
    os._exit(0)
