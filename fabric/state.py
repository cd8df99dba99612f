"""The relational side of a data directory: sources, runs, history, fingerprints.

SQLite by default (write-ahead log, full synchronization), which one process has open; or PostgreSQL by SQLAlchemy URL, which
several servers may share. Only what the graph is not made for is kept here; what assets are is in the graph.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    DDL,
    Boolean,
    Column,
    ColumnElement,
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
    func,
    inspect,
    literal,
    select,
    text,
)
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DatabaseError, OperationalError, SQLAlchemyError
from sqlalchemy.schema import CreateColumn
from sqlalchemy.types import TypeDecorator

from fabric.errors import (
    FabricError,
    GraphCorrupt,
    GraphError,
    GraphLocked,
    GraphUnavailable,
    MissingExtra,
    SettingsError,
    StorageFull,
)

__all__ = [
    "State", "audit", "changes", "commits", "documents", "drafts", "inbox", "properties", "records", "run_lines", "runs", "sources",
    "translate", "workers",
]  # fmt: skip

_VERSION = "3"


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
    Column("schedule", String),
    Column("next_fire", Moment, index=True),
)
"""`schedule` is a cron expression in UTC, `next_fire` when it is due next."""

runs = Table(
    "run",
    metadata,
    Column("id", String, primary_key=True),
    Column("source", String, nullable=False, index=True),
    Column("state", String, nullable=False),
    Column("started", Moment, nullable=False),
    Column("ended", Moment),
    Column("report", Text, nullable=False),
    Column("trigger", String, nullable=False, server_default="request"),
    Column("queued", Moment),
    Column("worker", String, index=True),
    Column("attempt", Integer, nullable=False, server_default="1"),
    Column("turn", Integer, nullable=False, server_default="0"),
    Column("dispatched", Integer, nullable=False, server_default="0"),
    Column("not_before", Moment),
    Column("cancelling", Boolean, nullable=False, server_default=text("false")),
    Column("published", Boolean, nullable=False, server_default=text("false")),
)
"""One row a run. `turn` counts how often it was queued, `dispatched` is the last turn that was handed to the queue."""
_active = runs.c.state.in_(("queued", "running"))
Index("run_active", runs.c.source, unique=True, sqlite_where=_active, postgresql_where=_active)

run_lines = Table(
    "run_line",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run", String, nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("level", String, nullable=False),
    Column("text", Text, nullable=False),
)
"""What happened in a run, line by line."""

workers = Table(
    "worker",
    metadata,
    Column("id", String, primary_key=True),
    Column("beat", Moment, nullable=False),
)
"""The processes that share this database, and when each last gave a sign of life, by the database's clock."""

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
    Column("worker", String),
    Column("author", String),
    sqlite_autoincrement=True,
)
"""One row a commit; `worker` is the process that made it, `author` who had it made.

States: draft (being written), sealed (to be applied), undo (to be taken back), done."""

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

inbox = Table(
    "openlineage_inbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("received", Moment, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("problem", Text),
    sqlite_autoincrement=True,
)
"""OpenLineage events that are not in the graph yet, as they came, zlib; with a `problem` those that cannot be taken in."""

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("who", String, nullable=False, index=True),
    Column("role", String, nullable=False),
    Column("via", String, nullable=False),
    Column("client", String, nullable=False),
    Column("operation", String, nullable=False),
    Column("arguments", Text, nullable=False),
    Column("outcome", String, nullable=False),
    Column("error", Text),
    sqlite_autoincrement=True,
)
"""What somebody did; see `fabric.audit`. Rows are neither changed nor deleted, which the triggers below see to."""
_KEPT = "the audit log is only added to"
for _change in ("UPDATE", "DELETE"):
    event.listen(
        audit,
        "after_create",
        DDL(  # type: ignore[no-untyped-call]
            f"CREATE TRIGGER audit_no_{_change.lower()} BEFORE {_change} ON audit BEGIN SELECT RAISE(ABORT, '{_KEPT}'); END"
        ).execute_if(dialect="sqlite"),
    )
for _statement in (
    f"CREATE OR REPLACE FUNCTION audit_kept() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION '{_KEPT}'; END$$",
    "CREATE TRIGGER audit_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_kept()",
):
    event.listen(audit, "after_create", DDL(_statement).execute_if(dialect="postgresql"))  # type: ignore[no-untyped-call]

documents = Table(
    "openlineage_document",
    metadata,
    Column("kind", String, primary_key=True),
    Column("key", LargeBinary, primary_key=True),
    Column("owner", LargeBinary),
    Column("about", LargeBinary),
    Column("at", String),
    Column("document", LargeBinary, nullable=False),
)
"""What OpenLineage events said, merged: see `fabric.openlineage.documents`. JSON, zlib."""
Index("openlineage_document_owner", documents.c.kind, documents.c.owner, documents.c.at)
Index("openlineage_document_about", documents.c.kind, documents.c.about)


class State:
    """An open state database. Safe to share between threads.

    Raises: SettingsError where the URL is of another kind of database, MissingExtra, StorageFull, GraphCorrupt, GraphUnavailable.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self.shared = self.engine.dialect.name != "sqlite"
        """Whether other processes may have it open too."""
        with translate(), self.locked("schema"):
            metadata.create_all(self.engine)
            _record_root.create(self.engine, checkfirst=True)  # state databases made before there was this index
            if self.get("schema") != _VERSION:
                self._upgrade()

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Keep the other processes that share this database from what goes by that name; free again when this process dies.

        The threads of this process are the caller's to keep apart. Raises: GraphUnavailable, GraphError.
        """
        if not self.shared:
            yield
            return
        key = _key(name)
        with translate(), self._lasting() as connection:
            connection.execute(select(func.pg_advisory_lock(key)))
            try:
                yield
            finally:
                connection.execute(select(func.pg_advisory_unlock(key)))

    @contextmanager
    def claimed(self, *, alone: bool) -> Iterator[None]:
        """Hold this database, alone or together with others who do not ask for it alone, while the block lasts.

        Raises: GraphLocked where the others do not allow it, GraphUnavailable, GraphError.
        """
        if not self.shared:
            yield
            return
        claim = func.pg_try_advisory_lock if alone else func.pg_try_advisory_lock_shared
        with translate(), self._lasting() as connection:
            if not connection.execute(select(claim(_key("graph")))).scalar():
                raise GraphLocked(
                    "another Fabric has the state database open, and not both can have a graph of their own",
                    remedy="give all of them the same SPARQL server: FABRIC_GRAPH_QUERY_URL, FABRIC_GRAPH_UPDATE_URL",
                )
            yield

    def moment(self, ago: float = 0) -> ColumnElement[datetime]:
        """The present moment or one so many seconds ago, by the database's clock where several processes share it."""
        if not self.shared:
            return literal(datetime.now(UTC) - timedelta(seconds=ago), Moment)
        then = func.clock_timestamp() - func.make_interval(0, 0, 0, 0, 0, 0, ago)
        return func.timezone("UTC", then, type_=Moment)

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
        level = {"isolation_level": "REPEATABLE READ"} if self.shared else {}
        with translate(), self.engine.connect().execution_options(**level) as connection:
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
    def _lasting(self) -> Iterator[Connection]:
        """A connection of its own, whose locks end with it."""
        connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()
        try:
            yield connection
        finally:
            connection.close()

    def _upgrade(self) -> None:
        """Add the columns and indexes that an earlier release did not have."""
        with self.begin() as connection:
            found = inspect(connection)
            for table in metadata.sorted_tables:
                known = {column["name"] for column in found.get_columns(table.name)}
                for column in table.columns:
                    if column.name not in known:
                        described = CreateColumn(column).compile(dialect=self.engine.dialect)
                        connection.execute(text(f"ALTER TABLE {table.name} ADD COLUMN {described}"))
                for index in table.indexes:
                    index.create(connection, checkfirst=True)
        self.put("schema", _VERSION)


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


def _key(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"fabric:{name}".encode(), digest_size=8).digest(), signed=True)


def _engine(url: str) -> Engine:
    try:
        made = make_url(url)
        if made.get_backend_name() == "postgresql":
            # The driver is named since releases of SQLAlchemy differ in which one is meant.
            made = made.set(drivername="postgresql+psycopg")
            return create_engine(made, pool_size=10, max_overflow=40, pool_pre_ping=True)
        engine = create_engine(made)
    except ModuleNotFoundError as error:
        raise MissingExtra(
            f"the Python package {error.name!r} is not installed", remedy="pip install 'kgfabric[postgres]'"
        ) from error
    except SQLAlchemyError:
        # The error's own text would show the URL, and with it a password.
        raise SettingsError(
            "FABRIC_STATE_URL is no URL of a database", remedy="write it as postgresql://user@host/database"
        ) from None
    if engine.dialect.name != "sqlite":
        raise SettingsError(
            f"the state cannot be kept in {engine.dialect.name}", remedy="use SQLite or PostgreSQL: FABRIC_STATE_URL"
        )

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
