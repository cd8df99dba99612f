from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.croissant import CroissantConnector
from connectors.croissant.values import size
from fabric.connector import read_config
from fabric.errors import AccessDenied, Unreachable, Unreadable
from fabric.model import Agent, Dataset, Distribution, Key, Lineage, Problem, Record, agent, dataset
from tests.api.estate import harvest as harvest_into
from tests.api.estate import make_lake, opened
from tests.connectors.contract import check_contract
from tests.connectors.dcat.serving import Answer, serving

PREFIXED: dict[str, Any] = {
    "@context": {
        "@vocab": "https://schema.org/",
        "sc": "https://schema.org/",
        "cr": "http://mlcommons.org/croissant/",
        "dct": "http://purl.org/dc/terms/",
        "conformsTo": "dct:conformsTo",
        "recordSet": "cr:recordSet",
        "spalte": "cr:field",
    },
    "@id": "https://hub.example.org/ships",
    "@type": "sc:Dataset",
    "conformsTo": ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"],
    "name": {"@value": "Ships", "@language": "en"},
    "description": "Positions of ships.",
    "license": "https://spdx.org/licenses/MIT",
    "url": "https://hub.example.org/ships.html",
    "keywords": ["sea", "ships"],
    "datePublished": "2024-03-01",
    "creator": {"@type": "Person", "name": "Ada", "email": "ada@example.org"},
    "publisher": {"@type": "Organization", "name": "Harbour"},
    "isBasedOn": {"@id": "https://hub.example.org/raw"},
    "distribution": [
        {
            "@type": "cr:FileObject",
            "@id": "ships.csv",
            "name": "ships.csv",
            "contentUrl": "https://hub.example.org/ships.csv",
            "encodingFormat": "text/csv",
            "contentSize": "2 kB",
        },
        {"@type": "cr:FileSet", "@id": "images", "encodingFormat": "image/png", "includes": "*.png"},
    ],
    "recordSet": [
        {
            "@type": "cr:RecordSet",
            "@id": "positions",
            "key": [{"@id": "positions/imo"}, {"@id": "positions/at"}],
            "spalte": [
                {"@type": "cr:Field", "@id": "positions/imo", "dataType": "sc:Integer"},
                {
                    "@type": "cr:Field",
                    "@id": "positions/at",
                    "dataType": ["sc:DateTime", "https://www.wikidata.org/wiki/Q1"],
                },
                {
                    "@type": "cr:Field",
                    "@id": "positions/place",
                    "description": "Where it was.",
                    "cr:subField": [
                        {"@id": "positions/place/lat", "dataType": "sc:Float"},
                        {"@id": "positions/place/lon", "dataType": "cr:Float64"},
                    ],
                },
                {"@id": "positions/seen", "dataType": "sc:Text", "cr:isArray": True},
            ],
        },
        {"@type": "cr:RecordSet", "@id": "flags", "spalte": {"@id": "flags/imo", "dataType": "sc:Text"}},
    ],
}


def connector(path: Path | str, **options: object) -> CroissantConnector:
    return CroissantConnector(read_config(CroissantConnector, {"path": str(path), **options}))  # type: ignore[arg-type]


def harvest(path: Path | str, **options: object) -> list[Record | Problem]:
    return list(connector(path, **options).harvest())


def written(folder: Path, name: str, document: object) -> Path:
    file = folder / name
    file.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return file


def test_the_contract_of_connectors(tmp_path: Path) -> None:
    check_contract(connector(written(tmp_path, "ships.json", PREFIXED)))


def test_a_document_becomes_a_dataset_with_fields_files_and_people(tmp_path: Path) -> None:
    records = harvest(written(tmp_path, "ships.json", PREFIXED), namespace="hub")
    (ships,) = (one for one in records if isinstance(one, Dataset))
    assert (ships.name, ships.title) == ("https://hub.example.org/ships", "Ships")
    assert (ships.description, ships.license) == ("Positions of ships.", "https://spdx.org/licenses/MIT")
    assert ships.tags == {"sea", "ships"}
    assert ships.issued == datetime(2024, 3, 1, tzinfo=UTC)
    assert ships.owners == {agent("ada@example.org")}
    assert ships.publisher == agent("Harbour")
    assert ships.distributions == {
        Distribution(name="ships.csv", url="https://hub.example.org/ships.csv", media_type="text/csv", byte_size=2000),
        Distribution(name="images", media_type="image/png"),
    }
    assert [(field.name, field.datatype, field.native_type) for field in ships.fields] == [
        ("imo", "integer", "Integer"),
        ("at", "datetime", "DateTime"),
        ("place", "object", None),
        ("seen", "array", "Text"),
        ("flags/imo", "string", "Text"),
    ]
    assert ships.fields[2].description == "Where it was."
    assert [field.datatype for field in ships.fields[2].fields] == ["double", "double"]
    assert ships.keys == {Key(name="positions", columns=("imo", "at"), primary=True)}
    assert [one for one in records if isinstance(one, Lineage)] == [
        Lineage(downstream=ships.ref, upstream=dataset("hub", "https://hub.example.org/raw"))
    ]
    assert {(one.name, one.team) for one in records if isinstance(one, Agent)} == {
        ("ada@example.org", False),
        ("Harbour", True),
    }


def test_a_folder_holds_other_files_broken_ones_and_two_of_one_name(tmp_path: Path) -> None:
    written(tmp_path, "a.json", PREFIXED)
    written(tmp_path, "b.jsonld", {**PREFIXED, "@id": "https://hub.example.org/boats"})
    written(tmp_path, "c.json", PREFIXED)
    written(tmp_path, "d.json", "{")
    written(tmp_path, "e.json", {"name": "package", "version": "1"})
    written(tmp_path, "f.json", {**PREFIXED, "conformsTo": "http://mlcommons.org/croissant/2.0"})
    records = harvest(tmp_path)
    assert len([one for one in records if isinstance(one, Dataset)]) == 2
    reasons = [one.reason for one in records if isinstance(one, Problem)]
    assert [next(said for said in ("a.json", "JSON", "2.0") if said in reason) for reason in reasons] == [
        "a.json",
        "JSON",
        "2.0",
    ]


def test_documents_over_http(tmp_path: Path) -> None:
    with serving() as site:
        site.answers["/ships"] = Answer(json.dumps(PREFIXED), "application/ld+json")
        site.answers["/closed"] = Answer(status=403)
        assert connector(f"{site.url}/ships").check() == "1 datasets in Croissant"
        with pytest.raises(AccessDenied):
            harvest(f"{site.url}/closed")
        with pytest.raises(Unreachable, match="404"):
            harvest(f"{site.url}/none")
    with pytest.raises(Unreachable):
        harvest(f"{site.url}/ships")


def test_what_describes_nothing_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, "e.json", {"name": "package"})
    with pytest.raises(Unreadable, match="no dataset"):
        connector(file).check()
    with pytest.raises(Unreadable, match="no dataset"):
        harvest(file)
    with pytest.raises(Unreachable, match="not there"):
        harvest(tmp_path / "none")


@pytest.mark.parametrize(
    ("said", "read"),
    [("12 B", 12), ("1.5 MB", 1_500_000), ("2 KiB", 2048), ("7", 7), ("large", None), ("1.2.3 B", None)],
)
def test_sizes(said: str, read: int | None) -> None:
    assert size(said) == read


def test_what_fabric_exported_comes_back(tmp_path: Path) -> None:
    """Everything that Croissant can say of a dataset; its name is the IRI it had."""
    source = written(tmp_path, "ships.json", PREFIXED)
    with opened(tmp_path / "data") as client:
        harvest_into(client, "lake", "files", {"path": str(make_lake(tmp_path / "lake"))})
        workspace = client.app.state.workspace  # type: ignore[attr-defined]
        workspace.harvester.run("ships", connector(source), "test")
        exported = written(tmp_path, "all.json", client.get("/export", params={"format": "croissant"}).text)
        held = {
            workspace.iris.asset(asset.record.ref): asset.record
            for asset in workspace.assets.many(workspace.assets.all()).values()
            if isinstance(asset.record, Dataset)
        }
    again = {one.name: one for one in harvest(exported) if isinstance(one, Dataset)}
    assert set(again) == set(held)
    assert len(held) == 3
    for iri, one in held.items():
        assert _sayable(again[iri]) == _sayable(one)


def _sayable(one: Dataset) -> Dataset:
    """Without what Croissant has no place for; its fields have no spelling of their own."""
    return replace(
        one,
        namespace="",
        name="",
        kind="dataset",
        platform=None,
        part_of=None,
        fields=tuple(replace(field, native_type=None, required=None) for field in one.fields if not field.fields),
        keys=frozenset(replace(key, name="") for key in one.keys if key.primary),
        distributions=frozenset(replace(form, format=None, file_count=None) for form in one.distributions),
        byte_size=None,
        row_count=None,
        row_count_exact=None,
    )
