"""Lineage contains every change seen, for some made queries; the judge sees lineage that lacks a value or an influence."""

from __future__ import annotations

import duckdb
import pytest

from benchmarks._sql_change import Database, judge
from benchmarks._sql_queries import query, small_tables


def test_lineage_of_made_queries_contains_every_change_seen() -> None:
    database = Database(small_tables())

    judged = {seed: judge(database, query(seed, depth=2)) for seed in range(40)}

    assert {seed: one.misses for seed, one in judged.items() if one.misses} == {}
    assert sum(one.changes for one in judged.values()) > 100


def test_the_same_seed_makes_the_same_query() -> None:
    assert [query(seed) for seed in range(20)] == [query(seed) for seed in range(20)]


def test_a_query_that_does_not_run_is_an_error() -> None:
    with pytest.raises(duckdb.Error):
        judge(Database(small_tables()), "SELECT missing FROM person")
