"""The questions that lineage answers, over one data directory."""

from __future__ import annotations

from datetime import datetime

from fabric.assets import Asset, Assets
from fabric.errors import InputError, UnknownAsset
from fabric.graph.store import GraphStore
from fabric.history import History
from fabric.identity import Iris
from fabric.tracing.answer import Level, Lineage, Named, Node, Path
from fabric.tracing.causes import Cause, root_cause
from fabric.tracing.impact import Change, Impact, impact
from fabric.tracing.lineage import Asked, lineage
from fabric.tracing.paths import communities, cycles, paths, popularity
from fabric.tracing.tracer import Tracer, View

__all__ = ["Tracing"]


class Tracing:
    """Asks lineage of one data directory. Safe to share between threads."""

    def __init__(self, tracer: Tracer, graph: GraphStore, history: History, assets: Assets, iris: Iris) -> None:
        self._tracer, self._graph, self._history, self._assets, self._iris = tracer, graph, history, assets, iris

    def lineage(self, iri: str, asked: Asked | None = None, as_of: datetime | None = None) -> Lineage:
        """What an asset or field comes from and what comes from it, now or as it was.

        Raises: UnknownAsset, QueryError (see `fabric.tracing.lineage`), InputError where nothing was known by then.
        """
        with self._tracer.view(as_of) as view:
            start = self._number(view, iri)
            if start is not None:
                return lineage(view, start, asked or Asked())
        alone = self._alone(self.known(iri, as_of))
        return Lineage(alone, (alone,), (), 1, 0, None)

    def paths(self, start: str, end: str, level: Level = "table", first: int = 10) -> tuple[Path, ...]:
        """Ways of the data from one asset or field to another, shortest first; none where there is no way.

        Raises: UnknownAsset, QueryError where `first` is out of bounds.
        """
        with self._tracer.view() as view:
            nodes = [self._number(view, iri) for iri in (start, end)]
            if nodes[0] is not None and nodes[1] is not None:
                return paths(view, nodes[0], nodes[1], level, first)
        self.known(start)
        self.known(end)
        return ()

    def impact(self, change: Change) -> Impact:
        """What a change would break. Raises: UnknownAsset, InputError where the change is malformed."""
        found = self.known(change.iri)
        taken = {self._iris.field(found.ref, one.name) for one in getattr(found.record, "fields", ())}
        if change.kind == "rename column" and change.new_name and self._iris.field(found.ref, change.new_name) in taken:
            raise InputError(f"{found.title} has a column {change.new_name!r} already", remedy="give another name")
        with self._tracer.view() as view:
            return impact(view, self._graph, self._assets, change)

    def root_cause(self, iri: str, now: datetime | None = None) -> tuple[Cause, ...]:
        """Why an asset may be wrong or late, nearest first. Raises: UnknownAsset."""
        self.known(iri)
        with self._tracer.view() as view:
            return root_cause(view, self._graph, self._assets, self._history, iri, now)

    def popularity(self) -> dict[str, float]:
        """By asset IRI, how much of the estate rests on it; sums to 1."""
        with self._tracer.view() as view:
            return popularity(view)

    def communities(self) -> list[frozenset[str]]:
        """Groups of assets that belong together by lineage, largest first."""
        with self._tracer.view() as view:
            return communities(view)

    def cycles(self) -> list[frozenset[str]]:
        """Groups of assets each of which derives from itself, largest first."""
        with self._tracer.view() as view:
            return cycles(view)

    def known(self, iri: str, as_of: datetime | None = None) -> Asset:
        """The asset of an IRI, or of the field that it names. Raises: UnknownAsset."""
        root = self._iris.root(iri)
        found = self._assets.find(root, as_of) if root else None
        part = self._iris.part(iri)
        if found is None or (part is not None and not any(fact.triple[0] == f"<{iri}>" for fact in found.facts)):
            what = "asset" if part is None else "field"
            raise UnknownAsset(f"nothing is known of the {what} <{iri}>", remedy="find it: fabric search WORDS")
        return found

    @staticmethod
    def _number(view: View, iri: str) -> int | None:
        """The node, where an edge touches it or its fields."""
        node = view.edges.find(iri)
        if node is None:
            return None
        edges = view.edges
        touched = node in edges.above or node in edges.below or node in edges.assets_above or node in edges.assets_below
        return node if touched else None

    def _alone(self, asset: Asset) -> Node:
        """An asset that has no lineage."""
        record = asset.record
        part_of = getattr(record, "part_of", None)
        container = next(iter(self._assets.links([self._iris.asset(part_of)]).values()), None) if part_of else None
        return Node(
            asset.iri,
            asset.title,
            asset.ref.kind,
            getattr(record, "kind", None),
            getattr(record, "platform", None),
            None,
            Named(container.iri, container.ref.kind, container.title) if container else None,
            0,
            0,
            0,
            len(getattr(record, "fields", ())),
            (),
            asset.removed,
        )
