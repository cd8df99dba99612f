"""A new manifest of a dbt project, with and without a catalog."""

from __future__ import annotations

import json

import pytest

from fabric.errors import InputError, UnknownSource, Unreadable
from fabric.whatif.proposals import Manifest
from tests.fabric.scripted import NAMESPACE
from tests.fabric.whatif.estates import EMAIL, Estate, broken, edges
from tests.fabric.whatif.projects import COLUMNS, MODELS, catalog, manifest

WITHOUT_AMOUNT = {**MODELS, "stg_orders": "select id, customer, email from shop.public.orders"}


def test_the_same_manifest_changes_nothing_though_it_comes_without_a_catalog(estate: Estate) -> None:
    found = estate.manifest(manifest())
    assert found.changes == ("new manifest of project",)
    assert (found.gone, found.edges_added, found.edges_removed, found.broken, found.affected, found.warnings) == (
        (), (), (), (), (), (),
    )  # fmt: skip


def test_a_model_that_drops_a_column_breaks_the_models_that_name_it(estate: Estate) -> None:
    found = estate.manifest(manifest(WITHOUT_AMOUNT))
    assert broken(found) == {
        "daily": "total derives from amount; line 1: the column 'amount' is in no source of the query"
    }
    assert [one.asset.title for one in found.broken if one.asset.kind == "job"] == ["daily"]
    assert {one.field for one in found.gone} == {estate.iri(name, "amount") for name in ("stg_orders", "mirror")}
    assert "takings" in {one.asset.title for one in found.affected}
    assert edges(found, "column", added=False) == {
        ("orders.amount", "stg_orders.amount"), ("stg_orders.amount", "daily.total"), ("stg_orders.amount", "mirror.amount"),
    }  # fmt: skip


def test_a_star_hands_the_loss_on_to_who_names_the_column(estate: Estate) -> None:
    found = estate.manifest(manifest({**MODELS, "stg_orders": "select id, customer, amount from shop.public.orders"}))
    assert broken(found) == {"mailing": "email derives from email; line 1: 'm' has no column 'email'"}


def test_a_reader_that_is_changed_too_is_not_broken(estate: Estate) -> None:
    adapted = {
        **WITHOUT_AMOUNT,
        "daily": "select customer, count(*) as total from shop.public.stg_orders group by customer",
    }
    found = estate.manifest(manifest(adapted))
    assert broken(found) == {}
    assert "daily" not in {one.asset.title for one in found.affected}


def test_with_a_catalog_its_columns_count(estate: Estate) -> None:
    columns = {**COLUMNS, "stg_orders": ("id", "customer", "email"), "mirror": ("id", "customer", "email")}
    found = estate.manifest(manifest(WITHOUT_AMOUNT), catalog(columns))
    assert set(broken(found)) == {"daily"}
    assert {one.field for one in found.gone} == {estate.iri(name, "amount") for name in ("stg_orders", "mirror")}


def test_a_model_that_is_gone_breaks_who_else_reads_its_table(estate: Estate) -> None:
    models = {name: sql for name, sql in MODELS.items() if name not in {"mirror", "mailing"}}
    estate.say(estate.iri("big_orders"), "prov:wasDerivedFrom", estate.iri("mailing"))
    found = estate.manifest(manifest(models))
    assert {one.asset.title for one in found.gone} == {"mirror", "mailing"}
    assert broken(found) == {"big_orders": "reads mailing"}


def test_a_new_model_brings_edges_and_personal_data(estate: Estate) -> None:
    found = estate.manifest(manifest({**MODELS, "contacts": "select email as mail from shop.public.mailing"}))
    assert (found.gone, broken(found)) == ((), {})
    assert edges(found, "column", added=True) == {("mailing.email", "contacts.mail")}
    assert ("mailing", "contacts") in edges(found, "table", added=True)
    assert [(one.field, one.category, one.origins) for one in found.reached] == [
        (estate.iri("contacts", "mail"), EMAIL, (estate.iri("mailing", "email"),))
    ]


def test_masking_ends_the_flow_of_personal_data(estate: Estate) -> None:
    found = estate.manifest(manifest({**MODELS, "contacts": "select md5(email) as mail from shop.public.mailing"}))
    assert edges(found, "column", added=True) == {("mailing.email", "contacts.mail")}
    assert found.reached == ()


def test_a_model_whose_columns_cannot_be_told_keeps_them_and_says_so(estate: Estate) -> None:
    found = estate.manifest(manifest({**MODELS, "daily": "select * from elsewhere.unknown.place"}))
    assert found.gone == ()
    assert any("shop.public.daily: the columns that its SQL gives cannot be told" in one for one in found.warnings)


def test_documentation_of_a_new_manifest_counts(estate: Estate) -> None:
    before = estate.workspace.assets.get(estate.iri("daily")).record
    found = estate.manifest(manifest(daily={"total": {"description": "In euros.", "tags": ["money"]}}))
    assert (found.gone, found.broken) == ((), ())
    assert estate.workspace.assets.get(estate.iri("daily")).record == before


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("{", InputError, "the manifest is not JSON"),
        ("[]", InputError, "holds list, not an object"),
        ("{}", Unreadable, "names no schema version"),
        (json.dumps({"metadata": {"dbt_schema_version": "x/manifest/v4.json"}}), Unreadable, "version 4"),
        (manifest({}).replace('"sources": {', '"other": {'), Unreadable, "holds no model"),
    ],
)
def test_a_malformed_manifest_is_refused(estate: Estate, text: str, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said) as caught:
        estate.manifest(text)
    assert "branch-" not in str(caught.value)


def test_a_malformed_catalog_is_refused(estate: Estate) -> None:
    with pytest.raises(InputError, match="the catalog is not JSON"):
        estate.manifest(manifest(), "nope")


def test_a_malformed_model_is_gone_and_told(estate: Estate) -> None:
    document = json.loads(manifest())
    document["nodes"]["model.shop.daily"]["columns"] = 7
    found = estate.manifest(json.dumps(document))
    assert any("model.shop.daily" in one and "malformed" in one for one in found.warnings)
    assert "takings" in broken(found) or "daily" in {one.asset.title for one in found.gone}


def test_the_project_must_be_known(estate: Estate) -> None:
    with pytest.raises(UnknownSource, match="nope"):
        estate.ask(Manifest(manifest(), source="nope"))
    with pytest.raises(InputError, match="read by the connector scripted"):
        estate.ask(Manifest(manifest(), source="shop"))
    estate.workspace.sources.register("other", "dbt", {"path": str(estate.folder), "namespace": NAMESPACE})
    with pytest.raises(InputError, match="2 are: other, project"):
        estate.manifest(manifest())
    assert estate.ask(Manifest(manifest(), source="project")).broken == ()
