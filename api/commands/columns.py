"""Naming a column on the command line."""

from __future__ import annotations

from typing import Annotated

import typer

from api.client import Client
from fabric.errors import UnknownAsset

__all__ = ["ColumnName", "column_of"]

_COLUMNS = "query($i:ID!) { asset(iri:$i) { title ... on Dataset { fields { iri name path } } } }"
ColumnName = Annotated[str, typer.Argument(metavar="COLUMN", help="Its column, as `fabric show` writes it.")]


def column_of(fabric: Client, dataset: str, column: str) -> str:
    """The IRI of a dataset's column, by name or, where it is nested, by path; any case where only one fits.

    Raises: UnknownAsset.
    """
    found = fabric.ask(_COLUMNS, i=dataset)["asset"]
    if found is None:
        raise UnknownAsset(f"nothing is known of <{dataset}>", remedy="find it: fabric search WORDS")
    fields = found.get("fields") or []
    fitting = [one for one in fields if column in {one["name"], one["path"]}]
    fitting = fitting or [one for one in fields if one["path"].lower() == column.lower()]
    if len(fitting) == 1:
        return str(fitting[0]["iri"])
    known = ", ".join(one["path"] for one in fields[:30]) + (", ..." if len(fields) > 30 else "")
    raise UnknownAsset(
        f"{found['title']} has no column {column!r}",
        remedy=f"its columns are {known}" if known else "it has no columns",
    )
