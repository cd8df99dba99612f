"""The edges of all named graphs in memory, so that a walk costs microseconds a node where SPARQL costs a millisecond.

Assets and fields are numbered. An edge from `u` to `d`, along the flow of data, is one integer key whose value is a set of bits:
bit `8 g + k` says that graph `g` states it with predicate `k`, so that two sources may state one edge and each take it back.
Pairs of assets are counted beside, from their own edges and those of their fields.

Memory grows with nodes and edges alone: see docs/explanation/lineage.md for bytes measured.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from typing import Final

from fabric import ntriples
from fabric.identity import Iris
from fabric.ntriples import Triple, token
from fabric.rdf.lineage import derivation

__all__ = ["DETAILS", "FLOWS", "INFLUENCE", "PREDICATES", "Adjacency", "Detail", "Links"]

FLOWS: Final = {
    token("prov:wasDerivedFrom"): (0, False),
    token("prov:wasInfluencedBy"): (1, False),
    token("fab:reads"): (2, False),
    token("fab:writes"): (3, True),
    token("fair4ml:trainedOn"): (4, False),
    token("fair4ml:evaluatedOn"): (5, False),
    token("dcat:isVersionOf"): (6, True),
}
"""By predicate: its number, and whether its subject is the upstream end."""
INFLUENCE: Final = 1
DETAILS: Final = {
    token("fab:expression"): "expression",
    token("fab:masking"): "masking",
    token("fab:transformation"): "transformation",
    token("fab:viaJob"): "job",
}
"""What a `prov:Derivation` says of its edge."""
PREDICATES: Final = frozenset({*FLOWS, *DETAILS})
_WIDTH = 8
_SHIFT = 32
_DIGEST = 96
_LOW = (1 << _SHIFT) - 1
_DERIVATION = "/derivation/"

Links = dict[int, "array[int]"]
"""Neighbours by node, in arrays of four bytes each."""

Detail = tuple[str, str, int]
"""Name (see `DETAILS`), value (a text or an IRI) and graph of something said of an edge."""


class Adjacency:
    """Numbered nodes and the edges between them. Not safe to change and read at once."""

    def __init__(self, iris: Iris) -> None:
        self._iris = iris
        self.names: list[str] = []
        self.roots = array("i")
        self.graphs: list[str] = []
        self.edges: dict[int, int] = {}
        self.above: Links = {}
        self.below: Links = {}
        self.assets_above: Links = {}
        self.assets_below: Links = {}
        self.fields: Links = {}
        self._ids: dict[str, int] = {}
        self._graph_ids: dict[str, int] = {}
        self._pairs: dict[int, int] = {}
        self._details: dict[int, tuple[Detail, ...]] = {}
        self._detailed: dict[int, int] = {}
        self.version = 0

    def copy(self) -> Adjacency:
        """The same edges, which can be changed without changing these."""
        made = Adjacency(self._iris)
        made.names, made.roots, made.graphs = self.names.copy(), self.roots[:], self.graphs.copy()
        made.edges, made._pairs = self.edges.copy(), self._pairs.copy()
        made._ids, made._graph_ids = self._ids.copy(), self._graph_ids.copy()
        made._details, made._detailed, made.version = self._details.copy(), self._detailed.copy(), self.version
        made.above, made.below, made.assets_above, made.assets_below, made.fields = (
            {node: others[:] for node, others in links.items()}
            for links in (self.above, self.below, self.assets_above, self.assets_below, self.fields)
        )
        return made

    def find(self, iri: str) -> int | None:
        """The number of an asset or field; None where no edge ever touched it."""
        return self._ids.get(iri)

    def node(self, iri: str) -> int:
        """The number of an asset or field, which gets one where it has none."""
        found = self._ids.get(iri)
        if found is not None:
            return found
        root_iri = self._iris.root(iri) or iri
        root = -1 if root_iri == iri else self.node(root_iri)
        number = self._ids[iri] = len(self.names)
        self.names.append(iri)
        self.roots.append(number if root < 0 else root)
        if root >= 0:
            _put(self.fields, root, number)
        return number

    def add(self, triple: Triple, graph: str) -> None:
        """Take in a triple of `PREDICATES`; a repetition changes nothing."""
        if triple[1] in DETAILS:
            self._detail(triple, graph, present=True)
        else:
            key, kind = self._key(triple)
            self._state(key, self.edges.get(key, 0) | self._bit(graph, kind))

    def remove(self, triple: Triple, graph: str) -> None:
        """Take back a triple of `PREDICATES`; one that was never added changes nothing."""
        if triple[1] in DETAILS:
            self._detail(triple, graph, present=False)
        else:
            key, kind = self._key(triple)
            self._state(key, self.edges.get(key, 0) & ~self._bit(graph, kind))

    def said(self, start: int, end: int) -> int:
        """Who states the edge between the two: its bits, 0 where nobody does."""
        return self.edges.get(start << _SHIFT | end, 0)

    def linked(self, start: int, end: int) -> bool:
        """Whether data flows from the one asset to the other, by an edge of their own or of their fields."""
        return (start << _SHIFT | end) in self._pairs

    def graphs_of(self, bits: int) -> Iterator[tuple[str, int]]:
        """Graphs that state an edge, each with the bits of its predicates."""
        for graph in self.graphs:
            if not bits:
                return
            if kinds := bits & 0xFF:
                yield graph, kinds
            bits >>= _WIDTH

    def details(self, start: int, end: int) -> Iterable[Detail]:
        """What is known of the edge besides its ends."""
        if end not in self._detailed:
            return ()
        return self._details.get(self._detail_key(derivation(self.names[end], self.names[start])), ())

    def column_pairs(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Edges from a field of the one asset to a field of the other, and those by which one of its fields influences it."""
        for field in self.fields.get(end, ()):
            yield from ((up, field) for up in self.above.get(field, ()) if self.roots[up] == start)
        yield from ((up, end) for up in self.above.get(end, ()) if up != start and self.roots[up] == start)

    def is_field(self, node: int) -> bool:
        """Whether a node is a part of an asset."""
        return self.roots[node] != node

    def _key(self, triple: Triple) -> tuple[int, int]:
        kind, forwards = FLOWS[triple[1]]
        subject, value = self.node(triple[0][1:-1]), self.node(triple[2][1:-1])
        return (subject << _SHIFT | value if forwards else value << _SHIFT | subject), kind

    def _bit(self, graph: str, kind: int) -> int:
        number = self._graph_ids.get(graph)
        if number is None:
            number = self._graph_ids[graph] = len(self.graphs)
            self.graphs.append(graph)
        return 1 << (number * _WIDTH + kind)

    def _state(self, key: int, bits: int) -> None:
        before = self.edges.get(key, 0)
        if bits == before:
            return
        self.version += 1
        if bits:
            self.edges[key] = bits
        else:
            del self.edges[key]
        if bool(before) != bool(bits):
            self._link(key >> _SHIFT, key & _LOW, present=bool(bits))

    def _link(self, start: int, end: int, *, present: bool) -> None:
        change = _put if present else _drop
        change(self.below, start, end)
        change(self.above, end, start)
        upper, lower = self.roots[start], self.roots[end]
        if upper == lower:
            return
        key = upper << _SHIFT | lower
        count = self._pairs.get(key, 0)
        after = count + 1 if present else count - 1
        if after:
            self._pairs[key] = after
        else:
            del self._pairs[key]
        if not count or not after:
            change(self.assets_below, upper, lower)
            change(self.assets_above, lower, upper)

    def _detail(self, triple: Triple, graph: str, *, present: bool) -> None:
        key = self._detail_key(triple[0][1:-1])
        value = triple[2][1:-1] if triple[2].startswith("<") else ntriples.read_literal(triple[2])[0]
        number = self._bit(graph, 0).bit_length() // _WIDTH
        detail, held = (DETAILS[triple[1]], value, number), self._details.get(key, ())
        if (detail in held) == present:
            return
        self.version += 1
        end = key >> _DIGEST
        if present:
            self._details[key] = (*held, detail)
            self._detailed[end] = self._detailed.get(end, 0) + 1
            return
        self._detailed[end] -= 1
        if not self._detailed[end]:
            del self._detailed[end]
        if len(held) > 1:
            self._details[key] = tuple(one for one in held if one != detail)
        else:
            del self._details[key]

    def _detail_key(self, derivation: str) -> int:
        """The edge's lower end and the digest of its upper one, as one integer (see `fabric.rdf.lineage`)."""
        end, _, digest = derivation.rpartition(_DERIVATION)
        return self.node(end) << _DIGEST | int(digest, 16)


def _put(links: Links, node: int, other: int) -> None:
    held = links.get(node)
    if held is None:
        links[node] = array("i", (other,))
    else:
        held.append(other)


def _drop(links: Links, node: int, other: int) -> None:
    held = links[node]
    held.remove(other)
    if not held:
        del links[node]
