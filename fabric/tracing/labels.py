"""What is shown of the assets that have lineage, in memory beside their edges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from fabric import ntriples
from fabric.graph.store import GraphStore
from fabric.identity import Iris
from fabric.ntriples import Triple, token
from fabric.terms import PREFIXES
from fabric.tracing.adjacency import Adjacency
from fabric.tracing.answer import Named

__all__ = ["SHOWN", "Labels", "Shown"]

_TITLES: Final = frozenset({token("dct:title"), token("skos:prefLabel"), token("foaf:name")})
_PLATFORM, _KIND = token("fab:platform"), token("fab:datasetKind")
_PART_OF, _DOMAIN = token("dct:isPartOf"), token("fab:inDomain")
_REMOVED, _DEFINITION = token("prov:invalidatedAtTime"), token("fab:definition")
_HAS_FIELD, _DATATYPE = token("fab:hasField"), token("csvw:datatype")
_FEW: Final = frozenset({_DATATYPE, _PLATFORM, _KIND, _PART_OF, _DOMAIN})
"""Those with few different values, each of which is held once."""
_POINTERS: Final = frozenset({_PART_OF, _DOMAIN})
SHOWN: Final = frozenset({*_TITLES, *_POINTERS, _PLATFORM, _KIND, _REMOVED, _DEFINITION, _HAS_FIELD, _DATATYPE})
"""Predicates whose triples are kept; a commit that touches one has its asset read anew."""

Shown = tuple[str, str, str | None, str | None, str | None, Named | None, int, datetime | None]
_Ranks = dict[tuple[str, str], tuple[str, str]]
"""By node and predicate, while reading: the graph that the kept value is from, and the value."""


class Labels:
    """Titles, platforms, containers, definitions and types by IRI, for the nodes of one adjacency."""

    def __init__(self, iris: Iris, adjacency: Adjacency) -> None:
        self._iris, self._adjacency = iris, adjacency
        self._same: dict[str, str] = {}
        self._values: dict[str, dict[str, str]] = {predicate: {} for predicate in SHOWN}
        self._field_counts: dict[str, int] = {}
        self._named: dict[str, Named] = {}
        self._shown: dict[str, Shown] = {}

    def copy(self, adjacency: Adjacency) -> Labels:
        """The same for a copy of the adjacency."""
        made = Labels(self._iris, adjacency)
        made._same = self._same.copy()
        made._values = {predicate: values.copy() for predicate, values in self._values.items()}
        made._field_counts, made._named, made._shown = (
            self._field_counts.copy(), self._named.copy(), self._shown.copy()
        )  # fmt: skip
        return made

    def read_all(self, graph: GraphStore) -> None:
        """Read what the graph says of every node."""
        for predicate in sorted(_POINTERS):
            self._scan(graph, predicate)
        for predicate in sorted(SHOWN - _POINTERS - {_HAS_FIELD}):
            self._scan(graph, predicate)
        fields: dict[str, set[str]] = defaultdict(set)
        for triple, _ in graph.match(None, _HAS_FIELD):
            if self._adjacency.find(triple[0][1:-1]) is not None:
                fields[triple[0][1:-1]].add(triple[2])
        self._field_counts = {iri: len(found) for iri, found in fields.items()}

    def read(self, graph: GraphStore, iris: Iterable[str]) -> None:
        """Read what the graph says of some assets and their fields anew."""
        waiting = set(iris)
        self._named.clear()
        self._shown.clear()
        while waiting:
            wanted = {iri for iri in waiting if self._adjacency.find(iri) is not None}
            parts = {self._adjacency.names[one] for iri in wanted for one in self._fields(iri)}
            for iri in wanted | parts:
                for values in (*self._values.values(), self._field_counts):
                    values.pop(iri, None)  # type: ignore[attr-defined]
            known, ranks = len(self._adjacency.names), _Ranks()
            fields: dict[str, set[str]] = defaultdict(set)
            for triple, name in graph.describe(sorted(wanted | parts)):
                if triple[1] == _HAS_FIELD:
                    fields[triple[0][1:-1]].add(triple[2])
                elif triple[1] in SHOWN:
                    self._note(triple, name, ranks)
            self._field_counts.update((iri, len(found)) for iri, found in fields.items())
            waiting = set(self._adjacency.names[known:])

    def named(self, iri: str) -> Named:
        """An asset with its title; one that nothing is known of is shown by its name."""
        found = self._named.get(iri)
        if found is None:
            ref = self._iris.ref(iri)
            title = next((one for one in (self._text(iri, predicate) for predicate in _TITLES) if one), None)
            found = Named(iri, ref.kind if ref else "external", title or (ref.name if ref else iri))
            self._named[iri] = found
        return found

    def shown(self, iri: str) -> Shown:
        """All that is shown of an asset, in the order of `fabric.tracing.answer.Node`."""
        found = self._shown.get(iri)
        if found is None:
            domain, part_of = self._text(iri, _DOMAIN), self._text(iri, _PART_OF)
            removed, named = self._text(iri, _REMOVED), self.named(iri)
            found = self._shown[iri] = (
                named.title,
                named.kind,
                self._concept(iri, _KIND),
                self.platform(iri),
                self.named(domain).title if domain else None,
                self.named(part_of) if part_of else None,
                self._field_counts.get(iri, 0),
                ntriples.parse_instant(removed) if removed else None,
            )
        return found

    def platform(self, iri: str) -> str | None:
        """Notation of its platform."""
        return self._concept(iri, _PLATFORM)

    def definition(self, iri: str) -> str | None:
        """SQL of a view or a job."""
        return self._text(iri, _DEFINITION)

    def datatype(self, field: str) -> str | None:
        """Logical type of a field."""
        return self._text(field, _DATATYPE)

    def _fields(self, iri: str) -> Iterable[int]:
        node = self._adjacency.find(iri)
        return () if node is None else self._adjacency.fields.get(node, ())

    def _scan(self, graph: GraphStore, predicate: str) -> None:
        ranks = _Ranks()
        for triple, name in graph.match(None, predicate):
            if self._adjacency.find(triple[0][1:-1]) is not None:
                self._note(triple, name, ranks)

    def _note(self, triple: Triple, graph: str, ranks: _Ranks) -> None:
        """Keep a value; the curated one wins, else that of the graph whose name is first."""
        iri, predicate, token_ = triple[0][1:-1], triple[1], triple[2]
        value = token_[1:-1] if token_.startswith("<") else ntriples.read_literal(token_)[0]
        rank = ("" if graph == self._iris.graph("curated") else graph, value)
        if rank < ranks.setdefault((iri, predicate), rank) or iri not in self._values[predicate]:
            ranks[iri, predicate] = rank
            self._values[predicate][iri] = self._same.setdefault(value, value) if predicate in _FEW else value
        if predicate in _POINTERS:
            self._adjacency.node(value)

    def _text(self, iri: str, predicate: str) -> str | None:
        return self._values[predicate].get(iri)

    def _concept(self, iri: str, predicate: str) -> str | None:
        found = self._text(iri, predicate)
        return None if found is None else found.removeprefix(PREFIXES["fabv"]).rpartition("/")[2]
