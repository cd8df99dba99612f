"""Branches leave the graph alone, do not meet, and leave nothing behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fabric.errors import GraphError
from fabric.whatif.proposals import DropColumn, DropTable
from tests.fabric.crashing import open_workspace
from tests.fabric.graphs import oxigraph, wait_for
from tests.fabric.scripted import install
from tests.fabric.whatif.estates import Estate, broken, made
from tests.fabric.whatif.projects import manifest

KILLED = """
import sys, pathlib, time
from fabric.settings import Settings
from fabric.workspace import Workspace
from fabric.whatif import questions
workspace = Workspace(Settings(data_dir=sys.argv[1], semantic=False))
with workspace.whatif.branches.open(["project"]) as branch:
    pathlib.Path(sys.argv[2]).touch()
    time.sleep(600)
"""


def test_many_branches_at_once_do_not_meet_nor_stop_commits(estate: Estate) -> None:
    columns = ("id", "customer", "amount", "email") * 2
    start = threading.Barrier(len(columns) + 1)

    def ask(column: str) -> set[str | None]:
        start.wait()
        return {one.field for one in estate.workspace.whatif.ask([DropColumn(estate.iri("orders", column))]).gone}

    with ThreadPoolExecutor(len(columns)) as pool:
        asked = [pool.submit(ask, column) for column in columns]
        start.wait()
        for number in range(5):
            estate.say(estate.iri("orders"), "dcat:theme", f"http://example.org/{number}")
        assert [one.result() for one in asked] == [{estate.iri("orders", column)} for column in columns]
    assert list((estate.folder / "data" / "branches").iterdir()) == []


def test_a_question_after_a_commit_sees_it(estate: Estate) -> None:
    assert "big_orders" not in broken(estate.ask(DropTable(estate.iri("mailing"))))
    estate.say(estate.iri("big_orders"), "prov:wasDerivedFrom", estate.iri("mailing"))
    assert "big_orders" in broken(estate.ask(DropTable(estate.iri("mailing"))))


def test_a_failure_leaves_no_folder(estate: Estate) -> None:
    branches = estate.workspace.whatif.branches

    def fail() -> None:
        with branches.open() as branch:
            assert branch.folder.is_dir()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert list((estate.folder / "data" / "branches").iterdir()) == []


def test_a_graph_on_a_server_is_branched_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "site", monkeypatch)
    with oxigraph(tmp_path / "server") as server:
        urls = {"graph_query_url": f"{server.address}/query", "graph_update_url": f"{server.address}/update"}
        with made(tmp_path, **urls) as estate:
            assert "big_orders" in broken(estate.ask(DropColumn(estate.iri("orders", "amount"))))
            assert estate.manifest(manifest()).gone == ()


def test_a_folder_that_cannot_be_made_is_said(estate: Estate) -> None:
    place = estate.folder / "data" / "branches"
    place.touch()
    with pytest.raises(GraphError, match="branches"):
        estate.workspace.whatif.ask([DropTable(estate.iri("mailing"))])
    place.unlink()


def test_what_a_killed_process_leaves_is_deleted_when_the_directory_is_opened(estate: Estate, tmp_path: Path) -> None:
    estate.workspace.close()
    data, reached = estate.folder / "data", tmp_path / "reached"
    with subprocess.Popen([sys.executable, "-c", KILLED, str(data), str(reached)]) as process:
        wait_for(reached.exists, "the branch")
        process.send_signal(signal.SIGKILL)
    assert len(list((data / "branches").iterdir())) == 1
    with open_workspace(data) as workspace:
        assert list(data.glob("branches/*")) == []
        assert workspace.whatif.ask([DropTable(estate.iri("mailing"))]).gone
