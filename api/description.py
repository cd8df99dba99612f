"""The SPARQL endpoint's description of itself (https://www.w3.org/TR/sparql11-service-description/)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fabric.ntriples import Triple

__all__ = ["describe"]

_SD, _FORMATS = "http://www.w3.org/ns/sparql-service-description#", "http://www.w3.org/ns/formats/"
_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_RESULTS = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")
_GRAPHS = ("Turtle", "N-Triples", "JSON-LD", "RDF_XML", "TriG")


def describe(endpoint: str, graphs: Iterable[str], *, federation: bool) -> Iterator[Triple]:
    """Triples that say what the endpoint takes, how it answers, and which named graphs its default graph is the union of.

    All subjects are IRIs that begin with the endpoint's.
    """
    service, dataset = f"<{endpoint}>", f"<{endpoint}#dataset>"
    yield service, _TYPE, _sd("Service")
    yield service, _sd("endpoint"), service
    yield service, _sd("supportedLanguage"), _sd("SPARQL11Query")
    yield service, _sd("feature"), _sd("UnionDefaultGraph")
    if federation:
        yield service, _sd("feature"), _sd("BasicFederatedQuery")
    for name in (*_RESULTS, *_GRAPHS):
        yield service, _sd("resultFormat"), f"<{_FORMATS}{name}>"
    yield service, _sd("defaultDataset"), dataset
    yield dataset, _TYPE, _sd("Dataset")
    yield dataset, _sd("defaultGraph"), f"<{endpoint}#union>"
    yield f"<{endpoint}#union>", _TYPE, _sd("Graph")
    for number, graph in enumerate(sorted(graphs), 1):
        named = f"<{endpoint}#graph-{number}>"
        yield dataset, _sd("namedGraph"), named
        yield named, _TYPE, _sd("NamedGraph")
        yield named, _sd("name"), f"<{graph}>"


def _sd(name: str) -> str:
    return f"<{_SD}{name}>"
