"""Triples to records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fabric import model
from fabric.codecs import read_iri
from fabric.identity import Iris
from fabric.model import Record
from fabric.ntriples import TYPE, Triple, token
from fabric.rdf.forms import FORMS, SUBFIELD, Form, Part
from fabric.rdf.lineage import decode_lineage

__all__ = ["decode"]

Properties = Mapping[str, list[str]]


def decode(triples: Iterable[Triple], iris: Iris) -> Iterator[Record]:
    """The records that the triples state; triples of foreign subjects and unknown predicates are left aside.

    Raises: InputError where a record's required value is missing or malformed.
    """
    nodes: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for s, p, o in triples:
        nodes[s[1:-1]][p].append(o)
    for node in list(nodes):
        ref = iris.ref(node)
        if ref is not None and ref.kind in FORMS and TYPE in nodes[node]:
            form = FORMS[ref.kind]
            yield form.record(namespace=ref.namespace, name=ref.name, **_read(form, node, nodes, iris))
    yield from decode_lineage(nodes, iris)


def _read(form: Form, node: str, nodes: Mapping[str, Properties], iris: Iris) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for slot in form.slots:
        tokens = nodes.get(f"{node}/{slot.node}" if slot.node else node, {}).get(slot.predicate, [])
        if slot.many:
            values[slot.attribute] = frozenset(slot.codec.read(item, iris) for item in tokens)
        elif tokens:
            values[slot.attribute] = slot.codec.read(tokens[0], iris)
    for part in form.parts:
        values[part.attribute] = _read_parts(part, nodes[node].get(part.predicate, []), nodes, iris)
    if form.record is model.Agent:
        values["team"] = token("org:OrganizationalUnit") in nodes[node][TYPE]
    return values


def _read_parts(part: Part, links: list[str], nodes: Mapping[str, Properties], iris: Iris) -> Any:
    items = []
    for link in links:
        child = read_iri(link)
        values = _read(part.form, child, nodes, iris)
        if part.segment == "field" and SUBFIELD in nodes[child]:
            values["fields"] = _read_parts(part, nodes[child][SUBFIELD], nodes, iris)
        items.append(part.form.record(**values))
    return tuple(sorted(items, key=lambda item: item.ordinal)) if part.ordered else frozenset(items)
