"""What is read out of SQL, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Column", "ColumnEdge", "Influence", "Kind", "Output", "Problem", "SqlLineage", "Statement", "Table"]

Kind = Literal["identity", "transformation", "aggregation", "masking"]
Clause = Literal["filter", "join", "group", "having", "order", "window"]


@dataclass(frozen=True, slots=True, order=True)
class Table:
    """A table, view, file or URL by its name, in the case that the dialect's rule gives it."""

    name: str
    schema: str | None = None
    catalog: str | None = None

    def __str__(self) -> str:
        return ".".join(part for part in (self.catalog, self.schema, self.name) if part)


@dataclass(frozen=True, slots=True, order=True)
class Column:
    """A column of a table; `*` stands for all columns of a table whose columns are not known, and for its rows in `count(*)`."""

    table: Table
    name: str


@dataclass(frozen=True, slots=True)
class ColumnEdge:
    """The output column `target` holds what comes of `source`.

    `target_table` is None for the result of a bare query; `expression` is None where the value is copied.
    """

    target: str
    target_table: Table | None
    source: Column
    kind: Kind
    expression: str | None = None


@dataclass(frozen=True, slots=True)
class Influence:
    """`source` decides which rows there are, without flowing into a column."""

    target_table: Table | None
    source: Column
    clause: Clause


@dataclass(frozen=True, slots=True)
class Output:
    """An output column of a statement, in order; `constant` where it derives from no column.

    One that is not constant and has no edge could not be traced.
    """

    name: str
    table: Table | None
    constant: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """What could not be read, or only with a guess. Lines and columns count from 1; `statement` is cut at 200 characters.

    `missing` where the text names a column that none of its sources has.
    """

    reason: str
    line: int
    column: int
    statement: str = ""
    severity: Literal["error", "warning"] = "error"
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. `guessed` where it could not be parsed and its tables were read off its words."""

    kind: str
    reads: frozenset[Table] = frozenset()
    writes: frozenset[Table] = frozenset()
    edges: tuple[ColumnEdge, ...] = ()
    influences: tuple[Influence, ...] = ()
    outputs: tuple[Output, ...] = ()
    line: int = 1
    text: str = ""
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class SqlLineage:
    """A whole script. `reads`, `writes`, `edges` and `influences` are end to end.

    Temporary tables, and those that the script itself makes and drops, are seen through; renamed tables have their last name.
    """

    statements: tuple[Statement, ...]
    reads: frozenset[Table]
    writes: frozenset[Table]
    edges: tuple[ColumnEdge, ...]
    influences: tuple[Influence, ...]
    problems: tuple[Problem, ...]

    @property
    def complete(self) -> bool:
        """Whether every statement was parsed."""
        return all(problem.severity != "error" for problem in self.problems)
