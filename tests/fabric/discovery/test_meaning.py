"""The real model, the vectors, and the search over both."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from fabric.discovery.encoder import OnnxEncoder, model_folder
from fabric.discovery.search import Search
from fabric.discovery.vectors import Vectors
from fabric.discovery.words import Words
from fabric.errors import QueryError, SettingsError
from tests.fabric.discovery.documents import made
from tests.fabric.discovery.models import Counting

DOCUMENTS = [
    made("clients", description="People who buy from us, with their e-mail addresses."),
    made("rainfall", description="Millimetres of rain by station and day.", platform="s3"),
    made("wages", description="What each employee is paid a month."),
]


def test_vectors_have_unit_length_and_do_not_depend_on_their_neighbours(model: OnnxEncoder) -> None:
    texts = ["rain", "the salary of an employee in a month " * 20, ""]
    together, alone = model.encode(texts), np.concatenate([model.encode([text]) for text in texts])
    assert together.shape == (3, 384)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-4)
    assert np.array_equal(together, alone)


@pytest.mark.parametrize(
    ("query", "first"),
    [("customer", "urn:clients"), ("precipitation", "urn:rainfall"), ("how much do we pay our staff", "urn:wages")],
)
def test_synonyms_and_questions_are_found_by_meaning(
    model: OnnxEncoder, tmp_path: Path, query: str, first: str
) -> None:
    vectors = Vectors(tmp_path / "v.db", model)
    vectors.write(DOCUMENTS, [], 1)
    assert vectors.search(query, {}, 2)[0][0] == first
    assert [iri for iri, _ in vectors.search(query, {"platform": ["s3"]}, 2)] == ["urn:rainfall"]


def test_vectors_of_another_model_are_dropped(model: OnnxEncoder, tmp_path: Path) -> None:
    Vectors(tmp_path / "v.db", model).write(DOCUMENTS, [], 7)
    other = Vectors(tmp_path / "v.db", Counting(model, "another"))
    assert other.position() == 0
    assert other.search("rain", {}, 5) == []


def test_a_folder_that_is_no_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is no folder"):
        model_folder(str(tmp_path / "none"))
    with pytest.raises(SettingsError, match=r"model\.safetensors"):
        _ = OnnxEncoder(tmp_path, tmp_path / "cache").name
    for name in ("model.safetensors", "tokenizer.json"):
        shutil.copy(model_folder("builtin") / name, tmp_path)
    with pytest.raises(SettingsError, match="cannot be exported"):
        OnnxEncoder(tmp_path, tmp_path / "cache").encode(["x"])


@pytest.fixture(scope="module")
def search(model: OnnxEncoder, tmp_path_factory: pytest.TempPathFactory) -> Search:
    folder = tmp_path_factory.mktemp("search")
    lexical, vectors = Words(folder / "words"), Vectors(folder / "v.db", model)
    lexical.write(DOCUMENTS, [], 1)
    vectors.write(DOCUMENTS, [], 1)
    return Search(lexical, vectors)


def test_the_exact_name_comes_first_and_says_so(search: Search) -> None:
    found = search.search("rainfall").found[0]
    assert (found.document.iri, found.why[0]) == ("urn:rainfall", "name")


def test_meaning_alone_finds_and_says_so(search: Search) -> None:
    found = search.search("salary").found[0]
    assert found.document.iri == "urn:wages"
    assert found.why[0].startswith("meaning 0.")


def test_a_facet_is_counted_without_its_own_filter(search: Search) -> None:
    results = search.search("", filters={"platform": ["s3"]})
    assert [one.document.iri for one in results.found] == ["urn:rainfall"]
    assert dict(results.facets["platform"]) == {"postgresql": 2, "s3": 1}


@pytest.mark.parametrize(
    "query", ["", "?!", "(x+)+$" * 500, "Welche Kunden zahlen nicht?", "給料", "x" * 10_000, "a " * 4_000]
)
def test_odd_queries_have_an_answer(search: Search, query: str) -> None:
    assert search.search(query).total <= 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"query": "x" * 10_001}, "10001"),
        ({"query": "x", "first": 0}, "1 to 200"),
        ({"query": "x", "offset": -1}, "from -1"),
        ({"query": "x", "filters": {"colour": ["red"]}}, "colour"),
    ],
)
def test_impossible_searches_are_refused(search: Search, arguments: dict[str, object], said: str) -> None:
    with pytest.raises(QueryError, match=said):
        search.search(**arguments)  # type: ignore[arg-type]
