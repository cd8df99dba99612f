from __future__ import annotations

import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from fabric.errors import AccessDenied, MissingExtra, Unreachable
from fabric.model import Dataset
from tests.connectors.contract import check_contract
from tests.connectors.sql.databases import POSTGRES_SHOP, catalogs, connector, datasets, harvested, problems
from tests.connectors.sql.test_mariadb import SHOP as MARIADB_SHOP
from tests.connectors.sql.test_sqlite import SHOP as SQLITE_SHOP
from tests.services import mariadb_database, mariadb_url, postgres_database


def _shape(dataset: Dataset) -> tuple[object, ...]:
    """What reflection and the native readers must agree on; constraints' names and types' spellings differ."""
    return (
        dataset.ref,
        dataset.kind,
        dataset.part_of,
        tuple((field.name, field.ordinal, field.required) for field in dataset.fields),
        {(key.columns, key.primary) for key in dataset.keys},
        {(key.columns, key.target, key.target_columns) for key in dataset.references},
    )


@pytest.fixture
def file(tmp_path: Path) -> str:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        connection.executescript(SQLITE_SHOP)
    return f"sqlite:///{tmp_path / 'shop.db'}"


def test_keeps_the_contract(file: str) -> None:
    check_contract(connector(file, reflection=True))


def test_check_says_product_and_tables(file: str) -> None:
    line = connector(file, reflection=True).check()

    assert line.startswith("sqlite ")
    assert line.endswith(" 2 tables visible")


def test_sqlite_is_read_as_natively(file: str) -> None:
    native, reflected = datasets(harvested(file)), datasets(harvested(file, reflection=True))

    assert set(native) == set(reflected)
    for name in native:
        ours, theirs = native[name], reflected[name]
        assert _shape(ours)[:3] == _shape(theirs)[:3]
        assert [field.name for field in ours.fields] == [field.name for field in theirs.fields]
        assert {key.columns for key in ours.keys} == {key.columns for key in theirs.keys}
        assert {key.columns for key in ours.references} >= {key.columns for key in theirs.references}
        assert ours.definition == theirs.definition


@pytest.mark.service
def test_postgres_is_read_as_natively() -> None:
    with postgres_database(*POSTGRES_SHOP) as url:
        name = make_url(url).database
        native, items = harvested(url), check_contract(connector(url, reflection=True))

    ours, reflected = datasets(native), datasets(items)
    assert set(ours) <= {*reflected, f"{name}.sales.remote"}
    assert set(catalogs(native)) == set(catalogs(items))
    for table in ("public.customers", "sales.orders", "public.nothing"):
        assert _shape(ours[f"{name}.{table}"]) == _shape(reflected[f"{name}.{table}"])
    assert reflected[f"{name}.public.customers"].description == "Who buys"


@pytest.mark.service
def test_mariadb_is_read_as_natively() -> None:
    with mariadb_database(*MARIADB_SHOP) as url:
        name = make_url(url).database
        native, items = harvested(url), check_contract(connector(url, reflection=True))

    ours, reflected = datasets(native), datasets(items)
    assert set(ours) <= set(reflected)
    for table in ("customers", "orders"):
        assert _shape(ours[f"{name}.{table}"]) == _shape(reflected[f"{name}.{table}"])


def test_more_tables_than_a_batch_and_a_broken_view(tmp_path: Path) -> None:
    path = tmp_path / "many.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("".join(f"CREATE TABLE t{number} (x int);" for number in range(450)))
        connection.executescript("CREATE VIEW broken AS SELECT x FROM gone")
    items = harvested(f"sqlite:///{path}", reflection=True)

    assert len(datasets(items)) == 450
    assert [problem.subject for problem in problems(items)] == ["broken"]


def test_patterns_choose_tables(file: str) -> None:
    assert set(datasets(harvested(file, reflection=True, include="o*"))) == {"orders", "open_orders"}


def test_an_unknown_dialect_and_a_missing_driver_are_missing_extras() -> None:
    with pytest.raises(MissingExtra, match="no dialect 'exotic'"):
        connector("exotic://host/db").check()
    with pytest.raises(MissingExtra, match="oracledb"):
        connector("oracle+oracledb://host/db").check()


def test_a_closed_port_is_unreachable_and_a_refusal_denied() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(Unreachable) as caught:
        connector(f"mysql://me:hunter22@127.0.0.1:{port}/db", reflection=True).check()
    assert "hunter22" not in str(caught.value)


@pytest.mark.service
def test_a_wrong_password_is_denied() -> None:
    wrong = make_url(mariadb_url()).set(username="nobody", password="hunter22").render_as_string(hide_password=False)
    with pytest.raises(AccessDenied) as caught:
        connector(wrong, reflection=True).check()
    assert "hunter22" not in str(caught.value)
