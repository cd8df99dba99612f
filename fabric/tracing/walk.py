"""Walks over the edges: what is reached, what lies on a way through given assets, and what is left when some are hidden."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable
from typing import Literal

from fabric.errors import QueryError

__all__ = ["MOST_EDGES", "Neighbours", "between", "contract", "reach", "through_any"]

MOST_EDGES = 500_000
"""Edges that an answer may have; a hidden hub could make as many as its upstream times its downstream."""

Neighbours = Callable[[int], Iterable[int]]
Pair = tuple[int, int]


def reach(
    starts: Iterable[int],
    neighbours: Neighbours,
    depth: int | None = None,
    free: Callable[[int, int], bool] | None = None,
) -> dict[int, int]:
    """All nodes that can be reached and their distances; a step for which `free` is true counts as none.

    Breadth first, with nodes at no cost taken first (0-1 breadth-first search), so that distances are shortest.
    """
    distances = dict.fromkeys(starts, 0)
    waiting = deque(distances)
    done: set[int] = set()
    while waiting:
        node = waiting.popleft()
        if node in done:
            continue
        done.add(node)
        here = distances[node]
        for other in neighbours(node):
            cost = here if free is not None and free(node, other) else here + 1
            if (depth is not None and cost > depth) or distances.get(other, cost + 1) <= cost:
                continue
            distances[other] = cost
            if cost == here:
                waiting.appendleft(other)
            else:
                waiting.append(other)
    return distances


def between(nodes: Collection[int], below: Neighbours) -> list[Pair]:
    """The edges among the nodes."""
    return [(node, other) for node in nodes for other in below(node) if other in nodes]


def through_any(
    pairs: Iterable[Pair], root: Collection[int], passed: Collection[int], sign: Literal[-1, 1]
) -> set[Pair]:
    """Those edges that lie on a walk from `root` over one of `passed`; with sign -1 the walk goes against the edges."""
    forwards: dict[int, list[int]] = {}
    backwards: dict[int, list[int]] = {}
    listed = list(pairs)
    for start, end in listed:
        near, far = (start, end) if sign > 0 else (end, start)
        forwards.setdefault(near, []).append(far)
        backwards.setdefault(far, []).append(near)
    reached = reach(root, lambda node: forwards.get(node, ()))
    gates = [node for node in passed if node in reached]
    before = reach(gates, lambda node: backwards.get(node, ()))
    after = reach(gates, lambda node: forwards.get(node, ()))
    kept = set[Pair]()
    for start, end in listed:
        near, far = (start, end) if sign > 0 else (end, start)
        if (near in before and far in before and near in reached) or (near in after and far in after):
            kept.add((start, end))
    return kept


def contract(pairs: Iterable[Pair], hidden: Collection[int]) -> dict[Pair, tuple[int, ...]]:
    """The edges that are left when nodes are hidden, each with the hidden nodes on its shortest way.

    Raises: QueryError where there would be more than `MOST_EDGES`.
    """
    if not hidden:
        return dict.fromkeys(pairs, ())
    below: dict[int, list[int]] = {}
    for start, end in pairs:
        below.setdefault(start, []).append(end)
    kept: dict[Pair, tuple[int, ...]] = {}
    for start in below:
        if start in hidden:
            continue
        ways: dict[int, tuple[int, ...]] = {start: ()}
        waiting = deque([start])
        while waiting:
            node = waiting.popleft()
            for other in below.get(node, ()):
                if other in hidden:
                    if other not in ways:
                        ways[other] = (*ways[node], other)
                        waiting.append(other)
                elif other != start:
                    kept.setdefault((start, other), ways[node])
        if len(kept) > MOST_EDGES:
            raise QueryError(
                f"hiding these kinds or platforms would leave more than {MOST_EDGES:,} edges",
                remedy="ask for fewer steps, one direction, or more kinds",
            )
    return kept
