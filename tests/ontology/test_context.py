from __future__ import annotations

import json
from typing import Any

import pytest
from rdflib import OWL, RDF, RDFS, XSD, Graph, Literal, URIRef
from rdflib.compare import to_canonical_graph

import ontology
from tests.ontology.samples import examples

# rdflib's JSON-LD parser uses a class that rdflib itself has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

CONTEXT: dict[str, Any] = ontology.context()["@context"]
FAB = ontology.graph("fab")
EXAMPLES = examples()


def expanded(document: dict[str, Any]) -> Graph:
    return parsed(json.dumps({"@context": CONTEXT, **document}))


def parsed(text: str) -> Graph:
    return Graph().parse(data=text, format="json-ld")


def test_a_document_expands_to_the_terms_it_means() -> None:
    data = expanded(
        {
            "id": "https://data.example.org/orders",
            "type": ["Dataset", "Table"],
            "title": "orders",
            "rowCount": 12,
            "rowCountExact": True,
            "platform": "fabv:platform/postgresql",
            "modified": "2026-01-02T03:04:05Z",
            "wasDerivedFrom": {"id": "https://data.example.org/raw"},
            "hasField": {
                "id": "https://data.example.org/orders/field/id",
                "type": "Field",
                "csvw:name": "id",
                "ordinal": 1,
                "nullFraction": "0.25",
                "personalDataCategory": "pd:EmailAddress",
            },
        }
    )
    expected = Graph().parse(
        data="""
        @prefix cr: <http://mlcommons.org/croissant/> . @prefix csvw: <http://www.w3.org/ns/csvw#> .
        @prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
        @prefix ex: <https://data.example.org/> . @prefix fab: <https://w3id.org/kgfabric/ns#> .
        @prefix prov: <http://www.w3.org/ns/prov#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        ex:orders a dcat:Dataset, csvw:Table ; dct:title "orders" ; fab:rowCount 12 ; fab:rowCountExact true ;
            fab:platform <https://w3id.org/kgfabric/concept/platform/postgresql> ;
            dct:modified "2026-01-02T03:04:05Z"^^xsd:dateTime ;
            prov:wasDerivedFrom ex:raw ; fab:hasField <https://data.example.org/orders/field/id> .
        <https://data.example.org/orders/field/id> a cr:Field ; csvw:name "id" ; fab:ordinal 1 ; fab:nullFraction 0.25 ;
            fab:personalDataCategory <https://w3id.org/dpv/pd#EmailAddress> .
        """,
        format="turtle",
    )
    assert set(data) == set(expected)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_record_survives_the_way_to_json_ld_and_back(name: str) -> None:
    data = EXAMPLES[name].graph
    text = data.serialize(format="json-ld", context=CONTEXT, auto_compact=False)
    assert set(to_canonical_graph(parsed(text))) == set(to_canonical_graph(data))


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_every_term_of_a_record_has_a_short_name(name: str) -> None:
    data = EXAMPLES[name].graph
    document = json.loads(data.serialize(format="json-ld", context=CONTEXT, auto_compact=False))
    nodes = document.get("@graph", [document])
    assert [key for node in nodes for key in node if "/" in key] == []
    assert [kind for node in nodes for kind in _listed(node.get("type", [])) if "/" in kind] == []


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_every_term_of_the_ontology_has_its_own_name_in_the_context() -> None:
    named = _iris()
    for kind in (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty):
        for term in FAB.subjects(RDF.type, kind):
            assert named[str(term).removeprefix(ontology.FAB)] == str(term)


def test_values_are_typed_as_the_ontology_says() -> None:
    for term in FAB.subjects(RDF.type, OWL.ObjectProperty):
        assert CONTEXT[str(term).removeprefix(ontology.FAB)]["@type"] == "@id", term
    for term in FAB.subjects(RDF.type, OWL.DatatypeProperty):
        entry, datatype = CONTEXT[str(term).removeprefix(ontology.FAB)], FAB.value(term, RDFS.range)
        found = XSD.string if isinstance(entry, str) else URIRef(entry["@type"].replace("xsd:", str(XSD)))
        assert found == datatype, term


def test_a_decimal_is_written_as_text_to_stay_exact() -> None:
    data = expanded(
        {"id": "https://data.example.org/r", "earl:result": {"id": "https://data.example.org/x", "value": "3.10"}}
    )
    assert (None, URIRef(ontology.FAB + "value"), Literal("3.10", datatype=XSD.decimal)) in data


def _iris() -> dict[str, str]:
    entries = {
        key: value["@id"] if isinstance(value, dict) else value for key, value in CONTEXT.items() if key[0] != "@"
    }
    pairs = {
        key: str(value).split(":", 1) for key, value in entries.items() if not str(value).startswith(("@", "http"))
    }
    return {key: CONTEXT[prefix] + name for key, (prefix, name) in pairs.items()}
