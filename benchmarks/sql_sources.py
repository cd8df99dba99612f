"""Share of columns traced to a source or a constant: compiled dbt models, and views of PostgreSQL databases."""

from __future__ import annotations

import argparse
import json
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

from benchmarks._report import Target, heading, machine, paragraph, table, targets
from fabric.lineage import SqlLineage, Table, read_sql
from tests.services import postgres_url

__all__ = ["run"]

_SHARE = 99.0


@dataclass(frozen=True, slots=True)
class Traced:
    """A model or view by `name`: how many `columns` it has, and why each of the `lost` has no source."""

    name: str
    columns: int
    lost: Mapping[str, str]


def run(arguments: list[str]) -> None:
    """Measure and print."""
    options = _options(arguments)
    heading("Columns traced to their sources")
    paragraph(machine("kgfabric", "sqlglot"))
    traced = {f"dbt {folder.name}": list(_models(folder)) for folder in options.dbt}
    for script in options.databases:
        traced[f"views of {script.stem}"] = list(_views(script))
    traced = {name: of for name, of in traced.items() if of}
    rows = [(name, f"{len(of)}", f"{_columns(of)}", f"{_share(of):.2f} %") for name, of in traced.items()]
    table(("source", "models or views", "columns", "traced"), rows)
    reasons = Counter(reason for of in traced.values() for one in of for reason in one.lost.values())
    table(("why a column has no source", "columns"), [(why, str(count)) for why, count in reasons.most_common()])
    for name, of in traced.items():
        for one in of:
            for column, why in one.lost.items():
                paragraph(f"- {name}, {one.name}.{column}: {why}")
    heading("Targets")
    targets(Target(f"columns of {name} traced", _share(of), _SHARE, " %", at_least=True) for name, of in traced.items())


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks sql_sources", description=__doc__)
    parser.add_argument("--dbt", type=Path, nargs="*", default=[], help="folders of manifest.json and catalog.json")
    parser.add_argument("--databases", type=Path, nargs="*", default=[], help="scripts that make a PostgreSQL database")
    return parser.parse_args(arguments)


def _columns(of: list[Traced]) -> int:
    return sum(one.columns for one in of)


def _share(of: list[Traced]) -> float:
    return 100 * (1 - sum(len(one.lost) for one in of) / max(_columns(of), 1))


def _models(folder: Path) -> Iterator[Traced]:
    """Models that were compiled; the columns a model has are those of the catalog, or what its text gives where it is ephemeral."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    catalog = json.loads((folder / "catalog.json").read_text(encoding="utf-8"))
    built = {**catalog["nodes"], **catalog["sources"]}
    schema = {_relation(node["metadata"]): _in_order(node["columns"]) for node in built.values()}
    for key, node in manifest["nodes"].items():
        if node["resource_type"] != "model" or not node.get("compiled_code"):
            continue
        found = read_sql(
            node["compiled_code"],
            dialect=manifest["metadata"]["adapter_type"],
            schema=schema,
            catalog=node["database"],
            default_schema=node["schema"],
        )
        yield _traced(node["name"], found, _in_order(built[key]["columns"]) if key in built else None)


def _relation(metadata: Mapping[str, Any]) -> Table:
    return Table(name=metadata["name"], schema=metadata["schema"], catalog=metadata["database"])


def _in_order(columns: Mapping[str, Any]) -> list[str]:
    return [column["name"] for column in sorted(columns.values(), key=lambda one: one["index"])]


def _views(script: Path) -> Iterator[Traced]:
    """Views of the database that a script makes; it is dropped afterwards."""
    import psycopg

    server = postgres_url()
    name = f"fabric_bench_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        try:
            url = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
            command = ["psql", "-q", "-X", "-d", url, "-f", str(script)]
            ended = subprocess.run(command, capture_output=True, check=True, text=True)
            refused = ended.stderr.count("ERROR:")
            if refused:
                paragraph(f"The server refused {refused} statements of {script.name}; what they make is not counted.")
            with psycopg.connect(url) as made:
                yield from _defined(name, made)
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _defined(database: str, made: Any) -> Iterator[Traced]:
    columns: dict[Table, list[str]] = {}
    listed = made.execute(
        "SELECT n.nspname, c.relname, a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
        "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' "
        "ORDER BY 1, 2, a.attnum"
    )
    for schema, relation, column in listed:
        columns.setdefault(Table(name=relation, schema=schema, catalog=database), []).append(column)
    views = made.execute(
        "SELECT n.nspname, c.relname, pg_get_viewdef(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relkind IN ('v', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1, 2"
    )
    for schema, relation, text in views:
        found = read_sql(text, dialect="postgres", schema=columns, catalog=database, default_schema="public")
        yield _traced(f"{schema}.{relation}", found, columns[Table(name=relation, schema=schema, catalog=database)])


def _traced(name: str, found: SqlLineage, columns: list[str] | None) -> Traced:
    """Columns that no edge reaches and that are no constant; a column that the text does not give counts as lost too."""
    outputs = {one.name.casefold(): one for statement in found.statements for one in statement.outputs}
    reached = {edge.target.casefold() for edge in found.edges}
    problem = next((one.reason for one in found.problems if one.severity == "error"), None)
    lost = {}
    for column in columns if columns is not None else list(outputs):
        output = outputs.get(column.casefold())
        if output is None:
            lost[column] = problem or "the text has no such output"
        elif not output.constant and output.name.casefold() not in reached:
            lost[column] = problem or "no edge reaches it"
    return Traced(name, len(columns if columns is not None else outputs), lost)
