"""The log of harvest runs: when, how it went, what it did, line by line.

    queued -> running -> complete | partial | failed | cancelled
       ^---------'  after an error that may pass, or when the process that ran it is gone

A source has at most one run that is queued or running, which the database itself sees to, whatever process asks. A run counts its
turns: each time it is queued is a new one, and only the process that claimed the present turn may bring its commit in.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, func, insert, or_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from fabric.errors import HarvestCancelled, HarvestRunning, InputError
from fabric.harvest import Report
from fabric.state import State, commits, run_lines, runs

__all__ = ["ACTIVE", "STATES", "HarvestRun", "Line", "Runs"]

ACTIVE = frozenset({"queued", "running"})
STATES = ("queued", "running", "complete", "partial", "failed", "cancelled")
_LINES = 1000


@dataclass(frozen=True, slots=True)
class HarvestRun:
    """One harvest. `state` is one of `STATES`: partial is with problems; `error` says why it failed or is tried again.

    `trigger` is request, schedule, retry or remove; `started` is when it was asked for, as long as it is queued; `attempt` counts
    from 1; a queued run waits until `not_before`.
    """

    id: str
    source: str
    state: str
    started: datetime
    ended: datetime | None
    report: Report
    error: str | None = None
    trigger: str = "request"
    queued: datetime | None = None
    attempt: int = 1
    turn: int = 0
    worker: str | None = None
    not_before: datetime | None = None

    @property
    def active(self) -> bool:
        """Whether it has not ended yet."""
        return self.state in ACTIVE


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a run's log. `id` grows; `level` is info, warning or error."""

    id: int
    at: datetime
    level: str
    text: str


class Runs:
    """Writes and reads the log. `worker` names this process."""

    def __init__(self, state: State, worker: str = "") -> None:
        self._state, self.worker = state, worker

    def start(self, source: str, trigger: str = "request") -> str:
        """Note that this process begins a harvest; returns the run's id, which sorts by time.

        Raises: HarvestRunning where one is queued or running already.
        """
        return self._add(source, trigger, state="running", worker=self.worker)

    def queue(self, source: str, trigger: str = "request") -> str:
        """Queue a harvest; returns its id, or that of the one that is queued already.

        Raises: HarvestRunning while one is running.
        """
        try:
            return self._add(source, trigger, state="queued", turn=1)
        except HarvestRunning:
            waiting = self.active(source)
            if waiting is None or waiting.state != "queued":
                raise
            return waiting.id

    def claim(self, run_id: str, turn: int | None = None) -> HarvestRun | None:
        """Take a queued run to run it here; None where it is not queued, or for another turn than the one given."""
        free = and_(runs.c.id == run_id, runs.c.state == "queued")
        if turn is not None:
            free = and_(free, runs.c.turn == turn)
        taken = update(runs).where(free).values(state="running", worker=self.worker, started=datetime.now(UTC))
        with self._state.begin() as connection:
            won = connection.execute(taken).rowcount == 1
        return self.get(run_id) if won else None

    def note(self, run_id: str, report: Report) -> None:
        """Write down the counts so far."""
        self._write(run_id, report=_pack(report, None))

    def seal(self, connection: Connection, run_id: str, report: Report) -> None:
        """In the transaction that decides on a run's commit: see that the run is still this process's, and keep its counts.

        Raises: HarvestCancelled where another process has taken it over meanwhile, or somebody wants it stopped.
        """
        chosen = select(runs.c.state, runs.c.worker, runs.c.cancelling).where(runs.c.id == run_id).with_for_update()
        row = connection.execute(chosen).first()
        if row is not None and (row.state, row.worker or "") != ("running", self.worker):
            raise HarvestCancelled(f"the run {run_id!r} was taken over by another process; nothing was changed here")
        if row is not None and row.cancelling:
            raise HarvestCancelled("the harvest was stopped on request; nothing was changed")
        connection.execute(update(runs).where(runs.c.id == run_id).values(report=_pack(report, None)))

    def end(self, run_id: str, state: str, report: Report, error: str | None = None) -> None:
        """Note how the run ended."""
        self._write(
            run_id, state=state, ended=datetime.now(UTC), report=_pack(report, error), not_before=None, cancelling=False
        )
        changed = f", commit {report.commit}" if report.commit else ", nothing to change"
        said = error or f"{report.records} records, {report.changed} changed, {report.tombstoned} gone{changed}"
        level = "error" if state == "failed" else "info" if state == "complete" else "warning"
        self.log(run_id, [(level, f"{state}: {said}")])

    def requeue(self, run_id: str, error: str | None, *, after: float = 0, attempt: int | None = None) -> None:
        """Put a running run back into the queue for its next turn, in so many seconds; `error` says why."""
        run = self.get(run_id)
        values = {"attempt": attempt} if attempt is not None else {}
        due = datetime.now(UTC) + timedelta(seconds=after) if after else None
        self._write(
            run_id, state="queued", worker=None, turn=runs.c.turn + 1, not_before=due, report=_pack(run.report, error), **values
        )  # fmt: skip

    def cancel(self, run_id: str) -> bool:
        """Cancel a queued run at once and mark a running one to be stopped; False where it has ended."""
        run = self.get(run_id)
        report = _pack(run.report, f"the harvest of {run.source!r} was stopped on request; nothing was changed")
        ended = {"state": "cancelled", "ended": datetime.now(UTC), "report": report, "not_before": None}
        mine = runs.c.id == run_id
        with self._state.begin() as connection:
            cancelled = connection.execute(update(runs).where(mine, runs.c.state == "queued").values(ended)).rowcount
            marked = connection.execute(
                update(runs).where(mine, runs.c.state == "running").values(cancelling=True)
            ).rowcount
        if cancelled:
            self.log(run_id, [("warning", "cancelled on request before it began")])
        return bool(cancelled or marked)

    def to_cancel(self) -> list[str]:
        """Runs of this process that somebody wants stopped."""
        chosen = select(runs.c.id).where(runs.c.worker == self.worker, runs.c.state == "running", runs.c.cancelling)
        with self._state.read() as connection:
            return list(connection.execute(chosen).scalars())

    def mine(self) -> list[str]:
        """Runs that are noted as running in this process."""
        chosen = select(runs.c.id).where(runs.c.worker == self.worker, runs.c.state == "running")
        with self._state.read() as connection:
            return list(connection.execute(chosen).scalars())

    def undispatched(self) -> Sequence[HarvestRun]:
        """Queued runs whose present turn was not handed to the queue yet, oldest first."""
        return self._select(and_(runs.c.state == "queued", runs.c.dispatched < runs.c.turn))

    def dispatched(self) -> Sequence[HarvestRun]:
        """Queued runs whose present turn was handed to the queue, oldest first."""
        return self._select(and_(runs.c.state == "queued", runs.c.dispatched == runs.c.turn))

    def note_dispatched(self, run_id: str, turn: int) -> None:
        """Note that the turn was handed to the queue."""
        with self._state.begin() as connection:
            connection.execute(
                update(runs).where(runs.c.id == run_id, runs.c.turn == turn).values(dispatched=turn)
            )  # fmt: skip

    def renew(self, run_id: str, turn: int) -> None:
        """Begin another turn of a queued run whose present one the queue has lost."""
        waits = and_(runs.c.id == run_id, runs.c.turn == turn, runs.c.state == "queued")
        with self._state.begin() as connection:
            connection.execute(update(runs).where(waits).values(turn=turn + 1))

    def abandon(self, alive: Collection[str]) -> Sequence[HarvestRun]:
        """Settle the runs of processes that are gone: those of the queue go back to it, others have failed.

        What had landed as a commit has ended well; commits must be finished before. Returns the runs touched.
        """
        left = self._select(
            and_(runs.c.state == "running", or_(runs.c.worker.is_(None), runs.c.worker.not_in(list(alive))))
        )
        left = [run for run in left if self._take(run)]
        landed = self._landed([run.id for run in left])
        for run in left:
            if run.id in landed:
                row = landed[run.id]
                report = replace(run.report, commit=row.number, added=row.added, removed=row.removed)
                self.log(
                    run.id, [("warning", "the process ended while the harvest was being written; it is in the graph")]
                )
                self.end(run.id, "complete" if report.complete else "partial", report)
            elif run.turn and not self.cancelling(run.id):
                self.log(run.id, [("warning", f"the process {run.worker} is gone; the harvest begins anew")])
                self._write(run.id, state="queued", worker=None, turn=runs.c.turn + 1, report=_pack(Report(), None))
            else:
                self.end(run.id, "failed", run.report, "the process ended before the harvest did; nothing was changed")
        return left

    def get(self, run_id: str) -> HarvestRun:
        """One run. Raises: InputError where there is none."""
        with self._state.read() as connection:
            row = connection.execute(select(runs).where(runs.c.id == run_id)).first()
        if row is None:
            raise InputError(f"no harvest run has the id {run_id!r}", remedy="list them: fabric runs")
        return _run(row)

    def find(self, run_id: str) -> HarvestRun | None:
        """One run; None where there is none."""
        found = self._select(runs.c.id == run_id)
        return found[0] if found else None

    def newest(self, sources: Collection[str]) -> dict[str, HarvestRun]:
        """The newest run of each source that has one."""
        last = select(func.max(runs.c.id)).where(runs.c.source.in_(sources)).group_by(runs.c.source)
        return {run.source: run for run in self._select(runs.c.id.in_(last))}

    def active(self, source: str) -> HarvestRun | None:
        """The run of a source that is queued or running."""
        found = self._select(and_(runs.c.source == source, runs.c.state.in_(ACTIVE)))
        return found[0] if found else None

    def list(
        self, source: str | None = None, first: int | None = 20, *, after: str | None = None, states: Iterable[str] = ()
    ) -> Sequence[HarvestRun]:
        """Runs, newest first; of a source, in some states, and older than the run `after` where given."""
        chosen = _filtered(source, states).order_by(runs.c.id.desc()).limit(first)
        if after is not None:
            chosen = chosen.where(runs.c.id < after)
        with self._state.read() as connection:
            return [_run(row) for row in connection.execute(chosen)]

    def count(self, source: str | None = None, *, states: Iterable[str] = ()) -> int:
        """How many runs there are."""
        with self._state.read() as connection:
            chosen = select(func.count()).select_from(_filtered(source, states).subquery())
            return int(connection.execute(chosen).scalar_one())

    def counts(self) -> dict[str, int]:
        """How many runs there are of each state that any is in."""
        with self._state.read() as connection:
            rows = connection.execute(select(runs.c.state, func.count()).group_by(runs.c.state))
            return {row[0]: row[1] for row in rows}

    def log(self, run_id: str, lines: Iterable[tuple[str, str]]) -> None:
        """Add lines, each a level and a text, to a run's log; past 1,000 lines only that there were more is kept."""
        with self._state.begin() as connection:
            chosen = select(func.count()).select_from(run_lines).where(run_lines.c.run == run_id)
            room = _LINES - connection.execute(chosen).scalar_one()
            said = [*lines]
            if len(said) > max(room, 0):
                more = f"{len(said) - max(room - 1, 0)} more lines were left out"
                said = [*said[: max(room - 1, 0)], ("warning", more)]
            now = datetime.now(UTC)
            if said:
                connection.execute(
                    insert(run_lines), [{"run": run_id, "at": now, "level": level, "text": line} for level, line in said]
                )  # fmt: skip

    def lines(self, run_id: str, *, after: int = 0, first: int | None = None) -> Sequence[Line]:
        """A run's log in order, from after the line of that id."""
        chosen = select(run_lines).where(run_lines.c.run == run_id, run_lines.c.id > after).order_by(run_lines.c.id)
        with self._state.read() as connection:
            return [Line(row.id, row.at, row.level, row.text) for row in connection.execute(chosen.limit(first))]

    def unpublished(self) -> Sequence[HarvestRun]:
        """Ended runs that the graph does not tell of yet, oldest first."""
        return self._select(and_(runs.c.state.not_in(ACTIVE), runs.c.published.is_(False)))

    def published(self, source: str, *, beyond: int) -> Sequence[HarvestRun]:
        """Runs of a source that the graph tells of, but for the newest so many and the newest that changed something."""
        chosen = select(runs).where(runs.c.source == source, runs.c.published).order_by(runs.c.id.desc())
        with self._state.read() as connection:
            found = [_run(row) for row in connection.execute(chosen)]
        newest = next((run.id for run in found if run.report.commit is not None), None)
        return [run for run in found[beyond:] if run.id != newest]

    def publish(self, run_ids: Collection[str], *, published: bool = True) -> None:
        """Note that the graph tells of these runs, or no longer."""
        with self._state.begin() as connection:
            connection.execute(update(runs).where(runs.c.id.in_(run_ids)).values(published=published))

    def prune(self, source: str, keep: int) -> None:
        """Forget the runs of a source that changed nothing and are not among the newest so many."""
        with self._state.read() as connection:
            chosen = select(runs).where(runs.c.source == source).order_by(runs.c.id.desc()).offset(keep).limit(500)
            old = [_run(row) for row in connection.execute(chosen)]
        gone = [run.id for run in old if run.report.commit is None and not run.active]
        if gone:
            with self._state.begin() as connection:
                connection.execute(delete(run_lines).where(run_lines.c.run.in_(gone)))
                connection.execute(delete(runs).where(runs.c.id.in_(gone)))

    def _add(self, source: str, trigger: str, **values: Any) -> str:
        now = datetime.now(UTC)
        run_id = f"{now:%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex[:8]}"
        row = {"id": run_id, "source": source, "trigger": trigger, "queued": now, "started": now, **values}
        with self._state.begin() as connection:
            try:
                connection.execute(insert(runs).values(report=_pack(Report(), None), **row))
            except IntegrityError:
                raise HarvestRunning(
                    f"the source {source!r} is being harvested", remedy="wait until it has ended or cancel it"
                ) from None
        return run_id

    def _take(self, run: HarvestRun) -> bool:
        """Make a running run of another process this one's; False where a third was faster."""
        theirs = runs.c.worker.is_(None) if run.worker is None else runs.c.worker == run.worker
        taken = update(runs).where(runs.c.id == run.id, runs.c.state == "running", theirs, runs.c.turn == run.turn)
        with self._state.begin() as connection:
            return connection.execute(taken.values(worker=self.worker)).rowcount == 1

    def _landed(self, ids: Collection[str]) -> dict[str, Any]:
        chosen = select(commits).where(commits.c.run.in_(ids), commits.c.state == "done", commits.c.kind == "harvest")
        with self._state.read() as connection:
            return {row.run: row for row in connection.execute(chosen)}

    def cancelling(self, run_id: str) -> bool:
        """Whether somebody wants the run stopped."""
        with self._state.read() as connection:
            return bool(connection.execute(select(runs.c.cancelling).where(runs.c.id == run_id)).scalar())

    def _select(self, condition: Any) -> Sequence[HarvestRun]:
        with self._state.read() as connection:
            return [_run(row) for row in connection.execute(select(runs).where(condition).order_by(runs.c.id))]

    def _write(self, run_id: str, **values: Any) -> None:
        with self._state.begin() as connection:
            connection.execute(update(runs).where(runs.c.id == run_id).values(**values))


def _filtered(source: str | None, states: Iterable[str]) -> Any:
    chosen, wanted = select(runs), list(states)
    for state in wanted:
        if state not in STATES:
            raise InputError(f"{state!r} is no state of a run", remedy=f"use {', '.join(STATES)}")
    if source is not None:
        chosen = chosen.where(runs.c.source == source)
    return chosen.where(runs.c.state.in_(wanted)) if wanted else chosen


def _pack(report: Report, error: str | None) -> str:
    return json.dumps({"report": asdict(report), "error": error})


def _run(row: Any) -> HarvestRun:
    stored = json.loads(row.report)
    report, error = Report(**stored["report"]), stored["error"]
    return HarvestRun(
        row.id, row.source, row.state, row.started, row.ended, report, error, row.trigger, row.queued, row.attempt, row.turn,
        row.worker, row.not_before,
    )  # fmt: skip
