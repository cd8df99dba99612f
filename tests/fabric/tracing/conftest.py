from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fabric.tracing.flows import Traced, estate, traced


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Traced]:
    with traced(tmp_path) as made:
        yield made


@pytest.fixture
def shop(empty: Traced) -> Traced:
    """The small estate, harvested."""
    empty.harvest(*estate())
    return empty
