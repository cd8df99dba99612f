"""Lineage judged without a gold: change one input column, run the query again, and see which output columns change.

What is seen is true of the query whatever a parser thinks, but only in one direction: a change proves a dependency,
no change proves nothing. Therefore lineage must *contain* every change seen (else a miss, a failure), and what it holds
beyond that is counted by class (an extra).

**Changing.** Every table is shown to the query as a view of the true one, in which one column is replaced by another
expression: its values shifted, every second one NULL, all alike, or all NULL. A column whose name the text does not hold is
changed too where the text has a star (`*`, USING does not matter: it names its columns) and is left alone otherwise.

**Seeing.** Output columns are compared as multisets, each by itself; the rows as multisets too, since a change may only pair
values anew. ORDER BY decides nothing then, and LIMIT is taken off the outermost query, for ties below it are decided by chance.
Floating-point numbers are compared to nine digits, as sums depend on the order of rows; one thread runs the query.

**Values and influences.** A column used in a filter, a join or a grouping changes which rows there are, and with them any
output column; without more knowledge that cannot be told from a change of values. So three rules, from loose to strict:

1. any change: the source has an edge to some output, or an influence;
2. the source has no influence: each changed output must have an edge from it;
3. the source has influences, but by filters or order alone, in a query of single rows (no join, aggregate, window, set
   operation, DISTINCT, UNNEST, LIMIT nor subquery): rows that are left keep their values, so that among rows of the same key
   (an output that is unique and has not lost more than rows) no other output may change but by an edge.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Timer
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp

from fabric.lineage import SqlLineage, Table, read_sql

__all__ = ["Database", "Judged", "Source", "judge"]

Source = tuple[str, str]
Row = tuple[Any, ...]
_SHOWN = "shown"
_SECONDS = 5
_MANY = (exp.AggFunc, exp.Window, exp.SetOperation, exp.Distinct, exp.Join, exp.Unnest, exp.Limit, exp.Group, exp.Pivot)


@dataclass(frozen=True, slots=True)
class Judged:
    """One query: `misses` are changes that lineage lacks, `extras` what it holds and no change showed, by class.

    `failed` changed runs ended with an error or took longer than the limit, and showed nothing; `runs` are the others.
    """

    misses: tuple[str, ...]
    extras: Counter[str]
    edges: int
    changes: int
    runs: int
    failed: int = 0


class Database:
    """Tables of a DuckDB database, in its schema main, shown to queries through views in which a column can be changed."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        columns = connection.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns "
            "WHERE table_schema = 'main' ORDER BY table_name, ordinal_position"
        ).fetchall()
        self.types: dict[Source, str] = {(table, column): type_ for table, column, type_ in columns}
        self.failed = 0
        connection.execute(f"SET threads = 1; CREATE SCHEMA {_SHOWN}")
        for table in self.tables:
            self._show(table)
        connection.execute(f"USE {_SHOWN}")

    @property
    def tables(self) -> dict[str, list[str]]:
        """Columns of each table in order."""
        found: dict[str, list[str]] = {}
        for table, column in self.types:
            found.setdefault(table, []).append(column)
        return found

    def rows(self, sql: str) -> list[Row]:
        """What a query gives; a run beyond the time limit is interrupted, which is a duckdb.Error."""
        timer = Timer(_SECONDS, self._connection.interrupt)
        timer.start()
        try:
            return [tuple(map(_comparable, row)) for row in self._connection.execute(sql).fetchall()]
        finally:
            timer.cancel()

    def changed(self, sql: str, source: Source) -> Iterator[list[Row]]:
        """What the query gives with the column changed, in each of the ways in which that can be done."""
        table, column = source
        try:
            for expression in _changes(column, self.types[source]):
                self._show(table, f"REPLACE ({expression} AS {_quoted(column)})")
                try:
                    yield self.rows(sql)
                except duckdb.Error:
                    # A changed value may break a cast or a scalar subquery, or make a join too large to end.
                    self.failed += 1
        finally:
            self._show(table)

    def _show(self, table: str, replaced: str = "") -> None:
        name = _quoted(table)
        self._connection.execute(f"CREATE OR REPLACE VIEW {_SHOWN}.{name} AS SELECT * {replaced} FROM main.{name}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _changes(column: str, type_: str) -> list[str]:
    name = _quoted(column)
    if type_.endswith("[]"):
        shifted = f"list_transform({name}, x -> x + 1)"
    elif type_ in {"DATE", "TIMESTAMP"}:
        shifted = f"CAST({name} + INTERVAL 1 DAY AS {type_})"
    elif type_ == "BOOLEAN":
        shifted = f"NOT {name}"
    elif type_ == "VARCHAR":
        shifted = f"{name} || '~'"
    elif type_ == "TIME":
        shifted = f"{name} + INTERVAL 1 HOUR"
    else:
        shifted = f"TRY_CAST({name} + 1 AS {type_})"
    halved = f"CASE WHEN hash(CAST({name} AS VARCHAR)) % 2 = 0 THEN {name} END"
    return [shifted, halved, f"min({name}) OVER ()", f"CAST(NULL AS {type_})"]


def _comparable(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.9g}")
    return repr(value) if isinstance(value, list | dict) else value


def judge(database: Database, sql: str) -> Judged:
    """Run, change and compare.

    Raises: duckdb.Error, where the query itself does not run.
    """
    schema = {Table(name=table): columns for table, columns in database.tables.items()}
    found = read_sql(sql, dialect="duckdb", schema=schema)
    (tree,) = (part for part in sqlglot.parse(sql, read="duckdb") if part)
    asked = _unlimited(tree)
    before = database.rows(asked)
    held = _Held.of(found)
    misses = [f"problem: {one.reason}" for one in found.problems if one.severity == "error"]
    if before and len(held.outputs) != len(before[0]):
        misses.append(f"{len(held.outputs)} outputs, where the query has {len(before[0])} columns")
        return Judged(tuple(misses), Counter(), len(found.edges), 0, 0)
    single = not tree.find(*_MANY) and len(list(tree.find_all(exp.Select))) == 1
    seen: dict[Source, set[int]] = {}
    runs, failed = 0, database.failed
    for source in _sources(database, tree, sql):
        seen[source] = set()
        for after in database.changed(asked, source):
            runs += 1
            different = _different(before, after)
            if different is None:
                continue
            seen[source] |= different | {-1}
            misses += held.lacking(source, different)
            if single and held.filters_only(source):
                misses += held.lacking_values(source, before, after, different)
    extras = held.extras(seen, empty=not before)
    return Judged(
        tuple(dict.fromkeys(misses)),
        extras,
        len(found.edges),
        sum(map(len, seen.values())),
        runs,
        database.failed - failed,
    )


def _unlimited(tree: exp.Expr) -> str:
    plain = tree.copy()
    plain.set("limit", None)
    plain.set("offset", None)
    return plain.sql(dialect="duckdb")


def _sources(database: Database, tree: exp.Expr, sql: str) -> list[Source]:
    words = {word.casefold() for word in re.findall(r"\w+", sql)}
    star = any(not isinstance(one.parent, exp.Count) for one in tree.find_all(exp.Star))
    return [
        (table, column)
        for table, column in database.types
        if table.casefold() in words and (star or column.casefold() in words)
    ]


def _different(before: Sequence[Row], after: Sequence[Row]) -> set[int] | None:
    """Places of output columns that differ; None where the rows are the same."""
    if Counter(before) == Counter(after):
        return None
    width = len((before or after)[0])
    return {place for place in range(width) if _column(before, place) != _column(after, place)}


def _column(rows: Sequence[Row], place: int) -> Counter[Any]:
    return Counter(row[place] for row in rows)


@dataclass(frozen=True, slots=True)
class _Held:
    """What lineage holds of one query, by source: names of reached outputs, and clauses of influences."""

    outputs: tuple[str, ...]
    edges: Mapping[Source, frozenset[str]]
    influences: Mapping[Source, frozenset[str]]
    kinds: Mapping[tuple[Source, str], str]

    @classmethod
    def of(cls, found: SqlLineage) -> _Held:
        outputs = found.statements[-1].outputs if found.statements else ()
        edges: dict[Source, set[str]] = {}
        clauses: dict[Source, set[str]] = {}
        kinds: dict[tuple[Source, str], str] = {}
        for edge in found.edges:
            source = (edge.source.table.name.casefold(), edge.source.name.casefold())
            edges.setdefault(source, set()).add(edge.target)
            kinds[source, edge.target] = edge.kind
        for one in found.influences:
            source = (one.source.table.name.casefold(), one.source.name.casefold())
            clauses.setdefault(source, set()).add(one.clause)
        return cls(
            tuple(one.name for one in outputs),
            {source: frozenset(names) for source, names in edges.items()},
            {source: frozenset(names) for source, names in clauses.items()},
            kinds,
        )

    def filters_only(self, source: Source) -> bool:
        return self.influences.get(source, frozenset()) <= {"filter", "order"}

    def lacking(self, source: Source, different: set[int]) -> list[str]:
        """Rules 1 and 2."""
        if source in self.influences:
            return []
        reached = self.edges.get(source, frozenset())
        if not reached:
            return [f"{'.'.join(source)} changes the rows, and is neither a source nor an influence"]
        return [
            f"{'.'.join(source)} changes {self.outputs[place]}, which it has no edge to"
            for place in sorted(different)
            if self.outputs[place] not in reached
        ]

    def lacking_values(
        self, source: Source, before: Sequence[Row], after: Sequence[Row], different: set[int]
    ) -> list[str]:
        """Rule 3."""
        reached = self.edges.get(source, frozenset())
        free = [place for place, name in enumerate(self.outputs) if name not in reached]
        key = next((place for place in free if max(_column(before, place).values(), default=2) == 1), None)
        if key is None or len(_column(after, key)) != len(after):
            return []
        old = {row[key]: row for row in before}
        return [
            f"{'.'.join(source)} changes {self.outputs[place]} of a row that stays, and has no edge to it"
            for place in free
            if place in different and any(row[key] in old and old[row[key]][place] != row[place] for row in after)
        ]

    def extras(self, seen: Mapping[Source, set[int]], *, empty: bool) -> Counter[str]:
        """What no change showed, by class."""
        classes: Counter[str] = Counter()
        for source, names in self.edges.items():
            for name in names:
                places = {place for place, output in enumerate(self.outputs) if output == name}
                if not places & seen.get(source, set()):
                    classes[self._why(source, name, seen, empty)] += 1
        for source, clauses in self.influences.items():
            if not seen.get(source):
                classes["influence: " + ("the result is empty" if empty else "by " + min(clauses))] += 1
        return classes

    def _why(self, source: Source, name: str, seen: Mapping[Source, set[int]], empty: bool) -> str:
        if empty:
            return "edge: the result is empty"
        if source not in seen:
            return "edge: the source was not changed"
        if not seen[source]:
            return f"edge: the column changes nothing at all ({self.kinds[source, name]})"
        return f"edge: the value absorbs the change ({self.kinds[source, name]})"
