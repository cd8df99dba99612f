from __future__ import annotations

import pytest

from fabric.discovery.fusion import COMPANY, MEANING, coverage, fuse
from tests.fabric.discovery.documents import made

DOCUMENTS = {one.iri: one for one in (made("orders"), made("order_items"), made("weather"), made("people"))}


def test_words_count_by_how_much_of_the_query_they_cover() -> None:
    hits = [("urn:orders", 8.0)]
    assert coverage("orders", hits, DOCUMENTS) == 1.0
    assert coverage("orders of people", hits, DOCUMENTS) == 0.5
    assert coverage("of the", hits, DOCUMENTS) == 0.0
    whole, half = (fuse(query, hits, [], DOCUMENTS)["urn:orders"] for query in ("orders", "orders of people"))
    assert half == pytest.approx(whole * 0.5**0.5)


def test_both_sides_add_up() -> None:
    scores = fuse("orders", [("urn:orders", 8.0), ("urn:order_items", 4.0)], [("urn:order_items", 0.5)], DOCUMENTS)
    assert scores["urn:orders"] == pytest.approx(1.0 * (1 + COMPANY))
    assert scores["urn:order_items"] == pytest.approx((0.5 + MEANING * 0.5) * (1 + COMPANY))


def test_a_document_gains_from_the_company_it_is_in() -> None:
    placed = {
        "a": made("a", iri="a", container="sales"), "b": made("b", iri="b", container="sales"),
        "c": made("c", iri="c", container="other"), "d": made("d", iri="d", container="other"),
    }  # fmt: skip
    scores = fuse("x", [], [("a", 0.9), ("b", 0.5), ("c", 0.5), ("d", 0.1)], placed)
    assert scores["b"] > scores["c"]


def test_unknown_documents_are_left_out() -> None:
    assert fuse("orders", [("urn:gone", 3.0)], [("urn:gone", 0.9)], DOCUMENTS) == {}
