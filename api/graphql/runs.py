"""Harvest runs in GraphQL: what can be asked of them, done about them, and followed while they run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable

import strawberry

from api.graphql import types as t
from api.graphql import views
from api.graphql.jobruns import job_runs
from api.graphql.paging import Connection, at_most, connection
from api.graphql.types import Info, on_workspace
from fabric.errors import QueryError
from fabric.runs import HarvestRun
from fabric.workspace import Workspace

__all__ = ["RunMutation", "RunQuery", "RunSubscription"]

_MOST, _PAUSE, _WAIT = 500, 0.25, 60.0


@strawberry.type
class RunQuery:
    """What can be asked of runs."""

    @strawberry.field(
        description="Harvest runs, newest first, at most 500; `after` is the id of the last one of the page before."
    )
    async def runs(
        self,
        info: Info,
        source: str | None = None,
        first: int = 20,
        after: strawberry.ID | None = None,
        states: list[str] | None = None,
    ) -> list[t.HarvestRun]:
        """Harvest runs."""
        count = at_most(first, _MOST)
        found = await on_workspace(info, lambda w: w.runs.list(source, count, after=after, states=states or ()))
        return [views.harvest_run(one) for one in found]

    @strawberry.field(description="Harvest runs as a Relay connection, newest first; at most 500 at once.")
    async def harvest_runs(
        self,
        info: Info,
        source: str | None = None,
        states: list[str] | None = None,
        first: int = 20,
        after: str | None = None,
    ) -> Connection[t.HarvestRun]:
        """Harvest runs, page by page."""
        count, wanted = at_most(first, _MOST), states or []

        def read(workspace: Workspace) -> Connection[t.HarvestRun]:
            found = workspace.runs.list(source, count + 1, after=after, states=wanted)
            total = workspace.runs.count(source, states=wanted)
            return connection(found, count, total, node=views.harvest_run, cursor=lambda one: one.id, after=after)

        return await on_workspace(info, read)

    @strawberry.field(
        description="One harvest run; with `wait`, answered when it ends or after so many seconds (at most 60)."
    )
    async def run(self, info: Info, id: strawberry.ID, wait: float = 0) -> t.HarvestRun:  # noqa: A002
        """One harvest run."""
        return views.harvest_run(await on_workspace(info, lambda w: w.await_run(id, min(wait, _WAIT))))

    @strawberry.field(description="The newest executions of a job, newest first; at most 500.")
    async def runs_of(self, info: Info, job: strawberry.ID, first: int = 20) -> list[t.JobRun]:
        """Executions of a job."""
        return await on_workspace(info, lambda w: job_runs(w, job, first))

    @strawberry.field(
        description="How many OpenLineage events wait to be in the graph, and what could not be taken in."
    )
    async def openlineage(self, info: Info) -> t.OpenLineage:
        """How it stands with OpenLineage events."""
        counts = await on_workspace(info, lambda w: w.inbox.counts())
        return t.OpenLineage(waiting=counts.waiting, failed=counts.failed, problems=list(counts.problems))


@strawberry.type
class RunMutation:
    """What can be done about runs."""

    @strawberry.mutation(description="Harvest a source; follow it with `run` or `harvestProgress`.")
    async def harvest_source(self, info: Info, name: str) -> t.HarvestRun:
        """Harvest a source."""
        return views.harvest_run(await on_workspace(info, lambda w: w.start_harvest(name)))

    @strawberry.mutation(
        description="Stop a source's queued or running harvest, which then changes nothing; false where there is none."
    )
    async def cancel_harvest(self, info: Info, name: str) -> bool:
        """Stop the harvest of a source."""
        return await on_workspace(info, lambda w: w.cancel_harvest(name))

    @strawberry.mutation(
        description="Stop a queued or running run, which then changes nothing; false where it has ended."
    )
    async def cancel_run(self, info: Info, id: strawberry.ID) -> bool:  # noqa: A002
        """Stop a run."""
        return await on_workspace(info, lambda w: w.harvests.cancel(id))

    @strawberry.mutation(description="Harvest the source of a run again; returns the new run.")
    async def retry_run(self, info: Info, id: strawberry.ID) -> t.HarvestRun:  # noqa: A002
        """Harvest the source of a run again."""
        return views.harvest_run(await on_workspace(info, lambda w: w.retry_run(id)))

    @strawberry.mutation(
        description="Have the server harvest a source by a cron expression in UTC (five fields, or @daily and the like); "
        "null ends that. Refused where it never comes due."
    )
    async def schedule_source(self, info: Info, name: str, cron: str | None = None) -> t.Source:
        """Have the server harvest a source by a schedule."""
        return views.source(await on_workspace(info, lambda w: w.schedule_source(name, cron)))


@strawberry.type
class RunSubscription:
    """What can be followed."""

    @strawberry.subscription(
        description="A run's state and counts as they change, until it ends: of the run given, or of the source's newest. "
        "By WebSocket (graphql-transport-ws) or server-sent events."
    )
    async def harvest_progress(
        self, info: Info, run: strawberry.ID | None = None, source: str | None = None
    ) -> AsyncGenerator[t.HarvestRun, None]:
        """Follow a run."""
        run_id = str(run) if run is not None else await on_workspace(info, _newest(source))
        seen: HarvestRun | None = None
        while seen is None or seen.active:
            found = await on_workspace(info, lambda w: w.runs.get(run_id))
            if found != seen:
                seen = found
                yield views.harvest_run(found)
            elif found.active:
                await asyncio.sleep(_PAUSE)


def _newest(source: str | None) -> Callable[[Workspace], str]:
    def find(workspace: Workspace) -> str:
        if source is None:
            raise QueryError("nothing is named to follow", remedy="give run or source")
        workspace.sources.get(source)
        found = workspace.runs.list(source, 1)
        if not found:
            raise QueryError(f"the source {source!r} was never harvested", remedy="harvest it first: harvestSource")
        return found[0].id

    return find
