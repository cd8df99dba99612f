"""What is OpenLineage is read, and what is not is refused by its JSON path."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from fabric.errors import InvalidEvent
from fabric.openlineage.events import DatasetEvent, JobEvent, RunEvent, parse_json, read_event
from fabric.openlineage.inbox import read_delivery
from tests.fabric.openlineage.events import PRODUCER, body, dataset, run_event, schema

BAD = yaml.safe_load((Path(__file__).parent / "bad_events.yaml").read_text(encoding="utf-8"))


def good() -> dict[str, Any]:
    return run_event(
        "COMPLETE",
        "08:00:00",
        inputs=[dataset("shop.public.orders")],
        outputs=[dataset("shop.public.totals", schema=schema(total="numeric"))],
    )


@pytest.mark.parametrize("case", BAD, ids=lambda case: ".".join(map(str, case["at"])))
def test_what_is_wrong_is_named_by_its_path(case: dict[str, Any]) -> None:
    event = copy.deepcopy(good())
    holder: Any = event
    *way, last = case["at"]
    for step in way:
        holder = holder[step]
    if case["set"] is None:
        del holder[last]
    else:
        holder[last] = case["set"]
    with pytest.raises(InvalidEvent) as caught:
        read_event(event)
    assert caught.value.what.startswith(case["says"])


@pytest.mark.parametrize("given", [None, 3, "START", [], {}, {"eventTime": "2026-01-31T08:00:00Z", "producer": "x"}])
def test_what_is_no_event_is_refused(given: object) -> None:
    with pytest.raises(InvalidEvent, match=r"^\$: "):
        read_event(given)


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b'{"a": NaN}', b'{"a": "\\ud800"}', b"[" * 100_000])
def test_what_is_no_json_is_refused(text: bytes) -> None:
    with pytest.raises(InvalidEvent, match="the body is no JSON"):
        parse_json(text)


def test_the_three_kinds_are_told_apart() -> None:
    event = good()
    assert isinstance(read_event(event), RunEvent)
    del event["run"]
    assert isinstance(read_event(event), JobEvent)
    assert isinstance(
        read_event({"eventTime": event["eventTime"], "producer": PRODUCER, "dataset": dataset("t")}), DatasetEvent
    )


def test_what_fabric_does_not_read_passes_unread() -> None:
    event = good()
    event["run"]["facets"] = {"spark.logicalPlan": [{"plan": None}], "spark_version": {"spark-version": 3.5}}
    event["outputs"][0]["facets"]["additionalProp1"] = {}
    del event["schemaURL"]
    read_event(event)


def test_a_deleted_facet_needs_no_members() -> None:
    event = good()
    event["outputs"][0]["facets"]["schema"] = {"_deleted": True}
    read = read_event(event)
    assert isinstance(read, RunEvent)
    assert read.outputs
    assert read.outputs[0].facets
    assert read.outputs[0].facets.deleted == {"schema"}


@pytest.mark.parametrize(
    "moment", ["2026-01-31T09:00:00.000000001+01:00", "2026-01-31T08:00:00", "2026-01-31t08:00:00z"]
)
def test_moments_of_all_clients_are_read(moment: str) -> None:
    assert read_event({**good(), "eventTime": moment}).eventTime == read_event(good()).eventTime


def test_the_good_events_of_an_array_are_kept_and_the_others_named() -> None:
    wrong = good()
    del wrong["run"]["runId"]
    delivery = read_delivery(b"[" + b",".join(body(good(), wrong, good())) + b"]")
    assert len(delivery.events) == 2
    assert [(one.index, one.error.what) for one in delivery.refused] == [(1, "$[1].run.runId: field required")]
