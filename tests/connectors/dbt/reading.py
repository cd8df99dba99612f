"""Harvests a folder of dbt artifacts and sorts what comes by type."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from connectors.dbt import DbtConnector
from fabric.connector import read_config
from fabric.model import Problem, Record

R = TypeVar("R", bound=Record | Problem)
SNOWFLAKE = "snowflake://lab-eu"


def connector(path: Path | str, **options: object) -> DbtConnector:
    given = {"path": str(path), "namespace": SNOWFLAKE, "project_name": "lab", **options}
    config = read_config(DbtConnector, given)
    return DbtConnector(config)  # type: ignore[arg-type]


def harvest(path: Path | str, **options: object) -> list[Record | Problem]:
    return list(connector(path, **options).harvest())


def of(kind: type[R], records: Iterable[Record | Problem]) -> dict[str, R]:
    """Records of one type by name, problems by subject."""
    return {
        record.subject if isinstance(record, Problem) else record.ref.name: record
        for record in records
        if isinstance(record, kind)
    }
