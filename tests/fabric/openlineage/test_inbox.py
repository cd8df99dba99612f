"""Events are given out in the order in which they came, and no sender is told of success too soon."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import wait
from pathlib import Path

import pytest

from fabric.errors import GraphUnavailable
from fabric.openlineage.inbox import Inbox
from fabric.state import State
from tests.fabric.openlineage.events import body, run_event


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    opened = State(f"sqlite:///{tmp_path / 'state.db'}")
    yield opened
    opened.close()


def test_what_is_done_is_there_after_reopening(state: State) -> None:
    first = Inbox(state)
    wait([first.put(body(run_event("START", f"08:00:{second:02}"))) for second in range(30)])
    first.close()
    waiting = Inbox(state).first(100)
    assert [one.event.eventTime.second for one in waiting] == list(range(30))


def test_events_leave_when_they_are_in_the_graph(state: State) -> None:
    inbox = Inbox(state)
    inbox.put(body(*(run_event("START", f"08:00:{second:02}") for second in range(3)))).result(30)
    inbox.done([one.id for one in inbox.first(2)])
    assert [one.event.eventTime.second for one in inbox.first(9)] == [2]
    inbox.fail(inbox.first(1)[0].id, "the reason")
    assert inbox.first(9) == []
    counts = inbox.counts()
    assert (counts.waiting, counts.failed, counts.problems) == (0, 1, ("the reason",))
    inbox.retry()
    assert [one.event.eventTime.second for one in inbox.first(9)] == [2]
    inbox.close()


def test_a_closed_inbox_takes_nothing_in(state: State) -> None:
    inbox = Inbox(state)
    inbox.close()
    with pytest.raises(GraphUnavailable, match="the server stops"):
        inbox.put(body(run_event("START", "08:00:00"))).result(30)
    assert inbox.counts().waiting == 0
