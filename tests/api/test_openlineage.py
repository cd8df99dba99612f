"""OpenLineage clients send to Fabric, unchanged, and lose nothing."""

from __future__ import annotations

import gzip
import json
import multiprocessing
import random
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import DatasetEvent, Job, JobEvent, Run, RunEvent, RunState, StaticDataset
from openlineage.client.transport.http import HttpConfig, HttpTransport
from starlette.testclient import TestClient

from fabric.model import Ref
from fabric.workspace import Workspace
from tests.api.estate import ask, opened
from tests.durable import serve, settings
from tests.fabric.graphs import wait_for
from tests.fabric.openlineage.events import DAY, SHOP, dataset, run_event, run_id, schema
from tests.fabric.openlineage.taking import table
from tests.processes import serving

_GOOD = run_event("START", "08:00:00")
LINEAGE = """query($i:ID!,$l:LineageLevel!){
  lineage(iri:$i,direction:UPSTREAM,level:$l){edges{start end provenance{source}}}}"""


def waiting(client: TestClient) -> int:
    found: int = client.app.state.workspace.inbox.counts().waiting  # type: ignore[attr-defined]
    return found


@pytest.mark.parametrize("compression", [None, "gzip"])
def test_a_client_sends_all_kinds_of_events_to_a_server(tmp_path: Path, compression: str | None) -> None:
    with serving(tmp_path / "data") as url:
        config = {"type": "http", "url": url, **({"compression": compression} if compression else {})}
        client = OpenLineageClient(transport=HttpTransport(HttpConfig.from_dict(config)))
        job, at = Job("shop", "load"), f"{DAY}08:00:00Z"
        client.emit(RunEvent(eventTime=at, eventType=RunState.START, run=Run(run_id(1)), job=job))
        client.emit(JobEvent(eventTime=at, job=job))
        client.emit(DatasetEvent(eventTime=at, dataset=StaticDataset("postgres://db:5432", "shop.public.orders")))
        client.close()


def test_an_array_is_taken_in_as_far_as_it_is_good(tmp_path: Path) -> None:
    wrong = {**_GOOD, "eventTime": "noon"}
    with opened(tmp_path) as client:
        for path in ("/api/v1/lineage", "/api/v1/lineage/batch"):
            answer = client.post(path, json=[_GOOD, wrong, _GOOD])
            assert answer.status_code == 200
            said = answer.json()
            assert said["status"] == "partial_success"
            assert said["summary"] == {
                "received": 3, "successful": 2, "failed": 1, "retriable": 0, "non_retriable": 1,
            }  # fmt: skip
            assert said["failed_events"][0]["index"] == 1
            assert said["failed_events"][0]["reason"].startswith("$[1].eventTime: ")
        assert waiting(client) == 4
        assert client.post("/api/v1/lineage", json=[wrong]).status_code == 400
        assert client.post("/api/v1/lineage", json=[]).json()["status"] == "success"
        assert client.post("/api/v1/lineage/batch", json=_GOOD).status_code == 201


def test_a_facet_of_five_megabytes_is_taken_in(tmp_path: Path) -> None:
    large = run_event("START", "08:00:00", run_facets={"plan": {"text": "x" * 5_000_000}})
    with opened(tmp_path) as client:
        assert client.post("/api/v1/lineage", json=large).status_code == 201
        packed = gzip.compress(json.dumps(large).encode())
        sent = client.post("/api/v1/lineage", content=packed, headers={"Content-Encoding": "gzip"})
        assert sent.status_code == 201
        assert waiting(client) == 2


def refused(answer: Any, status: int, says: str, code: str = "InvalidEvent") -> None:
    assert answer.status_code == status
    error: dict[str, Any] = answer.json()["error"]
    assert error["code"] == code
    assert error["what"].startswith(says)
    assert error["remedy"]


def test_bad_bodies_get_a_clear_answer(tmp_path: Path) -> None:
    with opened(tmp_path, openlineage_max_bytes=10_000) as client:
        post = "/api/v1/lineage"
        refused(client.post(post, content=b"{"), 400, "the body is no JSON: ")
        refused(client.post(post, json={**_GOOD, "run": {}}), 400, "$.run.runId: field required")
        refused(
            client.post(post, content=b"plain, not packed", headers={"Content-Encoding": "gzip"}),
            400,
            "the body is not gzip",
        )
        refused(client.post(post, content=b"x", headers={"Content-Encoding": "br"}), 400, "the body's coding 'br'")
        half = gzip.compress(json.dumps(_GOOD).encode())[:-9]
        refused(client.post(post, content=half, headers={"Content-Encoding": "gzip"}), 400, "the body's gzip ends")
        refused(client.post(post, content=b" " * 10_001), 413, "the request's body is larger than 10000", "TooLarge")
        bomb = gzip.compress(b" " * 5_000_000)
        refused(
            client.post(post, content=bomb, headers={"Content-Encoding": "gzip"}), 413, "the body is larger", "TooLarge"
        )
        assert client.get(post).status_code == 405
        assert waiting(client) == 0


def test_lineage_and_runs_of_events_are_in_graphql(tmp_path: Path) -> None:
    columns = {"total": {"inputFields": [{"namespace": SHOP, "name": "shop.public.orders", "field": "amount"}]}}
    totals = dataset("shop.public.totals", schema=schema(total="numeric"), columnLineage={"fields": columns})
    message = {"errorMessage": {"message": "boom", "programmingLanguage": "SQL"}}
    with opened(tmp_path) as client:
        events = [
            run_event("START", "08:00:00", inputs=[dataset("shop.public.orders", schema=schema(amount="numeric"))]),
            run_event("COMPLETE", "08:00:30", outputs=[totals]),
            run_event("FAIL", "09:00:00", run=2, run_facets=message),
        ]
        assert client.post("/api/v1/lineage", json=events).status_code == 200
        workspace: Workspace = client.app.state.workspace  # type: ignore[attr-defined]
        assert workspace.applier.catch_up() == 3
        iri = workspace.iris.asset(table("totals"))
        job = workspace.iris.asset(Ref("job", "shop", "load"))
        shown = ask(client, "query($i:ID!){asset(iri:$i){...on Dataset{fields{upstream{path dataset{title}}}}}}", i=iri)
        assert shown["asset"]["fields"][0]["upstream"] == [{"path": "amount", "dataset": {"title": "orders"}}]
        for level, end in (("TABLE", iri), ("COLUMN", workspace.iris.field(table("totals"), "total"))):
            edges = ask(client, LINEAGE, i=end, l=level)["lineage"]["edges"]
            start = (
                workspace.iris.asset(table("orders"))
                if level == "TABLE"
                else workspace.iris.field(table("orders"), "amount")
            )
            assert {"start": start, "end": end, "provenance": [{"source": "openlineage"}]} in edges
        runs = "status duration message reads{title} writes{title} job{title}"
        found = ask(client, f"query($i:ID!){{runsOf(job:$i){{{runs}}}}}", i=job)["runsOf"]
        good = {"reads": [{"title": "orders"}], "writes": [{"title": "totals"}], "job": {"title": "load"}}
        bad = {"reads": [], "writes": [], "job": {"title": "load"}}
        assert found == [
            {"status": "failed", "duration": 0, "message": "boom", **bad},
            {"status": "complete", "duration": 30, "message": None, **good},
        ]
        one = ask(client, f"query($i:ID!){{asset(iri:$i){{...on Job{{runs(first:1){{{runs}}}}}}}}}", i=job)
        assert one["asset"]["runs"] == found[:1]


KILLS = 5
JOBS = 4


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder in memory where there is such, since what a killed process wrote stays all the same."""
    place = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="fabric-openlineage-", dir=place if place.is_dir() else None) as name:
        yield Path(name)


def send(url: str, numbers: Iterator[int], taken: set[int], guard: threading.Lock) -> None:
    """Send an event after another, and note those that were answered with success, until the server is gone."""
    with httpx.Client(base_url=url, timeout=30) as client:
        while True:
            with guard:
                number = next(numbers)
            event = run_event(
                "COMPLETE", "08:00:00", run=number, job=f"job-{number % JOBS}", outputs=[dataset(f"t{number % JOBS}")]
            )
            try:
                answer = client.post("/api/v1/lineage", json=event)
            except httpx.TransportError:
                return
            assert answer.status_code == 201
            with guard:
                taken.add(number)


@pytest.mark.crash
def test_what_was_answered_with_success_outlives_kills(memory: Path) -> None:
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(["api.server", "dbos", "tests.durable"])
    chosen = settings(memory, openlineage_runs_kept=100_000)
    numbers, taken, guard = iter(range(10**9)), set[int](), threading.Lock()
    for kill in range(KILLS):
        with serve(made, chosen) as server:
            senders = [threading.Thread(target=send, args=(server.url, numbers, taken, guard)) for _ in range(4)]
            before = len(taken)
            for one in senders:
                one.start()
            enough = before + random.Random(kill).randrange(40, 200)
            wait_for(lambda enough=enough: len(taken) >= enough, "events that were taken in")  # type: ignore[misc]
            server.kill()
            for one in senders:
                one.join()
    with serve(made, chosen) as server:
        wait_for(lambda: server.ask("{openlineage{waiting}}")["openlineage"]["waiting"] == 0, "all events in the graph")
        assert server.ask("{openlineage{failed problems}}")["openlineage"] == {"failed": 0, "problems": []}
        document = "SELECT ?r WHERE { ?r fab:runOf ?j }"
        answer = httpx.post(
            f"{server.url}/sparql", data={"query": document}, headers={"Accept": "text/csv"}, timeout=60
        )
        found = {line.strip().rpartition("/")[2] for line in answer.text.splitlines()[1:]}
        assert {run_id(number) for number in taken} <= found
