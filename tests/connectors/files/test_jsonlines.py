from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.connectors.files.harvesting import harvest, types


@pytest.mark.parametrize("name", ["t.jsonl", "t.ndjson", "t.json", "t.jsonl.gz"])
def test_nested_records_are_read(tmp_path: Path, name: str) -> None:
    text = (
        '{"id": 1, "at": "2024-01-01 10:00:00", "who": {"name": "a", "tags": ["x"]}, "lines": [{"n": 1.5}]}\n'
        '\n{"id": 2, "at": null, "who": null, "ok": true}'
    )
    (tmp_path / name).write_bytes(gzip.compress(text.encode()) if name.endswith("gz") else text.encode())
    dataset = harvest(tmp_path).only
    fields = {field.name: field for field in dataset.fields}
    expected = {"id": "integer", "at": "datetime", "who": "object", "lines": "array", "ok": "boolean"}
    assert types(dataset.fields) == expected
    assert types(fields["who"].fields) == {"name": "string", "tags": "array"}
    assert types(fields["lines"].fields) == {"n": "double"}
    assert (dataset.row_count, dataset.row_count_exact) == (2, True)


def test_values_of_several_types_are_json_and_the_other_columns_typed(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"a": 1, "b": 1}\n{"a": "x", "b": 2}\n{"a": {"c": 1}}\n')
    assert types(harvest(tmp_path).only.fields) == {"a": "json", "b": "integer"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r'{"\ud800": 1, "b": "\ud800x"}', {"?": "integer", "b": "string"}),
        (r'{"\ud83d\ude80": 1}', {"🚀": "integer"}),
        ('{"a": 1, "a": 2}\n{"b": 12345678901234567890123}', {"a": "integer", "b": "double"}),
        ('{"a": NaN}\n{"": 3}', {"a": "double", "column_2": "integer"}),
        ("{}\n{}", {}),
        ('{"a": null}', {"a": "any"}),
        ('{"a": []}', {"a": "array"}),
    ],
)
def test_odd_records_are_read(tmp_path: Path, text: str, expected: dict[str, str]) -> None:
    (tmp_path / "t.jsonl").write_text(text + "\n")
    assert types(harvest(tmp_path).only.fields) == expected


@pytest.mark.parametrize("last", ["", '{"id": 1}', "  "])
def test_rows_beyond_the_head_are_counted(tmp_path: Path, last: str) -> None:
    (tmp_path / "t.jsonl").write_text(200_000 * '{"id": 1}\n' + "\n" + last)
    dataset = harvest(tmp_path).only
    assert (dataset.row_count, dataset.row_count_exact) == (200_000 + bool(last.strip()), True)
    estimated = harvest(tmp_path, count_limit=10).only
    assert estimated.row_count == pytest.approx(200_000, abs=2)
    assert estimated.row_count_exact is False


def test_a_json_document_is_no_dataset_and_no_problem(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{\n  "name": "x"\n}\n')
    (tmp_path / "list.json").write_text("[1, 2]\n")
    (tmp_path / "one.json").write_text('{"name": "x"}')
    (tmp_path / "long.json").write_text('{"name": "' + 2_000_000 * "x" + '"}')
    found = harvest(tmp_path)
    assert (found.datasets, found.problems) == ({}, [])


def test_json_files_of_one_object_each_are_a_dataset_together(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"event-{number}.json").write_text('{"name": "x"}')
    assert harvest(tmp_path).only.row_count == 3


def test_a_json_file_of_one_object_in_a_partition_is_a_dataset(tmp_path: Path) -> None:
    (tmp_path / "t/year=1").mkdir(parents=True)
    (tmp_path / "t/year=1/x.json").write_text('{"name": "x"}')
    assert harvest(tmp_path).only.row_count == 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"not json\n", "line 1 is no JSON"),
        (b'{"a": 1}\n[1]\n', "line 2 is no object but list"),
        (b"\x00\x01\x02\xff", "line 1 is no JSON"),
        (b'{"a": ' * 100_000 + b"\n", "nested too deeply"),
        (b'{"a": "' + b"x" * 2_000_000 + b'"}\n', "longer than"),
    ],
)
def test_what_is_no_json_lines_is_a_problem(tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "t.jsonl").write_bytes(data)
    found = harvest(tmp_path)
    assert found.datasets == {}
    [problem] = found.problems
    assert reason in problem.reason


def test_an_empty_file_is_a_dataset_without_fields(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_bytes(b"")
    dataset = harvest(tmp_path).only
    assert (dataset.fields, dataset.row_count) == ((), 0)
