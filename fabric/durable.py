"""Durable harvests: what a server queues is harvested, though processes are killed and machines lose power.

The table of runs says what must be done; DBOS's queue, on SQLite beside it or in the same PostgreSQL, gives each turn of a run
to one of the servers. A thread here

- hands new turns to the queue, each under a name of its own, so that handing over twice is once;
- queues harvests whose schedule is due, and stops those that somebody cancelled;
- takes over the runs of servers that are gone, and turns that the queue has lost.

DBOS's own recovery is of no use here: without its proprietary service it knows nothing of servers that are gone. Its workflows
have no steps, since a harvest is repeated as a whole: what a killed one had brought in is not brought in again.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.engine import make_url

from fabric.errors import FabricError, HarvestRunning
from fabric.runs import HarvestRun
from fabric.workspace import Workspace

__all__ = ["DurableHarvests"]

_QUEUE, _WORKFLOW, _VERSION = "harvests", "harvest", "1"
_POLL, _TEND, _LOOK, _CLEAN = 0.2, 1.0, 5.0, 3600.0
_WAITING = frozenset({"ENQUEUED", "DELAYED"})
_FINISHED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_log = logging.getLogger(__name__)


class DurableHarvests:
    """The queue of a server's workspace, from `start` to `stop`. There can be one in a process, as DBOS has it."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace, self._runs = workspace, workspace.runs
        self._awake, self._stopping = threading.Event(), threading.Event()
        self._dbos: Any = None
        self._next = dict.fromkeys(("tend", "look", "clean"), 0.0)
        self._thread = threading.Thread(target=self._work, name="durable", daemon=True)

    def start(self) -> None:
        """Take harvests from now on; they begin as soon as the queue is open, which is not waited for."""
        self._workspace.harvests.defer(self._awake.set)
        self._thread.start()

    def stop(self) -> None:
        """Stop; what runs here goes back to the queue."""
        self._stopping.set()
        self._awake.set()
        self._thread.join()
        self._workspace.harvests.close()
        if self._dbos is not None:
            self._dbos.destroy(destroy_registry=True)

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                if self._dbos is None:
                    self._dbos = self._open()
                self._round()
            except FabricError as error:
                _log.warning("harvests wait: %s", error.what)
            except Exception:  # noqa: BLE001 - DBOS raises what its database does; the thread must outlive that
                _log.exception("harvests wait: the queue failed")
            self._awake.wait(_TEND)
            self._awake.clear()

    def _round(self) -> None:
        self._dispatch()
        now = time.monotonic()
        for name, every, act in (
            ("tend", _TEND, self._tend),
            ("look", _LOOK, self._look),
            ("clean", _CLEAN, self._clean),
        ):
            if now >= self._next[name]:
                self._next[name] = now + every
                act()

    def _open(self) -> Any:
        from dbos import DBOS  # 0.5 s and 25 MB, which a server need not wait for

        settings = self._workspace.settings
        database = settings.data_dir.resolve() / "queue.db"
        url = f"sqlite:///{database}"
        if self._workspace.state.shared:
            assert settings.state_url is not None
            made = make_url(settings.state_url).set(drivername="postgresql")
            url = made.render_as_string(hide_password=False)
        else:
            # The file remembers it; DBOS would use a rollback journal, with thrice the waiting for the disk.
            with closing(sqlite3.connect(database)) as connection:
                connection.execute("PRAGMA journal_mode=WAL")
        DBOS(
            config={
                "name": "fabric",
                "system_database_url": url,
                "executor_id": self._runs.worker,
                "application_version": _VERSION,
                "console_log_level": "CRITICAL",
                "enable_otlp": False,
                "use_listen_notify": False,
                "notification_listener_polling_interval_sec": 0.5,
                "scheduler_polling_interval_sec": 3600.0,
                "sys_db_pool_size": 5,
            }
        )
        perform = self._workspace.harvests.perform

        @DBOS.workflow(name=_WORKFLOW)
        def harvest(run_id: str, turn: int) -> str:
            return perform(run_id, turn)

        self._workflow = harvest
        DBOS.launch()
        at_once = settings.harvests_at_once
        DBOS.register_queue(
            _QUEUE, worker_concurrency=at_once, polling_interval_sec=_POLL, on_conflict="always_update"
        )  # fmt: skip
        return DBOS

    def _dispatch(self) -> None:
        from dbos import SetEnqueueOptions, SetWorkflowID

        for run in self._runs.undispatched():
            now = datetime.now(UTC)
            delay = max((run.not_before - now).total_seconds(), 0) if run.not_before else None
            with SetWorkflowID(_name(run)), SetEnqueueOptions(delay_seconds=delay):
                self._dbos.enqueue_workflow(_QUEUE, self._workflow, run.id, run.turn)
            self._runs.note_dispatched(run.id, run.turn)

    def _tend(self) -> None:
        for run_id in self._runs.to_cancel():
            self._workspace.harvests.stop(run_id)
        for source in self._workspace.schedules.due(datetime.now(UTC)):
            self._fire(source)
        if self._workspace.state.shared:
            self._take_over()
            self._workspace.committer.announce(self._workspace.history.last())

    def _fire(self, source: str) -> None:
        with suppress(HarvestRunning):
            self._runs.queue(source, "schedule")
            self._awake.set()
            return
        _log.info("the schedule of %s is due while it is still being harvested; this time is left out", source)

    def _take_over(self) -> None:
        gone = self._workspace.workers.bury()
        alive = self._workspace.workers.alive()
        if gone:
            _log.warning("taking over from %s", ", ".join(gone))
            with self._workspace.committer.hold():
                self._workspace.committer.sweep(alive)
        for run in self._runs.abandon(alive):
            _log.warning("taking over the harvest of %s from %s", run.source, run.worker)
            self._awake.set()

    def _look(self) -> None:
        """See that no turn was lost, be it that a process died while it took it from the queue or that the queue is a new one."""
        alive = self._workspace.workers.alive()
        for run in self._runs.dispatched():
            status = self._dbos.get_workflow_status(_name(run))
            begins = status is not None and status.status == "PENDING" and status.executor_id in alive
            if not begins and (status is None or status.status not in _WAITING):
                self._runs.renew(run.id, run.turn)
                self._awake.set()
        self._forsaken()

    def _forsaken(self) -> None:
        """Put back runs that this process claimed and does not run, since noting their end failed."""
        for run_id in set(self._runs.mine()) - self._workspace.harvests.local():
            run = self._runs.get(run_id)
            if run.turn and run.state == "running":
                self._runs.requeue(run_id, run.error)
                self._awake.set()

    def _clean(self) -> None:
        """Forget what the queue remembers of turns long past."""
        before = (datetime.now(UTC) - timedelta(days=1)).isoformat()
        while old := self._dbos.list_workflows(status=_FINISHED, end_time=before, limit=500):
            self._dbos.delete_workflows([one.workflow_id for one in old])
        alive = self._workspace.workers.alive()
        pending = self._dbos.list_workflows(status="PENDING", end_time=before, limit=500)
        self._dbos.cancel_workflows([one.workflow_id for one in pending if one.executor_id not in alive])


def _name(run: HarvestRun) -> str:
    """What the queue knows a turn as."""
    return f"{run.id}.{run.turn}"
