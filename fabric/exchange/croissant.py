"""Datasets in Croissant 1.1 (https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html), JSON-LD for machine learning.

A document describes one dataset; several are the members of an `@graph`. Names of fields end with their place, for readers to whom
JSON-LD's lists have no order.
"""

from __future__ import annotations

from fabric.exchange.jsonld import Document, described, people, said
from fabric.exchange.selection import Selection
from fabric.model import Dataset, Distribution, Field

__all__ = ["CONFORMS_TO", "document"]

CONFORMS_TO = "http://mlcommons.org/croissant/1.1"
_CONTEXT: Document = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "recordSet": "cr:recordSet",
    "field": "cr:field",
    "subField": "cr:subField",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "source": "cr:source",
    "fileObject": "cr:fileObject",
    "extract": "cr:extract",
    "column": "cr:column",
    "key": "cr:key",
    "isArray": "cr:isArray",
    "arrayShape": "cr:arrayShape",
    "data": {"@id": "cr:data", "@type": "@json"},
    "references": "cr:references",
}
_TYPES = {
    "anyURI": "sc:URL",
    "boolean": "sc:Boolean",
    "date": "sc:Date",
    "datetime": "sc:DateTime",
    "decimal": "sc:Float",
    "double": "sc:Float",
    "integer": "sc:Integer",
    "string": "sc:Text",
    "time": "sc:Time",
}


def document(selection: Selection) -> Document:
    """The selected datasets; what has no counterpart among Croissant's types has no `dataType`."""
    datasets = [_dataset(selection, iri, record) for iri, record in selection.datasets()]
    if len(datasets) == 1:
        return {"@context": _CONTEXT, **datasets[0]}
    return {"@context": _CONTEXT, "@graph": datasets}


def _dataset(selection: Selection, iri: str, record: Dataset) -> Document:
    files = sorted(record.distributions, key=lambda one: one.name)
    names = {one.name: f"{iri}#file-{place}" for place, one in enumerate(files, 1)}
    return {
        "@type": "sc:Dataset",
        **described(iri, record),
        "conformsTo": CONFORMS_TO,
        **people(selection, record),
        **said(
            {
                "distribution": [_file(names[one.name], one) for one in files],
                "recordSet": [_records(iri, record, next(iter(names.values()), None))] if record.fields else [],
            }
        ),
    }


def _file(name: str, one: Distribution) -> Document:
    size = None if one.byte_size is None else f"{one.byte_size} B"
    values = {"name": one.name, "contentUrl": one.url, "encodingFormat": one.media_type, "contentSize": size}
    return {"@id": name, "@type": "cr:FileObject", **said(values)}


def _records(iri: str, record: Dataset, file: str | None) -> Document:
    place = f"{iri}#records"
    primary = next((key for key in sorted(record.keys, key=lambda key: key.name) if key.primary), None)
    names = {field.name: f"{place}/{number:05d}" for number, field in enumerate(record.fields, 1)}
    keys = [{"@id": names[column]} for column in primary.columns if column in names] if primary else []
    fields = [_field(names[field.name], field, file) for field in record.fields]
    return {"@id": place, "@type": "cr:RecordSet", "name": "records", **said({"key": keys, "field": fields})}


def _field(name: str, field: Field, file: str | None) -> Document:
    source = {"fileObject": {"@id": file}, "extract": {"column": field.name}} if file else None
    return {
        "@id": name,
        "@type": "cr:Field",
        "name": field.name,
        **said(
            {
                "description": field.description,
                "dataType": _TYPES.get(field.datatype),
                **({"isArray": True, "arrayShape": "-1"} if field.datatype == "array" else {}),
                "source": source,
                "subField": [
                    _field(f"{name}/{number:05d}", child, None) for number, child in enumerate(field.fields, 1)
                ],
            }
        ),
    }
