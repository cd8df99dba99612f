from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl

from tests.connectors.files.harvesting import harvest, types


def test_each_sheet_with_cells_is_a_dataset_of_its_workbook(tmp_path: Path) -> None:
    _workbook(
        tmp_path / "book.xlsx",
        {
            "People": [["id", "name", "born", "ratio"], [1, "Zoë", date(1990, 1, 2), 0.5], [2, None, None, 1]],
            "Empty": [],
            "Über & Co": [[], ["a", "a", None], ["x", "y", "z"], [], [1, 2, 3]],
        },
    )
    found = harvest(tmp_path)
    assert found.problems == []
    book = f"{tmp_path}/book.xlsx"
    assert set(found.catalogs) == {str(tmp_path), book}
    assert set(found.datasets) == {f"{book}/People", f"{book}/Über & Co"}
    people, firms = found.datasets.values()
    assert types(people.fields) == {"id": "integer", "name": "string", "born": "date", "ratio": "double"}
    assert (people.row_count, people.row_count_exact, people.title) == (2, True, "People")
    assert types(firms.fields) == {"a": "string", "a_2": "string", "column_3": "string"}
    assert people.part_of is not None
    assert people.part_of.name == book


def test_a_sheet_without_a_header_has_numbered_columns(tmp_path: Path) -> None:
    _workbook(tmp_path / "b.xlsx", {"S": [[1, "x"], [2, "y"]]})
    dataset = harvest(tmp_path).only
    assert types(dataset.fields) == {"column_1": "integer", "column_2": "string"}
    assert dataset.row_count == 2


def test_times_at_midnight_are_dates_only_among_themselves(tmp_path: Path) -> None:
    midnight, noon = datetime(2024, 1, 1), datetime(2024, 1, 1, 12)  # noqa: DTZ001 - Excel knows no time zones
    _workbook(tmp_path / "b.xlsx", {"S": [["day", "at"], [midnight, midnight], [midnight, noon]]})
    assert types(harvest(tmp_path).only.fields) == {"day": "date", "at": "datetime"}


def test_rows_beyond_the_sample_are_counted_within_the_limit(tmp_path: Path) -> None:
    _workbook(tmp_path / "b.xlsx", {"S": [["id"], *([number] for number in range(50))]})
    assert harvest(tmp_path, sample_rows=10).only.row_count == 50
    assert harvest(tmp_path, sample_rows=10, count_limit=10).only.row_count is None
    assert harvest(tmp_path, sample_rows=10, row_counts="off").only.row_count is None


def test_workbooks_with_numbered_names_are_not_joined(tmp_path: Path) -> None:
    for number in (1, 2):
        _workbook(tmp_path / f"b{number}.xlsx", {"S": [["id"], [1]]})
    assert set(harvest(tmp_path).datasets) == {f"{tmp_path}/b1.xlsx/S", f"{tmp_path}/b2.xlsx/S"}


def _workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> None:
    book = openpyxl.Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
