"""One estate, built once for all tests of the demo that only look at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from api.demo.estate import build
from api.demo.server import VARIABLE
from tests.api.demo.estates import Built, require_dbt, throw_away, with_password
from tests.services import postgres_url


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """The whole estate, on a server whose URL holds a password."""
    require_dbt()
    folder, told = tmp_path_factory.mktemp("estate"), list[str]()
    with throw_away() as database, pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, with_password(postgres_url()))
        yield Built(build(folder, progress=told.append, database=database), folder, database, told)


@pytest.fixture
def database() -> Iterator[str]:
    """The name of a database that does not exist; what the test makes of it is dropped at the end."""
    with throw_away() as name:
        yield name
