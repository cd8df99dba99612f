"""From bits to edges that say who states them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from fabric.tracing.adjacency import INFLUENCE
from fabric.tracing.answer import Edge, Provenance
from fabric.tracing.tracer import View

__all__ = ["Describer"]

_INFLUENCE_ONLY = 1 << INFLUENCE


class Describer:
    """Describes edges of one view; what several edges share is made once."""

    def __init__(self, view: View) -> None:
        self._view, self._edges = view, view.edges
        self._shared: dict[tuple[int, str | None, str | None], tuple[bool, tuple[Provenance, ...]]] = {}
        self._sources: dict[str, str] = {}
        self._inferred = view.iris.graph("inferred/")

    def edge(self, start: int, end: int, via: Sequence[int] = ()) -> Edge:
        """The edge between two nodes, or the one that stands for a way over hidden ones."""
        return self._way(start, end, via) if via else self._step(start, end)

    def _step(self, start: int, end: int) -> Edge:
        edges, names = self._edges, self._edges.names
        bits, details = self._stated(start, end), self._details(start, end)
        masking = details.get("masking")
        influence, said = self._origin(start, end, bits)
        return Edge(
            names[start],
            names[end],
            "column" if edges.is_field(start) or edges.is_field(end) else "table",
            influence,
            details.get("expression"),
            details.get("transformation"),
            None if masking is None else masking == "true",
            said,
        )

    def _way(self, start: int, end: int, via: Sequence[int]) -> Edge:
        """One edge for several; it is masked or only an influence where one of them is."""
        edges, names = self._edges, self._edges.names
        legs = [
            self._step(one, other) for one, other in itertools.pairwise((start, *via, end)) if self._stated(one, other)
        ]
        said = dict.fromkeys(one for leg in legs for one in leg.provenance)
        known = [leg.masking for leg in legs if leg.masking is not None]
        return Edge(
            names[start],
            names[end],
            "column" if edges.is_field(start) or edges.is_field(end) else "table",
            any(leg.influence for leg in legs),
            None,
            None,
            any(known) if known else None,
            tuple(said),
            tuple(dict.fromkeys(names[edges.roots[one]] for one in via)),
        )

    def _stated(self, start: int, end: int) -> int:
        """Bits of an edge; where two assets are linked by their fields alone, the bits of those together."""
        edges = self._edges
        bits = edges.said(start, end)
        if bits or edges.is_field(start) or edges.is_field(end) or not edges.linked(start, end):
            return bits
        for one, other in edges.column_pairs(start, end):
            bits |= edges.said(one, other)
        return bits

    def _details(self, start: int, end: int) -> dict[str, str]:
        said = self._edges.details(start, end)
        return {name: value for name, value, _ in said} if said else {}

    def _origin(self, start: int, end: int, bits: int) -> tuple[bool, tuple[Provenance, ...]]:
        """Whether the bits state an influence alone, and who states them, by which job and SQL."""
        edges, names, labels = self._edges, self._edges.names, self._view.labels
        upper, lower = edges.roots[start], edges.roots[end]
        job = self._details(upper, lower).get("job")
        sql = labels.definition(job) if job is not None else None
        if sql is None:
            sql = labels.definition(names[lower])
        if sql is None and labels.named(names[upper]).kind == "job":
            sql = labels.definition(names[upper])
        key = (bits, job, sql)
        found = self._shared.get(key)
        if found is None:
            graphs = sorted(edges.graphs_of(bits))
            influence = all(kinds == _INFLUENCE_ONLY for _, kinds in graphs)
            found = self._shared[key] = (influence, tuple(self._who(graph, job, sql) for graph, _ in graphs))
        return found

    def _who(self, graph: str, job: str | None, sql: str | None) -> Provenance:
        rule = graph.removeprefix(self._inferred) if graph.startswith(self._inferred) else None
        source = self._sources.get(graph)
        if source is None:
            known = "inferred" if rule is not None else self._view.iris.source_of(graph)
            source = self._sources[graph] = known or graph
        run, at = self._view.written.get(graph, (None, None))
        named = self._view.labels.named(job) if job is not None else None
        return Provenance(source, graph, run, at, named, sql, rule, source == "curated")
