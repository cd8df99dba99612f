"""Which mix of words and meaning finds most: every mix on every question set, from one pass over the indexes.

    python -m benchmarks mixes --sets DIR [--set NAME ...]

The sets are those of `retrieval`. Each row is one configuration over all sets. Words, meaning and reciprocal ranks are there to
compare with; the row in use is marked.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks._processes import Failed
from benchmarks.retrieval import Grades, document, grades_of, lines_of, measure
from fabric.discovery.document import Document
from fabric.discovery.encoder import Encoder, OnnxEncoder, model_folder
from fabric.discovery.fusion import Mix, fuse
from fabric.discovery.index import Hit
from fabric.discovery.search import DEPTH
from fabric.discovery.vectors import Vectors
from fabric.discovery.words import Words
from fabric.settings import Settings

__all__ = ["run"]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question set, and what both indexes propose for each of its queries."""

    name: str
    queries: list[tuple[str, str]]
    grades: Grades
    documents: Mapping[str, Document]
    lexical: Mapping[str, list[Hit]]
    meaning: Mapping[str, list[Hit]]


def run(options: list[str]) -> None:
    """Print a Markdown table, a row for each mix."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks mixes")
    parser.add_argument("--sets", type=Path, default=os.environ.get("FABRIC_RETRIEVAL_SETS"))
    parser.add_argument("--set", action="append", dest="names")
    given = parser.parse_args(options)
    if given.sets is None or not Path(given.sets).is_dir():
        raise Failed("name the folder of the question sets: --sets DIR, or FABRIC_RETRIEVAL_SETS")
    encoder = OnnxEncoder(model_folder("builtin"), Settings().models_dir)
    names = given.names or sorted(entry.name for entry in Path(given.sets).iterdir() if entry.is_dir())
    asked = [_ask(name, Path(given.sets) / name, encoder) for name in names]
    print("| mix | " + " | ".join(f"{name} R@10 / nDCG@10" for name in names) + " |")
    print("|---|" + "--:|" * len(names))
    for title, ranker in _mixes().items():
        row = [measure(_ranked(one, ranker), one.queries, one.grades) for one in asked]
        print(f"| {title} | " + " | ".join(f"{recall:.3f} / {gain:.3f}" for recall, gain in row) + " |", flush=True)


_Ranker = Callable[[str, Sequence[Hit], Sequence[Hit], Mapping[str, Document]], Mapping[str, float]]


def _mixes() -> dict[str, _Ranker]:
    rows: dict[str, _Ranker] = {
        "words": lambda _query, lexical, _meaning, _documents: dict(lexical),
        "meaning": lambda _query, _lexical, meaning, _documents: dict(meaning),
        "reciprocal ranks, k = 60": lambda _query, lexical, meaning, _documents: _reciprocal(lexical, meaning),
    }
    for least in (0.0, 0.1, 0.15, 0.25):
        rows[f"as in use, cosine at least {least:g}"] = _fused(Mix(), least)
    for meaning in (0.5, 0.75, 1.0, 1.5, 2.0, 3.0):
        for power in (0.0, 0.5, 1.0):
            mix = Mix(meaning=meaning, power=power)
            mark = "**" if mix == Mix() else ""
            rows[f"{mark}words x coverage^{power:g} + {meaning:g} x cosine, with company{mark}"] = _fused(mix)
    for company in (0.0, 0.3, 0.9, 1.2):
        rows[f"as in use, company {company:g}"] = _fused(Mix(company=company))
    return rows


def _fused(mix: Mix, least: float = 0.0) -> _Ranker:
    def score(
        query: str, lexical: Sequence[Hit], meaning: Sequence[Hit], documents: Mapping[str, Document]
    ) -> Mapping[str, float]:
        return fuse(query, lexical, [hit for hit in meaning if hit[1] >= least], documents, mix)

    return score


def _reciprocal(*sides: Sequence[Hit]) -> dict[str, float]:
    scores: dict[str, float] = {}
    for side in sides:
        for rank, (iri, _score) in enumerate(side, 1):
            scores[iri] = scores.get(iri, 0.0) + 1 / (60 + rank)
    return scores


def _ranked(asked: _Asked, ranker: _Ranker) -> Callable[[str], Sequence[str]]:
    def rank(query: str) -> Sequence[str]:
        scores = ranker(query, asked.lexical[query], asked.meaning[query], asked.documents)
        return sorted(scores, key=lambda iri: (-scores[iri], asked.documents[iri].title, iri))[:10]

    return rank


def _ask(name: str, folder: Path, encoder: Encoder) -> _Asked:
    documents = [document(entry) for entry in lines_of(folder / "corpus.jsonl")]
    queries = [(entry["id"], entry["text"]) for entry in lines_of(folder / "queries.jsonl")]
    with tempfile.TemporaryDirectory() as scratch:
        words, vectors = Words(Path(scratch) / "words"), Vectors(Path(scratch) / "vectors.db", encoder)
        words.write(documents, [], 1)
        vectors.write(documents, [], 1)
        texts = list(dict.fromkeys(text for _identity, text in queries))
        lexical = {text: words.search(text, {}, DEPTH) for text in texts}
        meaning = {text: vectors.search(text, {}, DEPTH) for text in texts}
    held = {one.iri: one for one in documents}
    return _Asked(name, queries, grades_of(folder / "qrels.tsv"), held, lexical, meaning)
