"""A process that is killed at any moment leaves the state before its harvest or the state after it."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from fabric import commit
from fabric.connector import Item
from tests.fabric.crashing import ATOMIC, PIECE, Plan, check, context, harvest, open_workspace, settled
from tests.fabric.graphs import Quad
from tests.fabric.scripted import edge, install, table, write

pytestmark = pytest.mark.crash

OLD: list[Item] = [*(table(f"t{n}", f"old {n}") for n in range(20)), *(edge(f"t{n}", f"t{n + 1}") for n in range(15))]
NEW: list[Item] = [
    *(table(f"t{n}", "new", ["id", "c", f"c{n}"]) for n in range(5, 30)),
    *(edge(f"t{n}", "t15") for n in range(12)),
]
KILLS = {"first": 16, "changed": 16, "pieces": 20}


@dataclass(frozen=True, slots=True)
class Scene:
    """A data directory before a harvest, and the number and graph before and after it."""

    kind: str
    folder: Path
    before: tuple[int, set[Quad]]
    after: tuple[int, set[Quad]]

    @property
    def pieces(self) -> bool:
        return self.kind == "pieces"

    def copy(self, target: Path) -> Path:
        return shutil.copytree(self.folder, target)


@pytest.fixture(scope="module")
def swift_home() -> Iterator[Path]:
    """A folder in memory where there is one: what a killed process wrote stays all the same, and nothing waits for a disk."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="fabric-crash-", dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture
def swift(swift_home: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=swift_home) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    return context()


@pytest.fixture(scope="module", params=list(KILLS))
def scene(request: pytest.FixtureRequest, swift_home: Path) -> Iterator[Scene]:
    """The first harvest of a source; one that changes a part of it; and one that goes into the graph in pieces."""
    folder = swift_home / request.param
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        install(folder / "installed", patch)
        if request.param == "pieces":
            patch.setattr(commit, "ATOMIC", ATOMIC)
            patch.setattr(commit, "_PIECE", PIECE)
            patch.setattr(commit, "_PIECE_BYTES", 100 * PIECE)
        script = write(folder / "script", *OLD)
        with open_workspace(folder / "before") as workspace:
            workspace.sources.register("shop", "scripted", {"script": str(script)})
            if request.param != "first":
                assert workspace.harvest("shop").state == "complete"
            before = (workspace.history.last(), settled(workspace))
        if request.param != "first":
            write(script, *NEW)
        shutil.copytree(folder / "before", folder / "after")
        with open_workspace(folder / "after") as workspace:
            assert workspace.harvest("shop").report.commit == before[0] + 1
            after = (workspace.history.last(), settled(workspace))
        yield Scene(request.param, folder / "before", before, after)


def test_a_kill_at_a_random_moment_leaves_the_state_before_or_after(
    scene: Scene, processes: ForkServerContext, swift: Path
) -> None:
    whole = harvest(processes, scene.copy(swift / "whole"), Plan(), pieces=scene.pieces)
    assert whole > 0
    chance = random.Random(scene.kind)
    killed, ends = 0, set[int]()
    for number in range(KILLS[scene.kind] * 3):
        if killed == KILLS[scene.kind]:
            break
        folder = scene.copy(swift / str(number))
        died = harvest(processes, folder, Plan(), pieces=scene.pieces, kill_after=chance.uniform(0, whole)) < 0
        killed += died
        if died and chance.random() < 0.3:
            harvest(processes, folder, Plan(), pieces=scene.pieces, kill_after=chance.uniform(0, whole / 2))
        ends.add(check(folder, scene.before, scene.after))
        shutil.rmtree(folder)
    assert killed == KILLS[scene.kind]
    assert scene.before[0] in ends


def test_a_kill_before_any_step_leaves_the_state_before_or_after(
    scene: Scene, processes: ForkServerContext, swift: Path
) -> None:
    ends = []
    for step in range(0, 200, 2 if scene.pieces else 1):
        folder = scene.copy(swift / str(step))
        died = harvest(processes, folder, Plan(at=step), pieces=scene.pieces) < 0
        ends.append(check(folder, scene.before, scene.after))
        shutil.rmtree(folder)
        if not died:
            break
    else:
        pytest.fail("the harvest did not end")
    assert ends == sorted(ends), "a later kill must not undo what an earlier one keeps"
    assert {*ends} == {scene.before[0], scene.after[0]}


@pytest.mark.parametrize("step", ["number", "apply", "settle"])
def test_a_sealed_commit_is_finished_and_a_draft_is_not(
    scene: Scene, processes: ForkServerContext, swift: Path, step: str
) -> None:
    folder = scene.copy(swift / "copy")
    assert harvest(processes, folder, Plan(at=0, steps=(step,)), pieces=scene.pieces) < 0
    expected = scene.before if step == "number" else scene.after
    assert check(folder, scene.before, scene.after) == expected[0]


def test_a_kill_while_a_commit_is_taken_back_leaves_the_state_before(
    scene: Scene, processes: ForkServerContext, swift: Path
) -> None:
    if not scene.pieces:  # one transaction
        pytest.skip("what is one transaction has nothing to take back")
    for step in range(1, 200, 2):
        folder = scene.copy(swift / str(step))
        plan = Plan(at=step, steps=("undo", "update", "load", "flush", "begin"), fails=2)
        died = harvest(processes, folder, plan, pieces=True) < 0
        if not died:
            break
        check(folder, scene.before, scene.after)
        shutil.rmtree(folder)
    assert step > 12
    with open_workspace(folder) as workspace:
        assert (workspace.history.last(), settled(workspace)) == scene.before


def test_a_kill_while_a_crash_is_recovered_from_loses_nothing(
    scene: Scene, processes: ForkServerContext, swift: Path
) -> None:
    first = scene.copy(swift / "sealed")
    assert harvest(processes, first, Plan(at=0, steps=("apply",)), pieces=scene.pieces) < 0
    for step in range(0, 200, 3):
        folder = shutil.copytree(first, swift / str(step))
        died = harvest(processes, folder, Plan(at=step), pieces=scene.pieces) < 0
        assert check(folder, scene.before, scene.after) == scene.after[0]
        shutil.rmtree(folder)
        if not died:
            break
