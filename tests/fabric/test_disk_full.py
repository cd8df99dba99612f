"""A harvest that does not fit on the disk changes nothing, and the directory goes on once there is space."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from fabric.errors import StorageFull
from fabric.workspace import Workspace, restore
from tests.fabric.crashing import open_workspace
from tests.fabric.graphs import dump
from tests.fabric.scripted import Step, install, table, write

pytestmark = pytest.mark.crash

OLD = [table(f"t{n}", "old") for n in range(10)]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 12 MB in memory."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", folder], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        if os.environ.get("CI") == "true":
            pytest.fail(f"no file system can be mounted: {done.stderr}")
        pytest.skip("no file system can be mounted: run as root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def widen(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=300m", disk], check=True)


def noise(number: int) -> str:
    """Text that does not compress."""
    return "".join(hashlib.sha256(f"{number}-{part}".encode()).hexdigest() for part in range(60))


HARVESTS: dict[str, list[Step]] = {
    "the log": [table(f"t{n}", noise(n)) for n in range(6000)],
    "the graph": [table(f"t{n}", columns=[f"c{m}" for m in range(30)]) for n in range(1000)],
}


@pytest.mark.parametrize("filled_by", list(HARVESTS))
def test_a_harvest_that_does_not_fit_changes_nothing(
    disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, filled_by: str
) -> None:
    install(tmp_path / "installed", monkeypatch)
    script = write(tmp_path / "script", *OLD)
    with open_workspace(disk / "data") as workspace:
        workspace.sources.register("shop", "scripted", {"script": str(script)})
        assert workspace.harvest("shop").state == "complete"
        before = dump(workspace.graph, workspace.iris)
        write(script, *HARVESTS[filled_by])
        assert "full" in failure(workspace)
        assert workspace.history.last() == 1
    widen(disk)
    write(script, *OLD)
    with open_workspace(disk / "data") as workspace:
        assert dump(workspace.graph, workspace.iris) == before
        assert [run.state for run in workspace.runs.list()] == ["failed", "complete"]
        assert workspace.harvest("shop").report.changed == 0
        write(script, *OLD, table("small"))
        assert workspace.harvest("shop").report.commit == 2


def failure(workspace: Workspace) -> str:
    """What is said of a harvest that fails, be it raised or in its run."""
    try:
        run = workspace.harvest("shop")
    except StorageFull as error:
        return str(error)
    assert run.state == "failed"
    return run.error or ""


def test_a_backup_or_restore_that_does_not_fit_says_so(
    disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path / "installed", monkeypatch)
    script = write(tmp_path / "script", *(table(f"t{n}", noise(n)) for n in range(2500)))
    with open_workspace(tmp_path / "data") as workspace:
        workspace.sources.register("shop", "scripted", {"script": str(script)})
        assert workspace.harvest("shop").state == "complete"
        with pytest.raises(StorageFull):
            workspace.backup(disk / "backup")
        assert not (disk / "backup").exists()
        workspace.backup(tmp_path / "backup")
    with pytest.raises(StorageFull):
        restore(tmp_path / "backup", disk / "data")
    assert not (disk / "data").exists()
