"""A proof of column lineage that needs no expected answers: change one input column, and see which output columns change.

A query runs on DuckDB over small tables. Then one column of one table is changed, its values moved to other rows, or made other
ones, and the query runs again. An output column has changed where the multiset of its values has. What has changed must be said
by the lineage: the input column is among the column's origins, or among what decides on rows. Such a change that is not said is a
miss. Columns that the query does not name, and cannot mean by a star, are left out.

The other way round, an origin whose change was never seen may still be right (no row passes the filter, a value is rounded away,
two changes cancel out): those are counted, and told apart by whether anything changed at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from fabric.lineage import SqlLineage, Table, read_sql

__all__ = ["Proof", "Trial", "prove", "schema_of"]

_CHANGES = {
    "moved": "coalesce(lead({c}, 3) OVER (ORDER BY rowid), first({c}) OVER (ORDER BY rowid), {c})",
    "BIGINT": "{c} + 1 + rowid % 5",
    "INTEGER": "{c} + 1 + (rowid % 5)::INTEGER",
    "DOUBLE": "{c} * 1.5 + 1",
    "DECIMAL": "{c} + 1",
    "VARCHAR": "{c} || chr(97 + (rowid % 5)::INTEGER)",
    "DATE": "{c} + 1 + (rowid % 5)::INTEGER",
    "BOOLEAN": "NOT {c}",
    "INTEGER[]": "list_transform({c}, lambda x: x + 1)",
}


@dataclass(frozen=True, slots=True)
class Trial:
    """One input column of one query. `changed` are the output columns that were seen to change."""

    query: str
    column: str
    changed: frozenset[str]
    said: frozenset[str]
    influence: bool

    @property
    def missed(self) -> frozenset[str]:
        """Changes that the lineage does not say."""
        return frozenset() if self.influence else self.changed - self.said


@dataclass(slots=True)
class Proof:
    """What came of many trials."""

    trials: list[Trial] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)
    queries: int = 0

    @property
    def misses(self) -> list[Trial]:
        """Trials with a change that the lineage does not say."""
        return [trial for trial in self.trials if trial.missed]

    def figures(self) -> dict[str, int]:
        """Counts of pairs of an input and an output column."""
        seen = sum(len(trial.changed) for trial in self.trials)
        extras = [(trial, name) for trial in self.trials for name in trial.said - trial.changed]
        return {
            "queries": self.queries,
            "input columns changed": len(self.trials),
            "changes seen": seen,
            "of them said as origin": sum(len(trial.changed & trial.said) for trial in self.trials),
            "of them said as influence": sum(
                len(trial.changed - trial.said) for trial in self.trials if trial.influence
            ),
            "misses": sum(len(trial.missed) for trial in self.trials),
            "origins without a change, while other outputs changed": sum(1 for trial, _ in extras if trial.changed),
            "origins without a change, where nothing changed": sum(1 for trial, _ in extras if not trial.changed),
            "changes that the query refused": sum(self.failed.values()),
        }


def schema_of(connection: duckdb.DuckDBPyConnection) -> dict[Table, list[str]]:
    """Columns of the tables of `main`, in order."""
    rows = connection.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'main' AND NOT internal "
        "ORDER BY table_name, column_index"
    ).fetchall()
    found: dict[Table, list[str]] = {}
    for table, column in rows:
        found.setdefault(Table(table, "main"), []).append(column)
    return found


def prove(
    connection: duckdb.DuckDBPyConnection, queries: Mapping[str, str], *, changes: int = 2, proof: Proof | None = None
) -> Proof:
    """Try each query by each column of the tables that it reads. The connection's `main` holds the tables."""
    proof = proof or Proof()
    schema = schema_of(connection)
    types: dict[tuple[str, str], str] = {
        (table, column): kind
        for table, column, kind in connection.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name = 'main' AND NOT internal"
        ).fetchall()
    }
    connection.execute("SET threads = 1")
    for name, query in queries.items():
        lineage = read_sql(query, dialect="duckdb", schema=schema)
        before = _columns(connection, query)
        proof.queries += 1
        for table in sorted(lineage.reads, key=str):
            for column in schema[Table(table.name, "main")]:
                if "*" not in query and column.lower() not in query.lower():
                    continue
                proof.trials.append(
                    _try(connection, name, query, lineage, table.name, column, types, before, changes, proof)
                )
    return proof


def _try(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    query: str,
    lineage: SqlLineage,
    table: str,
    column: str,
    types: Mapping[tuple[str, str], str],
    before: Mapping[str, Counter[object]],
    changes: int,
    proof: Proof,
) -> Trial:
    changed: set[str] = set()
    for change in _changes(types[(table, column)], changes):
        expression = change.format(c=f'"{column}"')
        connection.execute("CREATE SCHEMA IF NOT EXISTS changed")
        connection.execute(
            f'CREATE OR REPLACE TABLE changed."{table}" AS SELECT * REPLACE ({expression} AS "{column}") FROM main."{table}"'
        )
        connection.execute("SET search_path = 'changed,main'")
        try:
            after = _columns(connection, query)
            changed |= {output for output, values in before.items() if after.get(output) != values}
        except duckdb.Error as error:
            proof.failed[type(error).__name__] += 1
        finally:
            connection.execute("SET search_path = 'main'")
            connection.execute(f'DROP TABLE changed."{table}"')
    mine = [edge for edge in lineage.edges if edge.source.table.name == table and edge.source.name in {column, "*"}]
    deciding = any(i.source.table.name == table and i.source.name in {column, "*"} for i in lineage.influences)
    outputs = [output.name for output in lineage.statements[-1].outputs]
    said = {_named(edge.target, outputs, list(before)) for edge in mine}
    return Trial(name, f"{table}.{column}", frozenset(changed), frozenset(said), deciding)


def _changes(kind: str, count: int) -> Iterator[str]:
    yield _CHANGES["moved"]
    if count > 1:
        other = _CHANGES.get(kind.partition("(")[0])
        if other is not None:
            yield other


def _named(name: str, outputs: Sequence[str], real: Sequence[str]) -> str:
    """The output column under the name that DuckDB gives it, which for an expression is another: by its place."""
    return real[outputs.index(name)] if name in outputs and len(outputs) == len(real) else name


def _columns(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, Counter[object]]:
    """By output column, the multiset of its values; columns of one name get a number."""
    cursor = connection.execute(query)
    names = _numbered([entry[0] for entry in cursor.description or ()])
    rows = cursor.fetchall()
    return {name: Counter(repr(row[place]) for row in rows) for place, name in enumerate(names)}


def _numbered(names: Iterable[str]) -> list[str]:
    seen: Counter[str] = Counter()
    out = []
    for name in names:
        seen[name] += 1
        out.append(name if seen[name] == 1 else f"{name}\0{seen[name]}")
    return out
