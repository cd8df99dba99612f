"""What a change to a column or table would break, and who should be told."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote

from fabric.assets import Assets
from fabric.errors import InputError
from fabric.graph.store import GraphStore
from fabric.ntriples import token
from fabric.tracing.answer import Named
from fabric.tracing.tracer import View

__all__ = ["Change", "ChangeKind", "Hit", "Impact", "Impacted", "consequences", "impact", "readers"]

ChangeKind = Literal["drop column", "rename column", "retype column", "drop table"]
_CHECKS_FIELD, _CHECKS = token("fab:checksField"), token("fab:checks")
_REFERENCES, _REFERS = token("cr:references"), token("fab:referencesDataset")
_OWNER, _CONTRACT = token("fab:owner"), token("fab:contract")


@dataclass(frozen=True, slots=True)
class Change:
    """A proposed change; `iri` is that of a field, or of a dataset where the table is dropped."""

    kind: ChangeKind
    iri: str
    new_name: str | None = None
    new_type: str | None = None

    def __str__(self) -> str:
        what = unquote(self.iri.rpartition("/")[2])
        if self.kind == "drop table":
            return f"drop table {what}"
        more = {"rename column": f" to {self.new_name}", "retype column": f" as {self.new_type}"}.get(self.kind, "")
        table = unquote(self.iri.rpartition("/field/")[0].rpartition("/")[2])
        return f"{self.kind} {what} of {table}{more}"


@dataclass(frozen=True, slots=True)
class Impacted:
    """An asset that a change breaks, or that lies behind a broken one.

    `fields` are its fields that derive from what changes, of a job those that it writes; `via` are the assets between it and the
    change, in order. `dataset_kind` tells views from tables.
    """

    asset: Named
    dataset_kind: str | None
    distance: int
    fields: tuple[str, ...]
    reason: str
    owners: tuple[Named, ...]
    contracts: tuple[Named, ...]
    via: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Impact:
    """`broken` reads what changes; `affected` is further downstream, or reads the table by columns that are not known."""

    change: Change
    broken: tuple[Impacted, ...]
    affected: tuple[Impacted, ...]
    owners: tuple[Named, ...]


@dataclass(slots=True)
class Hit:
    """Why a change touches an asset, and which of its fields derive from what changes.

    `whole` where it reads what changes otherwise than into one of its fields.
    """

    reasons: dict[str, None] = field(default_factory=dict)
    fields: dict[str, None] = field(default_factory=dict)
    whole: bool = False


def impact(view: View, graph: GraphStore, assets: Assets, change: Change) -> Impact:
    """Follow a change that was checked to be one of something known.

    Raises: InputError where it lacks the new name or type, or names a table where a column is asked for or the reverse.
    """
    _check(view, change)
    root_iri = view.iris.root(change.iri) or change.iri
    direct, vague = readers(view, graph, change)
    broken, affected = consequences(view, graph, assets, direct, vague, root_iri)
    told = dict.fromkeys(owner for one in (*broken, *affected) for owner in one.owners)
    told.update(dict.fromkeys(_People(graph, assets).of(root_iri, _OWNER)))
    return Impact(change, broken, affected, tuple(sorted(told, key=lambda one: (one.title, one.iri))))


def consequences(
    view: View, graph: GraphStore, assets: Assets, direct: Mapping[str, Hit], vague: Mapping[str, Hit], root: str = ""
) -> tuple[tuple[Impacted, ...], tuple[Impacted, ...]]:
    """The assets that are broken directly, and those affected: the vaguely touched, and all that lies behind.

    `root` is the asset that changes, where it is one, of which nothing is told.
    """
    distances, came = _behind(view, root, [*direct, *vague])
    people = _People(graph, assets)

    def impacted(iri: str, hit: Hit) -> Impacted:
        owners, contracts = people.of(iri, _OWNER), people.of(iri, _CONTRACT)
        return Impacted(
            people.named(iri),
            view.labels.shown(iri)[2],
            distances[iri],
            tuple(hit.fields),
            "; ".join(hit.reasons),
            owners,
            contracts,
            _way(came, root, iri),
        )

    broken = [impacted(iri, hit) for iri, hit in direct.items()]
    affected = []
    for iri in distances:
        if iri not in direct and iri != root:
            before = came.get(iri)
            hit = vague.get(iri) or Hit({f"derives from {people.named(before).title}" if before else "": None})
            affected.append(impacted(iri, hit))
    return _sorted(broken), _sorted(affected)


def _check(view: View, change: Change) -> None:
    part = view.iris.part(change.iri)
    if (change.kind == "drop table") != (part is None):
        wanted = "a table" if change.kind == "drop table" else "a column"
        raise InputError(f"<{change.iri}> is not {wanted}", remedy=f"give the IRI of {wanted} to {change.kind}")
    if change.kind == "rename column" and not change.new_name:
        raise InputError("a column cannot be renamed to nothing", remedy="give the new name")
    if change.kind == "retype column" and not change.new_type:
        raise InputError("a column cannot be given no type", remedy="give the new type")


def readers(view: View, graph: GraphStore, change: Change) -> tuple[dict[str, Hit], dict[str, Hit]]:
    """By asset: what reads what changes, and what reads the table without saying which columns."""
    found: dict[str, Hit] = {}
    vague: dict[str, Hit] = {}
    hits = _table_readers(view, change.iri) if change.kind == "drop table" else _column_readers(view, change.iri)
    for iri, reason, fields in (*hits, *_constraints(view, graph, change)):
        hit = found.setdefault(iri, Hit())
        hit.reasons[reason] = None
        hit.fields.update(dict.fromkeys(fields))
        hit.whole = hit.whole or not fields
    if change.kind != "drop table":
        for iri, title in _unspecific(view, change.iri):
            if iri not in found:
                vague[iri] = Hit({f"reads {title}; which of its columns is not known": None})
    found.pop(view.iris.root(change.iri) or change.iri, None)
    return found, vague


def _table_readers(view: View, iri: str) -> Iterator[tuple[str, str, list[str]]]:
    edges, names = view.edges, view.edges.names
    node = edges.find(iri)
    title = view.labels.named(iri).title
    for one in edges.assets_below.get(node, ()) if node is not None else ():
        assert node is not None
        fields = [names[down] for _, down in edges.column_pairs(node, one) if edges.is_field(down)]
        yield names[one], f"reads {title}", fields


def _column_readers(view: View, iri: str) -> Iterator[tuple[str, str, list[str]]]:
    edges, names = view.edges, view.edges.names
    for node in _with_nested(view, iri):
        name = _name(names[node])
        for one in edges.below.get(node, ()):
            root = edges.roots[one]
            if edges.is_field(one):
                yield names[root], f"{_name(names[one])} derives from {name}", [names[one]]
            else:
                yield names[root], f"filters or joins by {name}", []
            written = [names[one]] if edges.is_field(one) else []
            yield from ((job, f"its SQL reads {name}", written) for job in _jobs(view, edges.roots[node], root))


def _with_nested(view: View, iri: str) -> list[int]:
    """The field and those within it, as far as they have edges; and generated fields of the same table that derive from them."""
    edges = view.edges
    root = view.iris.root(iri) or iri
    owner = edges.find(root)
    path = _name(iri)
    fields = edges.fields.get(owner, ()) if owner is not None else ()
    found = [one for one in fields if edges.names[one] == iri or _name(edges.names[one]).startswith(f"{path}.")]
    for one in found:
        found += [down for down in edges.below.get(one, ()) if edges.roots[down] == owner and down not in found]
    return found


def _jobs(view: View, start: int, end: int) -> list[str]:
    return [value for name, value, _ in view.edges.details(start, end) if name == "job"]


def _unspecific(view: View, iri: str) -> Iterator[tuple[str, str]]:
    """Assets that read the table of a column and say of none of their columns where it comes from."""
    edges, names = view.edges, view.edges.names
    root = view.iris.root(iri) or iri
    node = edges.find(root)
    for one in edges.assets_below.get(node, ()) if node is not None else ():
        assert node is not None
        if not any(edges.column_pairs(node, one)) and not _explained(view, node, one):
            yield names[one], view.labels.named(root).title


def _explained(view: View, table: int, job: int) -> bool:
    """Whether what a job does with the table is known by the columns of all that it writes."""
    edges = view.edges
    written = [one for one in edges.assets_below.get(job, ()) if one != table]
    is_job = view.labels.named(edges.names[job]).kind == "job"
    return is_job and bool(written) and all(any(edges.column_pairs(table, one)) for one in written)


def _constraints(view: View, graph: GraphStore, change: Change) -> Iterator[tuple[str, str, list[str]]]:
    """Checks of the column or table, and foreign keys that refer to it."""
    column = change.kind != "drop table"
    for triple, _ in graph.match(None, _CHECKS_FIELD if column else _CHECKS, f"<{change.iri}>"):
        yield triple[0][1:-1], f"tests {_name(change.iri)}", []
    for triple, _ in graph.match(None, _REFERENCES if column else _REFERS, f"<{change.iri}>"):
        part = triple[0][1:-1]
        root = view.iris.root(part)
        if root is not None:
            yield root, "has a foreign key to it", [part] if column else []


def _behind(view: View, root: str, first: list[str]) -> tuple[dict[str, int], dict[str, str]]:
    """All that is downstream of the first ones, with distances from the change, and from where each was reached."""
    edges, names = view.edges, view.edges.names
    distances, came = dict.fromkeys(first, 1), dict.fromkeys(first, root)
    waiting = deque(first)
    while waiting:
        iri = waiting.popleft()
        node = edges.find(iri)
        for one in edges.assets_below.get(node, ()) if node is not None else ():
            other = names[one]
            if other not in distances and other != root:
                distances[other], came[other] = distances[iri] + 1, iri
                waiting.append(other)
    return distances, came


def _way(came: dict[str, str], root: str, iri: str) -> tuple[str, ...]:
    way = []
    here = came.get(iri, root)
    while here != root:
        way.append(here)
        here = came[here]
    return tuple(reversed(way))


def _name(iri: str) -> str:
    return unquote(iri.rpartition("/")[2])


def _sorted(found: list[Impacted]) -> tuple[Impacted, ...]:
    return tuple(sorted(found, key=lambda one: (one.distance, one.asset.kind, one.asset.title, one.asset.iri)))


class _People:
    """Titles, owners and contracts, each read once."""

    def __init__(self, graph: GraphStore, assets: Assets) -> None:
        self._graph, self._assets = graph, assets
        self._named: dict[str, Named] = {}

    def of(self, iri: str, predicate: str) -> tuple[Named, ...]:
        """What an asset points to by the predicate."""
        found = {triple[2][1:-1] for triple, _ in self._graph.match(iri, predicate) if triple[2].startswith("<")}
        return tuple(sorted((self.named(one) for one in found), key=lambda one: (one.title, one.iri)))

    def named(self, iri: str) -> Named:
        """An asset with its title."""
        if iri not in self._named:
            link = self._assets.links([iri]).get(iri)
            self._named[iri] = Named(iri, link.ref.kind, link.title) if link else Named(iri, "external", iri)
        return self._named[iri]
