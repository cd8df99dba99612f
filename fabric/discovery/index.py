"""The seams between search and its two indexes.

`fabric.discovery.words` (tantivy) is a word index; `fabric.discovery.vectors` (faiss) and `fabric.discovery.pgvectors` (PostgreSQL
with pgvector) are vector indexes. Whatever stands behind a seam passes its contract suite. Filters are by facet: a document passes
where it has, for each facet named, one of the values; they hold inside an index, before the best are taken.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from fabric.discovery.document import Document

__all__ = ["Filters", "Hit", "Index", "Tally", "VectorIndex", "WordIndex"]

Filters: TypeAlias = Mapping[str, Collection[str]]
"""Values by facet; a facet without values is no filter."""
Hit: TypeAlias = tuple[str, float]
"""IRI and score."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many documents match, and how many of them have each value of each facet; commonest values first."""

    total: int
    facets: Mapping[str, tuple[tuple[str, int], ...]]


class Index(Protocol):
    """What both keep of the log of commits."""

    def position(self) -> int:
        """Number of the last commit that is wholly in the index; 0 for none."""

    def write(self, documents: Collection[Document], gone: Iterable[str], position: int) -> None:
        """Replace documents, delete those of the IRIs `gone`, and move the position, in one transaction.

        Raises: GraphError, StorageFull, GraphUnavailable.
        """

    def clear(self) -> None:
        """Delete everything; the position is 0 then."""

    def count(self) -> int:
        """How many documents there are."""


class WordIndex(Index, Protocol):
    """Finds documents by words, and holds what is shown of them."""

    def search(self, query: str, filters: Filters, limit: int) -> list[Hit]:
        """The best `limit` documents for the words of a query; scores are above 0 and have no upper bound."""

    def tally(self, query: str, filters: Filters, facets: Iterable[str]) -> Tally:
        """Count all that match the words and pass the filters, exactly; an empty query matches all.

        Only the `facets` named are counted.
        """

    def matching(self, query: str, iris: Collection[str]) -> set[str]:
        """Those of the IRIs whose documents match the words."""

    def listing(self, filters: Filters, limit: int, offset: int) -> list[str]:
        """IRIs of what passes the filters, by title."""

    def sharing(self, fields: Collection[str], limit: int) -> list[Hit]:
        """Documents that have fields of these names; what few have weighs more."""

    def spread(self, field: str) -> int:
        """How many documents have a field of that name."""

    def documents(self, iris: Iterable[str]) -> dict[str, Document]:
        """The documents of the IRIs, as they were written; what is not there is left out."""


class VectorIndex(Index, Protocol):
    """Finds documents by meaning. Scores are cosines, -1 to 1."""

    @property
    def model(self) -> str:
        """Name of the encoder that made the vectors (`fabric.discovery.encoder.Encoder.name`)."""

    def search(self, query: str, filters: Filters, limit: int) -> list[Hit]:
        """The `limit` documents nearest to a text, nearest first."""

    def near(self, iri: str, filters: Filters, limit: int) -> list[Hit]:
        """The `limit` documents nearest to a document, without itself; none where it has no vector."""

    def drop(self) -> None:
        """Delete the index for good, with its files or tables; it cannot be used after."""

    def close(self) -> None:
        """Release what is open; the index opens again when it is used."""
