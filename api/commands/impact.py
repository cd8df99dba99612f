"""`fabric impact`: what a change to a column or table would break, and whom to tell."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from api.commands.columns import ColumnName, column_of
from api.commands.find import Asset, resolve
from api.commands.output import AsJson, DataDir, client, console, filled, print_json, show_table

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="See what a change would break, and whom to tell.")
_PART = "asset { iri kind title } datasetKind distance fields reason owners { iri title } contracts { iri title } via"
_IMPACT = f"""query($c:ProposedChange!) {{
  impact(change:$c) {{ change owners {{ iri title }} broken {{ {_PART} }} affected {{ {_PART} }} }}
}}"""
Table = Annotated[str, typer.Argument(metavar="ASSET", help="A table's IRI, or its exact name where only one has it.")]


@app.command(epilog="Example: fabric impact drop-column stock quantity")
def drop_column(asset: Table, column: ColumnName, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """See what breaks where a column is dropped."""
    _ask("DROP_COLUMN", asset, column, data_dir, as_json=as_json)


@app.command(epilog="Example: fabric impact rename-column stock quantity amount")
def rename_column(
    asset: Table,
    column: ColumnName,
    new_name: Annotated[str, typer.Argument(help="What it will be called.")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """See what breaks where a column is renamed."""
    _ask("RENAME_COLUMN", asset, column, data_dir, as_json=as_json, newName=new_name)


@app.command(epilog="Example: fabric impact retype-column stock quantity bigint")
def retype_column(
    asset: Table,
    column: ColumnName,
    new_type: Annotated[str, typer.Argument(help="The type it will have.")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """See what reads a column that gets another type."""
    _ask("RETYPE_COLUMN", asset, column, data_dir, as_json=as_json, newType=new_type)


@app.command(epilog="Example: fabric impact drop-table stock")
def drop_table(asset: Asset, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """See what breaks where a table is dropped."""
    _ask("DROP_TABLE", asset, None, data_dir, as_json=as_json)


def _ask(kind: str, asset: str, column: str | None, data_dir: Path | None, *, as_json: bool, **more: str) -> None:
    with client(data_dir) as fabric:
        iri = resolve(fabric, asset)
        change = {"kind": kind, "iri": iri if column is None else column_of(fabric, iri, column), **more}
        found = fabric.ask(_IMPACT, c=change)["impact"]
    if as_json:
        print_json(found)
    else:
        _print(found)


def _print(found: dict[str, Any]) -> None:
    broken, affected = found["broken"], found["affected"]
    titles = {one["asset"]["iri"]: one["asset"]["title"] for one in (*broken, *affected)}
    console.print(f"{found['change']}: {len(broken)} broken, {len(affected)} affected", markup=False)
    for name, some in (("broken", broken), ("affected", affected)):
        if some:
            columns = (name, "kind", "over", "why", "owners", "contracts")
            show_table(*filled(columns, [_row(one, titles) for one in some]))
    if found["owners"]:
        console.print(f"tell {_names(found['owners'])}", markup=False)


def _row(one: dict[str, Any], titles: dict[str, str]) -> tuple[str, ...]:
    asset = one["asset"]
    way = " -> ".join(titles.get(iri, iri) for iri in one["via"])
    return (
        asset["title"],
        one["datasetKind"] or asset["kind"],
        way,
        one["reason"],
        _names(one["owners"]),
        _names(one["contracts"]),
    )


def _names(found: list[dict[str, Any]]) -> str:
    return ", ".join(one["title"] for one in found)
