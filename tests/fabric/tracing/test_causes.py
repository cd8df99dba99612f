from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fabric.errors import UnknownAsset
from fabric.model import Check, CheckResult, Field, Job, Record, Run, RunStatus
from fabric.tracing.causes import Cause
from tests.fabric.scripted import ref, table
from tests.fabric.tracing.flows import DASHBOARD, JOB, Traced, estate

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def run(name: str, status: RunStatus, started: datetime, message: str | None = None) -> Run:
    return Run(namespace="shop", name=name, job=JOB, status=status, started=started, message=message)


def result(check: Check, outcome: str, at: datetime, name: str) -> CheckResult:
    return CheckResult(namespace="shop", name=name, check=check.ref, outcome=outcome, at=at, message="3 rows")  # type: ignore[arg-type]


def told(found: tuple[Cause, ...]) -> list[tuple[str, int, str, str]]:
    return [(one.asset.title, one.distance, one.kind, one.reason) for one in found]


def test_the_newest_run_counts(shop: Traced) -> None:
    failed = run("2", "failed", NOON, "out of memory")
    shop.harvest(*estate(), run("1", "complete", NOON - timedelta(hours=1)), failed)
    found = shop.tracing.root_cause(shop.iri(DASHBOARD), NOON)
    assert told(found) == [("Load mart", 2, "failed run", "its newest run failed: out of memory")]
    assert (found[0].at, found[0].evidence and found[0].evidence.iri) == (NOON, shop.iri(failed.ref))
    shop.harvest(*estate(), failed, run("3", "complete", NOON + timedelta(hours=1)))
    assert shop.tracing.root_cause(shop.iri(DASHBOARD), NOON) == ()


def test_failing_checks_upstream_are_causes_and_stale_ones_are_late_data(shop: Traced) -> None:
    check = Check(
        namespace="shop", name="c", title="ids are unique", subject=ref("raw"), column="id", dimension="consistency"
    )
    fresh = Check(namespace="shop", name="f", title="raw is fresh", subject=ref("raw"), dimension="timeliness")
    good, bad = (NOON - timedelta(days=1)), NOON
    results: list[Record] = [
        check, result(check, "passed", good, "1"), result(check, "failed", bad, "2"), fresh, result(fresh, "failed", bad, "3"),
    ]  # fmt: skip
    shop.harvest(*estate(), *results)
    assert sorted(told(shop.tracing.root_cause(shop.iri("mart"), NOON))) == [
        ("raw", 2, "failing check", "ids are unique fails: 3 rows"),
        ("raw", 2, "late data", "raw is fresh fails: 3 rows"),
    ]
    assert shop.tracing.root_cause(shop.iri("other"), NOON) == ()


def test_a_job_behind_its_schedule_is_late(shop: Traced) -> None:
    records = [replace(one, schedule="0 * * * *") if isinstance(one, Job) else one for one in estate()]
    shop.harvest(*records, run("1", "complete", NOON - timedelta(hours=5)))
    late = shop.tracing.root_cause(shop.iri("mart"), NOON)
    assert [(one.kind, one.at) for one in late] == [("late data", NOON - timedelta(hours=2))]
    assert shop.tracing.root_cause(shop.iri("mart"), NOON - timedelta(hours=4)) == ()


def test_schema_changes_upstream_are_causes_for_a_month(shop: Traced) -> None:
    changed = replace(
        table("raw", columns=("id", "amount")),
        fields=(Field(name="id", ordinal=1, datatype="string"), Field(name="amount", ordinal=2, datatype="integer")),
    )
    shop.harvest(*(changed if getattr(one, "title", "") == "raw" else one for one in estate()))
    found = shop.tracing.root_cause(shop.iri("stg"))
    assert told(found) == [("raw", 1, "schema change", "id became string, was integer; region was dropped")]
    assert shop.tracing.root_cause(shop.iri("stg"), datetime.now(UTC) + timedelta(days=31)) == ()


def test_an_upstream_that_is_gone_is_a_cause(shop: Traced) -> None:
    shop.harvest(*(one for one in estate() if getattr(one, "title", "") != "raw"))
    found = shop.tracing.root_cause(shop.iri("stg"))
    assert told(found) == [("raw", 1, "removed", "its source no longer has it")]


def test_nothing_is_told_of_what_is_not_known(shop: Traced) -> None:
    with pytest.raises(UnknownAsset):
        shop.tracing.root_cause(shop.iri("nowhere"))
