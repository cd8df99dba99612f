"""What only a store on a server does: it can be away, refuse, or be something else."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from fabric.errors import AccessDenied, FabricError, GraphError, GraphUnavailable, QueryError, StorageFull
from fabric.graph.remote import RemoteGraph
from tests.fabric.graphs import Server, oxigraph, put

A = "http://example.org/graph/a"
FACT = ("<http://example.org/s>", "<http://example.org/p>", '"x"')
USES: tuple[Callable[[RemoteGraph], object], ...] = (
    lambda store: store.query("ASK {}"),
    lambda store: store.query("ASK {}", graphs=[A]),
    lambda store: list(store.match()),
    lambda store: list(store.describe([A])),
    lambda store: put(store, A, FACT),
    lambda store: store.load(A, b""),
)


@contextmanager
def answering(status: int, body: str = "", kind: str = "text/plain") -> Iterator[tuple[RemoteGraph, list[str | None]]]:
    """A store on a server that gives one answer to everything, and the Authorization headers that it is sent."""
    seen: list[str | None] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            seen.append(self.headers["Authorization"])
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        store = RemoteGraph(address, address, token="s3cret")
        try:
            yield store, seen
        finally:
            store.close()
            server.shutdown()
            thread.join()


def test_a_server_that_ended_is_unavailable(tmp_path: Path) -> None:
    with oxigraph(tmp_path / "store") as server:
        store = server.open()
        put(store, A, FACT)
        server.stop()
        for use in USES:
            with pytest.raises(GraphUnavailable) as caught:
                use(store)
            assert caught.value.retryable
        store.close()
    with oxigraph(tmp_path / "store") as server:
        store = server.open()
        assert list(store.match()) == [(FACT, A)]
        store.close()


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, AccessDenied),
        (403, AccessDenied),
        (404, GraphError),
        (302, GraphError),
        (500, GraphUnavailable),
        (503, GraphUnavailable),
        (507, StorageFull),
    ],
)
def test_refusals_are_told_apart(status: int, expected: type[FabricError]) -> None:
    with answering(status) as (store, seen):
        for use in USES:
            with pytest.raises(expected) as caught:
                use(store)
            assert type(caught.value) is expected
            assert "s3cret" not in str(caught.value)
    assert set(seen) == {"Bearer s3cret"}


def test_a_server_out_of_space_says_so() -> None:
    with (
        answering(500, "IO error: No space left on device: While appending to file") as (store, _),
        pytest.raises(StorageFull),
    ):
        put(store, A, FACT)


@pytest.mark.parametrize("body", ["<html>Welcome</html>", "[]", "{}", '{"head": {}, "results": {}}'])
def test_what_is_no_sparql_server_is_named(body: str) -> None:
    with answering(200, body, "text/html") as (store, _), pytest.raises(GraphError, match="no SPARQL results"):
        store.query("SELECT * {}", graphs=[A])


def test_a_query_past_its_time_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        store = RemoteGraph(address, address, timeout=0.1)
        with pytest.raises(QueryError, match="in time"):
            store.query("ASK {}", graphs=[A], timeout=0.1)
        with pytest.raises(GraphUnavailable, match="in time"):
            put(store, A, FACT)
        store.close()


@pytest.mark.parametrize("address", ["nonsense", "ftp://example.org/", "http://exa mple:x/", "http://127.0.0.1:1/"])
def test_an_address_that_leads_nowhere_is_unavailable(address: str) -> None:
    store = RemoteGraph(address, address)
    with pytest.raises(GraphUnavailable):
        store.query("ASK {}")
    store.close()


def test_a_closed_store_says_so(server: Server) -> None:
    store = server.open()
    store.close()
    with pytest.raises(GraphError, match="closed"):
        store.query("ASK {}")


def test_it_takes_no_snapshot(server: Server, tmp_path: Path) -> None:
    store = server.open()
    with pytest.raises(GraphError, match="on a server"):
        store.snapshot(tmp_path / "copy")
    store.close()
