"""A connector that someone else distributes is installed by pip, found by its name, and keeps the same contract."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fabric.connector import connector_class, connector_names
from fabric.errors import UnknownConnector

STRANGER = Path(__file__).parent / "stranger"
ROOT = Path(__file__).parents[2]

HARVEST = """
import json, sys
from fabric.connector import connector_class, connector_names, read_config
from tests.connectors.contract import check_contract

kind = connector_class("inventory")
connector = kind(read_config(kind, {"path": sys.argv[1]}))
records = check_contract(connector, complete=False)
print(json.dumps({
    "names": connector_names(),
    "file": sys.modules[kind.__module__].__file__,
    "found": connector.check(),
    "datasets": sorted(record.name for record in records if type(record).__name__ == "Dataset"),
}))
"""
REFUSAL = """
from fabric.connector import connector_class, read_config
read_config(connector_class("inventory"), {"folder": "x"})
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip installed the stranger's distribution, without reaching the network."""
    folder = tmp_path_factory.mktemp("installed")
    install = ["install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
    done = run("-m", "pip", *install, "--target", str(folder), str(STRANGER))
    assert done.returncode == 0, done.stderr
    return folder


def run(*arguments: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    places = [str(place) for place in (path, ROOT) if place]
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": os.pathsep.join(places)}, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip


def test_an_installed_connector_is_found_and_keeps_the_contract(installed: Path, tmp_path: Path) -> None:
    inventory = tmp_path / "inventory.txt"
    inventory.write_text("ships: Every ship that called.\nberths: Where they lie.\nnonsense\n", encoding="utf-8")
    done = run("-c", HARVEST, str(inventory), path=installed)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert {"dbt", "dcat", "inventory"} <= set(told["names"])
    assert Path(told["file"]).is_relative_to(installed)
    assert told["found"] == "inventory of 3 tables"
    assert told["datasets"] == ["berths", "ships"]


def test_its_options_are_validated_like_those_of_any_other(installed: Path) -> None:
    done = run("-c", REFUSAL, path=installed)
    assert done.returncode == 1
    assert "SettingsError" in done.stderr
    assert "folder: unknown option" in done.stderr


def test_without_it_the_name_is_unknown() -> None:
    assert "inventory" not in connector_names()
    with pytest.raises(UnknownConnector, match="inventory"):
        connector_class("inventory")
