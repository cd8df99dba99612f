"""One harvest after another: the difference becomes one commit, and only a complete one takes things away."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fabric import commit, ntriples
from fabric.connector import Item, Unchanged, Versioned
from fabric.errors import GraphError, HarvestCancelled, Unreachable
from fabric.graph.store import GraphStore
from fabric.harvest import Report
from fabric.model import CheckResult, Problem, Record, Ref, Run, job
from fabric.ntriples import token
from tests.fabric.graphs import Core, encoded, holds
from tests.fabric.scripted import NAMESPACE, Played, Step, edge, ref, table

SOURCE, OTHER = "shop", "warehouse"


@pytest.fixture(params=["whole", "pieces"])
def either(request: pytest.FixtureRequest, fabric: Core, monkeypatch: pytest.MonkeyPatch) -> Core:
    """The core where commits are one transaction, and where even small ones go in pieces of a few triples."""
    if request.param == "pieces":
        monkeypatch.setattr(commit, "ATOMIC", 0)
        monkeypatch.setattr(commit, "_PIECE", 7)
        monkeypatch.setattr(commit, "_PIECE_BYTES", 100 * 7)
    return fabric


def harvest(fabric: Core, *steps: Step, source: str = SOURCE) -> Report:
    return fabric.harvester.run(source, Played(*steps), f"run-{fabric.history.last() + 1}")


def graph_of(fabric: Core, source: str = SOURCE) -> set[ntriples.Triple]:
    return holds(fabric.graph, fabric.iris.harvest_graph(source))


def tombstones(fabric: Core) -> set[str]:
    """Names of the tables that have a tombstone."""
    subjects = {s[1:-1] for s, _, _ in holds(fabric.graph, fabric.iris.graph("tombstones"))}
    return {found.name.rpartition(".")[2] for subject in subjects if (found := fabric.iris.ref(subject))}


def test_a_first_harvest_puts_all_into_the_sources_graph(either: Core) -> None:
    records: list[Record] = [table("orders"), table("customers"), edge("orders", "customers")]
    report = harvest(either, *records)
    expected = encoded(records, either.iris)
    assert either.dump() == {(triple, either.iris.harvest_graph(SOURCE)) for triple in expected}
    assert report == Report(records=3, changed=3, added=len(expected), commit=1)
    assert report.complete


def test_an_unchanged_harvest_commits_nothing(either: Core) -> None:
    records = [table("orders"), table("customers")]
    harvest(either, *records)
    before = set(either.graph.match())
    report = harvest(either, *reversed(records))
    assert report == Report(records=2, unchanged=2)
    assert set(either.graph.match()) == before
    assert either.history.last() == 1


def test_one_changed_record_is_the_whole_difference(either: Core) -> None:
    harvest(either, table("orders", "old"), table("customers"))
    report = harvest(either, table("orders", "new"), table("customers"))
    assert report == Report(records=2, changed=1, unchanged=1, added=1, removed=1, commit=2)
    assert graph_of(either) == encoded([table("orders", "new"), table("customers")], either.iris)
    [(_, change)] = either.history.of(either.iris.asset(ref("orders")), first=1)
    assert [t[2] for t in (*change.removed, *change.added)] == ['"old"', '"new"']


def test_what_vanished_gets_a_tombstone(either: Core) -> None:
    harvest(either, table("orders"), table("customers"), edge("orders", "customers"))
    start = datetime.now(UTC)
    report = harvest(either, table("customers"))
    assert (report.tombstoned, report.changed, report.unchanged) == (1, 2, 1)
    assert graph_of(either) == encoded([table("customers")], either.iris)
    subject = f"<{either.iris.asset(ref('orders'))}>"
    said = {(p, o) for s, p, o in holds(either.graph, either.iris.graph("tombstones")) if s == subject}
    assert {
        (token("dct:title"), '"orders"'),
        (token("dct:identifier"), f'"{NAMESPACE}/shop.public.orders"'),
        (token("rdf:type"), token("dcat:Dataset")),
        (token("prov:wasInvalidatedBy"), f"<{either.iris.run('run-2')}>"),
    } <= said
    asset = either.assets.get(either.iris.asset(ref("orders")))
    assert asset.record is None
    assert asset.title == "orders"
    assert asset.removed is not None
    assert start <= asset.removed <= datetime.now(UTC)


def test_what_returns_loses_its_tombstone(either: Core) -> None:
    harvest(either, table("orders"), table("customers"))
    harvest(either, table("customers"))
    report = harvest(either, table("orders", "again"), table("customers"))
    assert report.changed == 1
    assert report.removed > 0
    assert tombstones(either) == set()
    assert either.dump() == {
        (triple, either.iris.harvest_graph(SOURCE))
        for triple in encoded([table("orders", "again"), table("customers")], either.iris)
    }


def test_lineage_alone_does_not_bring_back_what_is_gone(fabric: Core) -> None:
    harvest(fabric, table("orders"), table("customers"))
    harvest(fabric, table("customers"))
    harvest(fabric, edge("orders", "customers"), source=OTHER)
    assert tombstones(fabric) == {"orders"}
    assert fabric.assets.get(fabric.iris.asset(ref("orders"))).removed is not None


def test_lineage_that_vanishes_leaves_no_tombstone(fabric: Core) -> None:
    harvest(fabric, table("orders"), edge("orders", "customers"))
    report = harvest(fabric, table("orders"))
    assert (report.tombstoned, tombstones(fabric)) == (0, set())
    assert graph_of(fabric) == encoded([table("orders")], fabric.iris)


def test_what_another_source_still_describes_gets_no_tombstone(either: Core) -> None:
    harvest(either, table("orders"), table("customers"))
    harvest(either, table("orders", "as the warehouse has it"), source=OTHER)
    assert harvest(either).tombstoned == 1
    assert tombstones(either) == {"customers"}
    assert graph_of(either, OTHER) == encoded([table("orders", "as the warehouse has it")], either.iris)
    assert harvest(either, source=OTHER).tombstoned == 1
    assert tombstones(either) == {"customers", "orders"}
    assert graph_of(either) == graph_of(either, OTHER) == set()


def test_a_tombstone_goes_when_another_source_describes_the_asset(fabric: Core) -> None:
    harvest(fabric, table("orders"))
    harvest(fabric)
    harvest(fabric, table("orders"), source=OTHER)
    assert tombstones(fabric) == set()
    assert fabric.assets.get(fabric.iris.asset(ref("orders"))).removed is None


def test_removing_a_source_buries_what_only_it_described(either: Core) -> None:
    harvest(either, table("orders"), table("customers"))
    harvest(either, table("orders"), source=OTHER)
    report = either.harvester.remove(SOURCE, "run-remove")
    assert (report.tombstoned, report.commit) == (1, 3)
    assert graph_of(either) == set()
    assert tombstones(either) == {"customers"}
    assert [done.kind for done in either.history.commits()] == ["harvest", "harvest", "remove"]
    assert harvest(either, table("orders"), table("customers")).changed == 2
    assert tombstones(either) == set()


def test_a_partial_harvest_takes_nothing_away(either: Core) -> None:
    harvest(either, table("orders"), table("customers"))
    report = harvest(either, table("orders", "new"), Problem(subject="schema x", reason="no right to read it"))
    assert (report.complete, report.tombstoned, report.changed) == (False, 0, 1)
    assert report.problems == ["schema x: no right to read it"]
    assert graph_of(either) == encoded([table("orders", "new"), table("customers")], either.iris)
    assert harvest(either, table("orders", "new")).tombstoned == 1


@pytest.mark.parametrize("error", [Unreachable("gone"), ValueError("a bug")])
def test_a_failing_connector_changes_nothing(either: Core, error: Exception) -> None:
    harvest(either, table("orders"), table("customers"))
    before = set(either.graph.match())
    with pytest.raises(type(error)):
        harvest(either, table("orders", "new"), *(table(f"t{number}") for number in range(500)), error)
    assert set(either.graph.match()) == before
    assert harvest(either, table("orders"), table("customers")) == Report(records=2, unchanged=2)


def test_a_refused_record_keeps_what_was_held(either: Core) -> None:
    harvest(either, table("orders"), table("customers"))
    bad = replace(table("orders", "new"), row_count=-1)
    report = harvest(either, bad, table("customers", "new"))
    assert len(report.refused) == 1
    assert report.refused[0].startswith("orders: ")
    assert report.complete
    assert (report.tombstoned, report.changed) == (0, 1)
    assert graph_of(either) == encoded([table("orders"), table("customers", "new")], either.iris)


def test_a_record_that_cannot_be_written_is_refused(fabric: Core) -> None:
    report = harvest(fabric, table("orders", "half a pair: \ud83d"), table("twice", columns=["a", "a"]), table("fine"))
    assert [text.partition(":")[0] for text in report.refused] == ["orders", "twice"]
    assert graph_of(fabric) == encoded([table("fine")], fabric.iris)


@pytest.mark.parametrize(
    "link", ["http://exa[mple.org/", "http://example.org/%zz", "http://example.org:port/", "x:a#b#c"]
)
def test_a_link_that_is_no_iri_harms_no_other_record(fabric: Core, link: str) -> None:
    harvest(fabric, replace(table("orders"), landing_page=link, license=link), table("customers"))
    assert encoded([table("customers")], fabric.iris) <= graph_of(fabric)


def test_a_record_yielded_twice_counts_once_and_makes_it_partial(fabric: Core) -> None:
    harvest(fabric, table("customers"))
    report = harvest(fabric, table("orders", "first"), table("orders", "second"))
    assert len(report.problems) == 1
    assert "twice" in report.problems[0]
    assert report.tombstoned == 0
    assert graph_of(fabric) == encoded([table("orders", "first"), table("customers")], fabric.iris)


def test_versions_are_given_back_and_spare_what_is_unchanged(fabric: Core) -> None:
    first = Played(Versioned(table("orders"), "1"), Versioned(table("customers"), "a:b"), table("plain"))
    fabric.harvester.run(SOURCE, first, "run-1")
    assert first.known == {}
    second = Played(Unchanged(ref("orders")), Versioned(table("customers", "new"), "a:c"), table("plain"))
    report = fabric.harvester.run(SOURCE, second, "run-2")
    assert second.known == {ref("orders"): "1", ref("customers"): "a:b"}
    assert (report.records, report.changed, report.unchanged, report.tombstoned) == (3, 1, 2, 0)
    assert graph_of(fabric) == encoded([table("orders"), table("customers", "new"), table("plain")], fabric.iris)
    third = Played(Unchanged(ref("customers")))
    assert fabric.harvester.run(SOURCE, third, "run-3").tombstoned == 2
    assert third.known == {ref("orders"): "1", ref("customers"): "a:c"}
    assert graph_of(fabric) == encoded([table("customers", "new")], fabric.iris)


def test_a_new_version_of_the_same_record_is_remembered_without_a_commit(fabric: Core) -> None:
    harvest(fabric, Versioned(table("orders"), "1"))
    report = harvest(fabric, Versioned(table("orders"), "2"))
    assert (report.unchanged, report.commit) == (1, None)
    third = Played(Unchanged(ref("orders")))
    assert fabric.harvester.run(SOURCE, third, "run-3") == Report(records=1, unchanged=1)
    assert third.known == {ref("orders"): "2"}


def test_the_version_of_a_lineage_is_not_that_of_its_table(fabric: Core) -> None:
    harvest(fabric, Versioned(table("orders"), "table"), Versioned(edge("orders", "customers"), "edge"))
    second = Played(Unchanged(ref("orders")), Unchanged(edge("orders", "customers").ref))
    report = fabric.harvester.run(SOURCE, second, "run-2")
    assert second.known == {ref("orders"): "table"}
    assert report == Report(records=2, unchanged=2)


def test_what_was_never_harvested_cannot_be_unchanged(fabric: Core) -> None:
    harvest(fabric, Versioned(table("orders"), "1"))
    report = harvest(fabric, Unchanged(ref("nowhere")))
    assert not report.complete
    assert report.tombstoned == 0
    assert graph_of(fabric) == encoded([table("orders")], fabric.iris)


def test_a_refused_version_is_not_remembered(fabric: Core) -> None:
    harvest(fabric, Versioned(table("orders"), "1"))
    harvest(fabric, Versioned(replace(table("orders"), row_count=-1), "2"))
    third = Played(Unchanged(ref("orders")))
    fabric.harvester.run(SOURCE, third, "run-3")
    assert third.known == {ref("orders"): "1"}


def test_events_stay_when_the_source_tells_only_the_latest(fabric: Core) -> None:
    load, checked = job("shop", "load"), Ref("check", "shop", "positive")
    runs = [Run(namespace="shop", name=name, job=load, status="complete") for name in ("1", "2")]
    results = [CheckResult(namespace="shop", name=name, check=checked, outcome="passed") for name in ("1", "2")]
    harvest(fabric, runs[0], results[0])
    assert harvest(fabric, runs[1], results[1]).tombstoned == 0
    assert graph_of(fabric) == encoded([*runs, *results], fabric.iris)
    fabric.harvester.remove(SOURCE, "run-remove")
    assert graph_of(fabric) == set()


def test_a_cancelled_harvest_changes_nothing(either: Core) -> None:
    harvest(either, table("orders"))
    before, cancelled = set(either.graph.match()), threading.Event()
    seen: list[int] = []
    script = Played(table("a"), cancelled.set, table("b"), lambda: seen.append(1))
    with pytest.raises(HarvestCancelled):
        either.harvester.run(SOURCE, script, "run-2", cancelled=cancelled)
    assert not seen
    assert set(either.graph.match()) == before


def test_a_connector_is_closed_when_its_harvest_stops(fabric: Core) -> None:
    closed = threading.Event()

    class Closing(Played):
        def harvest_changes(self, known: Mapping[Ref, str]) -> Iterator[Item]:
            try:
                yield from super().harvest_changes(known)
            finally:
                closed.set()

    cancelled = threading.Event()
    with pytest.raises(HarvestCancelled):
        fabric.harvester.run(SOURCE, Closing(cancelled.set, table("a"), table("b")), "run-1", cancelled=cancelled)
    assert closed.is_set()


def test_progress_tells_the_counts_so_far(fabric: Core) -> None:
    seen: list[Report] = []
    fabric.harvester.run(SOURCE, Played(*(table(f"t{n}") for n in range(250))), "run-1", progress=seen.append)
    assert [report.records for report in seen] == [100, 200, 250]
    assert seen[-1].changed == 250


def test_meta_says_who_wrote_each_graph_and_when(either: Core) -> None:
    harvest(either, table("orders"), table("customers"))
    harvest(either, table("orders"), source=OTHER)
    harvest(either, table("orders"))
    curated = either.curation.curate(either.iris.asset(ref("orders")), title="Orders")
    meta, done = either.iris.graph("meta"), either.history.commits()
    expected = {(f"<{meta}>", token("fab:lastCommit"), ntriples.integer(4))}
    for name, number, run in (
        (either.iris.harvest_graph(SOURCE), 3, "run-3"),
        (either.iris.harvest_graph(OTHER), 2, "run-2"),
        (either.iris.graph("tombstones"), 3, "run-3"),
        (either.iris.graph("curated"), curated, None),
    ):
        assert number is not None
        expected.add((f"<{name}>", token("fab:commit"), ntriples.integer(number)))
        expected.add((f"<{name}>", token("prov:generatedAtTime"), ntriples.instant(done[number - 1].at)))
        if run is not None:
            expected.add((f"<{name}>", token("prov:wasGeneratedBy"), f"<{either.iris.run(run)}>"))
    assert holds(either.graph, meta) == expected
    assert either.assets.written([either.iris.harvest_graph(OTHER)]) == {
        either.iris.harvest_graph(OTHER): (either.iris.run("run-2"), done[1].at)
    }


def test_there_are_no_blank_nodes(either: Core) -> None:
    harvest(either, table("orders"), edge("orders", "customers"))
    harvest(either)
    assert not [quad for quad in either.graph.match() if any(term.startswith("_:") for term in quad[0])]


def test_a_big_harvest_goes_in_pieces_by_itself(local: Core) -> None:
    records = [table(f"t{number:04}", columns=[f"c{n}" for n in range(400)]) for number in range(26)]
    report = harvest(local, *records)
    assert report.added > commit.ATOMIC
    assert graph_of(local) == encoded(records, local.iris)
    changed = [replace(record, description="new") for record in records[:3]]
    assert harvest(local, *changed, *records[3:]).changed == 3
    assert graph_of(local) == encoded([*changed, *records[3:]], local.iris)


def meanwhile(fabric: Core, other: Callable[[], object]) -> Callable[[], None]:
    """A step during which another thread harvests."""

    def act() -> None:
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()

    return act


def test_two_sources_that_drop_an_asset_at_once_leave_one_tombstone(fabric: Core) -> None:
    for source in (SOURCE, OTHER):
        harvest(fabric, table("orders"), table("customers"), source=source)
    harvest(fabric, table("customers"), meanwhile(fabric, lambda: harvest(fabric, table("customers"), source=OTHER)))
    assert tombstones(fabric) == {"orders"}


def test_an_asset_that_moves_between_sources_at_once_keeps_no_tombstone(fabric: Core) -> None:
    harvest(fabric, table("orders"), table("customers"))
    harvest(fabric, table("orders"), meanwhile(fabric, lambda: harvest(fabric, table("customers"))), source=OTHER)
    assert tombstones(fabric) == set()


def test_two_sources_that_bring_an_asset_back_at_once_take_its_tombstone_once(fabric: Core) -> None:
    harvest(fabric, table("orders"))
    harvest(fabric)
    buried = len(holds(fabric.graph, fabric.iris.graph("tombstones")))
    harvest(fabric, table("orders"), meanwhile(fabric, lambda: harvest(fabric, table("orders"), source=OTHER)))
    taken = [
        len(change.removed)
        for _, change in fabric.history.of(fabric.iris.asset(ref("orders")))
        if change.graph == fabric.iris.graph("tombstones")
    ]
    assert sum(taken) == buried
    assert tombstones(fabric) == set()


class Full(Exception):
    """Stands for what no store should raise."""


@pytest.mark.parametrize("error", [GraphError("refused"), KeyboardInterrupt(), Full()])
def test_a_store_that_fails_in_the_middle_is_put_back(
    local: Core, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    harvest(local, table("orders", "old"), table("gone"))
    before = set(local.graph.match())
    monkeypatch.setattr(commit, "ATOMIC", 0)
    monkeypatch.setattr(commit, "_PIECE", 7)
    monkeypatch.setattr(commit, "_PIECE_BYTES", 100 * 7)
    failing(monkeypatch, local.graph, error, after=1)
    with pytest.raises(type(error)):
        harvest(local, table("orders", "new"), table("fresh"))
    assert set(local.graph.match()) == before
    report = harvest(local, table("orders", "new"), table("fresh"))
    assert (report.commit, report.tombstoned) == (2, 1)
    assert graph_of(local) == encoded([table("orders", "new"), table("fresh")], local.iris)


def failing(patch: pytest.MonkeyPatch, graph: GraphStore, error: BaseException, *, after: int, times: int = 1) -> None:
    """Have the store's `load` fail, `times` times, once it was called `after` times."""
    real, calls = graph.load, iter(range(10_000))

    def load(name: str, document: bytes) -> None:
        if after <= next(calls) < after + times:
            raise error
        real(name, document)

    patch.setattr(graph, "load", load)


def test_a_commit_that_cannot_be_taken_back_at_once_is_taken_back_before_the_next(
    local: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    harvest(local, table("orders", "old"), table("gone"))
    before = set(local.graph.match())
    monkeypatch.setattr(commit, "ATOMIC", 0)
    monkeypatch.setattr(commit, "_PIECE", 7)
    monkeypatch.setattr(commit, "_PIECE_BYTES", 100 * 7)
    failing(monkeypatch, local.graph, GraphError("refused"), after=1, times=3)
    with pytest.raises(GraphError):
        harvest(local, table("orders", "new"), table("fresh"))
    assert set(local.graph.match()) != before
    with pytest.raises(GraphError):
        harvest(local, table("unrelated"), source=OTHER)
    report = harvest(local, table("unrelated"), source=OTHER)
    assert report.commit == 2
    assert graph_of(local) == encoded([table("orders", "old"), table("gone")], local.iris)
    assert local.history.last() == 2
