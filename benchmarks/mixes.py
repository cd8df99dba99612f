"""Which mix of words and meaning finds most: every mix on every question set, from one pass over the indexes.

    python -m benchmarks mixes --sets DIR [--set NAME ...] [--dbt DIR]

The sets are those of `retrieval`. Each row is one configuration over all sets. Words, meaning and reciprocal ranks are there to
compare with; the row in use is marked. `--dbt` adds three sets of other kinds, made from the manifests of dbt projects
(`DIR/*/manifest.json`), where the one right answer is known: things that have a name alone (as jobs and dashboards mostly do),
asked by their description; things that have a description alone (as terms do), asked by their name; and tables with fields, asked
by the description of a field.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks._processes import Failed
from benchmarks.retrieval import Grades, document, grades_of, lines_of, measure
from fabric.discovery.document import Document, words
from fabric.discovery.encoder import Encoder, OnnxEncoder, model_folder
from fabric.discovery.fusion import Mix, fuse
from fabric.discovery.index import Hit
from fabric.discovery.search import DEPTH
from fabric.discovery.vectors import Vectors
from fabric.discovery.words import Words
from fabric.settings import Settings

__all__ = ["run"]

_FEW, _QUERIES = 3, 400


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
    parser.add_argument("--dbt", type=Path)
    given = parser.parse_args(options)
    if given.sets is None or not Path(given.sets).is_dir():
        raise Failed("name the folder of the question sets: --sets DIR, or FABRIC_RETRIEVAL_SETS")
    encoder = OnnxEncoder(model_folder("builtin"), Settings().models_dir)
    names = given.names or sorted(entry.name for entry in Path(given.sets).iterdir() if entry.is_dir())
    asked = [_ask(name, _read(Path(given.sets) / name), encoder) for name in names]
    for name, known in (_known(given.dbt) if given.dbt else {}).items():
        asked.append(_ask(name, known, encoder))
        names.append(name)
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


_Set = tuple[list[Document], list[tuple[str, str]], Grades]


def _read(folder: Path) -> _Set:
    documents = [document(entry) for entry in lines_of(folder / "corpus.jsonl")]
    queries = [(entry["id"], entry["text"]) for entry in lines_of(folder / "queries.jsonl")]
    return documents, queries, grades_of(folder / "qrels.tsv")


def _known(folder: Path) -> dict[str, _Set]:
    """Known-item sets by what documents have and what is asked."""
    nodes = []
    for file in sorted(folder.glob("*/manifest.json")):
        manifest = json.loads(file.read_text(encoding="utf-8"))
        found = (*manifest["nodes"].values(), *manifest["sources"].values())
        nodes += [node for node in found if node["resource_type"] in {"model", "source", "seed"}]
    plain = {
        "name": "",
        "description": "",
        "fields": (),
        "field_notes": (),
        "platform": "",
        "sources": (),
        "tags": (),
        "people": (),
    }

    def make(node: Mapping[str, Any], **given: Any) -> Document:
        return Document(**{"iri": node["unique_id"], "kind": "dataset", "title": "", **plain, **given})

    described = [node for node in nodes if len(node["description"].split()) > 3]
    named = [make(node, title=node["name"], name=node["name"]) for node in nodes]
    told = [make(node, description=node["description"]) for node in described]
    tables = [make(node, title=node["name"], name=node["name"], fields=tuple(node["columns"])) for node in nodes]
    by_text, by_name, by_field = ({}, {}, {})  # type: tuple[dict[str, set[str]], dict[str, set[str]], dict[str, set[str]]]
    for node in described:
        by_text.setdefault(node["description"], set()).add(node["unique_id"])
        by_name.setdefault(" ".join(words(node["name"])), set()).add(node["unique_id"])
    for node in nodes:
        for column in node["columns"].values():
            if len(column["description"].split()) > 3:
                by_field.setdefault(column["description"], set()).add(node["unique_id"])
    return {
        "named, asked by description": (named, *_asked(by_text)),
        "described, asked by name": (told, *_asked(by_name)),
        "fields, asked by description": (tables, *_asked(by_field)),
    }


def _asked(relevant: Mapping[str, set[str]]) -> tuple[list[tuple[str, str]], Grades]:
    """Up to 400 of the queries that have at most three answers, evenly taken."""
    few = sorted(text for text, iris in relevant.items() if len(iris) <= _FEW)
    some = few[:: max(1, len(few) // _QUERIES)]
    return [(text, text) for text in some], {text: dict.fromkeys(relevant[text], 1.0) for text in some}


def _ask(name: str, known: _Set, encoder: Encoder) -> _Asked:
    documents, queries, grades = known
    with tempfile.TemporaryDirectory() as scratch:
        lexical_index, vectors = Words(Path(scratch) / "words"), Vectors(Path(scratch) / "vectors.db", encoder)
        lexical_index.write(documents, [], 1)
        vectors.write(documents, [], 1)
        texts = list(dict.fromkeys(text for _identity, text in queries))
        lexical = {text: lexical_index.search(text, {}, DEPTH) for text in texts}
        meaning = {text: vectors.search(text, {}, DEPTH) for text in texts}
    return _Asked(name, queries, grades, {one.iri: one for one in documents}, lexical, meaning)
