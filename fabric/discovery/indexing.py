"""Keeping the search indexes in step with the graph.

Each index holds, in its own last transaction, the number of the last commit that is in it. What was committed since is read from
the log, so that an index is only ever behind, never wrong, and after a crash takes up where it was.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from itertools import islice

from fabric.assets import Assets
from fabric.discovery.document import Document, document
from fabric.discovery.vectors import Vectors
from fabric.discovery.words import Words
from fabric.history import History

__all__ = ["Indexer"]

_BATCH = 2000


class Indexer:
    """Brings what was committed into the indexes. `vectors` is None where meaning is switched off."""

    def __init__(self, assets: Assets, history: History, lexical: Words, vectors: Vectors | None) -> None:
        self._assets, self._history, self._words, self._vectors = assets, history, lexical, vectors
        self._writing = threading.Lock()

    @property
    def position(self) -> int:
        """Number of the last commit that can be found."""
        return min(index.position() for index in (self._words, self._vectors) if index is not None)

    def catch_up(self, *, semantic: bool = True) -> int:
        """Take in what was committed since; returns how many assets were looked at. `semantic=False` leaves the vectors behind."""
        with self._writing:
            target, looked = self._history.last(), 0
            for index in (self._words, self._vectors if semantic else None):
                if index is not None and index.position() < target:
                    looked = max(looked, self._advance(index, target))
            return looked

    def _advance(self, index: Words | Vectors, target: int) -> int:
        """Write in batches; the position moves with the last one, so that a crash repeats but never leaves out."""
        position = index.position()
        roots = self._history.roots(after=position)
        for some in _batches(roots, _BATCH):
            documents, gone = self._read(some)
            index.write(documents, gone, position)
        index.write([], [], target)
        return len(roots)

    def _read(self, roots: Iterable[str]) -> tuple[list[Document], list[str]]:
        documents, gone = [], []
        for root in roots:
            asset = self._assets.find(root)
            made = document(asset) if asset is not None else None
            if made is None:
                gone.append(root)
            else:
                documents.append(made)
        return documents, gone


def _batches(items: Iterable[str], size: int) -> Iterator[list[str]]:
    walking = iter(items)
    while some := list(islice(walking, size)):
        yield some
