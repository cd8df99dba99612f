"""What the sources last said of an asset, read from the state database: the triples of the table `record`.

A harvest keeps the triples of every record there as well as in the source's named graph, packed and by asset, so that reading many
assets takes one query a batch instead of hundreds of look-ups an asset in the graph.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from sqlalchemy import select

from fabric.history import unpack
from fabric.identity import Iris
from fabric.ntriples import Triple
from fabric.state import State, records

__all__ = ["Records"]


class Records:
    """Reads what harvests remembered."""

    def __init__(self, state: State, iris: Iris) -> None:
        self._state, self._iris = state, iris

    def graphs(self, named: Iterable[str]) -> set[str]:
        """Those of the named graphs whose content is remembered wholly: harvest graphs of sources that have records."""
        with self._state.read() as connection:
            return {
                graph
                for graph in named
                if graph.startswith(self._iris.harvest_graph(""))
                and connection.execute(
                    select(records.c.source).where(records.c.source == self._iris.source_of(graph)).limit(1)
                ).first()
            }

    def quads(self, roots: Collection[str]) -> dict[str, set[tuple[Triple, str]]]:
        """Triples and named graphs by asset, for those of the IRIs (some hundred at most) that a source describes."""
        found: dict[str, set[tuple[Triple, str]]] = defaultdict(set)
        chosen = select(records.c.source, records.c.root, records.c.triples).where(records.c.root.in_(roots))
        with self._state.read() as connection:
            for source, root, triples in connection.execute(chosen):
                graph = self._iris.harvest_graph(source)
                found[root].update((triple, graph) for triple in unpack(triples))
        return dict(found)
