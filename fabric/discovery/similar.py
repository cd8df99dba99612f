"""Neighbours of an asset: by meaning, by schema, and by content where it is known; with the reason.

    score = meaning + schema + CONTENT * content

- `meaning` is the cosine of the two passages, where it is above 0.
- `schema` is a Jaccard index of the fields: what both have over what either has, each field weighing by how few documents have it
  (inverse document frequency), so that `id` says little. A field of the same name with another type counts half.
- `content` is 1 where both have the same number of rows, exactly counted and not trivial, as copies have.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from fabric.discovery.document import Document
from fabric.discovery.index import VectorIndex, WordIndex

__all__ = ["Neighbour", "Neighbours"]

CONTENT = 0.3
"""Weight of the same content."""
_DEPTH = 100
_FIELDS = 200
_LEAST_MEANING, _LEAST_SCHEMA, _LEAST_ROWS = 0.35, 0.05, 100
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An asset that is like another; `why` says in what, strongest first."""

    document: Document
    score: float
    why: tuple[str, ...]


class Neighbours:
    """Finds what is like an asset. `vectors` is None where meaning is switched off."""

    def __init__(self, lexical: WordIndex, vectors: VectorIndex | None) -> None:
        self._words, self._vectors = lexical, vectors

    def similar(self, iri: str, first: int = 10) -> list[Neighbour]:
        """The `first` neighbours of an asset, nearest first; none of an asset that is not in the index."""
        here = self._words.documents([iri]).get(iri)
        if here is None:
            return []
        meaning = dict(self._vectors.near(iri, {"kind": [here.kind]}, _DEPTH)) if self._vectors is not None else {}
        sharing = [other for other, _score in self._words.sharing(here.fields[:_FIELDS], _DEPTH)]
        others = self._words.documents(dict.fromkeys([*meaning, *sharing]))
        weights = self._weights({field.lower() for one in (here, *others.values()) for field in one.fields})
        found = [self._compare(here, one, meaning.get(one.iri), weights) for one in others.values() if one.iri != iri]
        kept = [one for one in found if one.why]
        return sorted(kept, key=lambda one: (-one.score, one.document.title, one.document.iri))[:first]

    def _weights(self, fields: set[str]) -> dict[str, float]:
        total = self._words.count()
        return {field: math.log(1 + total / (1 + self._words.spread(field))) for field in fields}

    def _compare(
        self, here: Document, other: Document, cosine: float | None, weights: Mapping[str, float]
    ) -> Neighbour:
        schema, shared = _schema(here, other, weights)
        same = here.rows >= _LEAST_ROWS and here.rows == other.rows
        reasons: list[tuple[float, str]] = []
        if cosine is not None and cosine >= _LEAST_MEANING:
            reasons.append((cosine, f"meaning {cosine:.2f}"))
        if schema >= _LEAST_SCHEMA:
            reasons.append((schema, _says(shared, here)))
        if same and reasons:
            reasons.append((CONTENT, f"as many rows: {here.rows:,}"))
        score = sum(weight for weight, _reason in reasons)
        return Neighbour(other, score, tuple(reason for _weight, reason in sorted(reasons, key=lambda one: -one[0])))


def _schema(here: Document, other: Document, weights: Mapping[str, float]) -> tuple[float, list[str]]:
    """The weighted Jaccard index of two schemas, 0 to 1, and the names of the fields in both."""
    mine, theirs = _typed(here), _typed(other)
    both = [name for name in mine if name in theirs]
    shared = sum(weights[name] * (1.0 if mine[name] == theirs[name] else 0.5) for name in both)
    every = sum(weights[name] for name in {*mine, *theirs})
    return (shared / every if every else 0.0), sorted(both, key=lambda name: (-weights[name], name))


def _typed(one: Document) -> dict[str, str]:
    types = one.field_types or ("",) * len(one.fields)
    return {name.lower(): kind for name, kind in zip(one.fields, types, strict=True)}


def _says(shared: list[str], here: Document) -> str:
    shown = ", ".join(shared[:_SHOWN]) + (", …" if len(shared) > _SHOWN else "")
    return f"{len(shared)} of {len(_typed(here))} fields: {shown}"
