"""OpenLineage events for tests, as JSON values."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["DAY", "SHOP", "body", "dataset", "run_event", "run_id", "schema"]

SHOP = "postgres://db.example.org:5432"
DAY = "2026-01-31T"
PRODUCER = "https://example.org/scheduler/1.0"


def run_id(number: int) -> str:
    """The id of the test's run of that number."""
    return f"019b2f6e-7f3a-7d4e-9c55-{number:012x}"


def run_event(kind: str | None, at: str, run: int = 1, job: str = "load", **members: Any) -> dict[str, Any]:
    """An event of a run at a time of the day; `members` are set in it, `run_facets` and `job_facets` in the run and job."""
    event: dict[str, Any] = {
        "eventTime": f"{DAY}{at}Z",
        "producer": PRODUCER,
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": run_id(run), "facets": members.pop("run_facets", {})},
        "job": {"namespace": "shop", "name": job, "facets": members.pop("job_facets", {})},
        **members,
    }
    return event if kind is None else {**event, "eventType": kind}


def dataset(name: str, namespace: str = SHOP, **facets: Any) -> dict[str, Any]:
    """A dataset with facets."""
    return {"namespace": namespace, "name": name, "facets": facets}


def schema(**fields: str) -> dict[str, Any]:
    """A schema facet: types by name."""
    return {"fields": [{"name": name, "type": kind} for name, kind in fields.items()]}


def body(*events: dict[str, Any]) -> list[bytes]:
    """Events as clients send them."""
    return [json.dumps(event).encode() for event in events]
