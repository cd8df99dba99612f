"""Columns of a dataset where the catalogue describes them: CSV on the Web schemas and Croissant record sets."""

from __future__ import annotations

from rdflib import CSVW, DCTERMS, Literal, URIRef
from rdflib.term import Node

from connectors.dcat.statements import CROISSANT, SCHEMA, Statements, last_segment
from fabric.datatypes import DATATYPES, logical_type
from fabric.model import Field
from fabric.terms import expand

__all__ = ["fields_of"]

_SCHEMAS = (CSVW.tableSchema, CROISSANT.recordSet, DCTERMS.conformsTo)
_VARIABLES = tuple(space.variableMeasured for space in SCHEMA)
_COLUMNS = (CSVW.column, CROISSANT.field)
_NAMES = (CSVW.name, CROISSANT.name, *(space.name for space in SCHEMA), CSVW.title, DCTERMS.title)
_DESCRIPTIONS = (DCTERMS.description, *(space.description for space in SCHEMA))
# In what Fabric itself has exported.
_NATIVE = URIRef(expand("fab:physicalType"))
_TYPES = (CSVW.datatype, CROISSANT.dataType)


def fields_of(statements: Statements, described: list[Node]) -> tuple[Field, ...]:
    """Fields of a dataset, described on the dataset itself, on its distributions, or on a schema they conform to.

    Where several record sets use one name, the later ones' are `record set/name`.
    """
    holders: dict[Node, None] = {}
    for node in described:
        for holder in (node, *statements.values(node, *_SCHEMAS)):
            holders.setdefault(holder)
    found: dict[str, Node] = {}
    for holder in holders:
        for column in statements.values(holder, *_COLUMNS):
            name = _name(statements, column)
            if name in found and found[name] != column:
                name = f"{statements.label(holder)}/{name}"
            if name:
                found.setdefault(name, column)
    if not found:
        for variable in statements.values(described[0], *_VARIABLES):
            if not isinstance(variable, Literal) and _name(statements, variable):
                found.setdefault(_name(statements, variable), variable)
    return tuple(
        _field(statements, column, name, ordinal, ()) for ordinal, (name, column) in enumerate(found.items(), 1)
    )


def _field(statements: Statements, column: Node, name: str, ordinal: int, above: tuple[Node, ...]) -> Field:
    native = next((str(value) for value in statements.values(column, *_TYPES)), None)
    spelling = statements.text(column, _NATIVE)
    required = next((value for value in statements.values(column, CSVW.required) if isinstance(value, Literal)), None)
    nested: dict[str, Node] = {}
    for child in statements.values(column, CROISSANT.subField):
        if child != column and child not in above and _name(statements, child):
            nested.setdefault(_name(statements, child), child)
    return Field(
        name=name,
        ordinal=ordinal,
        datatype="object" if nested else _datatype(native),
        native_type=spelling or (native and last_segment(native)),
        required=None if required is None else str(required).lower() in {"true", "1"},
        description=statements.text(column, *_DESCRIPTIONS),
        fields=tuple(
            _field(statements, child, title, place, (*above, column))
            for place, (title, child) in enumerate(nested.items(), 1)
        ),
    )


def _name(statements: Statements, column: Node) -> str:
    return statements.text(column, *_NAMES) or statements.label(column)


def _datatype(native: str | None) -> str:
    if native is None:
        return "any"
    local = last_segment(native)
    return local if local in DATATYPES else logical_type(local)
