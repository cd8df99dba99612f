from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fabric.scripted import install
from tests.fabric.whatif.estates import Estate, made


@pytest.fixture
def estate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Estate]:
    """A shop's database and the dbt project on it, both harvested."""
    install(tmp_path / "site", monkeypatch)
    with made(tmp_path) as estate:
        yield estate
