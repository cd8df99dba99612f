"""Dropping and renaming what a database has, and giving a view another definition."""

from __future__ import annotations

import pytest

from fabric.errors import InputError, UnknownAsset
from fabric.model import Ref
from fabric.whatif.proposals import DropColumn, DropTable, Redefine, RenameColumn
from tests.fabric.whatif.estates import EMAIL, Estate, broken, edges


def test_a_dropped_column_breaks_what_reads_it_and_affects_what_lies_behind(estate: Estate) -> None:
    found = estate.ask(DropColumn(estate.iri("orders", "amount")))
    assert found.changes == ("drop column orders.amount",)
    assert [(one.asset.title, one.field) for one in found.gone] == [("orders", estate.iri("orders", "amount"))]
    assert broken(found)["big_orders"] == "amount derives from amount; filters or joins by amount"
    assert broken(found)["stg_orders"].startswith("amount derives from amount")
    assert {"Sales", "daily", "mailing", "takings"} <= {one.asset.title for one in found.affected}
    assert [one.title for one in found.owners] == ["Ann"]
    assert found.edges_removed == ()


def test_a_renamed_column_breaks_what_reads_the_old_name_and_keeps_its_own_origins(estate: Estate) -> None:
    found = estate.ask(RenameColumn(estate.iri("stg_orders", "amount"), "value"))
    assert broken(found) == {"daily": "total derives from amount", "mirror": "amount derives from amount"}
    assert edges(found, "column", added=True) == {("orders.amount", "stg_orders.value")}
    assert edges(found, "column", added=False) == {("orders.amount", "stg_orders.amount")}
    assert found.edges_added[0].level == "column"


def test_a_dropped_table_is_gone_with_its_edges(estate: Estate) -> None:
    found = estate.ask(DropTable(estate.iri("stg_orders")))
    assert [(one.asset.title, one.field) for one in found.gone] == [("stg_orders", None)]
    assert set(broken(found)) >= {"daily", "mirror"}
    assert edges(found, "table", added=False) >= {("orders", "stg_orders")}
    assert "stg_orders" not in {one.asset.title for one in (*found.broken, *found.affected)}


def test_changes_add_up(estate: Estate) -> None:
    found = estate.ask(DropTable(estate.iri("big_orders")), DropColumn(estate.iri("orders", "amount")))
    assert len(found.changes) == 2
    assert "big_orders" not in broken(found)
    assert "Sales" in broken(found)


def test_a_contract_of_what_loses_a_column_is_broken_and_that_of_a_broken_reader(estate: Estate) -> None:
    contract, other = (estate.iris.base + f"/id/contract/shop/{name}" for name in ("orders", "big"))
    estate.say(estate.iri("orders"), "fab:contract", contract)
    estate.say(estate.iri("big_orders"), "fab:contract", other)
    found = estate.ask(DropColumn(estate.iri("orders", "amount")))
    assert [(one.contract.iri, one.asset.title, one.reason) for one in found.contracts] == [
        (contract, "orders", "orders loses amount"),
        (other, "big_orders", "amount derives from amount; filters or joins by amount"),
    ]


def test_a_view_with_other_sql_reads_other_columns(estate: Estate) -> None:
    found = estate.ask(Redefine(estate.iri("big_orders"), "SELECT id, email AS contact FROM orders WHERE amount > 99"))
    assert found.changes == ("new SQL of big_orders",)
    assert edges(found, "column", added=True) == {("orders.email", "big_orders.contact")}
    assert edges(found, "column", added=False) == {("orders.amount", "big_orders.amount")}
    assert [one.field for one in found.gone] == [estate.iri("big_orders", "amount")]
    assert broken(found) == {}
    assert [one.asset.title for one in found.affected] == ["Sales"]


def test_personal_data_that_a_view_would_take_up_is_told(estate: Estate) -> None:
    found = estate.ask(Redefine(estate.iri("big_orders"), "SELECT id, amount, email AS contact FROM orders"))
    assert [(one.asset.title, one.field, one.category, one.origins) for one in found.reached] == [
        ("big_orders", estate.iri("big_orders", "contact"), EMAIL, (estate.iri("orders", "email"),))
    ]
    assert (found.gone, found.broken) == ((), ())


def test_a_view_that_reads_what_is_not_there_is_broken_itself(estate: Estate) -> None:
    found = estate.ask(Redefine(estate.iri("big_orders"), "SELECT id, amount\n, nope FROM orders"))
    assert broken(found) == {"big_orders": "line 2: the column 'nope' is in no source of the query"}
    assert "Sales" in {one.asset.title for one in found.affected}


def test_columns_in_another_order_are_told_apart(estate: Estate) -> None:
    found = estate.ask(Redefine(estate.iri("big_orders"), "SELECT email, amount, id FROM orders WHERE amount > 9"))
    assert edges(found, "column", added=True) == {("orders.email", "big_orders.email")}
    assert edges(found, "column", added=False) == set()


def test_the_same_sql_changes_nothing(estate: Estate) -> None:
    found = estate.ask(Redefine(estate.iri("big_orders"), "SELECT id, amount FROM orders WHERE amount > 9"))
    assert (found.gone, found.edges_added, found.edges_removed, found.broken, found.affected, found.reached) == (
        (), (), (), (), (), (),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT FROM WHERE", "cannot be read: line 1"),
        ("SELECT * FROM somewhere_else", "cannot be told"),
    ],
)
def test_sql_that_says_nothing_is_refused(estate: Estate, sql: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        estate.ask(Redefine(estate.iri("big_orders"), sql))


def test_what_is_not_there_is_named(estate: Estate) -> None:
    with pytest.raises(UnknownAsset, match="nothing is known"):
        estate.ask(DropTable(estate.iri("nope")))
    with pytest.raises(UnknownAsset, match="orders has no column"):
        estate.ask(DropColumn(estate.iri("orders", "nope")))
    with pytest.raises(InputError, match="is a column, not a table"):
        estate.ask(DropTable(estate.iri("orders", "id")))
    with pytest.raises(InputError, match="has a column 'id' already"):
        estate.ask(RenameColumn(estate.iri("orders", "amount"), "id"))
    with pytest.raises(InputError, match="no source knows orders by a definition"):
        estate.ask(Redefine(estate.iri("orders"), "SELECT 1 AS one"))
    with pytest.raises(InputError, match="nothing is proposed"):
        estate.ask()
    sales = estate.iris.asset(Ref("dashboard", "shop", "sales"))
    with pytest.raises(InputError, match="is a dashboard, not a dataset"):
        estate.ask(DropTable(sales))
