"""Lineage in PROV-O (https://www.w3.org/TR/prov-o/), as Turtle.

What data is derived from is `prov:wasDerivedFrom`, and `prov:wasInfluencedBy` where it only filters or joins. A job is the
plan of an activity that uses what the job reads and generates what it writes. A derivation says which job, expression and
sources are behind an edge; its IRI is that of the graph.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from fabric import ntriples
from fabric.ntriples import TYPE, Triple, token
from fabric.rdf.lineage import derivation
from fabric.terms import PREFIXES, compact, concept_iri
from fabric.tracing.answer import Edge, Lineage, Node

__all__ = ["as_prov"]

_SHOWN = ("fab", "fabv", "prov", "rdfs")
_ENTITY, _ACTIVITY, _PLAN = token("prov:Entity"), token("prov:Activity"), token("prov:Plan")
_DERIVED, _INFLUENCED = token("prov:wasDerivedFrom"), token("prov:wasInfluencedBy")
_USED, _GENERATED = token("prov:used"), token("prov:wasGeneratedBy")
_QUALIFIED, _DERIVATION = token("prov:qualifiedDerivation"), token("prov:Derivation")
_OF, _BY = token("prov:entity"), token("prov:hadActivity")
_LABEL, _SAID_BY = token("rdfs:label"), token("rdfs:isDefinedBy")
_EXPRESSION, _TRANSFORMATION, _MASKING = token("fab:expression"), token("fab:transformation"), token("fab:masking")
_HAS_FIELD = token("fab:hasField")


def as_prov(found: Lineage) -> str:
    """The assets and columns of an answer, and how they derive from each other."""
    jobs = {node.iri for node in found.nodes if node.kind == "job"}
    said: dict[str, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    for node in found.nodes:
        for subject, predicate, value in _described(node):
            said[subject][predicate][value] = None
    for edge in found.edges:
        for subject, predicate, value in _edge(edge, jobs):
            said[subject][predicate][value] = None
    lines = [f"@prefix {name}: <{PREFIXES[name]}> ." for name in _SHOWN]
    for subject, properties in said.items():
        pairs = [f"{_turtle(predicate)} {', '.join(map(_turtle, values))}" for predicate, values in properties.items()]
        lines.append("\n" + subject + " " + " ;\n    ".join(pairs) + " .")
    return "\n".join(lines) + "\n"


def _described(node: Node) -> Iterator[Triple]:
    subject = f"<{node.iri}>"
    if node.kind == "job":
        yield subject, TYPE, _PLAN
        yield _activity(node.iri), TYPE, _ACTIVITY
        yield _activity(node.iri), _INFLUENCED, subject
    else:
        yield subject, TYPE, _ENTITY
    yield subject, _LABEL, ntriples.text(node.title)
    for field in node.fields:
        yield subject, _HAS_FIELD, f"<{field.iri}>"
        yield f"<{field.iri}>", TYPE, _ENTITY
        yield f"<{field.iri}>", _LABEL, ntriples.text(field.path)


def _edge(edge: Edge, jobs: set[str]) -> Iterator[Triple]:
    start, end = f"<{edge.start}>", f"<{edge.end}>"
    if edge.start in jobs or edge.end in jobs:
        if edge.start not in jobs:
            yield _activity(edge.end), _USED, start
        elif edge.end not in jobs:
            yield end, _GENERATED, _activity(edge.start)
        else:
            yield _activity(edge.end), _INFLUENCED, _activity(edge.start)
    elif edge.influence:
        yield end, _INFLUENCED, start
    else:
        yield end, _DERIVED, start
        yield from _qualified(edge, jobs)


def _qualified(edge: Edge, jobs: set[str]) -> Iterator[Triple]:
    node = f"<{derivation(edge.end, edge.start)}>"
    yield f"<{edge.end}>", _QUALIFIED, node
    yield node, TYPE, _DERIVATION
    yield node, _OF, f"<{edge.start}>"
    for who in edge.provenance:
        yield node, _SAID_BY, f"<{who.graph}>"
        if who.job is not None:
            yield node, _BY, _activity(who.job.iri)
            if who.job.iri not in jobs:
                yield from _unseen(who.job.iri, who.job.title)
    if edge.expression is not None:
        yield node, _EXPRESSION, ntriples.text(edge.expression)
    if edge.transformation is not None:
        yield node, _TRANSFORMATION, f"<{concept_iri('transformation', edge.transformation)}>"
    if edge.masking is not None:
        yield node, _MASKING, ntriples.boolean(edge.masking)


def _unseen(iri: str, title: str) -> Iterator[Triple]:
    """A job that is behind an edge and no node of the answer."""
    yield f"<{iri}>", TYPE, _PLAN
    yield f"<{iri}>", _LABEL, ntriples.text(title)
    yield _activity(iri), TYPE, _ACTIVITY
    yield _activity(iri), _INFLUENCED, f"<{iri}>"


def _activity(job: str) -> str:
    return f"<{job}/activity>"


def _turtle(value: str) -> str:
    """A token, shortened where it is a term of the vocabularies."""
    short = compact(value[1:-1]) if value.startswith("<") else ""
    name, _, local = short.partition(":")
    return "a" if value == TYPE else short if name in _SHOWN and local.isidentifier() else value
