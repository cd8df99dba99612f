"""Vector indexes of two models: that of the present one is built beside the one before, which serves until it is ready.

Which model made an index is written in it, and is part of its name. Where the settings name another model, or the folder of the
model holds other weights, a new index is begun. The queries for the old one are encoded by the old model, which is kept in the
cache of exported models; where it is not there any more, words alone answer meanwhile.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from fabric.discovery.document import Document
from fabric.discovery.encoder import Encoder
from fabric.discovery.index import Filters, Hit, VectorIndex
from fabric.discovery.vectors import Vectors
from fabric.discovery.words import VERSION, Words

__all__ = ["Generations", "kept_vectors", "kept_words", "postgres_vectors"]


class Generations:
    """A vector index that is `new`, or `old` as long as the new one has not come as far in the log."""

    def __init__(self, new: VectorIndex, old: VectorIndex | None = None) -> None:
        self._new, self._old = new, old
        self.settle()

    @property
    def model(self) -> str:
        """Name of the model that answers at present."""
        return self._serving.model

    @property
    def members(self) -> tuple[VectorIndex, ...]:
        """The indexes to be kept up to date: the one that serves first."""
        return (self._new,) if self._old is None else (self._old, self._new)

    def settle(self) -> None:
        """Let the new index serve, and drop the old one, if the new one is ready."""
        old = self._old
        if old is not None and self._new.position() >= max(1, old.position()):
            self._old = None
            old.drop()

    def position(self) -> int:
        """See `Index.position`; of the index that serves."""
        return self._serving.position()

    def write(self, documents: Collection[Document], gone: Iterable[str], position: int) -> None:
        """See `Index.write`; to all members."""
        gone = list(gone)
        for one in self.members:
            one.write(documents, gone, position)
        self.settle()

    def clear(self) -> None:
        """See `Index.clear`."""
        for one in self.members:
            one.clear()

    def drop(self) -> None:
        """See `VectorIndex.drop`."""
        for one in self.members:
            one.drop()

    def close(self) -> None:
        """See `VectorIndex.close`."""
        for one in self.members:
            one.close()

    def count(self) -> int:
        """See `Index.count`."""
        return self._serving.count()

    def search(self, query: str, filters: Filters, limit: int) -> list[Hit]:
        """See `VectorIndex.search`."""
        return self._serving.search(query, filters, limit)

    def near(self, iri: str, filters: Filters, limit: int) -> list[Hit]:
        """See `VectorIndex.near`."""
        return self._serving.near(iri, filters, limit)

    @property
    def _serving(self) -> VectorIndex:
        return self._new if self._old is None else self._old


def kept_vectors(folder: Path, encoder: Encoder, earlier: Callable[[str], Encoder | None]) -> Generations:
    """The vector indexes in files of `folder`, of the encoder's model and of the one before.

    `earlier` gives the encoder of a model's name, None where it is not to be had any more; such an index is deleted.
    """
    folder.mkdir(parents=True, exist_ok=True)
    new = Vectors(folder / f"vectors-{encoder.name}.db", encoder)
    old: Vectors | None = None
    for file in sorted(folder.glob("vectors*.db"), key=lambda file: file.stat().st_mtime, reverse=True):
        model = file.stem.removeprefix("vectors-")
        if model == encoder.name:
            continue
        before = earlier(model) if old is None else None
        opened = Vectors(file, before) if before is not None else None
        if opened is not None and opened.position() > 0:
            old = opened
        else:
            file.unlink()
    return Generations(new, old)


def postgres_vectors(url: str, encoder: Encoder, earlier: Callable[[str], Encoder | None]) -> Generations:
    """As `kept_vectors`, in the PostgreSQL database at `url`.

    Raises: SettingsError where pgvector is missing, GraphUnavailable.
    """
    from fabric.discovery.pgvectors import PgVectors, models  # its packages are an extra

    new = PgVectors(url, encoder)
    others = [found for name in models(url) if name != encoder.name and (found := earlier(name)) is not None]
    return Generations(new, PgVectors(url, others[0]) if others else None)


def kept_words(folder: Path) -> Words:
    """The word index in `folder`; those of other versions of its form are deleted."""
    for entry in folder.glob("words*"):
        if entry.name != f"words-{VERSION}":
            shutil.rmtree(entry, ignore_errors=True)
    return Words(folder / f"words-{VERSION}")
