# ruff: noqa: S608  (queries are put together from constants of this module only)
"""DuckDB files, read by its metadata functions (https://duckdb.org/docs/stable/sql/meta/duckdb_table_functions)."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, Any

from connectors.sql.assemble import Ordered, Row, distinct
from connectors.sql.names import catalog_name, table_name
from connectors.sql.target import Target
from fabric.connector import require
from fabric.datatypes import logical_type
from fabric.errors import AccessDenied, FabricError, Unreachable, Unreadable
from fabric.model import (
    Catalog,
    Dataset,
    Field,
    Index,
    Key,
    Problem,
    Record,
    Reference,
    Source,
    catalog,
    dataset,
    source,
)

if TYPE_CHECKING:
    import duckdb

__all__ = ["check", "harvest"]

EXTRA = "duckdb"
_BATCH = 2000
_SCOPE = """database_name = current_database() AND NOT {0}temporary
  AND ($system OR {0}schema_name NOT IN ('information_schema', 'pg_catalog'))"""
_TABLES = f"""
SELECT table_oid AS oid, schema_name, table_name, 'table', comment, estimated_size, NULL
FROM duckdb_tables() WHERE {_SCOPE.format("")}
UNION ALL
SELECT view_oid, schema_name, view_name, 'view', comment, NULL, sql
FROM duckdb_views() WHERE {_SCOPE.format("")}
ORDER BY oid"""
_SCHEMAS = """
SELECT schema_name, comment FROM duckdb_schemas() WHERE database_name = current_database()
  AND ($system OR schema_name NOT IN ('information_schema', 'pg_catalog')) ORDER BY schema_name"""
_DATABASE = "SELECT database_name, comment FROM duckdb_databases() WHERE database_name = current_database()"
_COLUMNS = """
SELECT table_oid, column_name, data_type, is_nullable, column_default, comment FROM duckdb_columns()
WHERE database_name = current_database() ORDER BY table_oid, column_index"""
_KEYS = """
SELECT table_oid, constraint_name, constraint_type, constraint_column_names, referenced_table, referenced_column_names
FROM duckdb_constraints()
WHERE database_name = current_database() AND constraint_type IN ('PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY')
ORDER BY table_oid, constraint_index"""
_INDEXES = """
SELECT table_oid, index_name, is_unique, try_cast(expressions AS VARCHAR[]) FROM duckdb_indexes()
WHERE database_name = current_database() ORDER BY table_oid, index_name"""


def check(target: Target) -> str:
    """Open the file; say DuckDB's version and how many tables it shows. Raises as `Connector.check`."""
    with _connected(target) as connection:
        name = _only(connection, _DATABASE)[0]
        rows = _rows(connection, _TABLES, {"system": target.config.system_schemas})
        tables = sum(row[3] == "table" and target.scope.table(name, *row[1:3]) for row in rows)
        version = _version(connection)
    return f"DuckDB {version}, database {name}, {tables} tables visible"


def harvest(target: Target) -> Iterator[Record | Problem]:
    """Read the file. Raises as `Connector.harvest`."""
    with _connected(target) as connection:
        platform = target.platform("duckdb")
        yield Source(
            namespace=target.namespace,
            title=target.file.name,
            platform=platform,
            endpoint=target.namespace,
            version=_version(connection),
        )
        name, comment = _only(connection, _DATABASE)
        yield Catalog(
            namespace=target.namespace,
            name=catalog_name(name),
            title=name,
            description=comment,
            part_of=source(target.namespace),
            platform=platform,
        )
        yield from _File(target, connection, name, platform).records()


@contextmanager
def _connected(target: Target) -> Iterator[duckdb.DuckDBPyConnection]:
    """The file, opened for reading only, so that a missing one is never made."""
    path = str(target.file)
    module = require("duckdb", EXTRA)
    try:
        with closing(module.connect(path, read_only=True)) as connection:
            yield connection
    except module.Error as error:
        raise _meaning(error, path) from None


def _meaning(error: Exception, path: str) -> FabricError:
    text = " ".join(str(error).split())
    if not os.access(path, os.R_OK):
        return AccessDenied(f"the file {path!r} may not be read: {text}", remedy="give this user the right to read it")
    if "lock on file" in text or "different configuration" in text or "already" in text:
        return Unreachable(
            f"the DuckDB file {path!r} is open for writing elsewhere: {text}",
            remedy="close the other connection; DuckDB lets one writer or several readers open a file",
        )
    return Unreadable(f"the file {path!r} cannot be read as a DuckDB database: {text}", remedy="check what the file is")


def _rows(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any] | None = None
) -> Generator[Row]:
    """Rows of `query`, a few thousand at a time, on a cursor of their own so that several may be read at once."""
    with closing(connection.cursor()) as cursor:
        cursor.execute(query, parameters)
        while rows := cursor.fetchmany(_BATCH):
            yield from rows


def _only(connection: duckdb.DuckDBPyConnection, query: str) -> Row:
    return next(_rows(connection, query))


def _version(connection: duckdb.DuckDBPyConnection) -> str:
    return str(_only(connection, "SELECT version()")[0]).removeprefix("v")


class _File:
    """One harvest of one file."""

    def __init__(self, target: Target, connection: duckdb.DuckDBPyConnection, name: str, platform: str) -> None:
        self.target = target
        self.connection = connection
        self.name = name
        self.platform = platform
        self.types: dict[str, tuple[str, tuple[Field, ...]]] = {}

    def records(self) -> Iterator[Catalog | Dataset]:
        parameters = {"system": self.target.config.system_schemas}
        waiting = {
            schema: self._catalog(schema, comment)
            for schema, comment in _rows(self.connection, _SCHEMAS, parameters)
            if self.target.scope.schema(self.name, schema)
        }
        if not self.target.scope.include:
            yield from waiting.values()
            waiting.clear()
        with ExitStack() as stack:
            streams = [
                stack.enter_context(closing(_rows(self.connection, query))) for query in (_COLUMNS, _KEYS, _INDEXES)
            ]
            columns, keys, indexes = map(Ordered, streams)
            for row in stack.enter_context(closing(_rows(self.connection, _TABLES, parameters))):
                oid, schema, name = row[:3]
                if not self.target.scope.table(self.name, schema, name):
                    continue
                if schema in waiting:
                    yield waiting.pop(schema)
                yield self._dataset(row, columns.take(oid), keys.take(oid), indexes.take(oid))

    def _catalog(self, schema: str, comment: str | None) -> Catalog:
        return Catalog(
            namespace=self.target.namespace,
            name=catalog_name(self.name, schema),
            title=schema,
            description=comment,
            part_of=catalog(self.target.namespace, catalog_name(self.name)),
            platform=self.platform,
        )

    def _dataset(self, row: Row, columns: list[Row], constraints: list[Row], indexes: list[Row]) -> Dataset:
        _, schema, name, kind, comment, rows, definition = row
        names = distinct(constraint[1] for constraint in constraints)
        keys = list(zip(names, constraints, strict=True))
        return Dataset(
            namespace=self.target.namespace,
            name=table_name(self.name, schema, name),
            title=name,
            kind="view" if kind == "view" else "table",
            description=comment,
            platform=self.platform,
            part_of=catalog(self.target.namespace, catalog_name(self.name, schema)),
            fields=tuple(self._field(place, column, kind) for place, column in enumerate(columns, 1)),
            keys=frozenset(
                Key(name=key, columns=tuple(constraint[3]), primary=constraint[2] == "PRIMARY KEY")
                for key, constraint in keys
                if constraint[2] != "FOREIGN KEY"
            ),
            references=frozenset(
                Reference(
                    name=key,
                    columns=tuple(constraint[3]),
                    # A foreign key of DuckDB never leaves its schema.
                    target=dataset(self.target.namespace, table_name(self.name, schema, constraint[4])),
                    target_columns=tuple(constraint[5]),
                )
                for key, constraint in keys
                if constraint[2] == "FOREIGN KEY"
            ),
            indexes=frozenset(
                Index(name=index, columns=tuple(map(_expression, parts or ())), unique=unique, method="art")
                for _, index, unique, parts in indexes
            ),
            definition=definition,
            row_count=rows,
            row_count_exact=None if rows is None else False,
        )

    def _field(self, place: int, column: Row, kind: str) -> Field:
        _, name, native, nullable, default, comment = column
        if native not in self.types:
            self.types[native] = (_logical(native), self._nested(native))
        datatype, fields = self.types[native]
        return Field(
            name=name,
            ordinal=place,
            datatype=datatype,
            native_type=native,
            required=None if kind == "view" else not nullable,
            default=default,
            description=comment,
            fields=fields,
        )

    def _nested(self, native: str) -> tuple[Field, ...]:
        return _members(self.connection.sqltype(native)) if native.startswith("STRUCT(") else ()


def _members(native: Any) -> tuple[Field, ...]:
    """The fields within a struct, or within a list of structs."""
    if native.id in {"list", "array"}:
        return _members(native.children[0][1])
    if native.id != "struct":
        return ()
    return tuple(
        Field(name=name, ordinal=place, datatype=_logical(str(child)), native_type=str(child), fields=_members(child))
        for place, (name, child) in enumerate(native.children, 1)
    )


def _logical(native: str) -> str:
    return "string" if native == "BIT" else logical_type(native)


def _expression(text: str) -> str:
    """A part of an index: a column's name, in double quotes where it needs them, or an expression in parentheses."""
    return text[1:-1].replace('""', '"') if text.startswith('"') else text
