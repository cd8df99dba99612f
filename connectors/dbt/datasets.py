"""The tables and views of a dbt project: what the warehouse's catalog and the project's documentation say together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connectors.dbt.naming import catalog_name, platform_of, split_relation, system_title, table_name
from connectors.dbt.project import Project, Relation
from connectors.dbt.schema import CatalogColumn, CatalogEntry, Column, Constraint, Node
from fabric.datatypes import logical_type
from fabric.model import (
    Catalog,
    Dataset,
    DatasetKind,
    Field,
    Key,
    Lineage,
    Ref,
    Reference,
    Source,
    catalog,
    dataset,
    source,
)

__all__ = ["catalogs", "column_name", "dataset_record", "lineage", "warehouses"]

_KINDS: dict[str, DatasetKind] = {
    "seed": "seed",
    "view": "view",
    "materialized_view": "materialized-view",
    "materialized view": "materialized-view",
    "dynamic_table": "materialized-view",
    "dynamic table": "materialized-view",
    "materializedview": "materialized-view",
    "external": "external-table",
    "external table": "external-table",
}
_ROWS = ("row_count", "num_rows", "rows")
_BYTES = ("bytes", "num_bytes")
_REF = re.compile(r"ref\(\s*(?:['\"][^'\"]*['\"]\s*,\s*)?['\"]([^'\"]+)['\"]\s*\)")


def dataset_record(
    project: Project,
    relation: Relation,
    nodes: list[Node],
    entry: CatalogEntry,
    owners: Callable[[Node], frozenset[Ref]],
) -> Dataset:
    """One dataset of all the nodes that describe it, of which the first wins, and its entry in catalog.json."""
    fields = _fields(nodes, entry)
    rows = _statistic(entry, _ROWS)
    keys, references = _constraints(project, relation, nodes, fields)
    return Dataset(
        namespace=relation.ref.namespace,
        name=relation.ref.name,
        title=relation.parts[-1],
        kind=_kind(nodes[0], entry),
        description=_first(*(node.description for node in nodes), entry.metadata.comment),
        platform=platform_of(relation.adapter),
        part_of=_container(relation.ref.namespace, relation.parts[:-1]) if relation.adapter else None,
        fields=fields,
        keys=keys,
        references=references,
        definition=_definition(nodes[0]),
        row_count=rows,
        row_count_exact=None if rows is None else False,
        byte_size=_statistic(entry, _BYTES),
        owners=frozenset[Ref]().union(*(owners(node) for node in nodes)),
        tags=frozenset(tag for node in nodes for tag in _tags(node.tags, node.config)),
    )


def warehouses(project: Project) -> Iterator[Source]:
    """The systems that hold the project's datasets."""
    systems = {relation.ref.namespace: relation.adapter for relation, _ in project.relations() if relation.adapter}
    for namespace, adapter in systems.items():
        yield Source(
            namespace=namespace,
            title=system_title(namespace),
            platform=platform_of(adapter) or "unknown",
            endpoint=namespace,
        )


def catalogs(project: Project) -> Iterator[Catalog]:
    """The databases and schemas that hold the project's datasets."""
    places = {
        (relation.ref.namespace, relation.parts[:depth]): relation.adapter
        for relation, _ in project.relations()
        for depth in range(1, len(relation.parts))
    }
    for (namespace, path), adapter in places.items():
        yield Catalog(
            namespace=namespace,
            name=catalog_name(path),
            title=path[-1],
            part_of=_container(namespace, path[:-1]),
            platform=platform_of(adapter),
        )


def lineage(project: Project) -> Iterator[Lineage]:
    """Which dataset is derived from which, past what is not stored."""
    seen = set()
    for node, downstream in project.writers():
        for upstream in sorted(project.upstream(node) - {downstream}):
            if (downstream, upstream) not in seen:
                seen.add((downstream, upstream))
                yield Lineage(downstream=downstream, upstream=upstream, job=project.job(node))


def column_name(name: str | None, fields: tuple[Field, ...]) -> str | None:
    """A column as its dataset spells it; None where the dataset has no such column."""
    wanted = (name or "").strip('"`[]')
    exact = {field.name: field.name for field in fields}
    folded = {field.name.casefold(): field.name for field in fields}
    return exact.get(wanted) or folded.get(wanted.casefold())


def _container(namespace: str, path: tuple[str, ...]) -> Ref:
    return catalog(namespace, catalog_name(path)) if path else source(namespace)


def _fields(nodes: list[Node], entry: CatalogEntry) -> tuple[Field, ...]:
    documented: dict[str, list[Column]] = {}
    for node in nodes:
        for column in node.columns.values():
            documented.setdefault(column.name.casefold(), []).append(column)
    listed = {column.name: column for column in sorted(entry.columns.values(), key=lambda column: column.index)}
    if not listed:
        listed = {columns[0].name: CatalogColumn(name=columns[0].name) for columns in documented.values()}
    return tuple(
        _field(ordinal, column, documented.get(column.name.casefold(), []))
        for ordinal, column in enumerate(listed.values(), start=1)
    )


def _field(ordinal: int, column: CatalogColumn, documented: list[Column]) -> Field:
    native = _first(column.type, *(item.data_type for item in documented))
    constraints = {constraint.type for item in documented for constraint in item.constraints}
    return Field(
        name=column.name,
        ordinal=ordinal,
        datatype=logical_type(native),
        native_type=native,
        required=True if constraints & {"not_null", "primary_key"} else None,
        description=_first(*(item.description for item in documented), column.comment),
        tags=frozenset(tag for item in documented for tag in _tags(item.tags, item.config or {})),
    )


def _constraints(
    project: Project, relation: Relation, nodes: list[Node], fields: tuple[Field, ...]
) -> tuple[frozenset[Key], frozenset[Reference]]:
    keys: dict[str, Key] = {}
    references: dict[str, Reference] = {}
    for constraint, given in _declared(nodes):
        columns = tuple(name for column in given if (name := column_name(column, fields)))
        if not columns or len(columns) != len(given):
            continue
        name = constraint.name or f"{constraint.type}_{'_'.join(columns)}"
        to = tuple(constraint.to_columns or ())
        if constraint.type in {"primary_key", "unique"}:
            keys.setdefault(name, Key(name=name, columns=columns, primary=constraint.type == "primary_key"))
        elif constraint.type == "foreign_key" and len(to) == len(columns):
            target = _target(project, relation, constraint.to or "")
            if target:
                references[name] = Reference(name=name, columns=columns, target=target, target_columns=to)
    return frozenset(keys.values()), frozenset(references.values())


def _declared(nodes: list[Node]) -> Iterator[tuple[Constraint, list[str]]]:
    for node in nodes:
        for constraint in node.constraints:
            yield constraint, constraint.columns or []
        for column in node.columns.values():
            for constraint in column.constraints:
                yield constraint, [column.name]


def _target(project: Project, relation: Relation, to: str) -> Ref | None:
    """A foreign key's target: `ref('model')` before dbt compiled the model, the relation's name after."""
    referred = _REF.search(to)
    if referred:
        node = project.named(referred.group(1))
        return project.dataset(node.unique_id) if node else None
    parts = split_relation(to, relation.adapter)
    return dataset(relation.ref.namespace, table_name(parts, relation.adapter)) if parts else None


def _kind(node: Node, entry: CatalogEntry) -> DatasetKind:
    if node.resource_type == "source":
        if (node.external or {}).get("location"):
            return "external-table"
        return _KINDS.get((entry.metadata.type or "").lower(), "table")
    return _KINDS.get(node.materialized, "table")


def _definition(node: Node) -> str | None:
    if node.resource_type in {"seed", "source"} or node.language == "python":
        return None
    return _first(node.compiled_code, node.raw_code)


def _statistic(entry: CatalogEntry, names: tuple[str, ...]) -> int | None:
    for name in names:
        value = entry.stats[name].value if name in entry.stats else None
        if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
            return int(value)
    return None


def _tags(tags: list[str], config: Mapping[str, Any]) -> Iterator[str]:
    yield from tags
    configured = config.get("tags")
    listed = configured if isinstance(configured, list) else [configured]
    yield from (tag for tag in listed if isinstance(tag, str))


def _first(*texts: str | None) -> str | None:
    return next((text.strip() for text in texts if text and text.strip()), None)
