"""Fabric's side of the harvest benchmark: its command line as a user types it, and one process timed phase by phase."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks._processes import Cost, measure
from benchmarks._warehouse import Warehouse

__all__ = ["Harvest", "features", "harvest", "phases", "register"]

_SOURCE = "warehouse"
_FEATURES = {
    "tables and views": "?x a csvw:Table",
    "columns": "?x a cr:Field",
    "table comments": "?x a csvw:Table ; dct:description ?y",
    "column comments": "?x a cr:Field ; dct:description ?y",
    "primary keys": "?x a fab:Key ; fab:primary true",
    "foreign keys": "?x a fab:ForeignKey",
    "indexes": "?x a fab:Index",
    "view definitions": "?x a csvw:Table ; fab:definition ?y",
    "view lineage, tables": "?x a csvw:Table ; prov:wasDerivedFrom ?y",
    "view lineage, columns": "?x a cr:Field ; prov:wasDerivedFrom ?y",
    "databases and schemas": "?x a dcat:Catalog",
    "owners": "?x a csvw:Table ; fab:owner ?y",
    "row counts": "?x a csvw:Table ; fab:rowCount ?y",
    "sizes": "?x a csvw:Table ; fab:byteSize ?y",
}


@dataclass(frozen=True, slots=True)
class Harvest:
    """One `fabric harvest`: what its process took, the seconds its run took within that process, and its counts."""

    cost: Cost
    run: float
    records: int
    changed: int
    state: str


def register(warehouse: Warehouse, data_dir: Path) -> None:
    """`fabric source add`."""
    _fabric(data_dir, "source", "add", _SOURCE, "sql", "--option", f"url={warehouse.url}")


def harvest(data_dir: Path) -> Harvest:
    """`fabric harvest`."""
    cost, printed = _fabric(data_dir, "harvest", _SOURCE, "--json")
    (run,) = json.loads(printed)
    took = datetime.fromisoformat(run["endedAt"]) - datetime.fromisoformat(run["startedAt"])
    return Harvest(cost, took.total_seconds(), run["records"], run["changed"], run["state"])


def phases(data_dir: Path, database: Warehouse) -> dict[str, float]:
    """Seconds by phase of a first harvest in one process; the source must not have been harvested yet."""
    timed = measure(
        [sys.executable, "-m", "benchmarks._phases", str(data_dir), _SOURCE, database.url, str(database.tables)]
    )
    read: dict[str, float] = json.loads(timed.output)
    return read


def features(data_dir: Path) -> dict[str, int]:
    """How much of what the graph holds."""
    branches = " UNION ".join(f'{{ {pattern} BIND("{name}" AS ?what) }}' for name, pattern in _FEATURES.items())
    query = f"SELECT ?what (COUNT(*) AS ?n) WHERE {{ {branches} }} GROUP BY ?what"
    answer = json.loads(_fabric(data_dir, "sparql", query, "--json")[1])
    return {row["what"]["value"]: int(row["n"]["value"]) for row in _bindings(answer)}


def _bindings(answer: Any) -> list[dict[str, dict[str, str]]]:
    found: list[dict[str, dict[str, str]]] = answer["results"]["bindings"]
    return found


def _fabric(data_dir: Path, *arguments: str) -> tuple[Cost, str]:
    done = measure([sys.executable, "-m", "api.cli", *arguments], {"FABRIC_DATA_DIR": str(data_dir)})
    return done.cost, done.output
