"""Some records of a source into the graph, in one commit, without reading the others it has.

A harvest compares all that a source has with all that it had; here only what events touched is compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import select

from fabric import ntriples
from fabric.commit import Committer, Draft, RecordState
from fabric.errors import InputError
from fabric.graph.store import GraphStore
from fabric.harvest import record_key, record_label
from fabric.history import Change, unpack
from fabric.identity import Iris
from fabric.model import Lineage, Record, Ref
from fabric.ntriples import TYPE, Triple, lines, token
from fabric.openlineage.identities import SOURCE
from fabric.rdf import IDENTIFIER, encode
from fabric.shapes import Shapes
from fabric.state import State, records

__all__ = ["Write", "Writer"]

_TITLE, _INVALIDATED, _REPLACED = token("dct:title"), token("prov:invalidatedAtTime"), token("dct:isReplacedBy")


@dataclass(frozen=True, slots=True)
class Write:
    """What to write: records, and those to take away, with what replaces them where something does."""

    records: list[Record] = field(default_factory=list)
    gone: dict[Ref, Ref | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Known:
    root: str
    label: str
    digest: bytes
    triples: bytes | None


class Writer:
    """Writes to the graph of `SOURCE`."""

    def __init__(self, graph: GraphStore, state: State, committer: Committer, shapes: Shapes, iris: Iris) -> None:
        self._graph, self._state, self._committer, self._shapes, self._iris = graph, state, committer, shapes, iris

    def write(self, what: Write) -> list[str]:
        """Commit the difference; returns what was refused, and why.

        Raises: StorageFull, GraphUnavailable, GraphError; the graph then is as before.
        """
        wanted = {record_key(record.ref): record for record in what.records}
        gone = {record_key(ref): (ref, other) for ref, other in what.gone.items() if record_key(ref) not in wanted}
        known = self._known([*wanted, *gone])
        refused: list[str] = []
        changed = [state for key, record in wanted.items() if (state := self._state_of(key, record, known, refused))]
        leaving = {key: gone[key] for key in gone if key in known}
        if not changed and not leaving:
            return refused
        draft = self._committer.begin("event", SOURCE)
        try:
            with self._committer.hold():
                self._put(draft, changed, known)
                self._take(draft, leaving, known)
                self._committer.seal(draft)
        except BaseException:
            self._committer.drop(draft)
            raise
        return refused

    def _state_of(
        self, key: bytes, record: Record, known: Mapping[bytes, _Known], refused: list[str]
    ) -> RecordState | None:
        """What to remember of a record; None where it is as before or is refused."""
        name = record_label(record) or str(record.ref)
        try:
            triples = encode(record, self._iris)
        except InputError as error:
            refused.append(f"{name}: {error.what}")
            return None
        triples.sort()
        document = lines(triples).encode()
        digest = hashlib.blake2b(document, digest_size=16).digest()
        if key in known and known[key].digest == digest:
            return None
        refusals = self._shapes.validate(triples)
        if refusals:
            refused += [f"{name}: {refusal}" for refusal in refusals]
            return None
        root = triples[0][0][1:-1] if isinstance(record, Lineage) else self._iris.asset(record.ref)
        root = self._iris.root(root) or root
        return RecordState(key, root, record_label(record), digest, None, tuple(triples), document)

    def _put(self, draft: Draft, changed: Iterable[RecordState], known: Mapping[bytes, _Known]) -> None:
        graph = self._iris.harvest_graph(SOURCE)
        for state in changed:
            before = unpack(known[state.key].triples) if state.key in known else ()
            added = tuple(one for one in state.triples if one not in set(before)) if before else state.triples
            removed = tuple(set(before).difference(state.triples))
            draft.add([Change(state.root, graph, added, removed)], state)
            if state.label and added:
                self._unbury(draft, state.root)

    def _unbury(self, draft: Draft, root: str) -> None:
        tombstones = self._iris.graph("tombstones")
        buried = tuple(triple for triple, _graph in self._graph.match(root, graph=tombstones))
        if buried:
            draft.add([Change(root, tombstones, (), buried)])

    def _take(
        self, draft: Draft, leaving: Mapping[bytes, tuple[Ref, Ref | None]], known: Mapping[bytes, _Known]
    ) -> None:
        graph, tombstones = self._iris.harvest_graph(SOURCE), self._iris.graph("tombstones")
        elsewhere = self._elsewhere(list(leaving))
        now = ntriples.instant(datetime.now(UTC))
        for key, (_ref, other) in leaving.items():
            held = known[key]
            old = unpack(held.triples)
            parts = [Change(held.root, graph, (), old)]
            if held.label and key not in elsewhere:
                parts.append(Change(held.root, tombstones, self._tombstone(held, old, now, other)))
            draft.add(parts, RecordState(key, held.root, held.label, None))

    def _tombstone(self, held: _Known, old: Iterable[Triple], now: str, other: Ref | None) -> tuple[Triple, ...]:
        subject = f"<{held.root}>"
        kept = [triple for triple in old if triple[0] == subject and triple[1] in {TYPE, IDENTIFIER}]
        said = [(subject, _TITLE, ntriples.text(held.label)), (subject, _INVALIDATED, now)]
        if other is not None:
            said.append((subject, _REPLACED, f"<{self._iris.asset(other)}>"))
        return (*kept, *said)

    def _known(self, keys: list[bytes]) -> dict[bytes, _Known]:
        columns = (records.c.key, records.c.root, records.c.label, records.c.digest, records.c.triples)
        found = {}
        with self._state.read() as connection:
            for some in _batches(keys):
                chosen = select(*columns).where(records.c.source == SOURCE, records.c.key.in_(some))
                for key, root, label, digest, triples in connection.execute(chosen):
                    found[key] = _Known(root, label, digest, triples)
        return found

    def _elsewhere(self, keys: list[bytes]) -> set[bytes]:
        """Those that a registered source describes too."""
        found: set[bytes] = set()
        with self._state.read() as connection:
            for some in _batches(keys):
                chosen = select(records.c.key).where(records.c.source != SOURCE, records.c.key.in_(some))
                found.update(connection.execute(chosen).scalars())
        return found


def _batches(keys: list[bytes]) -> list[list[bytes]]:
    return [keys[start : start + 400] for start in range(0, len(keys), 400)]
