"""Connections to MySQL and MariaDB, and what their errors mean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy.dialects.mysql.pymysql import MySQLDialect_pymysql

from connectors.sql.assemble import Row
from connectors.sql.target import Target
from fabric.connector import require
from fabric.errors import AccessDenied, SettingsError, SourceError, Unreachable, Unreadable

__all__ = ["Session", "connected"]

EXTRA = "mysql"
# https://mariadb.com/kb/en/mariadb-error-codes/ and https://dev.mysql.com/doc/mysql-errors/8.0/en/
_DENIED = frozenset({1044, 1045, 1130, 1142, 1143, 1227, 1698, 1820, 1862, 3118})
_NO_DATABASE = 1049
_TOO_SLOW = frozenset({1205, 1317, 1969, 3024})
_GONE = frozenset({1040, 1053, 1129, 1203, 1226, 2002, 2003, 2005, 2006, 2013, 2014, 2055})


class Session:
    """A connection that reads rows at once or, one query at a time, as a stream."""

    def __init__(self, connection: Any, stream_cursor: type[Any]) -> None:
        self._connection = connection
        self._stream_cursor = stream_cursor
        text = str(self.value("SELECT VERSION()"))
        self.product = "MariaDB" if "mariadb" in text.lower() else "MySQL"
        self.version = text.split("-")[0]

    def rows(self, query: str, *parameters: object) -> list[Row]:
        """All rows of `query`."""
        with self._connection.cursor() as cursor:
            cursor.execute(query, parameters)
            return list(cursor.fetchall())

    def stream(self, query: str, *parameters: object) -> Iterator[Row]:
        """Rows of `query` as the server sends them; read them or close the stream before the next query."""
        with closing(self._connection.cursor(self._stream_cursor)) as cursor:
            cursor.execute(query, parameters)
            yield from cursor.fetchall_unbuffered()

    def value(self, query: str) -> Any:
        """The only value of `query`."""
        return self.rows(query)[0][0]


@contextmanager
def connected(target: Target) -> Iterator[Session]:
    """A connection, closed at the end whatever happens.

    Raises: Unreachable, AccessDenied, Unreadable, MissingExtra, SettingsError.
    """
    pymysql = require("pymysql", EXTRA)
    with _translated(pymysql, target), closing(_open(pymysql, target)) as connection:
        session = Session(connection, require("pymysql.cursors", EXTRA).SSCursor)
        _limit_time(target, session)
        yield session


def _open(pymysql: Any, target: Target) -> Any:
    arguments: dict[str, Any] = {"charset": "utf8mb4", "connect_timeout": target.config.connect_timeout}
    if target.config.statement_timeout:
        arguments["read_timeout"] = target.config.statement_timeout + target.config.connect_timeout
    arguments |= MySQLDialect_pymysql().create_connect_args(target.url)[1]
    try:
        return pymysql.connect(**arguments)
    except TypeError as error:
        raise SettingsError(
            f"the option url has a parameter that PyMySQL does not know: {target.clean(error)}",
            remedy="remove it from the part of the URL after the question mark",
        ) from None


def _limit_time(target: Target, session: Session) -> None:
    seconds = target.config.statement_timeout
    if session.product == "MariaDB":
        session.rows("SET SESSION max_statement_time = %s", seconds)
    else:
        session.rows("SET SESSION max_execution_time = %s", seconds * 1000)
    session.rows("SET SESSION TRANSACTION READ ONLY")


@contextmanager
def _translated(pymysql: Any, target: Target) -> Iterator[None]:
    try:
        yield
    except pymysql.MySQLError as error:
        raise _meaning(error, target) from None


def _meaning(error: Any, target: Target) -> SourceError | SettingsError:
    code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    text = target.clean(error.args[1] if len(error.args) > 1 else error)
    where = target.namespace
    if code == _NO_DATABASE:
        return SettingsError(
            f"the server {where} has no database {target.url.database!r}", remedy="correct the option url"
        )
    if code in _DENIED:
        return AccessDenied(
            f"the server {where} refuses access: {text}",
            remedy="check the user and the password, and grant the user SELECT on the databases to read",
        )
    if code in _TOO_SLOW:
        return Unreachable(
            f"the server {where} did not answer a catalog query in time: {text}",
            remedy="raise the option statement_timeout",
        )
    if code in _GONE or not code:
        return Unreachable(f"the server {where} does not answer: {text}", remedy="check host, port and network")
    return Unreadable(
        f"the information schema of {where} cannot be read: {text}",
        remedy="set the option reflection to true if the server only resembles MySQL",
    )
