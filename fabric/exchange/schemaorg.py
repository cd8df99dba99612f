"""A schema.org DataCatalog (https://schema.org/DataCatalog) in JSON-LD, as search engines for data read it.

The vocabulary is named by `@vocab` and not by a context to be fetched, so that a reader needs no network.
"""

from __future__ import annotations

from fabric.exchange.jsonld import Document, described, people, said
from fabric.exchange.selection import Selection
from fabric.model import Dataset, Distribution, Field

__all__ = ["document"]


def document(selection: Selection, catalog: str, title: str) -> Document:
    """The selected datasets as the contents of the catalogue with that IRI."""
    datasets = [_dataset(selection, iri, record) for iri, record in selection.datasets()]
    return {
        "@context": {"@vocab": "https://schema.org/", **_LINKS},
        "@id": catalog,
        "@type": "DataCatalog",
        "name": title,
        "dataset": datasets,
    }


# Values that are IRIs and no texts.
_LINKS = {name: {"@type": "@id"} for name in ("url", "contentUrl", "isBasedOn")}


def _dataset(selection: Selection, iri: str, record: Dataset) -> Document:
    upstream = sorted(edge.upstream for edge in selection.assets[iri].lineage if edge.upstream.kind == "dataset")
    return {
        "@type": "Dataset",
        **described(iri, record),
        **people(selection, record),
        **said(
            {
                "distribution": [_download(one) for one in sorted(record.distributions, key=lambda one: one.name)],
                "variableMeasured": [_variable(iri, place, field) for place, field in enumerate(record.fields, 1)],
                "isBasedOn": [selection.iris.asset(ref) for ref in upstream],
            }
        ),
    }


def _download(one: Distribution) -> Document:
    size = None if one.byte_size is None else f"{one.byte_size} B"
    values = {"name": one.name, "contentUrl": one.url, "encodingFormat": one.media_type, "contentSize": size}
    return {"@type": "DataDownload", **said(values)}


def _variable(iri: str, place: int, field: Field) -> Document:
    return {
        "@id": f"{iri}#variable-{place:05d}",
        "@type": "PropertyValue",
        **said({"name": field.name, "description": field.description}),
    }
