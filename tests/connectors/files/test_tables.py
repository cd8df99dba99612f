from __future__ import annotations

import sys
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from pyiceberg.catalog.memory import InMemoryCatalog
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table import Table
from pyiceberg.transforms import DayTransform, IdentityTransform
from pyiceberg.types import DecimalType, ListType, LongType, NestedField, StringType, StructType, TimestamptzType

from fabric.model import Key
from tests.connectors.files.harvesting import harvest, types

ORDERS = pa.table(
    {
        "id": pa.array([1, 2, 3], pa.int64()),
        "region": pa.array(["a", "a", "b"]),
        "item": pa.array([{"sku": "x", "n": 1}] * 3, pa.struct([("sku", pa.string()), ("n", pa.int32())])),
    },
    schema=pa.schema(
        [
            pa.field("id", pa.int64(), nullable=False, metadata={"comment": "the key"}),
            pa.field("region", pa.string()),
            pa.field("item", pa.struct([("sku", pa.string()), ("n", pa.int32())])),
        ]
    ),
)


def test_a_delta_table_is_one_dataset(tmp_path: Path) -> None:
    folder = tmp_path / "orders"
    write_deltalake(folder, ORDERS, partition_by=["region"], name="Orders", description="all orders")
    write_deltalake(folder, ORDERS, mode="append")
    dataset = harvest(tmp_path).only
    assert (dataset.namespace, dataset.name, dataset.platform) == ("file", str(folder), "delta-lake")
    assert (dataset.title, dataset.description, dataset.kind) == ("Orders", "all orders", "table")
    assert types(dataset.fields) == {"id": "integer", "region": "string", "item": "object"}
    assert types(dataset.fields[2].fields) == {"sku": "string", "n": "integer"}
    assert [field.native_type for field in dataset.fields] == ["long", "string", "struct"]
    assert [field.required for field in dataset.fields] == [True, False, False]
    assert dataset.fields[0].description == "the key"
    assert (dataset.partition_columns, dataset.partition_count) == (("region",), 2)
    assert (dataset.row_count, dataset.row_count_exact) == (6, True)
    [distribution] = dataset.distributions
    assert (distribution.file_count, distribution.format) == (4, "delta")
    assert dataset.byte_size == sum(path.stat().st_size for path in folder.rglob("*.parquet"))
    assert dataset.modified is not None
    assert dataset.issued is not None
    assert dataset.issued <= dataset.modified


def test_deleted_rows_of_a_delta_table_do_not_count(tmp_path: Path) -> None:
    write_deltalake(tmp_path / "t", ORDERS)
    DeltaTable(tmp_path / "t").delete("id = 1")
    assert harvest(tmp_path).only.row_count == 2


def test_an_empty_delta_table_has_its_schema(tmp_path: Path) -> None:
    DeltaTable.create(tmp_path / "t", ORDERS.schema)
    dataset = harvest(tmp_path).only
    assert (len(dataset.fields), dataset.row_count, dataset.byte_size) == (3, 0, 0)


def test_a_broken_delta_log_is_a_problem_and_its_files_no_datasets(tmp_path: Path) -> None:
    write_deltalake(tmp_path / "broken", ORDERS)
    write_deltalake(tmp_path / "good", ORDERS)
    for log in (tmp_path / "broken/_delta_log").glob("*.json"):
        log.write_text("no json")
    (tmp_path / "none/_delta_log").mkdir(parents=True)
    found = harvest(tmp_path)
    assert set(found.datasets) == {f"{tmp_path}/good"}
    assert {problem.subject for problem in found.problems} == {
        (tmp_path / name).as_uri() for name in ("broken", "none")
    }


@pytest.fixture
def iceberg(tmp_path: Path) -> Table:
    catalog = InMemoryCatalog("lake", warehouse=str(tmp_path))
    catalog.create_namespace("shop")
    line = StructType(NestedField(7, "sku", StringType(), required=False))
    schema = Schema(
        NestedField(1, "id", LongType(), required=True, doc="the key"),
        NestedField(2, "region", StringType(), required=False),
        NestedField(3, "at", TimestamptzType(), required=False),
        NestedField(4, "price", DecimalType(10, 2), required=False),
        NestedField(5, "lines", ListType(6, line, element_required=False), required=False),
        identifier_field_ids=[1],
    )
    spec = PartitionSpec(PartitionField(2, 1000, IdentityTransform(), "region"))
    return catalog.create_table("shop.orders", schema, partition_spec=spec, properties={"comment": "all orders"})


def test_an_iceberg_table_is_one_dataset(tmp_path: Path, iceberg: Table) -> None:
    rows = [{"id": 1, "region": "a"}, {"id": 2, "region": "b"}]
    iceberg.append(pa.Table.from_pylist(rows, schema=iceberg.schema().as_arrow()))
    dataset = harvest(tmp_path).only
    assert (dataset.name, dataset.platform) == (f"{tmp_path}/shop/orders", "iceberg")
    assert (dataset.title, dataset.description) == ("orders", "all orders")
    assert types(dataset.fields) == {
        "id": "integer", "region": "string", "at": "datetime", "price": "decimal", "lines": "array",
    }  # fmt: skip
    assert [field.native_type for field in dataset.fields] == [
        "long", "string", "timestamptz", "decimal(10, 2)", "list<struct>",
    ]  # fmt: skip
    assert types(dataset.fields[4].fields) == {"sku": "string"}
    assert (dataset.fields[0].description, dataset.fields[0].required) == ("the key", True)
    assert dataset.keys == {Key(name="identifier", columns=("id",), primary=True)}
    assert dataset.partition_columns == ("region",)
    assert (dataset.row_count, dataset.row_count_exact) == (2, True)
    [distribution] = dataset.distributions
    assert (distribution.file_count, distribution.format) == (2, "iceberg")
    assert dataset.byte_size == sum(path.stat().st_size for path in tmp_path.rglob("*.parquet"))


def test_a_transformed_partition_column_is_named_by_its_source(tmp_path: Path, iceberg: Table) -> None:
    with iceberg.update_spec() as update:
        update.add_field("at", DayTransform(), "at_day")
    assert harvest(tmp_path).only.partition_columns == ("region", "at")


def test_the_newest_metadata_of_an_iceberg_table_is_read(tmp_path: Path, iceberg: Table) -> None:
    with iceberg.update_schema() as update:
        update.add_column("note", StringType(), doc="added later")
    dataset = harvest(tmp_path).only
    assert (dataset.fields[-1].name, dataset.fields[-1].description) == ("note", "added later")
    assert (dataset.row_count, dataset.byte_size) == (0, 0)


def test_the_version_hint_of_an_iceberg_table_is_followed(tmp_path: Path, iceberg: Table) -> None:
    with iceberg.update_schema() as update:
        update.add_column("note", StringType())
    metadata = tmp_path / "shop/orders/metadata"
    for number, path in enumerate(sorted(metadata.glob("*.metadata.json")), 1):
        path.rename(metadata / f"v{number}.metadata.json")
    (metadata / "version-hint.text").write_text("1")
    assert "note" not in types(harvest(tmp_path).only.fields)


def test_broken_iceberg_metadata_is_a_problem(tmp_path: Path, iceberg: Table) -> None:
    for path in tmp_path.rglob("*.metadata.json"):
        path.write_text('{"format-version": 2}')
    found = harvest(tmp_path)
    assert found.datasets == {}
    [problem] = found.problems
    assert "Iceberg metadata" in problem.reason


@pytest.mark.parametrize(
    ("package", "extra"), [("deltalake", "delta"), ("pyiceberg", "iceberg"), ("openpyxl", "excel")]
)
def test_a_missing_package_is_a_problem_with_the_line_that_installs_it(
    tmp_path: Path, iceberg: Table, monkeypatch: pytest.MonkeyPatch, package: str, extra: str
) -> None:
    import openpyxl

    openpyxl.Workbook().save(tmp_path / "b.xlsx")
    write_deltalake(tmp_path / "delta", ORDERS)
    (tmp_path / "good.csv").write_text("id\n1\n")
    monkeypatch.setitem(sys.modules, package, None)
    found = harvest(tmp_path)
    assert f"{tmp_path}/good.csv" in found.datasets
    [problem] = found.problems
    assert f"pip install 'kgfabric[{extra}]'" in problem.reason
