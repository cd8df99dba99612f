"""`fabric what-if`: what would differ if something changed, as a guard of pull requests."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote

import typer

from api.client import Client
from api.commands.columns import column_of
from api.commands.find import resolve
from api.commands.output import AsJson, DataDir, client, console, filled, print_json, show_table
from api.commands.tracing import name_of
from fabric.errors import FabricError, SettingsError

__all__ = ["what_if"]

_IMPACTED = (
    "{ asset { iri kind title } datasetKind distance fields reason owners { iri title } contracts { iri title } via }"
)
_EDGE = "{ level start end influence }"
_WHAT_IF = f"""query($c:[TriedChange!]!) {{ whatIf(changes:$c) {{
  changes gone {{ asset {{ iri kind title }} field }} edgesAdded {_EDGE} edgesRemoved {_EDGE}
  broken {_IMPACTED} affected {_IMPACTED}
  contracts {{ contract {{ iri title }} asset {{ iri title }} reason }}
  reached {{ asset {{ iri title }} field category origins }} owners {{ iri title }} warnings
}} }}"""
_UNREAD = ("macros", "docs", "parent_map", "child_map", "group_map", "disabled", "selectors", "unit_tests")
"""Parts of a manifest that say nothing of lineage, and are half of it."""


def what_if(
    manifest: Annotated[Path | None, typer.Option(help="A dbt project's new manifest.json.")] = None,
    catalog: Annotated[
        Path | None, typer.Option(help="Its new catalog.json; else SQL tells what columns change.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="The source that reads the project, where several do.")] = None,
    drop_table: Annotated[list[str] | None, typer.Option(metavar="ASSET", help="Drop a table or view.")] = None,
    drop_column: Annotated[list[str] | None, typer.Option(metavar="ASSET.COLUMN", help="Drop a column.")] = None,
    rename_column: Annotated[
        list[str] | None, typer.Option(metavar="ASSET.COLUMN=NAME", help="Give a column another name.")
    ] = None,
    view: Annotated[list[str] | None, typer.Option(metavar="ASSET", help="A view or model to define anew.")] = None,
    sql: Annotated[
        list[Path] | None, typer.Option(help="A file of the view's new SQL, or - for standard input.")
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Tell what would differ if something changed: lineage, what breaks, contracts, personal data. Nothing is changed.

    Exits with 0 where nothing breaks, with 1 where a reader or a contract does, with 2 where that cannot be told.
    """
    with _told_apart():
        if len(view or ()) != len(sql or ()):
            raise SettingsError("each --view needs its --sql", remedy="such as: --view low_stock --sql new.sql")
        if manifest is None and (catalog or source):
            raise SettingsError("--catalog and --source belong to a --manifest", remedy="give it, or leave them out")
        read = [_text(file) for file in sql or ()]
        artifacts = None if manifest is None else _artifacts(manifest, catalog, source)
        with client(data_dir) as fabric:
            changes: list[dict[str, Any]] = [] if artifacts is None else [{"manifest": artifacts}]
            changes += [{"dropTable": resolve(fabric, one)} for one in drop_table or ()]
            changes += [{"dropColumn": _column(fabric, one)} for one in drop_column or ()]
            changes += [{"renameColumn": _renamed(fabric, one)} for one in rename_column or ()]
            changes += [
                {"view": {"iri": resolve(fabric, one), "sql": text}} for one, text in zip(view or (), read, strict=True)
            ]
            found = fabric.ask(_WHAT_IF, c=changes)["whatIf"]
    if as_json:
        print_json(found)
    else:
        _print(found)
    if found["broken"] or found["contracts"]:
        raise typer.Exit(1)


@contextmanager
def _told_apart() -> Iterator[None]:
    """Have what cannot be told exit otherwise than what breaks."""
    try:
        yield
    except FabricError as error:
        typer.secho(f"fabric: {error}", err=True, fg="red")
        raise typer.Exit(2) from error


def _artifacts(manifest: Path, catalog: Path | None, source: str | None) -> dict[str, str | None]:
    text = _text(manifest)
    try:
        document = json.loads(text)
    except ValueError as error:
        raise SettingsError(f"{str(manifest)!r} is not JSON: {error}", remedy="write it anew with dbt") from None
    if isinstance(document, dict):
        text = json.dumps({name: part for name, part in document.items() if name not in _UNREAD})
    return {"manifest": text, "catalog": None if catalog is None else _text(catalog), "source": source}


def _text(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"the file {str(file)!r} cannot be read: {error.strerror}", remedy="name a file") from error
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"the file {str(file)!r} is not UTF-8: {error.reason}", remedy="convert it to UTF-8"
        ) from error


def _column(fabric: Client, named: str) -> str:
    """The IRI of `ASSET.COLUMN`, or of a field given by its IRI."""
    if "/field/" in named and named.startswith(("http://", "https://")):
        return named
    asset, dot, column = named.rpartition(".")
    if not (dot and asset and column):
        raise SettingsError(
            f"{named!r} names no column of an asset", remedy="write ASSET.COLUMN, such as stock.quantity"
        )
    return column_of(fabric, resolve(fabric, asset), column)


def _renamed(fabric: Client, named: str) -> dict[str, str]:
    column, sign, name = named.partition("=")
    if not (sign and name):
        raise SettingsError(f"{named!r} gives no new name", remedy="write ASSET.COLUMN=NAME")
    return {"iri": _column(fabric, column), "newName": name}


def _print(found: dict[str, Any]) -> None:
    console.print(f"{'; '.join(found['changes'])}: {_verdict(found)}", markup=False)
    for edges, sign in ((found["edgesAdded"], "+"), (found["edgesRemoved"], "-")):
        for edge in edges:
            how = " (filters or joins)" if edge["influence"] else ""
            line = f"{sign} {name_of(edge['start'])} -> {name_of(edge['end'])}{how}"
            console.print(line, markup=False, style="green" if sign == "+" else "red", soft_wrap=True)
    for name in ("broken", "affected"):
        rows = [
            (one["asset"]["title"], one["datasetKind"] or one["asset"]["kind"], one["reason"], _titles(one["owners"]))
            for one in found[name]
        ]
        if rows:
            show_table(*filled((name, "kind", "why", "owners"), rows))
    for one in found["contracts"]:
        console.print(f"contract {one['contract']['title']}: {one['reason']}", markup=False)
    for one in found["reached"]:
        origins = ", ".join(map(name_of, one["origins"]))
        category = unquote(one["category"].rpartition("#")[2].rpartition("/")[2])
        console.print(f"personal data ({category}) would reach {name_of(one['field'])} from {origins}", markup=False)
    if found["owners"]:
        console.print(f"tell {_titles(found['owners'])}", markup=False)
    for warning in found["warnings"]:
        typer.secho(f"warning: {warning}", err=True, fg="yellow")


def _verdict(found: dict[str, Any]) -> str:
    counts = (("gone", "gone"), ("broken", "broken"), ("affected", "affected"), ("contracts", "contracts broken"))
    said = [f"{len(found[name])} {words}" for name, words in counts if found[name]]
    edges = len(found["edgesAdded"]) + len(found["edgesRemoved"])
    return ", ".join(said) or ("nothing breaks" if edges else "nothing differs")


def _titles(found: list[dict[str, Any]]) -> str:
    return ", ".join(one["title"] for one in found)
