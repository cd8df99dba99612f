"""How much an asset is used: by what is derived from it, by jobs and dashboards that read it, and by counted use.

It settles ties and no more: the most popular asset gains less than a quarter of what a query's words bring to the best match.
"""

from __future__ import annotations

import math
import threading
from collections import defaultdict
from collections.abc import Mapping

from fabric import ntriples
from fabric.graph.store import GraphStore
from fabric.ntriples import token

__all__ = ["Popularity"]

_QUERIES = (
    f"SELECT ?o (COUNT(DISTINCT ?s) AS ?n) WHERE {{ ?s {token('prov:wasDerivedFrom')} ?o }} GROUP BY ?o",
    f"SELECT ?o (COUNT(DISTINCT ?s) AS ?n) WHERE {{ ?s {token('fab:reads')} ?o }} GROUP BY ?o",
    f"SELECT ?o (MAX(?c) AS ?n) WHERE {{ ?o {token('fab:popularity')} ?c }} GROUP BY ?o",
)
_MOST, _STEP = 0.2, 0.02


class Popularity:
    """Counts uses in the graph, when first asked and after each `refresh`."""

    def __init__(self, graph: GraphStore) -> None:
        self._graph = graph
        self._lock = threading.Lock()
        self._uses: Mapping[str, float] | None = None

    def uses(self, iri: str) -> float:
        """How often an asset is used, as far as is known."""
        if self._uses is None:
            self.refresh()
        assert self._uses is not None
        return self._uses.get(iri, 0.0)

    def bonus(self, iri: str) -> float:
        """What that adds to a score, 0 to 0.2, by the logarithm."""
        uses = self.uses(iri)
        return min(_MOST, _STEP * math.log2(1 + uses)) if uses > 0 else 0.0

    def refresh(self) -> None:
        """Count anew."""
        with self._lock:
            found: defaultdict[str, float] = defaultdict(float)
            for query in _QUERIES:
                for row in self._graph.query(query).rows or ():
                    if "o" in row and row["o"].startswith("<"):
                        found[row["o"][1:-1]] += float(ntriples.read_literal(row["n"])[0])
            self._uses = dict(found)
