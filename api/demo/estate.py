"""Builds the demo's estate: a warehouse, a lake and an analytics project, as a small airline might have them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from api.demo import analytics, lake
from api.demo.delivery import build_delivery
from api.demo.questions import QUESTIONS
from api.demo.server import namespace, postgres
from api.demo.stamps import Stamps
from api.demo.warehouse import build_warehouse
from fabric.errors import InputError

__all__ = ["Estate", "build"]

_PATIENCE = 300.0


@dataclass(frozen=True, slots=True)
class Estate:
    """What was built: the sources to register as `(name, connector, options)`, and questions to ask of them.

    `deliveries` is the folder of what is delivered out of the DuckDB file `marts`.
    """

    sources: tuple[tuple[str, str, dict[str, Any]], ...]
    questions: tuple[str, ...]
    deliveries: Path
    marts: Path


def build(folder: Path, *, progress: Callable[[str], None], database: str = "airline") -> Estate:
    """Build under `folder` what is not there yet, complete and up to date; a second build takes moments.

    The PostgreSQL `database` lies on the server that `api.demo.server.postgres` finds; another one of that name is left
    alone. `progress` is told what is being done, a line at a time.

    Raises: MissingExtra, SettingsError, Unreachable, AccessDenied, SourceError, InputError.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / "estate.lock", timeout=_PATIENCE):
            return _build(folder, progress, database)
    except Timeout as error:
        raise InputError(
            f"another process has been building the demo in {folder} for {_PATIENCE:.0f} seconds",
            remedy="wait for it to end, or choose another folder",
        ) from error


def _build(folder: Path, progress: Callable[[str], None], database: str) -> Estate:
    stamps = Stamps(folder / "estate.json")
    files, project = folder / "lake", folder / "analytics"
    warehouse = build_warehouse(postgres(folder), database, progress)
    made_from = lake.fingerprint()
    if not stamps.holds(files, made_from):
        with stamps.renewing(files, made_from):
            lake.build_lake(files, progress)
    made_from = analytics.fingerprint(warehouse, files)
    if not stamps.holds(project, made_from):
        with stamps.renewing(project, made_from):
            analytics.build_analytics(project, warehouse=warehouse, lake=files, progress=progress)
    deliveries, marts = folder / "deliveries", analytics.database(project)
    if not stamps.holds(deliveries, made_from):
        with stamps.renewing(deliveries, made_from):
            build_delivery(deliveries, marts, progress)
    return Estate(_sources(warehouse, files, project, deliveries), QUESTIONS, deliveries, marts)


def _sources(
    warehouse: str, files: Path, project: Path, deliveries: Path
) -> tuple[tuple[str, str, dict[str, Any]], ...]:
    file = analytics.database(project)
    dbt = {
        "path": str(analytics.target(project)),
        "namespace": f"duckdb://{file}",
        "source_namespaces": {"ops": namespace(warehouse)},
    }
    return (
        ("warehouse", "sql", {"url": warehouse}),
        ("lake", "files", {"path": str(files)}),
        ("analytics", "dbt", dbt),
        ("marts", "sql", {"url": f"duckdb:///{file}"}),
        ("deliveries", "files", {"path": str(deliveries)}),
    )
