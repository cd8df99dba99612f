"""A data directory as a whole: who has it open, what runs in it, and how it is copied."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from fabric.errors import GraphLocked, HarvestRunning, InputError, SettingsError, UnknownSource, Unreachable
from fabric.history import History
from fabric.settings import Settings
from fabric.state import State
from fabric.workspace import Workspace, restore
from tests.fabric.crashing import open_workspace
from tests.fabric.graphs import dump, encoded, holds, wait_for
from tests.fabric.scripted import Gate, Step, install, ref, table, write

OPEN = """
import sys
from fabric.errors import GraphLocked
from fabric.settings import Settings
from fabric.workspace import Workspace
try:
    Workspace(Settings(data_dir=sys.argv[1], semantic=False))
except GraphLocked as error:
    print(error.code)
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A folder for a data directory, and the script of its source `shop`."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def play(self, *steps: Step) -> Path:
        return write(self.folder / "script", *steps)

    def gate(self, name: str = "gate") -> Gate:
        folder = self.folder / name
        folder.mkdir()
        return Gate(folder)

    def open(self, *steps: Step) -> Workspace:
        """A new workspace whose source yields the steps."""
        workspace = open_workspace(self.data)
        workspace.sources.register("shop", "scripted", {"script": str(self.play(*steps))})
        return workspace


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    install(tmp_path / "installed", monkeypatch)
    return Place(tmp_path)


def test_a_directory_is_open_once(place: Place) -> None:
    with place.open():
        with pytest.raises(GraphLocked):
            open_workspace(place.data)
        command = [sys.executable, "-c", OPEN, str(place.data)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.stdout == "GraphLocked\n", done.stderr
    with open_workspace(place.data) as again:
        assert [source.name for source in again.sources.all()] == ["shop"]


def test_the_base_of_iris_is_fixed(place: Place) -> None:
    def opened(base: str | None) -> Workspace:
        return Workspace(Settings(data_dir=place.data, semantic=False, base_iri=base))

    with opened("https://data.example.org/") as workspace:
        assert workspace.iris.base == "https://data.example.org"
    with pytest.raises(SettingsError, match="begin with"):
        opened("https://other.example.org")
    for same in (None, "https://data.example.org"):
        with opened(same) as workspace:
            assert workspace.iris.base == "https://data.example.org"


def test_a_source_is_harvested_once_at_a_time(place: Place) -> None:
    gate = place.gate()
    with place.open(table("orders"), gate) as workspace:
        begun = workspace.start_harvest("shop")
        assert begun.state == "running"
        gate.reached()
        for act in (workspace.harvest, workspace.start_harvest, workspace.remove_source):
            refused: Callable[[str], object] = act
            with pytest.raises(HarvestRunning) as caught:
                refused("shop")
            assert caught.value.retryable
        gate.open()
        assert workspace.await_run(begun.id, 60).state == "complete"
        assert workspace.runs.get(begun.id).report.commit == 1
        assert dump(workspace.graph, workspace.iris) == {
            (triple, workspace.iris.harvest_graph("shop")) for triple in encoded([table("orders")], workspace.iris)
        }
        assert [run.state for run in workspace.runs.list()] == ["complete"]


def test_two_sources_are_harvested_at_once(place: Place) -> None:
    gates = {name: place.gate(name) for name in ("a", "b")}
    with place.open() as workspace:
        for name, gate in gates.items():
            script = write(place.folder / f"script-{name}", table(name), gate)
            workspace.sources.register(name, "scripted", {"script": str(script)})
        begun = [workspace.start_harvest(name) for name in gates]
        for gate in gates.values():
            gate.reached()
        for gate in gates.values():
            gate.open()
        assert {workspace.await_run(run.id, 60).state for run in begun} == {"complete"}
        assert {workspace.iris.ref(iri) for iri in workspace.assets.all()} == {ref("a"), ref("b")}


def test_a_removed_source_leaves_tombstones_and_can_be_registered_anew(place: Place) -> None:
    with place.open(table("orders")) as workspace:
        workspace.harvest("shop")
        report = workspace.remove_source("shop")
        assert (report.tombstoned, report.commit) == (1, 2)
        assert not holds(workspace.graph, workspace.iris.harvest_graph("shop"))
        assert workspace.runs.list()[0].state == "complete"
        with pytest.raises(UnknownSource):
            workspace.harvest("shop")
        workspace.sources.register("shop", "scripted", {"script": str(place.play(table("orders")))})
        assert workspace.harvest("shop").report.changed == 1


def test_a_harvest_can_be_cancelled(place: Place) -> None:
    gate = place.gate()
    with place.open(table("orders"), gate, table("items")) as workspace:
        assert workspace.cancel_harvest("shop") is False
        begun = workspace.start_harvest("shop")
        gate.reached()
        assert workspace.cancel_harvest("shop") is True
        gate.open()
        run = workspace.await_run(begun.id, 60)
        assert run.state == "cancelled"
        assert not dump(workspace.graph, workspace.iris)
        place.play(table("orders"))
        assert workspace.harvest("shop").state == "complete"


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("a stranger's bug, secret=s3cret"), Unreachable("the shop is shut")]
)
def test_a_connector_that_raises_makes_a_failed_run(place: Place, error: Exception) -> None:
    with place.open(table("orders"), error) as workspace:
        run = workspace.harvest("shop")
        assert run.state == "failed"
        assert run.ended is not None
        assert run.error
        assert ("the shop is shut" in run.error) == isinstance(error, Unreachable)
        assert "s3cret" not in run.error
        assert not dump(workspace.graph, workspace.iris)
        assert workspace.history.last() == 0


def test_closing_stops_what_runs_and_waits_for_it(place: Place) -> None:
    gate = place.gate()
    workspace = place.open(table("orders"), gate, table("items"))
    ended: list[str] = []
    background = workspace.start_harvest("shop")
    gate.reached()
    other = place.gate("other")
    script = write(place.folder / "other-script", other, table("x"))
    workspace.sources.register("other", "scripted", {"script": str(script)})
    foreground = threading.Thread(target=lambda: ended.append(workspace.harvest("other").state))
    foreground.start()
    other.reached()
    closing = threading.Thread(target=workspace.close)
    closing.start()
    gate.open()
    wait_for(lambda: not workspace.runs.get(background.id).active, "the harvest to stop")
    assert closing.is_alive(), "it must wait for the other harvest too"
    other.open()
    closing.join(60)
    foreground.join(60)
    assert ended == ["cancelled"]
    with open_workspace(place.data) as again:
        assert again.runs.get(background.id).state == "cancelled"
        assert not dump(again.graph, again.iris)


def test_a_backup_taken_while_a_harvest_runs_is_whole(place: Place) -> None:
    gate = place.gate()
    with place.open(table("orders"), table("items")) as workspace:
        workspace.harvest("shop")
        before = dump(workspace.graph, workspace.iris)
        place.play(table("orders", "new"), *(table(f"t{number}") for number in range(500)), gate)
        begun = workspace.start_harvest("shop")
        gate.reached()
        workspace.backup(place.folder / "backup")
        gate.open()
        assert workspace.await_run(begun.id, 60).state == "complete"
        with pytest.raises(SettingsError, match="exists already"):
            workspace.backup(place.folder / "backup")
    restore(place.folder / "backup", place.folder / "restored")
    with open_workspace(place.folder / "restored") as restored:
        assert dump(restored.graph, restored.iris) == before
        assert restored.history.last() == 1
        assert [run.state for run in restored.runs.list()] == ["failed", "complete"]
        assert restored.harvest("shop").report.commit == 2


def test_a_restore_replaces_nothing(place: Place) -> None:
    with place.open(table("orders")) as workspace:
        workspace.backup(place.folder / "backup")
    with pytest.raises(SettingsError, match="not empty"):
        restore(place.folder / "backup", place.data)
    with pytest.raises(SettingsError, match="no backup"):
        restore(place.folder / "nothing", place.folder / "new")
    (place.folder / "empty").mkdir()
    restore(place.folder / "backup", place.folder / "empty")
    open_workspace(place.folder / "empty").close()


def test_a_run_that_a_crash_left_running_has_failed(place: Place) -> None:
    with place.open() as workspace:
        run_id = workspace.runs.start("shop")
    with open_workspace(place.data) as again:
        run = again.runs.get(run_id)
        assert run.state == "failed"
        assert "nothing was changed" in (run.error or "")


def test_a_run_whose_commit_landed_before_the_crash_has_ended_well(place: Place) -> None:
    with place.open(table("orders"), table("items")) as workspace:
        runs = workspace.runs
        run_id = runs.start("shop")
        done = workspace.harvester.run(
            "shop",
            workspace.sources.connector("shop"),
            run_id,
            sealing=lambda connection, report: runs.seal(connection, run_id, report),
        )
    with open_workspace(place.data) as again:
        run = again.runs.get(run_id)
        assert (run.state, run.report) == ("complete", done)
        assert run.report.commit == 1
        assert any("it is in the graph" in line.text for line in again.runs.lines(run_id))


def test_runs_are_listed_newest_first(place: Place) -> None:
    with place.open(table("orders")) as workspace:
        ids = [workspace.harvest("shop").id for _ in range(3)]
        assert [run.id for run in workspace.runs.list()] == ids[::-1]
        assert [run.id for run in workspace.runs.list("shop", first=1)] == ids[-1:]
        assert workspace.runs.list("other") == []
        with pytest.raises(InputError, match="no-such-run"):
            workspace.runs.get("no-such-run")


def test_snapshots_are_taken_now_and_then_and_their_failure_harms_no_harvest(place: Place) -> None:
    settings = Settings(data_dir=place.data, semantic=False, snapshot_every=2, snapshots_kept=1)
    with Workspace(settings) as workspace:
        workspace.sources.register("shop", "scripted", {"script": str(place.play())})
        for number in range(1, 5):
            place.play(table("orders", str(number)))
            workspace.harvest("shop")
        assert workspace.snapshots.numbers() == [4]
        (place.data / "snapshots" / "4" / "CURRENT").unlink()
        for folder in (place.data / "snapshots").iterdir():
            for file in folder.iterdir():
                file.unlink()
            folder.rmdir()
        (place.data / "snapshots").rmdir()
        (place.data / "snapshots").write_text("in the way", encoding="utf-8")
        for number in range(5, 7):
            place.play(table("orders", str(number)))
            assert workspace.harvest("shop").report.commit == number


def test_a_directory_that_cannot_be_made_says_so(place: Place) -> None:
    (place.folder / "file").write_text("", encoding="utf-8")
    with pytest.raises(SettingsError, match="cannot be made"):
        open_workspace(place.folder / "file" / "data")


def test_a_directory_that_failed_to_open_is_let_go(place: Place) -> None:
    place.open().close()
    manifest = next((place.data / "graph").glob("CURRENT"))
    kept = manifest.read_bytes()
    manifest.write_bytes(b"nonsense\n")
    with pytest.raises(Exception, match="cannot be opened"):
        open_workspace(place.data)
    manifest.write_bytes(kept)
    open_workspace(place.data).close()


def test_the_log_can_be_read_without_the_graph(place: Place) -> None:
    with place.open(table("orders")) as workspace:
        workspace.harvest("shop")
    state = State(f"sqlite:///{place.data / 'state.db'}")
    assert History(state).last() == 1
    state.close()
