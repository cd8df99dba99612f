from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from connectors.odcs import OdcsConnector
from fabric.connector import read_config
from fabric.errors import Unreachable, Unreadable
from fabric.model import Agent, Check, Dataset, Key, Problem, Record, Reference, Source, agent, dataset
from tests.api.estate import harvest as harvest_into
from tests.api.estate import make_lake, opened
from tests.connectors.contract import check_contract

CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: 7a1c
name: Fleet
version: 2.0.0
status: active
description: {purpose: Where ships are.}
servers:
  - {server: main, type: postgres, host: db.example.org, port: 5433, database: fleet, schema: public}
schema:
  - name: ship
    physicalType: table
    businessName: Ships
    description: All ships.
    tags: [fleet]
    properties:
      - {name: imo, logicalType: integer, physicalType: int8, primaryKey: true, primaryKeyPosition: 2, required: true}
      - {name: flag, logicalType: string, primaryKey: true, primaryKeyPosition: 1}
      - name: seen
        logicalType: timestamp
        partitioned: true
        quality: [{metric: nullValues, mustBe: 0, dimension: completeness, severity: error}]
      - name: ports
        logicalType: array
        items: {logicalType: object, properties: [{name: code, logicalType: string, description: UN/LOCODE.}]}
    relationships:
      - {from: [ship.flag], to: [state.code]}
    quality: [{type: sql, description: Some rows., query: SELECT 1}]
  - name: state
    physicalName: states
    properties:
      - {name: code, logicalType: string, relationships: [{to: region.code}]}
team:
  name: harbour
  members:
    - {username: ada@example.org, name: Ada}
    - {username: gone, dateOut: "2024-01-01"}
"""


def connector(path: Path, **options: object) -> OdcsConnector:
    return OdcsConnector(read_config(OdcsConnector, {"path": str(path), **options}))  # type: ignore[arg-type]


def harvest(path: Path, **options: object) -> list[Record | Problem]:
    return list(connector(path, **options).harvest())


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def of(kind: type, records: list[Record | Problem]) -> list[object]:
    return [one for one in records if isinstance(one, kind)]


def test_the_contract_of_connectors(tmp_path: Path) -> None:
    check_contract(connector(written(tmp_path, "ships.odcs.yaml", CONTRACT)))


def test_a_contract_becomes_datasets_with_keys_checks_and_people(tmp_path: Path) -> None:
    records = harvest(written(tmp_path, "ships.odcs.yaml", CONTRACT))
    place = "postgres://db.example.org:5433"
    assert of(Source, records) == [Source(namespace=place, title="Fleet", platform="postgresql")]
    ship, state = (one for one in records if isinstance(one, Dataset))
    assert (ship.namespace, ship.name, ship.title, ship.kind) == (place, "fleet.public.ship", "Ships", "table")
    assert (ship.description, ship.partition_columns) == ("All ships.", ("seen",))
    assert ship.tags == {"fleet"}
    assert ship.keys == {Key(name="primary", columns=("flag", "imo"), primary=True)}
    assert [(field.name, field.datatype, field.native_type, field.required) for field in ship.fields] == [
        ("imo", "integer", "int8", True),
        ("flag", "string", None, None),
        ("seen", "datetime", None, None),
        ("ports", "array", None, None),
    ]
    assert [(field.name, field.description) for field in ship.fields[3].fields] == [("code", "UN/LOCODE.")]
    target = dataset(place, "fleet.public.states")
    assert ship.references == {Reference(name="flag", columns=("flag",), target=target, target_columns=("code",))}
    region = dataset(place, "fleet.public.region")
    assert state.references == {Reference(name="code", columns=("code",), target=region, target_columns=("code",))}
    assert of(Agent, records) == [Agent(name="ada@example.org", title="Ada", email="ada@example.org")]
    assert ship.owners == {agent("ada@example.org")}
    checks = [one for one in records if isinstance(one, Check)]
    assert [(one.title, one.column, one.dimension, one.severity) for one in checks] == [
        ("sql", None, None, None),
        ("nullValues", "seen", "completeness", "error"),
    ]
    assert checks[0].definition is not None
    assert "SELECT 1" in checks[0].definition


def test_a_folder_holds_other_files_and_broken_ones(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    written(tmp_path, "a.yaml", CONTRACT)
    written(tmp_path / "deep", "b.yml", CONTRACT)
    written(tmp_path, "c.yaml", "services: {}")
    written(tmp_path, "d.yaml", "a: [")
    written(tmp_path, "e.yaml", "kind: DataContract\napiVersion: v2.2.0\n")
    records = harvest(tmp_path)
    assert len(of(Dataset, records)) == 2
    reasons = "\n".join(f"{one.subject}: {one.reason}" for one in records if isinstance(one, Problem))
    assert "'fleet.public.ship' is described by" in reasons
    assert "no YAML" in reasons
    assert "v2.2.0" in reasons
    assert connector(tmp_path).check() == "2 data contracts, and 2 files that cannot be read"


def test_what_is_no_contract_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="DataContract"):
        connector(written(tmp_path, "c.yaml", "services: {}")).check()
    with pytest.raises(Unreadable):
        harvest(tmp_path)
    with pytest.raises(Unreachable, match="not there"):
        connector(tmp_path / "none").check()


def test_what_fabric_exported_comes_back(tmp_path: Path) -> None:
    """Everything that a contract can say of a dataset, with the names it had."""
    written(tmp_path, "ships.odcs.yaml", CONTRACT)
    with opened(tmp_path / "data") as client:
        harvest_into(client, "lake", "files", {"path": str(make_lake(tmp_path / "lake"))})
        workspace = client.app.state.workspace  # type: ignore[attr-defined]
        workspace.harvester.run("ships", connector(tmp_path / "ships.odcs.yaml"), "test")
        exported = written(tmp_path, "all.yaml", client.get("/export", params={"format": "odcs"}).text)
        held = {
            asset.record.ref: asset.record
            for asset in workspace.assets.many(workspace.assets.all()).values()
            if isinstance(asset.record, Dataset)
        }
    again = {one.ref: one for one in harvest(exported) if isinstance(one, Dataset)}
    assert set(again) == set(held)
    assert len(held) == 4
    for ref, one in held.items():
        assert _sayable(again[ref]) == _sayable(one)


def _sayable(one: Dataset) -> Dataset:
    """Without what a contract has no place for."""
    return replace(
        one,
        platform=None,
        part_of=None,
        distributions=frozenset(),
        keys=frozenset(replace(key, name="") for key in one.keys if key.primary),
        modified=None,
        issued=None,
        byte_size=None,
        row_count=None,
        row_count_exact=None,
    )
