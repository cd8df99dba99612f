from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from api.demo.analytics import VARIABLE, build_analytics
from api.demo.estate import build
from api.demo.lake import build_lake
from api.demo.stamps import Stamps
from fabric.errors import MissingExtra, SettingsError, SourceError
from tests.api.demo.estates import Built, require_dbt


def run(folder: Path, lake: Path) -> None:
    build_analytics(folder, warehouse="postgresql://nobody@127.0.0.1:1/none", lake=lake, progress=print)


def test_interpreter_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "python"))
    with pytest.raises(SettingsError, match=VARIABLE):
        run(tmp_path / "analytics", tmp_path)


def test_interpreter_without_dbt_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    venv.create(tmp_path / "bare", symlinks=True)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "bare" / "bin" / "python"))
    with pytest.raises(MissingExtra, match="dbt"):
        run(tmp_path / "analytics", tmp_path)


def test_warehouse_that_does_not_answer_fails_with_dbts_word(tmp_path: Path) -> None:
    require_dbt()
    with pytest.raises(SourceError, match="dbt could not build") as caught:
        run(tmp_path / "analytics", tmp_path)
    assert (tmp_path / "analytics" / "dbt.log").stat().st_size
    assert str(tmp_path / "analytics" / "dbt.log") in str(caught.value)


def test_stamp_is_gone_while_a_part_is_built_and_back_when_it_is_complete(tmp_path: Path) -> None:
    part = tmp_path / "lake"
    part.mkdir()
    stamps = Stamps(tmp_path / "estate.json")
    with stamps.renewing(part, "one"):
        pass
    assert Stamps(tmp_path / "estate.json").holds(part, "one")
    with pytest.raises(KeyboardInterrupt), stamps.renewing(part, "two"):
        raise KeyboardInterrupt
    kept = Stamps(tmp_path / "estate.json")
    assert not kept.holds(part, "one")
    assert not kept.holds(part, "two")


@pytest.mark.parametrize("torn", ["", "{", "[]", '"text"'])
def test_torn_stamps_count_as_none(tmp_path: Path, torn: str) -> None:
    (tmp_path / "estate.json").write_text(torn)
    (tmp_path / "lake").mkdir()
    assert not Stamps(tmp_path / "estate.json").holds(tmp_path / "lake", "one")


def test_lake_left_half_written_is_replaced(tmp_path: Path) -> None:
    for leftover in ("lake", "lake.unfinished"):
        (tmp_path / leftover / "weather").mkdir(parents=True)
        (tmp_path / leftover / "weather" / "torn.parquet").write_bytes(b"PAR1")
    build_lake(tmp_path / "lake", print)
    assert [path.name for path in tmp_path.iterdir()] == ["lake"]
    assert not (tmp_path / "lake" / "weather" / "torn.parquet").exists()
    assert len(list((tmp_path / "lake").rglob("*.parquet"))) == 36


@pytest.mark.service
@pytest.mark.crash
def test_build_killed_while_dbt_runs_is_made_good(built: Built, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from api.demo.estate import build; "
        "build(Path(sys.argv[1]), database=sys.argv[2], progress=lambda line: print(line, flush=True))"
    )
    command = [sys.executable, "-c", script, str(tmp_path), built.database]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as process:
        assert process.stdout is not None
        assert any(line.startswith("dbt:") for line in process.stdout)
        process.kill()
    told = list[str]()
    build(tmp_path, progress=told.append, database=built.database)
    assert [line.partition(":")[0] for line in told] == ["dbt", "Delivery"]
    results = json.loads((tmp_path / "analytics" / "project" / "target" / "run_results.json").read_text())["results"]
    assert len(results) == 52
