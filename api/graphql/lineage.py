"""Lineage in GraphQL."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import Enum

import strawberry

from api.graphql.paging import PageInfo
from api.graphql.types import Info, Link, on_workspace
from fabric.errors import QueryError
from fabric.tracing import answer
from fabric.tracing import impact as core
from fabric.tracing.exports import export
from fabric.tracing.lineage import Asked

__all__ = ["ImpactedAsset", "LineageLevel", "LineageQuery", "edges", "impacted", "link_of", "named"]

_MOST_MOMENTS = 1000


@strawberry.enum(description="Which way to follow lineage.")
class LineageDirection(Enum):
    """Which way to follow lineage."""

    UPSTREAM = "upstream"
    DOWNSTREAM = "downstream"
    BOTH = "both"


@strawberry.enum(description="Between assets, or between fields where they are known.")
class LineageLevel(Enum):
    """Between assets, or between fields where they are known."""

    TABLE = "table"
    COLUMN = "column"


@strawberry.enum(description="A form that other tools read; OpenLineage is a JSON array of events, PROV is Turtle.")
class LineageFormat(Enum):
    """A form that other tools read."""

    MERMAID = "mermaid"
    DOT = "dot"
    OPENLINEAGE = "openlineage"
    PROV = "prov"


@strawberry.type(description="A field that has an edge in the answer.")
class LineageField:
    """A field that has an edge in the answer."""

    iri: strawberry.ID
    name: str
    path: str
    datatype: str | None


@strawberry.type(description="An asset of a lineage. Distance 0 is the root, negative upstream, positive downstream.")
class LineageNode:
    """An asset of a lineage; the counts are of all direct neighbours, also those not in the answer."""

    iri: strawberry.ID
    title: str
    kind: str
    dataset_kind: str | None
    platform: str | None
    domain: str | None
    container: Link | None
    distance: int
    upstream_count: int
    downstream_count: int
    field_count: int
    fields: list[LineageField]
    removed_at: datetime | None


@strawberry.type(description="Who says an edge: source, named graph, the run that last wrote that graph, SQL, rule.")
class EdgeProvenance:
    """Who says an edge."""

    source: str
    graph: strawberry.ID
    run: strawberry.ID | None
    at: datetime | None
    job: Link | None
    sql: str | None
    rule: str | None
    curated: bool


@strawberry.type(
    description="A way of the data, from `start` (upstream) to `end`; `influence`: it filters or joins only."
)
class LineageEdge:
    """A way of the data; `via` are assets that filters hid and that it stands for."""

    start: strawberry.ID
    end: strawberry.ID
    level: LineageLevel
    influence: bool
    expression: str | None
    transformation: str | None
    masking: bool | None
    via: list[strawberry.ID]
    provenance: list[EdgeProvenance]


@strawberry.type(description="A page of lineage; an edge is on the page of the later of its ends.")
class LineageGraph:
    """A page of lineage."""

    root: LineageNode
    nodes: list[LineageNode]
    edges: list[LineageEdge]
    total_nodes: int
    total_edges: int
    page_info: PageInfo
    found: strawberry.Private[answer.Lineage]

    @strawberry.field(description="This page in a form that other tools read.")
    async def export(self, info: Info, format: LineageFormat) -> str:  # noqa: A002 - the argument's name in GraphQL
        """This page in a form that other tools read."""
        return await on_workspace(info, lambda w: export(self.found, format.value, w.iris))


@strawberry.type(description="One way; `nodes` from its start to its end.")
class LineagePath:
    """One way."""

    nodes: list[strawberry.ID]
    edges: list[LineageEdge]


@strawberry.enum(description="What is done to a column or table.")
class ChangeKind(Enum):
    """What is done to a column or table."""

    DROP_COLUMN = "drop column"
    RENAME_COLUMN = "rename column"
    RETYPE_COLUMN = "retype column"
    DROP_TABLE = "drop table"


@strawberry.input(
    description="A change to a field or, to drop a table, a dataset; `iri` is that of the field or dataset."
)
class ProposedChange:
    """A change to a field or dataset."""

    kind: ChangeKind
    iri: strawberry.ID
    new_name: str | None = None
    new_type: str | None = None


@strawberry.type(description="An asset that a change breaks or that lies behind; `fields` derive from what changes.")
class ImpactedAsset:
    """An asset that a change breaks or that lies behind; `via` are the assets between it and the change."""

    asset: Link
    dataset_kind: str | None
    distance: int
    fields: list[strawberry.ID]
    reason: str
    owners: list[Link]
    contracts: list[Link]
    via: list[strawberry.ID]


@strawberry.type(
    description="`broken` reads what changes; `affected` is further downstream, or reads the table by columns that are not known."
)
class Impact:
    """What a change would break."""

    change: str
    broken: list[ImpactedAsset]
    affected: list[ImpactedAsset]
    owners: list[Link]


@strawberry.type(description="Something that went wrong on an asset; `evidence` is the run or check that shows it.")
class Cause:
    """Kinds: failed run, late data, failing check, schema change (of the last 30 days), removed."""

    asset: Link
    distance: int
    kind: str
    at: datetime | None
    reason: str
    evidence: Link | None


@strawberry.type(description="A commit, and so a moment that `asOf` can name. Kinds: harvest, curate, remove.")
class LineageMoment:
    """A moment that can be asked of."""

    commit: int
    at: datetime
    kind: str
    source: str


@strawberry.type
class LineageQuery:
    """What can be asked of lineage."""

    @strawberry.field(
        description="What an asset or field derives from and what derives from it. Complete or refused: with more than `first` "
        "nodes the answer has pages. `through` keeps only ways over one of those assets; `kinds` and `platforms` hide others, "
        "and a way over hidden ones is one edge."
    )
    async def lineage(
        self,
        info: Info,
        iri: strawberry.ID,
        direction: LineageDirection = LineageDirection.BOTH,
        depth: int | None = None,
        level: LineageLevel = LineageLevel.TABLE,
        through: list[str] | None = None,
        kinds: list[str] | None = None,
        platforms: list[str] | None = None,
        as_of: datetime | None = None,
        first: int = 10000,
        after: str | None = None,
    ) -> LineageGraph:
        """Follow lineage."""
        asked = Asked(
            direction=direction.value,
            depth=depth,
            level=level.value,
            through=tuple(through or ()),
            kinds=frozenset(kinds or ()),
            platforms=frozenset(platforms or ()),
            first=first,
            after=after,
        )
        return await on_workspace(info, lambda w: _graph(w.tracing.lineage(iri, asked, as_of), paged=after is not None))

    @strawberry.field(
        description="Ways from one asset or field to another, shortest first; none against the flow of data."
    )
    async def lineage_paths(
        self,
        info: Info,
        start: strawberry.ID,
        end: strawberry.ID,
        level: LineageLevel = LineageLevel.TABLE,
        first: int = 10,
    ) -> list[LineagePath]:
        """Ways from one asset or field to another."""
        found = await on_workspace(info, lambda w: w.tracing.paths(start, end, level.value, first))
        return [LineagePath(nodes=[strawberry.ID(iri) for iri in one.nodes], edges=edges(one.edges)) for one in found]

    @strawberry.field(description="What a change would break.")
    async def impact(self, info: Info, change: ProposedChange) -> Impact:
        """What a change would break."""
        asked = core.Change(change.kind.value, change.iri, change.new_name, change.new_type)
        found = await on_workspace(info, lambda w: w.tracing.impact(asked))
        return Impact(
            change=str(found.change),
            broken=[impacted(one) for one in found.broken],
            affected=[impacted(one) for one in found.affected],
            owners=_links(found.owners),
        )

    @strawberry.field(
        description="Moments that lineage can be asked of by `asOf`: the newest `first` commits, oldest of them first."
    )
    async def lineage_moments(self, info: Info, first: int = 100) -> list[LineageMoment]:
        """Moments that lineage can be asked of."""
        if not 1 <= first <= _MOST_MOMENTS:
            raise QueryError(f"{first} moments cannot be asked for", remedy=f"ask for 1 to {_MOST_MOMENTS}")
        found = await on_workspace(info, lambda w: w.history.commits(after=w.history.last() - first))
        return [LineageMoment(commit=one.number, at=one.at, kind=one.kind, source=one.source) for one in found]

    @strawberry.field(
        description="Why an asset may be wrong or late: failed runs, failing checks, late data, schema changes upstream, "
        "nearest first."
    )
    async def root_cause(self, info: Info, iri: strawberry.ID) -> list[Cause]:
        """Why an asset may be wrong or late."""
        return [
            Cause(
                asset=link_of(one.asset),
                distance=one.distance,
                kind=one.kind,
                at=one.at,
                reason=one.reason,
                evidence=named(one.evidence),
            )
            for one in await on_workspace(info, lambda w: w.tracing.root_cause(iri))
        ]


def _graph(found: answer.Lineage, *, paged: bool) -> LineageGraph:
    return LineageGraph(
        root=_node(found.root),
        nodes=[_node(one) for one in found.nodes],
        edges=edges(found.edges),
        total_nodes=found.total_nodes,
        total_edges=found.total_edges,
        page_info=PageInfo(has_next_page=found.cursor is not None, end_cursor=found.cursor, has_previous_page=paged),
        found=found,
    )


def _node(one: answer.Node) -> LineageNode:
    return LineageNode(
        iri=strawberry.ID(one.iri),
        title=one.title,
        kind=one.kind,
        dataset_kind=one.dataset_kind,
        platform=one.platform,
        domain=one.domain,
        container=named(one.container),
        distance=one.distance,
        upstream_count=one.upstream_count,
        downstream_count=one.downstream_count,
        field_count=one.field_count,
        fields=[
            LineageField(iri=strawberry.ID(field.iri), name=field.name, path=field.path, datatype=field.datatype)
            for field in one.fields
        ],
        removed_at=one.removed,
    )


def edges(found: tuple[answer.Edge, ...]) -> list[LineageEdge]:
    """Edges as GraphQL shows them; provenance that several share is made once."""
    made = {said: [_provenance(who) for who in said] for said in {one.provenance for one in found}}
    return [
        LineageEdge(
            start=strawberry.ID(one.start),
            end=strawberry.ID(one.end),
            level=LineageLevel(one.level),
            influence=one.influence,
            expression=one.expression,
            transformation=one.transformation,
            masking=one.masking,
            via=[strawberry.ID(iri) for iri in one.via],
            provenance=made[one.provenance],
        )
        for one in found
    ]


def _provenance(one: answer.Provenance) -> EdgeProvenance:
    return EdgeProvenance(
        source=one.source,
        graph=strawberry.ID(one.graph),
        run=None if one.run is None else strawberry.ID(one.run),
        at=one.at,
        job=named(one.job),
        sql=one.sql,
        rule=one.rule,
        curated=one.curated,
    )


def impacted(one: core.Impacted) -> ImpactedAsset:
    """An asset that a change touches, as GraphQL shows it."""
    return ImpactedAsset(
        asset=link_of(one.asset),
        dataset_kind=one.dataset_kind,
        distance=one.distance,
        fields=[strawberry.ID(iri) for iri in one.fields],
        reason=one.reason,
        owners=_links(one.owners),
        contracts=_links(one.contracts),
        via=[strawberry.ID(iri) for iri in one.via],
    )


def named(one: answer.Named | None) -> Link | None:
    """An asset's link, where there is an asset."""
    return None if one is None else link_of(one)


def link_of(one: answer.Named) -> Link:
    """An asset's link."""
    return Link(iri=strawberry.ID(one.iri), kind=one.kind, title=one.title)


def _links(found: Iterable[answer.Named]) -> list[Link]:
    return [link_of(one) for one in found]
