from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from fabric.errors import InputError, QueryError, UnknownAsset
from fabric.model import Dataset, Lineage, Record
from tests.fabric.scripted import edge, ref, table
from tests.fabric.tracing.flows import JOB, Traced, estate, flow, names, pairs


def without_lineage() -> list[Record]:
    """The estate without its edges, and without the definitions that they would be read from."""
    kept = [one for one in estate() if not isinstance(one, Lineage)]
    return [replace(one, definition=None) if isinstance(one, Dataset) else one for one in kept]


def test_both_directions_are_followed_to_the_end(shop: Traced) -> None:
    found = shop.ask("stg")
    assert names(found) == {"stg": 0, "raw": -1, "mart": 1, "Load mart": 1, "Sales": 2, "Forecast 1": 2, "Forecast": 3}
    assert ("raw", "stg") in pairs(found)
    assert (found.total_nodes, found.total_edges, found.cursor) == (7, len(found.edges), None)


def test_depth_limits_steps_and_counts_say_what_is_beyond(shop: Traced) -> None:
    found = shop.ask("raw", depth=1)
    assert names(found) == {"raw": 0, "stg": 1}
    assert (found.nodes[1].upstream_count, found.nodes[1].downstream_count) == (1, 2)


def test_a_job_can_be_the_root(shop: Traced) -> None:
    assert names(shop.ask(JOB, depth=1)) == {"Load mart": 0, "stg": -1, "mart": 1}


def test_columns_are_followed_alone_and_influences_end_the_walk(shop: Traced) -> None:
    assert pairs(shop.ask("raw", "id", level="column")) == {("raw.id", "stg.id")}
    region = shop.ask("raw", "region", level="column")
    assert pairs(region) == {("raw.region", "stg")}
    assert [one.influence for one in region.edges] == [True]
    assert names(region) == {"raw": 0, "stg": 1}


def test_columns_go_on_as_a_whole_where_only_the_table_is_known(shop: Traced) -> None:
    found = shop.ask("raw", "amount", level="column", direction="downstream")
    assert pairs(found) == {
        ("raw.amount", "stg.amount"), ("stg.amount", "mart.total"), ("mart", "sales"),
        ("mart", "forecast%2F1"), ("forecast%2F1", "forecast"),
    }  # fmt: skip


def test_columns_upstream_show_what_filters(shop: Traced) -> None:
    found = shop.ask("mart", level="column", direction="upstream")
    assert pairs(found) == {("raw.amount", "stg.amount"), ("stg.amount", "mart.total"), ("raw.region", "stg")}
    raw = next(node for node in found.nodes if node.title == "raw")
    assert [(one.name, one.datatype) for one in raw.fields] == [("amount", "integer"), ("region", "integer")]
    assert (raw.field_count, raw.distance) == (3, -2)


def test_an_edge_says_who_states_it_and_by_which_sql(shop: Traced) -> None:
    found = shop.ask("mart", direction="upstream", level="column")
    derived = next(one for one in found.edges if one.end.endswith("/field/total"))
    said = derived.provenance[0]
    assert derived.expression == "sum(amount)"
    assert (said.source, said.run, said.curated, said.rule) == ("shop", shop.core.iris.run("run-0"), False, None)
    assert said.at is not None
    assert said.job is not None
    assert (said.job.title, said.sql) == ("Load mart", "INSERT INTO mart SELECT sum(amount) FROM stg")
    view = next(one for one in found.edges if one.end.endswith("stg/field/amount"))
    assert view.provenance[0].sql == "SELECT id, amount FROM raw WHERE region = 'EU'"


def test_two_sources_of_one_edge_are_both_named_and_leave_one_by_one(empty: Traced) -> None:
    tables = [table("a"), table("b")]
    empty.harvest(*tables, edge("b", "a"), source="one")
    empty.harvest(edge("b", "a"), source="two")
    assert [one.source for one in empty.ask("b").edges[0].provenance] == ["one", "two"]
    empty.harvest(*tables, source="one")
    assert [one.source for one in empty.ask("b").edges[0].provenance] == ["two"]
    empty.harvest(table("c"), source="two")
    assert empty.ask("b").edges == ()


def test_hidden_kinds_leave_edges_that_stand_for_the_ways_over_them(empty: Traced) -> None:
    empty.harvest(*without_lineage())
    found = empty.ask("stg", kinds=frozenset({"dataset"}), depth=1)
    assert names(found) == {"stg": 0, "mart": 1}
    assert pairs(found) == {("stg", "mart")}
    assert [one.provenance[0].sql for one in found.edges] == ["INSERT INTO mart SELECT sum(amount) FROM stg"]
    assert found.edges[0].via == (empty.iri(JOB),)


def test_only_ways_through_an_asset_are_kept(empty: Traced) -> None:
    empty.harvest(*map(table, "abcde"), edge("b", "a"), edge("c", "a"), edge("d", "b"), edge("d", "c"), edge("e", "d"))
    found = empty.ask("a", through=(empty.iri("c"),))
    assert pairs(found) == {("a", "c"), ("c", "d"), ("d", "e")}


def test_cycles_end(empty: Traced) -> None:
    empty.harvest(*map(table, "abc"), edge("b", "a"), edge("c", "b"), edge("a", "c"))
    assert pairs(empty.ask("a")) == {("a", "b"), ("b", "c"), ("c", "a")}
    assert names(empty.ask("a", direction="downstream")) == {"a": 0, "b": 1, "c": 2}
    empty.harvest(*map(table, "abc"), flow("b", "a", ("id", "id")), flow("a", "b", ("id", "id")))
    assert pairs(empty.ask("a", "id", level="column")) == {("a.id", "b.id"), ("b.id", "a.id")}


def test_pages_hold_everything_once(empty: Traced) -> None:
    tables = [f"t{n}" for n in range(30)]
    empty.harvest(*map(table, tables), *(edge(low, up) for up, low in itertools.pairwise(tables)))
    nodes, edges, cursor = list[str](), list[tuple[str, str]](), None
    while True:
        page = empty.ask("t0", first=7, after=cursor)
        nodes += [one.title for one in page.nodes]
        edges += pairs(page)
        cursor = page.cursor
        if cursor is None:
            break
    assert nodes == tables
    assert sorted(edges) == sorted(itertools.pairwise(tables))


def test_a_page_after_a_change_is_refused(shop: Traced) -> None:
    cursor = shop.ask("raw", first=1).cursor
    shop.core.curation.curate(shop.iri("raw"), title="Raw data")
    assert shop.ask("raw", first=1, after=cursor).nodes
    shop.harvest(table("x"), table("raw"), edge("x", "raw"), source="more")
    with pytest.raises(QueryError, match="changed since"):
        shop.ask("raw", first=1, after=cursor)


def test_each_commit_is_taken_in_without_building_anew(shop: Traced) -> None:
    shop.ask("raw")
    with shop.tracer.view() as view:
        before = view.edges
    shop.core.curation.curate(shop.iri("raw"), title="Raw data")
    shop.harvest(*(one for one in estate() if getattr(one, "downstream", None) != ref("mart")))
    assert shop.tracer.position == shop.core.history.last()
    found = shop.ask("stg", kinds=frozenset({"dataset"}))
    assert names(found) == {"stg": 0, "Raw data": -1, "mart": 1}
    with shop.tracer.view() as view:
        assert view.edges is before


def test_the_past_is_answered_as_it_was(shop: Traced) -> None:
    then = shop.core.history.commits()[-1].at
    shop.harvest(*without_lineage())
    assert names(shop.ask("raw")) == {"raw": 0}
    found = shop.tracing.lineage(shop.iri("raw"), as_of=then)
    assert "stg" in names(found)
    assert found.edges[0].provenance[0].run == shop.core.iris.run("run-0")


def test_an_asset_without_lineage_is_alone_and_an_unknown_one_is_refused(shop: Traced) -> None:
    assert names(shop.ask("other")) == {"other": 0}
    assert names(shop.ask("other", "x", level="column")) == {"other": 0}
    with pytest.raises(UnknownAsset, match="nothing is known of the asset"):
        shop.ask("nowhere")
    with pytest.raises(UnknownAsset, match="nothing is known of the field"):
        shop.ask("raw", "nowhere")
    with pytest.raises(UnknownAsset):
        shop.tracing.lineage("no IRI at all")


def test_a_removed_upstream_says_when_it_was_removed(shop: Traced) -> None:
    shop.harvest(edge("copy", "other"), table("copy"), source="more")
    shop.harvest(*(one for one in estate() if getattr(one, "title", "") != "other"))
    found = shop.ask("copy")
    assert {one.title: one.removed is not None for one in found.nodes} == {"copy": False, "other": True}


@pytest.mark.parametrize(
    "asked", [{"depth": -1}, {"first": 0}, {"first": 10**6}, {"after": "x"}, {"through": ("urn:x",)}]
)
def test_what_cannot_be_asked_is_refused(shop: Traced, asked: dict[str, Any]) -> None:
    with pytest.raises(QueryError):
        shop.ask("raw", **asked)


def test_a_moment_before_everything_is_refused(shop: Traced) -> None:
    moment = replace(shop.core.history.commits()[0]).at.replace(year=1990)
    with pytest.raises(InputError, match="nothing was known"):
        shop.tracing.lineage(shop.iri("raw"), as_of=moment)
