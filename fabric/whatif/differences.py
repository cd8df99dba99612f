"""What a branch's changes make of lineage, of what reads it, of contracts, and of personal data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from fabric.inference import CATEGORY, INFERRED_FROM, RULE, inference
from fabric.ntriples import token
from fabric.tracing.adjacency import FLOWS, INFLUENCE, Adjacency
from fabric.tracing.answer import Named
from fabric.tracing.impact import Change as Asked
from fabric.tracing.impact import Hit, Impacted, consequences, readers
from fabric.tracing.tracer import View, advance
from fabric.whatif.answer import BrokenContract, Difference, EdgeChange, Reached
from fabric.whatif.branch import Branch
from fabric.whatif.losses import Losses

__all__ = ["difference"]

_CONTRACT, _OWNER = token("fab:contract"), token("fab:owner")
_Hits = dict[str, Hit]


def difference(branch: Branch, said: Iterable[str]) -> Difference:
    """What differs on a branch from what its view shows, which is used up; `said` names the changes.

    Raises: GraphError.
    """
    losses = Losses(branch, branch.changes())
    edges = _Edges(branch.view, losses)
    before = _readers(branch, branch.view, losses)
    now = advance(branch.view, branch.graph, branch.history, branch.history.last())
    added, removed = edges.compare(now.edges)
    direct, vague = _still(branch, before, _readers(branch, now, losses))
    broken, behind = consequences(now, branch.graph, branch.assets, direct, vague)
    affected = tuple(one for one in behind if one.asset.iri not in losses.roots)
    told = {owner for one in (*broken, *affected) for owner in one.owners} | set(_owners(branch, losses))
    return Difference(
        changes=tuple(said),
        gone=tuple(losses.listed()),
        edges_added=added,
        edges_removed=removed,
        broken=broken,
        affected=affected,
        contracts=tuple(_contracts(branch, losses, broken)),
        reached=tuple(_reached(branch, losses)),
        owners=tuple(sorted(told, key=lambda one: (one.title, one.iri))),
        warnings=tuple(dict.fromkeys(branch.warnings)),
    )


def _readers(branch: Branch, view: View, losses: Losses) -> tuple[_Hits, _Hits]:
    """What reads what is gone, and what may, as lineage says; without what is gone with it."""
    direct, vague = _Hits(), _Hits()
    asked = [Asked("drop table", iri) for iri in sorted(losses.roots)]
    asked += [Asked("drop column", iri) for iri in sorted(losses.fields)]
    for change in asked:
        found, unsure = readers(view, branch.graph, change)
        for iri, hit in found.items():
            if iri in losses.roots:
                continue
            by_column = change.kind == "drop column" and not hit.whole
            if by_column and all(field in losses.fields for field in hit.fields):
                continue  # as by SELECT *, which has no more columns than what it reads
            held = direct.setdefault(iri, Hit())
            held.reasons.update(hit.reasons)
            held.fields.update(hit.fields)
        vague.update((iri, hit) for iri, hit in unsure.items() if iri not in losses.roots)
    return direct, vague


def _still(branch: Branch, before: tuple[_Hits, _Hits], after: tuple[_Hits, _Hits]) -> tuple[_Hits, _Hits]:
    """What reads what is gone once all is changed: a definition that was changed too may have given up reading it."""
    direct = {iri: hit for iri, hit in before[0].items() if iri in after[0] or iri not in branch.redefined}
    direct |= after[0]
    for iri, reasons in branch.missing.items():
        direct.setdefault(iri, Hit()).reasons.update(dict.fromkeys(reasons))
    vague = {iri: hit for iri, hit in before[1].items() if iri in after[1] or iri not in branch.redefined} | after[1]
    return direct, {iri: hit for iri, hit in vague.items() if iri not in direct}


class _Edges:
    """The edges that changes touch, as they were before."""

    def __init__(self, view: View, losses: Losses) -> None:
        self._iris = view.iris
        self._was: dict[tuple[str, str], int] = {}
        self._linked: dict[tuple[str, str], bool] = {}
        for triple, _ in (*losses.added, *losses.removed):
            if triple[1] in FLOWS:
                subject, value = triple[0][1:-1], triple[2][1:-1]
                ends = (subject, value) if FLOWS[triple[1]][1] else (value, subject)
                self._was[ends] = _kinds(view.edges, *ends)
                pair = (view.iris.root(ends[0]) or ends[0], view.iris.root(ends[1]) or ends[1])
                self._linked[pair] = _linked(view.edges, *pair)

    def compare(self, now: Adjacency) -> tuple[tuple[EdgeChange, ...], tuple[EdgeChange, ...]]:
        """The edges that came and those that went."""
        added, removed = list[EdgeChange](), list[EdgeChange]()
        for pair, was in self._linked.items():
            if was != _linked(now, *pair) and pair[0] != pair[1]:
                (removed if was else added).append(EdgeChange("table", *pair, influence=False))
        for ends, kinds in self._was.items():
            after = _kinds(now, *ends)
            if bool(after) != bool(kinds) and any(self._iris.part(end) for end in ends):
                change = EdgeChange("column", *ends, influence=(kinds or after) == 1 << INFLUENCE)
                (removed if kinds else added).append(change)
        return tuple(sorted(added, key=_order)), tuple(sorted(removed, key=_order))


def _order(edge: EdgeChange) -> tuple[bool, str, str]:
    return edge.level == "column", edge.end, edge.start


def _kinds(edges: Adjacency, start: str, end: str) -> int:
    """The kinds of edges between two nodes, as bits (see `fabric.tracing.adjacency`)."""
    ends = edges.find(start), edges.find(end)
    if ends[0] is None or ends[1] is None:
        return 0
    kinds = 0
    for _, said in edges.graphs_of(edges.said(ends[0], ends[1])):
        kinds |= said
    return kinds


def _linked(edges: Adjacency, start: str, end: str) -> bool:
    ends = edges.find(start), edges.find(end)
    return ends[0] is not None and ends[1] is not None and edges.linked(ends[0], ends[1])


def _owners(branch: Branch, losses: Losses) -> Iterator[Named]:
    """Who owns what loses something, as far as it still says so."""
    for iri in {*losses.roots, *losses.fields.values()}:
        yield from _pointed(branch, losses, iri, _OWNER)


def _contracts(branch: Branch, losses: Losses, broken: Iterable[Impacted]) -> Iterator[BrokenContract]:
    lost: dict[str, list[str]] = defaultdict(list)
    for field, root in sorted(losses.fields.items()):
        part = branch.iris.part(field)
        lost[root].append(part[1] if part else field)
    for iri in sorted({*losses.roots, *lost}):
        asset = losses.named(iri)
        reason = f"{asset.title} is gone" if iri in losses.roots else f"{asset.title} loses {', '.join(lost[iri])}"
        yield from (BrokenContract(one, asset, reason) for one in _pointed(branch, losses, iri, _CONTRACT))
    for hit in broken:
        yield from (BrokenContract(one, hit.asset, hit.reason) for one in hit.contracts if hit.asset.iri not in lost)


def _pointed(branch: Branch, losses: Losses, iri: str, predicate: str) -> list[Named]:
    """What an asset points to, or pointed to before."""
    found = {triple[2][1:-1] for triple, _ in branch.graph.match(iri, predicate)}
    found |= {t[2][1:-1] for t, _ in losses.removed if t[0] == f"<{iri}>" and t[1] == predicate}
    links = branch.assets.links(sorted(found)).values()
    return sorted((Named(one.iri, one.ref.kind, one.title) for one in links), key=lambda one: (one.title, one.iri))


def _reached(branch: Branch, losses: Losses) -> Iterator[Reached]:
    own = branch.iris.graph(f"inferred/{RULE}")
    had = {triple for triple, _ in losses.removed if triple[1] == CATEGORY}
    for triple, graph in sorted(losses.added):
        if graph != own or triple[1] != CATEGORY or triple in had:
            continue
        field = triple[0][1:-1]
        root = branch.iris.root(field)
        if root is None:
            continue
        node = inference(field, (CATEGORY, triple[2]))
        origins = {found[2][1:-1] for found, _ in branch.graph.match(node, INFERRED_FROM, None, own)}
        yield Reached(losses.named(root), field, triple[2][1:-1], tuple(sorted(origins)))
