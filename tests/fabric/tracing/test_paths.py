from __future__ import annotations

import pytest

from fabric.errors import QueryError, UnknownAsset
from fabric.tracing.answer import Path
from tests.fabric.scripted import edge, table
from tests.fabric.tracing.flows import DASHBOARD, JOB, Traced, flow


def shown(traced: Traced, found: tuple[Path, ...]) -> list[list[str]]:
    return [[iri.removeprefix(f"{traced.core.iris.base}/id/").rpartition(".")[2] for iri in one.nodes] for one in found]


def test_the_shortest_way_is_first_and_every_step_is_an_edge(shop: Traced) -> None:
    found = shop.tracing.paths(shop.iri("raw"), shop.iri(DASHBOARD))
    assert [len(one.nodes) for one in found] == [4, 5]
    assert found[1].nodes[2] == shop.iri(JOB)
    assert [(one.start, one.end) for one in found[0].edges] == list(
        zip(found[0].nodes, found[0].nodes[1:], strict=False)
    )
    assert all(one.provenance for way in found for one in way.edges)


def test_columns_lead_on_to_what_reads_the_table_as_a_whole(shop: Traced) -> None:
    found = shop.tracing.paths(shop.iri("raw", "amount"), shop.iri(DASHBOARD), "column")
    assert shown(shop, found) == [["raw/field/amount", "stg/field/amount", "mart/field/total", "dashboard/shop/sales"]]
    assert (found[0].edges[-1].start, found[0].edges[-1].level) == (shop.iri("mart"), "table")
    assert shop.tracing.paths(shop.iri("raw", "id"), shop.iri("mart", "total"), "column") == ()


def test_no_way_against_the_data_and_none_to_an_asset_without_lineage(shop: Traced) -> None:
    assert shop.tracing.paths(shop.iri(DASHBOARD), shop.iri("raw")) == ()
    assert shop.tracing.paths(shop.iri("raw"), shop.iri("other")) == ()
    with pytest.raises(UnknownAsset):
        shop.tracing.paths(shop.iri("raw"), shop.iri("nowhere"))
    with pytest.raises(QueryError, match="0 paths"):
        shop.tracing.paths(shop.iri("raw"), shop.iri("mart"), first=0)


def test_columns_from_a_table_take_every_way(empty: Traced) -> None:
    empty.harvest(*map(table, "abc"), flow("b", "a", ("id", "id"), ("amount", "amount")), flow("c", "b", ("id", "id")))
    found = empty.tracing.paths(empty.iri("a"), empty.iri("c"), "column")
    assert shown(empty, found) == [["a/field/id", "b/field/id", "c/field/id"]]


def test_the_most_popular_asset_is_what_most_rests_on(shop: Traced) -> None:
    ranks = shop.tracing.popularity()
    assert sum(ranks.values()) == pytest.approx(1)
    assert max(ranks, key=ranks.__getitem__) == shop.iri("raw")


def test_cycles_and_communities_are_found(empty: Traced) -> None:
    empty.harvest(*map(table, "abcdef"), edge("b", "a"), edge("c", "b"), edge("a", "c"), edge("e", "d"), edge("f", "e"))
    a, b, c, d, e, f = (empty.iri(one) for one in "abcdef")
    assert empty.tracing.cycles() == [frozenset({a, b, c})]
    assert {*empty.tracing.communities()} == {frozenset({a, b, c}), frozenset({d, e, f})}
