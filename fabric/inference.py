"""Personal data and tags of fields flow along column lineage, within the commit that changes either.

A label is a field's `fab:personalDataCategory` or `dcat:keyword`. A field gets the labels of the fields it is derived from, unless
every source that states the edge calls it masking. What it gets is in `graph/inferred/labels`, with a `fab:Inference` for each
label that names the fields it comes from, and leaves it with its last reason: a label is first withdrawn wherever its support
may have gone, then given back where another support is left (delete and rederive: Gupta, Mumick and Subrahmanian, Maintaining
Views Incrementally, SIGMOD 1993), so that fields which derive from each other cannot keep a label alive between them.

The walk starts at what the commit changes and ends where no label changes: its cost does not depend on the size of the graph.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from fabric.graph.store import GraphStore
from fabric.history import Change
from fabric.identity import Iris
from fabric.ntriples import TYPE, Triple, boolean, token
from fabric.rdf.lineage import derivation

__all__ = ["RULE", "LabelRule", "inference"]

RULE = "labels"
"""Name of the rule, and of its graph `graph/inferred/labels`."""
DERIVED, QUALIFIED = token("prov:wasDerivedFrom"), token("prov:qualifiedDerivation")
MASKING, CATEGORY, KEYWORD = token("fab:masking"), token("fab:personalDataCategory"), token("dcat:keyword")
HAS_INFERENCE = token("fab:hasInference")
CONCLUDES = {CATEGORY: token("fab:concludesCategory"), KEYWORD: token("fab:concludesTag")}
INFERRED_FROM, INFERENCE = token("fab:inferredFrom"), token("fab:Inference")
_TRUE = boolean(True)  # noqa: FBT003
_READ = frozenset({DERIVED, CATEGORY, KEYWORD})
_BATCH = 400
_MANY = 2_000
"""Edges changed at once from which on the labelled fields are all looked up first, which costs as much as this many edges."""

Label = tuple[str, str]
"""Predicate and value, as tokens."""
Labels = Mapping[Label, frozenset[str]]
"""By label, the fields it comes from."""


def inference(field: str, label: Label) -> str:
    """IRI of the node that says where an inferred label of the field comes from."""
    return f"{field}/inference/{hashlib.blake2b(' '.join(label).encode(), digest_size=12).hexdigest()}"


class LabelRule:
    """The rule, over one graph. It reads the graph as it was and the differences that are about to be committed."""

    watched = frozenset({DERIVED, MASKING, CATEGORY, KEYWORD})
    """Predicates whose triples the rule must be shown; only those of fields matter."""

    def __init__(self, graph: GraphStore, iris: Iris) -> None:
        self._graph, self._iris = graph, iris

    def infer(self, changes: Collection[Change]) -> list[Change]:
        """What else the commit must change so that the inferred labels fit.

        `changes` holds watched triples only; a commit's changes of one graph may come in several.
        """
        seen = _Seen(self._graph, self._iris, changes)
        touched = seen.relevant(seen.edges_changed())
        sources = {edge[1] for edge in touched} | seen.labelled
        if not sources:
            return []
        seen.load(sources | {edge[0] for edge in touched})
        lost = self._withdraw(seen, touched)
        self._derive(seen, touched, lost)
        return seen.differences()

    def _withdraw(self, seen: _Seen, touched: set[tuple[str, str]]) -> set[str]:
        """Take away every label whose support may have gone; returns the fields that lost one."""
        lost: set[str] = set()
        waiting: set[tuple[str, Label]] = set()
        for field, origin in touched:
            if not seen.flows(field, origin):
                waiting.update((field, label) for label, support in seen.inferred(field).items() if origin in support)
        for origin in seen.labelled:
            gone = seen.asserted_before(origin) - seen.asserted(origin)
            waiting.update((field, label) for field in seen.consumers(origin) for label in gone)
        while waiting:
            seen.load({field for field, _ in waiting})
            doomed = {(field, label) for field, label in waiting if label in seen.inferred(field)}
            waiting = set()
            for field, label in doomed:
                seen.drop(field, label)
                lost.add(field)
            seen.load_consumers({field for field, _ in doomed})
            for field, label in doomed:
                if label not in seen.asserted(field):
                    waiting.update((consumer, label) for consumer in seen.consumers(field))
        return lost

    def _derive(self, seen: _Seen, touched: set[tuple[str, str]], lost: set[str]) -> None:
        """Give labels along edges until nothing more is gained."""
        waiting = lost | seen.labelled | {field for field, origin in touched if seen.labels(origin)}
        for origin in seen.labelled:
            waiting |= seen.consumers(origin)
        while waiting:
            seen.load(waiting)
            seen.load({origin for field in waiting for origin in seen.origins(field)})
            grown = {field for field in waiting if seen.settle(field)}
            seen.load_consumers(grown)
            waiting = {consumer for field in grown for consumer in seen.consumers(field)}


@dataclass(slots=True)
class _Field:
    """What the graph and the commit say of one field. `origins` are (upstream field, named graph), as of after the commit."""

    origins: set[tuple[str, str]]
    masked: set[tuple[str, str]]
    asserted: set[tuple[Label, str]]
    asserted_before: frozenset[Label]
    inferred: dict[Label, frozenset[str]]
    inferred_before: Labels


class _Seen:
    """The part of the graph that a walk has looked at, with the commit's differences over it."""

    def __init__(self, graph: GraphStore, iris: Iris, changes: Collection[Change]) -> None:
        self._graph, self._iris = graph, iris
        self._own = iris.graph(f"inferred/{RULE}")
        self._fields: dict[str, _Field] = {}
        self._consumers: dict[str, set[str]] = {}
        self._plus: dict[str, list[tuple[Triple, str]]] = defaultdict(list)
        self._minus: dict[str, list[tuple[Triple, str]]] = defaultdict(list)
        self._new_consumers: dict[str, set[str]] = defaultdict(set)
        self.labelled: set[str] = set()
        self._edges: set[tuple[str, str]] = set()
        self._masks: set[str] = set()
        for change in changes:
            for triples, side in ((change.removed, self._minus), (change.added, self._plus)):
                for triple in triples:
                    self._note(triple, change.graph, side)

    def _note(self, triple: Triple, graph: str, side: dict[str, list[tuple[Triple, str]]]) -> None:
        subject, predicate, value = triple
        field = _field(subject[1:-1])
        if field is None or predicate not in LabelRule.watched:
            return
        side[field].append((triple, graph))
        if predicate == DERIVED:
            self._edges.add((field, value[1:-1]))
            self._new_consumers[value[1:-1]].add(field)
        elif predicate == MASKING:
            self._masks.add(subject[1:-1])
        else:
            self.labelled.add(field)

    def edges_changed(self) -> set[tuple[str, str]]:
        """(field, origin) of edges that came, went, or whose masking changed."""
        fields = {field for node in self._masks if (field := _field(node)) is not None}
        self.load(fields)
        by_mask = {(f, o) for f in fields for o, _ in self._fields[f].origins if derivation(f, o) in self._masks}
        edges = self._edges | by_mask
        self.load_consumers(self.labelled)
        return edges

    def relevant(self, edges: set[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those of the edges that may give or have given a label; the many of a first harvest mostly do not."""
        if len(edges) < _MANY:
            return edges
        found = self._graph.query(
            f"SELECT DISTINCT ?f WHERE {{ VALUES ?p {{ {CATEGORY} {KEYWORD} }} GRAPH ?g {{ ?f ?p ?o }} "
            'FILTER(CONTAINS(STR(?f), "/field/")) }'
        )
        labelled = self.labelled | {row["f"][1:-1] for row in found.rows or ()}
        return {edge for edge in edges if not labelled.isdisjoint(edge)}

    def load(self, fields: Iterable[str]) -> None:
        """Read what is not known yet of the fields."""
        for some in _batches([field for field in dict.fromkeys(fields) if field not in self._fields]):
            self._load(some)

    def _load(self, fields: list[str]) -> None:
        said: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        reasons: dict[str, tuple[str, Label]] = {}
        details: dict[str, str] = {}
        for (subject, predicate, value), graph in self._graph.describe(fields):
            field = subject[1:-1]
            if predicate in _READ:
                said[field].append((predicate, value, graph))
            if graph == self._own and predicate in CONCLUDES:
                reasons[inference(field, (predicate, value))] = field, (predicate, value)
            elif predicate == QUALIFIED:
                details[value[1:-1]] = field
        support: dict[str, dict[Label, set[str]]] = defaultdict(lambda: defaultdict(set))
        for some in _batches([*reasons, *details]):
            for (subject, predicate, value), graph in self._graph.describe(some):
                node = subject[1:-1]
                if predicate == MASKING and value == _TRUE:
                    said[details[node]].append((MASKING, subject, graph))
                elif predicate == INFERRED_FROM and node in reasons:
                    field, label = reasons[node]
                    support[field][label].add(value[1:-1])
        for field in fields:
            inferred = {label: frozenset(origins) for label, origins in support[field].items()}
            self._fields[field] = self._made(field, said[field], inferred)

    def _made(self, field: str, said: list[tuple[str, str, str]], inferred: dict[Label, frozenset[str]]) -> _Field:
        origins = {(o[1:-1], g) for p, o, g in said if p == DERIVED}
        masked = {(o[1:-1], g) for p, o, g in said if p == MASKING}
        asserted = {((p, o), g) for p, o, g in said if p in CONCLUDES and g != self._own}
        before = frozenset(label for label, _ in asserted)
        for (subject, predicate, value), graph in self._minus.get(field, ()):
            if predicate == DERIVED:
                origins.discard((value[1:-1], graph))
            elif predicate == MASKING:
                masked.discard((subject[1:-1], graph))
            else:
                asserted.discard(((predicate, value), graph))
        for (subject, predicate, value), graph in self._plus.get(field, ()):
            if predicate == DERIVED:
                origins.add((value[1:-1], graph))
            elif predicate == MASKING and value == _TRUE:
                masked.add((subject[1:-1], graph))
            elif predicate != MASKING:
                asserted.add(((predicate, value), graph))
        return _Field(origins, masked, asserted, before, inferred, dict(inferred))

    def load_consumers(self, fields: Iterable[str]) -> None:
        """Read which fields are derived from these."""
        for field in fields:
            if field not in self._consumers:
                found = (t[0][1:-1] for t, _ in self._graph.match(None, DERIVED, f"<{field}>"))
                self._consumers[field] = {*found, *self._new_consumers.get(field, ())}

    def consumers(self, field: str) -> set[str]:
        """Fields that are or were derived from this one."""
        return self._consumers.get(field, set())

    def flows(self, field: str, origin: str) -> bool:
        """Whether values of `origin` reach `field` as they are, by what at least one graph says."""
        node, held = derivation(field, origin), self._fields[field]
        return any(o == origin and (node, graph) not in held.masked for o, graph in held.origins)

    def origins(self, field: str) -> set[str]:
        """Fields whose labels reach this one."""
        return {origin for origin, _ in self._fields[field].origins if self.flows(field, origin)}

    def asserted(self, field: str) -> set[Label]:
        """Labels that a source or person gives the field."""
        return {label for label, _ in self._fields[field].asserted}

    def asserted_before(self, field: str) -> frozenset[Label]:
        """The same, before the commit."""
        return self._fields[field].asserted_before

    def inferred(self, field: str) -> Labels:
        """Inferred labels of the field, as far as the walk has come."""
        return self._fields[field].inferred

    def labels(self, field: str) -> set[Label]:
        """All labels of the field."""
        return self.asserted(field) | self._fields[field].inferred.keys()

    def drop(self, field: str, label: Label) -> None:
        """Withdraw an inferred label."""
        del self._fields[field].inferred[label]

    def settle(self, field: str) -> bool:
        """Infer the field's labels from its origins; returns whether it has more labels than before."""
        held, before = self._fields[field], self.labels(field)
        support: dict[Label, set[str]] = defaultdict(set)
        for origin in self.origins(field):
            for label in self.labels(origin):
                support[label].add(origin)
        own = self.asserted(field)
        held.inferred = {label: frozenset(found) for label, found in support.items() if label not in own}
        return bool(self.labels(field) - before)

    def differences(self) -> list[Change]:
        """What must change in the rule's graph, by asset."""
        plus: dict[str, list[Triple]] = defaultdict(list)
        minus: dict[str, list[Triple]] = defaultdict(list)
        for field, held in self._fields.items():
            if held.inferred != held.inferred_before:
                old, new = _triples(field, held.inferred_before), _triples(field, held.inferred)
                root = self._iris.root(field) or field
                plus[root] += sorted(new - old)
                minus[root] += sorted(old - new)
        return [Change(root, self._own, tuple(plus[root]), tuple(minus[root])) for root in sorted(plus)]


def _triples(field: str, labels: Labels) -> set[Triple]:
    out: set[Triple] = set()
    for (predicate, value), origins in labels.items():
        node = f"<{inference(field, (predicate, value))}>"
        out |= {(f"<{field}>", predicate, value), (f"<{field}>", HAS_INFERENCE, node)}
        out |= {(node, TYPE, INFERENCE), (node, CONCLUDES[predicate], value)}
        out |= {(node, INFERRED_FROM, f"<{origin}>") for origin in origins}
    return out


def _field(node: str) -> str | None:
    """The field that a node is, or is part of; None for datasets and others."""
    head, segment, tail = node.partition("/field/")
    return f"{head}{segment}{tail.partition('/')[0]}" if segment else None


def _batches(items: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]
