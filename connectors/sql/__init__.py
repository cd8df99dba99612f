"""SQL databases: PostgreSQL, MySQL, MariaDB, SQLite and DuckDB natively, any other by SQLAlchemy's reflection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from connectors.sql import duckdb, mysql, postgres, reflection, sqlite
from connectors.sql.config import SqlConfig
from connectors.sql.target import ChangesReader, Reader, Target, target_of
from fabric.connector import Config, Connector, Item
from fabric.model import Problem, Record, Ref

__all__ = ["SqlConfig", "SqlConnector"]

_READERS: dict[str, Reader] = {
    "duckdb": duckdb,
    "mariadb": mysql,
    "mysql": mysql,
    "postgresql": postgres,
    "sqlite": sqlite,
}


class SqlConnector(Connector[SqlConfig]):
    """Reads tables, views, keys, grants and view dependencies of a SQL database."""

    name: ClassVar[str] = "sql"
    title: ClassVar[str] = "SQL database"
    Config: ClassVar[type[Config]] = SqlConfig

    def check(self) -> str:
        """Reach the database; say its version and how many tables it shows."""
        reader, target = self._reader()
        return reader.check(target)

    def harvest(self) -> Iterator[Record | Problem]:
        """Yield its source, databases, schemas, tables, views, owners and the lineage of views."""
        reader, target = self._reader()
        yield from reader.harvest(target)

    def harvest_changes(self, known: Mapping[Ref, str]) -> Iterator[Item]:
        """The same as `harvest`, with versions of tables and views where the reader has them (PostgreSQL)."""
        reader, target = self._reader()
        if isinstance(reader, ChangesReader):
            yield from reader.harvest_changes(target, known)
        else:
            yield from reader.harvest(target)

    def _reader(self) -> tuple[Reader, Target]:
        target = target_of(self.config)
        return reflection if self.config.reflection else _READERS.get(target.backend, reflection), target
