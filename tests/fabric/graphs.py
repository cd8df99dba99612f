"""Quad stores for tests, and everything of the core on top of one."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import httpx

import ontology
from fabric.assets import Assets
from fabric.commit import Committer
from fabric.curation import Curation
from fabric.graph.local import LocalGraph
from fabric.graph.remote import RemoteGraph
from fabric.graph.store import GraphStore, Update
from fabric.harvest import Harvester
from fabric.history import History
from fabric.identity import Iris
from fabric.inference import LabelRule
from fabric.model import Record
from fabric.ntriples import Triple
from fabric.rdf import encode
from fabric.shapes import Shapes
from fabric.snapshots import Snapshots
from fabric.state import State

__all__ = ["Core", "Quad", "Server", "core", "dump", "encoded", "holds", "opened", "oxigraph", "put", "wait_for"]

_PATIENCE = 60.0
Quad = tuple[Triple, str]


@dataclass(frozen=True, slots=True)
class Server:
    """A running Oxigraph server."""

    address: str
    process: subprocess.Popen[bytes]

    def open(self) -> RemoteGraph:
        return RemoteGraph(f"{self.address}/query", f"{self.address}/update")

    def empty(self) -> None:
        httpx.post(f"{self.address}/update", content=b"DROP ALL", headers=_UPDATE).raise_for_status()

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


_UPDATE = {"Content-Type": "application/sparql-update"}


@contextmanager
def oxigraph(folder: Path) -> Iterator[Server]:
    """The real server on a free port, over the store in `folder`; ended at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{probe.getsockname()[1]}"
    binary = Path(sys.executable).with_name("oxigraph")
    command = [str(binary), "serve", "--location", str(folder), "--bind", bind]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        server = Server(f"http://{bind}", process)
        try:
            wait_for(lambda: _answers(server.address), "the Oxigraph server")
            yield server
        finally:
            server.stop()


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/query", params={"query": "ASK {}"}).is_success
    except httpx.TransportError:
        return False


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Return once the callable says yes; fail where it does not within a minute."""
    deadline = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.01)


@contextmanager
def opened(kind: str, folder: Path, server: Server | None = None) -> Iterator[GraphStore]:
    """A store of the kind `disk`, `memory` or `remote`, empty."""
    if kind == "remote":
        assert server is not None
        server.empty()
        store: GraphStore = server.open()
    else:
        store = LocalGraph(folder / "graph" if kind == "disk" else None)
    try:
        yield store
    finally:
        store.close()


@dataclass(frozen=True, slots=True)
class Core:
    """What a workspace composes, without threads, sources and index."""

    graph: GraphStore
    state: State
    iris: Iris
    committer: Committer
    harvester: Harvester
    history: History
    assets: Assets
    curation: Curation
    snapshots: Snapshots

    def dump(self) -> set[Quad]:
        return dump(self.graph, self.iris)


@contextmanager
def core(graph: GraphStore, folder: Path) -> Iterator[Core]:
    """Everything on top of a store, with its state in `folder`."""
    state, iris = State(f"sqlite:///{folder / 'state.db'}"), Iris()
    history, committer = History(state), Committer(graph, state, iris, LabelRule(graph, iris))
    committer.recover()
    assets = Assets(graph, history, iris)
    embedded = isinstance(graph, LocalGraph) and (folder / "graph").is_dir()
    try:
        yield Core(
            graph,
            state,
            iris,
            committer,
            Harvester(graph, state, committer, _shapes(), iris),
            history,
            assets,
            Curation(graph, committer, assets, iris),
            Snapshots(graph, history, committer, iris, folder / "snapshots", embedded=embedded),
        )
    finally:
        state.close()


@cache
def _shapes() -> Shapes:
    return Shapes(ontology.graph("shapes"))


def dump(graph: GraphStore, iris: Iris) -> set[Quad]:
    """All quads but what `graph/meta` says, which differs from run to run."""
    return {(triple, name) for triple, name in graph.match() if name != iris.graph("meta")}


def encoded(records: Iterable[Record], iris: Iris) -> set[Triple]:
    """The triples that the records stand for."""
    return {triple for record in records for triple in encode(record, iris)}


def holds(graph: GraphStore, name: str) -> set[Triple]:
    """The triples of one named graph."""
    return {triple for triple, _ in graph.match(graph=name)}


def put(store: GraphStore, name: str, *triples: Triple) -> None:
    """Add triples to a named graph."""
    change = Update()
    change.add(name, triples)
    store.update(change)
