from __future__ import annotations

from itertools import islice

from benchmarks.openlineage import events
from fabric.openlineage.events import RunEvent, read_event


def test_the_events_that_are_measured_are_good_ones_of_many_jobs() -> None:
    read = [read_event(one) for one in islice(events(0, 5), 20)]
    assert {one.job.name for one in read if isinstance(one, RunEvent)} == {f"job_{number}" for number in range(5)}
    assert [one.eventType for one in read[:2] if isinstance(one, RunEvent)] == ["START", "COMPLETE"]
