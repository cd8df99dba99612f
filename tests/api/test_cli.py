"""The command line as a process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import rdflib

from api.cli import app
from tests.api.estate import make_lake
from tests.processes import fabric, serving


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that holds a harvested lake."""
    folder = tmp_path_factory.mktemp("cli")
    fabric(folder / "data", "source", "add", "lake", "files", "-o", f"path={make_lake(folder / 'lake')}")
    fabric(folder / "data", "harvest")
    return folder / "data"


def test_harvest_reports_what_it_did_and_finds_nothing_new_the_second_time(tmp_path: Path) -> None:
    lake = make_lake(tmp_path / "lake")
    added = fabric(tmp_path / "data", "source", "add", "lake", "files", "-o", f"path={lake}")
    assert "fabric harvest lake" in added.stdout
    assert "2 files seen" in fabric(tmp_path / "data", "source", "test", "lake").stdout
    first = json.loads(fabric(tmp_path / "data", "harvest", "--json").stdout)[0]
    second = json.loads(fabric(tmp_path / "data", "harvest", "--json").stdout)[0]
    assert (first["state"], first["changed"], first["commit"]) == ("complete", first["records"], 1)
    assert (second["unchanged"], second["added"], second["commit"]) == (first["records"], 0, None)


def test_a_file_that_vanishes_is_tombstoned_and_shown_as_gone(tmp_path: Path) -> None:
    lake = make_lake(tmp_path / "lake")
    fabric(tmp_path / "data", "source", "add", "lake", "files", "-o", f"path={lake}")
    fabric(tmp_path / "data", "harvest")
    iri = json.loads(fabric(tmp_path / "data", "show", "customers", "--json").stdout)["iri"]
    (lake / "customers.csv").unlink()
    assert json.loads(fabric(tmp_path / "data", "harvest", "--json").stdout)[0]["tombstoned"] == 1
    assert json.loads(fabric(tmp_path / "data", "show", iri, "--json").stdout)["removedAt"]
    assert (
        "customers"
        not in fabric(tmp_path / "data", "search", "customers", "--kind", "dataset").stdout.split("orders")[0]
    )


def test_a_corrupt_file_is_named_and_the_others_are_harvested(tmp_path: Path) -> None:
    lake = make_lake(tmp_path / "lake")
    (lake / "broken.parquet").write_bytes(b"PAR1 nothing of the kind")
    fabric(tmp_path / "data", "source", "add", "lake", "files", "-o", f"path={lake}")
    done = fabric(tmp_path / "data", "harvest")
    assert "lake partial" in done.stdout
    assert "broken.parquet" in done.stdout
    assert "orders" in fabric(tmp_path / "data", "search", "orders").stdout


def test_search_show_history_and_sparql_for_people(data: Path) -> None:
    assert "1. orders  dataset" in fabric(data, "search", "total", "amount").stdout
    shown = fabric(data, "show", "orders").stdout
    assert "order_id" in shown
    assert "Number of the order." in shown
    assert "commit 1" in fabric(data, "history", "orders").stdout
    query = "SELECT ?t WHERE { ?d a dcat:Dataset ; dct:title ?t } ORDER BY ?t"
    assert fabric(data, "sparql", query).stdout.split() == ["t", "customers", "orders"]
    assert fabric(data, "sparql", "-", stdin=query).stdout.split() == ["t", "customers", "orders"]
    assert fabric(data, "sparql", query, "--as-of", "2001-01-01T00:00:00Z").stdout.split() == ["t"]


def test_json_for_programs(data: Path) -> None:
    assert json.loads(fabric(data, "search", "orders", "--json").stdout)["edges"]
    assert json.loads(fabric(data, "show", "orders", "--json").stdout)["title"] == "orders"
    assert json.loads(fabric(data, "history", "orders", "--json").stdout)[0]["commit"] == 1
    assert json.loads(fabric(data, "source", "list", "--json").stdout)[0]["name"] == "lake"
    assert json.loads(fabric(data, "sparql", "ASK { ?s ?p ?o }", "--json").stdout)["boolean"] is True
    assert all(finding["ok"] for finding in json.loads(fabric(data, "doctor", "--json").stdout))


def test_export_backup_and_restore_keep_everything(data: Path, tmp_path: Path) -> None:
    before = fabric(data, "export").stdout
    fabric(data, "backup", str(tmp_path / "saved"))
    fabric(tmp_path / "new", "restore", str(tmp_path / "saved"))
    assert sorted(fabric(tmp_path / "new", "export").stdout.splitlines()) == sorted(before.splitlines())
    assert "orders" in fabric(tmp_path / "new", "search", "orders").stdout
    fabric(tmp_path / "new", "export", str(tmp_path / "all.ttl"), "--format", "turtle")
    assert len(rdflib.Graph().parse(tmp_path / "all.ttl")) > 20
    refused = fabric(tmp_path / "new", "restore", str(tmp_path / "saved"), check=False)
    assert refused.returncode == 1
    assert "not empty" in refused.stderr


def test_commands_use_the_running_server(data: Path) -> None:
    with serving(data) as url:
        assert url in fabric(data, "doctor").stdout
        assert "orders" in fabric(data, "search", "orders").stdout
        assert "0 changed" in fabric(data, "harvest", "lake").stdout
        second = fabric(data, "serve", "--port", "0", check=False)
        assert second.returncode == 1
        assert "another process" in second.stderr
        assert "orders" in fabric(data, "search", "orders").stdout, "the refused one must not take the note away"
    assert not (data / "server.json").exists()
    assert "opened" in fabric(data, "doctor").stdout


def test_after_a_kill_the_directory_is_opened_directly(tmp_path: Path) -> None:
    fabric(tmp_path, "source", "add", "lake", "files", "-o", f"path={make_lake(tmp_path / 'lake')}")
    with serving(tmp_path):
        os.kill(json.loads((tmp_path / "server.json").read_text())["pid"], signal.SIGKILL)
        assert "lake complete" in fabric(tmp_path, "harvest").stdout


def test_apply_makes_the_sources_those_of_the_file(tmp_path: Path) -> None:
    lake = make_lake(tmp_path / "lake")
    file = tmp_path / "fabric.yaml"
    file.write_text(f"sources:\n  lake:\n    connector: files\n    options: {{path: {lake}}}\n", encoding="utf-8")
    assert "added lake" in fabric(tmp_path / "data", "apply", str(file)).stdout
    assert "unchanged lake" in fabric(tmp_path / "data", "apply", str(file)).stdout
    file.write_text(f"sources:\n  other:\n    connector: files\n    options: {{path: {lake}}}\n", encoding="utf-8")
    assert {"added other", "removed lake"} <= set(
        fabric(tmp_path / "data", "apply", str(file), "--prune").stdout.splitlines()
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["source", "add", "x", "nope"], "croissant, dbt, dcat, files, odcs, queries, sql"),
        (["source", "add", "x", "sql", "-o", "urll=x"], "urll: unknown option"),
        (["source", "add", "x", "files", "-o", "path"], "NAME=VALUE"),
        (["source", "add", "x", "sql", "-o", "url=env:NOT_SET_ANYWHERE"], "NOT_SET_ANYWHERE"),
        (["source", "test", "nope"], "nope"),
        (["harvest", "nope"], "lake"),
        (["show", "no such thing"], "no such thing"),
        (["show", "http://localhost:8642/id/dataset/a/b"], "nothing is known"),
        (["sparql", "SELEC"], "malformed"),
        (["apply", "missing.yaml"], "missing.yaml"),
        (["export", "--format", "docx"], "docx"),
        (["restore", "nowhere"], "nowhere"),
        (["serve", "--host", "0.0.0.0"], "without a login"),
    ],
)
def test_mistakes_get_one_message_and_exit_1(data: Path, arguments: list[str], said: str) -> None:
    done = fabric(data, *arguments, check=False)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_failed_harvest_exits_1_and_names_the_cause(tmp_path: Path) -> None:
    url = "postgresql://nobody@127.0.0.1:1/none"
    fabric(tmp_path, "source", "add", "shop", "sql", "-o", f"url={url}", "-o", "connect_timeout=2")
    done = fabric(tmp_path, "harvest", check=False)
    assert done.returncode == 1
    assert "127.0.0.1:1" in done.stderr


def test_an_unwritable_data_directory_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = fabric(tmp_path / "file" / "data", "source", "list", check=False)
    assert done.returncode == 1
    assert "FABRIC_DATA_DIR" in done.stderr


def test_every_command_has_help_with_an_example() -> None:
    commands = [*app.registered_commands, *app.registered_groups[0].typer_instance.registered_commands]  # type: ignore[union-attr]
    assert len(commands) >= 15
    assert all(command.epilog and "Example: " in command.epilog for command in commands)


def test_shell_completion_is_offered() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "api.cli", "--show-completion", "bash"],
        capture_output=True, text=True, check=False, env={**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"},
    )  # fmt: skip
    assert "complete" in done.stdout


def test_similar_prints_neighbours_with_the_reason(data: Path) -> None:
    said = fabric(data, "similar", "orders", "--first", "3").stdout
    assert "customers" in said
    assert "1 of 3 fields: customer_id" in said
    found = json.loads(fabric(data, "similar", "orders", "--json").stdout)
    assert [one["node"]["title"] for one in found] == ["customers"]
