"""The GraphQL schema: what can be asked and done."""

from __future__ import annotations

from datetime import datetime
from importlib.metadata import version
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.extensions import MaskErrors
from strawberry.scalars import JSON
from strawberry.types import ExecutionContext

from api.graphql import types as t
from api.graphql import views
from api.graphql.audit import AuditQuery
from api.graphql.curation import CurationMutation
from api.graphql.discovery import DiscoveryQuery
from api.graphql.guarding import guard
from api.graphql.limits import LIMITS
from api.graphql.lineage import LineageQuery
from api.graphql.listings import ListingQuery
from api.graphql.loaders import FreshLoaders
from api.graphql.past import PastQuery
from api.graphql.runs import RunMutation, RunQuery, RunSubscription
from api.graphql.sqltext import SqlQuery
from api.graphql.types import Info, on_workspace
from api.graphql.whatif import WhatIfQuery
from fabric.connector import connector_class, connector_names
from fabric.errors import FabricError, QueryError
from fabric.workspace import Workspace

__all__ = ["make_schema"]


@strawberry.type
class Query(AuditQuery, DiscoveryQuery, LineageQuery, ListingQuery, PastQuery, RunQuery, SqlQuery, WhatIfQuery):
    """What can be asked."""

    @strawberry.field(description="One asset by its IRI, now or as it was; null where nothing is known of it.")
    async def asset(self, info: Info, iri: strawberry.ID, as_of: datetime | None = None) -> t.Asset | None:
        """One asset."""
        if as_of is None:
            found = await t.loaders(info).assets.load(iri)
        else:
            found = await on_workspace(info, lambda w: w.assets.find(iri, as_of))
        return None if found is None else views.asset(found)

    @strawberry.field(description="Installed connectors and their options.")
    async def connectors(self, info: Info) -> list[t.Connector]:
        """Installed connectors."""
        return await on_workspace(info, lambda _workspace: [_connector(name) for name in connector_names()])

    @strawberry.field(description="The state of this Fabric.")
    async def status(self, info: Info) -> t.Status:
        """The state of this Fabric."""
        return await on_workspace(info, _status)


@strawberry.type
class Mutation(RunMutation, CurationMutation):
    """What can be done."""

    @strawberry.mutation(
        description="Register a source; with `replace`, change one. Secrets may be env:NAME or file:PATH."
    )
    async def register_source(
        self, info: Info, name: str, connector: str, options: JSON, replace: bool = False
    ) -> t.Source:
        """Register a source."""
        if not isinstance(options, dict):
            raise QueryError("options must be an object")
        given: dict[str, Any] = options
        done = await on_workspace(info, lambda w: w.sources.register(name, connector, given, replace=replace))
        return views.source(done)

    @strawberry.mutation(description="Reach a source; returns what was found there.")
    async def test_source(self, info: Info, name: str) -> str:
        """Reach a source."""
        return await on_workspace(info, lambda w: w.test_source(name))

    @strawberry.mutation(description="Remove a source and, with tombstones, what only it described.")
    async def remove_source(self, info: Info, name: str) -> bool:
        """Remove a source."""
        await on_workspace(info, lambda w: w.remove_source(name))
        return True

    @strawberry.mutation(description="Copy the data directory, consistently, to a new folder on the server's machine.")
    async def backup(self, info: Info, folder: str) -> str:
        """Copy the data directory."""
        from pathlib import Path

        await on_workspace(info, lambda w: w.backup(Path(folder)))
        return folder


class _Schema(strawberry.Schema):
    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log what was not raised on purpose; the others are the caller's to see."""
        unexpected = [error for error in errors if not isinstance(error.original_error, FabricError | None)]
        super().process_errors(unexpected, execution_context)


def make_schema() -> strawberry.Schema:
    """The schema; its context holds the `workspace` and the `request`, whose scope tells the `user`."""
    made = _Schema(
        query=Query,
        mutation=Mutation,
        subscription=RunSubscription,
        types=[t.Dataset, t.Job, t.Container, t.Resource],
        extensions=[
            lambda: MaskErrors(
                should_mask_error=_unexpected, error_message="an unexpected error; see the server's log"
            ),
            FreshLoaders,
            *LIMITS,
        ],
    )
    guard(made._schema)
    return made


def _unexpected(error: GraphQLError) -> bool:
    return error.original_error is not None and not isinstance(error.original_error, FabricError)


def _connector(name: str) -> t.Connector:
    found = connector_class(name)
    schema: Any = found.Config.model_json_schema()
    return t.Connector(name=name, title=found.title, options=schema)


def _status(workspace: Workspace) -> t.Status:
    return t.Status(
        version=version("kgfabric"),
        assets=workspace.assets.count(),
        triples=workspace.assets.size(),
        commit=workspace.history.last(),
        indexed_commit=workspace.indexer.position,
        semantic=workspace.settings.semantic,
    )
