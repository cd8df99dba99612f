"""SQL texts with expected lineage in the conventions of the sqllineage project, and the way from our lineage to those conventions.

There, a script's lineage runs from its first sources to its last targets: what it both writes and reads is left out, though not in
the body of a procedure. Names are compared without case, quotes and the name of a file format (``parquet.`path```).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fabric.lineage import SqlLineage, Table

__all__ = ["Case", "Found", "Score", "cases", "in_conventions"]

Edge = tuple[tuple[str, str], tuple[str, str]]
_DIALECTS = {"ansi": None}
_PLAIN = re.compile(r'["`\[\]\s]')
_FORMAT = re.compile(r"^(parquet|csv|json|orc|delta|avro|text)\.(?=.*/)")


@dataclass(frozen=True, slots=True)
class Found:
    """Lineage in the conventions: tables read and written, or column edges."""

    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    edges: frozenset[Edge] = frozenset()


@dataclass(frozen=True, slots=True)
class Case:
    """One text with what is expected of it."""

    name: str
    sql: str
    dialect: str | None
    columns: bool
    schema: dict[str, list[str]]
    expected: Found

    @property
    def tables(self) -> dict[Table, list[str]]:
        """The schema as `read_sql` takes it."""
        return {Table(*reversed(name.split("."))): columns for name, columns in self.schema.items()}


@dataclass(slots=True)
class Score:
    """How many cases were exact, and edges over all cases."""

    exact: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})
    of: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})
    right: int = 0
    told: int = 0
    expected: int = 0
    wrong: list[tuple[Case, Found]] = field(default_factory=list)

    def add(self, case: Case, found: Found) -> None:
        """Count one case."""
        self.of[case.columns] += 1
        mine = found.edges if case.columns else (found.reads, found.writes)
        gold = case.expected.edges if case.columns else (case.expected.reads, case.expected.writes)
        if case.columns:
            self.right += len(found.edges & case.expected.edges)
            self.told += len(found.edges)
            self.expected += len(case.expected.edges)
        if mine == gold:
            self.exact[case.columns] += 1
        else:
            self.wrong.append((case, found))


def cases(file: Path) -> list[Case]:
    """The cases of a file of JSON lines."""
    return [_case(json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]


def _case(row: dict[str, Any]) -> Case:
    edges = frozenset(((plain(a), plain(b)), (plain(c), plain(d))) for (a, b), (c, d) in row.get("column_lineages", ()))
    reads, writes = (frozenset(map(plain, row.get(key, ()))) for key in ("source_tables", "target_tables"))
    dialect = row["dialects"][0]
    schema = row["metadata"] if row.get("has_metadata") else {}
    return Case(
        row["id"],
        row["sql"],
        _DIALECTS.get(dialect, dialect),
        row["kind"] == "column",
        schema,
        Found(reads, writes, edges),
    )


def plain(name: object) -> str:
    """A name as it is compared."""
    return _FORMAT.sub("", _PLAIN.sub("", str(name)).lower().replace("<default>.", ""))


def in_conventions(found: SqlLineage, sql: str) -> Found:
    """Our lineage of a script, by the conventions."""
    edges = [
        ((plain(edge.source.table), plain(edge.source.name)), (plain(edge.target_table), plain(edge.target)))
        for edge in found.edges
        if edge.target_table is not None
    ]
    reads, writes = frozenset(map(plain, found.reads)), frozenset(map(plain, found.writes))
    if "procedure" in sql.lower():
        return Found(reads, writes, frozenset(edges))
    own = {plain(table) for statement in found.statements for table in statement.reads & statement.writes}
    between = (reads & writes) - own
    return Found(reads - between, writes - between, frozenset(_ends(edges, own)))


def _ends(edges: Iterable[Edge], own: set[str]) -> Iterable[Edge]:
    """Edges from columns that nothing flows into to columns that nothing flows out of."""
    into: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for source, target in edges:
        into.setdefault(target, set()).add(source)
    sources = {source for source, _ in edges}

    def first(column: tuple[str, str], seen: frozenset[tuple[str, str]]) -> set[tuple[str, str]]:
        if column not in into or column in seen or column[0] in own:
            return {column}
        return {start for source in into[column] for start in first(source, seen | {column})}

    for target, origins in into.items():
        if target not in sources or target[0] in own:
            for source in origins:
                for start in first(source, frozenset({target})):
                    yield start, target
