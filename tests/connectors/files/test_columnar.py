from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from fabric.model import Field
from tests.connectors.files.harvesting import harvest, types

NESTED = pa.schema(
    [
        pa.field("id", pa.int64(), nullable=False, metadata={"comment": "the key"}),
        pa.field("address", pa.struct([pa.field("city", pa.string(), nullable=False), pa.field("zip", pa.string())])),
        pa.field("lines", pa.list_(pa.struct([pa.field("sku", pa.string()), pa.field("n", pa.int32())]))),
        pa.field("tags", pa.list_(pa.string())),
        pa.field("more", pa.map_(pa.string(), pa.int64())),
        pa.field("price", pa.decimal128(10, 2)),
        pa.field("at", pa.timestamp("us", tz="UTC")),
        pa.field("kind", pa.dictionary(pa.int32(), pa.string())),
        pa.field("raw", pa.binary()),
        pa.field("time", pa.time64("us")),
    ],
    metadata={"description": "orders of the shop"},
)
TYPES = {
    "id": "integer", "address": "object", "lines": "array", "tags": "array", "more": "object", "price": "decimal",
    "at": "datetime", "kind": "string", "raw": "binary", "time": "time",
}  # fmt: skip


@pytest.mark.parametrize("name", ["t.parquet", "t.pq", "t.arrow", "t.feather", "t.arrows"])
def test_schema_rows_and_comments_are_read(tmp_path: Path, name: str) -> None:
    _write(NESTED.empty_table(), tmp_path / name)
    dataset = harvest(tmp_path).only
    fields = {field.name: field for field in dataset.fields}
    assert types(dataset.fields) == TYPES
    assert dataset.description == "orders of the shop"
    assert fields["id"] == Field(
        name="id", ordinal=1, datatype="integer", native_type="int64", required=True, description="the key"
    )
    assert types(fields["address"].fields) == {"city": "string", "zip": "string"}
    assert [field.required for field in fields["address"].fields] == [True, False]
    assert types(fields["lines"].fields) == {"sku": "string", "n": "integer"}
    assert fields["lines"].native_type == "list<struct>"
    assert fields["tags"].fields == ()
    assert types(fields["more"].fields) == {"key": "string", "value": "integer"}
    assert dataset.row_count == (None if name == "t.arrows" else 0)
    assert dataset.byte_size == (tmp_path / name).stat().st_size
    assert dataset.modified is not None
    assert dataset.modified.timestamp() == pytest.approx((tmp_path / name).stat().st_mtime, abs=0.001)


@pytest.mark.parametrize("name", ["t.parquet", "t.arrow"])
def test_rows_come_from_the_footer(tmp_path: Path, name: str) -> None:
    _write(pa.table({"x": range(100_000)}), tmp_path / name)
    dataset = harvest(tmp_path).only
    assert (dataset.row_count, dataset.row_count_exact) == (100_000, True)


def test_rows_of_more_files_than_footers_are_read_are_estimated(tmp_path: Path) -> None:
    for number in range(50):
        pq.write_table(pa.table({"x": range(100)}), tmp_path / f"part-{number:03}.parquet")
    dataset = harvest(tmp_path, max_footers=10).only
    assert (dataset.row_count, dataset.row_count_exact) == (5000, False)
    [distribution] = dataset.distributions
    assert distribution.file_count == 50
    assert harvest(tmp_path, max_footers=50).only.row_count_exact is True


@pytest.mark.parametrize("name", ["bad.parquet", "bad.arrow", "bad.arrows", "bad.xlsx"])
@pytest.mark.parametrize("data", [b"", b"garbage", b"PAR1" + b"\xff" * 100 + b"PAR1", b"ARROW1\x00\x00" + b"\x7f" * 64])
def test_a_corrupt_file_is_a_problem_and_the_others_are_read(tmp_path: Path, name: str, data: bytes) -> None:
    pq.write_table(pa.table({"x": [1]}), tmp_path / "good.parquet")
    (tmp_path / name).write_bytes(data)
    found = harvest(tmp_path)
    assert set(found.datasets) == {f"{tmp_path}/good.parquet"}
    [problem] = found.problems
    assert problem.subject == (tmp_path / name).as_uri()
    assert "exclude it" in problem.reason


def test_every_cut_of_a_parquet_file_is_a_problem(tmp_path: Path) -> None:
    whole = tmp_path / "t.parquet"
    pq.write_table(NESTED.empty_table(), whole)
    data = whole.read_bytes()
    for size in range(0, len(data), 97):
        whole.write_bytes(data[:size])
        assert len(harvest(tmp_path).problems) == 1


def test_a_corrupt_file_of_a_series_is_left_out_of_it(tmp_path: Path) -> None:
    for number in range(4):
        pq.write_table(pa.table({"x": [1, 2]}), tmp_path / f"part-{number}.parquet")
    (tmp_path / "part-2.parquet").write_bytes(b"garbage")
    found = harvest(tmp_path)
    [dataset] = found.datasets.values()
    [distribution] = dataset.distributions
    assert (dataset.row_count, dataset.row_count_exact, distribution.file_count) == (6, True, 3)
    assert len(found.problems) == 1


def test_types_that_differ_in_a_series_tell_datasets_apart(tmp_path: Path) -> None:
    pq.write_table(pa.table({"x": [1]}), tmp_path / "t1.parquet")
    pq.write_table(pa.table({"x": ["a"]}), tmp_path / "t2.parquet")
    assert len(harvest(tmp_path).datasets) == 2


def test_types_that_differ_between_partitions_are_the_last_ones(tmp_path: Path) -> None:
    for year, value in ((1, 1), (2, "a")):
        (tmp_path / f"t/year={year}").mkdir(parents=True)
        pq.write_table(pa.table({"x": [value]}), tmp_path / f"t/year={year}/a.parquet")
    assert types(harvest(tmp_path).only.fields) == {"x": "string", "year": "integer"}


def test_duplicate_column_names_become_unique(tmp_path: Path) -> None:
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["x", "x"])
    for number in (1, 2):
        _write(table, tmp_path / f"t{number}.arrow")
    assert [field.name for field in harvest(tmp_path).only.fields] == ["x", "x_2"]


def test_ten_thousand_columns(tmp_path: Path) -> None:
    pq.write_table(pa.table({f"c{number}": [1] for number in range(10_000)}), tmp_path / "t.parquet")
    assert len(harvest(tmp_path).only.fields) == 10_000


def test_odd_column_names_are_kept(tmp_path: Path) -> None:
    names = ["a/b", "it's", "🚀", "a.b", ""]
    pq.write_table(pa.Table.from_arrays([pa.array([1])] * len(names), names=names), tmp_path / "t.parquet")
    assert [field.name for field in harvest(tmp_path).only.fields] == [*names[:-1], "column_5"]


def test_deep_nesting_is_cut(tmp_path: Path) -> None:
    kind = pa.int64()
    for _ in range(90):
        kind = pa.struct([pa.field("x", kind)])
    _write(pa.schema([pa.field("x", kind)]).empty_table(), tmp_path / "t.parquet")
    field, depth = harvest(tmp_path).only.fields[0], 1
    while field.fields:
        field, depth = field.fields[0], depth + 1
    assert 30 <= depth <= 40


def _write(table: pa.Table, path: Path) -> None:
    if path.suffix in {".parquet", ".pq"}:
        pq.write_table(table, path)
    elif path.suffix == ".arrows":
        with pa.ipc.new_stream(path, table.schema) as stream:
            stream.write_table(table)
    elif path.suffix == ".feather":
        pyarrow.feather.write_feather(table, path, compression="uncompressed")
    else:
        with pa.ipc.new_file(path, table.schema) as file:
            file.write_table(table)
