"""Keeping lineage in memory in step with the graph.

It is built from the graph at the first question, and from then on the log tells what each commit changed. A question takes in
what was committed since before it is answered, so that an answer is never behind the last commit.
"""

from __future__ import annotations

import gc
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fabric import ntriples
from fabric.commit import Committer
from fabric.errors import InputError
from fabric.graph.store import GraphStore
from fabric.history import History
from fabric.identity import Iris
from fabric.ntriples import token
from fabric.snapshots import Snapshots
from fabric.tracing.adjacency import PREDICATES, Adjacency
from fabric.tracing.labels import SHOWN, Labels

__all__ = ["REBUILD", "Tracer", "View", "advance", "build"]

REBUILD: Final = 300_000
"""Changed triples from which on building anew is faster than taking in the log."""
_KEPT = 2
_BY, _AT = token("prov:wasGeneratedBy"), token("prov:generatedAtTime")


@dataclass(frozen=True, slots=True)
class View:
    """Lineage at one commit: edges, what is shown of their ends, and who wrote each graph and when."""

    iris: Iris
    edges: Adjacency
    labels: Labels
    written: dict[str, tuple[str | None, datetime | None]]
    number: int
    changed: int
    """Number of a commit since which no edge changed."""

    def copy(self) -> View:
        """The same lineage, which can be taken further without changing this."""
        edges = self.edges.copy()
        return View(self.iris, edges, self.labels.copy(edges), self.written.copy(), self.number, self.changed)


def build(graph: GraphStore, iris: Iris, number: int) -> View:
    """Lineage as a graph has it; `number` is the commit that it shows."""
    edges = Adjacency(iris)
    for predicate in sorted(PREDICATES):
        for triple, name in graph.match(None, predicate):
            edges.add(triple, name)
    labels = Labels(iris, edges)
    labels.read_all(graph)
    return View(iris, edges, labels, _written(graph, iris), number, number)


class Tracer:
    """Lineage of one data directory, now and as it was. Safe to share between threads, which take turns."""

    def __init__(
        self, graph: GraphStore, history: History, committer: Committer, snapshots: Snapshots, iris: Iris
    ) -> None:
        self._graph, self._history, self._committer, self._snapshots = graph, history, committer, snapshots
        self._iris = iris
        self._lock, self._past_lock = threading.RLock(), threading.RLock()
        self._now: View | None = None
        self._past: OrderedDict[int, View] = OrderedDict()
        committer.listen(self._committed)

    @property
    def position(self) -> int:
        """Number of the last commit taken in; 0 before the first question."""
        return self._now.number if self._now is not None else 0

    @contextmanager
    def view(self, as_of: datetime | None = None) -> Iterator[View]:
        """Lineage now, caught up, or at a past moment. Nothing changes it meanwhile.

        The first view of a past moment is built from the nearest snapshot; the last two are kept.

        Raises: InputError where nothing was committed by then; GraphError, StorageFull.
        """
        number = None if as_of is None else self._history.number_at(as_of)
        if as_of is not None and number == 0:
            raise InputError(f"nothing was known as of {as_of.isoformat()}", remedy="ask for a later moment")
        if as_of is not None and number is not None and number < self._history.last():
            with self._past_lock:
                yield self._then(number, as_of)
            return
        self._ensure()
        with self._lock:
            yield self._caught_up()

    def forget(self) -> None:
        """Free the memory; the next question builds it anew."""
        with self._lock:
            self._now = None
        with self._past_lock:
            self._past.clear()

    def _ensure(self) -> None:
        """Build where there is nothing, in a moment without commits: they are held off first, as in a committing thread."""
        if self._now is None or self._behind(self._now) > REBUILD:
            with self._committer.hold(), self._lock:
                if self._now is None or self._behind(self._now) > REBUILD:
                    self._now = build(self._graph, self._iris, self._history.last())
                    _settle()

    def _committed(self, _number: int) -> None:
        """Take in a commit right after it, unless it is so large that whoever asks next should pay."""
        with self._lock:
            if self._now is not None and self._behind(self._now) <= REBUILD:
                self._caught_up()

    def _behind(self, view: View) -> int:
        return sum(one.added + one.removed for one in self._history.commits(after=view.number))

    def _caught_up(self) -> View:
        assert self._now is not None
        target = self._history.last()
        if self._now.number < target:
            self._now = advance(self._now, self._graph, self._history, target)
        return self._now

    def _then(self, number: int, moment: datetime) -> View:
        found = self._past.get(number)
        if found is None:
            with self._snapshots.as_of(moment) as graph:
                found = self._past[number] = build(graph, self._iris, number)
            found.written.update(_written_until(self._history, self._iris, number))
            while len(self._past) > _KEPT:
                self._past.popitem(last=False)
        self._past.move_to_end(number)
        return found


def _settle() -> None:
    """Leave what was built out of later garbage collections, each of which took 0.1 s of an answer with 200,000 edges."""
    gc.collect()
    gc.freeze()


def advance(view: View, graph: GraphStore, history: History, target: int) -> View:
    """Take in the commits after that of the view, up to `target`; the view given must not be used any more."""
    edges, dirty, known, version = view.edges, set[str](), len(view.edges.names), view.edges.version
    for change in history.between(view.number, target):
        for triple in change.removed:
            if triple[1] in PREDICATES:
                edges.remove(triple, change.graph)
            elif triple[1] in SHOWN:
                dirty.add(change.root)
        for triple in change.added:
            if triple[1] in PREDICATES:
                edges.add(triple, change.graph)
            elif triple[1] in SHOWN:
                dirty.add(change.root)
    dirty.update(edges.names[edges.roots[node]] for node in range(known, len(edges.names)))
    view.labels.read(graph, dirty)
    changed = view.changed if edges.version == version else target
    return View(view.iris, edges, view.labels, _written(graph, view.iris), target, changed)


def _written(graph: GraphStore, iris: Iris) -> dict[str, tuple[str | None, datetime | None]]:
    """By named graph: IRI of the run that wrote it last, and when."""
    meta, found = iris.graph("meta"), dict[str, tuple[str | None, datetime | None]]()
    for triple, _ in graph.match(None, None, None, meta):
        run, at = found.get(triple[0][1:-1], (None, None))
        if triple[1] == _BY:
            run = triple[2][1:-1]
        elif triple[1] == _AT:
            at = ntriples.parse_instant(ntriples.read_literal(triple[2])[0])
        found[triple[0][1:-1]] = (run, at)
    return found


def _written_until(history: History, iris: Iris, number: int) -> dict[str, tuple[str | None, datetime | None]]:
    """The same for a past commit, whose graph does not say it."""
    found: dict[str, tuple[str | None, datetime | None]] = {}
    for commit in history.commits(until=number):
        graph = iris.graph("curated") if commit.source == "curated" else iris.harvest_graph(commit.source)
        found[graph] = (iris.run(commit.run) if commit.run else None, commit.at)
    return found
