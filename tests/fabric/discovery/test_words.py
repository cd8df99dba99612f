from __future__ import annotations

from pathlib import Path

import pytest

from fabric.discovery.document import words
from fabric.discovery.words import Words
from tests.fabric.discovery.documents import made


@pytest.fixture
def index(tmp_path: Path) -> Words:
    opened = Words(tmp_path)
    documents = [
        made("orders", fields=("order_id", "customer_id", "total_amount"), description="What was sold."),
        made("customers", fields=("customer_id", "email"), tags=("people",)),
        made("customer_orders_by_month", platform="duckdb"),
        made("flights", fields=("dep_delay", "carrierCode"), kind="job"),
    ]
    opened.write(documents, [], 3)
    return opened


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("dep_delay", ["dep", "delay"]),
        ("carrierCode", ["carrier", "Code"]),
        ("HTTPServer2", ["HTTP", "Server", "2"]),
        ("db.schema.table", ["db", "schema", "table"]),
        ("größe straße", ["größe", "straße"]),
        ("...!", []),
    ],
)
def test_identifiers_are_split_into_words(text: str, pieces: list[str]) -> None:
    assert words(text) == pieces


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("orders", "urn:orders"),
        ("order", "urn:orders"),
        ("total amount", "urn:orders"),
        ("carrier code", "urn:flights"),
        ("departure dep_delay", "urn:flights"),
        ("fligths", "urn:flights"),
        ("flig", "urn:flights"),
        ("flights del", "urn:flights"),
        ("people", "urn:customers"),
        ("shop.public.customers", "urn:customers"),
        ("customer_orders_by_month", "urn:customer_orders_by_month"),
    ],
)
def test_the_document_meant_comes_first(index: Words, query: str, first: str) -> None:
    assert index.search(query, {}, 10)[0][0] == first


def test_two_letters_begin_nothing(index: Words) -> None:
    assert index.search("fl", {}, 10) == []


def test_filters_hold_within_the_index(index: Words) -> None:
    assert [iri for iri, _ in index.search("orders", {"platform": ["duckdb"]}, 1)] == ["urn:customer_orders_by_month"]
    assert index.listing({"kind": ["job"]}, 10, 0) == ["urn:flights"]
    assert len(index.listing({}, 10, 0)) == index.count() == 4


def test_pages_far_down_follow_the_first_ones_and_what_is_written(index: Words) -> None:
    index.write([made(f"t{number:04}", kind="query") for number in range(1500)], [], 2)
    chosen = {"kind": ["query"]}

    def listed() -> list[str]:
        return [iri for offset in range(0, 1540, 70) for iri in index.listing(chosen, 70, offset)]

    assert listed() == [f"urn:t{number:04}" for number in range(1500)]
    assert index.listing({"kind": ["none"]}, 70, 1400) == []
    index.write([], ["urn:t0000"], 3)
    assert listed() == [f"urn:t{number:04}" for number in range(1, 1500)]


def test_documents_are_replaced_and_deleted_with_the_position(index: Words, tmp_path: Path) -> None:
    index.write([made("orders", description="Returned goods.")], ["urn:flights"], 4)
    reopened = Words(tmp_path)
    assert (reopened.position(), reopened.count()) == (4, 3)
    assert [iri for iri, _ in reopened.search("returned", {}, 5)] == ["urn:orders"]
    assert not reopened.search("sold", {}, 5)
    assert reopened.documents(["urn:orders", "urn:flights"]) == {
        "urn:orders": made("orders", description="Returned goods.")
    }


def test_what_was_not_committed_is_not_there(index: Words, tmp_path: Path) -> None:
    def failing() -> list[object]:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        index.write((made(f"t{n}") if n < 3 else failing() for n in range(4)), [], 9)  # type: ignore[arg-type]
    assert Words(tmp_path).position() == 3


@pytest.mark.parametrize("query", ["", "!!! ...", "(a+)+$" * 200, "AND OR NOT", "field:x^~*[", "何か", "x" * 10_000])
def test_odd_queries_have_an_answer(index: Words, query: str) -> None:
    assert isinstance(index.search(query, {}, 5), list)
