"""OpenLineage clients send to Fabric, unchanged, and lose nothing."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import DatasetEvent, Job, JobEvent, Run, RunEvent, RunState, StaticDataset
from openlineage.client.transport.http import HttpConfig, HttpTransport
from starlette.testclient import TestClient

from tests.api.estate import opened
from tests.fabric.openlineage.events import DAY, run_event, run_id
from tests.processes import serving

_GOOD = run_event("START", "08:00:00")


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


def refused(answer: Any, status: int, says: str) -> None:
    assert answer.status_code == status
    error: dict[str, Any] = answer.json()["error"]
    assert error["code"] == "InvalidEvent"
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
        refused(client.post(post, content=b" " * 10_001), 413, "the body is larger than 10000 bytes")
        bomb = gzip.compress(b" " * 50_000_000)
        refused(client.post(post, content=bomb, headers={"Content-Encoding": "gzip"}), 413, "the body is larger")
        assert client.get(post).status_code == 405
        assert waiting(client) == 0
