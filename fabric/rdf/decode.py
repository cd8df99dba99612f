"""Triples to records."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from fabric import model
from fabric.codecs import read_iri
from fabric.errors import InputError
from fabric.identity import Iris
from fabric.model import Record
from fabric.ntriples import TYPE, Triple, token
from fabric.rdf.forms import FORMS, SUBFIELD, Form, Part, Slot
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
            values = _read(form, node, nodes, iris)
            yield _build(form, node, {"namespace": ref.namespace, "name": ref.name, **values})
    yield from decode_lineage(nodes, iris)


def _read(form: Form, node: str, nodes: Mapping[str, Properties], iris: Iris) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for slot in form.slots:
        tokens = nodes.get(f"{node}/{slot.node}" if slot.node else node, {}).get(slot.predicate, [])
        if slot.many:
            values[slot.attribute] = frozenset(_value(slot, item, node, iris) for item in tokens)
        elif tokens:
            values[slot.attribute] = _value(slot, tokens[0], node, iris)
    for part in form.parts:
        values[part.attribute] = _read_parts(part, nodes[node].get(part.predicate, []), nodes, iris)
    if form.record is model.Agent:
        values["team"] = token("org:OrganizationalUnit") in nodes[node][TYPE]
    return values


def _value(slot: Slot, item: str, node: str, iris: Iris) -> Any:
    try:
        return slot.codec.read(item, iris)
    except (ArithmeticError, TypeError, ValueError) as error:
        raise InputError(f"{slot.attribute} of <{node}> is {item}, which cannot be read") from error


@cache
def _required(record: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(record) if field.default is dataclasses.MISSING)


def _build(form: Form, node: str, values: dict[str, Any]) -> Any:
    required = _required(form.record)  # type: ignore[arg-type]
    missing = [name for name in required if name not in values]
    if missing:
        raise InputError(f"<{node}> has no {' and no '.join(missing)}", remedy="a record is read whole or not at all")
    return form.record(**values)


def _read_parts(part: Part, links: list[str], nodes: Mapping[str, Properties], iris: Iris) -> Any:
    items = []
    for link in links:
        child = read_iri(link)
        values = _read(part.form, child, nodes, iris)
        if part.segment == "field" and SUBFIELD in nodes[child]:
            values["fields"] = _read_parts(part, nodes[child][SUBFIELD], nodes, iris)
        items.append(_build(part.form, child, values))
    return tuple(sorted(items, key=lambda item: item.ordinal)) if part.ordered else frozenset(items)
