"""Ways from one asset or field to another, and measures of the whole network."""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from fabric.errors import QueryError
from fabric.tracing.answer import Level, Path
from fabric.tracing.columns import Columns
from fabric.tracing.edges import Describer
from fabric.tracing.tracer import View
from fabric.tracing.walk import reach

if TYPE_CHECKING:
    import networkx

__all__ = ["MOST_PATHS", "communities", "cycles", "paths", "popularity"]

MOST_PATHS = 1000
_SINK = "end"


def paths(view: View, start: int, end: int, level: Level, first: int) -> tuple[Path, ...]:
    """The `first` shortest ways of the data from one node to another, without repeating a node; none where there is no way.

    Source: Yen, Finding the K Shortest Loopless Paths in a Network (1971), by networkx.

    Raises: QueryError where `first` is out of bounds.
    """
    import networkx

    if not 1 <= first <= MOST_PATHS:
        raise QueryError(f"{first} paths cannot be asked for", remedy=f"ask for 1 to {MOST_PATHS:,}")
    network, target = _column_network(view, start, end) if level == "column" else _table_network(view, start, end)
    start = start if level == "column" else view.edges.roots[start]
    if start not in network or target not in network or start == target:
        return ()
    found: dict[tuple[tuple[int, ...], tuple[tuple[int, int], ...]], None] = {}
    try:
        for way in networkx.shortest_simple_paths(network, start, target):
            found[_shown(view, way)] = None
            if len(found) == first:
                break
    except networkx.NetworkXNoPath:
        return ()
    describe, names = Describer(view), view.edges.names
    return tuple(
        Path(tuple(names[node] for node in nodes), tuple(describe.edge(*step) for step in steps))
        for nodes, steps in sorted(found, key=lambda one: len(one[0]))
    )


def popularity(view: View) -> dict[str, float]:
    """By asset IRI, how much of the estate rests on it: PageRank against the flow of data; sums to 1.

    Source: Page, Brin, Motwani, Winograd, The PageRank Citation Ranking (1999), by networkx.
    """
    import networkx

    network = _whole(view).reverse(copy=False)
    return {view.edges.names[node]: rank for node, rank in networkx.pagerank(network).items()} if len(network) else {}


def communities(view: View) -> list[frozenset[str]]:
    """Groups of assets that are linked among each other more than to others, largest first; the same at each call.

    Source: Blondel et al., Fast unfolding of communities in large networks (2008), by networkx.
    """
    import networkx

    found = networkx.community.louvain_communities(_whole(view).to_undirected(), seed=7)
    return sorted(
        (frozenset(view.edges.names[node] for node in one) for one in found), key=lambda one: (-len(one), min(one))
    )


def cycles(view: View) -> list[frozenset[str]]:
    """Groups of assets each of which derives from itself through the others, largest first."""
    import networkx

    found = (one for one in networkx.strongly_connected_components(_whole(view)) if len(one) > 1)
    return sorted(
        (frozenset(view.edges.names[node] for node in one) for one in found), key=lambda one: (-len(one), min(one))
    )


def _whole(view: View) -> networkx.DiGraph[int]:
    import networkx

    below = view.edges.assets_below
    return networkx.DiGraph((node, other) for node in below for other in below[node])


def _table_network(view: View, start: int, end: int) -> tuple[networkx.DiGraph[Any], int]:
    """What lies between the two: reached from the one and leading to the other."""
    import networkx

    edges = view.edges
    root, target = edges.roots[start], edges.roots[end]
    down = reach([root], lambda node: edges.assets_below.get(node, ()))
    up = reach([target], lambda node: edges.assets_above.get(node, ()))
    among = down.keys() & up.keys()
    return networkx.DiGraph(
        (node, other) for node in among for other in edges.assets_below.get(node, ()) if other in among
    ), target


def _column_network(view: View, start: int, end: int) -> tuple[networkx.DiGraph[Any], Any]:
    import networkx

    edges, columns = view.edges, Columns(view.edges, view.iris, start)
    network: networkx.DiGraph[Any] = networkx.DiGraph()
    reached = reach([start], columns.below)
    for node in reached:
        network.add_edges_from((node, other) for other in columns.below(node))
        network.add_edges_from((node, other) for other in columns.influenced(node) if other == end)
    target: Any = end
    if not edges.is_field(end):
        target = _SINK
        network.add_edges_from((node, _SINK) for node in (end, *edges.fields.get(end, ())) if node in network)
    if target in network:
        keep = networkx.ancestors(network, target) | {target}
        network = network.subgraph(keep).copy()
    return network, target


def _shown(view: View, way: list[Any]) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
    """Nodes and edges of a way, with assets in one form and none beside its own field."""
    edges = view.edges
    stops = [~node if node < 0 else node for node in way if node != _SINK]
    steps = tuple(
        (one, other)
        for one, other in pairwise(stops)
        if edges.roots[one] != edges.roots[other] or (one != other and edges.is_field(one) and edges.is_field(other))
    )
    nodes: list[int] = []
    for _, run in groupby(stops, key=lambda node: edges.roots[node]):
        together = list(dict.fromkeys(run))
        nodes += [node for node in together if edges.is_field(node)] or together
    return tuple(nodes), steps
