from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from connectors.files.contents import unique_names
from connectors.files.formats import file_format
from connectors.files.grouping import PartitionColumn, Spread, generic, partition, series_pattern
from connectors.files.store import Entry
from tests.connectors.files.harvesting import harvest

CASES = [line.split("\t") for line in (Path(__file__).parent / "series.tsv").read_text().splitlines()[1:]]


@pytest.mark.parametrize(("name", "pattern", "names_nothing"), CASES, ids=[case[0] for case in CASES])
def test_what_varies_in_a_name_becomes_a_star(name: str, pattern: str, names_nothing: str) -> None:
    form = file_format(name)
    assert form is not None
    assert series_pattern(name, form) == pattern
    assert generic(pattern, form) is (names_nothing == "yes")


@pytest.mark.parametrize("name", ["README", "notes.txt", "a.parquet.gz", "image.png", "csv", ".csv.gz.bak"])
def test_other_files_have_no_format(name: str) -> None:
    assert file_format(name) is None


def test_partition_folders_are_percent_decoded() -> None:
    assert partition("city=S%C3%A3o%20Paulo") == ("city", "São Paulo")
    assert partition("a=b=c") == ("a", "b=c")
    assert partition("=x") is None
    assert partition("plain") is None


@pytest.mark.parametrize(
    ("values", "datatype", "required"),
    [
        (["1", "02", "12"], "integer", True),
        (["2024-01-01", "2024-01-02"], "date", True),
        (["2024-01-01", "x"], "string", True),
        (["007"], "string", True),
        (["1", "__HIVE_DEFAULT_PARTITION__"], "integer", False),
    ],
)
def test_partition_values_give_the_columns_type(values: list[str], datatype: str, required: bool) -> None:
    column = PartitionColumn("p")
    for value in values:
        column.add(value)
    assert (column.datatype, column.required) == (datatype, required)


@pytest.mark.parametrize("count", [1, 2, 3, 10, 11, 999, 12345])
def test_a_spread_keeps_little_and_always_first_and_last(count: int) -> None:
    spread = Spread(5)
    for number in range(count):
        spread.add(Entry(str(number)))
    sample = [int(entry.path) for entry in spread.sample(5)]
    assert len(sample) == min(count, 5)
    assert sample == sorted(set(sample))
    assert (sample[0], sample[-1]) == (0, count - 1)
    gaps = [later - earlier for earlier, later in pairwise(sample)]
    assert not gaps or max(gaps) <= 2 * (count / len(gaps)) + 1


def test_a_spread_gives_all_of_a_small_stream() -> None:
    spread = Spread(50)
    for number in range(50):
        spread.add(Entry(str(number)))
    assert len(spread.sample(50)) == 50


def test_repeated_and_missing_names_become_unique_in_order() -> None:
    assert unique_names(["a", "a", "a_2", "", "a", ""]) == ["a", "a_3", "a_2", "column_4", "a_4", "column_6"]


def test_a_dated_series_is_one_dataset(tmp_path: Path) -> None:
    for month in range(1, 13):
        (tmp_path / f"sales_2024-{month:02}.csv").write_text(f"id,amount\n{month},1.5\n")
    dataset = harvest(tmp_path).only
    assert dataset.name == f"{tmp_path}/sales_*.csv"
    assert dataset.title == "sales"
    assert (dataset.row_count, dataset.row_count_exact) == (12, True)
    [distribution] = dataset.distributions
    assert (distribution.file_count, distribution.byte_size) == (12, dataset.byte_size)
    assert distribution.url == tmp_path.as_uri()


def test_unrelated_files_of_one_folder_are_datasets_each(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("id,name\n1,a\n")
    (tmp_path / "orders.csv").write_text("id,name\n1,a\n")
    assert set(harvest(tmp_path).datasets) == {f"{tmp_path}/customers.csv", f"{tmp_path}/orders.csv"}


def test_a_series_of_two_schemas_is_two_datasets(tmp_path: Path) -> None:
    for number in (1, 3):
        (tmp_path / f"t{number}.csv").write_text("id,name\n1,a\n")
    for number in (2, 4):
        (tmp_path / f"t{number}.csv").write_text("x,y,z\n1,2,3\n")
    found = harvest(tmp_path)
    assert {name: dataset.row_count for name, dataset in found.datasets.items()} == {
        f"{tmp_path}/t1.csv": 2,
        f"{tmp_path}/t2.csv": 2,
    }


def test_a_column_added_later_belongs_to_the_same_dataset(tmp_path: Path) -> None:
    (tmp_path / "t-1.csv").write_text("id,name\n1,a\n")
    (tmp_path / "t-2.csv").write_text("id,name,age\n1,a,3\n")
    dataset = harvest(tmp_path).only
    assert [field.name for field in dataset.fields] == ["id", "name", "age"]


def test_part_files_are_named_by_their_folder(tmp_path: Path) -> None:
    table = tmp_path / "orders"
    table.mkdir()
    (table / "_SUCCESS").write_text("")
    (table / "part-00000.csv").write_text("id\n1\n")
    dataset = harvest(tmp_path).only
    assert (dataset.name, dataset.title) == (str(table), "orders")
    assert dataset.part_of is not None
    assert dataset.part_of.name == str(tmp_path)


def test_the_same_files_give_the_same_records_in_the_same_order(tmp_path: Path) -> None:
    for name in ("b-2.csv", "a.csv", "b-1.csv", "year=2/x.csv", "year=1/x.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("id\n1\n")
    first, second = harvest(tmp_path), harvest(tmp_path)
    assert list(first.datasets.values()) == list(second.datasets.values())
