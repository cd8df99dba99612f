"""Relevance of search on question sets: words alone, meaning alone, and fused, by one configuration.

    python -m benchmarks retrieval --sets DIR [--set NAME ...] [--torch]

`DIR/{name}/` holds `corpus.jsonl` (id, and text, or db, table and columns), `queries.jsonl` (id, text) and `qrels.tsv`
(query, 0, document, grade). DIR is FABRIC_RETRIEVAL_SETS where it is not given. `--torch` encodes by sentence-transformers in
full precision instead of int8 ONNX Runtime, to see what the latter costs.

R@10 is the share of the relevant documents among the first ten; nDCG@10 uses gains of 2**grade - 1 (Burges et al., 2005). Both are
means over the queries that have a relevant document.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._processes import Failed
from fabric.discovery.document import Document
from fabric.discovery.encoder import Encoder, OnnxEncoder, Vectors32, model_folder
from fabric.discovery.search import Search
from fabric.discovery.vectors import Vectors
from fabric.discovery.words import Words
from fabric.settings import Settings

__all__ = ["Grades", "document", "grades_of", "lines_of", "measure", "run"]

Ranker = Callable[[str], Sequence[str]]
Grades = Mapping[str, Mapping[str, float]]
_TARGETS = {"beaver": ("R@10", 0.60), "bird": ("R@10", 0.93), "spider": ("R@10", 0.92), "ntcir": ("nDCG@10", 0.44)}


class _Torch:
    """sentence-transformers in full precision, for comparison."""

    name = "torch-fp32"

    def __init__(self) -> None:
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(str(model_folder("builtin")), device="cpu")

    def encode(self, texts: Sequence[str]) -> Vectors32:
        found = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(found, dtype=np.float32)


def run(options: list[str]) -> None:
    """Print the figures of every set as rows of a Markdown table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks retrieval")
    parser.add_argument("--sets", type=Path, default=os.environ.get("FABRIC_RETRIEVAL_SETS"))
    parser.add_argument("--set", action="append", dest="names")
    parser.add_argument("--torch", action="store_true")
    given = parser.parse_args(options)
    if given.sets is None or not Path(given.sets).is_dir():
        raise Failed("name the folder of the question sets: --sets DIR, or FABRIC_RETRIEVAL_SETS")
    encoder: Encoder = _Torch() if given.torch else OnnxEncoder(model_folder("builtin"), Settings().models_dir)
    encoder.encode(["warm"])
    print("| set | documents | queries | words R@10 / nDCG@10 | meaning | fused | target | texts/s | query ms |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name in given.names or sorted(entry.name for entry in Path(given.sets).iterdir() if entry.is_dir()):
        print(_row(name, Path(given.sets) / name, encoder), flush=True)


def _row(name: str, folder: Path, encoder: Encoder) -> str:
    documents = [document(entry) for entry in lines_of(folder / "corpus.jsonl")]
    queries = [(entry["id"], entry["text"]) for entry in lines_of(folder / "queries.jsonl")]
    grades = grades_of(folder / "qrels.tsv")
    with tempfile.TemporaryDirectory() as scratch:
        words = Words(Path(scratch) / "words")
        vectors = Vectors(Path(scratch) / "vectors.db", encoder)
        words.write(documents, [], 1)
        started = time.perf_counter()
        vectors.write(documents, [], 1)
        rate = len(documents) / (time.perf_counter() - started)
        search = Search(words, vectors)

        def fused(query: str) -> list[str]:
            return [found.document.iri for found in search.search(query, first=10).found]

        figures = {
            "words": measure(lambda query: [iri for iri, _score in words.search(query, {}, 10)], queries, grades),
            "meaning": measure(lambda query: [iri for iri, _score in vectors.search(query, {}, 10)], queries, grades),
        }
        started = time.perf_counter()
        figures["fused"] = measure(fused, queries, grades)
        took = 1000 * (time.perf_counter() - started) / max(1, len(queries))
    shown = " | ".join(f"{recall:.3f} / {gain:.3f}" for recall, gain in figures.values())
    return f"| {name} | {len(documents)} | {len(queries)} | {shown} | {_target(name, figures['fused'])} | {rate:.0f} | {took:.1f} |"


def _target(name: str, fused: tuple[float, float]) -> str:
    if name not in _TARGETS:
        return ""
    measure, least = _TARGETS[name]
    got = fused[0] if measure == "R@10" else fused[1]
    return f"{'PASS' if got >= least else 'MISS'} {measure} >= {least:.2f}"


def document(entry: Mapping[str, Any]) -> Document:
    """A table with its columns, or a described dataset whose title is not told apart from its description."""
    described = "table" not in entry
    columns = tuple(entry.get("columns", ()))
    return Document(
        iri=entry["id"],
        kind="dataset",
        title="" if described else entry["table"],
        name=entry["id"] if described else f"{entry['db']}.{entry['table']}",
        description=entry.get("text", ""),
        platform="",
        sources=(),
        tags=(),
        fields=columns,
        field_notes=("",) * len(columns),
        people=(),
        container="" if described else entry["db"],
    )


def measure(ranker: Ranker, queries: Sequence[tuple[str, str]], grades: Grades) -> tuple[float, float]:
    """Mean R@10 and nDCG@10."""
    recalls, gains = [], []
    for identity, text in queries:
        relevant = {document: grade for document, grade in grades.get(identity, {}).items() if grade > 0}
        if relevant:
            got = [relevant.get(document, 0.0) for document in ranker(text)[:10]]
            recalls.append(sum(grade > 0 for grade in got) / len(relevant))
            gains.append(_gain(got) / _gain(sorted(relevant.values(), reverse=True)[:10]))
    return float(np.mean(recalls)), float(np.mean(gains))


def _gain(grades: Sequence[float]) -> float:
    return sum((2**grade - 1) / math.log2(rank + 2) for rank, grade in enumerate(grades))


def grades_of(file: Path) -> Grades:
    grades: dict[str, dict[str, float]] = defaultdict(dict)
    for line in file.read_text(encoding="utf-8").splitlines():
        query, _zero, document, grade = line.split("\t")
        grades[query][document] = float(grade)
    return grades


def lines_of(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
