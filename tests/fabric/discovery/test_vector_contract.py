"""What every vector index does: faiss over SQLite, and PostgreSQL with pgvector."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest

from fabric.discovery.encoder import OnnxEncoder
from fabric.discovery.index import VectorIndex
from fabric.discovery.pgvectors import PgVectors
from fabric.discovery.vectors import Vectors
from fabric.errors import GraphUnavailable
from tests.fabric.discovery.documents import made
from tests.fabric.discovery.models import Counting

DOCUMENTS = [
    made("clients", description="People who buy from us, with their e-mail addresses.", tags=("people", "gdpr")),
    made("rainfall", description="Millimetres of rain by station and day.", platform="s3", owners=("Weather team",)),
    made("wages", description="What each employee is paid a month.", tags=("people",), domains=("finance",)),
    made("storms", description="Heavy rain and wind, by hour.", kind="job"),
]
Open: TypeAlias = Callable[[], VectorIndex]
_numbers = itertools.count()


@pytest.fixture
def encoder(model: OnnxEncoder) -> Counting:
    """The model by a name of its own, so that tests do not meet in one database."""
    return Counting(model, f"{model.name}-{next(_numbers)}")


@pytest.fixture(params=["faiss", "pgvector"])
def opening(request: pytest.FixtureRequest, tmp_path: Path, encoder: Counting) -> Iterator[Open]:
    """Opens the index of this test, as a process does that has just begun."""
    opened: list[PgVectors] = []

    def faiss() -> VectorIndex:
        return Vectors(tmp_path / "v.db", encoder)

    def postgres() -> VectorIndex:
        opened.append(PgVectors(request.getfixturevalue("pgvector"), encoder))
        return opened[-1]

    yield faiss if request.param == "faiss" else postgres
    for one in opened:
        one.close()


@pytest.fixture
def index(opening: Open) -> VectorIndex:
    opened = opening()
    opened.write(DOCUMENTS, [], 3)
    return opened


def names(hits: list[tuple[str, float]]) -> list[str]:
    return [iri.removeprefix("urn:") for iri, _score in hits]


def test_an_empty_index_finds_nothing(opening: Open) -> None:
    empty = opening()
    assert (empty.position(), empty.count()) == (0, 0)
    assert empty.search("rain", {}, 5) == []
    assert empty.near("urn:rainfall", {}, 5) == []


def test_the_nearest_come_first_with_their_cosine(index: VectorIndex, model: OnnxEncoder) -> None:
    found = index.search("precipitation", {}, 4)
    assert names(found)[:2] == ["rainfall", "storms"]
    query, *rows = model.encode(["precipitation", *(one.passage for one in DOCUMENTS)])
    cosines = {one.iri: float(np.dot(query, row)) for one, row in zip(DOCUMENTS, rows, strict=True)}
    assert dict(found) == pytest.approx(cosines, abs=2e-3)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"platform": ["s3"]}, {"rainfall"}),
        ({"kind": ["job"]}, {"storms"}),
        ({"tag": ["people"]}, {"clients", "wages"}),
        ({"tag": ["gdpr", "people"], "domain": ["finance"]}, {"wages"}),
        ({"platform": ["s3", "postgresql"], "kind": ["dataset"]}, {"clients", "rainfall", "wages"}),
        ({"owner": ["Weather team"]}, {"rainfall"}),
        ({"tag": []}, {"clients", "rainfall", "wages", "storms"}),
        ({"tag": ["none has it"]}, set()),
        ({"tag": ["people"], "kind": ["job"]}, set()),
    ],
)
def test_filters_leave_what_has_a_value_of_each_facet(
    index: VectorIndex, filters: dict[str, list[str]], found: set[str]
) -> None:
    assert set(names(index.search("rain", filters, 10))) == found


def test_a_filter_holds_before_the_best_are_taken(index: VectorIndex) -> None:
    assert names(index.search("heavy rain", {"tag": ["people"]}, 1)) in (["wages"], ["clients"])
    assert names(index.near("urn:storms", {"domain": ["finance"]}, 1)) == ["wages"]


def test_a_document_is_not_its_own_neighbour(index: VectorIndex) -> None:
    assert names(index.near("urn:storms", {}, 2))[0] == "rainfall"
    assert "storms" not in names(index.near("urn:storms", {}, 10))
    assert index.near("urn:unknown", {}, 10) == []


def test_only_changed_passages_are_embedded_anew(index: VectorIndex, encoder: Counting) -> None:
    encoder.texts.clear()
    changed = made("wages", description="Pay by month and grade.")
    index.write([*DOCUMENTS[:2], changed], ["urn:storms", "urn:unknown"], 4)
    assert encoder.texts == [changed.passage]
    assert (index.position(), index.count()) == (4, 3)
    assert set(names(index.search("rain", {}, 9))) == {"clients", "rainfall", "wages"}


def test_facets_change_without_embedding(index: VectorIndex, encoder: Counting, opening: Open) -> None:
    encoder.texts.clear()
    given = {"description": DOCUMENTS[1].description, "platform": "gcs"}
    index.write([made("rainfall", **given)], [], 4)
    assert encoder.texts == []
    for one in (index, opening()):
        assert names(one.search("rain", {"platform": ["gcs"]}, 9)) == ["rainfall"]
        assert names(one.search("rain", {"platform": ["s3"]}, 9)) == []


def test_what_was_written_is_there_when_opened_again(index: VectorIndex, opening: Open) -> None:
    again = opening()
    assert (again.position(), again.count(), again.model) == (3, 4, index.model)
    assert again.search("salary", {}, 4) == index.search("salary", {}, 4)


def test_a_failed_write_changes_nothing(index: VectorIndex, opening: Open, encoder: Counting) -> None:
    def refuse(_texts: object) -> object:
        raise RuntimeError

    encoder.encode = refuse  # type: ignore[assignment, method-assign]
    with pytest.raises(RuntimeError):
        index.write([made("new", description="Never seen.")], ["urn:storms"], 9)
    assert (opening().position(), opening().count()) == (3, 4)


def test_a_cleared_index_is_empty_and_can_be_filled(index: VectorIndex, opening: Open) -> None:
    index.clear()
    assert (index.position(), index.count(), index.search("rain", {}, 5)) == (0, 0, [])
    index.write(DOCUMENTS[:1], [], 1)
    assert names(opening().search("rain", {}, 5)) == ["clients"]


def test_a_dropped_index_is_new_when_opened_again(index: VectorIndex, opening: Open) -> None:
    index.drop()
    assert (opening().position(), opening().count()) == (0, 0)


@pytest.mark.parametrize("query", ["", "  ", "?!", "(x+)+$" * 500, "x" * 10_000, "Kunden 給料 \x00 '; --"])
def test_odd_queries_have_an_answer(index: VectorIndex, query: str) -> None:
    assert len(index.search(query, {"tag": ["people"]}, 5)) == (2 if query.strip() else 0)


def test_a_database_that_does_not_answer_is_said(model: OnnxEncoder) -> None:
    with pytest.raises(GraphUnavailable, match="FABRIC_VECTORS_URL"):
        PgVectors("postgresql://nobody@127.0.0.1:1/none", model)
