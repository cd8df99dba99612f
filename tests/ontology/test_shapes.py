from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from pyshacl import validate
from rdflib import RDF, SH, BNode, Graph, URIRef
from rdflib.term import Node

import ontology
from fabric import datatypes
from fabric.shapes import Shapes
from tests.ontology.samples import Example, examples

SHAPES = ontology.graph("shapes")
EXAMPLES = examples()
FAULTS = Path(__file__).with_name("violations.toml").read_text("utf-8")
VIOLATIONS: list[dict[str, Any]] = tomllib.loads(FAULTS)["violation"]
PREFIXES = "".join(
    f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in [*SHAPES.namespaces(), ("ex", "https://data.example.org/")]
)


def shape(name: str) -> URIRef:
    return URIRef(ontology.FABS + name)


def choices(name: str) -> set[str]:
    (members,) = SHAPES.objects(shape(name), SH["in"])
    return {str(value) for value in SHAPES.items(members)}


def complaints(data: Graph, shapes: Graph, *, meta: bool = False) -> set[tuple[Node | None, str]]:
    _conforms, report, _text = validate(data, shacl_graph=shapes, meta_shacl=meta, inplace=True)
    assert isinstance(report, Graph)
    return {
        (report.value(result, SH.sourceShape), str(report.value(result, SH.resultMessage)))
        for result in report.subjects(RDF.type, SH.ValidationResult)
    }


def broken(example: Example, fault: dict[str, Any]) -> Graph:
    data = Graph()
    data += example.graph
    inner = [node for node in data.subjects() if str(node).startswith(example.root + fault.get("node", ""))]
    node = min(inner, key=str)
    for name in fault.get("drop", []):
        data.remove((node, SHAPES.namespace_manager.expand_curie(name), None))
    for statement in fault.get("add", []):
        data.parse(data=f"{PREFIXES}{_sentence(statement, node)} .", format="turtle")
    return _blanked(data, node) if fault.get("blank") else data


def _sentence(statement: str, node: Node) -> str:
    if not statement.startswith("^"):
        return f"<{node}> {statement}"
    predicate, subject = statement[1:].split()
    return f"{subject} {predicate} <{node}>"


def _blanked(data: Graph, node: Node) -> Graph:
    blank, changed = BNode(), Graph()
    for triple in data:
        s, p, o = (blank if term == node else term for term in triple)
        changed.add((s, p, o))
    return changed


def tokens(data: Graph) -> list[tuple[str, str, str]]:
    return [(s.n3(), p.n3(), o.n3()) for s, p, o in data]


@pytest.mark.parametrize("name", ["shapes", "audit"])
def test_shapes_are_wellformed_shacl(name: ontology.GraphName) -> None:
    assert complaints(Graph(), ontology.graph(name), meta=True) == set()


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_good_record_conforms_by_itself(name: str) -> None:
    assert complaints(EXAMPLES[name].graph, SHAPES) == set()


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_good_record_passes_the_screen(name: str) -> None:
    assert Shapes(SHAPES).screen(tokens(EXAMPLES[name].graph))


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_every_example_is_looked_at_by_some_shape(name: str) -> None:
    data = EXAMPLES[name].graph
    classes = set(SHAPES.objects(None, SH.targetClass)) & set(data.objects(EXAMPLES[name].root, RDF.type))
    predicates = set(SHAPES.objects(None, SH.targetSubjectsOf)) & set(data.predicates(EXAMPLES[name].root))
    assert classes | predicates


@pytest.mark.parametrize("fault", VIOLATIONS, ids=[fault["shape"] for fault in VIOLATIONS])
def test_a_faulty_record_is_refused_with_the_message_of_its_shape(fault: dict[str, Any]) -> None:
    data = broken(EXAMPLES[fault["example"]], fault)
    expected = {shape(name) for name in (fault["shape"], *fault.get("also", []))}
    assert complaints(data, SHAPES) == {(item, str(SHAPES.value(item, SH.message))) for item in expected}


@pytest.mark.parametrize("fault", VIOLATIONS, ids=[fault["shape"] for fault in VIOLATIONS])
def test_a_faulty_record_does_not_pass_the_screen(fault: dict[str, Any]) -> None:
    assert not Shapes(SHAPES).screen(tokens(broken(EXAMPLES[fault["example"]], fault)))


def test_every_shape_that_demands_something_has_a_faulty_record() -> None:
    assert {shape(fault["shape"]) for fault in VIOLATIONS} == set(SHAPES.subjects(SH.message))


def test_every_property_shape_has_a_message_and_one_owner() -> None:
    for item in SHAPES.subjects(RDF.type, SH.PropertyShape):
        assert SHAPES.value(item, SH.message), item
        assert len(set(SHAPES.subjects(SH.property, item))) == 1, item


def test_every_shape_has_an_iri_in_the_namespace_of_shapes() -> None:
    for kind in (SH.NodeShape, SH.PropertyShape):
        assert all(str(item).startswith(ontology.FABS) for item in SHAPES.subjects(RDF.type, kind))
    assert all(isinstance(item, URIRef) for item in SHAPES.objects(None, SH.property))


def test_node_shapes_state_only_targets_kind_message_and_properties() -> None:
    known = {RDF.type, SH.targetClass, SH.targetSubjectsOf, SH.nodeKind, SH.message, SH.property}
    for item in SHAPES.subjects(RDF.type, SH.NodeShape):
        assert set(SHAPES.predicates(item)) <= known, item


def test_the_logical_datatypes_are_those_of_the_code() -> None:
    assert choices("datatype") == datatypes.DATATYPES


@pytest.mark.parametrize(
    "name", ["datasetKind", "transformation", "pipelineStep", "deliveryStyle", "runStatus", "dimension"]
)
def test_a_choice_offers_every_concept_of_its_scheme(name: str) -> None:
    allowed = choices(name)
    scheme = min(allowed).rsplit("/", 1)[0] + "/"
    concepts = {str(node) for node in ontology.graph("schemes").subjects() if str(node).startswith(scheme)}
    assert allowed == concepts


def test_the_audit_finds_what_is_derived_from_itself() -> None:
    data = Graph().parse(
        data="@prefix p: <http://www.w3.org/ns/prov#> . @prefix e: <https://data.example.org/> ."
        "e:a p:wasDerivedFrom e:a . e:b p:wasDerivedFrom e:a .",
        format="turtle",
    )
    assert {message for _shape, message in complaints(data, ontology.graph("audit"))} == {
        "nothing is derived from itself"
    }
