"""Executions of jobs, whoever told of them, as GraphQL shows them."""

from __future__ import annotations

from datetime import UTC, datetime

import strawberry

from api.graphql import types as t
from api.graphql.paging import at_most
from fabric import model
from fabric.workspace import Workspace

__all__ = ["job_runs"]

_MOST = 500
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def job_runs(workspace: Workspace, iri: str, first: int) -> list[t.JobRun]:
    """The newest executions of the job of that IRI, newest first.

    Raises: QueryError where `first` is not between 1 and 500.
    """
    first = at_most(first, _MOST, remedy="ask for fewer")
    found = workspace.assets.many(workspace.assets.subjects("fab:runOf", iri))
    runs = [(asset.iri, asset.record) for asset in found.values() if isinstance(asset.record, model.Run)]
    runs.sort(key=lambda pair: (pair[1].started or pair[1].ended or _LONG_AGO, pair[0]), reverse=True)
    shown = runs[:first]
    refs = {ref for _iri, run in shown for ref in (run.job, *run.used, *run.generated)}
    links = workspace.assets.links(sorted(workspace.iris.asset(ref) for ref in refs))
    named = {link.ref: t.link(link) for link in links.values()}
    return [_shown(workspace, iri, run, named) for iri, run in shown]


def _shown(workspace: Workspace, iri: str, run: model.Run, named: dict[model.Ref, t.Link]) -> t.JobRun:
    duration = (run.ended - run.started).total_seconds() if run.ended and run.started else None
    return t.JobRun(
        iri=strawberry.ID(iri),
        status=run.status,
        started_at=run.started,
        ended_at=run.ended,
        duration=duration,
        message=run.message,
        nominal_start=run.nominal_start,
        nominal_end=run.nominal_end,
        row_count=run.row_count,
        byte_size=run.byte_size,
        parent=strawberry.ID(workspace.iris.asset(run.part_of)) if run.part_of else None,
        job=named[run.job],
        reads=[named[ref] for ref in sorted(run.used)],
        writes=[named[ref] for ref in sorted(run.generated)],
    )
