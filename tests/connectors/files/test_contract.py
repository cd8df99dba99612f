from __future__ import annotations

import gzip
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
from deltalake import write_deltalake
from pyiceberg.catalog.memory import InMemoryCatalog

from fabric.model import Dataset
from tests.connectors.contract import check_contract
from tests.connectors.files.harvesting import connector

TABLE = pa.table({"id": [1, 2], "year": [2013, 2014], "who": [{"name": "a", "tags": ["x"]}] * 2})


def test_a_folder_of_every_format_keeps_the_contract(tmp_path: Path) -> None:
    formats = lake(tmp_path)
    records = check_contract(connector(tmp_path), connections=_open_files)
    found = [distribution for record in records if isinstance(record, Dataset) for distribution in record.distributions]
    assert {distribution.format for distribution in found} == formats


def test_a_folder_with_problems_keeps_the_contract(tmp_path: Path) -> None:
    lake(tmp_path)
    for name in ("bad.parquet", "bad.csv", "bad.xlsx", "bad.arrow", "bad.jsonl", "bad.csv.gz"):
        (tmp_path / name).write_bytes(b"\x00\xff garbage")
    check_contract(connector(tmp_path), complete=False, connections=_open_files)


def lake(folder: Path) -> set[str]:
    pq.write_to_dataset(TABLE, folder / "partitioned", partition_cols=["year"])
    pq.write_table(TABLE, folder / "one.parquet")
    pyarrow.feather.write_feather(TABLE, folder / "one.feather")
    (folder / "one.csv").write_text("id,name\n1,a\n")
    (folder / "one.tsv").write_text("id\tname\n1\ta\n")
    (folder / "one.jsonl.gz").write_bytes(gzip.compress(b'{"id": 1, "who": {"name": "a"}}\n'))
    book = openpyxl.Workbook()
    book.active.append(["id", "name"])
    book.save(folder / "book.xlsx")
    write_deltalake(folder / "delta", TABLE, partition_by=["year"])
    catalog = InMemoryCatalog("lake", warehouse=str(folder / "warehouse"))
    catalog.create_namespace("shop")
    catalog.create_table("shop.orders", TABLE.schema).append(TABLE)
    return {"parquet", "arrow", "csv", "tsv", "jsonl", "xlsx", "delta", "iceberg"}


def _open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())
