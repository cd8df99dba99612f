"""What a server was asked to harvest is harvested once, though it is killed, stopped, or loses its queue."""

from __future__ import annotations

import json
import multiprocessing
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from fabric.errors import AccessDenied, Unreachable
from fabric.settings import Settings
from fabric.state import State, sources
from fabric.workspace import Workspace
from tests.durable import Refuses, Served, Trickle, serve, settings, until
from tests.fabric.crashing import from_log
from tests.fabric.graphs import dump, encoded, oxigraph, wait_for
from tests.fabric.scripted import Gate, install, table, write
from tests.services import postgres_database

KILLS = 22
NAMES = ("a", "b", "c")


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(["api.server", "dbos", "tests.durable", "tests.fabric.scripted"])
    return made


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder, in memory where there is such, since what a killed process wrote stays all the same."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="fabric-durable-", dir=memory if memory.is_dir() else None) as name:
        install(Path(name) / "installed", monkeypatch)
        yield Path(name)


def gate(place: Path, name: str) -> Gate:
    folder = place / f"gate-{name}"
    folder.mkdir()
    return Gate(folder)


def told(run: dict[str, Any]) -> str:
    return "\n".join(line["text"] for line in run["log"])


def test_harvests_wait_for_their_turn_and_all_end(processes: ForkServerContext, place: Path) -> None:
    first = gate(place, "first")
    with serve(processes, settings(place / "data", harvests_at_once=1)) as server:
        server.play("a", place / "a", first, table("a"))
        server.play("b", place / "b", table("b"))
        begun = server.harvest("a")
        first.reached()
        waiting = server.harvest("b")
        assert server.harvest("b") == waiting
        assert server.run(waiting)["state"] == "queued"
        refused = server.answer('mutation{harvestSource(name:"a"){id}}')["errors"][0]["extensions"]
        assert (refused["code"], refused["retryable"]) == ("HarvestRunning", True)
        first.open()
        assert [server.end(one)["state"] for one in (begun, waiting)] == ["complete", "complete"]
        assert {run["commit"] for run in server.runs()} == {1, 2}
        again = server.end(server.harvest("a"))
        assert (again["commit"], again["records"]) == (None, 1)


def test_a_kill_ends_neither_what_runs_nor_what_waits(processes: ForkServerContext, place: Path) -> None:
    chosen = settings(place / "data", harvests_at_once=1)
    held = gate(place, "held")
    with serve(processes, chosen) as server:
        server.play("a", place / "a", table("a"), held)
        server.play("b", place / "b", table("b"))
        ids = [server.harvest("a")]
        held.reached()
        ids.append(server.harvest("b"))
        server.kill()
    held.open()
    with serve(processes, chosen) as server:
        ended = [server.end(one) for one in ids]
        assert [run["state"] for run in ended] == ["complete", "complete"]
        assert "begins anew" in told(ended[0])
        assert {run["commit"] for run in ended} == {1, 2}
        assert len(server.runs()) == 2


def test_a_stopped_server_goes_on_where_it_was_when_it_is_back(processes: ForkServerContext, place: Path) -> None:
    chosen = settings(place / "data")
    slow = Trickle(place / "begun")
    with serve(processes, chosen) as server:
        server.play("a", place / "a", *(step for n in range(5000) for step in (slow, table(f"t{n}"))))
        run_id = server.harvest("a")
        wait_for(slow.begun.exists, "the harvest to begin")
        server.stop()
        write(place / "a", table("a"), table("b"))
    with serve(processes, chosen) as server:
        run = server.end(run_id)
        assert (run["state"], run["commit"], run["records"]) == ("complete", 1, 2)
        assert "the server stops" in told(run)


def test_a_lost_queue_is_built_anew(processes: ForkServerContext, place: Path) -> None:
    chosen = settings(place / "data", harvests_at_once=1)
    held = gate(place, "held")
    with serve(processes, chosen) as server:
        server.play("a", place / "a", held)
        server.play("b", place / "b", table("b"))
        server.harvest("a")
        held.reached()
        run_id = server.harvest("b")
        wait_for(lambda: dispatched(chosen, run_id), "the turn to be handed to the queue")
        server.kill()
    for file in chosen.data_dir.glob("queue.db*"):
        file.unlink()
    held.open()
    with serve(processes, chosen) as server:
        assert server.end(run_id)["state"] == "complete"


def dispatched(chosen: Settings, run_id: str) -> bool:
    from fabric.runs import Runs

    state = State(f"sqlite:///{chosen.data_dir / 'state.db'}")
    try:
        return run_id in [run.id for run in Runs(state).dispatched()]
    finally:
        state.close()


def test_errors_that_may_pass_are_tried_again_and_others_not(processes: ForkServerContext, place: Path) -> None:
    for name in ("passes", "stays", "denied"):
        (place / name).mkdir()
    away = Unreachable("the shop is shut")
    with serve(processes, settings(place / "data")) as server:
        server.play("passes", place / "s1", table("a"), Refuses(place / "passes", 2, away))
        server.play("stays", place / "s2", Refuses(place / "stays", 9, away))
        server.play("denied", place / "s3", Refuses(place / "denied", 9, AccessDenied("no entry")))
        runs = {name: server.end(server.harvest(name)) for name in ("passes", "stays", "denied")}
        shown = {name: (run["state"], run["attempt"], run["commit"]) for name, run in runs.items()}
        assert shown == {"passes": ("complete", 3, 1), "stays": ("failed", 3, None), "denied": ("failed", 1, None)}
        assert told(runs["passes"]).count("the shop is shut") == 2
        assert "the shop is shut" in runs["stays"]["error"]
        again = server.ask("mutation($i:ID!){retryRun(id:$i){id trigger}}", i=runs["denied"]["id"])["retryRun"]
        assert again["trigger"] == "retry"
        assert server.end(again["id"])["state"] == "failed"


def test_queued_and_running_harvests_are_cancelled(processes: ForkServerContext, place: Path) -> None:
    held = gate(place, "held")
    with serve(processes, settings(place / "data", harvests_at_once=1)) as server:
        server.play("a", place / "a", table("a"), held, table("b"))
        server.play("b", place / "b", table("b"))
        running = server.harvest("a")
        held.reached()
        waiting = server.harvest("b")
        assert server.ask("mutation($i:ID!){cancelRun(id:$i)}", i=waiting) == {"cancelRun": True}
        assert server.run(waiting)["state"] == "cancelled"
        assert server.ask('mutation{cancelHarvest(name:"a")}') == {"cancelHarvest": True}
        held.open()
        assert server.end(running)["state"] == "cancelled"
        assert server.ask("mutation($i:ID!){cancelRun(id:$i)}", i=running) == {"cancelRun": False}
        assert server.ask("{status{commit}}") == {"status": {"commit": 0}}


def test_a_due_schedule_harvests_once_and_leaves_out_what_overlaps(processes: ForkServerContext, place: Path) -> None:
    chosen = settings(place / "data")
    held = gate(place, "held")
    with serve(processes, chosen) as server:
        server.play("a", place / "a", table("a"), held)
        done = server.ask('mutation{scheduleSource(name:"a",cron:"0 6 * * *"){schedule nextHarvestAt}}')[
            "scheduleSource"
        ]
        assert done["schedule"] == "0 6 * * *"
        make_due(chosen, "a")
        held.reached()
        moment = make_due(chosen, "a")
        wait_for(lambda: next_fire(server, "a") > moment, "the second moment to be left out")
        held.open()
        (run,) = server.runs("a")
        assert (server.end(run["id"])["state"], run["trigger"]) == ("complete", "schedule")
        server.ask('mutation{scheduleSource(name:"a",cron:null){name}}')
        assert server.sources("schedule nextHarvestAt") == [{"schedule": None, "nextHarvestAt": None}]


def make_due(chosen: Settings, source: str) -> datetime:
    """Have a schedule be due now, as if time had passed."""
    state, moment = State(f"sqlite:///{chosen.data_dir / 'state.db'}"), datetime.now(UTC)
    try:
        with state.begin() as connection:
            connection.execute(
                update(sources).where(sources.c.name == source).values(next_fire=moment - timedelta(minutes=1))
            )
    finally:
        state.close()
    return moment


def next_fire(server: Served, source: str) -> datetime:
    found = {one["name"]: one["nextHarvestAt"] for one in server.sources("name nextHarvestAt")}
    return datetime.fromisoformat(found[source])


def test_a_schedule_is_made_up_for_once_after_the_server_was_away(processes: ForkServerContext, place: Path) -> None:
    chosen = settings(place / "data")
    with serve(processes, chosen) as server:
        server.play("a", place / "a", table("a"))
        server.ask('mutation{scheduleSource(name:"a",cron:"@daily"){name}}')
        server.kill()
    make_due(chosen, "a")
    with serve(processes, chosen) as server:
        wait_for(lambda: [run["state"] for run in server.runs("a")] == ["complete"], "the harvest to be made up for")


def test_progress_is_followed_by_server_sent_events(processes: ForkServerContext, place: Path) -> None:
    held = gate(place, "held")
    with serve(processes, settings(place / "data")) as server:
        server.play("a", place / "a", *(table(f"t{n}") for n in range(150)), held)
        run_id = server.harvest("a")
        document = 'subscription{harvestProgress(source:"a"){id state records}}'
        accept = {"Accept": "text/event-stream"}
        seen: list[dict[str, Any]] = []
        with httpx.stream(
            "POST", f"{server.url}/graphql", json={"query": document}, headers=accept, timeout=60
        ) as answer:
            for line in answer.iter_lines():
                if line.startswith("data: {"):
                    seen.append(json.loads(line.removeprefix("data: "))["data"]["harvestProgress"])
                    if seen[-1]["state"] == "running":
                        held.open()
        assert {one["id"] for one in seen} == {run_id}
        assert [one["state"] for one in seen if one["state"] != "queued"][-1] == "complete"
        assert seen[-1]["records"] == 150


@pytest.mark.crash
def test_what_was_asked_for_is_done_once_whenever_the_server_is_killed(
    processes: ForkServerContext, place: Path
) -> None:
    chosen, chance = settings(place / "data", harvests_at_once=2), random.Random("kill")
    asked: dict[str, str] = {}
    for number in range(KILLS):
        with serve(processes, chosen) as server:
            if not number:
                for name in NAMES:
                    server.play(name, place / name)
            for name in NAMES:
                write(place / name, *(table(f"{name}{n}", f"round {number}") for n in range(60)))
            answers = [server.answer(f'mutation{{harvestSource(name:"{name}"){{id source}}}}') for name in NAMES]
            asked |= {
                a["data"]["harvestSource"]["id"]: a["data"]["harvestSource"]["source"] for a in answers if a["data"]
            }
            until(time.monotonic() + chance.uniform(0, 0.8))
            server.kill()
    with serve(processes, chosen) as server:
        ended = {run_id: server.end(run_id) for run_id in asked}
        assert {run["state"] for run in ended.values()} == {"complete"}
        assert len(server.runs()) == len(asked) > len(NAMES)
        for name in NAMES:
            assert server.end(server.harvest(name))["state"] == "complete"
        server.stop()
    with Workspace(chosen) as workspace:
        once(workspace)
        assert any("begins anew" in line.text for run_id in asked for line in workspace.runs.lines(run_id))
        assert dump(workspace.graph, workspace.iris) == {
            (triple, workspace.iris.harvest_graph(name))
            for name in NAMES
            for triple in encoded([table(f"{name}{n}", f"round {KILLS - 1}") for n in range(60)], workspace.iris)
        }
        assert from_log(workspace, place) == dump(workspace.graph, workspace.iris)


def once(workspace: Workspace) -> None:
    """Every commit is one run's, every run has at most one, and each says so of the other."""
    commits = workspace.history.commits()
    said = {run.report.commit: run.id for run in workspace.runs.list(first=None) if run.report.commit is not None}
    assert said == {commit.number: commit.run for commit in commits}
    assert [commit.number for commit in commits] == list(range(1, len(commits) + 1))


@pytest.fixture
def shared(place: Path) -> Iterator[dict[str, Any]]:
    """Settings of servers that share a PostgreSQL and a SPARQL server."""
    with postgres_database() as url, oxigraph(place / "quads") as store:
        yield {
            "state_url": url,
            "graph_query_url": f"{store.address}/query",
            "graph_update_url": f"{store.address}/update",
            "secret_key_file": place / "secret.key",
            "worker_timeout": 1.5,
            "harvests_at_once": 1,
        }


@pytest.mark.service
def test_two_servers_share_the_queue_and_one_takes_over_from_the_other(
    processes: ForkServerContext, place: Path, shared: dict[str, Any]
) -> None:
    gates = {name: gate(place, name) for name in ("a", "b")}
    with (
        serve(processes, settings(place / "one", **shared)) as one,
        serve(processes, settings(place / "two", **shared)) as two,
    ):
        for name in ("a", "b", "c"):
            one.play(name, place / name, table(name), *([gates[name]] if name in gates else []))
        ids = {name: one.harvest(name) for name in ("a", "b")}
        for held in gates.values():
            held.reached()
        ids["c"] = one.harvest("c")
        runs = {name: two.run(run_id) for name, run_id in ids.items()}
        assert runs["a"]["worker"] != runs["b"]["worker"]
        assert runs["c"]["state"] == "queued"
        mine = next(name for name in gates if f"-{one.process.pid}-" in runs[name]["worker"])
        theirs = "b" if mine == "a" else "a"
        assert one.ask("mutation($i:ID!){cancelRun(id:$i)}", i=ids[theirs]) == {"cancelRun": True}
        gates[theirs].open()
        assert two.end(ids[theirs])["state"] == "cancelled"
        assert two.end(ids["c"])["worker"] == runs[theirs]["worker"]
        one.kill()
        gates[mine].open()
        taken = two.end(ids[mine])
        assert (taken["state"], taken["worker"]) == ("complete", runs[theirs]["worker"])
        assert "is gone" in told(taken)
        assert [run["commit"] for run in two.runs() if run["commit"]] == [2, 1] or len(two.runs()) == 3
        two.stop()
    with Workspace(settings(place / "one", **shared)) as workspace:
        once(workspace)


@pytest.mark.service
@pytest.mark.crash
def test_two_servers_do_everything_once_whichever_is_killed(
    processes: ForkServerContext, place: Path, shared: dict[str, Any]
) -> None:
    chance, asked = random.Random("either"), set[str]()
    places = {name: settings(place / name, **shared) for name in ("one", "two")}
    with serve(processes, places["two"]) as steady:
        for name in NAMES:
            steady.play(name, place / name, *(table(f"{name}{n}") for n in range(40)))
        for number in range(6):
            for name in NAMES:
                write(place / name, *(table(f"{name}{n}", f"round {number}") for n in range(40)))
            with serve(processes, places["one"]) as server:
                answers = [server.answer(f'mutation{{harvestSource(name:"{name}"){{id}}}}') for name in NAMES]
                asked |= {answer["data"]["harvestSource"]["id"] for answer in answers if answer["data"]}
                until(time.monotonic() + chance.uniform(0.1, 0.8))
                server.kill()
        assert {steady.end(run_id)["state"] for run_id in asked} == {"complete"}
        steady.stop()
    with Workspace(places["one"]) as workspace:
        once(workspace)
        assert from_log(workspace, place) == dump(workspace.graph, workspace.iris)


@pytest.mark.service
def test_servers_that_cannot_work_together_say_so(
    processes: ForkServerContext, place: Path, shared: dict[str, Any]
) -> None:
    from fabric.errors import GraphLocked, SettingsError

    with Workspace(settings(place / "one", **shared)):
        alone = {**shared, "graph_query_url": None, "graph_update_url": None}
        with pytest.raises(GraphLocked, match="a graph of their own"):
            Workspace(settings(place / "two", **alone))
        shutil.copy(place / "secret.key", place / "kept")
        for content, said in (("", "not the one"), (None, "missing")):
            other = place / f"other-{said[0]}"
            if content is not None:
                other.write_text(content, encoding="utf-8")
            with pytest.raises(SettingsError, match=said):
                Workspace(settings(place / "two", **{**shared, "secret_key_file": other}))
        with Workspace(settings(place / "two", **{**shared, "secret_key_file": place / "kept"})):
            pass
