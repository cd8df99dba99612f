"""Checks of datasets and their newest outcomes."""

from __future__ import annotations

from collections.abc import Iterable

import strawberry

from api.graphql import types as t
from fabric import model
from fabric.assets import Asset
from fabric.workspace import Workspace

__all__ = ["checks"]


def checks(workspace: Workspace, iris: Iterable[str]) -> dict[str, list[t.CheckSummary]]:
    """By IRI of a dataset: its tests with their newest outcomes, failed ones first; read all at once."""
    read = workspace.assets
    by_dataset = read.subjects_of("fab:checks", iris)
    known = read.many(one for nodes in by_dataset.values() for one in nodes)
    by_check = read.subjects_of("earl:test", known) if known else {}
    results = read.many(one for nodes in by_check.values() for one in nodes)
    return {
        iri: sorted(
            (
                _summary(known[node], _newest(results[one] for one in by_check.get(node, ()) if one in results))
                for node in nodes
                if node in known and known[node].removed is None
            ),
            key=lambda one: (one.outcome != "failed", one.title),
        )
        for iri, nodes in by_dataset.items()
    }


def _newest(found: Iterable[Asset]) -> model.CheckResult | None:
    results = [one.record for one in found if isinstance(one.record, model.CheckResult)]
    return max(results, key=lambda one: (one.at.timestamp() if one.at else 0.0, one.name), default=None)


def _summary(found: Asset, newest: model.CheckResult | None) -> t.CheckSummary:
    record = found.record if isinstance(found.record, model.Check) else None
    return t.CheckSummary(
        iri=strawberry.ID(found.iri),
        title=found.title,
        column=record.column if record else None,
        dimension=record.dimension if record else None,
        outcome=newest.outcome if newest else None,
        at=newest.at if newest else None,
        message=newest.message if newest else None,
    )
