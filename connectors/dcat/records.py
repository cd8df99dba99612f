"""Records of a catalogue in DCAT 3 (https://www.w3.org/TR/vocab-dcat-3/), schema.org datasets included."""

from __future__ import annotations

from collections.abc import Iterator

from rdflib import DCAT, DCTERMS, PROV, URIRef
from rdflib.term import Node

from connectors.dcat.agents import Agents
from connectors.dcat.fields import fields_of
from connectors.dcat.statements import SCHEMA, Statements, last_segment
from fabric.model import (
    Catalog,
    Dataset,
    Distribution,
    Lineage,
    Problem,
    Record,
    Ref,
    Source,
    catalog,
    dataset,
    source,
)

__all__ = ["CATALOGS", "DATASETS", "PLATFORM", "Catalogue"]

PLATFORM = "dcat"
DATASETS = (DCAT.Dataset, URIRef(f"{DCAT}DatasetSeries"), *(space.Dataset for space in SCHEMA))
CATALOGS = (DCAT.Catalog, *(space.DataCatalog for space in SCHEMA))
_TITLE = (DCTERMS.title, *(space.name for space in SCHEMA))
_DESCRIPTION = (DCTERMS.description, *(space.description for space in SCHEMA))
_KEYWORDS = (DCAT.keyword, *(space.keywords for space in SCHEMA))
_LICENSE = (DCTERMS.license, *(space.license for space in SCHEMA))
_PUBLISHER = (DCTERMS.publisher, *(space.publisher for space in SCHEMA))
_DISTRIBUTION = (DCAT.distribution, *(space.distribution for space in SCHEMA))
_URL = (DCAT.downloadURL, *(space.contentUrl for space in SCHEMA), DCAT.accessURL)
_MEDIA_TYPE = (DCAT.mediaType, *(space.encodingFormat for space in SCHEMA))
_LANDING_PAGE = (DCAT.landingPage, *(space.url for space in SCHEMA))
_LANGUAGE = (DCTERMS.language, *(space.inLanguage for space in SCHEMA))
_ISSUED = (DCTERMS.issued, *(space.datePublished for space in SCHEMA))
_MODIFIED = (DCTERMS.modified, *(space.dateModified for space in SCHEMA))
_DERIVED = (PROV.wasDerivedFrom, DCTERMS.source, *(space.isBasedOn for space in SCHEMA))
_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"


class Catalogue:
    """What the statements say of catalogues, datasets and services, under one namespace."""

    def __init__(self, statements: Statements, namespace: str) -> None:
        self._statements = statements
        self._namespace = namespace
        self._agents = Agents(statements)
        self._catalogs = statements.instances(*CATALOGS)
        listed = [node for node in statements.instances(*DATASETS) if node not in set(self._catalogs)]
        self._datasets = self._named(listed)
        self._homes = self._homes_of()

    def records(self) -> Iterator[Record | Problem]:
        """Catalogs, datasets, the lineage among them, services and agents.

        A catalogue that is alone and a blank node is the source itself.
        """
        for node in self._catalogs:
            if isinstance(node, URIRef):
                yield self._catalog(node)
            elif len(self._catalogs) > 1:
                self._statements.problem(node, "one of several catalogues has no IRI, thus no identity; give it one")
        for name, node in sorted((name, node) for node, name in self._datasets.items()):
            yield self._dataset(node, name)
            yield from self._statements.taken_problems()
        yield from self._lineage()
        yield from self._services()
        yield from self._agents.agents()
        yield from self._statements.taken_problems()

    def _named(self, nodes: list[Node]) -> dict[Node, str]:
        """The datasets that have an identity, with it; of two with the same one the second is a problem."""
        found: dict[str, Node] = {}
        for node in nodes:
            name = self._identity(node)
            if name is not None and found.setdefault(name, node) != node:
                self._statements.problem(node, f"another dataset is identified by {name!r} as well; give it an IRI")
        return {node: name for name, node in found.items()}

    def _identity(self, node: Node) -> str | None:
        """The IRI; for a blank node `dct:identifier`. A dataset without either is a problem."""
        if isinstance(node, URIRef):
            return str(node)
        identifier = self._statements.text(node, DCTERMS.identifier)
        if identifier is None:
            self._statements.problem(node, "a dataset without an IRI or a dct:identifier has no identity; give it one")
        return identifier

    def _homes_of(self) -> dict[Node, Ref]:
        """The catalog that holds each dataset or catalog, the first by IRI where several do."""
        homes: dict[Node, Ref] = {}
        for node in self._catalogs:
            if not isinstance(node, URIRef):
                continue
            home = catalog(self._namespace, str(node))
            for held in self._statements.values(node, DCAT.dataset, DCAT.catalog, DCTERMS.hasPart):
                if held != node:
                    homes.setdefault(held, home)
        known = set(self._catalogs)
        for node in (*self._catalogs, *self._datasets):
            for holder in self._statements.values(node, DCTERMS.isPartOf):
                if holder in known and holder != node and isinstance(holder, URIRef):
                    homes.setdefault(node, catalog(self._namespace, str(holder)))
        return homes

    def _catalog(self, node: Node) -> Catalog:
        return Catalog(
            namespace=self._namespace,
            name=str(node),
            title=self._statements.text(node, *_TITLE) or last_segment(str(node)) or str(node),
            description=self._statements.text(node, *_DESCRIPTION),
            part_of=self._homes.get(node) or source(self._namespace),
            platform=PLATFORM,
            owners=frozenset(self._agents.named(self._statements.values(node, *_PUBLISHER), team=True)),
            tags=self._statements.words(node, *_KEYWORDS),
        )

    def _dataset(self, node: Node, name: str) -> Dataset:
        read = self._statements
        forms = read.values(node, *_DISTRIBUTION)
        publishers = self._agents.named(read.values(node, *_PUBLISHER), team=True)
        return Dataset(
            namespace=self._namespace,
            name=name,
            title=read.text(node, *_TITLE) or last_segment(name) or name,
            kind="dataset",
            description=read.text(node, *_DESCRIPTION),
            platform=PLATFORM,
            part_of=self._homes.get(node) or source(self._namespace),
            fields=fields_of(read, [node, *forms]),
            distributions=frozenset(self._distributions(forms)),
            owners=frozenset(
                self._agents.named(read.values(node, DCAT.contactPoint, DCTERMS.rightsHolder), team=False)
            ),
            tags=read.words(node, *_KEYWORDS),
            themes=read.terms(node, DCAT.theme, DCTERMS.subject),
            license=read.term(node, *_LICENSE) or self._agreed(forms, *_LICENSE),
            access_rights=read.term(node, DCTERMS.accessRights) or self._agreed(forms, DCTERMS.accessRights),
            landing_page=read.term(node, *_LANDING_PAGE),
            publisher=publishers[0] if publishers else None,
            language=read.terms(node, *_LANGUAGE),
            issued=read.moment(node, *_ISSUED),
            modified=read.moment(node, *_MODIFIED),
        )

    def _distributions(self, forms: list[Node]) -> Iterator[Distribution]:
        taken: set[str] = set()
        for form in forms:
            url = self._statements.term(form, *_URL)
            shape = self._statements.values(form, DCTERMS.format)
            name = (
                str(form) if isinstance(form, URIRef) else self._statements.text(form, *_TITLE) or url or "distribution"
            )
            unique = next(one for one in _numbered(name) if one not in taken)
            taken.add(unique)
            yield Distribution(
                name=unique,
                url=url,
                media_type=(self._statements.term(form, *_MEDIA_TYPE) or "").removeprefix(_MEDIA_TYPES) or None,
                format=self._statements.label(shape[0]) if shape else None,
                byte_size=self._statements.whole_number(form, DCAT.byteSize),
            )

    def _agreed(self, forms: list[Node], *properties: URIRef) -> str | None:
        """What all distributions say alike of a dataset that does not say it itself."""
        said = {self._statements.term(form, *properties) for form in forms}
        return next(iter(said)) if len(said) == 1 else None

    def _lineage(self) -> Iterator[Lineage]:
        seen = set()
        for node, name in self._datasets.items():
            for origin in self._statements.values(node, *_DERIVED):
                upstream = self._datasets.get(origin)
                if upstream is not None and upstream != name and (name, upstream) not in seen:
                    seen.add((name, upstream))
                    yield Lineage(
                        downstream=dataset(self._namespace, name), upstream=dataset(self._namespace, upstream)
                    )

    def _services(self) -> Iterator[Source]:
        seen = {self._namespace}
        for node in self._statements.instances(DCAT.DataService):
            endpoint = self._statements.term(node, DCAT.endpointURL)
            identity = str(node) if isinstance(node, URIRef) else endpoint
            if identity is None:
                self._statements.problem(
                    node, "a data service without an IRI or an endpoint has no identity; give it one"
                )
            elif identity not in seen:
                seen.add(identity)
                yield Source(
                    namespace=identity,
                    title=self._statements.text(node, *_TITLE) or last_segment(identity) or identity,
                    platform="http",
                    description=self._statements.text(node, *_DESCRIPTION),
                    endpoint=endpoint,
                )


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name} ({number})" for number in range(2, 1_000_000))
