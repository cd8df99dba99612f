"""Records to triples."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fabric import model, ntriples
from fabric.errors import InputError
from fabric.identity import Iris, escape
from fabric.model import Record
from fabric.ntriples import TYPE, Triple, token
from fabric.rdf.forms import FORMS, SUBFIELD, Form, Part, field_path
from fabric.rdf.lineage import encode_lineage

__all__ = ["IDENTIFIER", "MAPPING_VERSION", "encode"]

MAPPING_VERSION = 2
"""Raise it when `encode` gives other triples for the same record: what connectors say is unchanged is then read anew."""
IDENTIFIER = token("dct:identifier")
REFERENCES, KEY_FIELD, CHECKS_FIELD = token("cr:references"), token("fab:keyField"), token("fab:checksField")


def encode(record: Record, iris: Iris) -> list[Triple]:
    """The triples of one record, without duplicates, in no particular order.

    Raises: InputError where a value cannot be written (half a surrogate pair, two parts of one name).
    """
    if isinstance(record, model.Lineage):
        return encode_lineage(record, iris)
    form = FORMS[record.kind_name]
    root = iris.asset(record.ref)
    out: list[Triple] = [(f"<{root}>", IDENTIFIER, ntriples.text(f"{record.namespace}/{record.name}"))]
    _write(record, form, root, iris, out)
    if isinstance(record, model.Dataset):
        _encode_joins(record, root, iris, out)
    elif isinstance(record, model.Check) and record.column is not None:
        out.append((f"<{root}>", CHECKS_FIELD, f"<{iris.field(record.subject, record.column)}>"))
    return out


def _write(record: Any, form: Form, node: str, iris: Iris, out: list[Triple]) -> None:
    subject = f"<{node}>"
    out.extend((subject, TYPE, kind) for kind in form.types(record))
    for name, (predicate, kind) in (form.inner or {}).items():
        out.append((subject, predicate, f"<{node}/{name}>"))
        out.append((f"<{node}/{name}>", TYPE, kind))
    for slot in form.slots:
        value = getattr(record, slot.attribute)
        if value is None or value == ():
            continue
        holder = f"<{node}/{slot.node}>" if slot.node else subject
        if slot.many:
            out.extend((holder, slot.predicate, item) for item in {slot.codec.write(item, iris) for item in value})
        else:
            out.append((holder, slot.predicate, slot.codec.write(value, iris)))
    for part in form.parts:
        _write_parts(record, part, node, iris, out, "")


def _write_parts(owner: Any, part: Part, node: str, iris: Iris, out: list[Triple], path: str) -> None:
    items = getattr(owner, part.attribute)
    if not items:
        return
    names = {getattr(item, part.name) for item in items}
    if len(names) != len(items):
        raise _duplicate(items, part, node)
    holder = f"<{node}/{part.segment}/{escape(path)}>" if path else f"<{node}>"
    predicate = SUBFIELD if path else part.predicate
    for item in items:
        name = getattr(item, part.name)
        here = field_path(path, name) if part.segment == "field" else name
        child = f"{node}/{part.segment}/{escape(here)}"
        out.append((holder, predicate, f"<{child}>"))
        _write(item, part.form, child, iris, out)
        if part.segment == "field" and item.fields:
            _write_parts(item, part, node, iris, out, here)


def _duplicate(items: Iterable[Any], part: Part, node: str) -> InputError:
    seen: set[str] = set()
    double = next(name for item in items if (name := getattr(item, part.name)) in seen or seen.add(name))  # type: ignore[func-returns-value]
    return InputError(f"two {part.attribute} of <{node}> are named {double!r}", remedy="names must be unique")


def _encode_joins(record: model.Dataset, root: str, iris: Iris, out: list[Triple]) -> None:
    for key in record.keys:
        node = f"<{root}/key/{escape(key.name)}>"
        out.extend(
            (node, KEY_FIELD, f"<{root}/field/{escape(field_path('', column))}>")
            for column in dict.fromkeys(key.columns)
        )
    edges: set[Triple] = set()
    for reference in record.references:
        if len(reference.columns) != len(reference.target_columns):
            raise InputError(
                f"foreign key {reference.name!r} of <{root}> has {len(reference.columns)} columns, "
                f"but {len(reference.target_columns)} target columns",
                remedy="a connector must give as many of the one as of the other",
            )
        for column, target in zip(reference.columns, reference.target_columns, strict=True):
            origin = f"<{root}/field/{escape(field_path('', column))}>"
            edges.add((origin, REFERENCES, f"<{iris.field(reference.target, field_path('', target))}>"))
    out.extend(edges)
