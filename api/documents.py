"""RDF documents: their media types, and N-Triples written in another form."""

from __future__ import annotations

import pyoxigraph as ox
import rdflib

from fabric.terms import PREFIXES

__all__ = ["JSONLD", "NTRIPLES", "RDFXML", "RDF_TYPES", "TRIG", "TURTLE", "rewritten"]

TURTLE, NTRIPLES, JSONLD = "text/turtle", "application/n-triples", "application/ld+json"
RDFXML, TRIG = "application/rdf+xml", "application/trig"
RDF_TYPES = (TURTLE, NTRIPLES, JSONLD, RDFXML, TRIG)


def rewritten(document: str, media_type: str) -> str:
    """N-Triples as one of `RDF_TYPES`, with the usual prefixes where the form has such; literals stay as they are."""
    if media_type == NTRIPLES:
        return document
    prefixes = {name: iri for name, iri in PREFIXES.items() if iri in document}
    if media_type == JSONLD:
        graph = rdflib.Graph(bind_namespaces="none").parse(data=document, format="nt")
        return graph.serialize(format="json-ld", context=prefixes)
    parsed = ox.parse(document, format=ox.RdfFormat.N_TRIPLES)
    triples = (quad.triple for quad in parsed)
    written = ox.serialize(triples, format=ox.RdfFormat.from_media_type(media_type), prefixes=prefixes)
    assert written is not None
    return written.decode()
