"""Requests that are too large, too slow or no text are refused, and cost the server little."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.processes import serving

MEGABYTE = b" " * 1_000_000
HEAD = "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{more}\r\n\r\n"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("limits"), FABRIC_REQUEST_SECONDS="2") as url:
        yield url


def connect(url: str, path: str, more: str) -> socket.socket:
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname, parts.port or 80), timeout=30)
    connection.sendall(HEAD.format(path=path, more=more).encode())
    return connection


def answer(connection: socket.socket) -> tuple[int, str]:
    """Status and body, though the other side may have closed already."""
    said = b""
    try:
        while piece := connection.recv(65536):
            said += piece
    except ConnectionResetError:
        assert said, "the connection was cut before the answer"
    return int(said.split(b" ", 2)[1]), said.decode()


def stream(connection: socket.socket, megabytes: int) -> int:
    """Send so many megabytes in chunks until the other side answers; returns how many were sent."""
    for sent in range(megabytes):
        try:
            connection.sendall(b"%x\r\n" % len(MEGABYTE) + MEGABYTE + b"\r\n")
        except (BrokenPipeError, ConnectionResetError):
            return sent
    return megabytes


@pytest.mark.parametrize("path", ["/graphql", "/sparql", "/index", "/nothing"])
def test_a_body_that_says_it_is_too_large_is_not_read(url: str, path: str) -> None:
    with connect(url, path, "Content-Length: 1000000000") as connection:
        status, said = answer(connection)
    if path in {"/graphql", "/sparql"}:
        assert status == 413
    assert status in {404, 405, 413}
    assert "FABRIC_MAX_REQUEST_BYTES" in said or status != 413


def test_of_a_gigabyte_in_pieces_little_is_read(url: str) -> None:
    pid = httpx.get(url + "/health").json()["pid"]
    before = peak_memory(pid)
    with connect(url, "/graphql", "Transfer-Encoding: chunked") as connection:
        sent = stream(connection, 1000)
    assert sent < 40
    assert peak_memory(pid) - before < 100_000_000
    assert httpx.get(url + "/health").status_code == 200


def test_just_too_much_is_refused_and_just_enough_is_read(url: str) -> None:
    body = json.dumps({"query": "{status{assets}}"}).encode()
    for size, status in ((10_000_000, 200), (10_000_001, 413)):
        sent = body + b" " * (size - len(body))
        kind = {"Content-Type": "application/json"}
        assert httpx.post(url + "/graphql", content=sent, headers=kind, timeout=60).status_code == status


def test_a_body_that_never_comes_is_given_up(url: str) -> None:
    with connect(url, "/graphql", "Content-Length: 100") as connection:
        connection.sendall(b'{"query"')
        status, said = answer(connection)
    assert status == 408
    assert "TooSlow" in said


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/graphql", "application/json"),
        ("/sparql", "application/sparql-query"),
        ("/sparql", "application/x-www-form-urlencoded"),
        ("/api/v1/lineage", "application/json"),
    ],
)
def test_bytes_that_are_no_text_are_the_senders_fault(url: str, path: str, kind: str) -> None:
    for body in (b'{"query": "\xff\xfe"}', b"\x80", b"query=\xc3\x28"):
        answer = httpx.post(url + path, content=body, headers={"Content-Type": kind})
        assert answer.status_code == 400


def test_deep_nesting_is_the_senders_fault(url: str) -> None:
    for body in (
        b"[" * 200_000,
        b'{"query":"' + b"{a" * 900 + b"}" * 900 + b'"}',
        b'{"query":"{a(b:' + b"[" * 1800 + b'"}',
    ):
        answer = httpx.post(url + "/graphql", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in {200, 400}
        assert answer.status_code == 400 or "unexpected" not in answer.text


def peak_memory(pid: int) -> int:
    """Bytes that the process had in memory at most."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
