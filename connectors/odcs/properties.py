"""Properties of a contract's object as fields, and reading values that may be of any type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fabric.datatypes import DATATYPES, logical_type
from fabric.exchange.odcs import DATATYPE
from fabric.model import Field

__all__ = ["custom", "fields_of", "listed", "said"]

_LOGICAL = {"timestamp": "datetime", "number": "decimal"}
Object = Mapping[str, Any]


def listed(value: object) -> list[Object]:
    """The mappings of a list; what is none is left out."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def said(holder: Object, name: str) -> str | None:
    """A value as text; None where it is missing, empty or no single value."""
    value = holder.get(name)
    if value is None or isinstance(value, Mapping | list):
        return None
    return str(value).strip() or None


def custom(holder: Object, name: str) -> str | None:
    """The first custom property of that name."""
    return next(iter(_customs(holder, name)), None)


def _customs(holder: Object, name: str) -> list[str]:
    found = (said(one, "value") for one in listed(holder.get("customProperties")) if one.get("property") == name)
    return [value for value in found if value is not None]


def fields_of(one: Object) -> tuple[tuple[Field, ...], tuple[str, ...], tuple[str, ...]]:
    """Fields, the columns of the primary key, and those of the partition, both in order."""
    properties = [prop for prop in listed(one.get("properties")) if said(prop, "name")]
    return (
        tuple(_fields(properties)),
        _marked(properties, "primaryKey", "primaryKeyPosition"),
        _marked(properties, "partitioned", "partitionKeyPosition"),
    )


def _marked(properties: list[Object], mark: str, position: str) -> tuple[str, ...]:
    marked = [prop for prop in properties if prop.get(mark) is True]
    marked.sort(key=lambda prop: prop[position] if isinstance(prop.get(position), int) else 0)
    return tuple(dict.fromkeys(str(prop["name"]).strip() for prop in marked))


def _fields(properties: list[Object]) -> Iterator[Field]:
    seen: set[str] = set()
    for prop in properties:
        name = said(prop, "name")
        if name is None or name in seen:
            continue
        seen.add(name)
        required = prop.get("required")
        yield Field(
            name=name,
            ordinal=len(seen),
            datatype=_datatype(prop),
            native_type=said(prop, "physicalType"),
            required=required if isinstance(required, bool) else None,
            default=custom(prop, "default"),
            description=said(prop, "description"),
            tags=frozenset(map(str, prop.get("tags") or ())),
            personal_data=frozenset(_customs(prop, "personalData")),
            fields=tuple(_fields(_nested(prop))),
        )


def _nested(prop: Object) -> list[Object]:
    """Properties of an object, or of the objects in an array."""
    items = prop.get("items")
    return listed(prop.get("properties")) or (listed(items.get("properties")) if isinstance(items, Mapping) else [])


def _datatype(prop: Object) -> str:
    """What Fabric wrote itself, else what the native type tells, else the standard's logical type."""
    own, native, logical = custom(prop, DATATYPE), said(prop, "physicalType"), said(prop, "logicalType")
    if own in DATATYPES:
        return str(own)
    derived = logical_type(native)
    if derived != "any":
        return derived
    named = _LOGICAL.get(logical or "", logical or "any")
    return named if named in DATATYPES else "any"
