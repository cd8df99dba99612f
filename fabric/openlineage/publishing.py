"""Runs of events as the graph tells of them: each a `prov:Activity` in `graph/runs`.

Runs are no assets: they have no `dct:identifier`, are not searched and are in no history, since there may be thousands an hour.
"""

from __future__ import annotations

from collections.abc import Iterable

from fabric.graph.store import GraphStore, Update
from fabric.identity import Iris
from fabric.model import Ref, Run
from fabric.ntriples import Triple
from fabric.rdf import IDENTIFIER, encode
from fabric.shapes import Shapes

__all__ = ["Publisher"]


class Publisher:
    """Writes runs to the graph. Safe to repeat."""

    def __init__(self, graph: GraphStore, shapes: Shapes, iris: Iris) -> None:
        self._graph, self._shapes, self._iris = graph, shapes, iris

    def publish(self, runs: Iterable[Run], gone: Iterable[Ref]) -> list[str]:
        """Have the graph say this of these runs, and nothing of those gone; returns what was refused, and why.

        Raises: GraphUnavailable, StorageFull, GraphError.
        """
        change, graph, refused = Update(), self._iris.graph("runs"), list[str]()
        for run in runs:
            triples = encode(run, self._iris)
            refusals = self._shapes.validate(triples)
            if refusals:
                refused += [f"run {run.name}: {refusal}" for refusal in refusals]
                continue
            want = {triple for triple in triples if triple[1] != IDENTIFIER}
            held = self._held(run.ref)
            change.remove(graph, sorted(held - want))
            change.add(graph, sorted(want - held))
        for ref in gone:
            change.remove(graph, sorted(self._held(ref)))
        if len(change):
            self._graph.update(change)
        return refused

    def _held(self, ref: Ref) -> set[Triple]:
        graph = self._iris.graph("runs")
        return {triple for triple, _graph in self._graph.match(self._iris.asset(ref), graph=graph)}
