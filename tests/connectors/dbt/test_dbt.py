"""A project that dbt itself builds on DuckDB, harvested from the files it leaves behind."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest

from fabric.connector import connector_class, read_config
from fabric.model import (
    Catalog,
    Check,
    CheckResult,
    Dashboard,
    Dataset,
    Job,
    Key,
    Lineage,
    Problem,
    Record,
    Run,
    Source,
    agent,
    dataset,
)
from tests.connectors.contract import check_contract
from tests.connectors.dbt.bakery import MISSING, build_bakery, run_dbt
from tests.connectors.dbt.reading import connector, harvest, of

pytestmark = pytest.mark.skipif(MISSING and not os.environ.get("CI"), reason="dbt-duckdb is not installed")


@pytest.fixture(scope="module")
def bakery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's folder after `dbt build`, `dbt docs generate` and `dbt source freshness`."""
    folder = build_bakery(tmp_path_factory.mktemp("dbt") / "bakery")
    run_dbt(folder, "source", "freshness")
    return folder


@pytest.fixture(scope="module")
def namespace(bakery: Path) -> str:
    return f"duckdb://{bakery / 'bakery.duckdb'}"


@pytest.fixture(scope="module")
def records(bakery: Path, namespace: str) -> list[Record | Problem]:
    return harvest(bakery, namespace=namespace, project_name=None)


def test_it_keeps_the_contract_of_connectors(bakery: Path, namespace: str) -> None:
    check_contract(connector(bakery, namespace=namespace))


def test_check_names_dbt_and_the_project(bakery: Path, namespace: str) -> None:
    said = connector(bakery, namespace=namespace, project_name=None).check()
    assert "project bakery (manifest v" in said


def test_datasets_are_the_tables_that_the_database_holds(bakery: Path, records: list[Record | Problem]) -> None:
    with duckdb.connect(str(bakery / "bakery.duckdb"), read_only=True) as connection:
        tables = connection.execute(
            "select table_catalog || '.' || table_schema || '.' || table_name from information_schema.tables"
        ).fetchall()
    assert of(Dataset, records).keys() == {name for (name,) in tables}
    assert not of(Problem, records)


def test_datasets_meet_those_of_the_database_harvested_itself(
    bakery: Path, namespace: str, records: list[Record | Problem]
) -> None:
    sql = connector_class("sql")
    itself = list(sql(read_config(sql, {"url": f"duckdb:///{bakery / 'bakery.duckdb'}"})).harvest())
    assert of(Dataset, itself).keys() == of(Dataset, records).keys()
    for name, found in of(Dataset, itself).items():
        ours = of(Dataset, records)[name]
        assert (ours.ref, ours.part_of, ours.title) == (found.ref, found.part_of, found.title)
        assert [(field.name, field.datatype) for field in ours.fields] == [
            (field.name, field.datatype) for field in found.fields
        ]
    systems = {
        record.title for record in (*itself, *records) if isinstance(record, Source) and record.namespace == namespace
    }
    assert systems == {"bakery.duckdb"}
    places = {(place.ref, place.title, place.part_of) for place in itself if isinstance(place, Catalog)}
    assert {(place.ref, place.title, place.part_of) for place in records if isinstance(place, Catalog)} <= places


def test_columns_have_the_types_of_the_database(records: list[Record | Problem]) -> None:
    found = of(Dataset, records)["bakery.main.daily_revenue"]
    assert [(field.name, field.datatype) for field in found.fields] == [
        ("sale_date", "date"),
        ("product_id", "integer"),
        ("revenue", "double"),
    ]
    assert found.fields[0].description == "Day of the sale."
    assert found.definition is not None
    assert '"bakery"."raw"."sales"' in found.definition


def test_kinds_follow_materializations(records: list[Record | Problem]) -> None:
    assert {name.rpartition(".")[2]: found.kind for name, found in of(Dataset, records).items()} == {
        "products": "seed",
        "sales": "table",
        "daily_revenue": "table",
        "product_facts": "table",
        "product_history": "table",
        "top_products": "view",
    }


def test_contracts_declare_keys(records: list[Record | Problem]) -> None:
    found = of(Dataset, records)["bakery.main.product_facts"]
    assert found.keys == {Key(name="primary_key_product_id", columns=("product_id",), primary=True)}


def test_lineage_and_exposures_reach_through_the_ephemeral_model(
    namespace: str, records: list[Record | Problem]
) -> None:
    def main(name: str) -> object:
        return dataset(namespace, f"bakery.main.{name}")

    sales = dataset(namespace, "bakery.raw.sales")
    assert {(edge.downstream, edge.upstream) for edge in records if isinstance(edge, Lineage)} == {
        (main("daily_revenue"), sales),
        (main("daily_revenue"), main("products")),
        (main("top_products"), main("daily_revenue")),
        (main("product_facts"), main("products")),
        (dataset(namespace, "bakery.main_history.product_history"), main("products")),
    }
    assert of(Dashboard, records)["exposure.bakery.weekly_report"].reads == {main("top_products"), sales}


def test_groups_and_owners_are_agents(records: list[Record | Problem]) -> None:
    owners = {agent("finance@bakery.example"), agent("ada@bakery.example")}
    assert of(Dataset, records)["bakery.main.daily_revenue"].owners == owners
    assert of(Job, records)["dbt.model.bakery.daily_revenue"].owners == owners


def test_every_job_ran(records: list[Record | Problem]) -> None:
    runs = of(Run, records).values()
    assert {run.job.name for run in runs} == of(Job, records).keys()
    assert {run.status for run in runs} == {"complete"}
    assert all(run.started and run.ended and run.started <= run.ended for run in runs)


def test_checks_have_the_outcome_of_the_last_build(records: list[Record | Problem]) -> None:
    outcomes = {result.check.name: result.outcome for result in records if isinstance(result, CheckResult)}
    checks = of(Check, records)
    assert outcomes.keys() == checks.keys() - {"test.bakery.not_null_stg_sales_sale_id"}
    assert {checks[name].title: outcome for name, outcome in outcomes.items()} == {
        "source_unique_till_sales_sale_id": "passed",
        "not_null_daily_revenue_sale_date": "passed",
        "relationships_daily_revenue_product_id__product_id__ref_products_": "passed",
        "accepted_values_product_facts_name__rye_bread__pretzel": "failed",
        "no_negative_revenue": "passed",
        "freshness of till.sales": "failed",
    }
