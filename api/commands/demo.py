"""`fabric demo`: a small airline's estate, harvested, searched and shown."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.client import Client, running
from api.commands.find import find, print_results
from api.commands.output import console
from api.commands.sources import harvest_all, register, registered
from fabric.errors import ServerError, SettingsError
from fabric.settings import Settings, read_settings

if TYPE_CHECKING:
    from api.demo.estate import Estate

__all__ = ["demo"]

_PATIENCE = 120.0


def demo(
    folder: Annotated[Path, typer.Option(help="Where the estate and the data directory are made.")] = Path(".demo"),
    port: Annotated[int, typer.Option(help="Port of the explorer; a free one where it is taken.")] = 8642,
    browser: Annotated[bool, typer.Option(help="Open the explorer in the browser.")] = True,
    foreground: Annotated[bool, typer.Option("--foreground", help="Run only the server, and stay in it.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="Stop the demo's server.")] = False,
) -> None:
    """Build a small airline's data estate, harvest it, ask it questions and open the explorer.

    The server stays behind in the background until `fabric demo --stop`.
    """
    folder = folder.resolve()
    settings = read_settings(data_dir=folder / "fabric", port=port)
    if stop:
        _stop(settings)
    elif foreground:
        _serve(folder, settings)
    else:
        _run(folder, settings, browser=browser)


def _run(folder: Path, settings: Settings, *, browser: bool) -> None:
    from api.demo.estate import build  # the demo's own packages are an extra

    started = time.monotonic()
    estate = build(folder, progress=lambda line: console.print(f"[dim]{line}[/]"))
    url = running(settings) or _start(folder, settings)
    with Client(settings) as fabric:
        known = {one["name"]: one for one in registered(fabric, "name")}
        for name, connector, options in estate.sources:
            register(fabric, name, connector, options, replace=name in known)
        runs = harvest_all(fabric, [name for name, _connector, _options in estate.sources], quiet=False)
        _deliver(fabric, url, estate)
        fabric.request("POST", "/index")
        for question in estate.questions:
            console.print(f"\n[bold]? {question}[/]")
            print_results(find(fabric, question, first=3, k=["dataset"]))
    _judge(runs)
    console.print(
        f"\nDone in {time.monotonic() - started:.0f} s. The explorer is at [bold]{url}[/]; stop it with: fabric demo --stop",
        soft_wrap=True,
    )
    if browser and not os.environ.get("CI"):
        webbrowser.open(url)


def _deliver(fabric: Client, url: str, estate: Estate) -> None:
    """Tell of the estate's delivery, and wait until it is in the graph."""
    from api.demo.delivery import tell

    tell(url, estate.deliveries, estate.marts)
    deadline = time.monotonic() + _PATIENCE
    while fabric.ask("{openlineage{waiting}}")["openlineage"]["waiting"]:
        if time.monotonic() > deadline:
            raise ServerError("the server has not taken in the demo's OpenLineage event", remedy="see its server.log")
        time.sleep(0.1)


def _judge(runs: list[dict[str, Any]]) -> None:
    bad = [
        f"{run['source']} is {run['state']}: {run['error'] or run['problems'] or run['refused']}"
        for run in runs
        if run["state"] != "complete"
    ]
    if bad:
        raise ServerError("the demo's harvest is not complete: " + "; ".join(bad))


def _serve(folder: Path, settings: Settings) -> None:
    from api.demo.server import postgres
    from api.server import serve

    postgres(folder)
    try:
        serve(settings, lambda url: console.print(f"Fabric is at {url}"))
    except SettingsError:
        serve(settings.model_copy(update={"port": 0}), lambda url: console.print(f"Fabric is at {url}"))


def _start(folder: Path, settings: Settings) -> str:
    """Start the server in the background; returns its address once it answers."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    log = folder / "server.log"
    command = [
        sys.executable,
        "-m",
        "api.cli",
        "demo",
        "--foreground",
        "--folder",
        str(folder),
        "--port",
        str(settings.port),
    ]
    with log.open("wb") as out:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)  # noqa: S603
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        url = running(settings)
        if url is not None:
            return url
        if child.poll() is not None:
            break
        time.sleep(0.1)
    raise ServerError(
        f"the demo's server did not start: {log.read_text(errors='replace').strip()[-2000:]}", remedy=f"see {log}"
    )


def _stop(settings: Settings) -> None:
    import httpx

    url = running(settings)
    if url is None:
        console.print("The demo's server is not running.")
        return
    os.kill(int(httpx.get(f"{url}/health").json()["pid"]), signal.SIGTERM)
    deadline = time.monotonic() + _PATIENCE
    while running(settings) is not None and time.monotonic() < deadline:
        time.sleep(0.1)
    console.print("Stopped the demo's server.")
