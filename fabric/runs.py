"""The log of harvest runs: when, how it went, what it did."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select, update

from fabric.errors import InputError
from fabric.harvest import Report
from fabric.state import State, commits, runs

__all__ = ["HarvestRun", "Runs"]


@dataclass(frozen=True, slots=True)
class HarvestRun:
    """One harvest. `state` is running, complete, partial (with problems), failed or cancelled; `error` says why it failed."""

    id: str
    source: str
    state: str
    started: datetime
    ended: datetime | None
    report: Report
    error: str | None = None


class Runs:
    """Writes and reads the log."""

    def __init__(self, state: State) -> None:
        self._state = state

    def start(self, source: str) -> str:
        """Note that a harvest begins; returns the run's id, which sorts by time."""
        now = datetime.now(UTC)
        run_id = f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
        with self._state.begin() as connection:
            connection.execute(
                insert(runs).values(
                    id=run_id, source=source, state="running", started=now, report=_pack(Report(), None)
                )
            )
        return run_id

    def note(self, run_id: str, report: Report) -> None:
        """Write down the counts so far."""
        self._write(run_id, report=_pack(report, None))

    def end(self, run_id: str, state: str, report: Report, error: str | None = None) -> None:
        """Note how the run ended."""
        self._write(run_id, state=state, ended=datetime.now(UTC), report=_pack(report, error))

    def interrupt(self) -> None:
        """Mark runs that a crash left running as failed; called when a data directory is opened."""
        with self._state.read() as connection:
            left = [_run(row) for row in connection.execute(select(runs).where(runs.c.state == "running"))]
            ids = [run.id for run in left]
            landed = {
                row.run: row
                for row in connection.execute(select(commits).where(commits.c.run.in_(ids), commits.c.state == "done"))
            }
        for run in left:
            report, error = run.report, "the process ended before the harvest did; nothing was changed"
            if run.id in landed:
                row = landed[run.id]
                report = replace(report, commit=row.number, added=row.added, removed=row.removed)
                error = (
                    f"the process ended while the harvest was being written; it is in the graph as commit {row.number}"
                )
            self.end(run.id, "failed", report, error)

    def get(self, run_id: str) -> HarvestRun:
        """One run. Raises: InputError where there is none."""
        with self._state.read() as connection:
            row = connection.execute(select(runs).where(runs.c.id == run_id)).first()
        if row is None:
            raise InputError(f"no harvest run has the id {run_id!r}")
        return _run(row)

    def list(self, source: str | None = None, first: int | None = 20) -> list[HarvestRun]:
        """Runs, newest first."""
        chosen = select(runs).order_by(runs.c.started.desc(), runs.c.id.desc()).limit(first)
        with self._state.read() as connection:
            return [
                _run(row)
                for row in connection.execute(chosen if source is None else chosen.where(runs.c.source == source))
            ]

    def _write(self, run_id: str, **values: Any) -> None:
        with self._state.begin() as connection:
            connection.execute(update(runs).where(runs.c.id == run_id).values(**values))


def _pack(report: Report, error: str | None) -> str:
    return json.dumps({"report": asdict(report), "error": error})


def _run(row: Any) -> HarvestRun:
    stored = json.loads(row.report)
    return HarvestRun(
        row.id, row.source, row.state, row.started, row.ended, Report(**stored["report"]), stored["error"]
    )
