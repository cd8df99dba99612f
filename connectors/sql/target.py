"""What a reader is given: the address of the database and what to read of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from sqlalchemy.engine import URL, make_url

from connectors.sql.config import SqlConfig
from connectors.sql.names import Scope
from fabric.connector import Item
from fabric.errors import SettingsError, Unreachable
from fabric.model import Problem, Record, Ref

__all__ = ["ChangesReader", "Reader", "Target", "target_of"]

_FILE_BACKENDS = frozenset({"sqlite", "duckdb"})
_ALIASES = {"postgres": "postgresql"}
_SCHEMES = {"postgresql": "postgres", "mariadb": "mysql"}
_PORTS = {
    "postgres": 5432, "mysql": 3306, "mssql": 1433, "oracle": 1521, "redshift": 5439, "cockroachdb": 26257,
    "clickhouse": 8123, "trino": 8080, "presto": 8080, "hive": 10000, "db2": 50000, "vertica": 5433, "teradata": 1025,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """One database server or file, with the options that say what to read. `url` holds the password: never show it."""

    config: SqlConfig
    url: URL
    backend: str
    namespace: str
    scope: Scope

    @property
    def file(self) -> Path:
        """The file of an SQLite or DuckDB database.

        Raises: SettingsError when the URL names none; Unreachable when there is no such file.
        """
        path = _file(self.url, self.backend)
        if not path.is_file():
            raise Unreachable(
                f"there is no {self.backend} file {str(path)!r}",
                remedy="correct the path in the option url; an absolute path takes four slashes",
            )
        return path

    def platform(self, reported: str) -> str:
        """The platform to record, where the server reports to be a `reported`."""
        return self.config.platform or reported

    def clean(self, message: object) -> str:
        """A driver's message on one line, without a password should it be repeated there."""
        text = " ".join(str(message).split())
        hidden = [value for name, value in self.url.query.items() if "pass" in name.lower() or "token" in name.lower()]
        for secret in (self.url.password, *hidden):
            text = text.replace(str(secret), "***") if secret else text
        return text


class Reader(Protocol):
    """A module that reads one family of databases."""

    def check(self, target: Target) -> str:
        """See `Connector.check`."""

    def harvest(self, target: Target) -> Iterator[Record | Problem]:
        """See `Connector.harvest`."""


@runtime_checkable
class ChangesReader(Reader, Protocol):
    """A reader that can tell cheaply what has not changed."""

    def harvest_changes(self, target: Target, known: Mapping[Ref, str]) -> Iterator[Item]:
        """See `Connector.harvest_changes`."""


def target_of(config: SqlConfig) -> Target:
    """The target that the options describe.

    Raises: SettingsError.
    """
    url = make_url(config.url.get_secret_value())
    if config.password is not None:
        url = url.set(password=config.password.get_secret_value())
    backend = _ALIASES.get(url.get_backend_name(), url.get_backend_name())
    databases = config.databases or ((_literal(url.database),) if url.database else ("*",))
    return Target(
        config=config,
        url=url,
        backend=backend,
        namespace=config.namespace or _namespace(url, backend),
        scope=Scope(databases, config.include, config.exclude),
    )


def _namespace(url: URL, backend: str) -> str:
    """OpenLineage's namespace of a server or file."""
    if backend in _FILE_BACKENDS:
        return f"{backend}://{_file(url, backend)}"
    scheme = _SCHEMES.get(backend, backend)
    host, port = _host(url)
    port = port or _PORTS.get(scheme)
    return f"{scheme}://{host}:{port}" if port else f"{scheme}://{host}"


def _host(url: URL) -> tuple[str, int | None]:
    """Host in lower case and port; `localhost` for a socket, the first of several hosts."""
    listed = url.query.get("host", "")
    text = url.host or (listed if isinstance(listed, str) else listed[0]).split(",")[0]
    if not text or text.startswith("/"):
        return "localhost", url.port
    host, _, port = text.partition(":") if text.count(":") == 1 else (text, "", "")
    host = host.lower().strip("[]")
    return f"[{host}]" if ":" in host else host, url.port or (int(port) if port.isdigit() else None)


def _file(url: URL, backend: str) -> Path:
    name = url.database or ""
    if url.host or not name or name.startswith((":", "file:", "md:")):
        raise SettingsError(
            f"the option url names no {backend} file: its path is {name!r}",
            remedy=f"give the path of a file, such as {backend}:////absolute/path.{backend}",
        )
    return Path(name).absolute()


def _literal(name: str) -> str:
    """The pattern that matches `name` alone."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in name)
