"""What search counts and pages through, against counting by hand; and neighbours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from fabric.discovery.document import FACETS, Document
from fabric.discovery.encoder import OnnxEncoder
from fabric.discovery.search import DEPTH, Search
from fabric.discovery.similar import Neighbours
from fabric.discovery.vectors import Vectors
from fabric.discovery.words import Words
from tests.fabric.discovery.documents import made
from tests.fabric.discovery.estate import ESTATE

MANY = [
    made(
        f"table_{n:03}",
        description="measured rain" if n % 2 else "counted people",
        platform=("postgresql", "s3", "kafka")[n % 3],
        tags=("even",) if n % 2 == 0 else ("odd", "rare") if n % 50 == 1 else ("odd",),
        owners=(f"team-{n % 7}",),
        domains=("nature",) if n % 2 else (),
        sources=("a", "b") if n % 5 == 0 else ("a",),
    )
    for n in range(600)
]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Search:
    lexical = Words(tmp_path_factory.mktemp("many"))
    lexical.write(MANY, [], 1)
    return Search(lexical, None)


@pytest.fixture(scope="module")
def estate(model: OnnxEncoder, tmp_path_factory: pytest.TempPathFactory) -> tuple[Words, Vectors]:
    folder = tmp_path_factory.mktemp("estate")
    lexical, vectors = Words(folder / "words"), Vectors(folder / "v.db", model)
    copies = [
        made("customer_copy", fields=("customer_id", "name", "email"), rows=5000),
        made("customer_typed", fields=("customer_id", "name", "email"), field_types=("integer", "string", "string")),
    ]
    for index in (lexical, vectors):
        index.write([*ESTATE, *copies], [], 1)
    return lexical, vectors


def passes(one: Document, filters: Mapping[str, list[str]]) -> bool:
    return all(set(one.facets[name]) & set(values) for name, values in filters.items() if values)


@pytest.mark.parametrize("query", ["", "rain"])
@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"platform": ["s3"]},
        {"owner": ["team-1", "team-2"], "tag": ["rare"]},
        {"domain": ["nature"], "source": ["b"]},
        {"tag": ["no such tag"]},
    ],
)
def test_counts_are_of_all_that_match(many: Search, query: str, filters: dict[str, list[str]]) -> None:
    matching = [one for one in MANY if not query or query in one.description]
    results = many.search(query, filters=filters, first=5)
    assert results.total == sum(passes(one, filters) for one in matching)
    for name in FACETS:
        others = {facet: values for facet, values in filters.items() if facet != name}
        counted = Counter(value for one in matching if passes(one, others) for value in one.facets[name])
        assert dict(results.facets[name]) == counted, name


@pytest.mark.parametrize("query", ["", "rain"])
def test_pages_reach_all_that_is_counted_once(many: Search, query: str) -> None:
    total, seen = many.search(query).total, list[str]()
    for offset in range(0, total, 50):
        seen += [one.document.iri for one in many.search(query, first=50, offset=offset).found]
    assert total > DEPTH
    assert len(seen) == len(set(seen)) == total
    assert many.search(query, offset=total).found == ()


def test_the_beginning_of_a_name_is_a_reason(many: Search) -> None:
    (first, *_rest) = many.search("tab").found
    assert first.why == ("name",)


def test_what_only_meaning_found_is_counted_too(estate: tuple[Words, Vectors]) -> None:
    results = Search(*estate).search("precipitation", first=200)
    assert results.total == len(results.found) > 0
    assert sum(count for _kind, count in results.facets["kind"]) == results.total
    narrowed = Search(*estate).search("precipitation", first=200, filters={"kind": ["dataset"]})
    assert narrowed.total == len(narrowed.found) == dict(narrowed.facets["kind"])["dataset"]
    assert dict(narrowed.facets["kind"]) == dict(results.facets["kind"])


def test_neighbours_say_what_they_share(estate: tuple[Words, Vectors]) -> None:
    found = {one.document.title: one for one in Neighbours(*estate).similar("urn:customer", 10)}
    assert next(iter(found)) == "customer_copy"
    assert "customer" not in found
    copy = found["customer_copy"].why
    assert any(reason.startswith("3 of 3 fields: ") for reason in copy)
    assert "as many rows: 5,000" in copy
    assert any(reason.startswith("meaning 0.") for reason in copy)
    assert found["customer_copy"].score > found["customer_typed"].score
    assert "customer_address" in found
    assert list(found.values()) == sorted(found.values(), key=lambda one: -one.score)


def test_without_vectors_neighbours_share_fields(estate: tuple[Words, Vectors]) -> None:
    found = Neighbours(estate[0], None).similar("urn:stock", 3)
    assert [(one.document.title, one.why) for one in found] == [("stock_movements", ("1 of 2 fields: sku",))]
    assert Neighbours(estate[0], None).similar("urn:unknown", 3) == []


def test_a_field_of_another_type_counts_half(tmp_path: Path) -> None:
    lexical = Words(tmp_path)
    typed = [
        made(name, fields=("serial", "made"), field_types=(kind, "date"))
        for name, kind in (("here", "integer"), ("same", "integer"), ("other", "string"))
    ]
    lexical.write(typed, [], 1)
    scores = {one.document.title: one.score for one in Neighbours(lexical, None).similar("urn:here", 5)}
    assert scores == {"same": pytest.approx(1.0), "other": pytest.approx(0.75)}
