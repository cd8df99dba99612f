"""Cases of expected lineage in sqllineage's conventions, and what is found brought to these conventions.

They differ from ours in form, and the adapter is the only place that knows it:

- a name without schema is `<default>.name` in some cases, bare in others; both are compared without the prefix;
- names are compared without regard to case, since the expected ones follow no dialect's rule;
- an unaliased output is named by the text of its expression, compared without quotes and white space;
- `select *` over an unknown table gives an edge from `*` to `*`, and `count(*)` one from `*` to the output;
- a column that may belong to several tables has an expected source without a table: any table's column fits it;
- a column that the script writes and later reads is passed through, even where it stays; ours keeps it and both its edges;
- a bare SELECT has no target, so that column cases write a table.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fabric.lineage import SqlLineage, Table, read_sql

__all__ = ["Case", "Scored", "cases", "edges_of", "normal", "read", "score", "tables_of"]

_DIALECTS = {
    "ansi": None,
    "sparksql": "spark",
    "greenplum": "postgres",
    "vertica": "postgres",
    "db2": None,
    "flink": None,
}
Edge = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Case:
    """One text with its `dialect` (sqlglot's name) and known tables; `expected` holds tables or edges by `kind`."""

    id: str
    kind: str
    sql: str
    dialect: str | None
    schema: dict[str, list[str]]
    expected: frozenset[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Scored:
    """A case beside what was found: `missed` is expected only, `extra` found only."""

    case: Case
    missed: frozenset[tuple[str, ...]]
    extra: frozenset[tuple[str, ...]]

    @property
    def exact(self) -> bool:
        """Whether nothing was missed and nothing more was found."""
        return not self.missed and not self.extra


def cases(path: Path) -> list[Case]:
    """The cases of a JSON Lines file; a case of several dialects is read in the first."""
    return [_case(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _case(line: dict[str, Any]) -> Case:
    known: dict[str, list[str]] = {}
    expected: set[tuple[str, ...]]
    if line["kind"] == "table":
        expected = {("reads", normal(name)) for name in line["source_tables"]}
        expected |= {("writes", normal(name)) for name in line["target_tables"]}
    else:
        expected = {(*_column(source), *_column(target)) for source, target in line["column_lineages"]}
        known = line["metadata"] or {}
    name = line["dialects"][0]
    return Case(line["id"], line["kind"], line["sql"], _DIALECTS.get(name, name), known, frozenset(expected))


def _column(pair: list[str | None]) -> tuple[str, str]:
    return normal(pair[0] or ""), normal(pair[1] or "")


def normal(name: str) -> str:
    """A name in the form in which names are compared."""
    return re.sub(r"[\s\"`\[\]]", "", name).casefold().removeprefix("<default>.")


def read(case: Case) -> SqlLineage:
    """Our lineage of a case."""
    return read_sql(case.sql, dialect=case.dialect, schema=_schema(case.schema))


def _schema(known: dict[str, list[str]]) -> dict[Table, list[str]]:
    return {_table(name): columns for name, columns in known.items()}


def _table(name: str) -> Table:
    catalog, schema, bare = [None, None, *name.split(".")][-3:]
    assert bare is not None
    return Table(name=bare, schema=schema, catalog=catalog)


def tables_of(found: SqlLineage) -> frozenset[tuple[str, ...]]:
    """The tables read and written, as expected ones are written."""
    reads = {("reads", normal(str(table))) for table in found.reads}
    return frozenset(reads | {("writes", normal(str(table))) for table in found.writes})


def edges_of(found: SqlLineage) -> frozenset[tuple[str, ...]]:
    """The edges of values, as expected ones are written."""
    edges = {
        (normal(str(edge.source.table)), normal(edge.source.name), normal(str(edge.target_table)), normal(edge.target))
        for edge in found.edges
        if edge.target_table is not None
    }
    return frozenset(_passed_through(edges))


def _passed_through(edges: set[Edge]) -> set[Edge]:
    """Edges joined end to end where a column is written and read; one that a table gives to itself stays."""
    between = {edge[:2] for edge in edges} & {edge[2:] for edge in edges}
    between -= {edge[:2] for edge in edges if edge[0] == edge[2]}
    for column in sorted(between):
        into, out = {e for e in edges if e[2:] == column}, {e for e in edges if e[:2] == column}
        edges = (edges - into - out) | {(*one[:2], *two[2:]) for one in into for two in out}
    return edges


def score(case: Case, found: Iterable[tuple[str, ...]]) -> Scored:
    """Compare; an expected source without a table is met by any table's column of that name."""
    left, extra = set(case.expected), set(found)
    for want in sorted(left):
        fits = {one for one in extra if one == want or (len(want) == 4 and not want[0] and one[1:] == want[1:])}
        if fits:
            left.discard(want)
            extra -= fits
    return Scored(case, frozenset(left), frozenset(extra))
