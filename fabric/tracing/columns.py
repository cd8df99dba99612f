"""The column level as one graph: fields, and assets where only the asset's own edges are known.

An asset `a` takes part twice: as `a` it was entered as a whole and goes on to all its fields; as `~a` it is left as a whole, from
whichever field was reached. Otherwise one field of a table would lead to all others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fabric.identity import Iris
from fabric.tracing.adjacency import Adjacency

__all__ = ["Columns"]


class Columns:
    """Neighbours at column level, from one asset or field."""

    def __init__(self, edges: Adjacency, iris: Iris, start: int) -> None:
        self._edges, self._start = edges, edges.roots[start]
        self._job = f"{iris.base}/id/job/"
        self._below: dict[int, list[int]] = {}
        self._above: dict[int, list[int]] = {}

    def below(self, node: int) -> Iterator[int]:
        """Downstream of a field, or of an asset as a whole. Values only: influences end a walk (see `influences`)."""
        edges = self._edges
        if node < 0:
            yield from self._whole_below(~node)
        elif edges.is_field(node):
            yield from (one for one in edges.below.get(node, ()) if edges.is_field(one))
            if self._whole_below(edges.roots[node]):
                yield ~edges.roots[node]
        else:
            yield from (one for one in edges.fields.get(node, ()) if one in edges.below)
            yield ~node

    def above(self, node: int) -> Iterator[int]:
        """Upstream of a field, or of an asset as a whole; there `~a` is entered and `a` left."""
        edges = self._edges
        if node < 0:
            yield from (one for one in edges.fields.get(~node, ()) if one in edges.above)
            yield ~node
        elif edges.is_field(node):
            yield from (one for one in edges.above.get(node, ()) if edges.is_field(one))
            if self._whole_above(edges.roots[node]):
                yield edges.roots[node]
        else:
            yield from (~one for one in self._whole_above(node))

    def root(self, node: int) -> int:
        """The asset of a node."""
        return self._edges.roots[~node if node < 0 else node]

    def influenced(self, node: int) -> list[int]:
        """Assets that a field filters or joins."""
        edges = self._edges
        if node < 0 or not edges.is_field(node):
            return []
        return [one for one in edges.below.get(node, ()) if not edges.is_field(one) and one != edges.roots[node]]

    def influencing(self, asset: int) -> list[int]:
        """Fields that filter or join an asset."""
        edges = self._edges
        return [one for one in edges.above.get(asset, ()) if edges.is_field(one) and edges.roots[one] != asset]

    def _whole_below(self, asset: int) -> list[int]:
        found = self._below.get(asset)
        if found is None:
            edges = self._edges
            known = {edges.roots[one] for field in edges.fields.get(asset, ()) for one in edges.below.get(field, ())}
            found = self._below[asset] = [
                one
                for one in edges.assets_below.get(asset, ())
                if one not in known and not self._passed(one, edges.assets_below.get(one, ()), asset, forwards=True)
            ]
        return found

    def _whole_above(self, asset: int) -> list[int]:
        found = self._above.get(asset)
        if found is None:
            edges = self._edges
            known = {edges.roots[one] for field in edges.fields.get(asset, ()) for one in edges.above.get(field, ())}
            known.update(edges.roots[one] for one in self.influencing(asset))
            found = self._above[asset] = [
                one
                for one in edges.assets_above.get(asset, ())
                if one not in known and not self._passed(one, edges.assets_above.get(one, ()), asset, forwards=False)
            ]
        return found

    def _passed(self, job: int, beyond: Sequence[int], asset: int, *, forwards: bool) -> bool:
        """Whether a job may be left out, since the datasets behind it are linked to the asset directly."""
        edges = self._edges
        if job == self._start or asset == self._start == job or not edges.names[job].startswith(self._job):
            return False
        linked = (edges.linked(asset, one) if forwards else edges.linked(one, asset) for one in beyond if one != asset)
        return bool(beyond) and all(linked)
