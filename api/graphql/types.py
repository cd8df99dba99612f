"""The GraphQL types of what is found and shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import strawberry
from starlette.concurrency import run_in_threadpool
from strawberry.scalars import JSON

from api.graphql.paging import Node, PageInfo
from fabric import assets as core
from fabric import model
from fabric.identity import Iris
from fabric.workspace import Workspace

if TYPE_CHECKING:
    from api.graphql.loaders import Loaders

__all__ = ["Asset", "Context", "Dataset", "Job", "Link", "loaders", "on_workspace"]

Context = dict[str, Any]
Info = strawberry.Info[Context, None]
T = TypeVar("T")


async def on_workspace(info: Info, work: Callable[[Workspace], T]) -> T:
    """Run `work` with the open workspace, in a worker thread."""
    return await run_in_threadpool(work, info.context["workspace"])


@strawberry.type(description="A pointer to an asset.")
class Link:
    """A pointer to an asset."""

    iri: strawberry.ID
    kind: str
    title: str


def link(found: core.Link) -> Link:
    """A core link as GraphQL shows it."""
    return Link(iri=strawberry.ID(found.iri), kind=found.ref.kind, title=found.title)


@strawberry.type(description="One statement and who makes it.")
class Fact:
    """One statement and who makes it."""

    subject: strawberry.ID
    predicate: strawberry.ID
    label: str
    value: str
    value_iri: strawberry.ID | None
    source: str
    graph: strawberry.ID
    run: str | None
    at: datetime | None
    curated: bool


@strawberry.type(description="A field of another dataset.")
class FieldLink:
    """A field of another dataset."""

    iri: strawberry.ID
    path: str
    dataset: Link


@strawberry.type(description="A column or attribute, with those nested in it.")
class Field:
    """A column or attribute, with those nested in it."""

    iri: strawberry.ID
    name: str
    path: str
    ordinal: int
    datatype: str
    native_type: str | None
    required: bool | None
    default: str | None
    description: str | None
    tags: list[str]
    primary_key: bool
    references: list[FieldLink]
    upstream: list[FieldLink]
    fields: list[Field]


@strawberry.type(description="A primary or unique key.")
class Key:
    """A primary or unique key."""

    name: str
    primary: bool
    columns: list[str]


@strawberry.type(description="A foreign key.")
class Reference:
    """A foreign key."""

    name: str
    columns: list[str]
    target: Link
    target_columns: list[str]


@strawberry.type(description="An index of a table.")
class Index:
    """An index of a table."""

    name: str
    columns: list[str]
    unique: bool
    method: str | None


@strawberry.type(description="What a role may do.")
class Grant:
    """What a role may do."""

    grantee: str
    privileges: list[str]


@strawberry.type(description="Where and in which form a dataset is stored.")
class Distribution:
    """Where and in which form a dataset is stored."""

    name: str
    url: str | None
    media_type: str | None
    format: str | None
    byte_size: float | None
    file_count: int | None


@strawberry.type(description="A test of a dataset and its latest outcome.")
class CheckSummary:
    """A test of a dataset and its latest outcome."""

    iri: strawberry.ID
    title: str
    column: str | None
    dimension: str | None
    outcome: str | None
    at: datetime | None
    message: str | None


@strawberry.interface(description="Anything the catalogue knows.")
class Asset(Node):
    """Anything the catalogue knows; `core` is what was read of it, `trail` its containers where they were read with others'."""

    core: strawberry.Private[core.Asset]
    trail: strawberry.Private[list[Link] | None] = None

    @strawberry.field
    def id(self) -> strawberry.ID:
        """Its IRI."""
        return strawberry.ID(self.core.iri)

    @strawberry.field
    def iri(self) -> strawberry.ID:
        """Identity; also a link that answers HTML, Turtle and JSON-LD."""
        return strawberry.ID(self.core.iri)

    @strawberry.field
    def kind(self) -> str:
        """Such as dataset, job, dashboard, agent."""
        return self.core.ref.kind

    @strawberry.field
    def title(self) -> str:
        """Name for people."""
        return self.core.title

    @strawberry.field
    def identifier(self) -> str:
        """Namespace and name as the source gives them."""
        return f"{self.core.ref.namespace}/{self.core.ref.name}"

    @strawberry.field
    def description(self) -> str | None:
        """What it is, in its source's or a curator's words."""
        return getattr(self.core.record, "description", None)

    @strawberry.field
    def platform(self) -> str | None:
        """Technology, such as postgresql."""
        return getattr(self.core.record, "platform", None)

    @strawberry.field
    def tags(self) -> list[str]:
        """Keywords, sorted."""
        return sorted(getattr(self.core.record, "tags", ()))

    @strawberry.field
    def sources(self) -> list[str]:
        """Registered sources that describe it; `curated` for people."""
        return list(self.core.sources)

    @strawberry.field
    def removed_at(self) -> datetime | None:
        """When its source no longer had it."""
        return self.core.removed

    @strawberry.field
    async def owners(self, info: Info) -> list[Link]:
        """People and teams who answer for it."""
        owners: frozenset[model.Ref] = getattr(self.core.record, "owners", frozenset())
        return await _links(info, owners)

    @strawberry.field
    async def domains(self, info: Info) -> list[Link]:
        """Business domains it belongs to."""
        return await _linked(info, self.core.pointers("fab:inDomain"))

    @strawberry.field
    async def terms(self, info: Info) -> list[Link]:
        """Glossary terms that say what it is about."""
        return await _linked(info, self.core.pointers("dct:subject"))

    @strawberry.field
    async def path(self, info: Info) -> list[Link]:
        """Its containers, outermost first."""
        if self.trail is not None:
            return self.trail
        return [link(one) for one in await loaders(info).paths.load(self.core.iri)]

    @strawberry.field
    async def upstream(self, info: Info) -> list[Link]:
        """What it is directly derived from."""
        found = await _linked(info, self.core.pointers("prov:wasDerivedFrom"))
        return sorted(found, key=lambda one: (one.title.lower(), one.iri))

    @strawberry.field
    async def downstream(self, info: Info) -> list[Link]:
        """What is directly derived from it."""
        return await _pointing(info, "prov:wasDerivedFrom", self.core.iri)

    @strawberry.field
    async def facts(
        self, info: Info, parts: bool = False
    ) -> list[Annotated[Fact, strawberry.lazy("api.graphql.types")]]:
        """Every statement about it, and with `parts` about its fields and other parts: who makes it, which run wrote it."""
        from api.graphql.views import facts

        graphs = sorted({fact.graph for fact in self.core.facts})
        written = await loaders(info).written.load_many(graphs)
        return facts(self.core, dict(zip(graphs, written, strict=True)), parts=parts)


def loaders(info: Info) -> Loaders:
    """Those of the operation."""
    made: Loaders = info.context["loaders"]
    return made


def _iris(info: Info) -> Iris:
    workspace: Workspace = info.context["workspace"]
    return workspace.iris


async def _links(info: Info, refs: Iterable[model.Ref]) -> list[Link]:
    iris = _iris(info)
    return await _linked(info, sorted(iris.asset(ref) for ref in refs))


async def _linked(info: Info, iris: list[str]) -> list[Link]:
    return [link(one) for one in await loaders(info).present(iris)]


async def _pointing(info: Info, predicate: str, iri: str) -> list[Link]:
    return [link(one) for one in await loaders(info).pointing.load((predicate, iri))]


async def _named(info: Info, refs: set[model.Ref]) -> dict[model.Ref, Link]:
    iris = _iris(info)
    found = await loaders(info).present(iris.asset(ref) for ref in sorted(refs))
    return {one.ref: link(one) for one in found}


@strawberry.type(description="A table, view, file set or stream.")
class Dataset(Asset):
    """A table, view, file set or stream."""

    dataset_kind: str
    row_count: float | None
    row_count_exact: bool | None
    byte_size: float | None
    definition: str | None
    partition_columns: list[str]
    partition_count: int | None
    license: str | None
    landing_page: str | None
    modified: datetime | None
    keys: list[Key]
    indexes: list[Index]
    grants: list[Grant]
    distributions: list[Distribution]

    @strawberry.field
    async def fields(self, info: Info) -> list[Field]:
        """Columns in order."""
        from api.graphql.views import field_targets, fields

        return fields(_iris(info), self.core, await _named(info, field_targets(self.core)))

    @strawberry.field
    async def references(self, info: Info) -> list[Reference]:
        """Foreign keys."""
        from api.graphql.views import reference_targets, references

        return references(self.core, await _named(info, reference_targets(self.core)))

    @strawberry.field
    async def referenced_by(self, info: Info) -> list[Link]:
        """Datasets whose foreign keys point here."""
        return await _pointing(info, "fab:referencesDataset", self.core.iri)

    @strawberry.field
    async def checks(self, info: Info) -> list[CheckSummary]:
        """Tests of it and their latest outcomes."""
        return await loaders(info).checks.load(self.core.iri)


@strawberry.type(description="One execution of a job. Statuses: running, complete, failed, aborted, skipped.")
class JobRun:
    """One execution of a job; `duration` in seconds, `rowCount` and `byteSize` are what it wrote."""

    iri: strawberry.ID
    status: str
    started_at: datetime | None
    ended_at: datetime | None
    duration: float | None
    message: str | None
    nominal_start: datetime | None
    nominal_end: datetime | None
    row_count: float | None
    byte_size: float | None
    parent: strawberry.ID | None
    job: Link
    reads: list[Link]
    writes: list[Link]


@strawberry.type(description="A job, pipeline or task.")
class Job(Asset):
    """A job, pipeline or task."""

    definition: str | None
    schedule: str | None
    types: list[str]
    landing_page: str | None
    reads_refs: strawberry.Private[frozenset[model.Ref]]
    writes_refs: strawberry.Private[frozenset[model.Ref]]

    @strawberry.field
    async def reads(self, info: Info) -> list[Link]:
        """What it reads."""
        return await _links(info, self.reads_refs)

    @strawberry.field
    async def writes(self, info: Info) -> list[Link]:
        """What it writes."""
        return await _links(info, self.writes_refs)

    @strawberry.field
    async def runs(self, info: Info, first: int = 20) -> list[JobRun]:
        """Its newest executions, newest first."""
        from api.graphql.jobruns import job_runs

        return await on_workspace(info, lambda w: job_runs(w, self.core.iri, first))


@strawberry.type(description="A system, database, schema, bucket or catalogue.")
class Container(Asset):
    """A system, database, schema, bucket or catalogue."""

    @strawberry.field
    async def members(self, info: Info) -> list[Link]:
        """What is directly in it."""
        return await _pointing(info, "dct:isPartOf", self.core.iri)


@strawberry.type(description="Any other asset: dashboard, model, person, term, check ...")
class Resource(Asset):
    """Any other asset."""

    url: str | None

    @strawberry.field
    async def reads(self, info: Info) -> list[Link]:
        """What it uses."""
        return await _links(info, getattr(self.core.record, "reads", frozenset()))

    @strawberry.field
    async def owns(self, info: Info) -> list[Link]:
        """Assets that name it as their owner."""
        return await _pointing(info, "fab:owner", self.core.iri)


@strawberry.type(description="How often a value occurs among the results.")
class FacetValue:
    """How often a value occurs among the results."""

    value: str
    count: int


@strawberry.type(description="One way to narrow a search: kind, platform, source, tag, domain or owner.")
class Facet:
    """One way to narrow a search."""

    name: str
    values: list[FacetValue]


@strawberry.type(description="One search result.")
class SearchEdge:
    """One search result: `why` says what matched, `highlight` shows it."""

    cursor: str
    score: float
    why: list[str]
    highlight: str | None
    node: Asset


@strawberry.type(description="Search results.")
class SearchConnection:
    """A page of results; `totalCount` and `facets` are exact, over all that match."""

    edges: list[SearchEdge]
    page_info: PageInfo
    total_count: int
    facets: list[Facet]
    semantic: bool


@strawberry.type(description="What one commit did to an asset.")
class Change:
    """What one commit did to an asset, whose IRI it has; `author` had it made, `added` and `removed` are N-Triples."""

    iri: strawberry.ID
    commit: int
    kind: str
    at: datetime
    author: str | None
    source: str
    graph: strawberry.ID
    run: str | None
    added: list[str]
    removed: list[str]


@strawberry.type(description="A line of a run's log.")
class RunLine:
    """A line of a run's log; `id` grows, `level` is info, warning or error."""

    id: int
    at: datetime
    level: str
    text: str


@strawberry.type(description="One harvest of a source.")
class HarvestRun(Node):
    """One harvest. States: queued, running, complete, partial, failed, cancelled."""

    id: strawberry.ID  # type: ignore[assignment]  # what the interface computes is stored here
    source: str
    state: str
    started_at: datetime
    ended_at: datetime | None
    records: int
    changed: int
    unchanged: int
    tombstoned: int
    added: int
    removed: int
    problems: list[str]
    refused: list[str]
    warnings: list[str]
    error: str | None
    commit: int | None
    trigger: str
    queued_at: datetime | None
    attempt: int
    not_before: datetime | None
    worker: str | None

    @strawberry.field
    def iri(self, info: Info) -> strawberry.ID:
        """Identity; a `prov:Activity` in the graph once it has ended."""
        workspace: Workspace = info.context["workspace"]
        return strawberry.ID(workspace.iris.run(self.id))

    @strawberry.field
    async def log(self, info: Info, first: int | None = None, after: int = 0) -> list[RunLine]:
        """What happened in it, line by line, from after the line of that id."""
        found = await on_workspace(info, lambda w: w.runs.lines(self.id, after=after, first=first))
        return [RunLine(id=one.id, at=one.at, level=one.level, text=one.text) for one in found]


@strawberry.type(description="A registered source; secrets are shown as ***.")
class Source(Node):
    """A registered source."""

    name: str
    connector: str
    options: JSON
    created_at: datetime
    schedule: str | None
    next_harvest_at: datetime | None

    @strawberry.field
    def id(self, info: Info) -> strawberry.ID:
        """The IRI of its named graph."""
        workspace: Workspace = info.context["workspace"]
        return strawberry.ID(workspace.iris.harvest_graph(self.name))

    @strawberry.field
    async def last_run(self, info: Info) -> HarvestRun | None:
        """Its newest harvest."""
        from api.graphql.views import harvest_run

        found = await loaders(info).last_runs.load(self.name)
        return None if found is None else harvest_run(found)

    @strawberry.field
    async def assets(self, info: Info) -> int:
        """How many assets it describes."""
        return await loaders(info).counts.load(self.name)


@strawberry.type(description="An installed connector.")
class Connector:
    """An installed connector; `options` is the JSON Schema of its options."""

    name: str
    title: str
    options: JSON


@strawberry.type(description="How it stands with OpenLineage events.")
class OpenLineage:
    """How it stands with OpenLineage events: those that wait, those that cannot be taken in, and why, the newest first."""

    waiting: int
    failed: int
    problems: list[str]


@strawberry.type(description="The state of this Fabric.")
class Status:
    """The state of this Fabric; `indexedCommit` is the newest commit that search knows."""

    version: str
    assets: int
    triples: int
    commit: int
    indexed_commit: int
    semantic: bool
