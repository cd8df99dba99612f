"""Search: words and meaning, fused (see `fabric.discovery.fusion`), filtered, explained."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fabric.discovery.document import Document, stems, words
from fabric.discovery.fusion import fuse
from fabric.discovery.vectors import Vectors
from fabric.discovery.words import Words
from fabric.errors import QueryError

__all__ = ["Found", "Results", "Search"]

DEPTH = 120
"""How many documents each side may propose."""
_FACETS = ("kind", "platform", "source", "tag")
_LONGEST = 10_000
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Found:
    """One result; `why` says what matched, best first, and `highlight` shows it."""

    document: Document
    score: float
    why: tuple[str, ...]
    highlight: str


@dataclass(frozen=True, slots=True)
class Results:
    """What a search found: the page asked for, how many there are in all, and how often each facet's values occur.

    A facet is counted as if its own filter were not set, so that a second value can be chosen.
    """

    found: tuple[Found, ...]
    total: int
    facets: Mapping[str, tuple[tuple[str, int], ...]]
    semantic: bool


class Search:
    """Searches both indexes. `vectors` is None where meaning is switched off."""

    def __init__(self, lexical: Words, vectors: Vectors | None) -> None:
        self._words, self._vectors = lexical, vectors

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
        scores, documents, likeness = self._candidates(query, chosen, semantic=semantic)
        exact = query.strip().lower()
        ranked = sorted(
            (iri for iri in scores if iri in documents),
            key=lambda iri: (not _is_called(documents[iri], exact), -scores[iri], documents[iri].title, iri),
        )
        page = tuple(
            Found(
                documents[iri],
                scores[iri],
                _why(documents[iri], query, likeness.get(iri)),
                _highlight(documents[iri], query),
            )
            for iri in ranked[offset : offset + first]
        )
        facets = dict(_count(documents[iri] for iri in ranked))
        for name in chosen:
            others = {facet: values for facet, values in chosen.items() if facet != name}
            facets[name] = _count(self._candidates(query, others, semantic=semantic)[1].values())[name]
        return Results(page, len(ranked), facets, semantic and self._vectors is not None)

    def _candidates(
        self, query: str, filters: Mapping[str, tuple[str, ...]], *, semantic: bool
    ) -> tuple[dict[str, float], dict[str, Document], dict[str, float]]:
        """Scores, documents and likeness in meaning of all that match, by IRI."""
        if query.strip():
            lexical, meaning = self._rank(query, filters, semantic=semantic)
        else:
            lexical, meaning = [(iri, 0.0) for iri in self._words.matching(filters, DEPTH)], []
        documents = self._words.documents(dict.fromkeys(iri for iri, _score in (*lexical, *meaning)))
        return fuse(query, lexical, meaning, documents), documents, dict(meaning)

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
    if not 1 <= first <= _PAGE or offset < 0:
        raise QueryError(
            f"a page of {first} results from {offset} was asked for", remedy=f"ask for 1 to {_PAGE}, from 0 on"
        )


def _is_called(one: Document, text: str) -> bool:
    return bool(text) and text in {one.title.lower(), one.name.lower(), one.name.lower().rsplit(".", 1)[-1]}


def _why(one: Document, query: str, likeness: float | None) -> tuple[str, ...]:
    asked = stems(words(query))
    reasons = []
    if stems(words(one.title)) & asked or _is_called(one, query.strip().lower()):
        reasons.append("name")
    matched = [name for name in one.fields if stems(words(name)) & asked]
    reasons += [f"field {name}" for name in matched[:3]] + (
        [f"{len(matched) - 3} more fields"] if len(matched) > 3 else []
    )
    reasons += [f"tag {tag}" for tag in one.tags if stems(words(tag)) & asked]
    if stems(words(one.description)) & asked:
        reasons.append("description")
    if likeness is not None and likeness > 0.2:
        reasons.append(f"meaning {likeness:.2f}")
    return tuple(reasons)


def _highlight(one: Document, query: str) -> str:
    """The sentence of the description that has most of the query's words, or its beginning."""
    asked = stems(words(query))
    sentences = re.split(r"(?<=[.!?])\s+", one.description.strip()) if one.description else [""]
    best = max(sentences, key=lambda sentence: len(stems(words(sentence)) & asked))
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
