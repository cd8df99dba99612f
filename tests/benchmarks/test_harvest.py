"""The harvest benchmark at a size at which its figures mean nothing."""

from __future__ import annotations

import os
import subprocess
import sys

import psycopg
import pytest

from benchmarks.__main__ import names
from benchmarks._report import Target
from benchmarks._warehouse import table_statements, view_statements
from tests.services import postgres_database, postgres_url

pytestmark = pytest.mark.service


def test_prints_costs_and_verdicts_at_a_small_size() -> None:
    printed = _benchmarks("harvest", "--tables", "24", "--large", "0", "--repeat", "1", "--no-peer")

    lines = printed.splitlines()
    first = next(line for line in lines if line.startswith("| Fabric, first"))
    changed = next(line for line in lines if line.startswith("| Fabric, 1 % changed"))
    assert all(float(cell.split()[0]) > 0 for cell in first.split("|")[2:6])
    assert changed.split("|")[6].strip().startswith("1 of ")
    assert "| tables and views | 35 |" in lines  # 24 tables, and a view for each of the 11 that have a parent
    assert sum(line.endswith(("| PASS |", "| MISS |")) for line in lines) == 6


def test_lists_the_benchmarks_with_what_they_measure() -> None:
    listed = _benchmarks("--list")

    assert "harvest" in names()
    assert all(f"  {name} " in listed for name in names())


def test_the_tables_have_twelve_columns_comments_and_foreign_keys() -> None:
    made = [statement for place in range(24) for statement in table_statements(place)]
    schemas = sorted({statement.split()[2].partition(".")[0] for statement in made if statement.startswith("CREATE")})
    setup = [f"CREATE SCHEMA {schema}" for schema in schemas]

    with postgres_database(*setup, *made, *view_statements(24, 90)) as url, psycopg.connect(url) as connection:
        columns = connection.execute(
            "SELECT DISTINCT count(*) FROM information_schema.columns JOIN information_schema.tables "
            "USING (table_schema, table_name) WHERE table_type = 'BASE TABLE' "
            "AND table_schema NOT IN ('pg_catalog', 'information_schema') GROUP BY table_schema, table_name"
        ).fetchall()
        keys = connection.execute("SELECT count(*) FROM pg_constraint WHERE contype = 'f'").fetchone()
    assert columns == [(12,)]
    assert keys == (11,)


@pytest.mark.parametrize(
    ("figure", "at_least", "held"), [(9.9, True, False), (10, True, True), (10, False, True), (10.1, False, False)]
)
def test_a_target_is_held_up_to_its_bound(figure: float, at_least: bool, held: bool) -> None:
    assert Target("a ratio", figure, 10, at_least=at_least).held is held


def _benchmarks(*arguments: str) -> str:
    server = {"FABRIC_TEST_POSTGRES": postgres_url()}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments],
        env={**os.environ, **server},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout
