"""Views of real databases have column lineage once they are harvested."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import duckdb
import pytest

from connectors.sql import SqlConnector
from connectors.sql.config import SqlConfig
from fabric.model import Dataset, Lineage
from tests.fabric.graphs import Core
from tests.services import mariadb_database, postgres_database

TABLES = (
    "CREATE TABLE orders (id integer, customer integer, amount integer, kind integer)",
    "CREATE TABLE customers (id integer, name varchar(20))",
)
VIEWS = (
    "CREATE VIEW big AS SELECT o.id, c.name AS who, o.amount * 2 AS twice FROM orders o "
    "JOIN customers c ON c.id = o.customer WHERE o.kind = 1",
    "CREATE VIEW totals AS SELECT who, sum(twice) AS total, count(*) AS n FROM big GROUP BY who",
    "CREATE VIEW whole AS SELECT * FROM orders",
)
EXPECTED = {
    "big.id": {"orders.id"},
    "big.who": {"customers.name"},
    "big.twice": {"orders.amount"},
    "totals.who": {"big.who"},
    "totals.total": {"big.twice"},
    "whole.id": {"orders.id"},
    "whole.customer": {"orders.customer"},
    "whole.amount": {"orders.amount"},
    "whole.kind": {"orders.kind"},
}


@contextmanager
def _sqlite(folder: Path) -> Iterator[str]:
    with sqlite3.connect(folder / "shop.sqlite") as connection:
        for statement in (*TABLES, *VIEWS):
            connection.execute(statement)
    connection.close()
    yield f"sqlite:///{folder / 'shop.sqlite'}"


@contextmanager
def _duckdb(folder: Path) -> Iterator[str]:
    with duckdb.connect(str(folder / "shop.duckdb")) as connection:
        for statement in (*TABLES, *VIEWS):
            connection.execute(statement)
    yield f"duckdb:///{folder / 'shop.duckdb'}"


@contextmanager
def _postgres(_folder: Path) -> Iterator[str]:
    with postgres_database(*TABLES, *VIEWS) as url:
        yield url


@contextmanager
def _mariadb(_folder: Path) -> Iterator[str]:
    with mariadb_database(*TABLES, *VIEWS) as url:
        yield url


@pytest.mark.service
@pytest.mark.parametrize(
    "made", [_postgres, _mariadb, _sqlite, _duckdb], ids=["postgres", "mariadb", "sqlite", "duckdb"]
)
def test_every_column_of_a_view_leads_to_its_origin(
    made: Callable[[Path], AbstractContextManager[str]], local: Core, tmp_path: Path
) -> None:
    with made(tmp_path) as url:
        connector = SqlConnector(SqlConfig.model_validate({"url": url}))
        first = local.harvester.run("shop", connector, "run")
        again = local.harvester.run("shop", connector, "run")
    assert first.warnings == []
    assert again.commit is None
    found: dict[str, set[str]] = {}
    for iri in local.assets.all():
        asset = local.assets.get(iri)
        if isinstance(asset.record, Dataset) and asset.record.kind == "view":
            for lineage in asset.lineage:
                _collect(found, lineage)
    assert found == EXPECTED


def _collect(found: dict[str, set[str]], lineage: Lineage) -> None:
    down, up = (ref.name.rpartition(".")[2] for ref in (lineage.downstream, lineage.upstream))
    for column in lineage.columns:
        found.setdefault(f"{down}.{column.downstream}", set()).add(f"{up}.{column.upstream}")
