"""What resolvers of one operation read together: each kind by one call for all that ask, and each thing once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from strawberry.dataloader import DataLoader
from strawberry.extensions import SchemaExtension

from api.graphql import types as t
from api.graphql.quality import checks
from fabric.assets import Asset, Link
from fabric.runs import HarvestRun
from fabric.workspace import Workspace

__all__ = ["FreshLoaders", "Loaders"]

_K = TypeVar("_K")
_V = TypeVar("_V")


class Loaders:
    """Loads by key; what is asked for in one turn of the event loop is read at once, in a worker thread.

    `assets` and `links` by IRI, None where there is none; `paths` the containers of an asset, outermost first; `checks`
    of a dataset; `pointing` by predicate (compact name) and IRI what points there, by title; `written` by named graph
    run and time; `last_runs` and `counts` by source.
    """

    def __init__(self, workspace: Workspace) -> None:
        read = workspace.assets
        unwritten: tuple[str | None, datetime | None] = (None, None)
        nothing: list[Link] = []
        untested: list[t.CheckSummary] = []
        self.assets: DataLoader[str, Asset | None] = DataLoader(load_fn=_by(read.many, None))
        self.links: DataLoader[str, Link | None] = DataLoader(load_fn=_by(read.links, None))
        self.paths: DataLoader[str, list[Link]] = DataLoader(load_fn=_by(lambda iris: read.paths(iris), nothing))
        self.written: DataLoader[str, tuple[str | None, datetime | None]] = DataLoader(
            load_fn=_by(read.written, unwritten)
        )
        self.counts: DataLoader[str, int] = DataLoader(load_fn=_by(read.counts_of, 0))
        self.last_runs: DataLoader[str, HarvestRun | None] = DataLoader(
            load_fn=_by(lambda names: workspace.runs.newest(names), None)
        )
        self.checks: DataLoader[str, list[t.CheckSummary]] = DataLoader(
            load_fn=_by(lambda iris: checks(workspace, iris), untested)
        )
        self.pointing: DataLoader[tuple[str, str], list[Link]] = DataLoader(
            load_fn=_by(lambda keys: _pointing(workspace, keys), nothing)
        )

    async def present(self, iris: Iterable[str]) -> list[Link]:
        """Links of those of the IRIs that are assets', in that order."""
        return [found for found in await self.links.load_many(iris) if found is not None]


class FreshLoaders(SchemaExtension):
    """Gives every operation loaders of its own, so that none sees what an earlier one read."""

    def on_operation(self) -> Iterator[None]:
        """Put them into the context."""
        context = self.execution_context.context
        context["loaders"] = Loaders(context["workspace"])
        yield


def _by(read: Callable[[list[_K]], Mapping[_K, _V]], missing: _V) -> Callable[[list[_K]], Awaitable[list[_V]]]:
    async def load(keys: list[_K]) -> list[_V]:
        found = await run_in_threadpool(read, keys)
        return [found.get(key, missing) for key in keys]

    return load


def _pointing(workspace: Workspace, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[Link]]:
    by_predicate: dict[str, list[str]] = defaultdict(list)
    for predicate, iri in keys:
        by_predicate[predicate].append(iri)
    return {
        (predicate, iri): links
        for predicate, iris in by_predicate.items()
        for iri, links in workspace.assets.pointing(predicate, iris).items()
    }
