from __future__ import annotations

from collections.abc import Iterator

import pytest

from fabric.discovery.encoder import OnnxEncoder, model_folder
from fabric.settings import Settings
from tests.services import pgvector_database


@pytest.fixture(scope="session")
def model() -> OnnxEncoder:
    """The packaged model."""
    return OnnxEncoder(model_folder("builtin"), Settings().models_dir)


@pytest.fixture(scope="session")
def pgvector() -> Iterator[str]:
    """A database with pgvector, shared by all tests that need one."""
    with pgvector_database() as url:
        yield url
