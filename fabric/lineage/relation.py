"""Columns of a query or table, each with the base columns that it derives from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from fabric.lineage.statement import Clause, Column, Kind, Table

__all__ = ["UNKNOWN", "Origins", "OutputColumn", "Relation", "merge", "stronger"]

UNKNOWN = Column(Table("\0"), "")
"""Stands among origins for what could not be resolved, so that the column does not pass for a constant."""
Origins = dict[Column, tuple[Kind, str | None]]
"""By base column, how a value derives from it, and by which expression."""
_RANK: dict[Kind, int] = {"identity": 0, "transformation": 1, "aggregation": 2, "masking": 3}


def stronger(one: Kind, other: Kind) -> Kind:
    """How a value derives by two steps, one after the other."""
    return one if _RANK[one] >= _RANK[other] else other


def merge(into: Origins, more: Mapping[Column, tuple[Kind, str | None]]) -> None:
    """Take in more origins; of two ways from one column the weaker is kept, since by it more of the value shows."""
    for column, (kind, expression) in more.items():
        held = into.get(column)
        if held is None or _RANK[kind] < _RANK[held[0]]:
            into[column] = kind, expression


@dataclass(slots=True)
class OutputColumn:
    """A column with its origins; the name `*` stands for all columns of tables that are not known."""

    name: str
    origins: Origins = field(default_factory=dict)


class Relation:
    """Columns in order. `deciding` is what decides on the rows of a temporary table, which whoever reads it inherits."""

    __slots__ = ("_index", "columns", "deciding", "table")

    def __init__(self, columns: Sequence[OutputColumn], table: Table | None = None) -> None:
        self.columns, self.table = list(columns), table
        self.deciding: tuple[tuple[Column, Clause], ...] = ()
        self._index: dict[str, OutputColumn] | None = None

    @classmethod
    def of_table(cls, table: Table, columns: Iterable[str] | None) -> Relation:
        """A base table, with what is known of its columns."""
        names = ("*",) if columns is None else columns
        return cls([OutputColumn(name, {Column(table, name): ("identity", None)}) for name in names], table)

    @property
    def open(self) -> bool:
        """Whether it may have columns that are not known."""
        return any(column.name == "*" for column in self.columns)

    def named(self, name: str) -> Origins | None:
        """Origins of a column that is known by name."""
        if self._index is None:
            self._index = {}
            for column in self.columns:
                self._index.setdefault(column.name.lower(), column)
        found = self._index.get(name.lower())
        return None if found is None else found.origins

    def supposed(self, name: str) -> Origins | None:
        """Origins of a column that may be among those not known."""
        origins: Origins = {}
        for column in self.columns:
            if column.name == "*":
                for origin, how in column.origins.items():
                    origins[Column(origin.table, name) if origin.name == "*" else origin] = how
        return origins if self.open else None

    def find(self, name: str) -> Origins | None:
        """Origins of a column, known or supposed."""
        found = self.named(name)
        return self.supposed(name) if found is None else found

    def all(self) -> Origins:
        """Origins of all columns together."""
        origins: Origins = {}
        for column in self.columns:
            merge(origins, column.origins)
        return origins

    def renamed(self, names: Sequence[str]) -> Relation:
        """The same columns under new names, as far as there are any."""
        if self.open and len(self.columns) != len(names):
            return Relation([OutputColumn(name, self.all()) for name in names]) if names else self
        kept = [OutputColumn(name, column.origins) for name, column in zip(names, self.columns, strict=False)]
        return Relation([*kept, *self.columns[len(names) :]])

    def union(self, other: Relation, *, by_name: bool) -> Relation:
        """Rows of both, columns matched by position or by name."""
        if by_name or self.open or other.open:
            out = [OutputColumn(column.name, dict(column.origins)) for column in self.columns]
            mine = {column.name: column for column in out}
            for column in other.columns:
                if column.name in mine:
                    merge(mine[column.name].origins, column.origins)
                else:
                    out.append(OutputColumn(column.name, dict(column.origins)))
            return Relation(out)
        out = [OutputColumn(column.name, dict(column.origins)) for column in self.columns]
        for column, more in zip(out, other.columns, strict=False):
            merge(column.origins, more.origins)
        return Relation(out)
