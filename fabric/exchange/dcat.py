"""A catalogue in DCAT-AP 3 (https://semiceu.github.io/DCAT-AP/releases/3.0.0/), as N-Triples tokens.

Columns are CSV on the Web columns of a schema that the dataset conforms to, in an RDF list whose cells have IRIs; what neither
vocabulary has a term for (the source's own spelling of a type) is said with Fabric's. There are no blank nodes.
"""

from __future__ import annotations

from collections.abc import Iterator

from fabric import ntriples
from fabric.exchange.selection import Selection
from fabric.model import Agent, Catalog, Dataset, Distribution, Field
from fabric.ntriples import TYPE, Triple, iri, is_iri, text, token

__all__ = ["VCARD", "catalogue", "header"]

VCARD = "http://www.w3.org/2006/vcard/ns#"
_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
_NIL = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#nil>"


def header(catalog: str, title: str) -> Iterator[Triple]:
    """The catalogue itself."""
    subject = iri(catalog)
    yield subject, TYPE, token("dcat:Catalog")
    yield subject, token("dct:title"), text(title)


def catalogue(selection: Selection, catalog: str) -> Iterator[Triple]:
    """What is selected, as the contents of the catalogue with that IRI; without `header`."""
    for subject, record in selection.catalogs():
        yield from _held(selection, catalog, "dcat:catalog", subject, record)
        yield from _catalog(selection, iri(subject), record)
    for subject, dataset in selection.datasets():
        yield from _held(selection, catalog, "dcat:dataset", subject, dataset)
        yield from _dataset(selection, subject, dataset)
        for edge in selection.assets[subject].lineage:
            if edge.upstream.kind == "dataset":
                yield iri(subject), token("prov:wasDerivedFrom"), iri(selection.iris.asset(edge.upstream))


def _held(
    selection: Selection, catalog: str, predicate: str, subject: str, record: Dataset | Catalog
) -> Iterator[Triple]:
    """By the catalog that holds it, else by the catalogue as a whole."""
    home = record.part_of
    holder = catalog if home is None or home.kind != "catalog" else selection.iris.asset(home)
    yield iri(holder), token(predicate), iri(subject)


def _catalog(selection: Selection, subject: str, record: Catalog) -> Iterator[Triple]:
    yield subject, TYPE, token("dcat:Catalog")
    yield from _described(subject, record)
    for owner, agent in selection.owners(record):
        yield subject, token("dct:publisher"), iri(owner)
        yield from _agent(iri(owner), agent)


def _described(subject: str, record: Dataset | Catalog) -> Iterator[Triple]:
    yield subject, token("dct:identifier"), text(record.name)
    yield subject, token("dct:title"), text(record.title)
    if record.description:
        yield subject, token("dct:description"), text(record.description)
    for tag in sorted(record.tags):
        yield subject, token("dcat:keyword"), text(tag)


def _dataset(selection: Selection, name: str, record: Dataset) -> Iterator[Triple]:
    subject = iri(name)
    yield subject, TYPE, token("dcat:Dataset")
    yield from _described(subject, record)
    for theme in sorted(record.themes):
        yield subject, token("dcat:theme" if is_iri(theme) else "dct:subject"), _term(theme)
    for language in sorted(record.language):
        yield subject, token("dct:language"), _term(language)
    for predicate, value in (
        ("dct:license", record.license),
        ("dct:accessRights", record.access_rights),
        ("dcat:landingPage", record.landing_page),
    ):
        if value:
            yield subject, token(predicate), _term(value)
    for predicate, moment in (("dct:issued", record.issued), ("dct:modified", record.modified)):
        if moment:
            yield subject, token(predicate), ntriples.instant(moment)
    if record.publisher is not None:
        publisher = iri(selection.iris.asset(record.publisher))
        yield subject, token("dct:publisher"), publisher
        yield from _agent(publisher, selection.agent(record.publisher))
    for owner, agent in selection.owners(record):
        yield subject, token("dcat:contactPoint"), iri(owner)
        yield from _contact(iri(owner), agent)
    for number, one in enumerate(sorted(record.distributions, key=lambda one: one.name), 1):
        yield from _distribution(subject, f"<{name}#distribution-{number}>", one)
    if record.fields:
        yield subject, token("dct:conformsTo"), f"<{name}#schema>"
        yield f"<{name}#schema>", TYPE, token("csvw:Schema")
        yield from _columns(f"{name}#", f"<{name}#schema>", record.fields)


def _term(value: str) -> str:
    return iri(value) if is_iri(value) else text(value)


def _agent(subject: str, agent: Agent) -> Iterator[Triple]:
    yield subject, TYPE, token("foaf:Agent")
    yield subject, TYPE, token("foaf:Organization" if agent.team else "foaf:Person")
    yield subject, token("foaf:name"), text(agent.title)
    if agent.email and is_iri(f"mailto:{agent.email}"):
        yield subject, token("foaf:mbox"), iri(f"mailto:{agent.email}")


def _contact(subject: str, agent: Agent) -> Iterator[Triple]:
    yield subject, TYPE, f"<{VCARD}{'Organization' if agent.team else 'Individual'}>"
    yield subject, f"<{VCARD}fn>", text(agent.title)
    if agent.email and is_iri(f"mailto:{agent.email}"):
        yield subject, f"<{VCARD}hasEmail>", iri(f"mailto:{agent.email}")


def _distribution(dataset: str, subject: str, one: Distribution) -> Iterator[Triple]:
    yield dataset, token("dcat:distribution"), subject
    yield subject, TYPE, token("dcat:Distribution")
    yield subject, token("dct:title"), text(one.name)
    if one.url:
        yield subject, token("dcat:accessURL"), _term(one.url)
    if one.media_type:
        yield subject, token("dcat:mediaType"), _term(_MEDIA_TYPES + one.media_type)
    if one.format:
        yield subject, token("dct:format"), text(one.format)
    if one.byte_size is not None:
        yield subject, token("dcat:byteSize"), ntriples.integer(one.byte_size)


def _columns(place: str, schema: str, fields: tuple[Field, ...]) -> Iterator[Triple]:
    cells = [f"<{place}column-{field.ordinal}-cell>" for field in fields]
    yield schema, token("csvw:column"), cells[0]
    for cell, following, field in zip(cells, [*cells[1:], _NIL], fields, strict=True):
        column = f"{place}column-{field.ordinal}"
        yield cell, token("rdf:first"), f"<{column}>"
        yield cell, token("rdf:rest"), following
        yield from _column(column, field)


def _column(name: str, field: Field) -> Iterator[Triple]:
    subject = f"<{name}>"
    yield subject, TYPE, token("csvw:Column")
    yield subject, token("csvw:name"), text(field.name)
    yield subject, token("csvw:datatype"), text(field.datatype)
    if field.native_type:
        yield subject, token("fab:physicalType"), text(field.native_type)
    if field.required is not None:
        yield subject, token("csvw:required"), ntriples.boolean(field.required)
    if field.description:
        yield subject, token("dct:description"), text(field.description)
    for number, child in enumerate(field.fields, 1):
        yield subject, token("cr:subField"), f"<{name}-{number:05d}>"
        yield from _column(f"{name}-{number:05d}", child)
