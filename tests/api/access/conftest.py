from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.access.serving import TOKENS
from tests.api.estate import make_lake
from tests.processes import fabric, serving


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that holds a harvested lake."""
    folder = tmp_path_factory.mktemp("access")
    fabric(folder / "data", "source", "add", "lake", "files", "-o", f"path={make_lake(folder / 'lake')}")
    fabric(folder / "data", "harvest")
    return folder / "data"


@pytest.fixture(scope="module")
def guarded(data: Path) -> Iterator[str]:
    """A server with a login that listens on all addresses."""
    with serving(data, FABRIC_HOST="0.0.0.0", FABRIC_API_TOKENS=TOKENS) as url:
        yield url
