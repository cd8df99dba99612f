"""Keeping the search indexes in step with the graph.

Each index holds, in its own last transaction, the number of the last commit that is in it. What was committed since is read from
the log, so that an index is only ever behind, never wrong, and after a crash takes up where it was.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator
from itertools import islice

from fabric.assets import Assets
from fabric.discovery.document import Document, document
from fabric.discovery.generations import Generations
from fabric.discovery.index import Index, WordIndex
from fabric.discovery.popularity import Popularity
from fabric.history import History

__all__ = ["BATCH", "Indexer"]

BATCH = 2000
"""How many assets are written at a time."""


class Indexer:
    """Brings what was committed into the indexes. `vectors` is None where meaning is switched off."""

    def __init__(
        self,
        assets: Assets,
        history: History,
        lexical: WordIndex,
        vectors: Generations | None,
        popularity: Popularity | None = None,
    ) -> None:
        self._assets, self._history, self._words, self._vectors = assets, history, lexical, vectors
        self._popularity = popularity
        self._writing = threading.Lock()

    @property
    def position(self) -> int:
        """Number of the last commit that can be found."""
        return min(index.position() for index in (self._words, self._vectors) if index is not None)

    def catch_up(self, *, semantic: bool = True) -> int:
        """Take in what was committed since; returns how many assets were looked at. `semantic=False` leaves the vectors behind."""
        with self._writing:
            target, looked = self._history.last(), 0
            vectors = self._vectors.members if self._vectors is not None and semantic else ()
            for index in (self._words, *vectors):
                if index.position() != target:
                    looked = max(looked, self._advance(index, target))
            if self._vectors is not None:
                self._vectors.settle()
            if looked and self._popularity is not None:
                self._popularity.refresh()
            return looked

    def _advance(self, index: Index, target: int) -> int:
        """Write in batches; the position moves with the last one, so that a crash repeats but never leaves out."""
        position = index.position()
        if position > target:  # of another log: a restored backup is older than the index, or it was copied here
            index.clear()
            position = 0
        roots = self._history.roots(after=position)
        for some in _batches(roots, BATCH):
            documents, gone = self._read(some)
            index.write(documents, gone, position)
        index.write([], [], target)
        return len(roots)

    def _read(self, roots: Collection[str]) -> tuple[list[Document], list[str]]:
        assets = self._assets.many(roots)
        documents = [made for root in roots if root in assets and (made := document(assets[root])) is not None]
        kept = {one.iri for one in documents}
        return documents, [root for root in roots if root not in kept]


def _batches(items: Iterable[str], size: int) -> Iterator[list[str]]:
    walking = iter(items)
    while some := list(islice(walking, size)):
        yield some
