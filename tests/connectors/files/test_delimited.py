from __future__ import annotations

import bz2
import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from tests.connectors.files.harvesting import harvest, types

HEADER = "id{0}name{0}price{0}day{0}seen{0}ok\n"
RECORD = "1{0}Zoë{0}1.5{0}2024-01-31{0}2024-01-31 10:00:00{0}true\n"
TYPES = {"id": "integer", "name": "string", "price": "double", "day": "date", "seen": "datetime", "ok": "boolean"}


def _zstd(data: bytes) -> bytes:
    return pa.Codec("zstd").compress(data, asbytes=True)  # type: ignore[no-any-return]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_delimiter_encoding_and_header_are_found(tmp_path: Path, delimiter: str, encoding: str, newline: str) -> None:
    text = (HEADER + 3 * RECORD).format(delimiter).replace("\n", newline)
    (tmp_path / "t.csv").write_bytes(text.encode(encoding))
    dataset = harvest(tmp_path).only
    assert types(dataset.fields) == TYPES
    assert {field.native_type for field in dataset.fields} == {None}
    assert (dataset.row_count, dataset.row_count_exact) == (3, True)


@pytest.mark.parametrize(("name", "delimiter"), [("t.tsv", "\t"), ("t.tab", "\t"), ("t.psv", "|")])
def test_the_extension_tells_the_delimiter(tmp_path: Path, name: str, delimiter: str) -> None:
    (tmp_path / name).write_text(f"a{delimiter}b,c\n1{delimiter}2,3\n")
    assert [field.name for field in harvest(tmp_path).only.fields] == ["a", "b,c"]


@pytest.mark.parametrize(
    ("ending", "compress"), [("gz", gzip.compress), ("bz2", bz2.compress), ("zst", _zstd)], ids=["gz", "bz2", "zst"]
)
def test_compressed_text_is_read(tmp_path: Path, ending: str, compress: Callable[[bytes], bytes]) -> None:
    (tmp_path / f"t.csv.{ending}").write_bytes(compress((HEADER + 30_000 * RECORD).format(",").encode()))
    dataset = harvest(tmp_path).only
    assert types(dataset.fields) == TYPES
    assert (dataset.row_count, dataset.row_count_exact) == (30_000, True)
    [distribution] = dataset.distributions
    assert (distribution.name, distribution.format) == (f"csv.{ending}", "csv")


def test_quoted_newlines_and_delimiters_are_part_of_a_value(tmp_path: Path) -> None:
    records = 'id,text\n1,"two\nlines, and ""quotes"""\n' + 60_000 * '2,"a\nb"\n' + '3,5" pipe\n'
    (tmp_path / "t.csv").write_text(records)
    dataset = harvest(tmp_path).only
    assert types(dataset.fields) == {"id": "integer", "text": "string"}
    assert dataset.row_count == 60_002


def test_rows_beyond_the_limit_are_estimated(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,name\n" + 100_000 * "12,abcdefghijklmno\n")
    dataset = harvest(tmp_path, count_limit=1000).only
    assert dataset.row_count_exact is False
    assert dataset.row_count == pytest.approx(100_000, rel=0.02)
    exact = harvest(tmp_path, count_limit=1000, row_counts="exact").only
    assert (exact.row_count, exact.row_count_exact) == (100_000, True)
    off = harvest(tmp_path, row_counts="off").only
    assert (off.row_count, off.row_count_exact) == (None, None)


def test_a_file_that_decompresses_past_the_limit_is_not_counted(tmp_path: Path) -> None:
    (tmp_path / "bomb.csv.gz").write_bytes(gzip.compress(b"id,name\n" + 5_000_000 * b"1,a\n"))
    dataset = harvest(tmp_path, count_limit=3_000_000).only
    assert types(dataset.fields) == {"id": "integer", "name": "string"}
    assert dataset.row_count is None


@pytest.mark.parametrize(
    ("text", "names", "rows"),
    [
        ("1,2\n3,4\n", ["column_1", "column_2"], 2),
        ("a,b\n", ["a", "b"], 0),
        ("a,b\nx,y\n", ["a", "b"], 1),
        ("name,2019,2020\nx,1,2\n", ["column_1", "column_2", "column_3"], 2),
        ("id,2019\n1,2\n", ["id", "2019"], 1),
        ("id,id,,ID\n1,2,3,4\n", ["id", "id_2", "column_3", "ID"], 1),
        ("\n\na,b\n\n1,2\n\n", ["a", "b"], 1),
        ("one column\nof text\n", ["one column"], 1),
    ],
)
def test_the_header_rule(tmp_path: Path, text: str, names: list[str], rows: int) -> None:
    (tmp_path / "t.csv").write_text(text)
    dataset = harvest(tmp_path).only
    assert ([field.name for field in dataset.fields], dataset.row_count) == (names, rows)


def test_the_header_may_be_said(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("name,2019,2020\nx,1,2\n")
    assert [field.name for field in harvest(tmp_path, header="yes").only.fields] == ["name", "2019", "2020"]
    (tmp_path / "t.csv").write_text("name,city\nx,y\n")
    assert [field.name for field in harvest(tmp_path, header="no").only.fields] == ["column_1", "column_2"]


def test_numbers_with_leading_zeros_stay_text(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("zip,n\n01234,0\n98765,10\n")
    assert types(harvest(tmp_path).only.fields) == {"zip": "string", "n": "integer"}


def test_types_of_a_series_are_widened(tmp_path: Path) -> None:
    (tmp_path / "t1.csv").write_text("id,v,w\n1,1,1\n")
    (tmp_path / "t2.csv").write_text("id,v,w\n1,1.5,x\n")
    assert types(harvest(tmp_path).only.fields) == {"id": "integer", "v": "double", "w": "string"}


def test_an_empty_file_is_a_dataset_without_fields(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"")
    dataset = harvest(tmp_path).only
    assert (dataset.fields, dataset.row_count, dataset.byte_size) == ((), 0, 0)


def test_ten_thousand_columns(tmp_path: Path) -> None:
    names = [f"c{number}" for number in range(10_000)]
    (tmp_path / "t.csv").write_text("\n".join([",".join(names), *[",".join(["1"] * 10_000)] * 100]) + "\n")
    dataset = harvest(tmp_path).only
    assert [field.name for field in dataset.fields] == names
    assert dataset.row_count == 100


def test_odd_column_names_are_kept(tmp_path: Path) -> None:
    names = ["a/b", "it's", 'say "x"', "🚀", "a.b", "<c>", "  d", "line\nbreak"]
    header = ",".join('"' + name.replace('"', '""') + '"' for name in names)
    (tmp_path / "t.csv").write_text(f"{header}\n1,2,3,4,5,6,7,8\n")
    assert [field.name for field in harvest(tmp_path).only.fields] == names


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("t.csv", os.urandom(5000) + b"\x00", "NUL bytes"),
        ("t.csv", bytes(range(1, 256)) * 10, "control characters"),
        ("t.csv", b"a,b\n1,2,3,4\n1\n1,2,3\n5,6,7,8,9\n1\n", "differing numbers of columns"),
        ("t.csv", b'a,b\n"' + 200_000 * b"x", "never closed"),
        ("t.csv", b"x" * 2_000_000, "a value is longer than"),
        ("t.csv", b"\xff\xfea,\xd8\xd8\xd8", "no delimited text"),
        ("t.csv.gz", b"this is no gzip", "cannot be read"),
        ("t.csv.gz", gzip.compress(b"a,b\n1,2\n" * 1000)[:40], "cannot be read"),
        ("t.csv.zst", b"this is no zstd", "cannot be read"),
    ],
)
def test_what_is_no_delimited_text_is_a_problem(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    (tmp_path / "good.csv").write_text("id\n1\n")
    (tmp_path / name).write_bytes(data)
    found = harvest(tmp_path)
    assert set(found.datasets) == {f"{tmp_path}/good.csv"}
    [problem] = found.problems
    assert problem.subject == (tmp_path / name).as_uri()
    assert reason in problem.reason


def test_one_unreadable_file_of_a_series_is_a_problem_and_the_rest_a_dataset(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"t{number}.csv").write_text("id\n1\n")
    (tmp_path / "t1.csv").write_bytes(b"\x00\x01")
    found = harvest(tmp_path)
    [dataset] = found.datasets.values()
    [distribution] = dataset.distributions
    assert (dataset.row_count, distribution.file_count, len(found.problems)) == (2, 2, 1)
