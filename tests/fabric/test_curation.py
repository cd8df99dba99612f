"""What people say stays apart from every harvest and wins, now and in the past."""

from __future__ import annotations

import threading
from datetime import datetime

import pytest

from fabric.curation import MOST, Saying
from fabric.errors import InputError, UnknownAsset
from fabric.model import Agent, Concept, Dataset, Record, agent, concept
from tests.fabric.graphs import Core, encoded, holds
from tests.fabric.scripted import Played, ref, table


def harvest(fabric: Core, *records: Record, source: str = "shop") -> None:
    fabric.harvester.run(source, Played(*records), "run")


def at(fabric: Core) -> datetime:
    return fabric.history.commits()[-1].at


def test_a_curated_fact_wins_and_no_harvest_takes_it_away(fabric: Core) -> None:
    harvest(fabric, table("orders", "as the source says"))
    iri = fabric.iris.asset(ref("orders"))
    assert (
        fabric.curation.curate(iri, description="as people say", add_tags=["gold"], add_owners=["ann@example.org"]) == 2
    )
    harvest(fabric, table("orders", "as the source says now"))
    record = fabric.assets.get(iri).record
    assert isinstance(record, Dataset)
    assert (record.description, set(record.tags)) == ("as people say", {"gold"})
    assert record.owners == {agent("ann@example.org")}
    assert holds(fabric.graph, fabric.iris.harvest_graph("shop")) == encoded(
        [table("orders", "as the source says now")], fabric.iris
    )
    assert fabric.assets.get(iri).sources == ("curated", "shop")


def test_the_past_shows_what_was_curated_then(fabric: Core) -> None:
    harvest(fabric, table("orders", "source"))
    iri, moments = fabric.iris.asset(ref("orders")), [at(fabric)]
    for said in ("first", "second", ""):
        fabric.curation.curate(iri, description=said)
        moments.append(at(fabric))
    found = [fabric.assets.get(iri, moment).record for moment in moments]
    assert [getattr(record, "description", None) for record in found] == ["source", "first", "second", "source"]
    with fabric.snapshots.as_of(moments[2]) as past:
        assert [o for _, _, o in holds(past, fabric.iris.graph("curated"))] == ['"second"']


def test_saying_the_same_again_commits_nothing(fabric: Core) -> None:
    harvest(fabric, table("orders"))
    iri = fabric.iris.asset(ref("orders"))
    assert fabric.curation.curate(iri, title="Orders", add_tags=["gold"]) == 2
    assert fabric.curation.curate(iri, title=" Orders ", add_tags=["gold "]) is None
    assert fabric.curation.curate(iri) is None


def test_a_curated_tag_and_owner_can_be_taken_back(fabric: Core) -> None:
    harvest(fabric, table("orders"))
    iri = fabric.iris.asset(ref("orders"))
    fabric.curation.curate(iri, add_tags=["gold", 'a "b"'], add_owners=["ann"])
    fabric.curation.curate(iri, remove_tags=["gold"], remove_owners=["ann"])
    assert [o for _, _, o in holds(fabric.graph, fabric.iris.graph("curated"))] == ['"a \\"b\\""']


def test_what_people_did_not_say_cannot_be_taken_back(fabric: Core) -> None:
    harvest(fabric, table("orders"))
    iri = fabric.iris.asset(ref("orders"))
    with pytest.raises(InputError, match="not curated"):
        fabric.curation.curate(iri, remove_tags=["gold"])
    with pytest.raises(InputError, match="empty"):
        fabric.curation.curate(iri, add_tags=[" "])
    with pytest.raises(UnknownAsset):
        fabric.curation.curate(fabric.iris.asset(ref("nothing")), title="x")
    assert fabric.history.last() == 1


def test_concepts_and_people_are_curated_in_their_own_terms(fabric: Core) -> None:
    harvest(fabric, Concept(namespace="tags", name="pii", title="pii"), Agent(name="ann", title="ann"))
    fabric.curation.curate(fabric.iris.asset(concept("tags", "pii")), title="Personal", description="Of persons.")
    fabric.curation.curate(fabric.iris.asset(agent("ann")), title="Ann")
    found = fabric.assets.get(fabric.iris.asset(concept("tags", "pii"))).record
    assert found == Concept(namespace="tags", name="pii", title="Personal", description="Of persons.")
    assert fabric.assets.get(fabric.iris.asset(agent("ann"))).record == Agent(name="ann", title="Ann")


def test_many_at_once_lose_nothing_and_the_log_stays_exact(local: Core) -> None:
    harvest(local, table("orders"))
    iri = local.iris.asset(ref("orders"))
    start = threading.Barrier(8)

    def say(number: int) -> None:
        start.wait(60)
        local.curation.curate(iri, title="Orders", add_tags=["gold", f"tag {number}"])

    threads = [threading.Thread(target=say, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    record = local.assets.get(iri).record
    assert isinstance(record, Dataset)
    assert record.tags == {"gold", *(f"tag {number}" for number in range(8))}
    told = [triple for _, change in local.history.of(iri) for triple in change.added]
    assert len(told) == len(set(told))
    assert local.assets.get(iri, local.history.commits()[0].at).record == table("orders")


def test_a_domain_and_a_term_are_made_once_and_removed_by_name_or_iri(fabric: Core) -> None:
    harvest(fabric, table("orders"), Concept(namespace="glossary", name="net sales", title="Net sales"))
    iri = fabric.iris.asset(ref("orders"))
    assert fabric.curation.say([iri], Saying(add_domains=["Sales"], add_terms=["net sales", "Bestellung"])) == 2
    asset, domain = fabric.assets.get(iri), fabric.iris.asset(concept("domain", "Sales"))
    assert asset.pointers("fab:inDomain") == [domain]
    assert [one.title for one in fabric.assets.links(asset.pointers("dct:subject")).values()] == [
        "Bestellung",
        "Net sales",
    ]
    made = fabric.assets.get(domain)
    assert made.record == Concept(namespace="domain", name="Sales", title="Sales")
    assert made.sources == ("curated",)
    assert len(fabric.history.of(domain)) == 1
    assert fabric.assets.get(fabric.iris.asset(concept("glossary", "net sales"))).sources == ("shop",)
    fabric.curation.say([iri], Saying(remove_domains=[domain], remove_terms=["net sales"]))
    asset = fabric.assets.get(iri)
    assert (asset.pointers("fab:inDomain"), len(asset.pointers("dct:subject"))) == ([], 1)
    assert fabric.curation.say([iri], Saying(add_terms=["Bestellung"])) is None


def test_many_assets_are_spoken_of_in_one_commit_or_none_is(fabric: Core) -> None:
    harvest(fabric, table("orders"), table("customers"))
    orders, customers = fabric.iris.asset(ref("orders")), fabric.iris.asset(ref("customers"))
    assert fabric.curation.say([orders, customers, orders], Saying(add_tags=["gold"], add_owners=["ann"])) == 2
    fabric.curation.say([orders], Saying(remove_tags=["gold"]))
    with pytest.raises(InputError, match=r"'shop\.public\.orders'"):
        fabric.curation.say([customers, orders], Saying(remove_tags=["gold"]))
    with pytest.raises(UnknownAsset):
        fabric.curation.say([customers, fabric.iris.asset(ref("nothing"))], Saying(add_tags=["new"]))
    with pytest.raises(InputError, match="1001 assets"):
        fabric.curation.say([orders] * (MOST + 1), Saying())
    with pytest.raises(InputError, match="is a dataset, where a concept is expected"):
        fabric.curation.say([orders], Saying(add_domains=[customers]))
    assert fabric.history.last() == 3
    record = fabric.assets.get(customers).record
    assert isinstance(record, Dataset)
    assert record.tags == {"gold"}
    assert record.owners == {agent("ann")}
