"""OpenLineage: events a second that a server accepts and makes durable, and that it takes into the graph.

    python -m benchmarks openlineage [--clients 8] [--seconds 10] [--batch 100] [--jobs 200]

The server runs in a process of its own, the clients in others, on the same machine: what they take of its processors is missing to
the server. Each run of a job has a START and a COMPLETE event with a schema of ten columns and their lineage, 2.5 kB on average. An
event counts as accepted when it is answered with success, thus is on disk. The applier works meanwhile, as it does in service; the
last figure is of the applier alone.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import tempfile
import time
import uuid
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks._report import Target, heading, machine, progress, table, targets
from fabric.settings import Settings
from fabric.workspace import Workspace

__all__ = ["events", "run"]

_COLUMNS = 10
_DATABASE = "postgres://warehouse.example.org:5432"


def run(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks openlineage", description=__doc__.partition("\n")[0])
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--events", type=int, default=20_000)
    given = parser.parse_args(arguments)
    heading("OpenLineage")
    machine()
    rows, held = [], []
    for size in (1, given.batch):
        progress(f"{given.clients} clients that send {size} at once")
        rate, slowest, late = _accepted(given.clients, given.seconds, size, given.jobs)
        what = "one event a request" if size == 1 else f"{size} events a request"
        rows.append((what, f"{rate:,.0f}", f"{slowest:.0f}", f"{late:.1f}"))
        held.append(Target(f"events a second, {what}", rate, 1000, at_least=True))
    table(("sent", "accepted events/s", "p99 of a request, ms", "then in the graph after, s"), rows)
    progress("the applier alone")
    first, again = _applied(given.events, given.jobs)
    table(
        ("the applier alone", "events/s"), [("new runs", f"{first:,.0f}"), ("the same events again", f"{again:,.0f}")]
    )
    targets(held)


def events(client: int, jobs: int) -> Iterator[dict[str, Any]]:
    """Events of one run after another, without end."""
    number = 0
    columns = [f"column_{place}" for place in range(_COLUMNS)]
    schema = {"fields": [{"name": name, "type": "numeric", "description": f"What {name} is."} for name in columns]}
    while True:
        job, run_id = number % jobs, str(uuid.uuid4())
        source = {"namespace": _DATABASE, "name": f"shop.raw.table_{job}", "facets": {"schema": schema}}
        origin = {"namespace": _DATABASE, "name": source["name"]}
        lineage = {"fields": {name: {"inputFields": [{**origin, "field": name}]} for name in columns}}
        target = {
            "namespace": _DATABASE,
            "name": f"shop.mart.table_{job}",
            "facets": {"schema": schema, "columnLineage": lineage},
        }
        at = time.time() - 3600 + number % 3600
        for kind, moment in (("START", at), ("COMPLETE", at + 30)):
            yield {
                "eventType": kind,
                "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment)),
                "producer": "https://example.org/scheduler",
                "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
                "run": {"runId": run_id, "facets": {}},
                "job": {"namespace": "benchmark", "name": f"job_{job}", "facets": {"sql": {"query": f"SELECT {job}"}}},
                "inputs": [source],
                "outputs": [target] if kind == "COMPLETE" else [],
            }
        number += client + 1


def _accepted(clients: int, seconds: float, size: int, jobs: int) -> tuple[float, float, float]:
    """Events a second, the 99th percentile of a request in ms, and seconds until the last one was in the graph."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="fabric-benchmark-") as folder:
        here, there = context.Pipe()
        server = context.Process(target=_serve, args=(Path(folder), there), daemon=True)
        server.start()
        url = str(here.recv())
        pipes = [context.Pipe() for _ in range(clients)]
        senders = [
            context.Process(target=_send, args=(url, number, size, jobs, seconds, pipe[1]), daemon=True)
            for number, pipe in enumerate(pipes)
        ]
        for one in senders:
            one.start()
        for pipe, _other in pipes:
            pipe.recv()
        for pipe, _other in pipes:
            pipe.send(None)
        answers = [pipe.recv() for pipe, _other in pipes]
        started = time.perf_counter()
        while _waiting(url):
            time.sleep(0.2)
        late = time.perf_counter() - started
        server.terminate()
        server.join()
    sent = sum(count for count, _took in answers)
    took = sorted(one for _count, some in answers for one in some)
    return sent / seconds, 1000 * took[int(0.99 * (len(took) - 1))], late


def _serve(folder: Path, parent: Connection) -> None:
    from api.server import serve

    serve(Settings(data_dir=folder, port=0, semantic=False, snapshot_every=0), parent.send)


def _send(url: str, number: int, size: int, jobs: int, seconds: float, parent: Connection) -> None:
    made = events(number, jobs)
    bodies = [[next(made) for _ in range(size)] for _ in range(max(2000 // size, 20))]
    texts = [json.dumps(some[0] if size == 1 else some) for some in bodies]
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=120)
    parent.send(None)
    parent.recv()
    count, took, deadline = 0, [], time.perf_counter() + seconds
    while (began := time.perf_counter()) < deadline:
        connection.request(
            "POST", "/api/v1/lineage", texts[count // size % len(texts)], {"Content-Type": "application/json"}
        )
        answer = connection.getresponse()
        answer.read()
        if answer.status not in {200, 201}:
            raise AssertionError(f"the server answered {answer.status}")
        took.append(time.perf_counter() - began)
        count += size
    parent.send((count, took))


def _waiting(url: str) -> int:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=120)
    body = json.dumps({"query": "{openlineage{waiting}}"})
    connection.request("POST", "/graphql", body, {"Content-Type": "application/json"})
    found: int = json.loads(connection.getresponse().read())["data"]["openlineage"]["waiting"]
    connection.close()
    return found


def _applied(count: int, jobs: int) -> tuple[float, float]:
    """Events a second into the graph: new ones, and the same again."""
    made = events(0, jobs)
    bodies = [json.dumps(next(made)).encode() for _ in range(count)]
    rates = []
    with tempfile.TemporaryDirectory(prefix="fabric-benchmark-") as folder:
        settings = Settings(data_dir=Path(folder), semantic=False, snapshot_every=0)
        with Workspace(settings) as workspace:
            for _ in range(2):
                workspace.inbox.put(bodies).result()
                began = time.perf_counter()
                workspace.applier.catch_up()
                rates.append(count / (time.perf_counter() - began))
    return rates[0], rates[1]
