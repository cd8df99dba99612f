"""What the tests of the demo share: the estate that was built, and databases to throw away."""

from __future__ import annotations

import importlib.metadata
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from api.demo.analytics import VARIABLE as DBT
from api.demo.estate import Estate
from tests.services import postgres_url

PASSWORD = "never-shown-0451"


@dataclass(frozen=True)
class Built:
    """An estate with the folder and database it was built in, and what the building told."""

    estate: Estate
    folder: Path
    database: str
    told: list[str]

    @property
    def options(self) -> dict[str, dict[str, Any]]:
        return {name: options for name, _, options in self.estate.sources}


@contextmanager
def throw_away() -> Iterator[str]:
    """A fresh name; all databases whose name holds it are dropped at the end."""
    name = f"demo_test_{uuid.uuid4().hex[:10]}"
    yield name
    with psycopg.connect(postgres_url(), autocommit=True) as connection:
        for database in databases_like(name):
            connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)'.encode())


def databases_like(name: str) -> list[str]:
    """Databases whose name holds `name`."""
    with psycopg.connect(postgres_url()) as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE position(%s in datname) > 0", [name])
        return sorted(str(row[0]) for row in rows)


def require_dbt() -> None:
    """Skip, or in CI fail, where no interpreter with dbt is known."""
    if os.environ.get(DBT):
        return
    try:
        importlib.metadata.version("dbt-duckdb")
    except importlib.metadata.PackageNotFoundError:
        message = f"dbt-duckdb is not installed here; name an interpreter that has it in {DBT}"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)


def with_password(url: str) -> str:
    """The URL with a password, which a server that trusts us does not look at."""
    head, _, rest = url.partition("://")
    user, at, place = rest.partition("@")
    return f"{head}://{user.partition(':')[0]}:{PASSWORD}{at}{place}"
