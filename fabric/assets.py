"""Reading assets: what all sources and people say of one thing, who says it, now or at a past moment.

The facts of all named graphs are merged: a value that a property can have once is taken from the curated graph where people set it,
else from the source that says most of the asset; values that it can have many times are united.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from fabric import ntriples
from fabric.errors import UnknownAsset
from fabric.graph.store import GraphStore
from fabric.history import History
from fabric.identity import Iris
from fabric.model import Lineage, Record, Ref
from fabric.ntriples import Triple, token
from fabric.rdf import decode
from fabric.records import Records

__all__ = ["Asset", "Assets", "Fact", "Link"]

_LABELS = tuple(token(name) for name in ("dct:title", "skos:prefLabel", "foaf:name"))
_INVALIDATED = token("prov:invalidatedAtTime")
_PART_OF, _IDENTIFIER = token("dct:isPartOf"), token("dct:identifier")
_PARTS = frozenset(token(f"fab:{name}") for name in ("hasField", "hasKey", "hasForeignKey", "hasIndex", "hasGrant"))
_OWNED = _PARTS | {
    token(name)
    for name in ("dcat:distribution", "cr:subField", "earl:result", "fab:hasInference", "prov:qualifiedDerivation")
}
_BATCH = 200
"""So many assets are read at a time; all of a big batch's triples at once would keep the garbage collector busy."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One triple and the named graph that states it; `source` is the registered source, `curated` or `inferred`."""

    triple: Triple
    graph: str
    source: str


@dataclass(frozen=True, slots=True)
class Link:
    """A pointer to an asset, with what is needed to show it."""

    iri: str
    ref: Ref
    title: str


@dataclass(frozen=True, slots=True)
class Asset:
    """One asset. `record` is None where only its tombstone is left; `lineage` holds its upstream edges."""

    iri: str
    ref: Ref
    title: str
    record: Record | None
    lineage: tuple[Lineage, ...]
    facts: tuple[Fact, ...]
    removed: datetime | None

    @property
    def sources(self) -> tuple[str, ...]:
        """Who describes it, by name."""
        return tuple(sorted({fact.source for fact in self.facts if fact.triple[0] == f"<{self.iri}>"} - {"tombstones"}))

    def pointers(self, predicate: str) -> list[str]:
        """IRIs that it points to itself by the predicate (compact name), sorted."""
        about = (f"<{self.iri}>", token(predicate))
        return sorted({fact.triple[2][1:-1] for fact in self.facts if fact.triple[:2] == about})


class Assets:
    """Reads assets from a graph and its history; many at a time from `records` too, where they are given (see `many`)."""

    def __init__(self, graph: GraphStore, history: History, iris: Iris, records: Records | None = None) -> None:
        self._graph, self._history, self._iris, self._records = graph, history, iris, records
        self._known: tuple[int, list[str]] | None = None

    def get(self, iri: str, as_of: datetime | None = None) -> Asset:
        """One asset, now or as it was.

        Raises: UnknownAsset where nothing was ever said of it, or not yet at that moment.
        """
        asset = self.find(iri, as_of)
        if asset is None:
            moment = f" as of {as_of.isoformat()}" if as_of else ""
            raise UnknownAsset(f"nothing is known of <{iri}>{moment}", remedy="find it: fabric search WORDS")
        return asset

    def find(self, iri: str, as_of: datetime | None = None) -> Asset | None:
        """As `get`, with None where nothing is known."""
        ref = self._iris.ref(iri)
        if ref is None:
            return None
        quads = self._now(iri) if as_of is None else self._at(iri, as_of)
        return self._asset(iri, ref, quads) if quads else None

    def many(self, iris: Iterable[str]) -> dict[str, Asset]:
        """As `find` for each, by IRI; those that nothing is known of are left out.

        What sources say is taken from the records that they left in the state database, where it is the same as in their named
        graphs and is read five times as fast; what other graphs say (curated, inferred, tombstones) is added from the graph.
        """
        wanted = {iri: ref for iri in dict.fromkeys(iris) if (ref := self._iris.ref(iri)) is not None}
        others = self._others() if self._records is not None else []
        found, waiting = {}, iter(wanted)
        while some := list(islice(waiting, _BATCH)):
            held = self._records.quads(some) if self._records is not None else {}
            read = self._merged(held, others) | self._read([iri for iri in some if iri not in held])
            for iri in some:
                if read[iri]:
                    found[iri] = self._asset(iri, wanted[iri], read[iri])
        return found

    def links(self, iris: Iterable[str]) -> dict[str, Link]:
        """Titles of assets, by IRI; one that nothing is known of is shown by its name."""
        wanted = [iri for iri in dict.fromkeys(iris) if self._iris.ref(iri)]
        titles: dict[str, str] = {}
        for triple, graph in self._graph.describe(wanted):
            iri = triple[0][1:-1]
            if triple[1] in _LABELS and (iri not in titles or graph == self._iris.graph("curated")):
                titles[iri] = ntriples.read_literal(triple[2])[0]
        found = {}
        for iri in wanted:
            ref = self._iris.ref(iri)
            assert ref is not None
            found[iri] = Link(iri, ref, titles.get(iri, ref.name))
        return found

    def paths(self, iris: Iterable[str], known: Mapping[str, Sequence[str]] | None = None) -> dict[str, list[Link]]:
        """Containers of each, outermost first; what they share is read once. `known` holds what is directly around some of them."""
        wanted = list(dict.fromkeys(iris))
        parents = {iri: sorted(around) for iri, around in (known or {}).items()}
        unread = {one for iri in wanted for one in parents.get(iri, [iri])} - set(parents)
        while unread:
            found: dict[str, set[str]] = {iri: set() for iri in unread}
            for triple, _graph in self._graph.describe(sorted(unread)):
                if triple[1] == _PART_OF:
                    found[triple[0][1:-1]].add(triple[2][1:-1])
            parents |= {iri: sorted(around) for iri, around in found.items()}
            unread = {one for around in found.values() for one in around} - set(parents)

        def chain(iri: str) -> list[str]:
            over: list[str] = []
            here: str | None = iri
            while here is not None:
                here = next((one for one in parents[here] if one not in {*over, iri}), None)
                if here is not None:
                    over.append(here)
            return over

        chains = {iri: chain(iri) for iri in wanted}
        links = self.links(one for over in chains.values() for one in over)
        return {iri: [links[one] for one in reversed(over) if one in links] for iri, over in chains.items()}

    def pointing(self, predicate: str, iris: Collection[str]) -> dict[str, list[Link]]:
        """By IRI: assets that point there by the predicate (compact name), themselves or through a part of theirs, by title."""
        found: dict[str, set[str]] = {iri: set() for iri in iris}
        for target, nodes in self.subjects_of(predicate, iris).items():
            roots = {self._iris.root(node) for node in nodes}
            found[target] = {root for root in roots if root is not None and root != target}
        links = self.links(one for roots in found.values() for one in roots)
        return {iri: _by_title(links[one] for one in roots if one in links) for iri, roots in found.items()}

    def subjects_of(self, predicate: str, iris: Iterable[str]) -> dict[str, list[str]]:
        """By IRI: the nodes that point there by the predicate (compact name), sorted; in one query."""
        targets = " ".join(f"<{iri}>" for iri in dict.fromkeys(iris) if self._iris.ref(iri) is not None)
        found: dict[str, set[str]] = {}
        asked = f"SELECT DISTINCT ?s ?o WHERE {{ VALUES ?o {{ {targets} }} GRAPH ?g {{ ?s {token(predicate)} ?o }} }}"
        for row in self._graph.query(asked).rows or ():
            found.setdefault(row["o"][1:-1], set()).add(row["s"][1:-1])
        return {iri: sorted(nodes) for iri, nodes in found.items()}

    def subjects(self, predicate: str, iri: str) -> list[str]:
        """IRIs of the nodes that point to this one by the predicate (compact name)."""
        return sorted({t[0][1:-1] for t, _ in self._graph.match(None, token(predicate), f"<{iri}>")})

    def count(self) -> int:
        """How many assets the graph holds."""
        found = self._graph.query(f"SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE {{ ?s {_IDENTIFIER} ?i {self._living()} }}")
        return next((int(ntriples.read_literal(row["n"])[0]) for row in found.rows or ()), 0)

    def counts_of(self, sources: Iterable[str]) -> dict[str, int]:
        """How many assets each registered source describes."""
        graphs = {self._iris.harvest_graph(source): source for source in sources}
        named = " ".join(f"<{graph}>" for graph in graphs)
        found = self._graph.query(
            f"SELECT ?g (COUNT(DISTINCT ?s) AS ?n) WHERE {{ VALUES ?g {{ {named} }} GRAPH ?g {{ ?s {_IDENTIFIER} ?i }} }} "
            "GROUP BY ?g"
        )
        counted = {row["g"][1:-1]: int(ntriples.read_literal(row["n"])[0]) for row in found.rows or () if "g" in row}
        return {source: counted.get(graph, 0) for graph, source in graphs.items()}

    def size(self) -> int:
        """How many triples there are, over all named graphs."""
        found = self._graph.query("SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }")
        return next((int(ntriples.read_literal(row["n"])[0]) for row in found.rows or ()), 0)

    def written(self, graphs: Iterable[str]) -> dict[str, tuple[str | None, datetime | None]]:
        """By named graph: IRI of the run that wrote it last, and when."""
        meta = self._iris.graph("meta")
        found: dict[str, tuple[str | None, datetime | None]] = {}
        for graph in graphs:
            said = {triple[1]: triple[2] for triple, _ in self._graph.match(graph, None, None, meta)}
            run, at = said.get(token("prov:wasGeneratedBy")), said.get(token("prov:generatedAtTime"))
            found[graph] = (
                run[1:-1] if run else None,
                ntriples.parse_instant(ntriples.read_literal(at)[0]) if at else None,
            )
        return found

    def all(self) -> list[str]:
        """IRIs of all living assets."""
        found = self._graph.query(f"SELECT DISTINCT ?s WHERE {{ ?s {_IDENTIFIER} ?i {self._living()} }} ORDER BY ?s")
        return [row["s"][1:-1] for row in found.rows or ()]

    def _living(self) -> str:
        return f"FILTER NOT EXISTS {{ GRAPH <{self._iris.graph('tombstones')}> {{ ?s {_INVALIDATED} ?t }} }}"

    def _now(self, iri: str) -> set[tuple[Triple, str]]:
        return self._read([iri])[iri]

    def _read(self, iris: Iterable[str]) -> dict[str, set[tuple[Triple, str]]]:
        """By asset: what all graphs say of it and its parts; the parts of all are read together, level by level."""
        quads: dict[str, set[tuple[Triple, str]]] = {iri: set() for iri in iris}
        owner = {iri: iri for iri in quads}
        waiting = list(quads)
        while waiting:
            level: list[str] = []
            for triple, graph in self._graph.describe(waiting):
                iri, node = owner[triple[0][1:-1]], triple[2][1:-1]
                quads[iri].add((triple, graph))
                if triple[1] in _OWNED and node not in owner:
                    owner[node] = iri
                    level.append(node)
            waiting = level
        return quads

    def _others(self) -> list[str]:
        """Named graphs that may say something of an asset, but for those that the records hold; found once a commit."""
        assert self._records is not None
        last = self._history.last()
        if self._known is not None and self._known[0] == last:
            return self._known[1]
        rows = self._graph.query("SELECT DISTINCT ?g WHERE { GRAPH ?g {} }").rows or ()
        named = {row["g"][1:-1] for row in rows} - {self._iris.graph(name) for name in ("meta", "ontology", "shapes")}
        self._known = last, sorted(named - self._records.graphs(named))
        return self._known[1]

    def _merged(
        self, held: Mapping[str, set[tuple[Triple, str]]], others: Collection[str]
    ) -> dict[str, set[tuple[Triple, str]]]:
        """By asset: what the records hold of it, and what other graphs say of it and its parts."""
        owner = {triple[0][1:-1]: iri for iri, quads in held.items() for triple, _graph in quads}
        owner |= {iri: iri for iri in held}
        merged = {iri: set(quads) for iri, quads in held.items()}
        further: set[str] = set()
        for triple, graph in self._graph.describe(owner, others) if others else ():
            iri = owner[triple[0][1:-1]]
            merged[iri].add((triple, graph))
            if triple[1] in _OWNED and triple[2][1:-1] not in owner:
                further.add(iri)
        return merged | self._read(further)

    def _at(self, iri: str, moment: datetime) -> set[tuple[Triple, str]]:
        quads = self._now(iri)
        after, last = self._history.number_at(moment), self._history.last()
        for change in self._history.between(after, last, backwards=True, root=iri):
            quads.difference_update((triple, change.graph) for triple in change.added)
            quads.update((triple, change.graph) for triple in change.removed)
        return quads

    def _asset(self, iri: str, ref: Ref, quads: set[tuple[Triple, str]]) -> Asset:
        tombstones, curated, subject = self._iris.graph("tombstones"), self._iris.graph("curated"), f"<{iri}>"
        buried = sorted(t for t, graph in quads if graph == tombstones)
        spoken = [(t, graph) for t, graph in quads if graph != tombstones]
        said = Counter(graph for _, graph in spoken)
        spoken.sort(key=lambda quad: (quad[1] != curated, -said[quad[1]], quad[1], quad[0]))
        records = list(decode(dict.fromkeys(t for t, _ in spoken), self._iris))
        record = next((r for r in records if not isinstance(r, Lineage) and r.ref == ref), None)
        lineage = tuple(r for r in records if isinstance(r, Lineage) and r.downstream == ref)
        names = {graph: self._iris.source_of(graph) or "tombstones" for graph in (*said, tombstones)}
        facts = tuple(Fact(t, graph, names[graph]) for t, graph in (*spoken, *((t, tombstones) for t in buried)))
        removed = [ntriples.parse_instant(ntriples.read_literal(t[2])[0]) for t in buried if t[1] == _INVALIDATED]
        title = next(
            (
                ntriples.read_literal(t[2])[0]
                for t in (*(t for t, _ in spoken), *buried)
                if t[1] in _LABELS and t[0] == subject
            ),
            ref.name,
        )
        return Asset(iri, ref, title, record, lineage, facts, max(removed, default=None))


def _by_title(links: Iterable[Link]) -> list[Link]:
    return sorted(links, key=lambda link: (link.title.lower(), link.iri))
