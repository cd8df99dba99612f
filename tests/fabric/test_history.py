"""The log tells what was, of one asset and of the whole graph, at any past moment."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabric.errors import GraphError, StorageFull, UnknownAsset
from fabric.history import Change, pack, unpack
from fabric.model import Dataset, Lineage, Problem, Record
from fabric.snapshots import Snapshots, files
from tests.fabric.graphs import Core, Quad, Server, core, dump, encoded, holds, opened
from tests.fabric.scripted import Played, edge, ref, table

NAMES = ("orders", "customers", "items", "stock")
SOURCES = ("shop", "warehouse")
TABLES = st.builds(
    table, st.sampled_from(NAMES), st.sampled_from([None, "a", "b"]), st.sampled_from([("id",), ("id", "total"), ()])
)
EDGES = st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda pair: pair[0] != pair[1])
RECORDS: st.SearchStrategy[list[Record]] = st.lists(
    TABLES | EDGES.map(lambda pair: edge(*pair)), max_size=6, unique_by=lambda record: record.ref
)
HARVESTS = st.lists(
    st.tuples(st.sampled_from(SOURCES), RECORDS, st.sampled_from(["complete", "partial", "refused", "curated"])),
    min_size=1,
    max_size=7,
)


class Model:
    """What the graph should hold after each harvest, kept by hand."""

    def __init__(self) -> None:
        self.held: dict[str, dict[object, Record]] = {source: {} for source in SOURCES}
        self.buried: set[object] = set()

    def harvest(self, fabric: Core, source: str, records: list[Record], kind: str) -> None:
        steps: list[Record | Problem] = [*records]
        taken = [*records]
        if kind == "partial":
            steps.append(Problem(subject="x", reason="y"))
        if kind == "refused" and records and isinstance(records[0], Dataset):
            steps[0] = replace(records[0], row_count=-1)
            taken = records[1:]
        fabric.harvester.run(source, Played(*steps), f"run-{fabric.history.last() + 1}")
        mine = self.held[source]
        mine.update({record.ref: record for record in taken})
        if kind != "partial":
            for key in set(mine) - {record.ref for record in records}:
                gone = mine.pop(key)
                if not isinstance(gone, Lineage) and not any(key in held for held in self.held.values()):
                    self.buried.add(key)
        self.buried -= {key for held in self.held.values() for key in held}

    def check(self, fabric: Core) -> None:
        for source, held in self.held.items():
            assert holds(fabric.graph, fabric.iris.harvest_graph(source)) == encoded(held.values(), fabric.iris)
        tombs = holds(fabric.graph, fabric.iris.graph("tombstones"))
        assert {fabric.iris.ref(s[1:-1]) for s, _, _ in tombs} == self.buried


def run(fabric: Core, harvests: list[tuple[str, list[Record], str]]) -> dict[int, set[Quad]]:
    """Make the harvests, each checked; returns the graph after each commit."""
    model, seen = Model(), {0: set[Quad]()}
    for source, records, kind in harvests:
        iri = fabric.iris.asset(ref("orders"))
        if kind == "curated":
            if fabric.assets.find(iri):
                fabric.curation.curate(iri, title=f"Title {len(records)}", add_tags=[source])
        else:
            model.harvest(fabric, source, records, kind)
            model.check(fabric)
        seen[fabric.history.last()] = fabric.dump()
    return seen


@settings(max_examples=25, deadline=None)
@given(HARVESTS, st.sets(st.integers(1, 7), max_size=3))
def test_every_past_graph_can_be_built_from_any_start(
    harvests: list[tuple[str, list[Record], str]], taken: set[int]
) -> None:
    with tempfile.TemporaryDirectory() as name, opened("disk", Path(name)) as graph, core(graph, Path(name)) as fabric:

        def snapshot(number: int) -> None:
            if number in taken:
                fabric.snapshots.take()

        fabric.committer.listen(snapshot)
        seen = run(fabric, harvests)
        bare = Snapshots(graph, fabric.history, fabric.committer, fabric.iris, Path(name) / "none", embedded=False)
        without = Snapshots(graph, fabric.history, fabric.committer, fabric.iris, Path(name) / "none", embedded=True)
        stored = Snapshots(
            graph, fabric.history, fabric.committer, fabric.iris, Path(name) / "snapshots", embedded=False
        )
        assert fabric.snapshots.numbers() == sorted(taken & set(seen))
        commits = fabric.history.commits()
        moments = {0: commits[0].at - timedelta(seconds=1)} if commits else {}
        moments |= {done.number: done.at for done in commits}
        for number, moment in moments.items():
            for snapshots in (bare, without, stored, fabric.snapshots):
                with snapshots.as_of(moment) as past:
                    assert dump(past, fabric.iris) == seen[number]
                    assert not holds(past, fabric.iris.graph("meta"))
            check_assets(fabric, moment, seen[number])


def check_assets(fabric: Core, moment: datetime, expected: set[Quad]) -> None:
    """Each asset, asked for at a moment, is what was recorded then."""
    for name in NAMES:
        iri = fabric.iris.asset(ref(name))
        asset = fabric.assets.find(iri, moment)
        found = {(fact.triple, fact.graph) for fact in asset.facts} if asset else set()
        assert found == {quad for quad in expected if fabric.iris.root(quad[0][0][1:-1]) == iri}


@settings(max_examples=6, deadline=None)
@given(harvests=HARVESTS)
def test_any_harvests_leave_exactly_what_was_accepted_on_a_server(
    server: Server, harvests: list[tuple[str, list[Record], str]]
) -> None:
    with (
        tempfile.TemporaryDirectory() as name,
        opened("remote", Path(name), server) as graph,
        core(graph, Path(name)) as fabric,
    ):
        seen = run(fabric, harvests)
        for done in fabric.history.commits():
            with fabric.snapshots.as_of(done.at) as past:
                assert dump(past, fabric.iris) == seen[done.number]


def harvest(fabric: Core, *records: Record, source: str = "shop") -> int | None:
    return fabric.harvester.run(source, Played(*records), f"run-{source}").commit


def test_the_history_of_an_asset_is_newest_first(fabric: Core) -> None:
    harvest(fabric, table("orders", "one"), table("items"))
    harvest(fabric, table("orders", "one"), table("items", "other"))
    harvest(fabric, table("orders", "two"), table("items", "other"))
    fabric.curation.curate(fabric.iris.asset(ref("orders")), description="said")
    told = fabric.history.of(fabric.iris.asset(ref("orders")))
    assert [done.number for done, _ in told] == [4, 3, 1]
    assert [done.kind for done, _ in told] == ["curate", "harvest", "harvest"]
    assert fabric.history.of(fabric.iris.asset(ref("orders")), first=1) == told[:1]
    assert fabric.history.of(fabric.iris.asset(ref("nothing"))) == []
    assert [t[2] for t in told[1][1].added] == ['"two"']


def test_commits_are_listed_by_number(local: Core) -> None:
    for number in range(4):
        harvest(local, table("orders", str(number)))
    commits = local.history.commits()
    assert [done.number for done in commits] == [1, 2, 3, 4]
    assert local.history.commits(after=1, until=3) == commits[1:3]
    assert (commits[2].kind, commits[2].source, commits[2].run) == ("harvest", "shop", "run-shop")
    assert (commits[2].added, commits[2].removed) == (1, 1)
    assert local.history.roots(after=4) == []
    assert local.history.roots(after=3) == [local.iris.asset(ref("orders"))]


def test_a_clock_that_goes_backwards_keeps_the_order(local: Core) -> None:
    now = datetime(2026, 5, 5, 12, tzinfo=UTC)
    moments = [now, now - timedelta(hours=1), now + timedelta(hours=1)]
    graph, subject = local.iris.graph("curated"), local.iris.asset(ref("orders"))
    for number, moment in enumerate(moments):
        draft = local.committer.begin("curate", "curated", remember=False)
        draft.add([Change(subject, graph, ((f"<{subject}>", "<x:p>", f'"{number}"'),))])
        assert local.committer.seal(draft, moment) == number + 1
    assert [done.at for done in local.history.commits()] == [now, now, now + timedelta(hours=1)]
    assert local.history.number_at(now - timedelta(seconds=1)) == 0
    assert local.history.number_at(now) == 2
    assert local.history.number_at(datetime.max.replace(tzinfo=UTC)) == 3


def test_an_asset_is_unknown_before_it_was_first_told_of(local: Core) -> None:
    start = datetime.now(UTC)
    harvest(local, table("orders"))
    iri = local.iris.asset(ref("orders"))
    assert local.assets.get(iri, datetime.now(UTC)).record == table("orders")
    with pytest.raises(UnknownAsset, match="as of"):
        local.assets.get(iri, start)


def test_changes_are_stored_exactly() -> None:
    triples = (("<x:s>", "<x:p>", '"a . b\\n\\u0000 <x>"'), ("<x:s>", "<x:p>", "<x:o>"))
    assert unpack(pack(triples)) == triples
    assert pack(()) is None
    assert unpack(None) == ()


def test_snapshots_are_taken_once_and_the_oldest_go(local: Core) -> None:
    for number in range(1, 5):
        harvest(local, table("orders", str(number)))
        assert local.snapshots.take() == number
        assert local.snapshots.take() == number
    local.snapshots.keep(2)
    assert local.snapshots.numbers() == [3, 4]
    local.snapshots.keep(2)
    assert local.snapshots.numbers() == [3, 4]


def test_what_an_interrupted_snapshot_left_is_no_snapshot(local: Core, tmp_path: Path) -> None:
    harvest(local, table("orders"))
    (tmp_path / "snapshots" / "1.new").mkdir(parents=True)
    assert local.snapshots.numbers() == []
    assert local.snapshots.take() == 1
    assert local.snapshots.numbers() == [1]


def test_the_past_is_gone_from_disk_after_use(local: Core) -> None:
    harvest(local, table("orders"))
    before = set(Path(tempfile.gettempdir()).glob("fabric-as-of-*"))
    with local.snapshots.as_of(datetime.now(UTC)) as past:
        assert dump(past, local.iris) == local.dump()
    assert set(Path(tempfile.gettempdir()).glob("fabric-as-of-*")) <= before


def test_errors_of_the_file_system_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(StorageFull), files(tmp_path):
        raise OSError(28, "No space left on device")
    with pytest.raises(GraphError, match="cannot be read"), files(tmp_path):
        (tmp_path / "none").read_text(encoding="utf-8")
