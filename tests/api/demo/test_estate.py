from __future__ import annotations

import json
import time
from collections import Counter
from typing import Any

import pyarrow.dataset
import pyarrow.parquet
import pytest

from api.demo.estate import build
from fabric.connector import connector_class, read_config
from fabric.model import Dataset, Lineage, Problem, Record
from tests.api.demo.estates import PASSWORD, Built

pytestmark = pytest.mark.service


def harvest(built: Built, name: str) -> list[Record | Problem]:
    kind = next(connector for source, connector, _ in built.estate.sources if source == name)
    connector = connector_class(kind)
    return list(connector(read_config(connector, built.options[name])).harvest())


def artifact(built: Built, name: str) -> dict[str, Any]:
    file = built.folder / "analytics" / "project" / "target" / f"{name}.json"
    loaded: dict[str, Any] = json.loads(file.read_text())
    return loaded


def test_estate_names_its_sources_and_questions(built: Built) -> None:
    assert [(name, connector) for name, connector, _ in built.estate.sources] == [
        ("warehouse", "sql"),
        ("lake", "files"),
        ("analytics", "dbt"),
        ("marts", "sql"),
        ("deliveries", "files"),
    ]
    assert len(built.estate.questions) == 3
    assert [line.partition(":")[0] for line in built.told] == ["PostgreSQL", "Lake", "dbt", "Delivery"]


def test_second_build_does_nothing_and_takes_moments(built: Built) -> None:
    told = list[str]()
    start = time.perf_counter()
    again = build(built.folder, progress=told.append, database=built.database)
    assert (again, told) == (built.estate, [])
    assert time.perf_counter() - start < 2


def test_password_is_written_nowhere(built: Built) -> None:
    files = [file for file in built.folder.rglob("*") if file.is_file() and not file.is_symlink()]
    assert files
    assert [file for file in files if PASSWORD.encode() in file.read_bytes()] == []


def test_weather_is_partitioned_complete_and_described(built: Built) -> None:
    weather = built.folder / "lake" / "weather"
    files = sorted(weather.glob("origin=*/month=*/*.parquet"))
    assert len(files) == 3 * 12
    assert pyarrow.dataset.dataset(weather, partitioning="hive").count_rows() == 26_115
    schema = pyarrow.parquet.read_schema(files[0])
    assert all(field.metadata[b"description"] for field in schema)
    assert {"origin", "month"}.isdisjoint(schema.names)


def test_reference_data_is_complete(built: Built) -> None:
    reference = built.folder / "lake" / "reference"
    airports = [json.loads(line) for line in (reference / "airports.jsonl").read_text().splitlines()]
    assert len(airports) == 1_458
    (newark,) = [airport for airport in airports if airport["code"] == "EWR"]
    assert newark["time_zone"]["name"] == "America/New_York"
    assert len((reference / "aircraft_models.csv").read_text().splitlines()) > 100


def test_dbt_built_every_model_and_tested_honestly(built: Built) -> None:
    results = artifact(built, "run_results")["results"]
    assert Counter(result["status"] for result in results) == {
        "success": 12,
        "pass": 34,
        "warn": 4,
        "fail": 1,
        "no-op": 1,
    }
    (failed,) = [result for result in results if result["status"] == "fail"]
    assert (failed["unique_id"].split(".")[2], failed["failures"]) == ("not_null_fleet_age_year_built", 70)


def test_dbt_project_is_described_to_the_last_column(built: Built) -> None:
    manifest, catalog = artifact(built, "manifest"), artifact(built, "catalog")
    models = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] in {"model", "seed"}}
    assert len(models) == 12
    for key, model in models.items():
        described = {name for name, column in model["columns"].items() if column["description"]}
        assert model["description"]
        assert model["meta"]["owner"]
        assert described == set(catalog["nodes"][key]["columns"]), key
    assert all(model["compiled_code"] for model in models.values() if model["resource_type"] == "model")
    (exposure,) = manifest["exposures"].values()
    assert exposure["label"] == "On-time performance"


def test_marts_answer_the_questions(built: Built) -> None:
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect(str(built.folder / "analytics" / "analytics.duckdb"), read_only=True) as marts:
        worst = marts.execute(
            "select airport from marts.airport_departure_delays group by airport "
            "order by sum(average_departure_delay * scheduled_flights) / sum(scheduled_flights) desc"
        ).fetchall()
        flights = marts.execute("select count(*) from staging.stg_flights").fetchone()
        makers = marts.execute(
            "select count(distinct maker) from marts.fleet_age where maker ilike 'airbus%'"
        ).fetchone()
    assert worst[0] == ("EWR",)
    assert flights == (336_776,)
    assert makers == (1,)


def test_dbt_lineage_begins_at_the_tables_of_the_warehouse(built: Built) -> None:
    tables = {record.ref for record in harvest(built, "warehouse") if isinstance(record, Dataset)}
    upstream = {record.upstream for record in harvest(built, "analytics") if isinstance(record, Lineage)}
    assert {ref.name.rpartition(".")[2] for ref in tables & upstream} == {"airlines", "airports", "planes", "flights"}
