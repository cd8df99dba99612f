"""Reading one asset: what all sources and people say of it, merged."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fabric.assets import Assets
from fabric.errors import UnknownAsset
from fabric.model import Catalog, Dataset, Record, Ref, catalog
from fabric.ntriples import token
from fabric.records import Records
from tests.fabric.graphs import Core, put
from tests.fabric.scripted import NAMESPACE, Played, edge, ref, table

SHOP = Catalog(namespace=NAMESPACE, name="shop", title="The shop")
PUBLIC = Catalog(namespace=NAMESPACE, name="shop.public", title="Public", part_of=catalog(NAMESPACE, "shop"))


def harvest(fabric: Core, *records: Record, source: str = "shop") -> None:
    fabric.harvester.run(source, Played(*records), "run")


def iri(fabric: Core, name: str) -> str:
    return fabric.iris.asset(ref(name))


def test_an_asset_comes_back_as_it_was_harvested(fabric: Core) -> None:
    harvest(fabric, table("orders", "all of them"), edge("orders", "items"))
    asset = fabric.assets.get(iri(fabric, "orders"))
    assert asset.record == table("orders", "all of them")
    assert asset.lineage == (edge("orders", "items"),)
    assert (asset.title, asset.removed, asset.sources) == ("orders", None, ("shop",))
    assert {fact.source for fact in asset.facts} == {"shop"}


def test_what_sources_say_is_united_and_the_one_that_says_most_wins(fabric: Core) -> None:
    harvest(fabric, replace(table("orders", "short", columns=()), tags=frozenset({"a"})), source="b")
    harvest(fabric, replace(table("orders", "long"), tags=frozenset({"b"})), source="c")
    asset = fabric.assets.get(iri(fabric, "orders"))
    assert isinstance(asset.record, Dataset)
    assert (asset.record.description, set(asset.record.tags)) == ("long", {"a", "b"})
    assert [field.name for field in asset.record.fields] == ["id", "amount"]
    assert asset.sources == ("b", "c")


@pytest.mark.parametrize("name", ["http://elsewhere.example/x", "http://localhost:8642/id/dataset/a", "no iri"])
def test_what_is_no_asset_is_unknown(fabric: Core, name: str) -> None:
    assert fabric.assets.find(name) is None
    with pytest.raises(UnknownAsset):
        fabric.assets.get(name)


def test_links_are_named_by_title_or_else_by_name(fabric: Core) -> None:
    harvest(fabric, table("orders"), edge("orders", "items"))
    fabric.curation.curate(iri(fabric, "orders"), title="Curated")
    asked = [iri(fabric, "items"), iri(fabric, "orders"), "http://elsewhere.example/x"]
    found = fabric.assets.links(asked)
    assert [link.title for link in found.values()] == ["shop.public.items", "Curated"]


def test_containers_are_walked_both_ways(fabric: Core) -> None:
    inside = [replace(table(name), part_of=PUBLIC.ref) for name in ("orders", "items")]
    harvest(fabric, SHOP, PUBLIC, *inside)
    orders, public = iri(fabric, "orders"), fabric.iris.asset(PUBLIC.ref)
    found = fabric.assets.paths([orders, public])
    assert [[link.title for link in found[one]] for one in (orders, public)] == [["The shop", "Public"], ["The shop"]]
    assert fabric.assets.paths([orders], {orders: [public]})[orders] == found[orders]
    assert [link.title for link in fabric.assets.pointing("dct:isPartOf", [public])[public]] == ["items", "orders"]


def test_containers_that_hold_each_other_end(fabric: Core) -> None:
    harvest(fabric, replace(SHOP, part_of=PUBLIC.ref), PUBLIC)
    public = fabric.iris.asset(PUBLIC.ref)
    assert [link.title for link in fabric.assets.paths([public])[public]] == ["The shop"]


def test_lineage_is_walked_both_ways(fabric: Core) -> None:
    harvest(fabric, table("orders"), table("items"), edge("orders", "items"))
    orders, items = iri(fabric, "orders"), iri(fabric, "items")
    assert fabric.assets.get(orders).pointers("prov:wasDerivedFrom") == [items]
    found = fabric.assets.pointing("prov:wasDerivedFrom", [items, orders])
    assert [[link.ref for link in found[one]] for one in (items, orders)] == [[ref("orders")], []]


def test_only_what_lives_is_counted(fabric: Core) -> None:
    harvest(fabric, table("orders"), table("items"), SHOP)
    harvest(fabric, table("orders"), source="other")
    harvest(fabric, table("orders"))
    assert (fabric.assets.count(), fabric.assets.counts_of(["shop", "none"])) == (1, {"shop": 1, "none": 0})
    assert fabric.assets.all() == [iri(fabric, "orders")]
    assert fabric.assets.size() == len(set(fabric.graph.match()))
    assert fabric.assets.get(fabric.iris.asset(Ref("catalog", NAMESPACE, "shop"))).record is None


def test_many_assets_read_from_records_equal_those_read_from_the_graph(local: Core) -> None:
    harvest(local, table("a", "One."), table("b"), edge("b", "a"), table("c"))
    harvest(local, table("a", "Another source's words.", ["id", "extra"]), source="copy")
    harvest(local, table("a", "One."), table("b", "Changed."), edge("b", "a"))
    iris = [local.iris.asset(ref(name)) for name in "abc"]
    local.curation.curate(iris[1], description="People's words.", add_tags=["gold"])
    put(local.graph, local.iris.graph("inferred/domain"), (f"<{iris[0]}>", token("fab:inDomain"), "<urn:sales>"))
    fast = Assets(local.graph, local.history, local.iris, Records(local.state, local.iris))
    unknown = local.iris.asset(ref("unknown"))
    found = fast.many([*iris, unknown, "urn:foreign"])
    assert found == {iri: local.assets.get(iri) for iri in iris} == local.assets.many([*iris, unknown])
    assert found[iris[2]].removed is not None
