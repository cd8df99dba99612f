"""A synthetic PostgreSQL database: tables of 12 columns in eight schemas, and views that join them."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import psycopg

from benchmarks._processes import Failed

__all__ = ["Warehouse", "new_database", "server_version", "table_statements", "view_statements", "warehouse"]

_SERVER = "postgresql://postgres@127.0.0.1:5432/postgres"
_BATCH = 100
"""Tables made in one transaction: each takes four locks, and a server with default settings has 6,400."""
_SCHEMAS = ("sales", "finance", "logistics", "marketing", "people", "support", "product", "web")
_ENTITIES = (
    "orders",
    "customers",
    "invoices",
    "shipments",
    "campaigns",
    "employees",
    "tickets",
    "sessions",
    "payments",
)
_ALWAYS = (
    ("name", "varchar(120) NOT NULL", "What people call it"),
    ("status", "varchar(16) NOT NULL DEFAULT 'new'", "One of new, open, closed"),
    ("amount", "numeric(12,2)", "Value before tax, in the currency of the row"),
    ("created_at", "timestamptz NOT NULL DEFAULT now()", "When the row was entered"),
)
_OTHERS = (
    ("currency", "char(3)", "ISO 4217 code"),
    ("quantity", "integer", None),
    ("is_active", "boolean NOT NULL DEFAULT true", None),
    ("updated_at", "timestamp", "Last change, in the server's time"),
    ("attributes", "jsonb", "What has no column of its own"),
    ("external_id", "uuid", "Identifier in the system of origin"),
    ("note", "text", None),
    ("due_on", "date", "Day by which it is to be done"),
    ("discount", "double precision", "Fraction between 0 and 1"),
    ("country", "char(2)", "ISO 3166-1 code"),
    ("priority", "smallint", None),
    ("labels", "text[]", None),
    ("email", "varchar(254)", "Address of the contact"),
    ("duration", "interval", None),
    ("address", "inet", "Where the request came from"),
    ("checksum", "bytea", None),
)


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A made database. `url` is a PostgreSQL URL, `tables` how many tables it has."""

    url: str
    tables: int

    @property
    def name(self) -> str:
        """The database's name."""
        return urlsplit(self.url).path.lstrip("/")

    @contextmanager
    def changed(self, share: float) -> Iterator[int]:
        """A column more in that share of the tables, at least in one; gives their number, and drops the columns in the end."""
        count = max(1, round(self.tables * share))
        chosen = [_table(place) for place in range(0, self.tables, self.tables // count)][:count]
        with _connected(self.url) as connection:
            _execute(connection, [f"ALTER TABLE {table} ADD COLUMN reviewed_on date" for table in chosen])
            yield count
            _execute(connection, [f"ALTER TABLE {table} DROP COLUMN reviewed_on" for table in chosen])


@contextmanager
def warehouse(tables: int, views: int) -> Iterator[Warehouse]:
    """A new database on the server of FABRIC_TEST_POSTGRES (by default the one on this machine), dropped in the end.

    Raises: Failed, where no server answers.
    """
    with new_database() as url:
        with _connected(url) as connection:
            _fill(connection, tables, views)
        yield Warehouse(url, tables)


@contextmanager
def new_database() -> Iterator[str]:
    """URL of a new, empty database on that server, dropped in the end. Raises: Failed, where no server answers."""
    server, name = _server(), f"fabric_bench_{uuid.uuid4().hex[:12]}"
    with _connected(server) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def server_version() -> str:
    """Version of the server that the databases are made on. Raises: Failed, where none answers."""
    with _connected(_server()) as connection:
        return (connection.info.parameter_status("server_version") or "unknown").split()[0]


def table_statements(place: int) -> list[str]:
    """What makes the table with that number: its 12 columns, its key, comments and, for two in three, a foreign key."""
    table, parent = _table(place), place - len(_SCHEMAS)
    first = place * 5 % len(_OTHERS)
    others = [_OTHERS[(first + step) % len(_OTHERS)] for step in range(6)]
    columns = (*_ALWAYS, *others)
    lines = ["id bigint PRIMARY KEY", "parent_id bigint"]
    lines += [f"{name} {kind}" for name, kind, _ in columns]
    if _has_parent(place):
        lines.append(f"FOREIGN KEY (parent_id) REFERENCES {_table(parent)} (id)")
    said = [f"COMMENT ON COLUMN {table}.{name} IS '{_quoted(text)}'" for name, _, text in columns if text]
    entity = _ENTITIES[place % len(_ENTITIES)]
    return [
        f"CREATE TABLE {table} ({', '.join(lines)})",
        f"COMMENT ON TABLE {table} IS '{entity.capitalize()} of region {place}, one row each'",
        *said,
    ]


def view_statements(tables: int, views: int) -> Iterator[str]:
    """What makes the views: each joins a table with the one it refers to and computes columns from both."""
    related = [place for place in range(tables) if _has_parent(place)]
    step = max(1, len(related) // views)
    for number, place in enumerate(related[::step][:views]):
        schema = _SCHEMAS[place % len(_SCHEMAS)]
        yield (
            f"CREATE VIEW {schema}.report_{number:03} AS SELECT c.id, upper(c.name) AS name, p.name AS parent_name, "
            "c.amount * 1.19 AS gross_amount, coalesce(c.amount, 0) + coalesce(p.amount, 0) AS total_amount, "
            "CASE WHEN c.status = 'closed' THEN 1 ELSE 0 END AS closed, c.created_at::date AS created_on, "
            "c.created_at - p.created_at AS waited, concat_ws('/', p.status, c.status) AS path "
            f"FROM {_table(place)} c JOIN {_table(place - len(_SCHEMAS))} p ON p.id = c.parent_id WHERE c.amount > 0"
        )


def _server() -> str:
    return os.environ.get("FABRIC_TEST_POSTGRES", _SERVER)


def _connected(url: str) -> psycopg.Connection:
    try:
        return psycopg.connect(url, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        remedy = "start one or set FABRIC_TEST_POSTGRES=postgresql://postgres@127.0.0.1:5432/postgres"
        raise Failed(f"the PostgreSQL server does not answer: {error}\n  -> {remedy}") from error


def _fill(connection: psycopg.Connection, tables: int, views: int) -> None:
    connection.execute("SET synchronous_commit = off")
    _execute(connection, [f"CREATE SCHEMA {schema}" for schema in _SCHEMAS])
    for start in range(0, tables, _BATCH):
        places = range(start, min(start + _BATCH, tables))
        _execute(connection, [statement for place in places for statement in table_statements(place)])
    _execute(connection, list(view_statements(tables, views)))
    # Without it, autovacuum looks at the fresh catalog in the middle of somebody's measurement.
    for catalog in ("pg_class", "pg_attribute", "pg_description", "pg_constraint", "pg_index", "pg_depend", "pg_type"):
        connection.execute(f"VACUUM ANALYZE {catalog}".encode())
    connection.execute("ANALYZE")


def _execute(connection: psycopg.Connection, statements: Sequence[str]) -> None:
    for start in range(0, len(statements), 20 * _BATCH):
        connection.execute("; ".join(statements[start : start + 20 * _BATCH]).encode())


def _table(place: int) -> str:
    return f"{_SCHEMAS[place % len(_SCHEMAS)]}.{_ENTITIES[place % len(_ENTITIES)]}_{place:05}"


def _has_parent(place: int) -> bool:
    return place >= len(_SCHEMAS) and place % 3 != 0


def _quoted(text: str) -> str:
    return text.replace("'", "''")
