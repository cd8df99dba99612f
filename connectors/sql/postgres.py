"""PostgreSQL, read from pg_catalog by a constant number of queries a database."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from connectors.sql.assemble import Ordered, Owners, Row
from connectors.sql.names import catalog_name, table_name
from connectors.sql.postgres_catalog import (
    COLUMNS,
    DATABASES,
    DOMAINS,
    GRANTS,
    INDEXES,
    KEYS,
    PARTITIONS,
    RELATIONS,
    SCHEMAS,
    TABLE_NAMES,
    VERSIONS,
    VIEW_DEPENDENCIES,
)
from connectors.sql.postgres_session import connected, stream
from connectors.sql.target import Target
from fabric.connector import Item, Unchanged, Versioned
from fabric.datatypes import logical_type
from fabric.errors import AccessDenied, SettingsError
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

if TYPE_CHECKING:
    import psycopg

__all__ = ["check", "harvest", "harvest_changes"]

_ENTRY = "postgres"
_FORMAT = 1
"""Part of every version: to be raised when records are made otherwise from the same rows."""
_FEW = 0.25
"""Share of changed relations from which on everything is read, and what has not changed passed over."""
_KINDS: dict[str, DatasetKind] = {"v": "view", "m": "materialized-view", "f": "external-table"}
_KIND_TYPES = {"e": "string", "c": "object"}
_NATIVE_TYPES = {'"char"': "string", "bit": "string", "bit varying": "string"}
_QUALIFIED = re.compile(r'(?:"(?:[^"]|"")+"|\w+)\.')
_LENGTH = re.compile(r"\(\d+\)")


def check(target: Target) -> str:
    """Reach the server; say its version and how many tables it shows. Raises as `Connector.check`."""
    names = _chosen(target, _databases(target)[1])
    database = target.url.database if target.url.database in names else names[0]
    with connected(target, database) as connection:
        rows = stream(connection, "names", TABLE_NAMES, _parameters(target))
        tables = sum(target.scope.table(database, *row) for row in rows)
        version = _version(connection)
    also = f" (and {len(names) - 1} more)" if len(names) > 1 else ""
    return f"PostgreSQL {version}, database {database}{also}, {tables} tables visible"


def harvest(target: Target) -> Iterator[Record | Problem]:
    """Read all chosen databases. Raises as `Connector.harvest`."""
    return cast("Iterator[Record | Problem]", _items(target, None))  # only what is asked for is versioned


def harvest_changes(target: Target, known: Mapping[Ref, str]) -> Iterator[Item]:
    """Read of all chosen databases what has changed. Raises as `Connector.harvest`."""
    return _items(target, known)


def _items(target: Target, known: Mapping[Ref, str] | None) -> Iterator[Item]:
    entry, owners, rows, names = target.url.database or _ENTRY, Owners(target.namespace), list[Row](), list[str]()
    try:
        with connected(target, entry) as connection:
            version, rows = _version(connection), connection.execute(DATABASES).fetchall()
            names = _chosen(target, rows)
            yield _source(target, version)
            for row in rows:
                if row[0] == entry and entry in names:
                    yield from _Database(target, entry, owners).harvest(connection, row, known)
    except (AccessDenied, SettingsError) as error:
        if len(names) < 2:
            raise
        yield Problem(subject=entry, reason=str(error))
    for row in rows:
        if row[0] in names and row[0] != entry:
            try:
                with connected(target, row[0]) as connection:
                    yield from _Database(target, row[0], owners).harvest(connection, row, known)
            except (AccessDenied, SettingsError) as error:  # of several, one may be closed to us or just dropped
                if len(names) == 1:
                    raise
                yield Problem(subject=row[0], reason=str(error))
    yield from owners.unseen()


def _source(target: Target, version: str) -> Source:
    return Source(
        namespace=target.namespace,
        title=target.namespace.partition("://")[2] or target.namespace,
        platform=target.platform("postgresql"),
        endpoint=target.namespace,
        version=version,
    )


def _databases(target: Target) -> tuple[str, list[Row]]:
    with connected(target, target.url.database or _ENTRY) as connection:
        return _version(connection), connection.execute(DATABASES).fetchall()


def _chosen(target: Target, rows: list[Row]) -> list[str]:
    """Names of the databases to read. Raises: SettingsError when one asked for is not there."""
    there = [row[0] for row in rows]
    names = [name for name in there if target.scope.database(name)]
    missing = [
        name for name in target.config.databases if not any(char in name for char in "*?[") and name not in there
    ]
    if missing or not names:
        wanted = ", ".join(missing or target.scope.databases)
        raise SettingsError(
            f"the server {target.namespace} has no database {wanted}; it has {', '.join(there)}",
            remedy="correct the option databases",
        )
    return names


def _version(connection: psycopg.Connection[Row]) -> str:
    return (connection.info.parameter_status("server_version") or "unknown").split()[0]


def _parameters(target: Target, oids: list[int] | None = None) -> dict[str, Any]:
    """What the queries are given; without `oids` they read all relations."""
    return {"system": target.config.system_schemas, "sizes": target.config.sizes, "oids": oids}


class _Parts(NamedTuple):
    """What belongs to one relation."""

    columns: list[Row]
    keys: list[Row]
    indexes: list[Row]
    grants: list[Row]
    partitions: list[Row]


class _Database:
    """One harvest of one database."""

    def __init__(self, target: Target, name: str, owners: Owners) -> None:
        self.target = target
        self.name = name
        self.owners = owners
        self.platform = target.platform("postgresql")
        self.waiting: dict[str, Catalog] = {}
        self.types: dict[tuple[str, str, int], str] = {}
        self.domains: dict[int, tuple[str, str, int]] = {}

    def harvest(self, connection: psycopg.Connection[Row], row: Row, known: Mapping[Ref, str] | None) -> Iterator[Item]:
        """All of it, or what is not as `known`."""
        _, comment, role, team = row
        yield Catalog(
            namespace=self.target.namespace,
            name=catalog_name(self.name),
            title=self.name,
            description=comment,
            part_of=source(self.target.namespace),
            platform=self.platform,
            owners=self.owners.refs(role, team=bool(team)),
        )
        self._read_schemas(connection)
        if not self.target.scope.include:
            yield from self.waiting.values()
            self.waiting.clear()
        self.domains = {row[0]: row[1:] for row in connection.execute(DOMAINS)}
        if known is None:
            yield from self._datasets(connection)
        else:
            yield from self._changes(connection, known)
        yield from self.owners.unseen()
        yield from self._lineage(connection)

    def _read_schemas(self, connection: psycopg.Connection[Row]) -> None:
        for schema, comment, role, team in connection.execute(SCHEMAS, _parameters(self.target)):
            if self.target.scope.schema(self.name, schema):
                self.waiting[schema] = Catalog(
                    namespace=self.target.namespace,
                    name=catalog_name(self.name, schema),
                    title=schema,
                    description=comment,
                    part_of=catalog(self.target.namespace, catalog_name(self.name)),
                    platform=self.platform,
                    owners=self.owners.refs(role, team=bool(team)),
                )

    def _changes(self, connection: psycopg.Connection[Row], known: Mapping[Ref, str]) -> Iterator[Item]:
        """The relations whose version is not the known one, each with its version; of the others, that they are there."""
        changed: dict[int, str] = {}
        total, prefix = 0, self._prefix()
        for oid, schema, name, role, team, digest in stream(connection, "versions", VERSIONS, _parameters(self.target)):
            if not self.target.scope.table(self.name, schema, name):
                continue
            total += 1
            ref, version = self._ref(schema, name), f"{prefix}{digest}"
            if known.get(ref) != version:
                changed[oid] = version
                continue
            if schema in self.waiting:
                yield self.waiting.pop(schema)
            self.owners.refs(role, team=bool(team))
            yield Unchanged(ref)
        if changed:
            yield from self._datasets(connection, changed, sorted(changed) if len(changed) < total * _FEW else None)

    def _prefix(self) -> str:
        """What versions begin with: a digest of all that goes into records beside the rows that are hashed."""
        domains = {oid: self._datatype(*base) for oid, base in self.domains.items()}
        said = repr((_FORMAT, self.platform, domains))
        return hashlib.blake2b(said.encode(), digest_size=8).hexdigest() + ":"

    def _datasets(
        self,
        connection: psycopg.Connection[Row],
        versions: Mapping[int, str] | None = None,
        oids: list[int] | None = None,
    ) -> Iterator[Item]:
        """All relations, or only those that `versions` has; `oids` are theirs where looking them up is faster than passing
        over the others."""

        def ordered(name: str, query: str) -> Ordered:
            return Ordered(stream(connection, name, query, _parameters(self.target, oids)))

        columns, keys, indexes = ordered("columns", COLUMNS), ordered("keys", KEYS), ordered("indexes", INDEXES)
        grants, partitions = ordered("grants", GRANTS), ordered("partitions", PARTITIONS)
        for row in stream(connection, "relations", RELATIONS, _parameters(self.target, oids)):
            oid, schema, name = row[:3]
            if not self.target.scope.table(self.name, schema, name) or (versions is not None and oid not in versions):
                continue
            if schema in self.waiting:
                yield self.waiting.pop(schema)
            parts = _Parts(*(side.take(oid) for side in (columns, keys, indexes, grants, partitions)))
            record = self._dataset(row, parts)
            yield record if versions is None else Versioned(record, versions[oid])

    def _dataset(self, row: Row, parts: _Parts) -> Dataset:
        _, schema, name, kind, comment, role, team, tuples, pages, size, definition = row
        names = {column[1]: column[2] for column in parts.columns}
        leaves, partition_columns = None, list[int]()
        if parts.partitions:
            _, leaves, leaf_tuples, size, partition_columns = parts.partitions[0]
            tuples, pages = (tuples if leaf_tuples is None else leaf_tuples), 1
        counted = kind != "v" and tuples >= 0 and (tuples > 0 or pages > 0 or kind == "f")
        return Dataset(
            namespace=self.target.namespace,
            name=table_name(self.name, schema, name),
            title=name,
            kind=_KINDS.get(kind, "table"),
            description=comment,
            platform=self.platform,
            part_of=catalog(self.target.namespace, catalog_name(self.name, schema)),
            fields=tuple(self._field(place, column, kind) for place, column in enumerate(parts.columns, 1)),
            keys=frozenset(_key(key, names) for key in parts.keys if key[2] != "f"),
            references=frozenset(self._reference(key, names) for key in parts.keys if key[2] == "f"),
            indexes=frozenset(_index(index, names) for index in parts.indexes),
            grants=frozenset(Grant(grantee=grant[1], privileges=frozenset(grant[2])) for grant in parts.grants),
            partition_columns=tuple(names[number] for number in partition_columns if number),
            partition_count=leaves,
            definition=definition,
            row_count=int(tuples) if counted else None,
            row_count_exact=False if counted else None,
            byte_size=size,
            owners=self.owners.refs(role, team=bool(team)),
        )

    def _field(self, place: int, column: Row, relation_kind: str) -> Field:
        _, _, name, native, kind, type_oid, required, identity, generated, default, comment = column
        if identity:
            default = f"GENERATED {'ALWAYS' if identity == 'a' else 'BY DEFAULT'} AS IDENTITY"
        elif generated:
            default = f"GENERATED ALWAYS AS ({default}) {'STORED' if generated == 's' else 'VIRTUAL'}"
        return Field(
            name=name,
            ordinal=place,
            datatype=self._datatype(native, kind, type_oid),
            native_type=native,
            required=None if relation_kind in "vm" else required,
            default=default,
            description=comment,
        )

    def _datatype(self, native: str, kind: str, type_oid: int) -> str:
        key = (native, kind, type_oid)
        if key not in self.types:
            while key[1] == "d" and key[2] in self.domains:
                key = self.domains[key[2]]
            self.types[native, kind, type_oid] = _KIND_TYPES.get(key[1]) or _logical(key[0])
        return self.types[native, kind, type_oid]

    def _reference(self, key: Row, names: dict[int, str]) -> Reference:
        return Reference(
            name=key[1],
            columns=tuple(names[number] for number in key[3]),
            target=self._ref(key[4], key[5]),
            target_columns=tuple(key[6]),
        )

    def _lineage(self, connection: psycopg.Connection[Row]) -> Iterator[Lineage]:
        for schema, name, *upstream in stream(connection, "uses", VIEW_DEPENDENCIES, _parameters(self.target)):
            if self.target.scope.table(self.name, schema, name):
                yield Lineage(downstream=self._ref(schema, name), upstream=self._ref(*upstream))

    def _ref(self, schema: str, name: str) -> Ref:
        return dataset(self.target.namespace, table_name(self.name, schema, name))


def _logical(native: str) -> str:
    bare = _QUALIFIED.sub("", native, count=1) if _QUALIFIED.match(native) else native
    return _NATIVE_TYPES.get(_LENGTH.sub("", bare)) or logical_type(bare)


def _key(key: Row, names: dict[int, str]) -> Key:
    return Key(name=key[1], columns=tuple(names[number] for number in key[3]), primary=key[2] == "p")


def _index(index: Row, names: dict[int, str]) -> Index:
    _, name, unique, method, numbers, count, expressions = index
    columns: list[Any] = [
        names[number] if number else expressions[place] for place, number in enumerate(numbers[:count])
    ]
    return Index(name=name, columns=tuple(columns), unique=unique, method=method)
