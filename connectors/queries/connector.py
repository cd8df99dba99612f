"""The queries connector: its options, its check, and the records that it makes of SQL."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Self

from pydantic import Field, SecretStr, model_validator

from connectors.queries.texts import Text, files, logged, observed
from fabric.connector import Config, Connector
from fabric.derivation import column_lineage
from fabric.lineage import Column, SqlLineage, Table
from fabric.lineage.literals import without_literals
from fabric.lineage.names import find_dialect
from fabric.lineage.pool import LineagePool, SqlText
from fabric.model import ColumnLineage, Job, Lineage, Problem, Query, Record, Ref, dataset
from fabric.rdf.forms import field_path

__all__ = ["QueriesConfig", "QueriesConnector"]

_BATCH = 200


class QueriesConfig(Config):
    """Options of the queries connector."""

    namespace: str = Field(
        min_length=1, description="Namespace of the datasets that the SQL names, such as postgres://warehouse:5432."
    )
    dialect: str = Field(default="postgres", min_length=1, description="SQL dialect of the texts.")
    path: str | None = Field(default=None, description="A folder of .sql files, one such file, or a log of JSON lines.")
    field: str = Field(default="query", min_length=1, description="Field of a log's lines that holds the query.")
    url: SecretStr | None = Field(default=None, description="PostgreSQL database whose pg_stat_statements to read.")
    database: str | None = Field(default=None, description="Database of tables that are named without one.")
    default_schema: str | None = Field(default=None, description="Schema of tables that are named without one.")

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.path is None) == (self.url is None):
            raise ValueError("give either 'path' or 'url'")
        return self


class QueriesConnector(Connector[QueriesConfig]):
    """Reads SQL where it is kept or was run. A file becomes a job, an observed query a query without its constants."""

    name: ClassVar[str] = "queries"
    title: ClassVar[str] = "SQL files and queries"
    Config: ClassVar[type[Config]] = QueriesConfig

    def check(self) -> str:
        """Read the texts; say how many there are."""
        find_dialect(self.config.dialect)
        found = list(self._texts())
        count = sum(isinstance(one, Text) for one in found)
        return f"{count} SQL texts in {self._place()}"

    def harvest(self) -> Iterator[Record | Problem]:
        """Yield jobs and queries as they are read, and the edges between datasets at the end."""
        find_dialect(self.config.dialect)
        edges = _Edges(self.config)
        seen: set[str] = set()
        with LineagePool() as pool:
            for texts in _batches(self._texts()):
                problems = [one for one in texts if isinstance(one, Problem)]
                read = [one for one in texts if isinstance(one, Text)]
                yield from problems
                wanted = [self._wanted(one) for one in read]
                for text, found in zip(read, pool.read_many(wanted), strict=True):
                    record = self._job(text, found) if text.name else self._query(text, found, seen)
                    if record is not None:
                        yield record
                    yield from _problems(text, found)
                    edges.add(found, record.ref if isinstance(record, Job) else None)
        yield from edges.records()

    def _texts(self) -> Iterator[Text | Problem]:
        if self.config.url is not None:
            return observed(self.config.url.get_secret_value())
        path = Path(self.config.path or "")
        return logged(path, self.config.field) if path.suffix in {".json", ".jsonl", ".ndjson", ".log"} else files(path)

    def _place(self) -> str:
        return "pg_stat_statements" if self.config.url is not None else str(self.config.path)

    def _wanted(self, text: Text) -> SqlText:
        return SqlText(
            text.sql, self.config.dialect, catalog=self.config.database, default_schema=self.config.default_schema
        )

    def _job(self, text: Text, found: SqlLineage) -> Job:
        assert text.name is not None
        return Job(
            namespace=self.config.namespace,
            name=f"sql/{text.name}",
            title=text.name,
            definition=text.sql.strip() or None,
            reads=_refs(found.reads, self.config),
            writes=_refs(found.writes, self.config),
        )

    def _query(self, text: Text, found: SqlLineage, seen: set[str]) -> Query | None:
        plain = without_literals(text.sql, self.config.dialect)
        name = hashlib.blake2b(plain.encode(errors="replace"), digest_size=12).hexdigest()
        if name in seen or not (found.reads or found.writes):
            return None
        seen.add(name)
        return Query(
            namespace=self.config.namespace,
            name=name,
            title=" ".join(plain.split())[:80],
            text=plain,
            reads=_refs(found.reads, self.config),
        )


class _Edges:
    """Edges between datasets, over all texts: one record a pair."""

    def __init__(self, config: QueriesConfig) -> None:
        self._config = config
        self._columns: dict[tuple[Ref, Ref], dict[tuple[str, str], ColumnLineage]] = defaultdict(dict)
        self._influences: dict[tuple[Ref, Ref], set[str]] = defaultdict(set)
        self._jobs: dict[tuple[Ref, Ref], set[Ref | None]] = defaultdict(set)

    def add(self, found: SqlLineage, job: Ref | None) -> None:
        """Take in one text's lineage."""
        for statement in found.statements:
            for target in statement.writes & found.writes:
                for source in statement.reads & found.reads:
                    self._pair(target, source, job)
        for edge in found.edges:
            pair = self._pair(edge.target_table, edge.source.table, job) if edge.target_table else None
            if pair is None or "*" in {edge.target, edge.source.name}:
                continue
            ends = field_path("", edge.target), field_path("", edge.source.name)
            # An observed expression may hold constants, which are values of rows.
            expression = edge.expression if job is not None else None
            self._columns[pair].setdefault(ends, column_lineage(*ends, edge.kind, expression))
        for item in found.influences:
            self._influence(item.target_table, item.source, job)

    def _influence(self, target: Table | None, source: Column, job: Ref | None) -> None:
        pair = self._pair(target, source.table, job) if target is not None else None
        if pair is not None and source.name != "*":
            self._influences[pair].add(field_path("", source.name))

    def _pair(self, target: Table | None, source: Table, job: Ref | None) -> tuple[Ref, Ref] | None:
        if target is None or target == source:
            return None
        pair = _ref(target, self._config), _ref(source, self._config)
        if pair[0] == pair[1]:
            return None
        self._jobs[pair].add(job)
        return pair

    def records(self) -> Iterator[Lineage]:
        """The edges; the job is named where it is the only one."""
        for pair, jobs in self._jobs.items():
            yield Lineage(
                downstream=pair[0],
                upstream=pair[1],
                columns=frozenset(self._columns[pair].values()),
                influences=frozenset(self._influences[pair]),
                job=next(iter(jobs)) if len(jobs) == 1 else None,
            )


def _ref(table: Table, config: QueriesConfig) -> Ref:
    if "/" in table.name or "://" in table.name:
        return dataset("file", table.name) if "://" not in table.name else _stored(table.name)
    parts = [part for part in (table.catalog, table.schema, table.name) if part]
    return dataset(config.namespace, ".".join(f'"{part}"' if "." in part else part for part in parts))


def _stored(url: str) -> Ref:
    scheme, _, rest = url.partition("://")
    authority, _, path = rest.partition("/")
    return dataset(f"{scheme}://{authority}", path or "-")


def _refs(tables: frozenset[Table], config: QueriesConfig) -> frozenset[Ref]:
    return frozenset(_ref(table, config) for table in tables)


def _problems(text: Text, found: SqlLineage) -> Iterator[Problem]:
    """What could not be parsed of a file; of an observed query, which is nobody's to correct, nothing."""
    for problem in found.problems if text.name else ():
        if problem.severity == "error":
            yield Problem(subject=f"{text.name}, line {problem.line}", reason=problem.reason)


def _batches(items: Iterator[Text | Problem]) -> Iterator[list[Text | Problem]]:
    here: list[Text | Problem] = []
    for item in items:
        here.append(item)
        if len(here) == _BATCH:
            yield here
            here = []
    if here:
        yield here
