"""Speed of search over many generated assets: latency, index build rate, memory, and how soon a change is seen.

    python -m benchmarks search [--documents 100000] [--random-vectors] [--postgres URL]

Each generated dataset has a title, a description and ten fields, drawn from a vocabulary with Zipf's frequencies. A query is three
to eight words. Latency includes embedding the query and reading the page of results. `--random-vectors` leaves out the embedding of
the documents (two hours for a million), not of the queries. `--postgres` has the vectors in a database with pgvector.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from fabric.discovery.document import Document
from fabric.discovery.encoder import Encoder, OnnxEncoder, Vectors32, model_folder
from fabric.discovery.index import VectorIndex
from fabric.discovery.search import Search
from fabric.discovery.similar import Neighbours
from fabric.discovery.vectors import Vectors
from fabric.discovery.words import Words
from fabric.settings import Settings

__all__ = ["run"]

_STEMS = Path(__file__).with_name("words.txt").read_text(encoding="utf-8").split()


class _Known:
    """Vectors of documents at random, of queries by the model."""

    def __init__(self, inner: Encoder) -> None:
        self._inner, self._random = inner, np.random.default_rng(7)
        self.querying = False
        self.name = "random"

    def encode(self, texts: Sequence[str]) -> Vectors32:
        if self.querying:
            return self._inner.encode(texts)
        drawn: Vectors32 = self._random.standard_normal((len(texts), 384), dtype=np.float32)
        drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
        return drawn


def run(options: list[str]) -> None:
    """Print the figures as a Markdown table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks search")
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--random-vectors", action="store_true")
    parser.add_argument("--postgres")
    given = parser.parse_args(options)
    inner = OnnxEncoder(model_folder("builtin"), Settings().models_dir)
    inner.encode(["warm"])
    known = _Known(inner)
    encoder: Encoder = known if given.random_vectors else inner
    before = _memory()
    with tempfile.TemporaryDirectory() as scratch:
        words = Words(Path(scratch) / "words")
        vectors: VectorIndex = Vectors(Path(scratch) / "vectors.db", encoder)
        if given.postgres:
            from fabric.discovery.pgvectors import PgVectors

            vectors = PgVectors(given.postgres, encoder)
        lexical = _fill(words.write, given.documents)
        semantic = _fill(vectors.write, given.documents)
        known.querying = True
        search = Search(words, vectors)
        plain = _latency(lambda query: search.search(query), given.queries)
        narrowed = _latency(lambda query: search.search(query, filters={"platform": ["postgresql"]}), given.queries)
        known.querying = False
        two = {"platform": ["postgresql", "s3"], "source": ["source-3", "source-4"]}
        narrow = _latency(lambda query: search.search(query, filters=two), given.queries)
        neighbours = Neighbours(words, vectors)
        some = [one.iri for one in islice(_documents(given.documents), given.queries + 20)]
        near = _latency(neighbours.similar, given.queries, some)
        seen = _update(words, vectors, given.documents)
        print(
            "| documents | fields | words/s | vectors/s "
            "| p50 ms | p95 ms | filtered p95 ms | two filters | similar | 100 changed s | memory MB |"
        )
        print("|---|---|---|---|---|---|---|---|---|---|---|")
        print(
            f"| {given.documents:,} | {given.documents * 10:,} | {lexical:.0f} | {semantic:.0f} | {_at(plain, 50):.1f} "
            f"| {_at(plain, 95):.1f} {_verdict(_at(plain, 95), 30)} | {_at(narrowed, 95):.1f} {_verdict(_at(narrowed, 95), 30)} "
            f"| {_at(narrow, 95):.1f} | {_at(near, 95):.1f} "
            f"| {seen:.2f} {_verdict(seen, 1)} | {_memory() - before:.0f} |"
        )


def _verdict(value: float, most: float) -> str:
    return "PASS" if value <= most else "MISS"


def _fill(write: Callable[[list[Document], list[str], int], None], count: int) -> float:
    """Documents a second."""
    started, source = time.perf_counter(), _documents(count)
    while some := list(islice(source, 5000)):
        write(some, [], 1)
    return count / (time.perf_counter() - started)


def _update(words: Words, vectors: VectorIndex, count: int) -> float:
    """Seconds until 100 changed documents are found."""
    some = [
        Document(**{**{n: getattr(one, n) for n in Document.__slots__}, "description": "Changed a moment ago."})
        for one in islice(_documents(count), 100)
    ]
    started = time.perf_counter()
    words.write(some, [], 2)
    vectors.write(some, [], 2)
    return time.perf_counter() - started


def _latency(ask: Callable[[str], object], count: int, queries: list[str] | None = None) -> list[float]:
    drawn = random.Random(11)
    queries = queries or [" ".join(drawn.choices(_STEMS, k=drawn.randint(3, 8))) for _ in range(count + 20)]
    took = []
    for query in queries:
        started = time.perf_counter()
        ask(query)
        took.append(1000 * (time.perf_counter() - started))
    return took[20:]


def _documents(count: int) -> Iterator[Document]:
    drawn = random.Random(3)
    weights = [1 / (rank + 3) for rank in range(len(_STEMS))]

    def some(least: int, most: int) -> list[str]:
        return drawn.choices(_STEMS, weights, k=drawn.randint(least, most))

    for number in range(count):
        fields = tuple("_".join(some(1, 3)) for _ in range(10))
        title = "_".join((*some(1, 3), str(number % 97)))
        yield Document(
            iri=f"http://localhost:8642/id/dataset/postgres/{number}",
            kind="dataset",
            title=title,
            name=f"db.schema_{number // 50}.{title}",
            description=" ".join(some(6, 14)).capitalize() + ".",
            platform=drawn.choice(("postgresql", "snowflake", "s3", "kafka", "duckdb")),
            sources=(f"source-{number % 20}",),
            tags=tuple(some(0, 2)),
            fields=fields,
            field_types=("string",) * 10,
            field_notes=("",) * 10,
            owners=(f"team-{number % 30}",),
            people=(),
            container=f"schema-{number // 50}",
        )


def _at(took: Sequence[float], percentile: int) -> float:
    return float(np.percentile(took, percentile))


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
