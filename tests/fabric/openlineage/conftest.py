from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fabric.settings import Settings
from fabric.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """An open data directory that keeps three runs of a job."""
    with Workspace(Settings(data_dir=tmp_path / "data", semantic=False, openlineage_runs_kept=3)) as opened:
        yield opened
