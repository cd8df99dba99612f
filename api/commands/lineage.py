"""Commands that show lineage."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from api.commands.output import AsJson, DataDir, client, console, print_json, show_table
from fabric.errors import SettingsError

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Follow lineage.")
_DOCUMENT = """query ($sql: String!, $dialect: String, $namespace: String) {
  sqlLineage(sql: $sql, dialect: $dialect, namespace: $namespace) {
    complete reads writes mermaid
    edges { targetTable target sourceTable source kind expression }
    influences { targetTable sourceTable source clause }
    statements { kind line reads writes outputs guessed }
    problems { reason line column severity statement }
  }
}"""


@app.command(epilog="Example: fabric lineage sql load.sql --dialect snowflake --mermaid")
def sql(
    file: Annotated[Path, typer.Argument(help="A file of SQL, or - for standard input.", show_default=False)],
    dialect: Annotated[str | None, typer.Option(help="The SQL dialect; a tolerant one by default.")] = None,
    namespace: Annotated[
        str | None, typer.Option(help="Dataset namespace whose columns to use, as postgres://host:5432.")
    ] = None,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="Print a Mermaid flowchart.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Show the lineage of a SQL text, down to the column. Exits with 1 where a statement could not be parsed."""
    with client(data_dir) as fabric:
        found: dict[str, Any] = fabric.ask(_DOCUMENT, sql=_text(file), dialect=dialect, namespace=namespace)[
            "sqlLineage"
        ]
    if as_json:
        print_json(found)
    elif mermaid:
        print(found["mermaid"], end="")  # noqa: T201 - the output itself
    else:
        _show(found)
    for problem in found["problems"]:
        typer.secho(
            f"{problem['severity']} at {problem['line']}:{problem['column']}: {problem['reason']}",
            err=True,
            fg="yellow",
        )
    if not found["complete"]:
        raise typer.Exit(1)


def _text(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            f"the file {str(file)!r} cannot be read: {error.strerror}", remedy="name a file of SQL"
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"the file {str(file)!r} is not UTF-8: {error.reason}", remedy="convert it to UTF-8"
        ) from error


def _show(found: dict[str, Any]) -> None:
    console.print(
        f"reads {', '.join(found['reads']) or 'nothing'}; writes {', '.join(found['writes']) or 'nothing'}",
        markup=False,
    )
    if found["edges"]:
        show_table(
            ("column", "from", "how"),
            [
                (
                    _name(e["targetTable"], e["target"]),
                    _name(e["sourceTable"], e["source"]),
                    e["expression"] or e["kind"],
                )
                for e in found["edges"]
            ],
        )
    deciding = sorted({f"{_name(i['sourceTable'], i['source'])} ({i['clause']})" for i in found["influences"]})
    if deciding:
        console.print(f"rows depend on {', '.join(deciding)}", markup=False)


def _name(table: str | None, column: str) -> str:
    return f"{table}.{column}" if table else column
