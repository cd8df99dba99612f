from __future__ import annotations

from dataclasses import replace

import pytest

from fabric.errors import InputError, UnknownAsset
from fabric.model import Check, Reference
from fabric.tracing.impact import Change, Impact
from tests.fabric.scripted import ref, table
from tests.fabric.tracing.flows import Traced, estate, flow


def broken(found: Impact) -> dict[str, str]:
    return {one.asset.title: one.reason for one in found.broken}


def affected(found: Impact) -> dict[str, int]:
    return {one.asset.title: one.distance for one in found.affected}


def test_a_dropped_column_breaks_what_reads_it_and_affects_what_is_behind(shop: Traced) -> None:
    found = shop.tracing.impact(Change("drop column", shop.iri("raw", "amount")))
    assert broken(found) == {"stg": "amount derives from amount"}
    assert affected(found) == {"mart": 2, "Load mart": 2, "Sales": 3, "Forecast 1": 3, "Forecast": 4}
    stg, sales = found.broken[0], next(one for one in found.affected if one.asset.title == "Sales")
    assert stg.fields == (shop.iri("stg", "amount"),)
    assert [one.title for one in stg.owners] == ["Ann"]
    assert sales.via == (shop.iri("stg"), shop.iri("mart"))
    assert sales.reason == "derives from mart"
    assert [one.title for one in found.owners] == ["Ann"]
    assert str(found.change) == "drop column amount of shop.public.raw"


def test_a_column_that_only_filters_breaks_its_reader(shop: Traced) -> None:
    found = shop.tracing.impact(Change("retype column", shop.iri("raw", "region"), new_type="integer"))
    assert broken(found) == {"stg": "filters or joins by region"}


def test_the_job_that_carries_a_column_is_broken_with_it(shop: Traced) -> None:
    found = shop.tracing.impact(Change("rename column", shop.iri("stg", "amount"), new_name="sum"))
    assert broken(found) == {"mart": "total derives from amount", "Load mart": "its SQL reads amount"}


def test_a_column_that_nobody_reads_breaks_nothing(shop: Traced) -> None:
    shop.harvest(*estate(), table("lonely"))
    found = shop.tracing.impact(Change("drop column", shop.iri("lonely", "id")))
    assert (found.broken, found.affected, found.owners) == ((), (), ())
    assert shop.tracing.impact(Change("drop column", shop.iri("stg", "id"))).broken == ()


def test_a_reader_of_unknown_columns_is_affected_and_says_so(shop: Traced) -> None:
    found = shop.tracing.impact(Change("drop column", shop.iri("mart", "total")))
    assert found.broken == ()
    assert {one.asset.title: one.reason for one in found.affected if one.distance == 1} == {
        "Sales": "reads mart; which of its columns is not known",
        "Forecast 1": "reads mart; which of its columns is not known",
    }


def test_a_dropped_table_breaks_all_its_readers(shop: Traced) -> None:
    found = shop.tracing.impact(Change("drop table", shop.iri("mart")))
    assert broken(found) == {"Sales": "reads mart", "Forecast 1": "reads mart"}
    assert affected(found) == {"Forecast": 2}


def test_checks_and_foreign_keys_of_a_column_break(empty: Traced) -> None:
    key = Reference(name="fk", columns=("id",), target=ref("a"), target_columns=("id",))
    check = Check(namespace="shop", name="a_id", title="a.id is unique", subject=ref("a"), column="id")
    empty.harvest(table("a"), replace(table("b"), references=frozenset({key})), check)
    assert broken(empty.tracing.impact(Change("drop column", empty.iri("a", "id")))) == {
        "a.id is unique": "tests id",
        "b": "has a foreign key to it",
    }


def test_cyclic_lineage_ends(empty: Traced) -> None:
    empty.harvest(table("a"), table("b"), flow("b", "a", ("id", "id")), flow("a", "b", ("amount", "amount")))
    found = empty.tracing.impact(Change("drop column", empty.iri("a", "id")))
    assert (list(broken(found)), found.affected) == (["b"], ())


def test_a_malformed_change_is_refused(shop: Traced) -> None:
    column, whole = shop.iri("raw", "id"), shop.iri("raw")
    for change, said in (
        (Change("drop table", column), "is not a table"),
        (Change("drop column", whole), "is not a column"),
        (Change("rename column", column), "renamed to nothing"),
        (Change("rename column", column, new_name="amount"), "already"),
        (Change("retype column", column), "no type"),
    ):
        with pytest.raises(InputError, match=said):
            shop.tracing.impact(change)
    with pytest.raises(UnknownAsset, match="field"):
        shop.tracing.impact(Change("drop column", shop.iri("raw", "nothing")))
