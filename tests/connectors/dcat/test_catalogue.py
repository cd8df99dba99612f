from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.dcat import DcatConnector
from fabric.connector import connector_class
from fabric.model import (
    Agent,
    Catalog,
    Dataset,
    Distribution,
    Lineage,
    Problem,
    Source,
    agent,
    catalog,
    dataset,
    source,
)
from tests.connectors.contract import check_contract
from tests.connectors.dcat.reading import DATA, PORTS, connector, harvest, of, written

HARBOUR = "https://data.harbour.example"
PREFIXES = """
@prefix csvw: <http://www.w3.org/ns/csvw#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix : <https://data.harbour.example/> .
"""


def test_the_connector_is_found_by_its_name() -> None:
    assert connector_class("dcat") is DcatConnector


@pytest.mark.parametrize("name", ["ports.ttl", "croissant.jsonld"])
def test_it_keeps_the_contract_of_connectors(name: str) -> None:
    check_contract(connector(DATA / name))


def test_it_keeps_the_contract_where_records_are_left_out() -> None:
    check_contract(connector(DATA / "unnamed.ttl"), complete=False)


def test_check_says_what_was_found() -> None:
    assert connector(PORTS).check() == "DCAT catalogue 'Harbour data' (turtle): 3 datasets"


def test_a_catalogue_is_a_source_with_catalogs_in_it() -> None:
    records = harvest(PORTS)
    system = next(record for record in records if isinstance(record, Source) and record.platform == "dcat")
    assert (system.namespace, system.title) == (HARBOUR, "Harbour data")
    catalogs = of(Catalog, records)
    assert catalogs["catalogue"].part_of == source(HARBOUR)
    assert catalogs["catalogue"].owners == {agent("office@harbour.example")}
    assert catalogs["tides"].part_of == catalog(HARBOUR, f"{HARBOUR}/catalogue")
    assert of(Dataset, records)["gauges"].part_of == catalog(HARBOUR, f"{HARBOUR}/tides")


def test_a_dataset_is_named_by_its_iri_and_told_whole() -> None:
    found = of(Dataset, harvest(PORTS))["arrivals"]
    assert found.ref == dataset(HARBOUR, f"{HARBOUR}/arrivals")
    assert found.kind == "dataset"
    assert found.themes == {"http://publications.europa.eu/resource/authority/data-theme/TRAN"}
    assert found.license == "https://creativecommons.org/licenses/by/4.0/"
    assert found.access_rights == "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
    assert found.landing_page == "https://harbour.example/arrivals"
    assert found.language == {"http://publications.europa.eu/resource/authority/language/ENG"}
    assert found.issued == datetime(2015, 3, 1, tzinfo=UTC)
    assert found.modified == datetime(2026, 2, 28, 5, 30, tzinfo=UTC)
    assert found.publisher == agent("office@harbour.example")
    assert found.owners == {agent("ines@harbour.example")}


@pytest.mark.parametrize(
    ("language", "title", "description", "tags"),
    [
        ("en", "Ship arrivals", "Every arrival since 2015.", {"ships", "arrivals", "AIS"}),
        ("de", "Schiffsankünfte", "Alle Ankünfte seit 2015.", {"Schiffe", "AIS"}),
        ("fr", "Ship arrivals", "Every arrival since 2015.", {"ships", "arrivals", "AIS"}),
    ],
)
def test_texts_come_in_the_wanted_language(language: str, title: str, description: str, tags: set[str]) -> None:
    found = of(Dataset, harvest(PORTS, language=language))["arrivals"]
    assert (found.title, found.description) == (title, description)
    assert found.tags == tags


def test_distributions_tell_where_and_in_which_form() -> None:
    assert of(Dataset, harvest(PORTS))["arrivals"].distributions == {
        Distribution(
            name=f"{HARBOUR}/arrivals-csv",
            url=f"{HARBOUR}/files/arrivals.csv",
            media_type="text/csv",
            format="CSV",
            byte_size=52428800,
        ),
        Distribution(name="Arrivals as Parquet", url=f"{HARBOUR}/files/arrivals.parquet", format="Parquet"),
    }


def test_the_licence_all_distributions_share_is_the_datasets() -> None:
    found = of(Dataset, harvest(PORTS))["arrivals-monthly"]
    assert found.license == "https://creativecommons.org/publicdomain/zero/1.0/"


def test_columns_come_from_csvw_schemas_in_their_order() -> None:
    fields = of(Dataset, harvest(PORTS))["arrivals"].fields
    assert [(field.name, field.datatype, field.required) for field in fields] == [
        ("imo", "integer", True),
        ("arrived", "datetime", None),
        ("berth", "string", None),
    ]
    assert fields[0].description == "Number of the ship."


def test_columns_come_from_croissant_record_sets() -> None:
    found = of(Dataset, harvest(DATA / "croissant.jsonld"))["wine"]
    assert found.title == "wine-quality"
    assert found.tags == {"wine", "regression"}
    assert found.issued == datetime(2024, 5, 1, tzinfo=UTC)
    assert [(field.name, field.datatype) for field in found.fields] == [
        ("alcohol", "double"),
        ("grade", "integer"),
        ("origin", "object"),
    ]
    assert [(field.name, field.datatype) for field in found.fields[2].fields] == [
        ("country", "string"),
        ("year", "integer"),
    ]
    assert [(item.url, item.media_type) for item in found.distributions] == [
        ("https://models.example/files/wine.csv", "text/csv")
    ]


def test_columns_of_one_name_in_two_record_sets_are_told_apart(tmp_path: Path) -> None:
    schemas = " ".join(
        f':{name} dct:title "{name}" ; csvw:column ( [ csvw:name "id" ] [ dct:description "Unnamed." ] ) .'
        for name in ("left", "right")
    )
    path = written(tmp_path / "c.ttl", f"{PREFIXES} :a a dcat:Dataset ; dct:conformsTo :left, :right . {schemas}")
    assert [field.name for field in of(Dataset, harvest(path))["a"].fields] == ["id", "right/id"]


def test_a_lone_catalogue_without_an_iri_is_the_source(tmp_path: Path) -> None:
    text = '[] a dcat:Catalog ; dct:title "Small" ; dcat:dataset :a . :a a dcat:Dataset .'
    records = harvest(written(tmp_path / "c.ttl", PREFIXES + text))
    assert [record.title for record in records if isinstance(record, Source)] == ["Small"]
    assert of(Dataset, records)["a"].part_of == source("c.ttl")
    assert not of(Catalog, records)
    assert not of(Problem, records)


def test_catalogues_and_services_without_identity_are_problems(tmp_path: Path) -> None:
    text = "[] a dcat:Catalog . :c a dcat:Catalog . [] a dcat:DataService ."
    records = harvest(written(tmp_path / "c.ttl", PREFIXES + text))
    assert of(Catalog, records).keys() == {"c"}
    reasons = [record.reason for record in records if isinstance(record, Problem)]
    assert len(reasons) == 2
    assert all("identity" in reason for reason in reasons)


def test_derivation_among_the_datasets_is_lineage() -> None:
    edges = [record for record in harvest(PORTS) if isinstance(record, Lineage)]
    assert [(edge.downstream.name, edge.upstream.name) for edge in edges] == [
        (f"{HARBOUR}/arrivals-monthly", f"{HARBOUR}/arrivals")
    ]


def test_services_are_sources() -> None:
    found = next(record for record in harvest(PORTS) if isinstance(record, Source) and record.platform == "http")
    assert found.namespace == f"{HARBOUR}/api"
    assert (found.title, found.endpoint) == ("Arrivals API", "https://api.harbour.example/v2")


def test_agents_are_named_by_address_and_know_whether_they_are_teams() -> None:
    agents = of(Agent, harvest(PORTS))
    assert agents.keys() == {"office@harbour.example", "ines@harbour.example"}
    assert (agents["office@harbour.example"].title, agents["office@harbour.example"].team) == ("Harbour Office", True)
    assert (agents["ines@harbour.example"].title, agents["ines@harbour.example"].team) == ("Ines Maas", False)


def test_a_publisher_known_by_iri_alone_is_named_by_it(tmp_path: Path) -> None:
    path = written(tmp_path / "c.ttl", f"{PREFIXES} :a a dcat:Dataset ; dct:publisher <https://org.example/LISBON> .")
    (found,) = of(Agent, harvest(path)).values()
    assert (found.name, found.title, found.team) == ("https://org.example/LISBON", "LISBON", True)


def test_a_dataset_without_iri_goes_by_identifier_or_is_a_problem() -> None:
    records = harvest(DATA / "unnamed.ttl")
    assert of(Dataset, records).keys() == {"HB-100", "late"}
    problems = of(Problem, records)
    assert "dct:identifier" in problems["blank node Nameless"].reason


def test_a_date_that_is_none_is_a_problem_and_the_dataset_is_told() -> None:
    records = harvest(DATA / "unnamed.ttl")
    assert of(Dataset, records)["late"].issued is None
    assert "'last spring'" in of(Problem, records)[f"{HARBOUR}/late"].reason


def test_two_datasets_of_one_identifier_are_a_problem(tmp_path: Path) -> None:
    twice = "".join(f'[] a dcat:Dataset ; dct:identifier "1" ; dct:title "{title}" .' for title in "AB")
    records = harvest(written(tmp_path / "c.ttl", PREFIXES + twice))
    assert [found.title for found in of(Dataset, records).values()] == ["A"]
    assert "'1'" in of(Problem, records)["blank node B"].reason


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        ('"2020"^^xsd:gYear', datetime(2020, 1, 1, tzinfo=UTC)),
        ('"2020-05"^^xsd:gYearMonth', datetime(2020, 5, 1, tzinfo=UTC)),
        ('"2020-05-06Z"^^xsd:date', datetime(2020, 5, 6, tzinfo=UTC)),
        ('"2020-05-06T07:08:09.5"', datetime(2020, 5, 6, 7, 8, 9, 500000, tzinfo=UTC)),
    ],
)
def test_moments_may_be_given_to_the_year(tmp_path: Path, literal: str, expected: datetime) -> None:
    path = written(tmp_path / "c.ttl", f"{PREFIXES} :a a dcat:Dataset ; dct:modified {literal} .")
    assert of(Dataset, harvest(path))["a"].modified == expected


def test_sizes_that_are_none_are_problems(tmp_path: Path) -> None:
    forms = ", ".join(f'[ dcat:byteSize "{size}" ]' for size in ("huge", "-1", "1E3"))
    records = harvest(written(tmp_path / "c.ttl", f"{PREFIXES} :a a dcat:Dataset ; dcat:distribution {forms} ."))
    sizes = {item.name: item.byte_size for item in of(Dataset, records)["a"].distributions}
    assert sizes == {"distribution": None, "distribution (2)": 1000, "distribution (3)": None}
    assert sum(isinstance(record, Problem) for record in records) == 2


def test_the_namespace_is_the_files_name_where_no_catalogue_has_an_iri() -> None:
    assert of(Dataset, harvest(DATA / "unnamed.ttl"))["late"].namespace == "unnamed.ttl"
    assert of(Dataset, harvest(DATA / "unnamed.ttl", namespace="port"))["late"].namespace == "port"
