"""What the sources last said of an asset, read from the state database: the triples of the table `record`.

A harvest keeps the triples of every record there as well as in the source's named graph, packed and by asset, so that reading many
assets takes one query a batch instead of hundreds of look-ups an asset in the graph.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import islice

from sqlalchemy import select

from fabric.history import unpack
from fabric.identity import Iris
from fabric.ntriples import Triple
from fabric.state import State, records

__all__ = ["Records"]

_BATCH = 500


class Records:
    """Reads what harvests remembered."""

    def __init__(self, state: State, iris: Iris) -> None:
        self._state, self._iris = state, iris

    def graphs(self) -> set[str]:
        """Named graphs whose content is remembered wholly."""
        with self._state.read() as connection:
            names = connection.execute(select(records.c.source).distinct()).scalars()
            return {self._iris.harvest_graph(name) for name in names}

    def quads(self, roots: Collection[str]) -> dict[str, set[tuple[Triple, str]]]:
        """Triples and named graphs by asset, for those of the IRIs that a source describes."""
        found: dict[str, set[tuple[Triple, str]]] = defaultdict(set)
        with self._state.read() as connection:
            for some in _batches(roots):
                chosen = select(records.c.source, records.c.root, records.c.triples).where(records.c.root.in_(some))
                for source, root, triples in connection.execute(chosen):
                    graph = self._iris.harvest_graph(source)
                    found[root].update((triple, graph) for triple in unpack(triples))
        return dict(found)


def _batches(items: Iterable[str]) -> Iterator[list[str]]:
    walking = iter(items)
    while some := list(islice(walking, _BATCH)):
        yield some
