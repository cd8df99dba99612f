"""SPARQL's limits: a million rows through the real server in bounded memory, and what ending a query takes.

python -m benchmarks sparql [--rows 1000000]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from benchmarks._report import Target, heading, machine, paragraph, table, targets
from fabric.graph.local import LocalGraph

__all__ = ["run"]

_LIMIT = 300
_TYPES = {"JSON": "application/sparql-results+json", "CSV": "text/csv"}
_CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def run(options: list[str]) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks sparql", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args(options).rows
    heading("SPARQL")
    paragraph(f"{machine('kgfabric', 'pyoxigraph')} {rows:,} triples, all of them asked for, over HTTP.")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        _fill(data / "graph", rows)
        with _serving(data, _LIMIT) as (url, pid):
            before = _memory(pid)
            measured = [(name, *_stream(url, pid, media_type)) for name, media_type in _TYPES.items()]
        with _serving(data, 2) as (url, _pid):
            began = time.perf_counter()
            answer = httpx.get(f"{url}/sparql", params={"query": _CROSS}, timeout=60)
            late = time.perf_counter() - began - 2
    head = ("form", "s", "first byte, s", "MB", "server's peak, MB", "reader's peak, MB")
    table(head, [(n, f"{s:.1f}", f"{f:.2f}", f"{m:.0f}", f"{p:.0f}", f"{r:.0f}") for n, s, f, m, p, r in measured])
    paragraph(f"A cross product with a limit of 2 s: answered {answer.status_code}, {late:.2f} s after the limit.")
    targets(
        [
            Target("growth of the server", max(row[4] for row in measured) - before, 100, " MB"),
            Target("peak of a reader", max(row[5] for row in measured), 300, " MB"),
            Target("ended after its limit", late, 1, " s"),
        ]
    )


def _fill(folder: Path, rows: int) -> None:
    graph, step = LocalGraph(folder), 100_000
    for start in range(0, rows, step):
        lines = (f'<http://e/s{i // 10}> <http://e/p{i % 10}> "value {i}" .\n' for i in range(start, start + step))
        graph.load("http://e/graph", "".join(lines).encode())
    graph.close()


@contextmanager
def _serving(data: Path, limit: float) -> Iterator[tuple[str, int]]:
    environment = {
        **os.environ,
        "FABRIC_DATA_DIR": str(data),
        "FABRIC_SEMANTIC": "false",
        "FABRIC_SPARQL_TIMEOUT": str(limit),
    }
    command = [sys.executable, "-m", "api.cli", "serve", "--port", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[3], process.pid
        finally:
            process.terminate()


def _stream(url: str, pid: int, media_type: str) -> tuple[float, float, float, float, float]:
    """Seconds, seconds to the first byte, megabytes, and the peaks in megabytes of the server and of its largest child."""
    began, first, size, peaks, looked = time.perf_counter(), 0.0, 0, [0.0, 0.0], 0.0
    query = {"query": "SELECT * { ?s ?p ?o }"}
    with httpx.stream("GET", f"{url}/sparql", params=query, headers={"Accept": media_type}, timeout=60) as answer:
        answer.raise_for_status()
        for piece in answer.iter_raw():
            now = time.perf_counter() - began
            first = first or now
            size += len(piece)
            if now - looked > 0.2:
                looked, children = now, [_memory(child) for child in _children(pid)]
                peaks = [max(peaks[0], _memory(pid)), max(peaks[1], *children, 0.0)]
    return time.perf_counter() - began, first, size / 1e6, peaks[0], peaks[1]


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()] + [
        int(child)
        for thread in Path(f"/proc/{pid}/task").iterdir()
        if thread.name != str(pid)
        for child in (thread / "children").read_text().split()
    ]


def _memory(pid: int) -> float:
    """Resident megabytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
