"""Snapshots of the graph and the graph of any past moment.

A past graph is built in a throw-away store from whatever needs the fewest changes: the nearest snapshot before or after, the
present graph, or nothing at all, plus the log between it and the moment.
"""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from fabric.commit import Committer
from fabric.errors import GraphError, StorageFull
from fabric.graph.local import LocalGraph
from fabric.graph.store import GraphStore, Update
from fabric.history import Change, History
from fabric.identity import Iris

__all__ = ["Snapshots", "files"]


@dataclass(frozen=True, slots=True)
class _Start:
    number: int
    folder: Path | None
    present: bool = False


class Snapshots:
    """Takes snapshots into `folder` and opens the past. `embedded` tells whether the present graph can be copied."""

    def __init__(
        self, graph: GraphStore, history: History, committer: Committer, iris: Iris, folder: Path, *, embedded: bool
    ) -> None:
        self._graph, self._history, self._committer, self._iris = graph, history, committer, iris
        self._folder, self._embedded = folder, embedded

    def take(self) -> int:
        """Take a snapshot of the present graph; returns the number of the commit that it shows. Twice at one commit is once.

        Raises: GraphError, StorageFull.
        """
        with self._committer.hold(), files(self._folder):
            number = self._history.last()
            target = self._folder / str(number)
            if not target.exists():
                self._folder.mkdir(parents=True, exist_ok=True)
                partial = self._folder / f"{number}.new"
                shutil.rmtree(partial, ignore_errors=True)
                self._graph.snapshot(partial)
                partial.rename(target)
        return number

    def numbers(self) -> list[int]:
        """Commits of which there is a snapshot, in order."""
        if not self._folder.is_dir():
            return []
        return sorted(int(entry.name) for entry in self._folder.iterdir() if entry.name.isdigit())

    def keep(self, count: int) -> None:
        """Delete all but the newest `count` snapshots. Raises: GraphError."""
        with self._committer.hold(), files(self._folder):
            for number in self.numbers()[:-count]:
                shutil.rmtree(self._folder / str(number))

    @contextmanager
    def as_of(self, moment: datetime) -> Iterator[LocalGraph]:
        """The whole graph as it was, without `graph/meta`, in a store that is gone afterwards.

        Raises: GraphError, StorageFull.
        """
        number = self._history.number_at(moment)
        with files(Path(tempfile.gettempdir())):
            folder = tempfile.TemporaryDirectory(prefix="fabric-as-of-", ignore_cleanup_errors=True)
        with folder as scratch:
            store, start = self._open(number, Path(scratch) / "graph")
            try:
                _apply(store, self._history, start, number)
                self._forget_meta(store)
                yield store
            finally:
                store.close()

    def branch(self, target: Path) -> LocalGraph:
        """A store of its own with the present graph, in a new folder; hold the committer meanwhile.

        Raises: GraphError, StorageFull.
        """
        number = self._history.last()
        store, start = self._open(number, target)
        _apply(store, self._history, start, number)
        return store

    def _nearest(self, number: int) -> _Start:
        starts = [_Start(0, None), *(_Start(n, self._folder / str(n)) for n in self.numbers())]
        if self._embedded:  # first, since linking is cheaper than copying
            starts.insert(0, _Start(self._history.last(), None, present=True))
        commits = self._history.commits()

        def cost(start: _Start) -> int:
            low, high = sorted((start.number, number))
            return sum(c.added + c.removed for c in commits if low < c.number <= high)

        return min(starts, key=cost)

    def _open(self, number: int, target: Path) -> tuple[LocalGraph, int]:
        with self._committer.hold(), files(target):
            start = self._nearest(number)
            if start.present:
                self._graph.snapshot(target)
            elif start.folder is not None:
                shutil.copytree(start.folder, target)
        return LocalGraph(target), start.number

    def _forget_meta(self, store: LocalGraph) -> None:
        meta = self._iris.graph("meta")
        change = Update()
        change.remove(meta, [triple for triple, _ in store.match(graph=meta)])
        if len(change):
            store.update(change)


@contextmanager
def files(folder: Path) -> Iterator[None]:
    """Turn the file system's errors into Fabric's."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC or "No space left" in str(error):
            raise StorageFull(f"no space is left for {str(folder)!r}", remedy="free space") from error
        raise GraphError(
            f"{str(folder)!r} cannot be read or written: {error}", remedy="see that the folder is there and writable"
        ) from error


def _apply(store: LocalGraph, history: History, start: int, target: int) -> None:
    if start <= target:
        changes: Iterable[Change] = history.between(start, target)
    else:
        changes = (Change(c.root, c.graph, c.removed, c.added) for c in history.between(target, start, backwards=True))
    walking = iter(changes)
    while some := list(islice(walking, 500)):
        for change in _consecutive(some):
            store.update(change)


def _consecutive(changes: list[Change]) -> Iterator[Update]:
    """Updates that keep the order: removals come first in an update, so one triple may not be added and then removed in it."""
    update, fresh = Update(), set[object]()
    for change in changes:
        if fresh.intersection((triple, change.graph) for triple in change.removed):
            yield update
            update, fresh = Update(), set()
        update.remove(change.graph, change.removed)
        update.add(change.graph, change.added)
        fresh.update((triple, change.graph) for triple in change.added)
    if len(update):
        yield update
