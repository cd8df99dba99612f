"""How fast a server answers GraphQL about assets, over HTTP, to many clients at once.

    python -m benchmarks graphql_assets [--assets 100000] [--clients 50] [--seconds 20] [--keep DIR]

The generated datasets have eight fields, an owner, two tags, a schema and an upstream dataset; each thousandth is curated
with a domain and a term. The server is a process of its own, the clients keep their connections. `asset page` is one asset,
drawn evenly from all, with its fields, owners, tags, domains, terms, path and direct lineage; `list of 50` is a page of
`datasets` with the same but the fields; `title` is one asset's title, the least that can be asked. Paced, each client asks once
a second, and the time counts from when it was due; in a row, each asks again as soon as it is answered.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from benchmarks._given import Given
from benchmarks._processes import Failed
from benchmarks._report import Target, paragraph, progress, table, targets
from fabric.curation import Saying
from fabric.model import Catalog, Dataset, Field, Lineage, Record, Ref, agent
from fabric.settings import Settings
from fabric.workspace import Workspace

__all__ = ["run"]

_NAMESPACE, _SCHEMA, _PATIENCE = "postgres://warehouse:5432", 50, 120
_SHARED = (
    "iri title kind description platform tags owners{title} domains{title} terms{title} path{title} upstream{title iri}"
)
_DOCUMENTS = {
    "title": "query($i:ID!){asset(iri:$i){title}}",
    "asset page": f"query($i:ID!){{asset(iri:$i){{{_SHARED} downstream{{title iri}} "
    "...on Dataset{datasetKind rowCount fields{name datatype description primaryKey}}}}",
    "list of 50": f"query($a:String){{datasets(first:50,after:$a){{edges{{node{{{_SHARED}}}}}pageInfo{{endCursor}}}}}}",
}
_MOST = 20.0


def run(options: list[str]) -> None:
    """Print the figures as a Markdown table, and the number to hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks graphql_assets")
    parser.add_argument("--assets", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--keep", type=Path, help="a folder for the estate, made where it is missing and used again")
    given = parser.parse_args(options)
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.keep or Path(scratch) / "data"
        if not folder.exists():
            _build(folder, given.assets)
        rows = []
        with _Server(folder) as url:
            for name in _DOCUMENTS:
                for paced in (True, False):
                    took, rate = asyncio.run(_ask(url, name, given.assets, given.clients, given.seconds, paced=paced))
                    progress(f"{name}, {'paced' if paced else 'in a row'}: p95 {_at(took, 95):.1f} ms, {rate:.0f}/s")
                    rows.append((name, paced, took, rate))
    paragraph(f"{given.assets:,} assets, {given.clients} clients at once.")
    table(
        ("asked", "how", "requests/s", "p50 ms", "p95 ms"),
        [
            (name, "paced" if paced else "in a row", f"{rate:.0f}", f"{_at(took, 50):.1f}", f"{_at(took, 95):.1f}")
            for name, paced, took, rate in rows
        ],
    )
    page = next(took for name, paced, took, _rate in rows if name == "asset page" and paced)
    targets([Target("asset page, paced, p95", _at(page, 95), _MOST, " ms")])


def _at(took: list[float], percentile: int) -> float:
    return float(np.percentile(took, percentile))


def _ref(number: int) -> Ref:
    return Ref("dataset", _NAMESPACE, f"warehouse.s{number // _SCHEMA}.table_{number}")


def _records(count: int) -> Iterator[Record]:
    for schema in range((count + _SCHEMA - 1) // _SCHEMA):
        yield Catalog(namespace=_NAMESPACE, name=f"warehouse.s{schema}", title=f"s{schema}")
    for number in range(count):
        yield Dataset(
            namespace=_NAMESPACE,
            name=_ref(number).name,
            title=f"table_{number}",
            description=f"Rows of the process {number % 97}, one a day.",
            kind="table",
            platform="postgresql",
            part_of=Ref("catalog", _NAMESPACE, f"warehouse.s{number // _SCHEMA}"),
            owners=frozenset({agent(f"team-{number % 30}")}),
            tags=frozenset({f"tag-{number % 11}", f"tag-{number % 7}"}),
            row_count=number,
            fields=tuple(
                Field(name=f"column_{place}", datatype="string", ordinal=place, description=f"Column {place}.")
                for place in range(1, 9)
            ),
        )
        if number:
            yield Lineage(downstream=_ref(number), upstream=_ref(number // 2))


def _build(folder: Path, count: int) -> None:
    progress(f"building {count:,} assets")
    with Workspace(Settings(data_dir=folder, semantic=False, snapshot_every=0)) as workspace:
        workspace.harvester.run("warehouse", Given(list(_records(count))), "run")
        some = [workspace.iris.asset(_ref(number)) for number in range(0, count, 1000)]
        workspace.curation.say(some[:1000], Saying(add_domains=["Sales"], add_terms=["Order"]))
        workspace.indexer.catch_up(semantic=False)


class _Server:
    """A server process over a data directory; entered, it gives its address."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> str:
        note = self._folder / "server.json"
        note.unlink(missing_ok=True)
        environment = {**os.environ, "FABRIC_DATA_DIR": str(self._folder), "FABRIC_SEMANTIC": "false"}
        command = [sys.executable, "-m", "api.cli", "serve", "--port", "0"]
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + _PATIENCE
        while not note.exists() or not note.read_text(encoding="utf-8").endswith("}"):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._process.kill()
                raise Failed("the server did not start")
            time.sleep(0.1)
        return str(json.loads(note.read_text(encoding="utf-8"))["url"])

    def __exit__(self, *_error: object) -> None:
        self._process.terminate()
        self._process.wait(_PATIENCE)


async def _ask(
    url: str, name: str, assets: int, clients: int, seconds: float, *, paced: bool
) -> tuple[list[float], float]:
    """Milliseconds that each answer took, and answers a second; the first tenth of the time is not counted."""
    drawn = random.Random(5)
    begun = time.perf_counter()
    counted_from, end = begun + seconds / 10, begun + seconds
    took: list[float] = []

    async def client(number: int) -> None:
        address = urlsplit(url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        due = begun + number / clients
        while True:
            if paced:
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
            started = due if paced else time.perf_counter()
            if time.perf_counter() >= end:
                break
            await _exchange(reader, writer, _body(name, assets, drawn))
            if started >= counted_from:
                took.append(1000 * (time.perf_counter() - started))
            due += 1.0
        writer.close()

    async with asyncio.TaskGroup() as group:
        for number in range(clients):
            group.create_task(client(number))
    return took, len(took) / (seconds * 0.9)


def _body(name: str, assets: int, drawn: random.Random) -> bytes:
    number = drawn.randrange(assets)
    variables: dict[str, Any] = {"a": str(number // 50 * 50)}
    if name != "list of 50":
        kind, namespace, named = "dataset", _NAMESPACE, _ref(number).name
        variables = {
            "i": f"http://localhost:8642/id/{kind}/{namespace.replace(':', '%3A').replace('/', '%2F')}/{named}"
        }
    return json.dumps({"query": _DOCUMENTS[name], "variables": variables}).encode()


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: bytes) -> None:
    """Send one operation and read its whole answer. Raises: Failed where it is not what was asked for."""
    head = f"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    status, *headers = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    length = next(int(line.partition(":")[2]) for line in headers if line.lower().startswith("content-length:"))
    answer = await reader.readexactly(length)
    if " 200 " not in status or b'"errors"' in answer or b'"asset":null' in answer:
        raise Failed(f"the server answered {status}: {answer[:300].decode()}")
