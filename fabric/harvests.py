"""Harvests as they run in this process: begun, followed, stopped, taken up again.

Without a queue, as in a command, a harvest runs at once, in the calling thread or in one of a few. With one (`fabric.durable`)
it is queued, and whichever server is free performs it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Protocol

from fabric.activities import Activities
from fabric.errors import FabricError, HarvestCancelled, HarvestFailed, HarvestRunning
from fabric.harvest import Harvester, Report
from fabric.redaction import redact_text
from fabric.runs import HarvestRun, Runs
from fabric.sources import Sources

__all__ = ["Harvests", "Listener"]

_log = logging.getLogger(__name__)
_PAUSE, _GLANCE = 0.5, 0.1
_SHOWN = 100
_LONGEST = 900.0
Progress = Callable[[Report], None]


class Listener(Protocol):
    """Told of harvests; it must neither fail nor take long."""

    def began(self, run: HarvestRun) -> None:
        """A harvest, or another attempt of it, began."""

    def ended(self, run: HarvestRun) -> None:
        """A harvest ended, well or badly."""


class Harvests:
    """Runs harvests, and tells `listener` of them. Safe to share between threads."""

    def __init__(
        self,
        harvester: Harvester,
        sources: Sources,
        runs: Runs,
        activities: Activities,
        *,
        at_once: int,
        attempts: int,
        retry_seconds: float,
        listener: Listener | None = None,
    ) -> None:
        self._harvester, self._sources, self._runs, self._activities = harvester, sources, runs, activities
        self._attempts, self._retry_seconds, self._listener = attempts, retry_seconds, listener
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="harvest")
        self._running: dict[str, threading.Event] = {}
        self._guard = threading.Condition()
        self._stopping = False
        self._wake: Callable[[], None] | None = None

    def defer(self, wake: Callable[[], None] | None) -> None:
        """Have harvests queued from now on, and `wake` called for each; with None run them here again."""
        self._wake = wake

    def harvest(self, source: str, progress: Progress) -> HarvestRun:
        """Harvest a source here and wait for it; one that is queued is taken out of the queue for that.

        Raises: HarvestRunning, UnknownSource. How it ended, also badly, is in the run.
        """
        self._sources.get(source)
        return self._run(self._begin(source), progress)

    def start(self, source: str, trigger: str = "request") -> HarvestRun:
        """Harvest a source in the background, or queue that; returns the run as it begins.

        Raises: HarvestRunning, UnknownSource.
        """
        self._sources.get(source)
        if self._wake is not None:
            run_id = self._runs.queue(source, trigger)
            self._wake()
            return self._runs.get(run_id)
        run = self._begin(source)
        self._pool.submit(self._run, run, _now_and_then(lambda report: self._runs.note(run.id, report)))
        return run

    def perform(self, run_id: str, turn: int) -> str:
        """Perform a turn of a queued run; returns the state in which it is afterwards. For a turn that is past nothing is done."""
        run = self._runs.claim(run_id, turn)
        if run is None:
            return self._runs.get(run_id).state
        self._runs.log(run_id, [("info", f"attempt {run.attempt} began on {self._runs.worker}")])
        with self._guard:
            self._running[run_id] = threading.Event()
        return self._run(run, _now_and_then(lambda report: self._runs.note(run_id, report))).state

    def wait(self, run_id: str, seconds: float) -> HarvestRun:
        """A run, once it has ended or so many seconds have passed. Raises: InputError where there is none."""
        deadline = time.monotonic() + seconds
        run = self._runs.get(run_id)
        while run.active and (left := deadline - time.monotonic()) > 0:
            with self._guard:
                here = run_id in self._running
                self._guard.wait(timeout=left if here else min(left, _GLANCE))
            run = self._runs.get(run_id)
        return run

    def cancel(self, run_id: str) -> bool:
        """Ask a run to stop, wherever it is; False where it has ended. Raises: InputError where there is none."""
        stopped = self._runs.cancel(run_id)
        self.stop(run_id)
        if stopped and not self._runs.get(run_id).active:
            self._publish()
        return stopped

    def stop(self, run_id: str) -> None:
        """Ask a run of this process to stop."""
        with self._guard:
            cancelled = self._running.get(run_id)
        if cancelled is not None:
            cancelled.set()

    def remove(self, source: str) -> Report:
        """Remove a source and, with tombstones, what only it described.

        A harvest that is queued is cancelled. Raises: HarvestRunning while it is harvested, UnknownSource.
        """
        self._sources.get(source)
        waiting = self._runs.active(source)
        if waiting is not None and waiting.state == "queued":
            self.cancel(waiting.id)
        run_id = self._runs.start(source, "remove")
        try:
            report = self._harvester.remove(source, run_id)
            self._sources.delete(source)
            self._runs.end(run_id, "complete", report)
        except Exception as error:
            self._runs.end(run_id, "failed", Report(), str(error))
            raise
        self._publish()
        return report

    def local(self) -> frozenset[str]:
        """Runs that are running in this process."""
        with self._guard:
            return frozenset(self._running)

    def close(self) -> None:
        """Stop what runs here: queued runs go back to the queue, others are cancelled. Nothing is changed by either."""
        with self._guard:
            self._stopping = True
            for cancelled in self._running.values():
                cancelled.set()
            self._guard.wait_for(lambda: not self._running)
        self._pool.shutdown(wait=True)

    def _begin(self, source: str) -> HarvestRun:
        waiting = self._runs.active(source)
        if waiting is not None and waiting.state == "queued":
            run = self._runs.claim(waiting.id)
            if run is None:
                raise HarvestRunning(f"the source {source!r} is being harvested", remedy="wait until it has ended")
        else:
            run = self._runs.get(self._runs.start(source))
        with self._guard:
            self._running[run.id] = threading.Event()
        return run

    def _run(self, run: HarvestRun, progress: Progress) -> HarvestRun:
        last = Report()

        def note(report: Report) -> None:
            nonlocal last
            last = report
            progress(report)

        if self._listener is not None:
            self._listener.began(run)
        try:
            report = self._harvester.run(
                run.source,
                self._sources.connector(run.source),
                run.id,
                progress=note,
                cancelled=self._running[run.id],
                sealing=lambda connection, report: self._runs.seal(connection, run.id, report),
            )
            self._runs.log(run.id, _remarks(report))
            self._runs.end(run.id, "complete" if report.complete else "partial", report)
        except FabricError as error:
            self._fail(run, error, last)
        except Exception as error:  # noqa: BLE001 - a connector may be a stranger's
            _log.exception("the connector of %s failed", run.source)
            what = f"the connector failed: {type(error).__name__}"
            self._fail(run, HarvestFailed(what, remedy="see the log; nothing was changed"), last)
        finally:
            with self._guard:
                del self._running[run.id]
                self._guard.notify_all()
        self._publish()
        ended = self._runs.get(run.id)
        if self._listener is not None and not ended.active:
            self._listener.ended(ended)
        return ended

    def _fail(self, run: HarvestRun, error: FabricError, last: Report) -> None:
        """Note how a run ended that did not end well; one of the queue may go back to it."""
        now = self._runs.get(run.id)
        if (now.state, now.worker or "", now.turn) != ("running", self._runs.worker, run.turn):
            _log.warning("the harvest of %s was taken over by another process", run.source)
        elif isinstance(error, HarvestCancelled) and self._stopping and run.turn and not self._runs.cancelling(run.id):
            self._runs.log(run.id, [("warning", "the server stops; the harvest begins anew when one is back")])
            self._runs.requeue(run.id, None)
        elif isinstance(error, HarvestCancelled):
            self._runs.end(run.id, "cancelled", last, str(error))
        elif error.retryable and self._wake is not None and run.turn and run.attempt < self._attempts:
            pause = min(self._retry_seconds * 4 ** (run.attempt - 1), _LONGEST)
            self._runs.log(run.id, [("warning", f"{error}"), ("info", f"another attempt follows in {pause:g} s")])
            self._runs.requeue(run.id, str(error), after=pause, attempt=run.attempt + 1)
        else:
            _log.warning("the harvest of %s failed: %s", run.source, error)
            self._runs.end(run.id, "failed", last, str(error))

    def _publish(self) -> None:
        try:
            self._activities.publish()
        except FabricError as error:
            _log.warning("the graph does not tell of the last runs yet: %s", error.what)


def _remarks(report: Report) -> list[tuple[str, str]]:
    remarks = []
    for level, kind, lines in (("warning", "problem", report.problems), ("error", "refused", report.refused)):
        remarks += [(level, redact_text(f"{kind}: {line}")) for line in lines[:_SHOWN]]
        if len(lines) > _SHOWN:
            remarks.append((level, f"{len(lines) - _SHOWN} more are in the run's report"))
    return remarks


def _now_and_then(note: Progress) -> Progress:
    """Pass on a report at most twice a second, since each is a write to disk."""
    last = time.monotonic()

    def pass_on(report: Report) -> None:
        nonlocal last
        if time.monotonic() - last >= _PAUSE:
            last = time.monotonic()
            note(replace(report))

    return pass_on
