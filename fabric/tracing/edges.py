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
        self._shared: dict[tuple[int, str | None, str | None], tuple[Provenance, ...]] = {}
        self._inferred = view.iris.graph("inferred/")

    def edge(self, start: int, end: int, via: Sequence[int] = ()) -> Edge:
        """The edge between two nodes, or the one that stands for a way over hidden ones."""
        edges, names = self._edges, self._edges.names
        stops = [start, *via, end]
        legs = [(one, other) for one, other in itertools.pairwise(stops) if self._stated(one, other)]
        details = self._details(*legs[0]) if len(legs) == 1 else {}
        masked = [self._details(*leg).get("masking") for leg in legs] if len(legs) > 1 else [details.get("masking")]
        column = edges.is_field(start) or edges.is_field(end)
        said = [one for leg in legs for one in self._provenance(*leg)]
        return Edge(
            names[start],
            names[end],
            "column" if column else "table",
            any(self._influence(*leg) for leg in legs),
            details.get("expression"),
            details.get("transformation"),
            None if all(one is None for one in masked) else "true" in masked,
            tuple(dict.fromkeys(said)),
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

    def _influence(self, start: int, end: int) -> bool:
        return all(kinds == _INFLUENCE_ONLY for _, kinds in self._edges.graphs_of(self._stated(start, end)))

    def _details(self, start: int, end: int) -> dict[str, str]:
        return {name: value for name, value, _ in self._edges.details(start, end)}

    def _provenance(self, start: int, end: int) -> tuple[Provenance, ...]:
        edges, names, labels = self._edges, self._edges.names, self._view.labels
        upper, lower = edges.roots[start], edges.roots[end]
        job = self._details(upper, lower).get("job")
        sql = next(
            (text for one in (job, names[lower], names[upper] if self._is_job(upper) else None)
             if one is not None and (text := labels.definition(one)) is not None),
            None,
        )  # fmt: skip
        bits = self._stated(start, end)
        key = (bits, job, sql)
        found = self._shared.get(key)
        if found is None:
            graphs = sorted(graph for graph, _ in edges.graphs_of(bits))
            found = self._shared[key] = tuple(self._who(graph, job, sql) for graph in graphs)
        return found

    def _is_job(self, node: int) -> bool:
        ref = self._view.iris.ref(self._edges.names[node])
        return ref is not None and ref.kind == "job"

    def _who(self, graph: str, job: str | None, sql: str | None) -> Provenance:
        rule = graph.removeprefix(self._inferred) if graph.startswith(self._inferred) else None
        source = "inferred" if rule is not None else self._view.iris.source_of(graph) or graph
        run, at = self._view.written.get(graph, (None, None))
        named = self._view.labels.named(job) if job is not None else None
        return Provenance(source, graph, run, at, named, sql, rule, source == "curated")
