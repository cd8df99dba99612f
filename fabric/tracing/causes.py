"""Why an asset may be wrong or late: what went wrong upstream of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import unquote

from fabric import model
from fabric.assets import Assets
from fabric.graph.store import GraphStore
from fabric.history import Change, History
from fabric.ntriples import read_literal, token
from fabric.tracing.answer import Named
from fabric.tracing.tracer import View
from fabric.tracing.walk import reach

__all__ = ["Cause", "CauseKind", "root_cause"]

CauseKind = Literal["failed run", "late data", "failing check", "schema change", "removed"]
RECENT = timedelta(days=30)
"""How far back schema changes count."""
_RUN_OF, _CHECKS, _TEST = token("fab:runOf"), token("fab:checks"), token("earl:test")
_HAS_FIELD, _IDENTIFIER = token("fab:hasField"), token("dct:identifier")
_TYPES = frozenset({token("csvw:datatype"), token("fab:physicalType")})


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that went wrong on an asset `distance` steps upstream; `evidence` is the run or check that shows it."""

    asset: Named
    distance: int
    kind: CauseKind
    at: datetime | None
    reason: str
    evidence: Named | None


def root_cause(
    view: View, graph: GraphStore, assets: Assets, history: History, iri: str, now: datetime | None = None
) -> tuple[Cause, ...]:
    """Causes on the asset itself and upstream of it, nearest first, then newest first.

    A failed run counts where it is the newest of its job, a check where its newest result failed: what was mended since is none.
    """
    steps = _upstream(view, iri)
    moment = now or datetime.now(UTC)
    found: list[Cause] = []
    for asset, distance in steps.items():
        named = view.labels.named(asset)
        removed = view.labels.shown(asset)[-1]
        if removed is not None:
            found.append(Cause(named, distance, "removed", removed, "its source no longer has it", None))
        if named.kind == "job":
            found += _runs(graph, assets, named, distance, moment)
        found += _checks(graph, assets, named, distance)
    found += _schema_changes(view, history, steps, moment)
    return tuple(sorted(found, key=_order))


def _order(cause: Cause) -> tuple[int, float, str, str]:
    return cause.distance, -(cause.at.timestamp() if cause.at else 0.0), cause.asset.iri, cause.kind


def _upstream(view: View, iri: str) -> dict[str, int]:
    """The asset and all upstream of it, with jobs that are known only from edges."""
    edges = view.edges
    root = view.iris.root(iri) or iri
    node = edges.find(root)
    if node is None:
        return {root: 0}
    reached = reach([node], lambda one: edges.assets_above.get(one, ()))
    steps = {edges.names[one]: distance for one, distance in reached.items()}
    for one, distance in reached.items():
        for upper in edges.assets_above.get(one, ()):
            for name, value, _ in edges.details(upper, one):
                if name == "job":
                    steps[value] = min(steps.get(value, distance + 1), distance + 1)
    return steps


def _runs(graph: GraphStore, assets: Assets, job: Named, distance: int, now: datetime) -> Iterator[Cause]:
    iris = (triple[0][1:-1] for triple, _ in graph.match(None, _RUN_OF, f"<{job.iri}>"))
    runs = [one for one in map(assets.find, iris) if one is not None and isinstance(one.record, model.Run)]
    newest = max(runs, key=lambda one: (_moment(one.record), one.iri), default=None)
    if newest is None:
        return
    run = newest.record
    assert isinstance(run, model.Run)
    evidence = Named(newest.iri, "run", newest.title)
    if run.status in {"failed", "aborted"}:
        said = f": {run.message}" if run.message else ""
        yield Cause(
            job, distance, "failed run", run.ended or run.started, f"its newest run {run.status}{said}", evidence
        )
    asset = assets.find(job.iri)
    schedule = getattr(asset.record, "schedule", None) if asset is not None else None
    due = _due(schedule, now) if schedule else None
    if due is not None and _moment(run) < due:
        reason = f"should have run by {due.isoformat()} ({schedule}), but ran last at {_moment(run).isoformat()}"
        yield Cause(job, distance, "late data", due, reason, evidence)


def _due(schedule: str, now: datetime) -> datetime | None:
    """The last but one moment of a cron schedule in UTC, since the last run may still be on its way; None for other schedules."""
    from croniter import CroniterError, croniter

    try:
        ticks = croniter(schedule, now)
        ticks.get_prev(datetime)
        due: datetime = ticks.get_prev(datetime)
    except (CroniterError, ValueError):
        return None
    return due


def _moment(run: object) -> datetime:
    assert isinstance(run, model.Run)
    return run.started or run.ended or datetime.min.replace(tzinfo=UTC)


def _checks(graph: GraphStore, assets: Assets, dataset: Named, distance: int) -> Iterator[Cause]:
    for triple, _ in set(graph.match(None, _CHECKS, f"<{dataset.iri}>")):
        check = assets.find(triple[0][1:-1])
        if check is None or not isinstance(check.record, model.Check) or check.removed is not None:
            continue
        iris = {one[0][1:-1] for one, _ in graph.match(None, _TEST, f"<{check.iri}>")}
        results = [one.record for one in map(assets.find, iris) if one is not None]
        outcomes = [one for one in results if isinstance(one, model.CheckResult)]
        newest = max(outcomes, key=lambda one: (one.at.timestamp() if one.at else 0.0, one.name), default=None)
        if newest is not None and newest.outcome == "failed":
            late = check.record.dimension == "timeliness"
            said = f": {newest.message}" if newest.message else ""
            evidence = Named(check.iri, "check", check.title)
            yield Cause(
                dataset,
                distance,
                "late data" if late else "failing check",
                newest.at,
                f"{check.title} fails{said}",
                evidence,
            )


def _schema_changes(view: View, history: History, steps: Mapping[str, int], now: datetime) -> Iterator[Cause]:
    for commit in history.commits(after=history.number_at(now - RECENT)):
        parts: dict[str, list[Change]] = defaultdict(list)
        for change in history.between(commit.number - 1, commit.number):
            if change.root in steps:
                parts[change.root].append(change)
        for root, changes in parts.items():
            said = _said(changes)
            if said:
                evidence = view.labels.named(view.iris.run(commit.run)) if commit.run else None
                yield Cause(view.labels.named(root), steps[root], "schema change", commit.at, said, evidence)


def _said(changes: Iterable[Change]) -> str:
    """Columns that came, went or changed their type; nothing where the asset itself came or went."""
    added, removed = set[tuple[str, str, str]](), set[tuple[str, str, str]]()
    for change in changes:
        added.update(change.added)
        removed.update(change.removed)
    if any(triple[1] == _IDENTIFIER for triple in (*added, *removed)):
        return ""
    added, removed = added - removed, removed - added
    came = {triple[2] for triple in added if triple[1] == _HAS_FIELD}
    went = {triple[2] for triple in removed if triple[1] == _HAS_FIELD}
    before = {triple[:2]: triple[2] for triple in removed if triple[1] in _TYPES and triple[0] not in went}
    retyped = {
        f"{_column(triple[0])} became {read_literal(triple[2])[0]}, was {read_literal(before[triple[:2]])[0]}"
        for triple in added
        if triple[:2] in before
    }
    said = [*(f"{_column(one)} was added" for one in came), *(f"{_column(one)} was dropped" for one in went), *retyped]
    return "; ".join(sorted(said))


def _column(field: str) -> str:
    return unquote(field[1:-1].rpartition("/")[2])
