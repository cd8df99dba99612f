"""Search: words and meaning, fused (see `fabric.discovery.fusion`), filtered, explained.

A document matches where it has a word of the query, or where it is among the `DEPTH` nearest in meaning. The best of both
sides are fused and come first; the others that have a word follow by words alone, so that all that is counted can be reached.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from fabric.discovery.abbreviations import MANY, long_forms
from fabric.discovery.document import FACETS, Document, stems, words
from fabric.discovery.fusion import fuse
from fabric.discovery.index import Filters, Hit, Tally, VectorIndex, WordIndex
from fabric.discovery.popularity import Popularity
from fabric.errors import QueryError

__all__ = ["Found", "Results", "Search"]

DEPTH = 120
"""How many documents each side may propose."""
LIKENESS = 0.0
"""Least cosine of what is found by meaning. A higher one would lose tables that are found by the company they are in: see
docs/benchmarks.md."""
_LONGEST = 10_000
_PAGE = 200
_THREADS = 4


@dataclass(frozen=True, slots=True)
class Found:
    """One result; `why` says what matched, best first, and `highlight` shows it."""

    document: Document
    score: float
    why: tuple[str, ...]
    highlight: str


@dataclass(frozen=True, slots=True)
class Results:
    """What a search found: the page asked for, how many match in all, and how many of them have each facet's values.

    Both counts are exact. A facet is counted as if its own filter were not set, so that a second value can be chosen.
    """

    found: tuple[Found, ...]
    total: int
    facets: Mapping[str, tuple[tuple[str, int], ...]]
    semantic: bool


class Search:
    """Searches both indexes. `vectors` is None where meaning is switched off; `popularity` settles ties."""

    def __init__(self, lexical: WordIndex, vectors: VectorIndex | None, popularity: Popularity | None = None) -> None:
        self._words, self._vectors, self._popularity = lexical, vectors, popularity
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="search")

    def search(
        self,
        query: str,
        *,
        filters: Mapping[str, Iterable[str]] | None = None,
        first: int = 20,
        offset: int = 0,
        semantic: bool = True,
    ) -> Results:
        """Search with `filters` by facet name (`FACETS`). An empty query lists what passes the filters, by title.

        Raises: QueryError for an unknown filter, a query longer than 10,000 characters, or a page outside 1 to 200.
        """
        chosen = {name: tuple(values) for name, values in (filters or {}).items() if tuple(values)}
        _see(query, chosen, first, offset)
        start = self._pool.submit  # words are sought and counted beside the vectors: all of them leave Python's lock
        lexical = start(self._words.search, query, chosen, DEPTH)
        tally = start(self._words.tally, query, chosen, FACETS)
        wider = {name: start(self._facet, name, query, chosen, semantic) for name in chosen}
        nearest = self._nearest(query, chosen, semantic=semantic)
        counted = start(self._count, query, tally, nearest)
        scores, ranked = self._rank(query, chosen, lexical.result(), nearest, first, offset)
        page = ranked[offset : offset + first] if query.strip() else ranked
        documents, likeness = self._words.documents(page), dict(nearest)
        found = tuple(
            Found(
                documents[iri],
                scores.get(iri, 0.0),
                _why(documents[iri], query, likeness.get(iri)),
                _highlight(documents[iri], query),
            )
            for iri in page
            if iri in documents
        )
        facets = {**counted.result().facets, **{name: facet.result() for name, facet in wider.items()}}
        return Results(found, counted.result().total, facets, semantic and self._vectors is not None)

    def browse(self, filters: Mapping[str, Iterable[str]], first: int, offset: int) -> tuple[list[str], int]:
        """IRIs of what passes the filters, by title, and how many there are in all. Raises: QueryError for an unknown filter."""
        chosen = {name: tuple(values) for name, values in filters.items() if tuple(values)}
        _see_filters(chosen)
        return self._words.listing(chosen, first, offset), self._words.tally("", chosen, ["kind"]).total

    def _nearest(self, query: str, filters: Filters, *, semantic: bool) -> list[Hit]:
        if not semantic or self._vectors is None or not query.strip():
            return []
        asked = words(query)
        longer = long_forms(asked) if len(asked) <= MANY else []
        meant = " ".join((query, *longer))
        return [hit for hit in self._vectors.search(meant, filters, DEPTH) if hit[1] > LIKENESS]

    def _rank(
        self, query: str, filters: Filters, lexical: list[Hit], nearest: list[Hit], first: int, offset: int
    ) -> tuple[dict[str, float], list[str]]:
        """Scores of the best, and IRIs in order up to the end of the page; without a query those of the page."""
        if not query.strip():
            return {}, self._words.listing(filters, first, offset)
        documents = self._words.documents(dict.fromkeys(iri for iri, _score in (*lexical, *nearest)))
        scores, exact = fuse(query, lexical, nearest, documents), query.strip().lower()
        if self._popularity is not None:
            scores = {iri: score + self._popularity.bonus(iri) for iri, score in scores.items()}
        ranked = sorted(
            scores, key=lambda iri: (not _is_called(documents[iri], exact), -scores[iri], documents[iri].title, iri)
        )
        if offset + first > len(ranked) and len(lexical) == DEPTH:
            deeper = self._words.search(query, filters, offset + first + len(nearest))
            ranked += [iri for iri, _score in deeper if iri not in scores]
        return scores, ranked

    def _facet(self, name: str, query: str, filters: Filters, semantic: bool) -> tuple[tuple[str, int], ...]:  # noqa: FBT001
        """Counts of one facet's values, as if its own filter were not set."""
        others = {facet: values for facet, values in filters.items() if facet != name}
        tally = self._words.tally(query, others, [name])
        return self._add(query, tally, self._nearest(query, others, semantic=semantic)).facets[name]

    def _count(self, query: str, tally: Future[Tally], nearest: list[Hit]) -> Tally:
        return self._add(query, tally.result(), nearest)

    def _add(self, query: str, tally: Tally, nearest: list[Hit]) -> Tally:
        """Counts of what words match, with those of what only meaning found."""
        iris = {iri for iri, _cosine in nearest}
        matched = self._words.matching(query, iris)
        only = [one.facets for one in self._words.documents(iris - matched).values()]
        facets = {}
        for name, values in tally.facets.items():
            counts = Counter(dict(values))
            counts.update(value for one in only for value in one[name])
            facets[name] = tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
        return Tally(tally.total + len(only), facets)


def _see(query: str, filters: Mapping[str, tuple[str, ...]], first: int, offset: int) -> None:
    _see_filters(filters)
    if len(query) > _LONGEST:
        raise QueryError(f"the query has {len(query)} characters; at most {_LONGEST} are allowed", remedy="shorten it")
    if not 1 <= first <= _PAGE or offset < 0:
        raise QueryError(
            f"a page of {first} results from {offset} was asked for", remedy=f"ask for 1 to {_PAGE}, from 0 on"
        )


def _see_filters(filters: Filters) -> None:
    unknown = sorted(set(filters) - set(FACETS))
    if unknown:
        raise QueryError(f"there is no filter {unknown[0]!r}", remedy=f"filters are {', '.join(FACETS)}")


def _is_called(one: Document, text: str) -> bool:
    return bool(text) and text in {one.title.lower(), one.name.lower(), one.name.lower().rsplit(".", 1)[-1]}


def _why(one: Document, query: str, likeness: float | None) -> tuple[str, ...]:
    asked = stems(words(query))
    reasons = []
    if _shares(one.title, asked) or _is_called(one, query.strip().lower()):
        reasons.append("name")
    matched = [name for name in one.fields if _shares(name, asked)]
    reasons += [f"field {name}" for name in matched[:3]] + (
        [f"{len(matched) - 3} more fields"] if len(matched) > 3 else []
    )
    reasons += [f"tag {tag}" for tag in one.tags if _shares(tag, asked)]
    if stems(words(one.description)) & asked:
        reasons.append("description")
    if likeness is not None and likeness > 0.2:
        reasons.append(f"meaning {likeness:.2f}")
    return tuple(reasons)


def _shares(name: str, asked: set[str]) -> bool:
    """Whether a name has a word of the query, or one that such a word begins."""
    parts = stems(words(name))
    return bool(parts & asked) or any(part.startswith(term) for term in asked if len(term) > 2 for part in parts)


def _highlight(one: Document, query: str) -> str:
    """The sentence of the description that has most of the query's words, or its beginning."""
    asked = stems(words(query))
    sentences = re.split(r"(?<=[.!?])\s+", one.description.strip()) if one.description else [""]
    best = max(sentences, key=lambda sentence: len(stems(words(sentence)) & asked))
    return best if len(best) <= 240 else best[:239].rsplit(" ", 1)[0] + "…"
