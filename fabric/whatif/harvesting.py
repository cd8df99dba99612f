"""Changes that come about by a harvest: a view with another definition, a dbt project with another manifest."""

from __future__ import annotations

import graphlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from fabric.connector import Config, Connector, Item, Unchanged
from fabric.derivation import Columns
from fabric.errors import InputError, Unreadable
from fabric.lineage import SqlLineage
from fabric.model import Dataset, Job, Lineage, Problem, Record, Ref
from fabric.whatif.branch import Branch
from fabric.whatif.definitions import Definitions, documented, fields_of, outputs
from fabric.whatif.edits import dataset_of
from fabric.whatif.proposals import Manifest, Redefine

__all__ = ["read_manifest", "redefine"]


class _Told(Connector[Config]):
    """Yields what is to be harvested."""

    name: ClassVar[str] = "what-if"
    title: ClassVar[str] = "What if"
    Config: ClassVar[type[Config]] = Config

    def __init__(self, items: Iterable[Item]) -> None:
        super().__init__(Config())
        self._items = items

    def check(self) -> str:
        """Nothing is reached."""
        return self.title

    def harvest(self) -> Iterator[Record | Problem]:
        """Only changes are told."""
        return iter(())

    def harvest_changes(self, known: Mapping[Ref, str]) -> Iterator[Item]:  # noqa: ARG002
        """What is to be harvested."""
        return iter(self._items)


def redefine(branch: Branch, proposal: Redefine) -> None:
    """Harvest a view anew with another definition, from each source that knows the definition it has.

    Raises: UnknownAsset, InputError where it is no view, or where the SQL or the columns it gives cannot be read.
    """
    asset = dataset_of(branch, proposal.iri)
    told = False
    for source in branch.stored.sources(asset.iri):
        known = branch.stored.datasets(source)
        old = known.get(asset.ref)
        if old is None or not old.definition:
            continue
        told = True
        new = _redefined(branch, known, replace(old, definition=proposal.sql), old)
        rest = (Unchanged(ref) for ref in branch.stored.refs(source) if ref != asset.ref)
        branch.harvest(source, _Told([*rest, new]))
    if not told:
        raise InputError(
            f"no source knows {asset.title} by a definition, which could be changed", remedy="name a view or a model"
        )
    branch.redefined.add(asset.iri)
    branch.decided.add(asset.iri)


def _redefined(branch: Branch, known: Mapping[Ref, Dataset], new: Dataset, old: Dataset) -> Dataset:
    definitions = Definitions(branch.pool, known)
    columns = {ref: _names(one) for ref, one in known.items()}
    before, after = definitions.read(old, columns), definitions.read(new, columns)
    if after is None:
        raise InputError(f"SQL of the platform {new.platform} cannot be read", remedy="name a view of a database")
    wrong = next((one for one in after.problems if one.severity == "error"), None)
    if wrong is not None:
        raise InputError(
            f"the new SQL of {new.title} cannot be read: line {wrong.line}: {wrong.reason}", remedy="correct it"
        )
    given = outputs(after)
    if given is None:
        raise InputError(
            f"the columns that the new SQL of {new.title} gives cannot be told", remedy="name them instead of *"
        )
    if missing := _missing(before, after):
        branch.missing[branch.iris.asset(new.ref)] = missing
    return replace(new, fields=fields_of(old, _names(old), given))


def read_manifest(branch: Branch, source: str, connector: Connector[Any], proposal: Manifest) -> None:
    """Harvest a dbt project with another manifest; `connector` reads it.

    Without a catalog, a model whose SQL has not changed keeps its columns, and those of the others are what their SQL gives.

    Raises: Unreadable where the manifest or the catalog is malformed, and what else the connector raises.
    """
    items = list(connector.harvest())
    branch.warnings += [f"{one.subject}: {one.reason}" for one in items if isinstance(one, Problem)]
    records = [one for one in items if not isinstance(one, Problem)]
    datasets = {one.ref: one for one in records if isinstance(one, Dataset)}
    if not datasets:
        raise Unreadable("the manifest holds no model, seed or source", remedy="write it anew with `dbt compile`")
    changed = _Models(branch, branch.stored.datasets(source), datasets, fill=proposal.catalog is None)
    changed.follow(_order(records, datasets))
    jobs = {one.ref for one in records if isinstance(one, Job) and one.writes & changed.touched}
    branch.redefined |= {branch.iris.asset(ref) for ref in changed.touched | jobs}
    branch.harvest(source, _Told(datasets[one.ref] if isinstance(one, Dataset) else one for one in records))


class _Models:
    """Finds out the columns of a project's datasets, and what their definitions read that is not there."""

    def __init__(self, branch: Branch, old: Mapping[Ref, Dataset], new: dict[Ref, Dataset], *, fill: bool) -> None:
        self._branch, self._old, self._new, self._fill = branch, old, new, fill
        self._before = {ref: _names(one) for ref, one in old.items()}
        self._after: dict[Ref, Columns] = {}
        self._definitions = Definitions(branch.pool, {*old, *new})
        self.touched: set[Ref] = set()
        """Those with another definition."""

    def follow(self, order: Iterable[tuple[Ref, set[Ref]]]) -> None:
        """Take each dataset after those that it is derived from."""
        for ref, upstream in order:
            old, new = self._old.get(ref), self._new[ref]
            same = old is not None and old.definition == new.definition
            if not same:
                self.touched.add(ref)
            moved = any(self._after.get(one) != self._before.get(one) for one in upstream if one in self._new)
            lost = any(one not in self._new for one in upstream)
            if old is not None and same and self._fill:
                self._new[ref] = new = replace(new, fields=documented(old.fields, new.fields))
            if not same or moved or lost:
                self._new[ref] = self._read(old, new)
            self._after[ref] = _names(self._new[ref])

    def _read(self, old: Dataset | None, new: Dataset) -> Dataset:
        before = None if old is None else self._definitions.read(old, self._before)
        after = self._definitions.read(new, self._after)
        if after is None:
            return self._unread(old, new)
        if missing := _missing(before, after):
            self._branch.missing[self._branch.iris.asset(new.ref)] = missing
        if not self._fill and new.fields:
            return new
        given, gave = outputs(after), None if before is None else outputs(before)
        if given is None or (before is not None and gave is None):
            return self._unread(old, new)
        fields = fields_of(new, _names(new), given) if old is None else fields_of(old, gave or (), given)
        return replace(new, fields=documented(fields, new.fields))

    def _unread(self, old: Dataset | None, new: Dataset) -> Dataset:
        """A dataset of which the columns cannot be told keeps those it had."""
        if not self._fill or not (new.definition or (old and old.definition)):
            return new
        self._branch.warnings.append(
            f"{new.ref.name}: the columns that its SQL gives cannot be told; they are taken to be as before, or as documented"
        )
        return replace(new, fields=documented(old.fields, new.fields)) if old is not None else new


def _order(records: Iterable[Record], datasets: Mapping[Ref, Dataset]) -> Iterator[tuple[Ref, set[Ref]]]:
    """The datasets, each after those it is derived from and with them."""
    upstream: dict[Ref, set[Ref]] = defaultdict(set)
    for record in records:
        if isinstance(record, Lineage):
            upstream[record.downstream].add(record.upstream)
    sorter = graphlib.TopologicalSorter({ref: sorted(upstream[ref] & datasets.keys()) for ref in datasets})
    try:
        order = list(sorter.static_order())
    except graphlib.CycleError:
        order = list(datasets)  # dbt allows none between models; a table that is both seed and source may make one
    for ref in order:
        yield ref, upstream[ref]


def _names(record: Dataset) -> Columns:
    return tuple(field.name for field in record.fields)


def _missing(before: SqlLineage | None, after: SqlLineage) -> list[str]:
    """What a definition reads that is not there, and was before."""
    known = {one.reason for one in before.problems if one.missing} if before is not None else set()
    return [f"line {one.line}: {one.reason}" for one in after.problems if one.missing and one.reason not in known]
