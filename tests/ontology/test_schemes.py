from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from rdflib import DCTERMS, RDF, SKOS, Literal, Namespace, URIRef

import ontology
from fabric import model

GRAPH = ontology.graph("schemes")
SCHEMES = sorted(str(node) for node in GRAPH.subjects(RDF.type, SKOS.ConceptScheme))
CONCEPTS = sorted(str(node) for node in GRAPH.subjects(RDF.type, SKOS.Concept))


def notations(scheme: str) -> set[str]:
    members = GRAPH.subjects(SKOS.inScheme, URIRef(ontology.FABV + scheme))
    return {str(GRAPH.value(node, SKOS.notation)) for node in members}


def test_the_schemes_are_the_promised_ones() -> None:
    names = {scheme.removeprefix(ontology.FABV) for scheme in SCHEMES}
    assert {"dataset-kind", "delivery-style", "pipeline-step", "platform", "quality-dimension", "run-status"} <= names


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_scheme_has_a_title_a_definition_and_members(scheme: str) -> None:
    node = URIRef(scheme)
    assert GRAPH.value(node, DCTERMS.title)
    assert GRAPH.value(node, SKOS.definition)
    assert list(GRAPH.subjects(SKOS.inScheme, node))


@pytest.mark.parametrize("concept", CONCEPTS)
def test_a_concept_is_named_after_its_scheme_and_notation(concept: str) -> None:
    node = URIRef(concept)
    (scheme,) = GRAPH.objects(node, SKOS.inScheme)
    (notation,) = GRAPH.objects(node, SKOS.notation)
    assert str(scheme) in SCHEMES
    assert concept == f"{scheme}/{notation}"
    assert set(GRAPH.objects(node, SKOS.topConceptOf)) == {scheme}


@pytest.mark.parametrize("concept", CONCEPTS)
def test_a_concept_has_one_english_label_and_one_definition(concept: str) -> None:
    for predicate in (SKOS.prefLabel, SKOS.definition):
        (value,) = GRAPH.objects(URIRef(concept), predicate)
        assert isinstance(value, Literal)
        assert value.language == "en"


def test_labels_and_notations_are_unique_within_a_scheme() -> None:
    for scheme in SCHEMES:
        members = list(GRAPH.subjects(SKOS.inScheme, URIRef(scheme)))
        for predicate in (SKOS.prefLabel, SKOS.notation):
            assert max(Counter(GRAPH.value(node, predicate) for node in members).values()) == 1, scheme


def test_everything_described_is_a_scheme_or_a_concept() -> None:
    assert {str(node) for node in GRAPH.subjects()} == {*SCHEMES, *CONCEPTS}


def test_the_quality_dimensions_are_dimensions_of_dqv() -> None:
    dimensions = set(GRAPH.subjects(RDF.type, Namespace("http://www.w3.org/ns/dqv#").Dimension))
    assert dimensions == set(GRAPH.subjects(SKOS.inScheme, URIRef(ontology.FABV + "quality-dimension")))


def test_the_choices_of_the_model_are_the_concepts_of_the_schemes() -> None:
    assert notations("dataset-kind") == set(get_args(model.DatasetKind))
    assert notations("run-status") == set(get_args(model.RunStatus))


def test_the_platforms_that_connectors_name_are_concepts() -> None:
    connectors = Path(__file__).parents[2] / "connectors"
    named = {name for file in connectors.rglob("*.py") for name in _platforms(ast.parse(file.read_text("utf-8")))}
    assert named
    assert named <= notations("platform")


def _platforms(tree: ast.Module) -> Iterator[str]:
    """Literals given as `platform=...` or to `.platform(...)`, and those of constants named PLATFORM or _PLATFORMS."""
    for node in ast.walk(tree):
        values: list[ast.expr | None] = []
        if isinstance(node, ast.keyword) and node.arg == "platform":
            values = [node.value]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "platform":
            values = [*node.args]
        elif isinstance(node, ast.Assign) and any(
            ast.unparse(target).strip("_S") == "PLATFORM" for target in node.targets
        ):
            values = [*node.value.values] if isinstance(node.value, ast.Dict) else [node.value]
        yield from (str(value.value) for value in values if isinstance(value, ast.Constant))
