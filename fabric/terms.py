"""Prefixes of the vocabularies in use and the expansion of compact names.

The vocabulary itself, and which term stands for what, is documented in docs/reference/ontology.md.
"""

from __future__ import annotations

from functools import cache

__all__ = ["PREFIXES", "XSD", "compact", "concept_iri", "expand"]

XSD = "http://www.w3.org/2001/XMLSchema#"

PREFIXES: dict[str, str] = {
    "adms": "http://www.w3.org/ns/adms#",
    "cr": "http://mlcommons.org/croissant/",
    "csvw": "http://www.w3.org/ns/csvw#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "dprod": "https://www.omg.org/spec/DPROD/",
    "dqv": "http://www.w3.org/ns/dqv#",
    "earl": "http://www.w3.org/ns/earl#",
    "fab": "https://w3id.org/kgfabric/ns#",
    "fabs": "https://w3id.org/kgfabric/shapes#",
    "fabv": "https://w3id.org/kgfabric/concept/",
    "fair4ml": "https://w3id.org/fair4ml#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "mls": "http://www.w3.org/ns/mls#",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": XSD,
}


@cache
def expand(name: str) -> str:
    """The IRI of a compact name: `dct:title` gives `http://purl.org/dc/terms/title`."""
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


def compact(iri: str) -> str:
    """The compact name of an IRI, or the IRI itself where no prefix fits."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and iri != namespace:
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def concept_iri(scheme: str, notation: str) -> str:
    """The IRI of one of Fabric's own concepts: `("platform", "postgresql")`."""
    return f"{PREFIXES['fabv']}{scheme}/{notation}"
