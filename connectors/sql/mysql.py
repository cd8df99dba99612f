"""MySQL and MariaDB, read from the information schema by a constant number of queries a database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from connectors.sql.assemble import Ordered, Row, distinct, grouped
from connectors.sql.mysql_catalog import (
    COLUMNS,
    DATABASES,
    GRANTS,
    HAS_VIEW_USAGE,
    INDEX_EXPRESSIONS,
    INDEXES,
    KEYS,
    PARTITIONS,
    TABLE_NAMES,
    TABLES,
    VIEW_USAGE,
    VIEWS,
)
from connectors.sql.mysql_session import Session, connected
from connectors.sql.names import catalog_name, table_name
from connectors.sql.target import Target
from fabric.datatypes import logical_type
from fabric.errors import SettingsError
from fabric.model import (
    Catalog,
    Dataset,
    DatasetKind,
    Field,
    Grant,
    Index,
    Key,
    Lineage,
    Problem,
    Record,
    Ref,
    Reference,
    Source,
    catalog,
    dataset,
    source,
)

__all__ = ["check", "harvest"]

_SYSTEM = frozenset({"information_schema", "mysql", "performance_schema", "sys"})
_COUNTING_ENGINES = frozenset({"ARCHIVE", "Aria", "MEMORY", "MyISAM"})
_FOREIGN_ENGINES = frozenset({"CONNECT", "FEDERATED", "S3", "SPIDER"})
_BACKQUOTED = re.compile(r"`((?:[^`]|``)+)`")


def check(target: Target) -> str:
    """Reach the server; say its version and how many tables it shows. Raises as `Connector.check`."""
    with connected(target) as session:
        names = _chosen(target, session)
        tables = sum(row[0] in names and target.scope.table(*row) for row in session.stream(TABLE_NAMES))
    which = f"database {names[0]}" if len(names) == 1 else f"{len(names)} databases"
    return f"{session.product} {session.version}, {which}, {tables} tables visible"


def harvest(target: Target) -> Iterator[Record | Problem]:
    """Read all chosen databases. Raises as `Connector.harvest`."""
    with connected(target) as session:
        platform = target.platform(session.product.lower())
        yield Source(
            namespace=target.namespace,
            title=target.namespace.partition("://")[2] or target.namespace,
            platform=platform,
            endpoint=target.namespace,
            version=session.version,
        )
        has_usage = bool(session.value(HAS_VIEW_USAGE))
        for name in _chosen(target, session):
            database = _Database(target, session, name, platform)
            yield from database.records()
            if has_usage:
                yield from database.lineage()


def _chosen(target: Target, session: Session) -> list[str]:
    """Names of the databases to read. Raises: SettingsError when one asked for is not to be seen."""
    there = sorted(row[0] for row in session.rows(DATABASES))
    names = [
        name
        for name in there
        if target.scope.database(name) and (target.config.system_schemas or name.lower() not in _SYSTEM)
    ]
    missing = [
        name for name in target.config.databases if not any(char in name for char in "*?[") and name not in there
    ]
    if missing or (not names and target.scope.databases != ("*",)):
        raise SettingsError(
            f"the server {target.namespace} shows no database {', '.join(missing or target.scope.databases)}",
            remedy="correct the option databases, or grant the user SELECT on it; "
            "the server's own databases need the option system_schemas",
        )
    return names


class _Parts(NamedTuple):
    """What belongs to one table."""

    columns: list[Row]
    keys: list[Row]
    indexes: list[Row]
    grants: list[Row]
    partitions: list[Row]
    views: list[Row]


class _Database:
    """One harvest of one database."""

    def __init__(self, target: Target, session: Session, name: str, platform: str) -> None:
        self.target = target
        self.session = session
        self.name = name
        self.platform = platform
        self.types: dict[str, str] = {}

    def records(self) -> Iterator[Record | Problem]:
        """The database and what is in it; nothing where patterns ask for other tables only."""
        datasets = self.datasets()
        first = next(datasets, None)
        if first is not None or not self.target.scope.include:
            yield Catalog(
                namespace=self.target.namespace,
                name=catalog_name(self.name),
                title=self.name,
                part_of=source(self.target.namespace),
                platform=self.platform,
            )
        if first is not None:
            yield first
            yield from datasets

    def datasets(self) -> Iterator[Dataset | Problem]:
        """The tables and views. Only columns are streamed: of the rest a database has a few rows a table."""
        tables = self.session.rows(TABLES, self.name)
        keys, indexes, grants, views = (
            Ordered(self.session.rows(query, self.name)) for query in (KEYS, self._indexes(), GRANTS, VIEWS)
        )
        partitioned = any("partitioned" in (table[5] or "") for table in tables)
        partitions = Ordered(self.session.rows(PARTITIONS, self.name) if partitioned else ())
        columns = Ordered(self.session.stream(COLUMNS, self.name))
        for table in tables:
            name = table[0]
            if not self.target.scope.table(self.name, name):
                continue
            parts = _Parts(*(side.take(name) for side in (columns, keys, indexes, grants, partitions, views)))
            if table[1] == "VIEW" and not parts.columns:
                yield Problem(subject=f"{self.name}.{name}", reason=f"{table[6]}; mend or drop the view")
            yield self._dataset(table, parts)

    def lineage(self) -> Iterator[Lineage]:
        """What each view reads, where the server keeps it."""
        for view, schema, name in self.session.rows(VIEW_USAGE, self.name):
            downstream, upstream = self._ref(self.name, view), self._ref(schema, name)
            system = schema.lower() in _SYSTEM and not self.target.config.system_schemas
            if self.target.scope.table(self.name, view) and downstream != upstream and not system:
                yield Lineage(downstream=downstream, upstream=upstream)

    def _indexes(self) -> str:
        """MySQL tells an index's expressions since 8.0.13, and MariaDB has none."""
        parts = tuple(int(part) for part in self.session.version.split(".")[:3] if part.isdigit())
        return INDEX_EXPRESSIONS if self.session.product == "MySQL" and parts >= (8, 0, 13) else INDEXES

    def _dataset(self, table: Row, parts: _Parts) -> Dataset:
        name, kind, engine, rows, size, _, comment = table
        view = "VIEW" in kind
        keys = _keys(parts.keys)
        return Dataset(
            namespace=self.target.namespace,
            name=table_name(self.name, name),
            title=name,
            kind=_kind(kind, engine),
            description=None if view else comment or None,
            platform=self.platform,
            part_of=catalog(self.target.namespace, catalog_name(self.name)),
            fields=tuple(self._field(place, column, view=view) for place, column in enumerate(parts.columns, 1)),
            keys=keys,
            references=self._references([row for row in parts.keys if row[3] is not None]),
            indexes=_indexes(parts.indexes, {key.name for key in keys}),
            grants=_grants(parts.grants),
            partition_columns=_partition_columns(parts.partitions[0][2]) if parts.partitions else (),
            partition_count=parts.partitions[0][1] if parts.partitions else None,
            definition=parts.views[0][1] or None if parts.views else None,
            row_count=rows,
            row_count_exact=None if rows is None else engine in _COUNTING_ENGINES,
            byte_size=size if self.target.config.sizes else None,
        )

    def _references(self, rows: list[Row]) -> frozenset[Reference]:
        keys = list(grouped(rows))
        return frozenset(
            Reference(
                name=name,
                columns=tuple(row[4] for row in members),
                target=self._ref(members[0][2], members[0][3]),
                target_columns=tuple(row[5] for row in members),
            )
            for name, (_, members) in zip(distinct(key for key, _ in keys), keys, strict=True)
        )

    def _field(self, place: int, column: Row, *, view: bool) -> Field:
        _, name, native, nullable, default, extra, generation, comment = column
        if native not in self.types:
            self.types[native] = _logical(native)
        return Field(
            name=name,
            ordinal=place,
            datatype=self.types[native],
            native_type=native,
            required=None if view else nullable == "NO",
            default=None if view else self._default(default, extra or "", generation),
            description=comment or None,
        )

    def _default(self, default: str | None, extra: str, generation: str | None) -> str | None:
        if generation:
            return f"GENERATED ALWAYS AS ({generation}) {'VIRTUAL' if 'VIRTUAL' in extra.upper() else 'STORED'}"
        if "auto_increment" in extra.lower():
            return "AUTO_INCREMENT"
        # MariaDB writes the absence of a default as the expression NULL.
        return None if default == "NULL" and self.session.product == "MariaDB" else default

    def _ref(self, schema: str, name: str) -> Ref:
        return dataset(self.target.namespace, table_name(schema, name))


def _keys(rows: list[Row]) -> frozenset[Key]:
    return frozenset(
        Key(name=name, columns=tuple(row[4] for row in members), primary=name == "PRIMARY")
        for name, members in grouped(row for row in rows if row[3] is None)
    )


def _indexes(rows: list[Row], keys: set[str]) -> frozenset[Index]:
    """The indexes that do not serve one of the keys."""
    return frozenset(
        Index(
            name=name,
            columns=tuple(row[4] for row in members),
            unique=not members[0][2],
            method=members[0][3].lower(),
        )
        for name, members in grouped(rows)
        if name not in keys
    )


def _grants(rows: list[Row]) -> frozenset[Grant]:
    return frozenset(
        Grant(grantee=grantee, privileges=frozenset(row[2].upper() for row in members))
        for grantee, members in grouped(rows)
    )


def _kind(kind: str, engine: str | None) -> DatasetKind:
    if "VIEW" in kind:
        return "view"
    return "external-table" if engine in _FOREIGN_ENGINES else "table"


def _logical(native: str) -> str:
    if native.startswith("bit("):
        return "boolean" if native == "bit(1)" else "binary"
    return logical_type(native)


def _partition_columns(expression: str | None) -> tuple[str, ...]:
    """Columns that a partitioning expression names, in order: ``year(`d`)`` gives d."""
    names = (name.replace("``", "`") for name in _BACKQUOTED.findall(expression or ""))
    return tuple(dict.fromkeys(names))
