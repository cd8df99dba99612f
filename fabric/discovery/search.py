"""Search: words and meaning, fused.

Both sides rank up to `DEPTH` documents that pass the filters; a document's score is the weighted sum of reciprocal ranks
(Cormack, Clarke, Büttcher: Reciprocal rank fusion, SIGIR 2009, k = 60), and a document whose name is the query comes first.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fabric.assets import Assets
from fabric.discovery.document import Document, document, words
from fabric.discovery.vectors import Vectors
from fabric.discovery.words import Words
from fabric.errors import QueryError
from fabric.history import History

__all__ = ["Found", "Results", "Search"]

DEPTH = 200
_K = 60
_FACETS = ("kind", "platform", "source", "tag")
_LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Found:
    """One result; `why` says what matched, best first, and `highlight` shows it."""

    document: Document
    score: float
    why: tuple[str, ...]
    highlight: str


@dataclass(frozen=True, slots=True)
class Results:
    """What a search found: the page asked for, how many there are in all, and how often each facet's values occur among them."""

    found: tuple[Found, ...]
    total: int
    facets: Mapping[str, tuple[tuple[str, int], ...]]
    semantic: bool


class Search:
    """Searches, and keeps both indexes in step with the log. `vectors` is None where meaning is switched off."""

    def __init__(self, assets: Assets, history: History, lexical: Words, vectors: Vectors | None) -> None:
        self._assets, self._history, self._words, self._vectors = assets, history, lexical, vectors
        self._writing = threading.Lock()

    @property
    def behind(self) -> int:
        """How many commits the indexes are behind the graph."""
        return self._history.last() - self.position

    @property
    def position(self) -> int:
        """Number of the last commit that can be found."""
        return min(index.position() for index in (self._words, self._vectors) if index is not None)

    def catch_up(self, *, semantic: bool = True) -> int:
        """Take in what was committed since; returns how many assets were looked at. `semantic=False` leaves the vectors behind."""
        with self._writing:
            target = self._history.last()
            looked = 0
            for index in (self._words, self._vectors if semantic else None):
                if index is None or index.position() >= target:
                    continue
                documents, gone = self._since(index.position())
                index.write(documents, gone, target)
                looked = max(looked, len(documents) + len(gone))
            return looked

    def _since(self, position: int) -> tuple[list[Document], list[str]]:
        documents, gone = [], []
        for root in self._history.roots(after=position):
            asset = self._assets.find(root)
            made = document(asset) if asset is not None else None
            if made is None:
                gone.append(root)
            else:
                documents.append(made)
        return documents, gone

    def search(
        self,
        query: str,
        *,
        filters: Mapping[str, Iterable[str]] | None = None,
        first: int = 20,
        offset: int = 0,
        semantic: bool = True,
    ) -> Results:
        """Search with `filters` by facet name (kind, platform, source, tag). An empty query lists what passes the filters.

        Raises: QueryError for an unknown filter, a query longer than 10,000 characters, or a page outside 1 to 200.
        """
        chosen = {name: tuple(values) for name, values in (filters or {}).items() if tuple(values)}
        _see(query, chosen, first, offset)
        if query.strip():
            lexical, meaning = self._rank(query, chosen, semantic=semantic)
        else:
            lexical, meaning = [(iri, 0.0) for iri in self._words.matching(chosen, DEPTH)], []
        scores = _fuse(lexical, meaning)
        documents = self._words.documents(scores)
        exact = query.strip().lower()
        ranked = sorted(
            (iri for iri in scores if iri in documents),
            key=lambda iri: (not _is_called(documents[iri], exact), -scores[iri], documents[iri].title, iri),
        )
        likeness = dict(meaning)
        page = tuple(
            Found(
                documents[iri],
                scores[iri],
                _why(documents[iri], query, likeness.get(iri)),
                _highlight(documents[iri], query),
            )
            for iri in ranked[offset : offset + first]
        )
        return Results(
            page, len(ranked), _count(documents[iri] for iri in ranked), semantic and self._vectors is not None
        )

    def _rank(
        self, query: str, filters: Mapping[str, tuple[str, ...]], *, semantic: bool
    ) -> tuple[list[tuple[str, float]], list[tuple[str, float]]]:
        lexical = self._words.search(query, filters, DEPTH)
        if not semantic or self._vectors is None:
            return lexical, []
        allowed = self._words.matching(filters, 10_000_000) if filters else None
        return lexical, self._vectors.search(query, allowed, DEPTH)


def _see(query: str, filters: Mapping[str, tuple[str, ...]], first: int, offset: int) -> None:
    unknown = sorted(set(filters) - set(_FACETS))
    if unknown:
        raise QueryError(f"there is no filter {unknown[0]!r}", remedy=f"filters are {', '.join(_FACETS)}")
    if len(query) > _LONGEST:
        raise QueryError(f"the query has {len(query)} characters; at most {_LONGEST} are allowed", remedy="shorten it")
    if not 1 <= first <= DEPTH or offset < 0:
        raise QueryError(
            f"a page of {first} results from {offset} was asked for", remedy=f"ask for 1 to {DEPTH}, from 0 on"
        )


def _fuse(lexical: list[tuple[str, float]], meaning: list[tuple[str, float]]) -> dict[str, float]:
    scores: dict[str, float] = {}
    for ranking in (lexical, [hit for hit in meaning if hit[1] > 0.2]):
        for rank, (iri, _score) in enumerate(ranking):
            scores[iri] = scores.get(iri, 0.0) + 1 / (_K + rank)
    return scores


def _is_called(one: Document, text: str) -> bool:
    return bool(text) and text in {one.title.lower(), one.name.lower(), one.name.lower().rsplit(".", 1)[-1]}


def _why(one: Document, query: str, likeness: float | None) -> tuple[str, ...]:
    asked = _stems(words(query))
    reasons = []
    if _stems(words(one.title)) & asked or _is_called(one, query.strip().lower()):
        reasons.append("name")
    matched = [name for name in one.fields if _stems(words(name)) & asked]
    reasons += [f"field {name}" for name in matched[:3]] + (
        [f"{len(matched) - 3} more fields"] if len(matched) > 3 else []
    )
    reasons += [f"tag {tag}" for tag in one.tags if _stems(words(tag)) & asked]
    if _stems(words(one.description)) & asked:
        reasons.append("description")
    if likeness is not None and likeness > 0.2:
        reasons.append(f"meaning {likeness:.2f}")
    return tuple(reasons)


_STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "by",
        "for",
        "from",
        "how",
        "in",
        "is",
        "it",
        "of",
        "on",
        "or",
        "that",
        "the",
        "to",
        "was",
        "what",
        "when",
        "where",
        "which",
        "who",
        "with",
    ]
)


def _stems(parts: Iterable[str]) -> set[str]:
    return {part.lower().removesuffix("s") for part in parts} - _STOP


def _highlight(one: Document, query: str) -> str:
    """The sentence of the description that has most of the query's words, or its beginning."""
    asked = _stems(words(query))
    sentences = re.split(r"(?<=[.!?])\s+", one.description.strip()) if one.description else [""]
    best = max(sentences, key=lambda sentence: len(_stems(words(sentence)) & asked))
    return best if len(best) <= 240 else best[:239].rsplit(" ", 1)[0] + "…"


def _count(documents: Iterable[Document]) -> dict[str, tuple[tuple[str, int], ...]]:
    counts: dict[str, Counter[str]] = {name: Counter() for name in _FACETS}
    for one in documents:
        counts["kind"][one.kind] += 1
        counts["platform"].update([one.platform] if one.platform else [])
        counts["source"].update(one.sources)
        counts["tag"].update(one.tags)
    return {
        name: tuple(sorted(counter.items(), key=lambda item: (-item[1], item[0]))) for name, counter in counts.items()
    }
