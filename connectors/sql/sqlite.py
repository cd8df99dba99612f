# ruff: noqa: S608  (queries are put together from constants of this module only)
"""SQLite files, read by the table-valued forms of its pragmas (https://sqlite.org/pragma.html#pragfunc)."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

from connectors.sql.assemble import Ordered, Row, distinct, grouped
from connectors.sql.names import table_name
from connectors.sql.target import Target
from fabric.datatypes import logical_type
from fabric.errors import AccessDenied, FabricError, Unreachable, Unreadable
from fabric.model import (
    Catalog,
    Dataset,
    Field,
    Index,
    Key,
    Problem,
    Record,
    Reference,
    Source,
    catalog,
    dataset,
    source,
)

__all__ = ["check", "harvest", "reading_options"]

_SCHEMA = "main"
_OBJECT = "m.type IN ('table', 'view') AND (:system OR m.name NOT LIKE 'sqlite@_%' ESCAPE '@')"
# The tables in which a virtual table keeps its data are no datasets; older versions cannot tell them.
_SHADOWS = "AND m.name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')"
_OBJECTS = (
    f"SELECT m.rowid, m.name, m.type, m.sql, m.rootpage FROM sqlite_master m WHERE {_OBJECT} {{}} ORDER BY m.rowid"
)
_COLUMNS = """
SELECT m.rowid, p.name, p.type, p."notnull", p.dflt_value, p.pk FROM sqlite_master m, pragma_table_xinfo(m.name) p
WHERE m.type IN ('table', 'view') AND m.name NOT IN (SELECT value FROM json_each(:broken)) AND p.hidden <> 1
ORDER BY m.rowid, p.cid"""
_COLUMNS_OF_ONE = "SELECT count(*) FROM pragma_table_xinfo(?)"
_COLUMNS_OF_FRAGILE = """
SELECT count(*) FROM sqlite_master m, pragma_table_xinfo(m.name) WHERE m.type IN ('table', 'view') AND m.rootpage = 0"""
_INDEXES = """
SELECT m.rowid, i.name, i."unique", i.origin, c.name FROM sqlite_master m, pragma_index_list(m.name) i,
  pragma_index_xinfo(i.name) c
WHERE m.type = 'table' AND m.rootpage > 0 AND i.origin <> 'pk' AND c.key ORDER BY m.rowid, i.name, c.seqno"""
_REFERENCES = """
SELECT m.rowid, f.id, f."table", f."from", f."to" FROM sqlite_master m, pragma_foreign_key_list(m.name) f
WHERE m.type = 'table' AND m.rootpage > 0 ORDER BY m.rowid, f.id DESC, f.seq"""
_AFFINITIES = {
    "INT": "integer",
    "CHAR": "string",
    "CLOB": "string",
    "TEXT": "string",
    "BLOB": "binary",
    "REAL": "double",
    "FLOA": "double",
    "DOUB": "double",
}
_PRIMARY_KEYS = """
SELECT m.name, p.name FROM sqlite_master m, pragma_table_info(m.name) p
WHERE m.type = 'table' AND m.rootpage > 0 AND p.pk ORDER BY m.name, p.pk"""


def check(target: Target) -> str:
    """Open the file; say SQLite's version and how many tables it shows. Raises as `Connector.check`."""
    with _connected(target) as connection:
        tables = sum(row[2] == "table" and target.scope.table(row[1]) for row in _objects(target, connection))
    return f"SQLite {sqlite3.sqlite_version}, database {target.file.name}, {tables} tables visible"


def harvest(target: Target) -> Iterator[Record | Problem]:
    """Read the file. Raises as `Connector.harvest`."""
    with _connected(target) as connection:
        platform = target.platform("sqlite")
        yield Source(
            namespace=target.namespace,
            title=target.file.name,
            platform=platform,
            endpoint=target.namespace,
            version=sqlite3.sqlite_version,
        )
        yield Catalog(
            namespace=target.namespace,
            name=_SCHEMA,
            title=_SCHEMA,
            part_of=source(target.namespace),
            platform=platform,
        )
        yield from _File(target, connection, platform).datasets()


@contextmanager
def _connected(target: Target) -> Iterator[sqlite3.Connection]:
    """The file, opened for reading only, so that a missing one is never made."""
    path = target.file
    try:
        with closing(
            sqlite3.connect(
                f"file:{quote(str(path))}?{urlencode(reading_options(path))}",
                uri=True,
                timeout=target.config.connect_timeout,
                check_same_thread=False,
            )
        ) as connection:
            yield connection
    except (sqlite3.Error, OSError) as error:
        raise _meaning(error, str(path)) from None


def reading_options(path: Path) -> dict[str, str]:
    """Parameters of SQLite's `file:` URI under which reading leaves no trace.

    Opening a database in WAL mode makes two files beside it, which a reader cannot remove and which, owned by another
    user, would lock out the database's own program. While there is no log, nobody has the file open.
    """
    with path.open("rb") as file:
        version = file.read(20)[18:20]  # https://sqlite.org/fileformat.html, section 1.3.3: 2 is WAL
    unused = version == b"\x02\x02" and not path.with_name(path.name + "-wal").exists()
    return {"mode": "ro", "immutable": "1"} if unused else {"mode": "ro"}


def _meaning(error: Exception, path: str) -> FabricError:
    text = str(error)
    if "locked" in text or "busy" in text:
        return Unreachable(
            f"the SQLite file {path!r} is locked by another process", remedy="try when it is not written"
        )
    if not os.access(path, os.R_OK):
        return AccessDenied(f"the file {path!r} may not be read: {text}", remedy="give this user the right to read it")
    return Unreadable(
        f"the file {path!r} cannot be read as an SQLite database: {text}", remedy="check what the file is"
    )


def _objects(target: Target, connection: sqlite3.Connection) -> list[Row]:
    shadows = _SHADOWS if sqlite3.sqlite_version_info >= (3, 37) else ""
    return connection.execute(_OBJECTS.format(shadows), {"system": target.config.system_schemas}).fetchall()


class _File:
    """One harvest of one file."""

    def __init__(self, target: Target, connection: sqlite3.Connection, platform: str) -> None:
        self.target = target
        self.connection = connection
        self.platform = platform
        self.types: dict[str, str] = {}
        self.spellings: dict[str, str] = {}
        self.primary_keys: dict[str, tuple[str, ...]] | None = None

    def datasets(self) -> Iterator[Dataset | Problem]:
        objects = _objects(self.target, self.connection)
        self.spellings = {row[1].casefold(): row[1] for row in objects}
        broken = self._broken(objects)
        run = self.connection.execute
        columns = Ordered(run(_COLUMNS, {"broken": json.dumps(list(broken))}))
        indexes, references = Ordered(run(_INDEXES)), Ordered(run(_REFERENCES))
        counts = self._row_estimates()
        for key, name, kind, sql, _ in objects:
            if not self.target.scope.table(name):
                continue
            if name in broken:
                yield Problem(subject=name, reason=f"this {kind} has no columns: {broken[name]}; mend or drop it")
            yield self._dataset(
                name, kind, sql, columns.take(key), indexes.take(key), references.take(key), counts.get(name)
            )

    def _broken(self, objects: list[Row]) -> dict[str, str]:
        """Views and virtual tables whose columns cannot be told, with the reason; one of them fails a whole query."""
        try:
            self.connection.execute(_COLUMNS_OF_FRAGILE).fetchall()
        except sqlite3.OperationalError:
            return dict(self._failures([row[1] for row in objects if not row[4]]))
        return {}

    def _failures(self, names: list[str]) -> Iterator[tuple[str, str]]:
        for name in names:
            try:
                self.connection.execute(_COLUMNS_OF_ONE, (name,)).fetchall()
            except sqlite3.OperationalError as error:
                yield name, str(error)

    def _row_estimates(self) -> dict[str, int]:
        """Rows of each table as the last ANALYZE counted them; the statistics' first number."""
        if not self.connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'").fetchone():
            return {}
        rows = self.connection.execute("SELECT tbl, stat FROM sqlite_stat1")
        return {table: int(stat.split()[0]) for table, stat in rows if stat and stat.split()[0].isdigit()}

    def _dataset(
        self,
        name: str,
        kind: str,
        sql: str,
        columns: list[Row],
        indexes: list[Row],
        references: list[Row],
        rows: int | None,
    ) -> Dataset:
        keyed = sorted((row[5], row[1]) for row in columns if row[5])
        keys = [Key(name="PRIMARY", columns=tuple(column for _, column in keyed), primary=True)] if keyed else []
        found = [(index, members, members[0][3] == "u") for index, members in grouped(indexes)]
        keys += [
            Key(name=index, columns=tuple(row[4] for row in members)) for index, members, is_key in found if is_key
        ]
        return Dataset(
            namespace=self.target.namespace,
            name=table_name(name),
            title=name,
            kind="view" if kind == "view" else "table",
            platform=self.platform,
            part_of=catalog(self.target.namespace, _SCHEMA),
            fields=tuple(self._field(place, column, kind) for place, column in enumerate(columns, 1)),
            keys=frozenset(keys),
            references=self._references(references),
            indexes=frozenset(
                Index(
                    name=index,
                    columns=tuple(row[4] or "<expression>" for row in members),
                    unique=bool(members[0][2]),
                    method="btree",
                )
                for index, members, is_key in found
                if not is_key
            ),
            definition=sql if kind == "view" else None,
            row_count=rows,
            row_count_exact=None if rows is None else False,
        )

    def _field(self, place: int, column: Row, kind: str) -> Field:
        _, name, native, required, default, _ = column
        if native not in self.types:
            self.types[native] = _logical(native)
        return Field(
            name=name,
            ordinal=place,
            datatype=self.types[native],
            native_type=native or None,
            required=None if kind == "view" else bool(required),
            default=default,
        )

    def _references(self, rows: list[Row]) -> frozenset[Reference]:
        """Foreign keys, without those into a missing table. SQLite keeps no name of one, so its columns name it."""
        keys = [members for _, members in grouped(rows)]
        names = distinct("fk_" + "_".join(row[3] for row in members) for members in keys)
        found = (self._reference(name, members) for name, members in zip(names, keys, strict=True))
        return frozenset(reference for reference in found if len(reference.columns) == len(reference.target_columns))

    def _reference(self, name: str, members: list[Row]) -> Reference:
        written = str(members[0][2])
        target = self.spellings.get(written.casefold(), written)
        named = all(row[4] is not None for row in members)
        return Reference(
            name=name,
            columns=tuple(row[3] for row in members),
            target=dataset(self.target.namespace, table_name(target)),
            target_columns=tuple(row[4] for row in members) if named else self._primary_key(target),
        )

    def _primary_key(self, table: str) -> tuple[str, ...]:
        """Columns of a primary key, to which a foreign key refers that names no columns."""
        if self.primary_keys is None:
            rows = self.connection.execute(_PRIMARY_KEYS)
            self.primary_keys = {key: tuple(row[1] for row in members) for key, members in grouped(rows, by=0)}
        return self.primary_keys.get(table, ())


def _logical(native: str) -> str:
    """The logical type, else the column's affinity (https://sqlite.org/datatype3.html, section 3.1)."""
    known = logical_type(native)
    if known != "any" or not native:
        return known
    upper = native.upper()
    return next((logical for part, logical in _AFFINITIES.items() if part in upper), "any")
