"""Harvests a DCAT catalogue and sorts what comes by type."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from connectors.dcat import DcatConnector
from fabric.connector import read_config
from fabric.model import Problem, Record

R = TypeVar("R", bound=Record | Problem)
DATA = Path(__file__).parent / "data"
PORTS = DATA / "ports.ttl"


def connector(url: Path | str, **options: object) -> DcatConnector:
    config = read_config(DcatConnector, {"url": str(url), **options})
    return DcatConnector(config)  # type: ignore[arg-type]


def harvest(url: Path | str, **options: object) -> list[Record | Problem]:
    return list(connector(url, **options).harvest())


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def of(kind: type[R], records: Iterable[Record | Problem]) -> dict[str, R]:
    """Records of one type by the end of their name, problems by subject."""
    return {
        record.subject if isinstance(record, Problem) else record.ref.name.rpartition("/")[2]: record
        for record in records
        if isinstance(record, kind)
    }
