"""Any database that SQLAlchemy knows, read by its reflection in batches of tables.

It tells tables, views, columns, keys, foreign keys, indexes and comments; owners, grants, sizes, counts and the lineage
of views it does not know.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Inspector, create_engine, inspect
from sqlalchemy.engine import URL
from sqlalchemy.engine.reflection import ObjectKind
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
    SAWarning,
    SQLAlchemyError,
)
from sqlalchemy.pool import NullPool

from connectors.sql import sqlite
from connectors.sql.assemble import distinct
from connectors.sql.names import catalog_name, table_name
from connectors.sql.target import Target
from fabric.datatypes import logical_type
from fabric.errors import AccessDenied, FabricError, MissingExtra, SettingsError, Unreachable, Unreadable
from fabric.model import (
    Catalog,
    Dataset,
    DatasetKind,
    Field,
    Index,
    Key,
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

_BATCH = 200
_DRIVERS = {"mysql": "mysql+pymysql", "mariadb": "mariadb+pymysql", "postgresql": "postgresql+psycopg"}
_SCHEMA_IS_DATABASE = frozenset({"clickhouse", "hive", "mariadb", "mysql", "teradata"})
_SYSTEM = frozenset(
    {"information_schema", "pg_catalog", "mysql", "performance_schema", "sys", "system", "crdb_internal"}
)
_REFUSALS = ("access denied", "authentication failed", "invalid username/password", "login failed", "permission denied")


def check(target: Target) -> str:
    """Reach the database; say its product and how many tables it shows. Raises as `Connector.check`."""
    with _connected(target) as connection:
        naming = _Naming(target, connection)
        inspector = inspect(connection)
        tables = sum(
            target.scope.table(*naming.parts(schema, table))
            for schema in naming.schemas(inspector)
            for table in inspector.get_table_names(schema)
        )
        product = f"{connection.dialect.name} {_version(connection) or ''}".strip()
    return f"{product}, database {target.url.database or '-'}, {tables} tables visible"


def harvest(target: Target) -> Iterator[Record | Problem]:
    """Read all schemas. Raises as `Connector.harvest`."""
    with _connected(target) as connection:
        naming = _Naming(target, connection)
        yield Source(
            namespace=target.namespace,
            title=target.namespace.partition("://")[2] or target.namespace,
            platform=naming.platform,
            endpoint=target.namespace,
            version=_version(connection),
        )
        if naming.database:
            yield naming.catalog(naming.database)
        for schema in naming.schemas(inspect(connection)):
            yield from _Schema(target, connection, naming, schema).records()


@contextmanager
def _connected(target: Target) -> Iterator[Connection]:
    """A connection, closed at the end whatever happens."""
    try:
        with _opened(target) as connection:
            yield connection
    except DBAPIError as error:
        raise _meaning(error, target) from None
    except SQLAlchemyError as error:
        raise Unreadable(f"{target.namespace} cannot be reflected: {target.clean(error)}") from None


def _opened(target: Target) -> Connection:
    drivername = target.url.drivername
    try:
        return create_engine(_url(target), poolclass=NullPool).connect()
    except ModuleNotFoundError as error:
        raise MissingExtra(
            f"the driver of {drivername!r} is not installed: {error}",
            remedy="install the Python package that SQLAlchemy's documentation names for this dialect",
        ) from None
    except NoSuchModuleError:
        raise MissingExtra(
            f"SQLAlchemy knows no dialect {drivername!r}",
            remedy="install the package that brings the dialect, or correct the option url",
        ) from None
    except (ArgumentError, TypeError) as error:
        raise SettingsError(
            f"the option url is not as {drivername!r} wants it: {target.clean(error)}", remedy="correct the option url"
        ) from None


def _meaning(error: DBAPIError, target: Target) -> FabricError:
    """Drivers share no codes, so their words are all there is to tell a refusal by."""
    text = target.clean(error.orig)
    if any(sign in text.lower() for sign in _REFUSALS):
        return AccessDenied(f"{target.namespace} refuses access: {text}", remedy="check the user and the password")
    if isinstance(error, InterfaceError | OperationalError):
        return Unreachable(f"{target.namespace} does not answer: {text}", remedy="check host, port and network")
    return Unreadable(f"{target.namespace} cannot be read: {text}", remedy="check what the database is")


def _url(target: Target) -> URL:
    """The URL for SQLAlchemy: with a driver that we declare, and SQLite for reading only."""
    url = target.url
    if target.backend == "sqlite":
        options = {**sqlite.reading_options(target.file), "uri": "true"}
        return URL.create("sqlite", database=f"file:{quote(str(target.file))}", query=options)
    return url if "+" in url.drivername else url.set(drivername=_DRIVERS.get(target.backend, target.backend))


def _version(connection: Connection) -> str | None:
    numbers = getattr(connection.dialect, "server_version_info", None)
    return ".".join(map(str, numbers)) if numbers else None


class _Naming:
    """Names by the rules of the platform: which of database and schema a table's name begins with."""

    def __init__(self, target: Target, connection: Connection) -> None:
        self.target = target
        self.dialect = connection.dialect.name
        self.platform = target.platform(self.dialect)
        self.default = str(connection.dialect.default_schema_name or "main")
        stacked = target.backend not in _SCHEMA_IS_DATABASE and target.backend != "sqlite"
        self.database = target.url.database if stacked else None

    def parts(self, schema: str | None, table: str) -> tuple[str, ...]:
        """Parts of the name of a table."""
        if self.target.backend == "sqlite":
            return (table,)
        return (*self.container(schema), table)

    def container(self, schema: str | None) -> tuple[str, ...]:
        """Parts of the name of a schema."""
        name = schema or self.default
        return (self.database, name) if self.database else (name,)

    def ref(self, schema: str | None, table: str) -> Ref:
        """Identity of a table."""
        return dataset(self.target.namespace, table_name(*self.parts(schema, table)))

    def catalog(self, *parts: str) -> Catalog:
        """Record of a database or schema."""
        above = (
            catalog(self.target.namespace, catalog_name(*parts[:-1])) if parts[1:] else source(self.target.namespace)
        )
        return Catalog(
            namespace=self.target.namespace,
            name=catalog_name(*parts),
            title=parts[-1],
            part_of=above,
            platform=self.platform,
        )

    def schemas(self, inspector: Inspector) -> list[str]:
        """Names of the schemas to read."""
        try:
            names = inspector.get_schema_names()
        except NotImplementedError:
            names = [self.default]
        chosen = [name for name in names if self.target.config.system_schemas or name.lower() not in _SYSTEM]
        if self.target.backend in _SCHEMA_IS_DATABASE:
            chosen = [name for name in chosen if self.target.scope.database(name)]
        return [name for name in chosen if self.target.scope.schema(*self.container(name))]


class _Schema:
    """One harvest of one schema."""

    def __init__(self, target: Target, connection: Connection, naming: _Naming, name: str) -> None:
        self.target = target
        self.connection = connection
        self.inspector = inspect(connection)
        self.naming = naming
        self.name = name

    def records(self) -> Iterator[Record | Problem]:
        kinds = self._kinds()
        if kinds or not self.target.scope.include:
            yield self.naming.catalog(*self.naming.container(self.name))
        names = sorted(kinds)
        for start in range(0, len(names), _BATCH):
            yield from self._batch(names[start : start + _BATCH], kinds)

    def _kinds(self) -> dict[str, DatasetKind]:
        """Names of the tables and views to read, with the kind of each."""
        kinds: dict[str, DatasetKind] = dict.fromkeys(self.inspector.get_table_names(self.name), "table")
        for read, kind in (("get_view_names", "view"), ("get_materialized_view_names", "materialized-view")):
            try:
                names = getattr(self.inspector, read)(self.name)
            except NotImplementedError:
                continue
            kinds |= dict.fromkeys(names, kind)
        return {
            name: kind for name, kind in kinds.items() if self.target.scope.table(*self.naming.parts(self.name, name))
        }

    def _batch(self, names: Sequence[str], kinds: dict[str, DatasetKind]) -> Iterator[Dataset | Problem]:
        """Reflect some tables at once; where that fails, by halves, so that only the unreadable one is missed."""
        self.inspector.clear_cache()
        try:
            datasets = list(self._reflect(names, kinds))
        except SQLAlchemyError as error:
            if isinstance(error, DBAPIError) and error.connection_invalidated:
                raise
            if len(names) == 1:
                reason = _message(self.target, error)
                yield Problem(subject=table_name(*self.naming.parts(self.name, names[0])), reason=reason)
                return
            middle = len(names) // 2
            yield from self._batch(names[:middle], kinds)
            yield from self._batch(names[middle:], kinds)
        else:
            yield from datasets

    def _reflect(self, names: Sequence[str], kinds: dict[str, DatasetKind]) -> Iterator[Dataset]:
        columns = self._read("get_multi_columns", names)
        primary = self._read("get_multi_pk_constraint", names)
        unique = self._read("get_multi_unique_constraints", names)
        foreign = self._read("get_multi_foreign_keys", names)
        indexes = self._read("get_multi_indexes", names)
        comments = self._read("get_multi_table_comment", names)
        for name in names:
            kind = kinds[name]
            yield Dataset(
                namespace=self.target.namespace,
                name=self.naming.ref(self.name, name).name,
                title=name,
                kind=kind,
                description=(comments.get(name) or {}).get("text") or None,
                platform=self.naming.platform,
                part_of=catalog(self.target.namespace, catalog_name(*self.naming.container(self.name))),
                fields=tuple(self._field(place, column, kind) for place, column in enumerate(columns.get(name, ()), 1)),
                keys=_keys(primary.get(name) or {}, unique.get(name) or []),
                references=self._references(foreign.get(name) or []),
                indexes=_indexes(indexes.get(name) or []),
                definition=self._definition(name) if kind != "table" else None,
            )

    def _read(self, method: str, names: Sequence[str]) -> dict[str, Any]:
        """What one of the inspector's `get_multi` methods says of the tables; nothing where the dialect lacks it."""
        read = getattr(self.inspector, method)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # a type or index that SQLAlchemy has no class for
            try:
                found = read(schema=self.name, filter_names=names, kind=ObjectKind.ANY)
            except NotImplementedError:
                return {}
        return {name: value for (_, name), value in found.items()}

    def _definition(self, name: str) -> str | None:
        try:
            return self.inspector.get_view_definition(name, self.name)
        except NotImplementedError:
            return None

    def _field(self, place: int, column: dict[str, Any], kind: DatasetKind) -> Field:
        native = self._native(column["type"])
        return Field(
            name=column["name"],
            ordinal=place,
            datatype=logical_type(native),
            native_type=native,
            required=None if kind != "table" else not column.get("nullable", True),
            default=column.get("default"),
            description=column.get("comment") or None,
        )

    def _native(self, kind: Any) -> str | None:
        """The type's spelling; none for a type that SQLAlchemy does not know."""
        text = str(kind.compile(dialect=self.connection.dialect)) if kind.__visit_name__ != "null" else ""
        return text or None

    def _references(self, keys: list[dict[str, Any]]) -> frozenset[Reference]:
        """Foreign keys, without those whose target columns are not known, as when the target is missing."""
        # PostgreSQL's dialect leaves out a schema on the search path; the others leave out the table's own.
        unnamed = self.naming.default if self.naming.dialect == "postgresql" else self.name
        keys = [key for key in keys if len(key["constrained_columns"]) == len(key["referred_columns"])]
        names = distinct(key.get("name") or "fk_" + "_".join(key["constrained_columns"]) for key in keys)
        return frozenset(
            Reference(
                name=name,
                columns=tuple(key["constrained_columns"]),
                target=self.naming.ref(key.get("referred_schema") or unnamed, key["referred_table"]),
                target_columns=tuple(key["referred_columns"]),
            )
            for name, key in zip(names, keys, strict=True)
        )


def _message(target: Target, error: SQLAlchemyError) -> str:
    """The driver's own message, else SQLAlchemy's."""
    return target.clean(error.orig if isinstance(error, DBAPIError) else error)


def _keys(primary: dict[str, Any], unique: list[dict[str, Any]]) -> frozenset[Key]:
    columns = tuple(primary.get("constrained_columns") or ())
    keys = [Key(name=primary.get("name") or "PRIMARY", columns=columns, primary=True)] if columns else []
    names = distinct(key.get("name") or "unique_" + "_".join(key["column_names"]) for key in unique)
    keys += [Key(name=name, columns=tuple(key["column_names"])) for name, key in zip(names, unique, strict=True)]
    return frozenset(keys)


def _indexes(indexes: list[dict[str, Any]]) -> frozenset[Index]:
    return frozenset(
        Index(
            name=index["name"],
            columns=tuple(
                name or expression
                for name, expression in zip(
                    index["column_names"], index.get("expressions") or index["column_names"], strict=False
                )
                if name or expression
            ),
            unique=bool(index.get("unique")),
        )
        for index in indexes
        if index["name"] and not index.get("duplicates_constraint")
    )
