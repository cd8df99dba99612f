from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fabric.graph.store import GraphStore
from tests.fabric.graphs import Core, Server, core, opened, oxigraph


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An Oxigraph server, shared by all tests that take a store on it."""
    with oxigraph(tmp_path_factory.mktemp("oxigraph")) as running:
        yield running


@pytest.fixture(params=["disk", "memory", "remote"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[GraphStore]:
    """An empty quad store, of each kind in turn."""
    running = request.getfixturevalue("server") if request.param == "remote" else None
    with opened(request.param, tmp_path, running) as graph:
        yield graph


@pytest.fixture(params=["memory", "remote"])
def fabric(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Core]:
    """The core over an empty store, of each kind in turn."""
    running = request.getfixturevalue("server") if request.param == "remote" else None
    with opened(request.param, tmp_path, running) as graph, core(graph, tmp_path) as made:
        yield made


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Core]:
    """The core over an empty store on disk."""
    with opened("disk", tmp_path) as graph, core(graph, tmp_path) as made:
        yield made
