"""Export: the parts that can be asked for, and formats of exchange that are read again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from starlette.testclient import TestClient

from connectors.dcat import DcatConnector
from fabric.connector import read_config
from fabric.identity import Iris
from fabric.model import Dataset, Problem, Record
from tests.api.estate import ask, harvest, make_lake, opened

PORTS = Path(__file__).parents[1] / "connectors" / "dcat" / "data" / "ports.ttl"


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A lake of files and a published catalogue."""
    with opened(tmp_path_factory.mktemp("data")) as client:
        harvest(client, "ports", "dcat", {"url": str(PORTS)})
        harvest(client, "lake", "files", {"path": str(make_lake(tmp_path_factory.mktemp("lake")))})
        yield client


def titles(client: TestClient, **parameters: str | list[str]) -> set[str]:
    document = client.get("/export", params={"format": "schemaorg", **parameters})
    assert document.status_code == 200, document.text
    return {one["name"] for one in document.json()["dataset"]}


def test_parts_by_source_asset_search_and_filter(estate: TestClient) -> None:
    everything = titles(estate)
    assert titles(estate, source="lake") == {"orders", "customers"}
    assert everything > {"orders", "customers"}
    found = ask(estate, 'query{search(query:"orders",kinds:["dataset"]){edges{node{iri title}}}}')["search"]["edges"]
    iri = next(edge["node"]["iri"] for edge in found if edge["node"]["title"] == "orders")
    assert titles(estate, asset=iri) == {"orders"}
    assert titles(estate, query="orders", source="lake") == {"orders"}
    assert titles(estate, kind="dataset") == everything
    quads = estate.get("/export", params={"asset": iri}).text.splitlines()
    assert quads
    assert all(line.startswith(f"<{iri}") for line in quads)


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({"format": "docx"}, 400),
        ({"format": "odcs", "asset": "http://localhost:8642/id/dataset/none/none"}, 404),
        ({"format": "odcs", "source": "nope"}, 400),
        ({"format": "odcs", "asset": "x:y", "query": "z"}, 400),
    ],
)
def test_what_cannot_be_exported_is_refused(estate: TestClient, parameters: dict[str, str], status: int) -> None:
    assert estate.get("/export", params=parameters).status_code == status


def datasets(records: list[Record | Problem]) -> dict[str, Dataset]:
    assert not [one for one in records if isinstance(one, Problem)]
    return {one.name: one for one in records if isinstance(one, Dataset)}


def held(client: TestClient) -> dict[str, Dataset]:
    workspace = client.app.state.workspace  # type: ignore[attr-defined]
    records = (asset.record for asset in workspace.assets.many(workspace.assets.all()).values())
    return {Iris().asset(one.ref): one for one in records if isinstance(one, Dataset)}


@pytest.mark.parametrize("form", ["schemaorg", "croissant", "dcat"])
def test_the_connector_dcat_reads_it_again(estate: TestClient, tmp_path: Path, form: str) -> None:
    file = tmp_path / ("export.ttl" if form == "dcat" else "export.jsonld")
    file.write_text(estate.get("/export", params={"format": form}).text, encoding="utf-8")
    config = read_config(DcatConnector, {"url": str(file)})
    again = datasets(list(DcatConnector(config).harvest()))  # type: ignore[arg-type]
    first = held(estate)
    assert set(again) == set(first)
    for iri, one in first.items():
        assert _sayable(again[iri]) == _sayable(one)
        assert [field.name for field in again[iri].fields] == [field.name for field in one.fields]
        assert [field.description for field in again[iri].fields] == [field.description for field in one.fields]
        if form == "dcat":
            assert [replace(field, default=None, tags=frozenset()) for field in again[iri].fields] == [
                replace(field, native_type=field.native_type or field.datatype) for field in one.fields
            ]


def _sayable(one: Dataset) -> object:
    """What all three formats can say."""
    said = (one.title, one.description, one.tags, one.license, one.issued, one.modified, one.language)
    return said, {(form.url, form.media_type) for form in one.distributions}


def test_croissant_documents_are_what_its_readers_expect(estate: TestClient) -> None:
    document = estate.get("/export", params={"format": "croissant", "query": "orders", "source": "lake"}).json()
    assert document["@type"] == "sc:Dataset"
    assert document["conformsTo"] == "http://mlcommons.org/croissant/1.1"
    fields = document["recordSet"][0]["field"]
    assert [(one["name"], one["dataType"]) for one in fields] == [
        ("order_id", "sc:Integer"),
        ("customer_id", "sc:Integer"),
        ("total_amount", "sc:Float"),
    ]
    assert {one["source"]["fileObject"]["@id"] for one in fields} == {document["distribution"][0]["@id"]}


def test_contracts_have_what_the_standard_requires(estate: TestClient) -> None:
    contracts = list(yaml.safe_load_all(estate.get("/export", params={"format": "odcs"}).text))
    assert len(contracts) >= 2
    for contract in contracts:
        assert {"apiVersion", "kind", "id", "version", "status"} <= set(contract)
        assert contract["kind"] == "DataContract"
    orders = next(one for contract in contracts for one in contract["schema"] if one["name"].endswith("orders.parquet"))
    assert orders["properties"][0] == {
        "name": "order_id",
        "logicalType": "integer",
        "physicalType": "int64",
        "required": True,
        "description": "Number of the order.",
    }


def test_nothing_selected_is_an_empty_document(estate: TestClient) -> None:
    assert json.loads(estate.get("/export", params={"format": "croissant", "tag": "none"}).text)["@graph"] == []
    assert estate.get("/export", params={"format": "odcs", "tag": "none"}).text == ""
