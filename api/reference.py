"""The reference pages that are written from the code: `python -m api.reference [FOLDER]`."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    print_ast,
    print_type,
)
from typer.main import get_command

from api.cli import app
from api.graphql.schema import make_schema
from fabric import errors
from fabric.errors import FabricError

__all__ = ["main", "pages"]

_NOTE = "<!-- Written by `python -m api.reference`; do not edit. -->"
_FOLDER = Path(__file__).parents[1] / "docs" / "reference"
_CLI = """\
A command uses the running server when one holds the data directory, else it opens the directory itself. Errors that Fabric raises
on purpose go to standard error in one message, with what to do, and the command exits with 1; a malformed command line exits
with 2. The settings are [environment variables](settings.md)."""
_GRAPHQL = """\
The endpoint is `/graphql` ([HTTP](http.md)); a browser gets GraphiQL there. An operation may be 15 levels deep and have 30 aliases
and 2,000 tokens, and its connections may return 10,000 nodes, where those inside others are multiplied. An error of Fabric's has
its [code](errors.md) in `extensions`."""
_ERRORS = """\
Every error that Fabric raises on purpose is a `fabric.errors.FabricError`. It says what is wrong and, as `remedy`, what to do.
The class's name is the `code` in answers of [HTTP](http.md) and [GraphQL](graphql.md). Where an error is *retryable*, the same
call may succeed later."""


def pages() -> dict[str, str]:
    """File name and text of each page."""
    texts = {
        "cli.md": ["# Command line", _CLI, *_cli()],
        "graphql.md": ["# GraphQL", _GRAPHQL, *_graphql()],
        "errors.md": ["# Errors", _ERRORS, *_errors()],
    }
    return {name: "\n\n".join([_NOTE, *blocks]) + "\n" for name, blocks in texts.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the pages into a folder."""
    parser = argparse.ArgumentParser(prog="python -m api.reference", description="Write the generated reference pages.")
    parser.add_argument("folder", nargs="?", type=Path, default=_FOLDER, help="docs/reference by default")
    folder: Path = parser.parse_args(arguments).folder
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


def _cli() -> Iterator[str]:
    command = get_command(app)
    yield "## fabric"
    yield _table(("option", "meaning"), [(_spelling(one), _help(one)) for one in command.params])
    for words, one in _commands("fabric", command):
        yield from _command(words, one)


def _commands(words: str, group: Any) -> Iterator[tuple[str, Any]]:
    for name, command in sorted(group.commands.items()):
        if hasattr(command, "commands"):
            yield from _commands(f"{words} {name}", command)
        else:
            yield f"{words} {name}", command


def _command(words: str, command: Any) -> Iterator[str]:
    yield f"## {words}"
    yield _plain(command.help)
    arguments = [one for one in command.params if _is_argument(one)]
    yield f"    {' '.join([words, *(_placeholder(one) for one in arguments), '[OPTIONS]'])}"
    rows = [(_spelling(one), _default(one), _help(one)) for one in command.params]
    yield _table(("argument or option", "default", "meaning"), rows)
    example = str(command.epilog).removeprefix("Example: ")
    yield f"Example: `{example}`"


def _is_argument(parameter: Any) -> bool:
    return not str(parameter.opts[0]).startswith("-")


def _placeholder(parameter: Any) -> str:
    name = str(parameter.name).upper().rstrip("S") if parameter.nargs == -1 else str(parameter.name).upper()
    shown = f"{name}..." if parameter.nargs == -1 else name
    return shown if parameter.required else f"[{shown}]"


def _spelling(parameter: Any) -> str:
    if _is_argument(parameter):
        return f"`{_placeholder(parameter)}`"
    return ", ".join(f"`{one}`" for one in (*parameter.opts, *parameter.secondary_opts))


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    if parameter.default is None or parameter.default is False:
        return ""
    if parameter.default is True:
        return f"`{parameter.opts[0]}`"
    return f"`{parameter.default}`"


def _help(parameter: Any) -> str:
    repeated = " May be repeated." if getattr(parameter, "multiple", False) else ""
    return _plain(parameter.help or "") + repeated


def _plain(text: str) -> str:
    """Help in one line, without the escapes of rich's markup."""
    return re.sub(r"\s+", " ", text.replace("\\[", "[")).strip()


def _graphql() -> Iterator[str]:
    schema: GraphQLSchema = build_schema(make_schema().as_str())
    for title, root in (("Queries", schema.query_type), ("Mutations", schema.mutation_type)):
        assert root is not None
        yield f"## {title}"
        yield from _operations(root)
    roots = {schema.query_type, schema.mutation_type}
    yield "## Types"
    for kind in sorted(_named(schema.type_map), key=lambda one: one.name):
        if kind not in roots:
            yield f"### {kind.name}"
            yield f"```graphql\n{print_type(kind)}\n```"


def _operations(root: GraphQLObjectType) -> Iterator[str]:
    for name, field in root.fields.items():
        yield f"### {name}"
        yield str(field.description or "").strip()
        given = [print_ast(one.ast_node) for one in field.args.values() if one.ast_node]
        inside = f"(\n  {chr(10).join(given).replace(chr(10), chr(10) + '  ')}\n)" if given else ""
        yield f"```text\n{name}{inside}: {field.type}\n```"


def _named(types: Mapping[str, GraphQLNamedType]) -> Iterator[GraphQLNamedType]:
    builtin = {"ID", "String", "Boolean", "Float", "Int"}
    return (kind for name, kind in types.items() if not name.startswith("__") and name not in builtin)


def _errors() -> Iterator[str]:
    drawn = str(errors.__doc__).partition("\n\n")[2].strip()
    yield f"```text\n{drawn}\n```"
    rows = [
        (f"`{kind.__name__}`", str(kind.__doc__).split("\n")[0], "yes" if kind.retryable else "") for kind in _tree()
    ]
    yield _table(("code", "meaning", "retryable"), rows)


def _tree(kind: type[FabricError] = FabricError) -> Iterator[type[FabricError]]:
    yield kind
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from _tree(child)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


if __name__ == "__main__":
    main()
