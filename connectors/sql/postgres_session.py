"""Connections to PostgreSQL, and what its errors mean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from connectors.sql.assemble import Row
from connectors.sql.target import Target
from fabric.connector import require
from fabric.errors import AccessDenied, SettingsError, SourceError, Unreachable, Unreadable

if TYPE_CHECKING:
    import psycopg

__all__ = ["EXTRA", "connected", "stream"]

EXTRA = "postgres"
_BATCH = 2000
_OLDEST = 12


@contextmanager
def connected(target: Target, database: str) -> Iterator[psycopg.Connection[Row]]:
    """A read-only connection in one repeatable-read transaction, closed at the end whatever happens.

    Raises: Unreachable, AccessDenied, Unreadable, MissingExtra, SettingsError.
    """
    driver = require("psycopg", EXTRA)
    with _translated(driver, target, database):
        connection: psycopg.Connection[Row] = driver.connect(**_arguments(target, database))
        try:
            connection.read_only = True
            connection.isolation_level = driver.IsolationLevel.REPEATABLE_READ
            _prepare(target, connection)
            yield connection
        finally:
            connection.close()


def stream(connection: psycopg.Connection[Row], name: str, query: str, parameters: dict[str, bool]) -> Iterator[Row]:
    """Rows of `query` through a server-side cursor, a few thousand at a time."""
    with connection.cursor(name=name) as cursor:
        cursor.itersize = _BATCH
        yield from cursor.execute(query, parameters)


def _arguments(target: Target, database: str) -> dict[str, Any]:
    url = target.url
    arguments: dict[str, Any] = {
        "connect_timeout": target.config.connect_timeout,
        "application_name": "fabric",
        "client_encoding": "utf8",
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "prepare_threshold": None,  # a pooler between us and the server may not know prepared statements
    }
    arguments |= {name: value if isinstance(value, str) else ",".join(value) for name, value in url.query.items()}
    arguments |= url.translate_connect_args(username="user", database="dbname") | {"dbname": database}
    return arguments


def _prepare(target: Target, connection: psycopg.Connection[Row]) -> None:
    if connection.info.server_version < _OLDEST * 10_000:
        raise Unreadable(
            f"the server is PostgreSQL {connection.info.server_version // 10_000}, and {_OLDEST} or later was expected",
            remedy="set the option reflection to true",
        )
    milliseconds = str(target.config.statement_timeout * 1000)
    # Every row will be fetched: without the last two, columns of 1,500 tables took 0.42 s instead of 0.05 s.
    connection.execute(
        "SELECT set_config('search_path', '', true), set_config('statement_timeout', %s, true), "
        "set_config('lock_timeout', %s, true), set_config('cursor_tuple_fraction', '1', true), "
        "set_config('jit', 'off', true)",
        (milliseconds, milliseconds),
    )


@contextmanager
def _translated(driver: Any, target: Target, database: str) -> Iterator[None]:
    try:
        yield
    except driver.Error as error:
        raise _meaning(error, target, database) from None
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"a name or comment in database {database!r} is no UTF-8: {error.reason}",
            remedy="rename it, or set the encoding of the database",
        ) from None


def _meaning(error: Any, target: Target, database: str) -> SourceError | SettingsError:
    """An error of psycopg as one of ours. A refused connection carries no SQLSTATE, only the server's message."""
    state, text, where = error.sqlstate or "", target.clean(error), target.namespace
    if "invalid connection option" in text or "invalid URI query parameter" in text:
        return SettingsError(
            f"the option url has a parameter that PostgreSQL's client does not know: {text}",
            remedy="remove it from the part of the URL after the question mark",
        )
    if state == "3D000" or (not state and f'database "{database}" does not exist' in text):
        return SettingsError(
            f"the server {where} has no database {database!r}", remedy="correct the option url or databases"
        )
    if state.startswith("28") or state == "42501" or (not state and _refused(error, text)):
        return AccessDenied(
            f"the server {where} refuses access to database {database!r}: {text}",
            remedy="check the user and the password, and grant CONNECT on the database",
        )
    if state in {"57014", "55P03"}:
        return Unreachable(
            f"the server {where} did not answer a catalog query on {database!r} in time: {text}",
            remedy="raise the option statement_timeout, or try when no table is being altered",
        )
    if not state or state.startswith(("08", "53", "57")):
        return Unreachable(f"the server {where} does not answer: {text}", remedy="check host, port and network")
    return Unreadable(
        f"the catalog of database {database!r} on {where} cannot be read: {text}",
        remedy="set the option reflection to true if the server only resembles PostgreSQL",
    )


def _refused(error: Any, text: str) -> bool:
    """Whether the server answered and said no. Its messages may be in another language, hence libpq's own flags."""
    connection = error.pgconn
    flagged = connection is not None and bool(connection.used_password or connection.needs_password)
    signs = (
        "authentication failed",
        "no password supplied",
        "pg_hba.conf",
        "permission denied",
        "not permitted to log in",
    )
    return flagged or any(sign in text for sign in signs) or ('role "' in text and "does not exist" in text)
