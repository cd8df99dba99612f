"""Servers that harvest for tests: real processes, on a data directory, or several that share a PostgreSQL and a SPARQL server."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import httpx

from fabric.settings import Settings
from tests.fabric.graphs import wait_for
from tests.fabric.scripted import Step, write

__all__ = ["Refuses", "Served", "Trickle", "serve", "settings", "until"]

RUN = "id source state attempt trigger worker records changed refused error commit"
_PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Refuses:
    """A step that raises an error the first so many times."""

    folder: Path
    times: int
    error: Exception

    def __call__(self) -> None:
        tried = len(list(self.folder.glob("tried-*")))
        (self.folder / f"tried-{tried}").touch()
        if tried < self.times:
            raise self.error


@dataclass(frozen=True, slots=True)
class Trickle:
    """A step that takes a moment, so that many of them make a harvest that does not end during a test."""

    begun: Path

    def __call__(self) -> None:
        self.begun.touch()
        time.sleep(0.01)


def settings(folder: Path, **given: Any) -> Settings:
    """Settings of a server that tries again soon."""
    return Settings(
        data_dir=folder, **{"port": 0, "semantic": False, "snapshot_every": 0, "harvest_retry_seconds": 0.01, **given}
    )


class Served:
    """A running server."""

    def __init__(self, process: BaseProcess, url: str) -> None:
        self.process, self.url = process, url

    def answer(self, document: str, **variables: Any) -> dict[str, Any]:
        """What GraphQL answers, be it errors."""
        sent = httpx.post(f"{self.url}/graphql", json={"query": document, "variables": variables}, timeout=_PATIENCE)
        body: dict[str, Any] = sent.json()
        return body

    def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data of a GraphQL operation that must succeed."""
        body = self.answer(document, **variables)
        assert not body.get("errors"), body
        data: dict[str, Any] = body["data"]
        return data

    def sources(self, fields: str) -> list[dict[str, Any]]:
        """Registered sources, by name."""
        return [edge["node"] for edge in self.ask(f"{{sources{{edges{{node{{{fields}}}}}}}}}")["sources"]["edges"]]

    def play(self, name: str, script: Path, *steps: Step) -> None:
        """Register a source that yields these steps."""
        document = 'mutation($n:String!,$o:JSON!){registerSource(name:$n,connector:"scripted",options:$o){name}}'
        self.ask(document, n=name, o={"script": str(write(script, *steps))})

    def harvest(self, name: str) -> str:
        """Ask for a harvest; the run's id."""
        run = self.ask(f"mutation($n:String!){{harvestSource(name:$n){{{RUN}}}}}", n=name)["harvestSource"]
        return str(run["id"])

    def run(self, run_id: str, wait: float = 0) -> dict[str, Any]:
        """A run as it is now."""
        document = f"query($i:ID!,$w:Float!){{run(id:$i,wait:$w){{{RUN} log{{level text}}}}}}"
        run: dict[str, Any] = self.ask(document, i=run_id, w=wait)["run"]
        return run

    def runs(self, source: str | None = None) -> list[dict[str, Any]]:
        """All runs, newest first."""
        runs: list[dict[str, Any]] = self.ask(f"query($s:String){{runs(source:$s,first:500){{{RUN}}}}}", s=source)[
            "runs"
        ]
        return runs

    def end(self, run_id: str) -> dict[str, Any]:
        """A run, once it has ended."""
        wait_for(lambda: self.run(run_id, 5)["state"] not in {"queued", "running"}, f"the end of {run_id}")
        return self.run(run_id)

    def kill(self) -> None:
        """As a loss of power would."""
        self.process.kill()
        self.process.join()

    def stop(self) -> None:
        """As an administrator does."""
        self.process.terminate()
        self.process.join(_PATIENCE)
        assert self.process.exitcode in {0, -signal.SIGTERM}


@contextmanager
def serve(made: ForkServerContext, chosen: Settings) -> Iterator[Served]:
    """Run a server in a process of its own; killed at the end where it still runs."""
    here, there = made.Pipe()
    process = made.Process(target=_child, args=(chosen, there))
    process.start()
    there.close()
    try:
        assert here.poll(_PATIENCE), "the server did not start"
        yield Served(process, str(here.recv()))
    finally:
        process.kill()
        process.join()
        here.close()


def _child(chosen: Settings, parent: Connection) -> None:
    from api.server import serve as run

    run(chosen, parent.send)


def until(moment: float) -> None:
    """Wait until a moment of the monotonic clock: when a process is killed is what such a test is about."""
    time.sleep(max(moment - time.monotonic(), 0))
