"""`fabric runs`, `run`, `cancel`, `source schedule`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from api.commands.output import AsJson, DataDir, client, console, print_json, show_table
from api.commands.sources import RUN, registered, set_schedule
from api.commands.sources import app as source_app
from fabric.errors import InputError, SettingsError

__all__ = ["cancel", "run", "runs"]

_MORE = "trigger attempt queuedAt notBefore worker"


def runs(
    source: Annotated[str | None, typer.Argument(help="Only the runs of this source.")] = None,
    first: Annotated[int, typer.Option("--first", "-n", help="How many, at most 500.")] = 20,
    after: Annotated[str | None, typer.Option(help="Older ones than the run of this id.")] = None,
    state: Annotated[
        list[str] | None,
        typer.Option(help="Only in this state: queued, running, complete, partial, failed, cancelled."),
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List harvest runs, newest first."""
    document = (
        f"query($s:String,$n:Int!,$a:ID,$w:[String!]){{runs(source:$s,first:$n,after:$a,states:$w){{{RUN} {_MORE}}}}}"
    )
    with client(data_dir) as fabric:
        found = fabric.ask(document, s=source, n=first, a=after, w=state)["runs"]
    if as_json:
        print_json(found)
        return
    rows = [
        (one["id"], one["source"], one["state"], one["trigger"], _moment(one["startedAt"]), _took(one), _did(one))
        for one in found
    ]
    show_table(("run", "source", "state", "by", "started", "took", "did"), rows)


def run(
    run_id: Annotated[str, typer.Argument(metavar="ID", help="A run's id; see `fabric runs`.")],
    log: Annotated[bool, typer.Option("--log", help="Print what happened in it, line by line.")] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show a harvest run: counts, problems, refused records, the commit it made."""
    lines = " log{at level text}" if log else ""
    with client(data_dir) as fabric:
        found = fabric.ask(f"query($i:ID!){{run(id:$i){{{RUN} {_MORE} iri{lines}}}}}", i=run_id)["run"]
    if as_json:
        print_json(found)
        return
    console.print(f"[bold]{found['source']}[/] {found['state']}, by {found['trigger']}, attempt {found['attempt']}")
    began = "queued" if found["state"] == "queued" else "started"
    console.print(f"{began} {_moment(found['startedAt'])}, took {_took(found)}", markup=False)
    console.print(_did(found), markup=False)
    for kind, name in (("problems", "problem"), ("refused", "refused")):
        for line in found[kind]:
            console.print(f"  {name}: {line}", markup=False)
    if found["error"]:
        console.print(f"  {found['error']}", markup=False, style="red")
    for line in found.get("log", ()):
        console.print(f"{_moment(line['at'])} {line['level']:7} {line['text']}", markup=False, soft_wrap=True)


def cancel(
    name: Annotated[str, typer.Argument(metavar="SOURCE|ID", help="A source, or a run's id.")],
    data_dir: DataDir = None,
) -> None:
    """Stop a queued or running harvest, which then changes nothing."""
    with client(data_dir) as fabric:
        known = {one["name"] for one in registered(fabric, "name")}
        document = "mutation($n:String!){done:cancelHarvest(name:$n)}"
        done = fabric.ask(document if name in known else "mutation($n:ID!){done:cancelRun(id:$n)}", n=name)["done"]
    if not done:
        raise InputError(f"no harvest of {name!r} is queued or running", remedy="list them: fabric runs")
    console.print(f"stopped [bold]{name}[/]")


@source_app.command(epilog="Example: fabric source schedule shop '0 6 * * 1-5'")
def schedule(
    name: Annotated[str, typer.Argument(help="A registered source.")],
    cron: Annotated[
        str | None,
        typer.Argument(help="Minute, hour, day of month, month, day of week, in UTC; or @hourly, @daily, @weekly."),
    ] = None,
    none: Annotated[bool, typer.Option("--none", help="End the schedule.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Have the server harvest a source by a cron schedule."""
    if (cron is None) != none:
        raise SettingsError("give either a schedule or --none", remedy="such as: fabric source schedule shop @daily")
    with client(data_dir) as fabric:
        done = set_schedule(fabric, name, cron)
    if cron is None:
        console.print(f"[bold]{name}[/] is harvested on request only")
    else:
        console.print(f"[bold]{name}[/] is harvested next at {_moment(done['nextHarvestAt'])}, by a running server")


def _moment(text: str) -> str:
    return text[:19].replace("T", " ") + "Z"


def _took(found: dict[str, Any]) -> str:
    if found["endedAt"] is None:
        return ""
    took = datetime.fromisoformat(found["endedAt"]) - datetime.fromisoformat(found["startedAt"])
    return f"{took.total_seconds():.1f} s"


def _did(found: dict[str, Any]) -> str:
    did = "{records} records, {changed} changed, {tombstoned} gone".format_map(found)
    return did + (f", commit {found['commit']}" if found["commit"] else "")
