"""Column lineage of views and models, out of the SQL that defines them, while they are harvested.

A connector yields datasets with their definitions and, where the system knows it, which dataset derives from which. When it has
yielded all, the definitions are read, by the dialect of the dataset's platform and with the columns of the datasets seen, and what
they say of columns is joined to what the connector said of tables. A definition that cannot be read takes nothing away.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from fabric.lineage import Column, SqlLineage, Table
from fabric.lineage.pool import LineagePool, SqlText
from fabric.lineage.statement import Kind
from fabric.model import ColumnLineage, Dataset, Lineage, Ref
from fabric.rdf.forms import field_path

__all__ = ["Columns", "Derivations", "Places", "column_lineage", "is_readable", "split_name", "sql_text"]

Columns = tuple[str, ...]
_PART = re.compile(r'"((?:[^"]|"")*)"|([^.]+)')
_GLOB = re.compile(r"[*?\[{]")
_BODY = {"view", "materialized-view", "table", "dataset"}
_DIALECTS = frozenset(
    """athena bigquery clickhouse databricks db2 doris dremio duckdb exasol fabric greenplum hive mariadb materialize mssql mysql
    oracle postgres postgresql presto redshift risingwave singlestore snowflake spark sqlite sqlserver starrocks synapse teradata
    trino vertica""".split()  # noqa: SIM905
)
"""Platforms whose definitions are SQL that can be read."""
_OTHER_NAMES = {"sqlserver": "tsql", "mssql": "tsql", "synapse": "tsql"}


def split_name(name: str) -> tuple[str, ...]:
    """The parts of a dataset's dotted name, a part in double quotes without them."""
    return tuple(quoted.replace('""', '"') if quoted else bare for quoted, bare in _PART.findall(name))


@dataclass(frozen=True, slots=True)
class _Defined:
    ref: Ref
    text: str
    platform: str


class Derivations:
    """Collects what one harvest yields, and derives the lineage at its end.

    `stored` gives the columns of a dataset that an earlier harvest stored, or None.
    """

    def __init__(self, pool: LineagePool, stored: Callable[[Ref], Columns | None]) -> None:
        self._pool, self._stored = pool, stored
        self._columns: dict[Ref, Columns | None] = {}
        self._defined: list[_Defined] = []
        self._said: dict[tuple[Ref, Ref], Lineage] = {}
        self.warnings: list[str] = []

    def mention(self, ref: Ref) -> None:
        """Note a dataset that has not changed since an earlier harvest."""
        self._columns.setdefault(ref, None)

    def take(self, record: Dataset) -> None:
        """Note a dataset's columns, and its definition where it has one."""
        self._columns[record.ref] = tuple(field.name for field in record.fields)
        if record.definition and record.platform and is_readable(record):
            self._defined.append(_Defined(record.ref, record.definition, record.platform))

    def hold(self, record: Lineage) -> bool:
        """Keep an edge that the connector yields until the end; False where the two datasets have one already."""
        key = record.downstream, record.upstream
        if key in self._said:
            return False
        self._said[key] = record
        return True

    def finish(self) -> Iterator[Lineage]:
        """The edges held, with what the definitions say, and those that only the definitions say."""
        for lineage in self._said.values():
            self.mention(lineage.upstream)
        places = Places(self._columns)
        texts = [sql_text(one.ref, one.text, one.platform, places, self._columns_of) for one in self._defined]
        for one, found in zip(self._defined, self._pool.read_many(texts), strict=True):
            for problem in found.problems:
                if problem.severity == "error":
                    self.warnings.append(f"{one.ref.name}: line {problem.line}: {problem.reason}")
            for lineage in _edges(one, found, places, self._columns_of):
                key = lineage.downstream, lineage.upstream
                held = self._said.get(key)
                if held is None:
                    self._said[key] = lineage
                elif not held.columns:
                    self._said[key] = replace(
                        held, columns=lineage.columns, influences=held.influences | lineage.influences
                    )
        yield from self._said.values()

    def _columns_of(self, ref: Ref) -> Columns:
        """Columns of a dataset as far as they are known; those of one that has not changed are read from what is stored."""
        found = self._columns.get(ref)
        if found is None:
            found = self._columns[ref] = self._stored(ref) or ()
        return found


def is_readable(record: Dataset) -> bool:
    """Whether a dataset has a definition that is SQL of a platform whose dialect is known."""
    return bool(record.definition) and record.platform in _DIALECTS and record.kind in _BODY


def sql_text(ref: Ref, definition: str, platform: str, places: Places, columns: Callable[[Ref], Columns]) -> SqlText:
    """The definition of a dataset as the pool reads it, with the columns of the datasets that its words name."""
    parts = split_name(ref.name)
    schema = {}
    for name in places.named_in(definition, ref.namespace):
        if known := columns(name):
            schema[_table(name)] = known
    catalog, own = ([None, None, *parts[:-1]])[-2:]
    return SqlText(definition, _OTHER_NAMES.get(platform, platform), schema, catalog, own)


class Places:
    """Finds the dataset that a table's name in SQL means."""

    def __init__(self, refs: Iterable[Ref]) -> None:
        self._by_name: dict[tuple[str, str], list[Ref]] = defaultdict(list)
        self._by_path: dict[str, Ref] = {}
        for ref in refs:
            parts = split_name(ref.name)
            if parts:
                self._by_name[(ref.namespace, parts[-1].lower())].append(ref)
            self._by_path[ref.name if ref.namespace == "file" else f"{ref.namespace}/{ref.name}"] = ref

    def named_in(self, text: str, namespace: str) -> Iterator[Ref]:
        """Datasets of the namespace whose names are among the text's words."""
        for word in {match.lower() for match in re.findall(r"[\w$#]+", text)}:
            yield from self._by_name.get((namespace, word), ())

    def find(self, table: Table, near: Ref) -> Ref | None:
        """The dataset that a table in the definition of `near` is; None where none or several fit."""
        fitting = [
            ref
            for ref in self._by_name.get((near.namespace, table.name.lower()), ())
            if _fits(table, split_name(ref.name))
        ]
        if len(fitting) == 1:
            return fitting[0]
        if not fitting and ("/" in table.name or "://" in table.name):
            path = table.name
            fixed = _GLOB.split(path, maxsplit=1)[0]
            return self._by_path.get(path) or self._by_path.get(fixed.rpartition("/")[0] if fixed != path else fixed)
        exact = [ref for ref in fitting if split_name(ref.name)[-1] == table.name]
        return exact[0] if len(exact) == 1 else None


def _fits(table: Table, parts: tuple[str, ...]) -> bool:
    given = [part for part in (table.catalog, table.schema) if part]
    known = parts[:-1][-len(given) :] if given else ()
    return all(a.lower() == b.lower() for a, b in zip(reversed(given), reversed(known), strict=False))


def _table(ref: Ref) -> Table:
    return Table(*reversed(split_name(ref.name)[-3:]))


def _edges(one: _Defined, found: SqlLineage, places: Places, columns: Callable[[Ref], Columns]) -> Iterator[Lineage]:
    """The column edges of a definition, by the dataset they come from."""
    flows: dict[Ref, dict[tuple[str, str], ColumnLineage]] = defaultdict(dict)
    influences: dict[Ref, set[str]] = defaultdict(set)
    known: dict[Table, Ref | None] = {}

    def origin(column: Column) -> Ref | None:
        if column.table not in known:
            known[column.table] = places.find(column.table, one.ref)
        ref = known[column.table]
        return None if ref == one.ref else ref

    mine = columns(one.ref)
    outputs = [output.name for output in found.statements[-1].outputs] if found.statements else []
    renamed = dict(zip(outputs, mine, strict=True)) if len(outputs) == len(mine) and "*" not in outputs else {}
    for edge in found.edges:
        ref = origin(edge.source)
        if ref is None or edge.source.name == "*" or edge.target == "*":
            continue
        target = renamed.get(edge.target) or _actual(edge.target, mine)
        source = _actual(edge.source.name, columns(ref))
        ends = field_path("", target), field_path("", source)
        flows[ref].setdefault(ends, column_lineage(*ends, edge.kind, edge.expression))
    for item in found.influences:
        ref = origin(item.source)
        if ref is not None and item.source.name != "*":
            influences[ref].add(field_path("", _actual(item.source.name, columns(ref))))
    reads = {table: places.find(table, one.ref) for table in found.reads}
    for ref in dict.fromkeys([*flows, *influences, *(r for r in reads.values() if r is not None and r != one.ref)]):
        yield Lineage(
            downstream=one.ref,
            upstream=ref,
            columns=frozenset(flows[ref].values()),
            influences=frozenset(influences[ref]),
        )


def column_lineage(downstream: str, upstream: str, kind: Kind, expression: str | None) -> ColumnLineage:
    """The edge between two field paths, for one of a SQL text that is of such a kind."""
    transformation = {"identity": None, "aggregation": "aggregation"}.get(kind, "computation")
    return ColumnLineage(
        downstream=downstream,
        upstream=upstream,
        expression=expression,
        transformation=transformation,
        masking=True if kind == "masking" else None,
    )


def _actual(name: str, names: Columns) -> str:
    """The column as its dataset spells it."""
    if name in names:
        return name
    lower = name.lower()
    return next((one for one in names if one.lower() == lower), name)
