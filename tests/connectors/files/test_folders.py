from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.files import scan
from fabric.errors import AccessDenied, Unreadable
from tests.connectors.files.harvesting import connector, harvest, types

FLIGHTS = pa.table({"year": [2013, 2013, 2014], "month": [1, 2, 1], "delay": [1.5, 2.0, 3.0]})


def test_a_hive_partitioned_folder_is_one_dataset(tmp_path: Path) -> None:
    pq.write_to_dataset(FLIGHTS, tmp_path / "flights", partition_cols=["year", "month"])
    found = harvest(tmp_path)
    dataset = found.only
    assert (dataset.namespace, dataset.name) == ("file", f"{tmp_path}/flights")
    assert dataset.partition_columns == ("year", "month")
    assert dataset.partition_count == 3
    assert (dataset.row_count, dataset.row_count_exact) == (3, True)
    assert types(dataset.fields) == {"delay": "double", "year": "integer", "month": "integer"}
    assert [field.ordinal for field in dataset.fields] == [1, 2, 3]
    [distribution] = dataset.distributions
    assert (distribution.file_count, distribution.format) == (3, "parquet")
    assert distribution.url == (tmp_path / "flights").as_uri()
    assert set(found.catalogs) == {str(tmp_path)}


def test_partitions_of_two_formats_are_two_datasets(tmp_path: Path) -> None:
    for year in (1, 2):
        folder = tmp_path / f"t/year={year}"
        folder.mkdir(parents=True)
        pq.write_table(FLIGHTS.select(["delay"]), folder / "a.parquet")
        (folder / "a.csv").write_text("delay\n1\n")
    assert set(harvest(tmp_path).datasets) == {f"{tmp_path}/t/year=*/*.csv", f"{tmp_path}/t/year=*/*.parquet"}


def test_the_root_itself_may_be_the_dataset(tmp_path: Path) -> None:
    pq.write_to_dataset(FLIGHTS, tmp_path, partition_cols=["year"])
    dataset = harvest(tmp_path).only
    assert dataset.name == str(tmp_path)
    assert dataset.part_of is not None
    assert dataset.part_of.name == str(tmp_path)


def test_a_partition_column_that_the_files_hold_too_is_listed_once(tmp_path: Path) -> None:
    folder = tmp_path / "t/year=2013"
    folder.mkdir(parents=True)
    pq.write_table(FLIGHTS, folder / "a.parquet")
    assert [field.name for field in harvest(tmp_path).only.fields] == ["year", "month", "delay"]


def test_folders_that_lead_to_datasets_are_catalogs(tmp_path: Path) -> None:
    for name in ("raw/crm/people.csv", "raw/crm/firms.csv", "raw/web/hits.csv", "empty/readme.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("id\n1\n")
    found = harvest(tmp_path)
    root = str(tmp_path)
    above = {name: catalog.part_of.name for name, catalog in found.catalogs.items() if catalog.part_of}
    assert above == {root: "-", f"{root}/raw": root, f"{root}/raw/crm": f"{root}/raw", f"{root}/raw/web": f"{root}/raw"}
    assert [source.namespace for source in found.sources] == ["file"]


def test_an_empty_folder_gives_its_source_and_catalog(tmp_path: Path) -> None:
    found = harvest(tmp_path)
    assert (len(found.sources), set(found.catalogs), found.datasets, found.problems) == (1, {str(tmp_path)}, {}, [])


def test_hidden_and_marker_files_are_no_datasets(tmp_path: Path) -> None:
    for name in (".hidden.csv", "_SUCCESS", "_temporary/x.csv", ".git/x.csv", "_metadata.parquet", "a.csv.crc"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("id\n1\n")
    assert harvest(tmp_path).datasets == {}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"include": ["*.csv"]}, {"a.csv", "x/b.csv", "x/y/c.csv"}),
        ({"include": ["x/*.csv"]}, {"x/b.csv"}),
        ({"include": ["x/**"]}, {"x/b.csv", "x/y/c.csv", "x/d.jsonl"}),
        ({"include": ["**/c.csv", "d.*"]}, {"x/y/c.csv", "x/d.jsonl"}),
        ({"exclude": ["y"]}, {"a.csv", "x/b.csv", "x/d.jsonl"}),
        ({"exclude": ["*.csv"]}, {"x/d.jsonl"}),
        ({"include": ["x/**"], "exclude": ["x/y/"]}, {"x/b.csv", "x/d.jsonl"}),
        ({"max_depth": 0}, {"a.csv"}),
        ({"max_depth": 1}, {"a.csv", "x/b.csv", "x/d.jsonl"}),
    ],
)
def test_options_choose_what_is_read(tmp_path: Path, options: dict[str, object], expected: set[str]) -> None:
    (tmp_path / "x/y").mkdir(parents=True)
    for name in ("a.csv", "x/b.csv", "x/y/c.csv"):
        (tmp_path / name).write_text("id\n1\n")
    (tmp_path / "x/d.jsonl").write_text('{"id": 1}\n')
    found = harvest(tmp_path, **options)
    assert {name.removeprefix(f"{tmp_path}/") for name in found.datasets} == expected
    assert found.problems == []


def test_symbolic_links_are_followed_only_on_request_and_never_in_circles(tmp_path: Path) -> None:
    outside, lake = tmp_path / "outside", tmp_path / "lake"
    (lake / "in").mkdir(parents=True)
    outside.mkdir()
    (outside / "a.csv").write_text("id\n1\n")
    (lake / "out").symlink_to(outside)
    (lake / "in/loop").symlink_to(lake)
    (lake / "in/self").symlink_to(lake / "in")
    (lake / "in/itself.csv").symlink_to(lake / "in/itself.csv")
    for name, other in (("a", "b"), ("b", "a")):
        (lake / name).mkdir()
        for number in range(8):
            (lake / f"{name}/to_{number}").symlink_to(lake / other)
    (lake / "broken.csv").symlink_to(tmp_path / "nowhere")
    assert harvest(lake).datasets == {}
    assert set(harvest(lake, follow_symlinks=True).datasets) == {f"{lake}/out/a.csv"}


def test_a_named_pipe_is_passed_by(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    assert harvest(tmp_path).datasets == {}


def test_the_namespace_may_be_given(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n")
    found = harvest(tmp_path, namespace="file://nas1")
    assert found.only.namespace == "file://nas1"
    assert found.sources[0].namespace == "file://nas1"


def test_names_with_quotes_spaces_and_emoji_are_kept(tmp_path: Path) -> None:
    name = 'it\'s "odd" 100% #?&é 🚀.csv'
    (tmp_path / name).write_text("id\n1\n")
    dataset = harvest(tmp_path).only
    assert dataset.name == f"{tmp_path}/{name}"
    [distribution] = dataset.distributions
    assert distribution.url == (tmp_path / name).as_uri()


def test_a_name_that_is_no_utf8_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text("id\n1\n")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.csv")).write_text("id\n1\n")
    found = harvest(tmp_path)
    assert set(found.datasets) == {f"{tmp_path}/good.csv"}
    [problem] = found.problems
    assert "UTF-8" in problem.reason
    problem.subject.encode()


def test_folders_past_the_deepest_level_are_a_problem(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*["d"] * (scan.MAX_FOLDER_DEPTH + 1))
    folder.mkdir(parents=True)
    [problem] = harvest(tmp_path).problems
    assert "levels deep" in problem.reason


def test_check_says_what_the_root_holds(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.csv").write_text("id\n")
    assert connector(tmp_path).check() == f"local folder {tmp_path}: 3 files seen"
    (tmp_path / "x").mkdir()
    assert connector(tmp_path).check() == f"local folder {tmp_path}: 3 files seen, 1 folder"


def test_a_relative_path_and_a_file_url_mean_the_absolute_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n")
    monkeypatch.chdir(tmp_path.parent)
    assert harvest(tmp_path.name).only == harvest(tmp_path.as_uri()).only == harvest(f"{tmp_path}/").only


@pytest.mark.parametrize("operation", ["check", "harvest"])
def test_a_missing_folder_is_named(tmp_path: Path, operation: str) -> None:
    with pytest.raises(Unreadable, match="nowhere does not exist"):
        list(getattr(connector(tmp_path / "nowhere"), operation)())


def test_a_file_as_the_root_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n")
    with pytest.raises(Unreadable, match=r"a\.csv is no folder"):
        connector(tmp_path / "a.csv").check()


def test_what_permissions_forbid_is_a_problem_each_and_the_rest_is_read() -> None:
    with _shared_folder() as folder, _as_nobody():
        (folder / "good.csv").write_text("id\n1\n")
        for name in ("closed", "open"):
            (folder / name).mkdir()
            (folder / f"{name}/x.csv").write_text("id\n1\n")
        (folder / "locked.csv").write_text("id\n1\n")
        (folder / "locked.csv").chmod(0)
        (folder / "closed").chmod(0)
        found = harvest(folder)
        (folder / "closed").chmod(0o700)
    assert set(found.datasets) == {f"{folder}/good.csv", f"{folder}/open/x.csv"}
    assert {problem.subject for problem in found.problems} == {
        (folder / "closed").as_uri(),
        (folder / "locked.csv").as_uri(),
    }
    assert all("permissions" in problem.reason for problem in found.problems)


def test_a_root_that_permissions_forbid_is_access_denied() -> None:
    with _shared_folder() as folder, _as_nobody():
        (folder / "closed").mkdir(mode=0)
        with pytest.raises(AccessDenied):
            connector(folder / "closed").check()
        with pytest.raises(AccessDenied):
            list(connector(folder / "closed").harvest())


@contextmanager
def _shared_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


@contextmanager
def _as_nobody() -> Iterator[None]:
    """Permissions do not bind root."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)
