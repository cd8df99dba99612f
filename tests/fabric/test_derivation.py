"""Definitions of views become column lineage while they are harvested."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fabric.connector import Unchanged, Versioned
from fabric.derivation import split_name
from fabric.model import ColumnLineage, Dataset, Lineage, Ref
from tests.fabric.graphs import Core
from tests.fabric.scripted import Played, ref, table


def view(name: str, sql: str, columns: tuple[str, ...] = ("id", "amount")) -> Dataset:
    return replace(table(name, columns=columns), kind="view", definition=sql)


def lineage(fabric: Core, name: str) -> dict[Ref, Lineage]:
    return {one.upstream: one for one in fabric.assets.get(fabric.iris.asset(ref(name))).lineage}


def schema_name(name: str) -> str:
    """A table's name in SQL: the test namespace's names have parts before it."""
    return ".".join(split_name(ref(name).name))


def test_a_views_columns_lead_to_those_they_derive_from(local: Core) -> None:
    sql = f"SELECT o.id, sum(o.amount) AS total FROM {schema_name('orders')} o WHERE o.kind > 1 GROUP BY o.id"
    harvested = [view("totals", sql, ("id", "total")), table("orders", columns=("id", "amount", "kind"))]
    report = local.harvester.run("shop", Played(*harvested), "run")
    assert (report.refused, report.problems, report.warnings) == ([], [], [])
    (found,) = lineage(local, "totals").values()
    assert found.upstream == ref("orders")
    assert found.columns == {
        ColumnLineage(downstream="id", upstream="id"),
        ColumnLineage(downstream="total", upstream="amount", expression="SUM(o.amount)", transformation="aggregation"),
    }
    assert found.influences == {"kind", "id"}


def test_what_the_connector_says_of_tables_is_kept_and_completed(local: Core) -> None:
    job = Ref("job", "shop", "nightly")
    said = [
        Lineage(downstream=ref("v"), upstream=ref("orders"), job=job),
        Lineage(downstream=ref("v"), upstream=ref("far")),
    ]
    local.harvester.run(
        "shop", Played(*said, table("orders"), view("v", f"SELECT id FROM {schema_name('orders')}", ("id",))), "run"
    )
    found = lineage(local, "v")
    assert set(found) == {ref("orders"), ref("far")}
    assert found[ref("orders")].job == job
    assert {one.upstream for one in found[ref("orders")].columns} == {"id"}


def test_columns_that_the_connector_says_itself_are_left(local: Core) -> None:
    column = ColumnLineage(downstream="id", upstream="amount")
    said = Lineage(downstream=ref("v"), upstream=ref("orders"), columns=frozenset({column}))
    local.harvester.run(
        "shop", Played(table("orders"), view("v", f"SELECT id FROM {schema_name('orders')}"), said), "run"
    )
    assert lineage(local, "v")[ref("orders")].columns == {column}


def test_a_definition_that_cannot_be_read_is_a_warning_and_takes_nothing_away(local: Core) -> None:
    said = Lineage(downstream=ref("v"), upstream=ref("orders"))
    report = local.harvester.run(
        "shop", Played(table("orders"), view("v", "SELECT FROM WHERE ((", ("id",)), said), "run"
    )
    assert report.complete
    assert len(report.warnings) == 1
    assert "line 1" in report.warnings[0]
    assert set(lineage(local, "v")) == {ref("orders")}


def test_a_star_is_resolved_by_the_columns_seen(local: Core) -> None:
    sql = f"SELECT * FROM {schema_name('orders')}"
    local.harvester.run("shop", Played(view("v", sql), table("orders")), "run")
    assert {(c.downstream, c.upstream) for c in lineage(local, "v")[ref("orders")].columns} == {
        ("id", "id"),
        ("amount", "amount"),
    }


@pytest.mark.parametrize("again", ["unchanged", "view anew"])
def test_an_unchanged_view_keeps_its_lineage(local: Core, again: str) -> None:
    orders, sql = table("orders"), f"SELECT id, amount + 1 AS amount FROM {schema_name('orders')}"
    seen = view("v", sql)
    local.harvester.run("shop", Played(Versioned(orders, "1"), Versioned(seen, "1")), "run")
    before = lineage(local, "v")
    items = [Unchanged(ref("orders")), Unchanged(ref("v")) if again == "unchanged" else Versioned(seen, "2")]
    report = local.harvester.run("shop", Played(*items), "run")
    assert lineage(local, "v") == before
    assert len(before[ref("orders")].columns) == 2
    assert report.tombstoned == 0
    assert report.commit is None or again != "unchanged"


def test_a_changed_view_changes_its_lineage(local: Core) -> None:
    orders = table("orders", columns=("id", "amount", "other"))
    sql = f"SELECT id, amount FROM {schema_name('orders')}"
    local.harvester.run("shop", Played(Versioned(orders, "1"), Versioned(view("v", sql), "1")), "run")
    changed = view("v", sql.replace("amount", "other AS amount"))
    local.harvester.run("shop", Played(Unchanged(ref("orders")), Versioned(changed, "2")), "run")
    assert {(c.downstream, c.upstream) for c in lineage(local, "v")[ref("orders")].columns} == {
        ("id", "id"),
        ("amount", "other"),
    }


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("db.main.t", ("db", "main", "t")),
        ('db."odd.schema".t', ("db", "odd.schema", "t")),
        ('"a""b".t', ('a"b', "t")),
        ("t", ("t",)),
    ],
)
def test_names_are_split_at_dots_outside_quotes(name: str, parts: tuple[str, ...]) -> None:
    assert split_name(name) == parts
