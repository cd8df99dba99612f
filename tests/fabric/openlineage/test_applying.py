"""Events become jobs, datasets, edges and runs, in whatever order and however often they come."""

from __future__ import annotations

import random
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from fabric.model import Dataset, Job, Ref
from fabric.openlineage.applying import Applier
from fabric.openlineage.publishing import Publisher
from fabric.openlineage.writing import Writer
from fabric.state import inbox
from fabric.workspace import Workspace
from tests.fabric.openlineage.events import SHOP, body, dataset, run_event, schema
from tests.fabric.openlineage.taking import edge, facts, get, run, runs, table, take

ORDERS, TOTALS = "shop.public.orders", "shop.public.totals"
LOAD = Ref("job", "shop", "load")


def flows(**fields: list[str]) -> dict[str, Any]:
    """A column lineage facet: fields of orders by field."""
    inputs = {
        name: {"inputFields": [{"namespace": SHOP, "name": ORDERS, "field": one} for one in origins]}
        for name, origins in fields.items()
    }
    return {"fields": inputs}


def a_day() -> list[dict[str, Any]]:
    """Runs of two jobs: good ones, a failed one, one whose inputs and outputs come late, and a schema that changes."""
    return [
        run_event("START", "08:00:00", inputs=[dataset(ORDERS, schema=schema(id="int"))]),
        run_event("COMPLETE", "08:05:00",
                  outputs=[dataset(TOTALS, schema=schema(total="numeric"), columnLineage=flows(total=["amount"]))]),
        run_event("START", "09:00:00", run=2, run_facets={"nominalTime": {"nominalStartTime": "2026-01-30T00:00:00Z"}}),
        run_event(
            "FAIL", "09:01:00", run=2, run_facets={"errorMessage": {"message": "boom", "programmingLanguage": "SQL"}}
        ),
        run_event("START", "10:00:00", run=3, job="copy", inputs=[dataset(TOTALS)]),
        run_event("RUNNING", "10:00:30", run=3, job="copy", outputs=[dataset("shop.public.copied")]),
        run_event("COMPLETE", "10:01:00", run=3, job="copy"),
        run_event("COMPLETE", "11:00:00", run=4, inputs=[dataset(ORDERS, schema=schema(id="int", amount="numeric"))],
                  outputs=[dataset(TOTALS)], job_facets={"sql": {"query": "SELECT 2"}}),
        run_event("START", "10:59:00", run=4, job_facets={"sql": {"query": "SELECT 1"}}),
    ]  # fmt: skip


def test_a_run_becomes_a_job_with_what_it_reads_and_writes(workspace: Workspace) -> None:
    take(workspace, *a_day())
    job = get(workspace, LOAD, Job)
    assert (job.reads, job.writes, job.definition) == (
        frozenset({table("orders")}),
        frozenset({table("totals")}),
        "SELECT 2",
    )
    lineage = edge(workspace, table("totals"), table("orders"))
    assert lineage is not None
    assert lineage.job == LOAD
    assert [(one.downstream, one.upstream) for one in lineage.columns] == [("total", "amount")]
    assert [one.name for one in get(workspace, table("orders"), Dataset).fields] == ["id", "amount"]


def test_runs_have_times_states_and_messages(workspace: Workspace) -> None:
    take(workspace, *a_day())
    good, bad, copied = run(workspace, 1), run(workspace, 2), run(workspace, 3)
    assert good.started is not None
    assert good.ended is not None
    assert (good.status, good.ended - good.started) == ("complete", timedelta(minutes=5))
    assert (bad.status, bad.message, bad.nominal_start) == ("failed", "boom", datetime(2026, 1, 30, tzinfo=UTC))
    assert (copied.used, copied.generated) == (frozenset({table("totals")}), frozenset({table("copied")}))


@pytest.mark.parametrize("seed", range(6))
def test_neither_order_nor_repetition_matters(workspace: Workspace, seed: int) -> None:
    take(workspace, *a_day())
    expected = facts(workspace)
    other = Workspace(workspace.settings.model_copy(update={"data_dir": workspace.settings.data_dir / "other"}))
    with other:
        shuffled = [*a_day(), *a_day()[::2]]
        random.Random(seed).shuffle(shuffled)
        for start in range(0, len(shuffled), 4):
            take(other, *shuffled[start : start + 4])
        assert facts(other) == expected


def test_a_day_again_changes_nothing(workspace: Workspace) -> None:
    take(workspace, *a_day())
    expected, last = facts(workspace), workspace.history.last()
    take(workspace, *a_day())
    assert facts(workspace) == expected
    assert workspace.history.last() == last


def test_the_newest_successful_run_says_what_a_job_reads(workspace: Workspace) -> None:
    take(workspace, run_event("COMPLETE", "08:00:00", inputs=[dataset(ORDERS)], outputs=[dataset(TOTALS)]))
    take(
        workspace,
        run_event("COMPLETE", "09:00:00", run=2, inputs=[dataset("shop.public.new")], outputs=[dataset(TOTALS)]),
    )
    take(workspace, run_event("FAIL", "10:00:00", run=3, inputs=[dataset(ORDERS)], outputs=[dataset(TOTALS)]))
    assert get(workspace, LOAD, Job).reads == {table("new")}
    assert edge(workspace, table("totals"), table("orders")) is None
    assert edge(workspace, table("totals"), table("new")) is not None


def test_an_edge_stays_while_another_job_states_it(workspace: Workspace) -> None:
    both: dict[str, Any] = {"inputs": [dataset(ORDERS)], "outputs": [dataset(TOTALS)]}
    take(
        workspace,
        run_event("COMPLETE", "08:00:00", **both),
        run_event("COMPLETE", "08:00:00", run=2, job="copy", **both),
    )
    take(workspace, run_event("COMPLETE", "09:00:00", run=3, outputs=[dataset(TOTALS)]))
    lineage = edge(workspace, table("totals"), table("orders"))
    assert lineage is not None
    assert lineage.job == Ref("job", "shop", "copy")


def test_a_run_that_ends_before_it_begins_takes_no_time(workspace: Workspace) -> None:
    take(workspace, run_event("START", "08:00:10"), run_event("COMPLETE", "08:00:00"))
    assert run(workspace, 1).started == run(workspace, 1).ended


def test_a_clock_far_ahead_does_not_silence_later_events(workspace: Workspace) -> None:
    ahead = run_event("COMPLETE", "08:00:00", job_facets={"documentation": {"description": "ahead"}})
    take(workspace, {**ahead, "eventTime": "2199-01-01T00:00:00Z"})
    now = datetime.now(UTC) + timedelta(minutes=1)
    later = run_event("COMPLETE", "08:00:00", run=2, job_facets={"documentation": {"description": "later"}})
    take(workspace, {**later, "eventTime": now.isoformat()})
    assert get(workspace, LOAD, Job).description == "later"


def test_of_a_job_only_the_newest_runs_are_kept(workspace: Workspace) -> None:
    for hour in range(8):
        take(
            workspace,
            run_event("START", f"{hour:02}:00:00", run=hour),
            run_event("COMPLETE", f"{hour:02}:10:00", run=hour),
        )
    assert [one.started.hour for one in runs(workspace) if one.started] == [5, 6, 7]
    take(workspace, run_event("COMPLETE", "00:10:00", run=0))
    assert [one.started.hour for one in runs(workspace) if one.started] == [5, 6, 7]


def test_runs_are_no_assets_of_the_search_or_the_history(workspace: Workspace) -> None:
    take(workspace, *a_day())
    runs_of_day = {one for one in workspace.assets.all() if "/run/" in one}
    assert runs_of_day == set()
    assert not [one for one in workspace.history.roots(after=0) if "/run/" in one]


def test_a_parent_run_is_linked_and_its_job_contains_the_other(workspace: Workspace) -> None:
    parent = {"run": {"runId": "019b2f6e-7f3a-7d4e-9c55-0000000000ff"}, "job": {"namespace": "shop", "name": "nightly"}}
    take(workspace, run_event("START", "08:00:00", run_facets={"parent": parent}))
    assert run(workspace, 1).part_of == Ref("run", "shop", parent["run"]["runId"])
    assert get(workspace, LOAD, Job).part_of == Ref("job", "shop", "nightly")
    assert get(workspace, Ref("job", "shop", "nightly"), Job).title == "nightly"


class _Stopped(BaseException):
    pass


@pytest.mark.parametrize("step", range(6))
def test_a_crash_between_any_two_steps_is_made_up_for(workspace: Workspace, step: int) -> None:
    """The steps are the calls that write; the process is taken to die before one of them."""
    take(workspace, *a_day())
    expected = facts(workspace)
    other = Workspace(workspace.settings.model_copy(update={"data_dir": workspace.settings.data_dir / "other"}))
    with other:
        applier, count = other.applier, 0

        def dying(call: Any) -> Any:
            def done(*given: Any, **named: Any) -> Any:
                nonlocal count
                count += 1
                if count > step:
                    raise _Stopped
                return call(*given, **named)

            return done

        writing = [
            (applier._documents, "save"),
            (applier._writer, "write"),
            (applier._publisher, "publish"),
            (other.inbox, "done"),
        ]
        other.inbox.put(body(*a_day())).result(60)
        with pytest.MonkeyPatch.context() as patch:
            for holder, name in writing:
                patch.setattr(holder, name, dying(getattr(holder, name)))
            with pytest.raises(_Stopped):
                applier.catch_up()
        fresh = Applier(
            other.state,
            other.inbox,
            Writer(other.graph, other.state, other.committer, other.shapes, other.iris),
            Publisher(other.graph, other.shapes, other.iris),
            other.history,
            other.iris,
            other.settings.openlineage_runs_kept,
        )
        fresh.catch_up()
        assert other.inbox.counts().waiting == 0
        assert facts(other) == expected


def test_an_event_that_cannot_be_read_any_more_is_set_aside(workspace: Workspace) -> None:
    with workspace.state.begin() as connection:
        connection.execute(insert(inbox).values(received=datetime.now(UTC), body=zlib.compress(b'{"run": 1}')))
    workspace.inbox.put(body(run_event("START", "08:00:00"))).result(60)
    assert workspace.applier.catch_up() == 1
    counts = workspace.inbox.counts()
    assert (counts.waiting, counts.failed) == (0, 1)
    assert counts.problems[0].startswith("$.")
