"""Records of one dataset's description (https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.croissant.values import listed, moment, size, text, texts
from fabric.model import (
    Agent,
    Dataset,
    Distribution,
    Field,
    Key,
    Lineage,
    Problem,
    Record,
    Ref,
    agent,
    dataset,
    source,
)

__all__ = ["PLATFORM", "Description"]

PLATFORM = "croissant"
_TYPES = {
    "Boolean": "boolean", "Bool": "boolean", "Date": "date", "DateTime": "datetime", "Time": "time", "Float": "double",
    "Float16": "double", "Float32": "double", "Float64": "double", "Number": "double", "Integer": "integer", "Int8": "integer",
    "Int16": "integer", "Int32": "integer", "Int64": "integer", "UInt8": "integer", "UInt16": "integer", "UInt32": "integer",
    "UInt64": "integer", "Text": "string", "Enumeration": "string", "URL": "anyURI", "ImageObject": "binary",
    "AudioObject": "binary", "VideoObject": "binary", "BoundingBox": "array",
}  # fmt: skip
Thing = dict[str, Any]


class Description:
    """One dataset with bare names; `place` names it in problems and, where it has no IRI and no URL, is its name."""

    def __init__(self, document: Thing, place: str, namespace: str) -> None:
        self._document, self._place, self._namespace = document, place, namespace
        self._agents: dict[Ref, Agent] = {}

    def records(self) -> Iterator[Record | Problem]:
        """The dataset, what it is based on, and the people named."""
        described = self._dataset()
        yield described
        for origin in self._origins(described):
            yield Lineage(downstream=described.ref, upstream=origin)
        yield from self._agents.values()

    def _dataset(self) -> Dataset:
        said = self._document
        fields, keys = self._records()
        publishers = self._named(said.get("publisher"), team=True)
        name = text(said.get("id")) or text(said.get("url")) or self._place
        return Dataset(
            namespace=self._namespace,
            name=name,
            title=text(said.get("name")) or name,
            kind="dataset",
            description=text(said.get("description")),
            platform=PLATFORM,
            part_of=source(self._namespace),
            fields=fields,
            keys=keys,
            distributions=frozenset(self._distributions()),
            owners=frozenset(self._named(said.get("creator"), team=False)),
            publisher=next(iter(publishers), None),
            tags=frozenset(texts(said.get("keywords"))),
            license=text(said.get("license")),
            landing_page=text(said.get("url")),
            language=frozenset(texts(said.get("inLanguage"))),
            issued=moment(said.get("datePublished")),
            modified=moment(said.get("dateModified")),
        )

    def _origins(self, described: Dataset) -> Iterator[Ref]:
        names = dict.fromkeys(
            name for one in listed(self._document.get("isBasedOn")) if (name := text(_id(one) or one)) is not None
        )
        yield from (dataset(self._namespace, name) for name in names if name != described.name)

    def _named(self, value: Any, *, team: bool) -> list[Ref]:
        found = []
        for one in listed(value):
            thing = one if isinstance(one, dict) else {"name": one}
            email, name = text(thing.get("email")), text(thing)
            identity = email or name
            if identity is None:
                continue
            kind = thing.get("type")
            known = Agent(
                name=identity,
                title=name or identity,
                team=kind == "Organization" or (team and kind != "Person"),
                email=email,
            )
            self._agents.setdefault(known.ref, known)
            found.append(agent(identity))
        return found

    def _distributions(self) -> Iterator[Distribution]:
        taken: set[str] = set()
        for number, one in enumerate(listed(self._document.get("distribution")), 1):
            if not isinstance(one, dict):
                continue
            name = text(one.get("name")) or _id(one) or f"file {number}"
            if name in taken:
                name = f"{name} ({number})"
            taken.add(name)
            yield Distribution(
                name=name,
                url=text(one.get("contentUrl")),
                media_type=text(one.get("encodingFormat")),
                byte_size=size(one.get("contentSize")),
            )

    def _records(self) -> tuple[tuple[Field, ...], frozenset[Key]]:
        """Fields of all record sets; where there are several, a later one's that is called like an earlier is `set/field`."""
        found: dict[str, Thing] = {}
        keys: list[Key] = []
        for records in (one for one in listed(self._document.get("recordSet")) if isinstance(one, dict)):
            title = text(records.get("name")) or _id(records) or "records"
            names: dict[str, str] = {}
            for field in (one for one in listed(records.get("field")) if isinstance(one, dict)):
                called = _field_name(field, title)
                name = called if called not in found else f"{title}/{called}"
                if name not in found:
                    found[name] = field
                    names[_id(field) or called] = name
            columns = tuple(
                names[place] for one in listed(records.get("key")) if (place := _id(one) or text(one)) in names
            )
            if columns:
                keys.append(Key(name=title, columns=columns, primary=not keys))
        fields = tuple(_field(one, name, place) for place, (name, one) in enumerate(found.items(), 1))
        return fields, frozenset({key.name: key for key in keys}.values())


def _id(one: Any) -> str | None:
    return text(one.get("id")) if isinstance(one, dict) else None


def _field_name(field: Thing, records: str) -> str:
    """The name; documents that have none call a field `records/field` by its `@id`."""
    return text(field.get("name")) or (_id(field) or "field").removeprefix(f"{records}/")


def _field(field: Thing, name: str, ordinal: int) -> Field:
    types = [str(one) for one in listed(field.get("dataType"))]
    native = next((one for one in types if one in _TYPES), next(iter(types), None))
    nested: dict[str, Thing] = {}
    for one in listed(field.get("subField")):
        if isinstance(one, dict):
            nested.setdefault(_field_name(one, name), one)
    array = field.get("isArray") is True or field.get("repeated") is True
    return Field(
        name=name,
        ordinal=ordinal,
        datatype="array" if array else "object" if nested else _TYPES.get(native or "", "any"),
        native_type=native,
        description=text(field.get("description")),
        fields=tuple(_field(one, called, place) for place, (called, one) in enumerate(nested.items(), 1)),
    )
