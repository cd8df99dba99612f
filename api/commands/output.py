"""What all commands share: options, the client, tables, JSON, progress."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from api.client import Client
from fabric.settings import Settings, read_settings

__all__ = ["AsJson", "DataDir", "client", "console", "filled", "plain", "print_json", "settings", "show_table"]

console = Console(highlight=False)
if not console.is_terminal:
    console.width = 200
DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Folder of graph, index and state \\[env FABRIC_DATA_DIR].")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def settings(data_dir: Path | None, **given: object) -> Settings:
    """Settings from the environment and the command's options."""
    return read_settings(data_dir=data_dir, **given)


@contextmanager
def client(data_dir: Path | None) -> Iterator[Client]:
    """A client of the running server, or of the data directory itself."""
    with Client(settings(data_dir)) as opened:
        yield opened


def print_json(value: Any) -> None:
    """Print for programs."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def show_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print for people."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(plain, row))
    console.print(table)


def filled(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[list[str], list[list[str]]]:
    """A table without the columns in which no row has anything."""
    kept = [place for place in range(len(columns)) if any(row[place] for row in rows)]
    return [columns[place] for place in kept], [[row[place] for place in kept] for row in rows]


def plain(cell: str) -> str:
    """A text in which rich finds no markup."""
    return cell.replace("[", "\\[")
