"""From what the core reads to what GraphQL shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote

import strawberry

from api.graphql import types as t
from fabric import assets as core
from fabric import history, model, ntriples, runs
from fabric.identity import Iris
from fabric.rdf import field_path
from fabric.sources import RegisteredSource
from fabric.terms import compact
from fabric.workspace import Workspace

__all__ = [
    "asset",
    "assets",
    "change",
    "facts",
    "field_targets",
    "fields",
    "harvest_run",
    "reference_targets",
    "references",
    "source",
]

FieldLinks = Mapping[str, list[t.FieldLink]]


def asset(found: core.Asset) -> t.Asset:
    """An asset as the GraphQL type that fits its kind."""
    record = found.record
    if isinstance(record, model.Dataset):
        return _dataset(found, record)
    if isinstance(record, model.Job):
        return t.Job(
            core=found,
            definition=record.definition,
            schedule=record.schedule,
            types=sorted(record.types),
            landing_page=record.landing_page,
            reads_refs=record.reads,
            writes_refs=record.writes,
        )
    if found.ref.kind in {"catalog", "source"}:
        return t.Container(core=found)
    return t.Resource(core=found, url=getattr(record, "url", None))


def assets(workspace: Workspace, iris: Iterable[str]) -> dict[str, t.Asset]:
    """Assets by IRI, with their containers, read all at once; those that nothing is known of are left out."""
    found = workspace.assets.many(iris)
    paths = workspace.assets.paths(found, {iri: one.pointers("dct:isPartOf") for iri, one in found.items()})
    nodes = {iri: asset(one) for iri, one in found.items()}
    for iri, node in nodes.items():
        node.trail = [t.link(one) for one in paths[iri]]
    return nodes


def _dataset(found: core.Asset, record: model.Dataset) -> t.Dataset:
    return t.Dataset(
        core=found,
        dataset_kind=record.kind,
        row_count=record.row_count,
        row_count_exact=record.row_count_exact,
        byte_size=record.byte_size,
        definition=record.definition,
        partition_columns=list(record.partition_columns),
        partition_count=record.partition_count,
        license=record.license,
        landing_page=record.landing_page,
        modified=record.modified,
        keys=[
            t.Key(name=key.name, primary=key.primary, columns=list(key.columns))
            for key in sorted(record.keys, key=lambda key: (not key.primary, key.name))
        ],
        indexes=[
            t.Index(name=one.name, columns=list(one.columns), unique=one.unique, method=one.method)
            for one in sorted(record.indexes, key=lambda one: one.name)
        ],
        grants=[
            t.Grant(grantee=one.grantee, privileges=sorted(one.privileges))
            for one in sorted(record.grants, key=lambda one: one.grantee)
        ],
        distributions=[
            t.Distribution(
                name=one.name,
                url=one.url,
                media_type=one.media_type,
                format=one.format,
                byte_size=one.byte_size,
                file_count=one.file_count,
            )
            for one in sorted(record.distributions, key=lambda one: one.name)
        ],
    )


def field_targets(found: core.Asset) -> set[model.Ref]:
    """Datasets that the fields of a dataset point to."""
    origins = {edge.upstream for edge in found.lineage if edge.columns}
    return reference_targets(found) | origins


def fields(iris: Iris, found: core.Asset, titles: Mapping[model.Ref, t.Link]) -> list[t.Field]:
    """The fields of a dataset with their keys, references and upstream fields; `titles` has all `field_targets`."""
    record = found.record
    if not isinstance(record, model.Dataset):
        return []
    primary = {column for key in record.keys if key.primary for column in key.columns}
    refers: dict[str, list[tuple[model.Ref, str]]] = defaultdict(list)
    for key in record.references:
        for column, target in zip(key.columns, key.target_columns, strict=True):
            refers[field_path("", column)].append((key.target, field_path("", target)))
    origins: dict[str, list[tuple[model.Ref, str]]] = defaultdict(list)
    for edge in found.lineage:
        for flow in edge.columns:
            origins[flow.downstream].append((edge.upstream, flow.upstream))

    def links(pairs: Iterable[tuple[model.Ref, str]]) -> list[t.FieldLink]:
        shown = [
            t.FieldLink(iri=strawberry.ID(iris.field(ref, path)), path=path, dataset=titles[ref]) for ref, path in pairs
        ]
        return sorted(shown, key=lambda one: (one.dataset.title, one.path))

    def build(one: model.Field, parent: str) -> t.Field:
        path = field_path(parent, one.name)
        return t.Field(
            iri=strawberry.ID(iris.field(found.ref, path)),
            name=one.name,
            path=path,
            ordinal=one.ordinal,
            datatype=one.datatype,
            native_type=one.native_type,
            required=one.required,
            default=one.default,
            description=one.description,
            tags=sorted(one.tags),
            primary_key=not parent and one.name in primary,
            references=links(refers.get(path, ())),
            upstream=links(origins.get(path, ())),
            fields=[build(child, path) for child in one.fields],
        )

    return [build(one, "") for one in record.fields]


def reference_targets(found: core.Asset) -> set[model.Ref]:
    """Datasets that the foreign keys of a dataset point to."""
    return {key.target for key in found.record.references} if isinstance(found.record, model.Dataset) else set()


def references(found: core.Asset, titles: Mapping[model.Ref, t.Link]) -> list[t.Reference]:
    """The foreign keys of a dataset, by name; `titles` has all `reference_targets`."""
    record = found.record
    if not isinstance(record, model.Dataset):
        return []
    return [
        t.Reference(
            name=key.name, columns=list(key.columns), target=titles[key.target], target_columns=list(key.target_columns)
        )
        for key in sorted(record.references, key=lambda key: key.name)
    ]


def facts(found: core.Asset, written: Mapping[str, tuple[str | None, datetime | None]], *, parts: bool) -> list[t.Fact]:
    """Every statement about an asset and, where asked, its parts, the asset's own first; `written` by named graph."""
    own = f"<{found.iri}>"
    return [
        _fact(fact, written.get(fact.graph))
        for fact in sorted(found.facts, key=lambda fact: (fact.triple[0] != own, fact.triple, fact.source))
        if parts or fact.triple[0] == own
    ]


def _fact(fact: core.Fact, written: tuple[str | None, datetime | None] | None) -> t.Fact:
    subject, predicate, value = fact.triple
    is_iri = value.startswith("<")
    run_iri, at = written or (None, None)
    run = None if run_iri is None else unquote(run_iri.rpartition("/")[2])
    return t.Fact(
        subject=strawberry.ID(subject[1:-1]),
        predicate=strawberry.ID(predicate[1:-1]),
        label=compact(predicate[1:-1]),
        value=compact(value[1:-1]) if is_iri else ntriples.read_literal(value)[0],
        value_iri=strawberry.ID(value[1:-1]) if is_iri else None,
        source=fact.source,
        graph=strawberry.ID(fact.graph),
        run=run,
        at=at,
        curated=fact.source == "curated",
    )


def change(commit: history.Commit, what: history.Change) -> t.Change:
    """What a commit did to an asset."""
    return t.Change(
        iri=strawberry.ID(what.root),
        commit=commit.number,
        kind=commit.kind,
        at=commit.at,
        author=commit.author,
        source=commit.source,
        graph=strawberry.ID(what.graph),
        run=commit.run,
        added=ntriples.lines(what.added).splitlines(),
        removed=ntriples.lines(what.removed).splitlines(),
    )


def harvest_run(run: runs.HarvestRun) -> t.HarvestRun:
    """A harvest run with its counts."""
    report = run.report
    return t.HarvestRun(
        id=strawberry.ID(run.id),
        source=run.source,
        state=run.state,
        started_at=run.started,
        ended_at=run.ended,
        records=report.records,
        changed=report.changed,
        unchanged=report.unchanged,
        tombstoned=report.tombstoned,
        added=report.added,
        removed=report.removed,
        problems=report.problems,
        refused=report.refused,
        warnings=report.warnings,
        error=run.error,
        commit=report.commit,
        trigger=run.trigger,
        queued_at=run.queued,
        attempt=run.attempt,
        not_before=run.not_before,
        worker=run.worker,
    )


def source(registered: RegisteredSource) -> t.Source:
    """A registered source, without its secrets."""
    options: Any = dict(registered.options)
    return t.Source(
        name=registered.name,
        connector=registered.connector,
        options=options,
        created_at=registered.created,
        schedule=registered.schedule,
        next_harvest_at=registered.next_fire,
    )
