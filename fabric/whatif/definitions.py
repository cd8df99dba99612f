"""What the definitions of views and models give and read, by the columns of what they read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from fabric.derivation import Columns, Places, is_readable, sql_text
from fabric.lineage import SqlLineage
from fabric.lineage.pool import LineagePool
from fabric.model import Dataset, Field, Ref

__all__ = ["Definitions", "documented", "fields_of", "outputs"]


class Definitions:
    """Reads definitions among datasets that are known."""

    def __init__(self, pool: LineagePool, known: Iterable[Ref]) -> None:
        self._pool, self._places = pool, Places(known)

    def read(self, record: Dataset, columns: Mapping[Ref, Columns]) -> SqlLineage | None:
        """The lineage of a dataset's definition, by these columns; None where it has none that can be read."""
        if not record.definition or not record.platform or not is_readable(record):
            return None
        text = sql_text(record.ref, record.definition, record.platform, self._places, lambda ref: columns.get(ref, ()))
        (found,) = self._pool.read_many([text])
        return found


def outputs(found: SqlLineage) -> Columns | None:
    """The columns that a definition gives, in order; None where that cannot be told."""
    if not found.statements or any(problem.severity == "error" for problem in found.problems):
        return None
    names = tuple(output.name for output in found.statements[-1].outputs)
    return names if names and "*" not in names else None


def fields_of(record: Dataset, before: Columns, after: Columns) -> tuple[Field, ...]:
    """The dataset's fields where its definition gave the columns `before` and gives `after`; case does not count.

    They stand in the order of `after`, behind them those that the definition never gave. One that stays is as it was, also where
    the dataset has a name of its own for it; others are known by name alone.
    """
    named = {field.name.lower(): field for field in record.fields}
    lower = [name.lower() for name in before]
    if len(lower) == len(record.fields) and set(lower) != set(named):
        named = dict(zip(lower, record.fields, strict=True))  # as in CREATE VIEW v (a, b) AS SELECT x, y
    given = [named.get(name.lower()) or Field(name=name, ordinal=0) for name in after]
    others = [field for name, field in named.items() if name not in lower and field not in given]
    return tuple(replace(field, ordinal=place) for place, field in enumerate((*given, *others), start=1))


def documented(fields: Iterable[Field], said: Iterable[Field]) -> tuple[Field, ...]:
    """The fields with what documentation says of those of the same name; case does not count."""
    known = {field.name.lower(): field for field in said}
    return tuple(_documented(field, known.get(field.name.lower())) for field in fields)


def _documented(field: Field, said: Field | None) -> Field:
    if said is None:
        return field
    return replace(
        field,
        datatype=said.datatype if said.native_type else field.datatype,
        native_type=said.native_type or field.native_type,
        required=field.required if said.required is None else said.required,
        description=said.description or field.description,
        tags=said.tags,
        personal_data=said.personal_data,
    )
