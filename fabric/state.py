"""The relational side of a data directory: sources, runs, history, fingerprints.

SQLite by default (write-ahead log, full synchronization), any database by SQLAlchemy URL. Only what the graph is not made for is
kept here; what assets are is in the graph.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    Engine,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    select,
)
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError, OperationalError, SQLAlchemyError
from sqlalchemy.types import TypeDecorator

from fabric.errors import FabricError, GraphCorrupt, GraphError, GraphUnavailable, StorageFull

__all__ = ["State", "changes", "commits", "drafts", "properties", "records", "runs", "sources", "translate"]


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; SQLite has no time zones, so that they are put back on reading."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """To UTC without a zone."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """With the zone put back."""
        return None if value is None else value.replace(tzinfo=UTC)


metadata = MetaData()

properties = Table(
    "property", metadata, Column("name", String, primary_key=True), Column("value", Text, nullable=False)
)

sources = Table(
    "source",
    metadata,
    Column("name", String, primary_key=True),
    Column("connector", String, nullable=False),
    Column("options", Text, nullable=False),
    Column("created", Moment, nullable=False),
)

runs = Table(
    "run",
    metadata,
    Column("id", String, primary_key=True),
    Column("source", String, nullable=False, index=True),
    Column("state", String, nullable=False),
    Column("started", Moment, nullable=False),
    Column("ended", Moment),
    Column("report", Text, nullable=False),
)

commits = Table(
    "commit_log",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("number", Integer, unique=True),
    Column("state", String, nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("source", String, nullable=False),
    Column("run", String),
    Column("at", Moment, index=True),
    Column("added", Integer, nullable=False, default=0),
    Column("removed", Integer, nullable=False, default=0),
    sqlite_autoincrement=True,
)
"""One row a commit. States: draft (being written), sealed (to be applied), undo (to be taken back), done."""

changes = Table(
    "change",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("commit_id", ForeignKey("commit_log.id"), nullable=False, index=True),
    Column("root", String, nullable=False),
    Column("graph", String, nullable=False),
    Column("added", LargeBinary),
    Column("removed", LargeBinary),
)
"""What a commit added and removed, by asset and named graph; N-Triples, zlib."""
Index("change_root", changes.c.root, changes.c.commit_id)

records = Table(
    "record",
    metadata,
    Column("source", String, primary_key=True),
    Column("key", LargeBinary, primary_key=True),
    Column("root", String, nullable=False),
    Column("label", String, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("version", String),
    Column("triples", LargeBinary, nullable=False),
)
"""What each record of a source last put into its graph, so that the difference needs no reading of the graph."""
_record_root = Index("record_root", records.c.root)

drafts = Table(
    "draft_record",
    metadata,
    Column("commit_id", ForeignKey("commit_log.id"), primary_key=True),
    Column("key", LargeBinary, primary_key=True),
    Column("root", String, nullable=False),
    Column("label", String, nullable=False),
    Column("digest", LargeBinary),
    Column("version", String),
    Column("triples", LargeBinary),
)
"""Rows of `record` that a commit will write once applied; a null digest deletes."""


class State:
    """An open state database. Safe to share between threads."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        with translate():
            metadata.create_all(self.engine)
            _record_root.create(self.engine, checkfirst=True)  # state databases made before there was this index

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction; committed on leaving, rolled back on an error.

        Raises: StorageFull, GraphCorrupt, GraphUnavailable, GraphError.
        """
        with translate(), self.engine.execution_options(write=True).begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view that does not keep others from writing."""
        with translate(), self.engine.connect() as connection:
            yield connection

    def get(self, name: str) -> str | None:
        """A property of the data directory."""
        with self.read() as connection:
            return connection.execute(select(properties.c.value).where(properties.c.name == name)).scalar()

    def put(self, name: str, value: str) -> None:
        """Set a property of the data directory."""
        with self.begin() as connection:
            connection.execute(properties.delete().where(properties.c.name == name))
            connection.execute(properties.insert().values(name=name, value=value))

    def backup(self, target: Path) -> None:
        """Copy a SQLite state consistently to the file `target`.

        Raises: StorageFull, and GraphError for other databases, which have their own tools.
        """
        if self.engine.dialect.name != "sqlite":
            raise GraphError("the state is no SQLite file", remedy="back it up with the database's own tool")
        with translate(), self.engine.connect() as connection, closing(sqlite3.connect(target)) as copy:
            raw = connection.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            raw.backup(copy)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


@contextmanager
def translate() -> Iterator[None]:
    """Turn SQLAlchemy's and SQLite's errors into Fabric's."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise _fabric_error(error) from error


def _fabric_error(error: SQLAlchemyError | sqlite3.Error) -> FabricError:
    text = str(getattr(error, "orig", None) or error)
    if "disk is full" in text or "No space left" in text:
        return StorageFull("the disk of the data directory is full", remedy="free space, then run the command again")
    if "malformed" in text or "not a database" in text:
        return GraphCorrupt(f"the state database cannot be read: {text}", remedy="restore a backup: fabric restore")
    if isinstance(error, OperationalError | sqlite3.OperationalError):
        return GraphUnavailable(
            f"the state database does not answer: {text}", remedy="see that it runs and is writable"
        )
    kind = "refused a statement" if isinstance(error, DatabaseError) else "failed"
    return GraphError(f"the state database {kind}: {text}")


def _engine(url: str) -> Engine:
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def configure(connection: sqlite3.Connection, _record: object) -> None:
            connection.isolation_level = None
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
                connection.execute(f"PRAGMA {pragma}")

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            writes = connection.get_execution_options().get("write", False)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
