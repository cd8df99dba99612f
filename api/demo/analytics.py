"""The airline's dbt project, run by the real dbt into a DuckDB file."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.resources import as_file, files
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from fabric.errors import MissingExtra, SettingsError, SourceError

__all__ = ["VARIABLE", "build_analytics", "database", "fingerprint", "target"]

VARIABLE = "FABRIC_DEMO_DBT"
_PROJECT = "dbt_project"
_SCRIPT = "run_dbt.py"
_PATIENCE = 300.0


def database(folder: Path) -> Path:
    """The DuckDB file that dbt builds."""
    return folder / "analytics.duckdb"


def target(folder: Path) -> Path:
    """The folder with dbt's `manifest.json`, `run_results.json` and `catalog.json`."""
    return folder / "project" / "target"


def build_analytics(folder: Path, *, warehouse: str, lake: Path, progress: Callable[[str], None]) -> None:
    """Run the dbt project over the `warehouse` (a URL) and the `lake`, in `folder`, replacing what is there.

    dbt runs in the interpreter that the environment variable FABRIC_DEMO_DBT names, else in this one. Tests that find
    wrong data are part of the demo and no failure.

    Raises: MissingExtra, SettingsError, SourceError.
    """
    progress("dbt: building and testing the analytics project")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with as_file(files("api.demo").joinpath(_PROJECT)) as project:
        shutil.copytree(project, folder / "project")
    _run(folder, _variables(folder, warehouse, lake))


def fingerprint(warehouse: str, lake: Path) -> str:
    """Changes with the project, the interpreter and what it reads, so that an older result is built anew."""
    digest = hashlib.sha256(f"{warehouse} {lake} {_interpreter()}".encode())
    for path, content in _sources():
        digest.update(f"{path}\n{content}".encode())
    return digest.hexdigest()[:16]


def _sources() -> Iterator[tuple[str, str]]:
    with as_file(files("api.demo")) as package:
        for path in [package / _SCRIPT, *sorted((package / _PROJECT).rglob("*.*"))]:
            yield str(path.relative_to(package)), path.read_text(encoding="utf-8")


def _variables(folder: Path, warehouse: str, lake: Path) -> dict[str, str]:
    return {
        # dbt keeps what is named so out of its logs and artifacts; the URL may hold a password.
        "DBT_ENV_SECRET_WAREHOUSE": warehouse,
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_USE_COLORS": "false",
        "DO_NOT_TRACK": "1",
        "FABRIC_DEMO_ANALYTICS": str(database(folder)),
        "FABRIC_DEMO_DATABASE": urlsplit(warehouse).path.removeprefix("/"),
        "FABRIC_DEMO_EXTENSIONS": str(folder / "extensions"),
        "FABRIC_DEMO_LAKE": str(lake),
    }


def _run(folder: Path, variables: dict[str, str]) -> None:
    log = folder / "dbt.log"
    with as_file(files("api.demo").joinpath(_SCRIPT)) as script, log.open("wb") as output:
        # -P keeps the script's folder, in which modules of Fabric lie, out of dbt's path.
        command = [_interpreter(), "-P", str(script), str(folder / "project")]
        code = _wait(command, os.environ | variables, folder, output)
    if code is None:
        raise SourceError(f"dbt did not end within {_PATIENCE:.0f} seconds", remedy=f"read {log}")
    if code:
        _complain(log)


def _wait(command: list[str], environment: dict[str, str], folder: Path, output: IO[bytes]) -> int | None:
    """Exit code of the command; None where it had to be stopped."""
    try:
        # The pipe stays open as long as we live: by it the script learns that we were killed.
        with subprocess.Popen(  # noqa: S603 (the interpreter is this one or the user's own choice)
            command, env=environment, cwd=folder, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT
        ) as process:
            try:
                return process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                return None
    except OSError as error:
        raise SettingsError(
            f"{VARIABLE} is {command[0]!r}, which cannot be run: {error.strerror}",
            remedy="name the Python interpreter of an environment in which dbt-duckdb is installed",
        ) from error


def _complain(log: Path) -> None:
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    last = lines[-1] if lines else "it said nothing"
    if last.startswith("ModuleNotFoundError"):
        raise MissingExtra(
            f"dbt does not run in {_interpreter()}: {last}",
            remedy=f"pip install 'kgfabric[demo]' there, or name another interpreter in {VARIABLE}",
        )
    raise SourceError(f"dbt could not build the demo's project: {last.strip()}", remedy=f"read {log}")


def _interpreter() -> str:
    return os.environ.get(VARIABLE) or sys.executable
