"""Fabric's harvests are told to an endpoint, and neither wait for it nor fail with it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from fabric.errors import SettingsError
from fabric.openlineage.events import RunEvent, read_event
from fabric.settings import Settings
from fabric.workspace import Workspace


class _Endpoint(HTTPServer):
    """Answers with the statuses given, then with 201; keeps what it was sent."""

    def __init__(self, *statuses: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.statuses = list(statuses)
        self.got: list[tuple[str, str | None, dict[str, Any]]] = []


class _Handler(BaseHTTPRequestHandler):
    server: _Endpoint

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, self.headers["Authorization"], json.loads(body)))
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 201)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def listening(*statuses: int) -> Iterator[_Endpoint]:
    with _Endpoint(*statuses) as endpoint:
        thread = threading.Thread(target=endpoint.serve_forever)
        thread.start()
        yield endpoint
        endpoint.shutdown()
        thread.join()


def harvested(folder: Path, path: str, url: str, **given: Any) -> tuple[str, list[str]]:
    """Harvest a folder of files; the run's state, and its log after all was sent."""
    settings = Settings(data_dir=folder / "data", semantic=False, openlineage_url=url, **given)
    with Workspace(settings) as workspace:
        workspace.sources.register("lake", "files", {"path": path})
        run = workspace.harvest("lake")
    with Workspace(Settings(data_dir=folder / "data", semantic=False)) as workspace:
        return run.state, [line.text for line in workspace.runs.lines(run.id)]


def lake(tmp_path: Path) -> str:
    folder = tmp_path / "lake"
    folder.mkdir()
    (folder / "orders.csv").write_text("id,amount\n1,2\n", encoding="utf-8")
    return str(folder)


def test_a_harvest_is_told_as_a_run(tmp_path: Path) -> None:
    with listening() as endpoint:
        url = f"http://127.0.0.1:{endpoint.server_port}"
        assert harvested(tmp_path, lake(tmp_path), url, openlineage_api_key="key")[0] == "complete"
        assert {(path, key) for path, key, _ in endpoint.got} == {("/api/v1/lineage", "Bearer key")}
        events = [read_event(event) for _, _, event in endpoint.got]
    assert all(isinstance(one, RunEvent) for one in events)
    first, last = events
    assert isinstance(first, RunEvent)
    assert isinstance(last, RunEvent)
    assert (first.eventType, last.eventType) == ("START", "COMPLETE")
    assert first.run.runId == last.run.runId
    assert (last.job.namespace, last.job.name) == ("fabric", "harvest/lake")
    assert last.outputs
    assert last.outputs[0].name == "graph/harvest/lake"


def test_a_failed_harvest_is_told_with_its_error(tmp_path: Path) -> None:
    with listening() as endpoint:
        assert harvested(tmp_path, str(tmp_path / "none"), f"http://127.0.0.1:{endpoint.server_port}")[0] == "failed"
        last = endpoint.got[-1][2]
    assert last["eventType"] == "FAIL"
    assert "none" in last["run"]["facets"]["errorMessage"]["message"]


def test_an_event_is_sent_again_after_an_error_that_may_pass(tmp_path: Path) -> None:
    with listening(503, 503) as endpoint:
        state, log = harvested(tmp_path, lake(tmp_path), f"http://127.0.0.1:{endpoint.server_port}")
        kinds = [event["eventType"] for _, _, event in endpoint.got]
    assert state == "complete"
    assert kinds == ["START", "START", "START", "COMPLETE"]
    assert not [line for line in log if "OpenLineage" in line]


@pytest.mark.parametrize("statuses", [(503,) * 9, (403,) * 9, ()])
def test_an_endpoint_that_fails_does_not_fail_the_harvest(tmp_path: Path, statuses: tuple[int, ...]) -> None:
    with listening(*statuses) as endpoint:
        port = endpoint.server_port if statuses else 1
        state, log = harvested(tmp_path, lake(tmp_path), f"http://127.0.0.1:{port}", openlineage_attempts=2)
        assert len(endpoint.got) <= 4
    assert state == "complete"
    assert [line for line in log if line.startswith("the OpenLineage event was not sent: ")]


def test_a_url_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="FABRIC_OPENLINEAGE_URL"):
        Workspace(Settings(data_dir=tmp_path, semantic=False, openlineage_url="lineage"))
