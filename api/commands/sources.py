"""`fabric source ...`, `fabric harvest`, `fabric apply`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from api.client import Client
from api.commands.output import AsJson, DataDir, client, console, print_json, show_table
from fabric.errors import HarvestFailed, SettingsError
from fabric.schedules import next_after

__all__ = ["RUN", "app", "apply", "harvest", "harvest_all", "register", "registered", "set_schedule"]

app = typer.Typer(no_args_is_help=True, help="Register, test, list and remove sources.")
RUN = "id source state startedAt endedAt records changed unchanged tombstoned added removed problems refused warnings error commit"
Options = Annotated[
    list[str] | None,
    typer.Option(
        "--option", "-o", help="An option of the connector, NAME=VALUE; VALUE may be JSON, env:NAME or file:PATH."
    ),
]


@app.command(
    epilog="Example: fabric source add shop sql -o url=postgresql://reader@db/shop -o password=env:SHOP_PASSWORD"
)
def add(
    name: Annotated[str, typer.Argument(help="A name of your own: lower-case letters, digits, '-'.")],
    connector: Annotated[str, typer.Argument(help="sql, files, dbt, dcat, or one that another package brings.")],
    option: Options = None,
    replace: Annotated[bool, typer.Option(help="Change a source that is registered already.")] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Register a source. Nothing is read yet: see `fabric harvest`."""
    with client(data_dir) as fabric:
        done = register(fabric, name, connector, _options(option or []), replace=replace)
    if as_json:
        print_json(done)
    else:
        console.print(f"registered [bold]{name}[/] ({connector}); read it with: fabric harvest {name}")


def register(fabric: Client, name: str, connector: str, options: dict[str, Any], *, replace: bool) -> Any:
    """Register a source through the API."""
    document = (
        "mutation($n:String!,$c:String!,$o:JSON!,$r:Boolean!){registerSource(name:$n,connector:$c,options:$o,replace:$r)"
        "{name connector options createdAt}}"
    )
    return fabric.ask(document, n=name, c=connector, o=options, r=replace)["registerSource"]


def registered(fabric: Client, fields: str) -> list[dict[str, Any]]:
    """All registered sources, by name, with those GraphQL fields."""
    page = "pageInfo{hasNextPage endCursor}"
    document = f"query($after:String){{sources(first:500,after:$after){{edges{{node{{{fields}}}}}{page}}}}}"
    return fabric.ask_all(document)


def set_schedule(fabric: Client, name: str, cron: str | None) -> Any:
    """Set or end a schedule through the API."""
    document = "mutation($n:String!,$c:String){scheduleSource(name:$n,cron:$c){schedule nextHarvestAt}}"
    return fabric.ask(document, n=name, c=cron)["scheduleSource"]


@app.command(epilog="Example: fabric source test shop")
def test(name: Annotated[str, typer.Argument(help="A registered source.")], data_dir: DataDir = None) -> None:
    """Reach a source and say what is there."""
    with client(data_dir) as fabric:
        said = fabric.ask("mutation($n:String!){testSource(name:$n)}", n=name)["testSource"]
    console.print(said, markup=False)


@app.command("list", epilog="Example: fabric source list --json")
def list_(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List registered sources and their last harvest."""
    with client(data_dir) as fabric:
        found = registered(fabric, f"name connector options createdAt schedule nextHarvestAt assets lastRun{{{RUN}}}")
    if as_json:
        print_json(found)
        return
    rows = [
        (one["name"], one["connector"], str(one["assets"]), *(_last(one["lastRun"])), one["schedule"] or "")
        for one in found
    ]
    show_table(("source", "connector", "assets", "last harvest", "state", "schedule"), rows)


def _last(run: dict[str, Any] | None) -> tuple[str, str]:
    return (run["startedAt"][:19].replace("T", " ") + "Z", run["state"]) if run else ("never", "")


@app.command(epilog="Example: fabric source remove shop")
def remove(
    name: Annotated[str, typer.Argument(help="A registered source.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Remove a source and, with tombstones, what only it described. Its history stays."""
    if not yes:
        typer.confirm(f"Remove the source {name} and what only it described?", abort=True)
    with client(data_dir) as fabric:
        fabric.ask("mutation($n:String!){removeSource(name:$n)}", n=name)
    console.print(f"removed [bold]{name}[/]")


def harvest(
    names: Annotated[list[str] | None, typer.Argument(help="Registered sources; all where none is named.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Read sources into the graph; only what changed is written."""
    with client(data_dir) as fabric:
        known = names or [one["name"] for one in registered(fabric, "name")]
        runs = harvest_all(fabric, known, quiet=as_json)
    if as_json:
        print_json(runs)
    failed = [run for run in runs if run["state"] in {"failed", "cancelled"}]
    if failed:
        raise HarvestFailed("; ".join(f"{run['source']}: {run['error']}" for run in failed))


def harvest_all(fabric: Client, names: list[str], *, quiet: bool) -> list[dict[str, Any]]:
    """Harvest sources one after the other with a progress bar; returns their runs."""
    runs = []
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[said]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal, transient=True) as bar:
        for name in names:
            task = bar.add_task(name, total=None, said="")
            run = fabric.ask(f"mutation($n:String!){{harvestSource(name:$n){{{RUN}}}}}", n=name)["harvestSource"]
            while run["state"] in {"queued", "running"}:
                run = fabric.ask(f"query($i:ID!){{run(id:$i,wait:0.3){{{RUN}}}}}", i=run["id"])["run"]
                bar.update(task, said=_progress(run))
            bar.remove_task(task)
            runs.append(run)
            if not quiet:
                _tell(run)
    return runs


def _progress(run: dict[str, Any]) -> str:
    if run["state"] == "queued":
        return "queued" if run["error"] is None else f"tried again soon: {run['error'].splitlines()[0]}"
    return f"{run['records']} records"


def _tell(run: dict[str, Any]) -> None:
    counts = "{records} records, {changed} changed, {tombstoned} gone, +{added} -{removed} triples".format_map(run)
    console.print(f"[bold]{run['source']}[/] {run['state']}: {counts}")
    for kind in ("problems", "refused", "warnings"):
        for line in run[kind]:
            console.print(f"  {kind.removesuffix('s')}: {line}", markup=False)
    if run["error"]:
        console.print(f"  {run['error']}", markup=False, style="red")


def apply(
    file: Annotated[Path, typer.Argument(help="YAML file that lists the sources.")] = Path("fabric.yaml"),
    prune: Annotated[bool, typer.Option(help="Remove sources that the file does not list.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Make the registered sources those of a file kept in git."""
    wanted = _read_file(file)
    with client(data_dir) as fabric:
        known = {one["name"]: one for one in registered(fabric, "name connector options schedule")}
        for name, (connector, options, cron) in wanted.items():
            old = known.get(name)
            same = old is not None and old["connector"] == connector and old["options"] == options
            if not same:
                register(fabric, name, connector, options, replace=old is not None)
            if cron != (old["schedule"] if old else None):
                set_schedule(fabric, name, cron)
                same = False
            console.print(f"{'unchanged' if same else 'changed' if old else 'added'} {name}")
        for name in sorted(set(known) - set(wanted)) if prune else ():
            fabric.ask("mutation($n:String!){removeSource(name:$n)}", n=name)
            console.print(f"removed {name}")


def _read_file(file: Path) -> dict[str, tuple[str, dict[str, Any], str | None]]:
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(
            f"{str(file)!r} cannot be read: {error.strerror}", remedy="name a file: fabric apply FILE"
        ) from None
    except yaml.YAMLError as error:
        raise SettingsError(f"{str(file)!r} is no YAML: {error}") from None
    sources = document.get("sources") if isinstance(document, dict) else None
    if not isinstance(sources, dict) or set(document) != {"sources"}:
        raise SettingsError(
            f"{str(file)!r} must hold one mapping named sources", remedy="see docs/how-to/sources-in-git.md"
        )
    wanted = {}
    for name, entry in sources.items():
        if (
            not isinstance(entry, dict)
            or not isinstance(entry.get("connector"), str)
            or not isinstance(entry.get("schedule"), str | None)
            or set(entry) - {"connector", "options", "schedule"}
        ):
            raise SettingsError(
                f"source {name!r} of {str(file)!r} needs a connector and may have options and a schedule, nothing else"
            )
        if entry.get("schedule") is not None:
            next_after(entry["schedule"], datetime.now(UTC))  # before anything is changed
        options = dict(entry.get("options") or {})
        if isinstance(options.get("path"), str):
            options["path"] = _absolute(options["path"], file.resolve().parent)
        cron = entry.get("schedule")
        wanted[str(name)] = (entry["connector"], options, " ".join(cron.split()) if cron is not None else None)
    return wanted


def _options(given: list[str]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for one in given:
        name, sign, value = one.partition("=")
        if not sign or not name:
            raise SettingsError(f"{one.partition('=')[0]!r} is no NAME=VALUE", remedy="write --option name=value")
        options[name] = _absolute(value, Path.cwd()) if name == "path" else _value(value)
    return options


def _absolute(path: str, folder: Path) -> str:
    """A local path as seen from the folder; what has a scheme, such as `s3://` or `env:`, as it is."""
    return path if ":" in path or not path else str(folder / Path(path).expanduser())


def _value(text: str) -> Any:
    """JSON lists, objects, numbers and booleans as such; everything else as text."""
    if text[:1] in "[{" or text in {"true", "false", "null"} or text.lstrip("-").isdigit():
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text
