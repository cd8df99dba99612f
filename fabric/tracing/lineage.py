"""What an asset or field comes from, and what comes from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

from fabric.errors import QueryError
from fabric.tracing.answer import Direction, Field, Level, Lineage, Node
from fabric.tracing.columns import Columns
from fabric.tracing.edges import Describer
from fabric.tracing.tracer import View
from fabric.tracing.walk import MOST_EDGES, Pair, between, contract, reach, through_any

__all__ = ["MOST_NODES", "Asked", "lineage", "node_of"]

MOST_NODES = 50_000
"""Nodes that one page may have."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How to walk. `depth` None is unlimited. `through`: only ways over one of these assets or fields.

    `kinds` and `platforms` hide all other assets; a way over a hidden one is shown as one edge, and is one step.
    `first` nodes make a page; `after` is the cursor of the page before.
    """

    direction: Direction = "both"
    depth: int | None = None
    level: Level = "table"
    through: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    platforms: frozenset[str] = frozenset()
    first: int = 10_000
    after: str | None = None


Ways = dict[Pair, tuple[int, ...]]


def lineage(view: View, start: int, asked: Asked) -> Lineage:
    """Walk from an asset or field and answer a page.

    Raises: QueryError where limits are malformed, the edges are too many, or the lineage changed since the page before.
    """
    _check(asked)
    offset = _offset(asked.after, view.changed)
    distances, ways = _column_level(view, start, asked) if asked.level == "column" else _table_level(view, start, asked)
    if len(ways) > MOST_EDGES:
        raise QueryError(f"the answer has {len(ways):,} edges, more than {MOST_EDGES:,}", remedy="ask for fewer steps")
    roots, names = view.edges.roots, view.edges.names
    root = roots[start]
    order = sorted(distances, key=lambda node: (node != root, abs(distances[node]), distances[node], names[node]))
    place = {node: rank for rank, node in enumerate(order)}
    end = offset + asked.first
    shown = [
        (place[roots[pair[0]]], place[roots[pair[1]]], *pair)
        for pair in ways
        if offset <= max(place[roots[pair[0]]], place[roots[pair[1]]]) < end
    ]
    shown.sort()
    describe = Describer(view)
    fields = _fields(view, start, ways) if asked.level == "column" else {}
    return Lineage(
        node_of(view, root, 0, fields.get(root, ())),
        tuple(node_of(view, node, distances[node], fields.get(node, ())) for node in order[offset:end]),
        tuple(describe.edge(one, other, ways[one, other]) for _, _, one, other in shown),
        len(order),
        len(ways),
        f"{view.changed}:{end}" if end < len(order) else None,
    )


def node_of(view: View, node: int, distance: int, fields: Iterable[int] = ()) -> Node:
    """An asset as the answer shows it."""
    edges, iri = view.edges, view.edges.names[node]
    title, kind, dataset_kind, platform, domain, container, field_count, removed = view.labels.shown(iri)
    return Node(
        iri,
        title,
        kind,
        dataset_kind,
        platform,
        domain,
        container,
        distance,
        len(edges.assets_above.get(node, ())),
        len(edges.assets_below.get(node, ())),
        field_count,
        tuple(sorted((_field(view, one) for one in fields), key=lambda one: one.path)),
        removed,
    )


def _field(view: View, node: int) -> Field:
    iri = view.edges.names[node]
    path = unquote(iri.rpartition("/")[2])
    return Field(iri, path, _last(path), view.labels.datatype(iri))


def _last(path: str) -> str:
    """The name that a path ends with (see `fabric.rdf.field_path`)."""
    rest, name = path, ""
    while rest and not (rest[-1] == "." and (len(rest) - len(rest[:-1].rstrip("\\"))) % 2):
        rest, name = rest[:-1], rest[-1] + name
    return "" if name == "\\e" else name.replace("\\.", ".").replace("\\\\", "\\")


def _check(asked: Asked) -> None:
    if asked.depth is not None and asked.depth < 0:
        raise QueryError(f"a depth of {asked.depth} is none", remedy="give 0 or more, or leave it out for no limit")
    if not 1 <= asked.first <= MOST_NODES:
        raise QueryError(f"a page of {asked.first} nodes is none", remedy=f"ask for 1 to {MOST_NODES:,}")


def _offset(after: str | None, changed: int) -> int:
    if after is None:
        return 0
    version, _, offset = after.partition(":")
    if not (version.isdecimal() and offset.isdecimal()):
        raise QueryError(f"{after!r} is no cursor", remedy="pass the endCursor of the page before")
    if int(version) != changed:
        raise QueryError("the lineage changed since the page before", remedy="ask for the first page again")
    return int(offset)


def _hidden(view: View, asked: Asked, kept: Collection[int], nodes: Iterable[int]) -> set[int]:
    """Those of the assets that filters hide."""
    if not asked.kinds and not asked.platforms:
        return set()
    found = set()
    for node in nodes:
        iri = view.edges.names[node]
        kind = view.labels.named(iri).kind
        wrong_kind = asked.kinds and kind not in asked.kinds
        if node not in kept and (wrong_kind or (asked.platforms and view.labels.platform(iri) not in asked.platforms)):
            found.add(node)
    return found


def _table_level(view: View, start: int, asked: Asked) -> tuple[dict[int, int], Ways]:
    edges, root = view.edges, view.edges.roots[start]
    passed = _numbers(view, asked.through)
    gates = {edges.roots[one] for one in passed}
    hidden = _hidden(view, asked, {root, *gates}, {root, *edges.assets_above, *edges.assets_below})
    free = (lambda _node, other: other in hidden) if hidden else None
    distances, pairs = {root: 0}, set[Pair]()
    for sign in _directions(asked.direction):
        links = edges.assets_above if sign < 0 else edges.assets_below
        reached = reach([root], lambda node, links=links: links.get(node, ()), asked.depth, free)  # type: ignore[misc]
        found = set(between(reached, lambda node: edges.assets_below.get(node, ())))
        if asked.through:
            found = through_any(found, [root], gates, sign)
            reached = {node: reached[node] for pair in found for node in pair}
        pairs |= found
        _merge(distances, reached, sign)
    return {node: far for node, far in distances.items() if node not in hidden}, contract(pairs, hidden)


def _column_level(view: View, start: int, asked: Asked) -> tuple[dict[int, int], Ways]:
    edges, root = view.edges, view.edges.roots[start]
    columns = Columns(edges, view.iris, start)
    passed = _numbers(view, asked.through)
    gates = {
        node for one in passed for node in ((one,) if edges.is_field(one) else (one, ~one, *edges.fields.get(one, ())))
    }
    hidden_assets = _hidden(
        view, asked, {root, *(edges.roots[one] for one in passed)}, {root, *edges.assets_above, *edges.assets_below}
    )

    def free(node: int, other: int) -> bool:
        here = columns.root(other)
        return here == columns.root(node) or here in hidden_assets

    distances, pairs = {root: 0}, set[Pair]()
    for sign in _directions(asked.direction):
        own = (start if edges.is_field(start) else ~start) if sign < 0 else start
        reached = reach([own], columns.above if sign < 0 else columns.below, asked.depth, free)
        found = _column_pairs(columns, reached, sign)
        _influences(columns, reached, sign, asked.depth, found)
        if asked.through:
            found = through_any(found, [own], gates, sign)
            reached = {node: reached[node] for pair in found for node in pair}
        pairs |= found
        far: dict[int, int] = {}
        for node, steps in reached.items():
            asset = columns.root(node)
            far[asset] = min(steps, far.get(asset, steps))
        _merge(distances, far, sign)
    hidden = {node for pair in pairs for node in pair if columns.root(node) in hidden_assets}
    ways = _without_twins(columns, edges.is_field, contract(pairs, hidden))
    return {node: steps for node, steps in distances.items() if node not in hidden_assets}, ways


def _column_pairs(columns: Columns, reached: dict[int, int], sign: int) -> set[Pair]:
    """Edges among what was reached, in the direction of the data."""
    if sign > 0:
        return set(between(reached, columns.below))
    return {(above, node) for node in reached for above in columns.above(node) if above in reached}


def _influences(columns: Columns, reached: dict[int, int], sign: int, depth: int | None, pairs: set[Pair]) -> None:
    """Add what filters or joins, or is filtered or joined, one step beyond; the walk does not go on from there."""
    assets: dict[int, int] = {}
    for node, steps in reached.items():
        root = columns.root(node)
        assets[root] = min(steps, assets.get(root, steps))
    ends: dict[int, int] = {}
    if sign > 0:
        for node, steps in reached.items():
            for asset in columns.influenced(node):
                if depth is None or steps < depth:
                    pairs.add((node, asset))
                    ends[asset] = min(steps + 1, ends.get(asset, steps + 1))
    else:
        left = {root for root in assets if columns.influencing(root)}
        pairs.update((columns.root(node), node) for node in reached if columns.root(node) in left)
        for asset, steps in assets.items():
            for field in columns.influencing(asset):
                if depth is None or steps < depth:
                    pairs.add((field, asset))
                    ends[field] = min(steps + 1, ends.get(field, steps + 1))
                    ends[asset] = min(steps, ends.get(asset, steps))
    for node, steps in ends.items():
        reached[node] = min(steps, reached.get(node, steps))


def _without_twins(columns: Columns, is_field: Callable[[int], bool], ways: Ways) -> Ways:
    """Edges with each asset in one form, without those between an asset and its own field."""
    kept: Ways = {}
    for (start, end), via in ways.items():
        one, other = (~start if start < 0 else start), (~end if end < 0 else end)
        if columns.root(one) != columns.root(other) or (is_field(one) and is_field(other)):
            hops = tuple(dict.fromkeys(~node if node < 0 else node for node in via))
            if (one, other) not in kept or len(hops) < len(kept[one, other]):
                kept[one, other] = hops
    return kept


def _fields(view: View, start: int, ways: Ways) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for node in (start, *(node for pair in ways for node in pair)):
        if view.edges.is_field(node):
            found[view.edges.roots[node]].add(node)
    return found


def _directions(direction: Direction) -> list[Literal[-1, 1]]:
    return {"upstream": [-1], "downstream": [1], "both": [-1, 1]}[direction]  # type: ignore[return-value]


def _merge(distances: dict[int, int], reached: dict[int, int], sign: int) -> None:
    for node, steps in reached.items():
        if node not in distances or abs(distances[node]) > steps:
            distances[node] = sign * steps


def _numbers(view: View, iris: Iterable[str]) -> list[int]:
    found = []
    for iri in iris:
        node = view.edges.find(iri)
        if node is None:
            raise QueryError(
                f"no lineage goes through <{iri}>", remedy="give the IRI of an asset or field that has some"
            )
        found.append(node)
    return found
