"""Fusing what words and meaning say of the candidates into one score.

    score = words * sqrt(coverage) + meaning + COMPANY * mean of the container's best three

- `words` is the BM25 score over the best one's, 0 to 1; `coverage` is the share of the query's words that the best lexical
  candidates hold: where the words of the question are nowhere to be found, BM25's ranking means little.
- `meaning` is the cosine between query and passage.
- A question is mostly answered by several tables of one schema, so a document gains from the company it is in. A document in no
  container is its own company.

The weights were chosen by the figures in docs/benchmarks.md, one setting for all sets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fabric.discovery.abbreviations import long_forms
from fabric.discovery.document import Document, stems, words

__all__ = ["COMPANY", "MEANING", "Mix", "coverage", "fuse"]

MEANING = 1.0
"""Weight of a cosine against that of the best lexical match."""
COMPANY = 0.6
"""Weight of a container's best members."""


@dataclass(frozen=True, slots=True)
class Mix:
    """Weights of a fusion: of meaning, of company, and the power of coverage that weighs words."""

    meaning: float = MEANING
    company: float = COMPANY
    power: float = 0.5


_BEST = 3
_LEAST_COVERAGE = 0.1


def fuse(
    query: str,
    lexical: Sequence[tuple[str, float]],
    meaning: Sequence[tuple[str, float]],
    documents: Mapping[str, Document],
    mix: Mix = Mix(),
) -> dict[str, float]:
    """Scores of all candidates that have a document, by IRI. Both lists hold IRI and score, best first."""
    scores = {iri: 0.0 for iri, _score in (*lexical, *meaning) if iri in documents}
    best = lexical[0][1] if lexical else 0.0
    if best > 0:
        weight = max(coverage(query, lexical, documents), _LEAST_COVERAGE) ** mix.power
        for iri, score in lexical:
            if iri in scores:
                scores[iri] += weight * score / best
    for iri, cosine in meaning:
        if iri in scores:
            scores[iri] += mix.meaning * max(cosine, 0.0)
    return _in_company(scores, documents, mix.company)


def coverage(query: str, lexical: Sequence[tuple[str, float]], documents: Mapping[str, Document]) -> float:
    """Largest share of the query's words that one of the best three lexical candidates holds, 0 to 1."""
    asked = {word: stems([word, *long_forms([word])]) for word in words(query)}
    spellings = [spelling for spelling in {tuple(sorted(forms)) for forms in asked.values()} if spelling]
    if not spellings:
        return 0.0
    best = [_held(documents[iri]) for iri, _score in lexical[:_BEST] if iri in documents]
    return max((sum(not held.isdisjoint(one) for one in spellings) / len(spellings) for held in best), default=0.0)


def _held(one: Document) -> set[str]:
    named = words(" ".join((one.title, *one.tags, *one.fields)))
    return stems([*named, *long_forms(named), *words(" ".join((one.name, one.description, *one.field_notes)))])


def _in_company(scores: Mapping[str, float], documents: Mapping[str, Document], weight: float) -> dict[str, float]:
    members: dict[str, list[float]] = defaultdict(list)
    for iri, score in scores.items():
        members[documents[iri].container or iri].append(score)
    company = {name: sum(best) / len(best) for name, all_ in members.items() if (best := sorted(all_)[-_BEST:])}
    return {iri: score + weight * company[documents[iri].container or iri] for iri, score in scores.items()}
