"""The questions that lineage answers, over one data directory."""

from __future__ import annotations

from datetime import datetime

from fabric.assets import Asset, Assets
from fabric.errors import UnknownAsset
from fabric.identity import Iris
from fabric.tracing.answer import Lineage, Named, Node
from fabric.tracing.lineage import Asked, lineage
from fabric.tracing.tracer import Tracer, View

__all__ = ["Tracing"]


class Tracing:
    """Asks lineage of one data directory. Safe to share between threads."""

    def __init__(self, tracer: Tracer, assets: Assets, iris: Iris) -> None:
        self._tracer, self._assets, self._iris = tracer, assets, iris

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
