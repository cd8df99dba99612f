"""Harvests in a process of their own that dies in the middle, and what must hold afterwards."""

from __future__ import annotations

import functools
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

from fabric import commit
from fabric.commit import Committer
from fabric.errors import GraphError
from fabric.graph.local import LocalGraph
from fabric.harvest import Report
from fabric.ntriples import token
from fabric.settings import Settings
from fabric.snapshots import Snapshots
from fabric.state import State
from fabric.workspace import Workspace
from tests.fabric.graphs import Quad, dump

__all__ = [
    "ATOMIC",
    "PIECE",
    "Plan",
    "check",
    "context",
    "from_log",
    "harvest",
    "open_workspace",
    "settled",
    "small_pieces",
]

ATOMIC, PIECE = 0, 100
_PATIENCE = 60
_WHEN = {token("prov:invalidatedAtTime"), token("prov:wasInvalidatedBy")}
_STEPS = {
    "update": (LocalGraph, "update"),
    "load": (LocalGraph, "load"),
    "flush": (LocalGraph, "flush"),
    "begin": (State, "begin"),
    "number": (Committer, "_number"),
    "apply": (Committer, "_apply"),
    "settle": (Committer, "_settle"),
    "undo": (Committer, "_undo"),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """When the process dies: before step number `at`, counted over the `steps` named.

    `fails` has the store refuse its so-manieth load first, so that the commit is taken back.
    """

    at: int | None = None
    steps: tuple[str, ...] = ("update", "load", "flush", "begin")
    fails: int | None = None


def context() -> ForkServerContext:
    """Makes processes that have everything imported already."""
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload([__name__])
    return made


def small_pieces() -> None:
    """Have even small commits go in pieces."""
    commit.ATOMIC, commit._PIECE, commit._PIECE_BYTES = ATOMIC, PIECE, PIECE * 100


def open_workspace(folder: Path) -> Workspace:
    return Workspace(Settings(data_dir=folder, semantic=False, snapshot_every=0))


def harvest(
    made: ForkServerContext, folder: Path, plan: Plan, *, pieces: bool, kill_after: float | None = None
) -> float:
    """Harvest in a new process, which dies by the plan or is killed after so many seconds of work; returns how long it worked.

    Returns -1 where it died.
    """
    here, there = made.Pipe()
    process = made.Process(target=_child, args=(folder, plan, pieces, there))
    process.start()
    there.close()
    try:
        assert here.poll(_PATIENCE), "the child did not start"
        here.recv()
        if kill_after is not None:
            time.sleep(kill_after)
            process.kill()
        process.join(_PATIENCE)
        assert process.exitcode in {0, -signal.SIGKILL}, f"the child ended with {process.exitcode}"
        return float(here.recv()) if process.exitcode == 0 else -1
    finally:
        process.kill()
        process.join()
        here.close()


def _child(folder: Path, plan: Plan, pieces: bool, parent: Connection) -> None:
    if pieces:
        small_pieces()
    _arm(plan)
    parent.send("ready")
    start = time.monotonic()
    with open_workspace(folder) as workspace:
        workspace.harvest("shop")
    parent.send(time.monotonic() - start)
    parent.close()


def _arm(plan: Plan) -> None:
    reached = loads = 0

    def wrap(step: str, real: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(real)
        def wrapped(*arguments: Any, **named: Any) -> Any:
            nonlocal reached, loads
            if step in plan.steps:
                if reached == plan.at:
                    os.kill(os.getpid(), signal.SIGKILL)
                reached += 1
            if step == "load":
                loads += 1
                if loads - 1 == plan.fails:
                    raise GraphError("refused on purpose")
            return real(*arguments, **named)

        return wrapped

    for step, (owner, name) in _STEPS.items():
        setattr(owner, name, wrap(step, getattr(owner, name)))


def settled(workspace: Workspace) -> set[Quad]:
    """The graph, but for when and by which run a tombstone was written."""
    return {quad for quad in dump(workspace.graph, workspace.iris) if quad[0][1] not in _WHEN}


def check(folder: Path, before: tuple[int, set[Quad]], after: tuple[int, set[Quad]]) -> int:
    """Open a directory whose process died: it is as before or as after, wholly, and goes on from there.

    Returns the number of the last commit found.
    """
    with open_workspace(folder) as workspace:
        last = workspace.history.last()
        states = dict([before, after])
        assert last in states
        assert settled(workspace) == states[last]
        assert workspace.committer.mark() == last
        assert from_log(workspace, folder) == dump(workspace.graph, workspace.iris)
        left = [run.state for run in workspace.runs.list() if run.state == "running"]
        assert not left
        again = workspace.harvest("shop")
        assert again.state == "complete", again.error
        if last == after[0]:
            total = again.report.records
            assert again.report == Report(records=total, unchanged=total)
        else:
            assert again.report.commit == after[0]
        assert settled(workspace) == after[1]
        assert from_log(workspace, folder) == dump(workspace.graph, workspace.iris)
    return last


def from_log(workspace: Workspace, folder: Path) -> set[Quad]:
    """The present graph, built from nothing but the log."""
    history, committer, iris = workspace.history, workspace.committer, workspace.iris
    past = Snapshots(workspace.graph, history, committer, iris, folder / "none", embedded=False)
    last = history.commits()[-1:]
    if not last:
        return set()
    with past.as_of(last[0].at) as graph:
        return dump(graph, iris)
