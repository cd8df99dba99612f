"""Taking events into a workspace, and reading what came of them."""

from __future__ import annotations

from typing import Any, TypeVar

from fabric.model import Lineage, Record, Ref, Run, dataset
from fabric.ntriples import Triple
from fabric.workspace import Workspace
from tests.fabric.openlineage.events import SHOP, body, run_id

__all__ = ["edge", "facts", "get", "run", "runs", "table", "take"]

R = TypeVar("R", bound=Record)


def take(workspace: Workspace, *events: dict[str, Any]) -> None:
    """Send events and take them into the graph, all of them."""
    workspace.inbox.put(body(*events)).result(60)
    assert workspace.applier.catch_up() == len(events)
    counts = workspace.inbox.counts()
    assert (counts.waiting, counts.problems) == (0, ())


def facts(workspace: Workspace) -> set[tuple[Triple, str]]:
    """What the graph says of assets and runs, but for times of tombstones."""
    meta, time = workspace.iris.graph("meta"), "invalidatedAtTime"
    return {(t, g) for t, g in workspace.graph.match() if g != meta and time not in t[1]}


def table(name: str) -> Ref:
    """A table of the shop."""
    return dataset(SHOP, f"shop.public.{name}")


def get(workspace: Workspace, ref: Ref, kind: type[R]) -> R:
    """The record of an asset."""
    record = workspace.assets.get(workspace.iris.asset(ref)).record
    assert isinstance(record, kind)
    return record


def edge(workspace: Workspace, downstream: Ref, upstream: Ref) -> Lineage | None:
    """The edge between two datasets."""
    asset = workspace.assets.find(workspace.iris.asset(downstream))
    return next((one for one in asset.lineage if one.upstream == upstream), None) if asset else None


def run(workspace: Workspace, number: int) -> Run:
    """A run of the shop's jobs."""
    return get(workspace, Ref("run", "shop", run_id(number)), Run)


def runs(workspace: Workspace, job: str = "load") -> list[Run]:
    """The runs of a job, oldest first."""
    iri = workspace.iris.asset(Ref("job", "shop", job))
    found = workspace.assets.many(workspace.assets.subjects("fab:runOf", iri)).values()
    records = [one.record for one in found if isinstance(one.record, Run)]
    return sorted(records, key=lambda one: (one.started is not None, one.started))
