"""Which names are one dataset: by symlinks and renames, and which of the names it goes by.

Names that symlinks or renames join, directly or over others, are one dataset. It goes by the name under which another source
describes it, a table's rather than a location's; where none does, by the one that events use. What was renamed is never taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from fabric.harvest import record_key
from fabric.model import Ref, dataset
from fabric.openlineage.documents import Document, Documents, Row, digest
from fabric.openlineage.facets import Named
from fabric.openlineage.merging import dataset_key
from fabric.openlineage.naming import dataset_ref
from fabric.state import State, records

__all__ = ["SOURCE", "Identities", "aliases", "is_gone"]

SOURCE = "openlineage"
"""The name under which facts of events are kept, as those of a registered source."""


def is_gone(document: Document) -> bool:
    """Whether a dataset was dropped or renamed and not seen since."""
    gone = document.get("gone")
    return gone is not None and document.get("seen", "") <= gone[0]


def aliases(document: Document) -> list[Row]:
    """The other names of a dataset that its document tells."""
    ref = dataset(*document["ref"])
    others: dict[Ref, dict[str, str]] = {}
    facet = document["facets"].get("symlinks", [None, None])[1]
    for one in (facet or {}).get("identifiers") or ():
        other = dataset_ref(Named(namespace=one["namespace"], name=one["name"]))
        others[other] = {"how": "symlink", "type": str(one.get("type") or "").upper()}
    if is_gone(document) and document["gone"][1] is not None:
        others[dataset(*document["gone"][1])] = {"how": "rename", "type": ""}
    others.pop(ref, None)
    owner = dataset_key(ref)
    return [
        Row(
            "alias",
            digest(ref.namespace, ref.name, other.namespace, other.name),
            {"of": document["ref"], "is": [other.namespace, other.name], **how},
            owner,
            dataset_key(other),
        )
        for other, how in others.items()
    ]


@dataclass(frozen=True, slots=True)
class _Group:
    """Names of one dataset: `renamed` to others, `tables` by symlinks, `main` as events name it."""

    members: frozenset[Ref]
    renamed: frozenset[Ref]
    tables: frozenset[Ref]
    main: frozenset[Ref]


class Identities:
    """Answers for datasets that were loaded; others are taken to have one name."""

    def __init__(self, state: State, documents: Documents) -> None:
        self._state, self._documents = state, documents
        self._groups: dict[Ref, _Group] = {}
        self._chosen: dict[Ref, Ref] = {}

    def load(self, refs: Collection[Ref]) -> None:
        """Find all names of these datasets."""
        links: dict[bytes, Row] = {}
        waiting, seen = {dataset_key(ref) for ref in refs}, set[bytes]()
        while waiting:
            seen |= waiting
            found = [*self._documents.owned("alias", waiting), *self._documents.about("alias", waiting)]
            links.update({row.key: row for row in found})
            waiting = {key for row in found for key in (row.owner, row.about) if key is not None} - seen
        groups = _groups(links.values())
        described = self._described({ref for group in groups for ref in group.members})
        for group in groups:
            chosen = _choose(group, described)
            self._groups.update(dict.fromkeys(group.members, group))
            self._chosen.update(dict.fromkeys(group.members, chosen))

    def of(self, ref: Ref) -> Ref:
        """The name that a dataset goes by."""
        return self._chosen.get(ref, ref)

    def members(self, ref: Ref) -> frozenset[Ref]:
        """All names of a dataset."""
        group = self._groups.get(ref)
        return group.members if group else frozenset({ref})

    def _described(self, refs: Collection[Ref]) -> set[Ref]:
        """Those of the datasets that another source describes."""
        keys, found = {record_key(ref): ref for ref in refs}, set[Ref]()
        waiting = list(keys)
        with self._state.read() as connection:
            while waiting:
                some, waiting = waiting[:400], waiting[400:]
                chosen = select(records.c.key).where(records.c.source != SOURCE, records.c.key.in_(some))
                found |= {keys[key] for key in connection.execute(chosen).scalars()}
        return found


def _groups(rows: Iterable[Row]) -> list[_Group]:
    near: Mapping[Ref, set[Ref]] = defaultdict(set)
    renamed, tables, main = set[Ref](), set[Ref](), set[Ref]()
    for row in rows:
        one, other = dataset(*row.document["of"]), dataset(*row.document["is"])
        near[one].add(other)
        near[other].add(one)
        if row.document["how"] == "rename":
            renamed.add(one)
        else:
            main.add(one)
            if row.document["type"] == "TABLE":
                tables.add(other)
    groups, placed = [], set[Ref]()
    for start in sorted(near):
        if start in placed:
            continue
        members, waiting = {start}, [start]
        while waiting:
            fresh = near[waiting.pop()] - members
            members |= fresh
            waiting += fresh
        placed |= members
        groups.append(
            _Group(
                frozenset(members),
                frozenset(renamed & members),
                frozenset(tables & members),
                frozenset(main & members),
            )
        )
    return groups


def _choose(group: _Group, described: set[Ref]) -> Ref:
    able = (group.members - group.renamed) or group.members
    known = able & described
    return min(known or able, key=lambda ref: (bool(known) and ref not in group.tables, ref not in group.main, ref))
