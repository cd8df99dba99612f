"""The log and the graph stay in step: what is sealed lands, what is refused is taken back, what was lost is repeated."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from fabric import commit
from fabric.commit import Draft
from fabric.errors import GraphError, GraphUnavailable, StorageFull
from fabric.history import Change
from fabric.state import changes, commits
from tests.fabric.graphs import Core, core, holds, opened, oxigraph
from tests.fabric.scripted import Played, ref, table

SUBJECT = "http://localhost:8642/id/dataset/n/a"


def draft(fabric: Core, *values: str, removed: tuple[str, ...] = ()) -> Draft:
    """A draft that adds and removes literals in the curated graph."""
    made = fabric.committer.begin("curate", "curated", remember=False)
    plus, minus = (tuple((f"<{SUBJECT}>", "<x:p>", f'"{value}"') for value in some) for some in (values, removed))
    made.add([Change(SUBJECT, fabric.iris.graph("curated"), plus, minus)])
    return made


def values(fabric: Core) -> set[str]:
    return {o.strip('"') for _, _, o in holds(fabric.graph, fabric.iris.graph("curated"))}


def rows(fabric: Core) -> tuple[int, int]:
    """How many commits and changes the log holds."""
    with fabric.state.read() as connection:
        counts = [connection.execute(select(func.count()).select_from(one)).scalar_one() for one in (commits, changes)]
    return counts[0], counts[1]


def test_a_dropped_draft_leaves_nothing(fabric: Core) -> None:
    made = draft(fabric, "a")
    made.write()
    fabric.committer.drop(made)
    assert (rows(fabric), values(fabric), fabric.history.last()) == ((0, 0), set(), 0)


def test_a_draft_without_a_difference_is_no_commit(fabric: Core) -> None:
    assert fabric.committer.seal(draft(fabric)) is None
    assert rows(fabric) == (0, 0)


def test_a_commit_that_is_done_cannot_be_dropped(fabric: Core) -> None:
    made = draft(fabric, "a")
    assert fabric.committer.seal(made) == 1
    fabric.committer.drop(made)
    assert (rows(fabric), fabric.history.last()) == ((1, 1), 1)


def test_listeners_hear_of_each_commit_once_it_is_done(fabric: Core) -> None:
    heard: list[tuple[int, int, set[str]]] = []
    fabric.committer.listen(lambda number: heard.append((number, fabric.history.last(), values(fabric))))
    fabric.committer.seal(draft(fabric, "a"))
    fabric.committer.seal(draft(fabric, "b", removed=("a",)))
    assert heard == [(1, 1, {"a"}), (2, 2, {"b"})]


def test_a_listener_that_fails_takes_no_commit_from_the_log(fabric: Core) -> None:
    def fail(_number: int) -> None:
        raise StorageFull("no room for what follows")

    fabric.committer.listen(fail)
    with pytest.raises(StorageFull):
        fabric.harvester.run("shop", Played(table("orders")), "run-1")
    assert fabric.history.last() == 1
    assert fabric.assets.get(fabric.iris.asset(ref("orders"))).record == table("orders")
    assert fabric.history.of(fabric.iris.asset(ref("orders")))


def interrupted(fabric: Core, state: str) -> None:
    """Leave a commit in the log in a state, as a process that died there would."""
    made = draft(fabric, "b", removed=("a",))
    made.write()
    with fabric.state.begin() as connection:
        row = update(commits).where(commits.c.id == made.id)
        first = connection.execute(select(func.min(commits.c.at))).scalar_one()
        number = None if state == "draft" else 2
        connection.execute(row.values(state=state, number=number, at=first, added=1, removed=1))


@pytest.mark.parametrize(("state", "found", "last"), [("draft", {"a"}, 1), ("sealed", {"b"}, 2), ("undo", {"a"}, 1)])
def test_recovery_finishes_what_was_left(fabric: Core, state: str, found: set[str], last: int) -> None:
    fabric.committer.seal(draft(fabric, "a"))
    interrupted(fabric, state)
    for _ in range(2):
        fabric.committer.recover()
        assert (values(fabric), fabric.history.last(), fabric.committer.mark()) == (found, last, last)
        assert rows(fabric) == (last, last)


def test_recovery_repeats_what_the_graph_lost(tmp_path: Path) -> None:
    with opened("disk", tmp_path) as graph, core(graph, tmp_path) as fabric:
        fabric.committer.seal(draft(fabric, "a"))
        fabric.graph.snapshot(tmp_path / "old")
        fabric.committer.seal(draft(fabric, "b"))
        fabric.committer.seal(draft(fabric, "c", removed=("a",)))
        whole = set(fabric.graph.match())
    for lost in ("some", "all"):
        shutil.rmtree(tmp_path / "graph")
        if lost == "some":
            shutil.copytree(tmp_path / "old", tmp_path / "graph")
        with opened("disk", tmp_path) as graph, core(graph, tmp_path) as fabric:
            assert set(fabric.graph.match()) == whole
            assert fabric.committer.mark() == 3


def test_a_commit_taken_back_after_it_was_applied_leaves_no_word_in_meta(
    fabric: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    def settle(commit_id: int, number: int | None) -> None:
        monkeypatch.undo()
        raise StorageFull("no room for the log")

    fabric.committer.seal(draft(fabric, "a"))
    before = set(fabric.graph.match())
    monkeypatch.setattr(fabric.committer, "_settle", settle)
    with pytest.raises(StorageFull):
        fabric.committer.seal(draft(fabric, "b", removed=("a",)))
    assert set(fabric.graph.match()) == before
    assert fabric.committer.mark() == fabric.history.last() == 1


def test_the_first_commit_taken_back_leaves_an_empty_graph(local: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    def settle(commit_id: int, number: int | None) -> None:
        monkeypatch.undo()
        raise StorageFull("no room for the log")

    monkeypatch.setattr(local.committer, "_settle", settle)
    with pytest.raises(StorageFull):
        local.committer.seal(draft(local, "a"))
    assert not list(local.graph.match())
    assert local.committer.seal(draft(local, "a")) == 1


def test_a_sealed_commit_that_the_graph_will_never_take_does_not_keep_the_directory_closed(local: Core) -> None:
    local.committer.seal(draft(local, "a"))
    made = local.committer.begin("curate", "curated", remember=False)
    broken = ("<http://not an iri>", "<x:p>", '"x"')
    made.add([Change(SUBJECT, local.iris.graph("curated"), (broken,))])
    with pytest.raises(GraphError):
        local.committer.seal(made)
    local.committer.recover()
    assert (values(local), local.history.last()) == ({"a"}, 1)


def test_a_server_that_is_away_is_caught_up_with_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commit, "ATOMIC", 0)
    with (
        oxigraph(tmp_path / "store") as server,
        opened("remote", tmp_path, server) as graph,
        core(graph, tmp_path) as fabric,
    ):
        fabric.committer.seal(draft(fabric, "a"))
        made = draft(fabric, "b", removed=("a",))
        server.stop()
        with pytest.raises(GraphUnavailable):
            fabric.committer.seal(made)
        fabric.committer.drop(made)
        with pytest.raises(GraphUnavailable):
            fabric.committer.begin("curate", "curated")
    with oxigraph(tmp_path / "store") as server:
        graph_again = server.open()
        with core(graph_again, tmp_path) as fabric:
            assert (values(fabric), fabric.history.last()) == ({"a"}, 1)
            assert fabric.committer.seal(draft(fabric, "b", removed=("a",))) == 2
            assert values(fabric) == {"b"}
        graph_again.close()
