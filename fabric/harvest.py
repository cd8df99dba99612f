"""The main job: what a connector yields becomes one commit of the source's named graph.

    connector -> records -> triples -> shapes -> difference -> draft -> commit

A record whose triples are those of last time costs a digest. Records that break a shape are refused and reported; what the
graph held of them stays. A harvest that ends normally and met no `Problem` is complete: what it no longer found is removed from
the source's graph and, where no other source describes it, gets a tombstone; runs and check results stay. A partial or failed
harvest removes nothing.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from fabric import ntriples
from fabric.commit import Committer, Draft, RecordState
from fabric.connector import Connector, Unchanged, Versioned
from fabric.derivation import Derivations
from fabric.errors import HarvestCancelled, InputError
from fabric.graph.store import GraphStore
from fabric.history import Change, unpack
from fabric.identity import Iris
from fabric.lineage.pool import LineagePool
from fabric.model import Dataset, Lineage, Problem, Record, Ref
from fabric.ntriples import TYPE, Triple, lines, token
from fabric.rdf import IDENTIFIER, MAPPING_VERSION, decode, encode
from fabric.shapes import Shapes
from fabric.state import State, records

__all__ = ["Harvester", "Report", "record_key", "record_label"]

_INVALIDATED, _INVALIDATED_BY = token("prov:invalidatedAtTime"), token("prov:wasInvalidatedBy")
_TITLE = token("dct:title")
EVENTS = frozenset({"run", "check-result"})
"""Kinds that happened once: a source that tells only the latest does not take back the earlier ones."""


@dataclass(slots=True)
class Report:
    """What a harvest did. `added` and `removed` count triples, the others records; `commit` is None where nothing changed.

    `warnings` say what could not be derived, such as lineage from SQL that cannot be read; they do not make a harvest partial.
    """

    records: int = 0
    changed: int = 0
    unchanged: int = 0
    tombstoned: int = 0
    added: int = 0
    removed: int = 0
    problems: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    commit: int | None = None

    @property
    def complete(self) -> bool:
        """Whether the source was read to its end and without a problem."""
        return not self.problems


@dataclass(frozen=True, slots=True)
class _Known:
    root: str
    label: str
    digest: bytes
    version: str | None


class Harvester:
    """Runs harvests into one graph."""

    def __init__(self, graph: GraphStore, state: State, committer: Committer, shapes: Shapes, iris: Iris) -> None:
        self._graph, self._state, self._committer, self._shapes, self._iris = graph, state, committer, shapes, iris
        self._pool = LineagePool()

    def close(self) -> None:
        """End the processes that read SQL."""
        self._pool.close()

    def run(
        self,
        source: str,
        connector: Connector[Any],
        run_id: str,
        *,
        progress: Callable[[Report], None] = lambda _report: None,
        cancelled: threading.Event | None = None,
        sealing: Callable[[Connection, Report], None] = lambda _connection, _report: None,
    ) -> Report:
        """Harvest a registered source under its name; `progress` is called now and then with the counts so far.

        `sealing` is called with the final counts in the transaction that decides on the commit, and may raise to prevent it.

        Raises: what the connector and the committer raise, and HarvestCancelled; the graph then is as before.
        """
        draft = self._committer.begin("harvest", source, run_id)
        try:
            pass_ = _Pass(self, source, draft, run_id)
            pass_.read(connector, progress, cancelled or threading.Event())
            with self._committer.hold():
                if pass_.report.complete:
                    pass_.bury(kept=EVENTS)
                pass_.unbury()
                pass_.report.added, pass_.report.removed = draft.added, draft.removed
                draft.sealing = lambda connection: sealing(connection, pass_.report)
                pass_.report.commit = self._committer.seal(draft)
        except BaseException:
            self._committer.drop(draft)
            raise
        return pass_.report

    def remove(self, source: str, run_id: str) -> Report:
        """Take everything that a source said out of the graph, with tombstones."""
        draft = self._committer.begin("remove", source, run_id)
        try:
            pass_ = _Pass(self, source, draft, run_id)
            with self._committer.hold():
                pass_.bury()
                pass_.report.added, pass_.report.removed = draft.added, draft.removed
                pass_.report.commit = self._committer.seal(draft)
        except BaseException:
            self._committer.drop(draft)
            raise
        return pass_.report


class _Pass:
    """One pass over a source."""

    def __init__(self, harvester: Harvester, source: str, draft: Draft, run_id: str) -> None:
        self._h, self._source, self._draft, self._run_id = harvester, source, draft, run_id
        self._iris = harvester._iris
        self._graph = self._iris.harvest_graph(source)
        self._tombstones = self._iris.graph("tombstones")
        self._known = self._load()
        self._told: set[str] = set()
        self._seen: set[bytes] = set()
        self._same: set[Ref] = set()
        self._derivations = Derivations(harvester._pool, self._stored_columns)
        # Another release may make another record, or other triples, of the same rows.
        self._prefix = f"{version('kgfabric')}/{MAPPING_VERSION}:"
        self.report = Report()

    def read(self, connector: Connector[Any], progress: Callable[[Report], None], cancelled: threading.Event) -> None:
        """Take in all that the connector yields."""
        items = connector.harvest_changes(self._versions())
        try:
            for item in items:
                if cancelled.is_set():
                    raise HarvestCancelled(
                        f"the harvest of {self._source!r} was stopped on request; nothing was changed"
                    )
                self._read(item)
                if self.report.records % 100 == 0:
                    progress(replace(self.report))
        finally:
            close = getattr(items, "close", None)
            if close is not None:
                close()
        for lineage in self._derivations.finish():
            if cancelled.is_set():
                raise HarvestCancelled(f"the harvest of {self._source!r} was stopped on request; nothing was changed")
            self._take(Unchanged(lineage.ref) if self._is_stored(lineage) else lineage)
        self._keep_derived()
        self.report.warnings += self._derivations.warnings
        progress(replace(self.report))

    def _read(self, item: Record | Versioned | Unchanged | Problem) -> None:
        """Take what the connector yields; edges wait for what the definitions of views say of them."""
        record = item.record if isinstance(item, Versioned) else item
        if isinstance(record, Lineage) and self._derivations.hold(record):
            return
        if isinstance(record, Unchanged):
            self._same.add(record.ref)
            if record.ref.kind == "dataset":
                self._derivations.mention(record.ref)
        elif isinstance(record, Dataset):
            self._derivations.take(record)
        self._take(item)

    def _is_stored(self, lineage: Lineage) -> bool:
        """Whether an edge is of a dataset that has not changed, so that what its definition said before still holds."""
        return lineage.downstream in self._same and not lineage.columns and record_key(lineage.ref) in self._known

    def _keep_derived(self) -> None:
        """Keep the edges of datasets that have not changed, which their definitions alone said."""
        if not self._same:
            return
        roots = {self._iris.asset(ref) for ref in self._same if ref.kind == "dataset"}
        for key, known in self._known.items():
            if not known.label and known.root in roots and key not in self._seen:
                self._seen.add(key)
                self.report.records += 1
                self.report.unchanged += 1

    def _stored_columns(self, ref: Ref) -> tuple[str, ...] | None:
        key = record_key(ref)
        if key not in self._known:
            return None
        record = next((one for one in decode(self._old(key), self._iris) if isinstance(one, Dataset)), None)
        return tuple(one.name for one in record.fields) if record else None

    def _take(self, item: Record | Versioned | Unchanged | Problem) -> None:
        if isinstance(item, Problem):
            self.report.problems.append(f"{item.subject}: {item.reason}")
            return
        self.report.records += 1
        if isinstance(item, Unchanged):
            key = record_key(item.ref)
            if key not in self._known:
                self.report.problems.append(
                    f"{item.ref}: the connector says it is unchanged, but it was never harvested"
                )
            self._seen.add(key)
            self.report.unchanged += 1
            return
        record, version = (item.record, item.version) if isinstance(item, Versioned) else (item, None)
        key = record_key(record.ref)
        if key in self._seen:
            self.report.problems.append(
                f"{record_label(record)}: the connector yielded {record.ref} twice; the first one counts"
            )
            return
        self._seen.add(key)
        self._merge(key, record, version)

    def _merge(self, key: bytes, record: Record, version: str | None) -> None:
        try:
            triples = encode(record, self._iris)
        except InputError as error:
            self.report.refused.append(f"{record_label(record)}: {error.what}")
            return
        triples.sort()
        document = lines(triples).encode()
        digest = hashlib.blake2b(document, digest_size=16).digest()
        known = self._known.get(key)
        stored = None if version is None else self._prefix + version
        if known is not None and known.digest == digest and known.version == stored:
            self.report.unchanged += 1
            return
        refusals = self._h._shapes.validate(triples)
        if refusals:
            self.report.refused += [f"{record_label(record)}: {refusal}" for refusal in refusals]
            return
        root = triples[0][0][1:-1] if isinstance(record, Lineage) else self._iris.asset(record.ref)
        root = self._iris.root(root) or root
        old = self._old(key) if known is not None else ()
        self._note(RecordState(key, root, record_label(record), digest, stored, tuple(triples), document), old)

    def _note(self, record: RecordState, old: tuple[Triple, ...]) -> None:
        before, now = set(old), record.triples
        added = tuple(triple for triple in now if triple not in before) if before else now
        removed = tuple(before.difference(now)) if before else ()
        parts = [Change(record.root, self._graph, added, removed)] if added or removed else []
        if added and record.label:
            self._told.add(record.root)
        self._draft.add(parts, record)
        if parts:
            self.report.changed += 1
        else:
            self.report.unchanged += 1

    def unbury(self) -> None:
        """Remove the tombstones of what this pass describes again; others must be kept from committing."""
        buried: dict[str, list[Triple]] = {}
        for triple, _graph in self._h._graph.match(graph=self._tombstones) if self._told else ():
            root = triple[0][1:-1]
            if root in self._told:
                buried.setdefault(root, []).append(triple)
        for root, triples in buried.items():
            self._draft.add([Change(root, self._tombstones, (), tuple(triples))])

    def bury(self, kept: frozenset[str] = frozenset()) -> None:
        """Remove what this pass did not see, but for assets of the kinds to be kept; others must be kept from committing."""
        gone = [
            key for key, known in self._known.items() if key not in self._seen and self._kind(known.root) not in kept
        ]
        elsewhere = self._elsewhere(gone)
        now = ntriples.instant(datetime.now(UTC))
        for key in gone:
            known = self._known[key]
            old = self._old(key)
            parts = [Change(known.root, self._graph, (), old)]
            if known.label and key not in elsewhere:
                parts.append(Change(known.root, self._tombstones, self._tombstone(known, old, now)))
                self.report.tombstoned += 1
            self._draft.add(parts, RecordState(key, known.root, known.label, None))
            self.report.changed += 1

    def _kind(self, root: str) -> str | None:
        ref = self._iris.ref(root)
        return ref.kind if ref else None

    def _tombstone(self, known: _Known, old: tuple[Triple, ...], now: str) -> tuple[Triple, ...]:
        subject = f"<{known.root}>"
        kept = [t for t in old if t[0] == subject and t[1] in {TYPE, IDENTIFIER}]
        said = [
            (subject, _TITLE, ntriples.text(known.label)),
            (subject, _INVALIDATED, now),
            (subject, _INVALIDATED_BY, f"<{self._iris.run(self._run_id)}>"),
        ]
        return (*kept, *said)

    def _load(self) -> dict[bytes, _Known]:
        columns = (records.c.key, records.c.root, records.c.label, records.c.digest, records.c.version)
        with self._h._state.read() as connection:
            rows = connection.execute(select(*columns).where(records.c.source == self._source))
            return {key: _Known(root, label, digest, version) for key, root, label, digest, version in rows}

    def _versions(self) -> dict[Ref, str]:
        prefix = self._prefix
        return {
            ref: known.version.removeprefix(prefix)
            for known in self._known.values()
            if known.label
            and known.version
            and known.version.startswith(prefix)
            and (ref := self._iris.ref(known.root))
        }

    def _old(self, key: bytes) -> tuple[Triple, ...]:
        with self._h._state.read() as connection:
            chosen = select(records.c.triples).where(records.c.source == self._source, records.c.key == key)
            return unpack(connection.execute(chosen).scalar_one())

    def _elsewhere(self, keys: list[bytes]) -> set[bytes]:
        """Those of the keys that another source describes too."""
        found: set[bytes] = set()
        with self._h._state.read() as connection:
            for some in _batches(keys, 500):
                chosen = select(records.c.key).where(records.c.source != self._source, records.c.key.in_(some))
                found.update(connection.execute(chosen).scalars())
        return found


def _batches(items: list[bytes], size: int) -> Iterator[list[bytes]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def record_key(ref: Ref) -> bytes:
    """What a record is remembered by: 16 bytes."""
    return hashlib.blake2b(
        f"{ref.kind}\0{ref.namespace}\0{ref.name}".encode(errors="surrogatepass"), digest_size=16
    ).digest()


def record_label(record: Record) -> str:
    """What to call a record in a report and on its tombstone; empty for an edge, which gets none."""
    if isinstance(record, Lineage):
        return ""
    return getattr(record, "title", None) or record.name
