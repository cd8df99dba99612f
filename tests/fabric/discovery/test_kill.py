"""Indexing that is killed at any moment ends, after a restart, in the index that one built from scratch is."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fabric.connector import Item
from tests.fabric.discovery.killed import contents, context, index, open_workspace
from tests.fabric.scripted import edge, install, table, write

pytestmark = pytest.mark.crash

KILLS = 50
OLD: list[Item] = [*(table(f"t{n}", f"What happened on day {n}") for n in range(30)), edge("t1", "t0")]
NEW: list[Item] = [
    *(table(f"t{n}", f"What happened in week {n}", ["id", "week", f"c{n}"]) for n in range(10, 45)),
    *(edge(f"t{n}", "t15") for n in range(10, 12)),
]


@pytest.fixture(scope="module")
def swift() -> Iterator[Path]:
    """A folder in memory where there is one: what a killed process wrote stays all the same."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="fabric-kill-", dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="module", params=["first", "changed"])
def estate(request: pytest.FixtureRequest, swift: Path) -> Path:
    """A data directory with commits that the indexes lack: all of them, or the second."""
    folder = swift / str(request.param)
    (folder / "installed").mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch:
        install(folder / "installed", patch)
        script = write(folder / "script", *OLD)
        with open_workspace(folder / "data") as workspace:
            workspace.sources.register("shop", "scripted", {"script": str(script)})
            assert workspace.harvest("shop").state == "complete"
            if request.param == "changed":
                workspace.indexer.catch_up()
            write(script, *NEW)
            assert workspace.harvest("shop").report.commit == 2
    return folder / "data"


def test_an_index_killed_at_random_equals_one_built_from_scratch(estate: Path, swift: Path) -> None:
    processes, chance = context(), random.Random(estate.parent.name)
    whole: Path = shutil.copytree(estate, swift / "whole")
    shutil.rmtree(whole / "index")
    took = index(processes, whole)
    expected = contents(whole)
    shutil.rmtree(whole)
    killed = 0
    folder = shutil.copytree(estate, swift / "copy")
    while killed < KILLS // 2:
        died = index(processes, folder, chance.uniform(0, took)) < 0
        killed += died
        if not died or chance.random() < 0.5:
            with open_workspace(folder) as workspace:
                workspace.indexer.catch_up()
                assert workspace.indexer.position == 2
            assert contents(folder) == expected
            shutil.rmtree(folder)
            folder = shutil.copytree(estate, swift / "copy")
    with open_workspace(folder) as workspace:
        workspace.indexer.catch_up()
    assert contents(folder) == expected
    shutil.rmtree(folder)
