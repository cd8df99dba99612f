from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rdflib import OWL, RDF, RDFS, SDO, Graph, URIRef

import ontology
from fabric.terms import PREFIXES
from ontology.borrowed import vocabularies

ROOT = Path(__file__).parents[2]
FAB = ontology.graph("fab")
SCHEMES = {str(node) for node in ontology.graph("schemes").subjects()}
OWN = {str(node) for name in ontology.GRAPHS for node in ontology.graph(name).subjects() if isinstance(node, URIRef)}
VOCABULARIES = vocabularies()
KINDS = {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty}
TERMS = sorted({str(term) for kind in KINDS for term in FAB.subjects(RDF.type, kind)})
# Named, not borrowed from: licences, media types, documents, example data.
IDENTIFIERS = (
    "http://spdx.org/licenses/",
    "https://www.iana.org/assignments/media-types/",
    "https://data.example.org/",
)
COMPACT = re.compile(rf"\b({'|'.join(PREFIXES)}):([A-Za-z][A-Za-z0-9-]*)")


def complaint(iri: str) -> str:
    """What is wrong with an IRI: empty where a vocabulary defines it."""
    if iri in OWN or iri.startswith(IDENTIFIERS):
        return ""
    namespace = max((known for known in VOCABULARIES if iri.startswith(known)), key=len, default=None)
    if namespace is None:
        return f"{iri} is in no known vocabulary"
    name = iri[len(namespace) :]
    return "" if name in VOCABULARIES[namespace].names else f"{VOCABULARIES[namespace].title} defines no {name!r}"


def sources() -> list[Path]:
    return sorted(file for package in ("fabric", "connectors", "api") for file in (ROOT / package).rglob("*.py"))


def texts(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.mark.parametrize("name", ontology.GRAPHS)
def test_every_iri_exists_in_the_vocabulary_it_claims_to_come_from(name: ontology.GraphName) -> None:
    used = {str(node) for triple in ontology.graph(name) for node in triple if isinstance(node, URIRef)}
    assert [fault for iri in sorted(used) if (fault := complaint(iri))] == []


def test_every_iri_of_the_context_exists_in_the_vocabulary_it_claims_to_come_from() -> None:
    context: dict[str, Any] = ontology.context()["@context"]
    values = [value["@id"] if isinstance(value, dict) else value for key, value in context.items() if key[0] != "@"]
    pairs = [str(value).split(":", 1) for value in values if not str(value).startswith(("@", "http"))]
    assert [fault for prefix, name in pairs if (fault := complaint(context[prefix] + name))] == []


@pytest.mark.parametrize("file", sources(), ids=lambda file: str(file.relative_to(ROOT)))
def test_every_term_that_the_code_names_is_defined(file: Path) -> None:
    found = {(prefix, name) for text in texts(file) for prefix, name in COMPACT.findall(text)}
    assert [fault for prefix, name in sorted(found) if (fault := complaint(PREFIXES[prefix] + name))] == []


@pytest.mark.parametrize("prefix", sorted(PREFIXES))
def test_the_code_and_the_ontology_mean_the_same_namespace_by_a_prefix(prefix: str) -> None:
    declared = {
        str(iri) for name in ontology.GRAPHS for used, iri in ontology.graph(name).namespaces() if used == prefix
    }
    declared |= {iri for used, iri in ontology.context()["@context"].items() if used == prefix}
    assert declared <= {PREFIXES[prefix]}
    assert PREFIXES[prefix] in {*VOCABULARIES, ontology.FAB, ontology.FABS, ontology.FABV}


def test_every_scheme_that_the_code_names_is_defined() -> None:
    found = {name for file in sources() for name in _schemes(file)}
    assert found
    assert {ontology.FABV + name for name in found - {"earl"}} <= SCHEMES


def _schemes(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        called = (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"CONCEPT", "concept_iri"}
        )
        if called and isinstance(node, ast.Call) and isinstance(node.args[0], ast.Constant):
            yield str(node.args[0].value)


@pytest.mark.parametrize("term", TERMS)
def test_a_term_has_one_label_one_sentence_and_says_where_it_is_defined(term: str) -> None:
    node = URIRef(term)
    assert str(node).startswith(ontology.FAB)
    assert len(list(FAB.objects(node, RDFS.label))) == 1
    (comment,) = FAB.objects(node, RDFS.comment)
    assert re.fullmatch(r"[A-Z][^\n]*[^.]\.", str(comment))
    assert FAB.value(node, RDFS.isDefinedBy) == URIRef(ontology.FAB.rstrip("#"))
    assert len(KINDS & set(FAB.objects(node, RDF.type))) == 1


def test_nothing_else_is_defined_in_the_namespace() -> None:
    assert {str(node) for node in FAB.subjects() if str(node).startswith(ontology.FAB)} == set(TERMS)


def test_labels_are_unique() -> None:
    labels = [str(label) for term in TERMS for label in FAB.objects(URIRef(term), RDFS.label)]
    assert len(labels) == len(set(labels))


def test_a_literal_has_a_datatype_and_a_link_has_none() -> None:
    xsd = "http://www.w3.org/2001/XMLSchema#"
    for term in FAB.subjects(RDF.type, OWL.DatatypeProperty):
        assert str(FAB.value(term, RDFS.range)).startswith(xsd), term
    for term in FAB.subjects(RDF.type, OWL.ObjectProperty):
        ranges = [*FAB.objects(term, RDFS.range), *FAB.objects(term, SDO.rangeIncludes)]
        assert not any(str(value).startswith(xsd) for value in ranges), term


def test_the_ontology_holds_no_blank_node() -> None:
    for name in ("fab", "schemes"):
        assert all(isinstance(node, URIRef) for node in _graph(name).subjects())


def _graph(name: str) -> Graph:
    return Graph().parse(data=ontology.text(f"{name}.ttl"), format="turtle")


@pytest.mark.parametrize(
    "iri",
    [
        "http://www.w3.org/ns/prov#wasDerivedFromm",
        "http://www.w3.org/ns/dcat#schema",
        "http://www.w3.org/ns/mls#Dashboard",
        "https://w3id.org/kgfabric/ns#undefined",
        "https://unknown.example.org/x",
    ],
)
def test_an_invented_term_is_noticed(iri: str) -> None:
    assert complaint(iri)


def test_the_lists_of_names_are_sorted_and_free_of_doubles() -> None:
    for file in ontology.path("vocabularies").iterdir():
        names = file.read_text(encoding="utf-8").splitlines()[1:]
        assert names == sorted(set(names)), file.name
