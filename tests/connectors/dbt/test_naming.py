from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connectors.dbt.naming import relation_parts, stored_files, system_title, table_name
from connectors.dbt.schema import Node

CASES = json.loads((Path(__file__).parent / "data" / "names.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=[f"{case['adapter']}-{case['name']}" for case in CASES])
def test_names_are_those_of_the_platform(case: dict[str, Any]) -> None:
    node = Node.model_validate({"unique_id": "model.a.b", "resource_type": "model", "name": "b", **case["node"]})
    assert table_name(relation_parts(node, case["adapter"]), case["adapter"]) == case["name"]


@pytest.mark.parametrize(
    ("namespace", "title"),
    [
        ("postgres://host:5432", "host:5432"),
        ("duckdb:///srv/data/shop.duckdb", "shop.duckdb"),
        ("bigquery", "bigquery"),
    ],
)
def test_systems_are_called_by_their_place(namespace: str, title: str) -> None:
    assert system_title(namespace) == title


@pytest.mark.parametrize(
    ("location", "files"),
    [
        ("read_parquet('/lake/weather/*/*/*.parquet', hive_partitioning = true)", ("file", "/lake/weather")),
        ("read_csv('s3://lake/raw/orders-{day}.csv')", ("s3://lake", "raw")),
        ("s3://lake/raw/orders.parquet", ("s3://lake", "raw/orders.parquet")),
        ("relative/orders.csv", None),
        ("s3://lake", None),
        ("", None),
    ],
)
def test_a_source_of_files_meets_the_files_connectors_dataset(location: str, files: tuple[str, str] | None) -> None:
    assert stored_files(location) == files
