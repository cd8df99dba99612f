"""What would differ, in GraphQL."""

from __future__ import annotations

import strawberry

from api.graphql.lineage import ImpactedAsset, LineageLevel, impacted, link_of
from api.graphql.types import Info, Link, on_workspace
from fabric.errors import InputError
from fabric.whatif import answer as core
from fabric.whatif.proposals import DropColumn, DropTable, Manifest, Proposal, Redefine, RenameColumn

__all__ = ["WhatIfQuery"]


@strawberry.input(description="A column, by the IRI of its field, and its new name.")
class RenamedColumn:
    """A column and its new name."""

    iri: strawberry.ID
    new_name: str


@strawberry.input(description="A view or model, and the SQL that defines it anew.")
class RedefinedView:
    """A view or model and its new SQL."""

    iri: strawberry.ID
    sql: str


@strawberry.input(
    description="The texts of a dbt project's new manifest.json and, where there is one, catalog.json; `source` is the registered "
    "source that reads the project, by default the only one of the connector dbt."
)
class NewManifest:
    """A dbt project's new artifacts."""

    manifest: str
    catalog: str | None = None
    source: str | None = None


@strawberry.input(one_of=True, description="One change that is tried.")
class TriedChange:
    """One change that is tried."""

    drop_table: strawberry.Maybe[strawberry.ID]
    drop_column: strawberry.Maybe[strawberry.ID]
    rename_column: strawberry.Maybe[RenamedColumn]
    view: strawberry.Maybe[RedefinedView]
    manifest: strawberry.Maybe[NewManifest]


@strawberry.type(description="A dataset, or one of its fields, that would not be there any more.")
class LostAsset:
    """A dataset or field that would not be there any more."""

    asset: Link
    field: strawberry.ID | None


@strawberry.type(
    description="A way of the data, between assets or fields, that would come or go; `influence`: it filters or joins."
)
class ChangedEdge:
    """A way of the data that would come or go."""

    level: LineageLevel
    start: strawberry.ID
    end: strawberry.ID
    influence: bool


@strawberry.type(description="A contract of an asset that would lose something, or that reads what would be gone.")
class BrokenContract:
    """A contract that would be broken."""

    contract: Link
    asset: Link
    reason: str


@strawberry.type(
    description="A field that personal data of a category would newly reach, and the fields it would come from."
)
class ReachedField:
    """A field that personal data would newly reach."""

    asset: Link
    field: strawberry.ID
    category: strawberry.ID
    origins: list[strawberry.ID]


@strawberry.type(
    description="What would differ. `broken` reads what would be gone; `affected` lies behind, or reads a table by columns that "
    "are not known; `warnings` say what could not be told."
)
class WhatIf:
    """What would differ."""

    changes: list[str]
    gone: list[LostAsset]
    edges_added: list[ChangedEdge]
    edges_removed: list[ChangedEdge]
    broken: list[ImpactedAsset]
    affected: list[ImpactedAsset]
    contracts: list[BrokenContract]
    reached: list[ReachedField]
    owners: list[Link]
    warnings: list[str]


@strawberry.type
class WhatIfQuery:
    """What can be asked of changes that are not made yet."""

    @strawberry.field(
        description="What would differ if these changes were made, one after the other. They are tried on a copy of the graph, "
        "which itself stays as it is."
    )
    async def what_if(self, info: Info, changes: list[TriedChange]) -> WhatIf:
        """What would differ."""
        proposals = [_proposal(one) for one in changes]
        return _shown(await on_workspace(info, lambda w: w.whatif.ask(proposals)))


def _proposal(one: TriedChange) -> Proposal:
    if one.drop_table is not None:
        return DropTable(one.drop_table.value)
    if one.drop_column is not None:
        return DropColumn(one.drop_column.value)
    if one.rename_column is not None:
        return RenameColumn(one.rename_column.value.iri, one.rename_column.value.new_name)
    if one.view is not None:
        return Redefine(one.view.value.iri, one.view.value.sql)
    if one.manifest is not None:
        given = one.manifest.value
        return Manifest(given.manifest, given.catalog, given.source)
    raise InputError("a change says nothing", remedy="give one of its fields")


def _shown(found: core.Difference) -> WhatIf:
    return WhatIf(
        changes=list(found.changes),
        gone=[LostAsset(asset=link_of(one.asset), field=_id(one.field)) for one in found.gone],
        edges_added=[_edge(one) for one in found.edges_added],
        edges_removed=[_edge(one) for one in found.edges_removed],
        broken=[impacted(one) for one in found.broken],
        affected=[impacted(one) for one in found.affected],
        contracts=[
            BrokenContract(contract=link_of(one.contract), asset=link_of(one.asset), reason=one.reason)
            for one in found.contracts
        ],
        reached=[
            ReachedField(
                asset=link_of(one.asset),
                field=strawberry.ID(one.field),
                category=strawberry.ID(one.category),
                origins=[strawberry.ID(iri) for iri in one.origins],
            )
            for one in found.reached
        ],
        owners=[link_of(one) for one in found.owners],
        warnings=list(found.warnings),
    )


def _edge(one: core.EdgeChange) -> ChangedEdge:
    return ChangedEdge(
        level=LineageLevel(one.level),
        start=strawberry.ID(one.start),
        end=strawberry.ID(one.end),
        influence=one.influence,
    )


def _id(iri: str | None) -> strawberry.ID | None:
    return None if iri is None else strawberry.ID(iri)
