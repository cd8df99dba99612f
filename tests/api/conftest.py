from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.api.estate import harvest, make_lake, opened


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_lake(tmp_path_factory.mktemp("lake"))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, lake: Path) -> Iterator[TestClient]:
    """An application that holds the lake."""
    with opened(tmp_path_factory.mktemp("data")) as client:
        assert harvest(client, "lake", "files", {"path": str(lake)})["state"] == "complete"
        yield client
