"""Where events wait, durably, until they are in the graph.

Events that arrive at about the same time are written in one transaction, since making it durable costs as much as writing hundreds
of them; each sender waits for its own. What is in the inbox survives the end of the process at any moment.
"""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, func, insert, select, update

from fabric.errors import FabricError, GraphUnavailable, InvalidEvent
from fabric.openlineage.events import Event, parse_json, read_event
from fabric.state import State, inbox

__all__ = ["Counts", "Delivery", "Inbox", "Refusal", "Waiting", "read_delivery"]

_MOST = 2000
_KEPT = 1000
_Sent = tuple[list[bytes], "Future[None]"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event in the inbox; `received` is when it came."""

    id: int
    received: datetime
    event: Event


@dataclass(frozen=True, slots=True)
class Refusal:
    """An event of a delivery that is no OpenLineage, by its place in it, from 0."""

    index: int
    error: InvalidEvent


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one request brought: `events` are good ones as they came; `batch` tells whether they came as an array."""

    events: list[bytes]
    refused: list[Refusal]
    batch: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """How many events wait, and how many could not be taken in, with the newest reasons."""

    waiting: int
    failed: int
    problems: tuple[str, ...]


def read_delivery(body: bytes) -> Delivery:
    """Check what was sent: one event, or an array of them of which the good ones are kept.

    Raises: InvalidEvent where it is no JSON.
    """
    given = parse_json(body)
    if not isinstance(given, list):
        try:
            read_event(given)
        except InvalidEvent as error:
            return Delivery([], [Refusal(0, error)], batch=False)
        return Delivery([body], [], batch=False)
    events, refused = [], []
    for index, item in enumerate(given):
        try:
            read_event(item, f"$[{index}]")
        except InvalidEvent as error:
            refused.append(Refusal(index, error))
        else:
            events.append(json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode())
    return Delivery(events, refused, batch=True)


class Inbox:
    """Takes in events, and gives them out in the order in which they came. Safe to share between threads."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._sent: list[_Sent] = []
        self._wake = threading.Condition()
        self._closed = False
        self._listeners: list[Callable[[], None]] = []
        self._writer: threading.Thread | None = None

    def listen(self, listener: Callable[[], None]) -> None:
        """Have `listener` called after events came in, in the thread that wrote them."""
        self._listeners.append(listener)

    def put(self, events: Sequence[bytes]) -> Future[None]:
        """Take in checked events (JSON, UTF-8); the future is done when they are durable, all or none of them.

        Its exception is StorageFull, GraphUnavailable or GraphError.
        """
        done: Future[None] = Future()
        with self._wake:
            if self._closed:
                done.set_exception(GraphUnavailable("the server stops", remedy="send the events again later"))
                return done
            if self._writer is None:
                self._writer = threading.Thread(target=self._write, name="inbox", daemon=True)
                self._writer.start()
            self._sent.append((list(events), done))
            self._wake.notify()
        return done

    def close(self) -> None:
        """Write what was sent so far and take in no more."""
        with self._wake:
            self._closed = True
            self._wake.notify()
            writer = self._writer
        if writer is not None:
            writer.join()

    def first(self, count: int) -> list[Waiting]:
        """The events that wait longest, at most so many; those that another release took in and this cannot read are set aside."""
        chosen = select(inbox.c.id, inbox.c.received, inbox.c.body).where(inbox.c.problem.is_(None))
        with self._state.read() as connection:
            rows = connection.execute(chosen.order_by(inbox.c.id).limit(count)).all()
        found = []
        for row in rows:
            try:
                found.append(Waiting(row.id, row.received, read_event(parse_json(zlib.decompress(row.body)))))
            except InvalidEvent as error:
                self.fail(row.id, error.what)
        return found

    def done(self, ids: Collection[int]) -> None:
        """Let go of events that are in the graph."""
        with self._state.begin() as connection:
            for some in _batches(list(ids), 500):
                connection.execute(delete(inbox).where(inbox.c.id.in_(some)))

    def fail(self, event_id: int, problem: str) -> None:
        """Set an event aside that cannot be taken in; it is kept until `retry`."""
        with self._state.begin() as connection:
            connection.execute(update(inbox).where(inbox.c.id == event_id).values(problem=problem))

    def retry(self) -> None:
        """Have the events that were set aside wait again, and forget what else was reported."""
        with self._state.begin() as connection:
            connection.execute(delete(inbox).where(inbox.c.body == b""))
            connection.execute(update(inbox).where(inbox.c.problem.is_not(None)).values(problem=None))

    def report(self, problem: str) -> None:
        """Note what could not be written to the graph of events that were taken in, once; the newest 1,000 are kept."""
        now = datetime.now(UTC)
        with self._state.begin() as connection:
            kept = select(inbox.c.id).where(inbox.c.body == b"").order_by(inbox.c.id.desc()).limit(_KEPT)
            connection.execute(delete(inbox).where(inbox.c.body == b"", inbox.c.id.not_in(kept)))
            if connection.execute(select(inbox.c.id).where(inbox.c.problem == problem).limit(1)).first() is None:
                connection.execute(insert(inbox).values(received=now, body=b"", problem=problem))

    def counts(self) -> Counts:
        """How it stands."""
        with self._state.read() as connection:
            waiting = connection.execute(select(func.count()).where(inbox.c.problem.is_(None))).scalar_one()
            failed = connection.execute(select(func.count()).where(inbox.c.problem.is_not(None))).scalar_one()
            newest = select(inbox.c.problem).where(inbox.c.problem.is_not(None)).order_by(inbox.c.id.desc()).limit(10)
            return Counts(waiting, failed, tuple(str(one) for one in connection.execute(newest).scalars()))

    def _write(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._sent or self._closed)
                taken, self._sent = _first(self._sent, _MOST)
                if not taken and self._closed:
                    return
            self._store(taken)

    def _store(self, taken: list[_Sent]) -> None:
        now = datetime.now(UTC)
        rows = [{"received": now, "body": zlib.compress(body, 1)} for bodies, _done in taken for body in bodies]
        try:
            if rows:
                with self._state.begin() as connection:
                    connection.execute(insert(inbox), rows)
        except FabricError as error:
            for _bodies, done in taken:
                done.set_exception(error)
            return
        for _bodies, done in taken:
            done.set_result(None)
        for listener in self._listeners:
            listener()


def _first(sent: list[_Sent], most: int) -> tuple[list[_Sent], list[_Sent]]:
    """What to write next, and what has to wait; always at least one."""
    size = 0
    for place, (bodies, _done) in enumerate(sent):
        size += len(bodies)
        if place and size > most:
            return sent[:place], sent[place:]
    return sent, []


def _batches(items: list[int], size: int) -> list[list[int]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
