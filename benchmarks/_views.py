"""Views of real databases: harvested as a user would, and the share of their columns that lineage traces.

The databases are SQL scripts of PostgreSQL, and the queries of TPC-H and TPC-DS as views on each system that takes them.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import psycopg
import pymysql
import sqlglot
from sqlalchemy.engine import make_url

from benchmarks._processes import Failed
from benchmarks._warehouse import new_database
from fabric.assets import Asset
from fabric.lineage import Table, read_sql
from fabric.model import Dataset
from fabric.rdf.forms import field_path
from fabric.settings import Settings
from fabric.workspace import Workspace

__all__ = ["Traced", "scripted", "systems", "trace"]

_MARIADB = "mysql://root@127.0.0.1:3306"
_CREATED = re.compile(r"^\s*CREATE (?:OR REPLACE |MATERIALIZED )*VIEW\b", re.IGNORECASE | re.MULTILINE)
_COUNTED = "SELECT count(*) FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace::regnamespace::text !~ '^(pg_|information)'"
_VIEWS = {"view", "materialized-view"}
Database = Callable[[], AbstractContextManager[tuple[str, int]]]
"""Makes a database for a while; gives its URL and how many views the system refused."""
Opened = tuple[str, Callable[[str], None], type[Exception]]
"""A database's URL, what runs a statement in it, and the error by which it refuses one."""
Open = Callable[[], AbstractContextManager[Opened]]


@dataclass(slots=True)
class Traced:
    """Columns of the views of one database.

    Those that lead to no column are `constant`, or `counting` the rows of a table, or `lost`, with why.
    """

    refused: int
    views: int = 0
    columns: int = 0
    constant: int = 0
    counting: int = 0
    lost: list[tuple[str, str]] = field(default_factory=list)

    @property
    def share(self) -> float:
        """The share that leads to a source or a constant."""
        return 1 - len(self.lost) / max(1, self.columns)


def scripted(files: Iterable[Path]) -> dict[str, Database]:
    """A PostgreSQL database for each script, by name."""
    return {f"PostgreSQL: {file.stem}": _script(file) for file in files}


def systems(name: str, ddl: list[str], queries: dict[str, str]) -> dict[str, Database]:
    """Queries of DuckDB over its tables of `ddl`, as views of four systems."""
    made: dict[str, Database] = {}
    for system, dialect, database in (
        ("DuckDB", "duckdb", _duckdb),
        ("PostgreSQL", "postgres", _postgres),
        ("MariaDB", "mysql", _mariadb),
        ("SQLite", "sqlite", _sqlite),
    ):
        views = {
            view: sqlglot.transpile(text, read="duckdb", write=dialect, unsupported_level=sqlglot.ErrorLevel.IGNORE)[0]
            for view, text in queries.items()
        }
        tables = [sqlglot.transpile(text, read="duckdb", write=dialect)[0] for text in ddl]
        made[f"{system}: {name}"] = _filled(database, tables, views)
    return made


def trace(database: Database) -> Traced:
    """Make the database, harvest it into a new data directory, and follow each column of each view."""
    with database() as (url, refused), tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder) / "data", semantic=False)
        with Workspace(settings) as workspace:
            workspace.sources.register("views", "sql", {"url": url})
            run = workspace.harvest("views")
            if run.state != "complete":
                raise Failed(f"the harvest of {url} ended as {run.state}: {run.error}")
            found = Traced(refused)
            columns = {
                asset.ref: [one.name for one in asset.record.fields]
                for iri in workspace.assets.all()
                if isinstance((asset := workspace.assets.get(iri)).record, Dataset)
            }
            schema = {_table(ref.name): names for ref, names in columns.items()}
            for iri in workspace.assets.all():
                asset = workspace.assets.get(iri)
                if isinstance(asset.record, Dataset) and asset.record.kind in _VIEWS:
                    _follow(asset, schema, found)
    return found


def _follow(asset: Asset, schema: dict[Table, list[str]], found: Traced) -> None:
    record = asset.record
    assert isinstance(record, Dataset)
    traced = {
        edge.downstream for lineage in asset.lineage if lineage.downstream == asset.ref for edge in lineage.columns
    }
    read = read_sql(record.definition or "", dialect=record.platform, schema=schema)
    constant = {output.name.lower() for statement in read.statements for output in statement.outputs if output.constant}
    counting = {edge.target.lower() for edge in read.edges if edge.source.name == "*" and edge.kind == "aggregation"}
    found.views += 1
    for one in record.fields:
        found.columns += 1
        if field_path("", one.name) in traced:
            continue
        if one.name.lower() in constant:
            found.constant += 1
        elif one.name.lower() in counting:
            found.counting += 1
        else:
            found.lost.append(
                (f"{asset.ref.name}.{one.name}", next((p.reason for p in read.problems), "no origin found"))
            )


def _table(name: str) -> Table:
    return Table(*reversed(name.split(".")[-3:]))


def _script(file: Path) -> Database:
    @contextmanager
    def database() -> Iterator[tuple[str, int]]:
        psql = shutil.which("psql")
        if psql is None:
            raise Failed("psql, which runs the scripts of databases, is missing: install PostgreSQL's client")
        with new_database() as url:
            # Scripts of others set owners and load extensions that may not be here; psql goes on.
            subprocess.run([psql, "--quiet", "--no-psqlrc", "--file", str(file), url], capture_output=True, check=False)
            with psycopg.connect(url) as connection:
                made = connection.execute(_COUNTED).fetchone()
            yield url, len(_CREATED.findall(file.read_text(encoding="utf-8"))) - (made[0] if made else 0)

    return database


def _filled(database: Open, tables: list[str], views: dict[str, str]) -> Database:
    @contextmanager
    def filled() -> Iterator[tuple[str, int]]:
        with database() as (url, execute, refusal):
            for text in tables:
                execute(text)
            refused = 0
            for name, text in views.items():
                try:
                    execute(f"CREATE VIEW {name} AS {text}")
                except refusal:
                    refused += 1
            yield url, refused

    return filled


@contextmanager
def _duckdb() -> Iterator[Opened]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "views.duckdb"

        def execute(text: str) -> None:
            with duckdb.connect(str(file)) as connection:  # closed again, as its one process holds the file
                connection.execute(text)

        yield f"duckdb:///{file}", execute, duckdb.Error


@contextmanager
def _sqlite() -> Iterator[Opened]:
    with tempfile.TemporaryDirectory() as folder, closing(sqlite3.connect(Path(folder) / "views.sqlite")) as connection:

        def execute(text: str) -> None:
            connection.execute(text)
            if text.startswith("CREATE VIEW"):  # SQLite looks at a view only when it is read
                name = text.split()[2]
                try:
                    connection.execute(f"SELECT * FROM {name} LIMIT 0")
                except sqlite3.Error:
                    connection.execute(f"DROP VIEW {name}")
                    raise

        yield f"sqlite:///{folder}/views.sqlite", execute, sqlite3.Error


@contextmanager
def _postgres() -> Iterator[Opened]:
    with new_database() as url, psycopg.connect(url, autocommit=True) as connection:

        def execute(text: str) -> None:
            connection.execute(text.encode())

        yield url, execute, psycopg.Error


@contextmanager
def _mariadb() -> Iterator[Opened]:
    server = make_url(os.environ.get("FABRIC_TEST_MARIADB", _MARIADB))
    name = f"fabric_bench_{uuid.uuid4().hex[:12]}"
    try:
        connection = pymysql.connect(
            host=server.host,
            port=server.port or 3306,
            user=server.username,
            password=server.password or "",
            autocommit=True,
        )
    except pymysql.Error as error:
        raise Failed(
            f"the MariaDB server does not answer: {error}\n  -> start one or set FABRIC_TEST_MARIADB"
        ) from error
    with closing(connection), connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        cursor.execute(f"USE {name}")
        try:

            def execute(text: str) -> None:
                cursor.execute(text)

            yield server.set(database=name).render_as_string(hide_password=False), execute, pymysql.Error
        finally:
            cursor.execute(f"DROP DATABASE {name}")
