"""Which terms the vocabularies that Fabric borrows from really define.

rdflib ships several of them as closed namespaces; for the others the package holds lists of names, one file a
vocabulary, whose first line is `# title | namespace | version`.
"""

from __future__ import annotations

from dataclasses import dataclass

from rdflib.namespace import (
    CSVW,
    DCAT,
    DCTERMS,
    FOAF,
    ODRL2,
    ORG,
    OWL,
    PROV,
    RDF,
    RDFS,
    SDO,
    SH,
    SKOS,
    VANN,
    VOID,
    XSD,
    DefinedNamespace,
)

import ontology

__all__ = ["Vocabulary", "vocabularies"]

_SHIPPED: tuple[tuple[str, type[DefinedNamespace]], ...] = (
    ("CSV on the Web", CSVW),
    ("Data Catalog Vocabulary", DCAT),
    ("DCMI Metadata Terms", DCTERMS),
    ("FOAF", FOAF),
    ("ODRL 2", ODRL2),
    ("Organization Ontology", ORG),
    ("OWL 2", OWL),
    ("PROV-O", PROV),
    ("RDF", RDF),
    ("RDF Schema", RDFS),
    ("schema.org", SDO),
    ("SHACL", SH),
    ("SKOS", SKOS),
    ("VANN", VANN),
    ("VoID", VOID),
    ("XML Schema datatypes", XSD),
)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A vocabulary: its title, its namespace IRI, its version where listed, and the local names it defines."""

    title: str
    namespace: str
    version: str
    names: frozenset[str]


def vocabularies() -> dict[str, Vocabulary]:
    """All known vocabularies by namespace; a list for a namespace that rdflib ships adds to it."""
    found = {str(closed): Vocabulary(title, str(closed), "", _names(closed)) for title, closed in _SHIPPED}
    for file in sorted(ontology.path("vocabularies").iterdir(), key=lambda entry: entry.name):
        listed = _read(file.read_text(encoding="utf-8"))
        shipped = found.get(listed.namespace)
        names = listed.names | (shipped.names if shipped else frozenset())
        title = shipped.title if shipped else listed.title
        found[listed.namespace] = Vocabulary(title, listed.namespace, listed.version, names)
    return found


def _names(closed: type[DefinedNamespace]) -> frozenset[str]:
    # rdflib keeps names that are Python keywords, such as `sh:in`, apart in `_extras`.
    return frozenset(str(term).removeprefix(str(closed)) for term in [*dir(closed), *closed._extras])


def _read(text: str) -> Vocabulary:
    head, *names = text.splitlines()
    title, namespace, version = head.removeprefix("# ").split(" | ")
    return Vocabulary(title, namespace, version, frozenset(names))
