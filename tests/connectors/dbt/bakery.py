"""A dbt project on DuckDB, run by the real dbt."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import duckdb

__all__ = ["MISSING", "build_bakery", "run_dbt"]

PROJECT = Path(__file__).parent / "project"
MISSING = find_spec("dbt") is None or find_spec("dbt.adapters.duckdb") is None
"""Whether dbt is not installed."""


def build_bakery(folder: Path) -> Path:
    """The project in a new folder after `dbt build` and `dbt docs generate`."""
    shutil.copytree(PROJECT, folder)
    with duckdb.connect(str(folder / "bakery.duckdb")) as connection:
        connection.execute("create schema raw")
        connection.execute(
            "create table raw.sales as select i as sale_id, 1 + i % 3 as product_id, 2 as quantity, "
            "timestamp '2026-01-01 10:00:00' + to_days(i) as sold_at from range(9) as numbers(i)"
        )
    run_dbt(folder, "build")
    # Generating docs writes run results of its own, which are no runs.
    run_dbt(folder, "docs", "generate", "--target-path", "documented")
    shutil.copy(folder / "documented" / "catalog.json", folder / "target" / "catalog.json")
    return folder


def run_dbt(folder: Path, *command: str) -> None:
    settings = {
        **os.environ,
        "BAKERY_DATABASE": str(folder / "bakery.duckdb"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    code = "import sys; from dbt.cli.main import cli; sys.exit(cli())"
    done = subprocess.run(
        [sys.executable, "-c", code, *command, "--project-dir", str(folder), "--profiles-dir", str(folder)],
        cwd=folder, env=settings, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
