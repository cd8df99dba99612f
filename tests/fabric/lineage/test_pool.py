"""Texts read in processes of their own: in order, once, within their time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from fabric.errors import InputError
from fabric.lineage import Table, read_sql
from fabric.lineage.pool import LineagePool, SqlText

HARD = "select " + "(" * 60 + "1" + ")" * 60


def test_many_texts_come_back_in_order_from_processes() -> None:
    texts = [SqlText(f"insert into o{n} select a from t{n}") for n in range(30)]
    with LineagePool(2) as pool:
        found = list(pool.read_many(texts, apart=True))
        assert [lineage.writes for lineage in found] == [frozenset({Table(f"o{n}")}) for n in range(30)]
        assert found == [read_sql(text.text) for text in texts]
        assert list(pool.read_many(texts)) == found


def test_a_text_that_takes_too_long_is_given_up_and_the_others_are_read() -> None:
    endless = "select " + " union all select ".join(
        f"case when a{n} then (select max(b) from t{n}) end" for n in range(20_000)
    )
    with LineagePool(1, seconds=1.0) as pool:
        first, second = pool.read_many([SqlText(endless), SqlText("select a from t")], apart=True)
    assert not first.complete
    assert "given up" in first.problems[0].reason
    assert {str(table) for table in second.reads} == {"t"}


def test_a_process_that_dies_is_replaced() -> None:
    with LineagePool(1) as pool:
        pool.read(SqlText("select 1"))
        pool._workers[0].process.kill()
        pool._workers[0].process.join()
        assert pool.read(SqlText("select a from t")).complete


def test_what_was_read_is_remembered_by_text_schema_and_dialect() -> None:
    with LineagePool(1) as pool:
        one = pool.read(SqlText("select * from t", schema={Table("t"): ("a",)}))
        assert pool.read(SqlText("select * from t", schema={Table("t"): ("a",)})) is one
        assert pool.read(SqlText("select * from t", schema={Table("t"): ("b",)})).edges != one.edges
        assert pool.read(SqlText("select * from t", "oracle")).edges != one.edges


def test_errors_come_to_the_one_who_asked() -> None:
    with LineagePool(1) as pool, pytest.raises(InputError, match="no SQL dialect"):
        pool.read(SqlText("select 1", "klingon"))


def test_deeply_nested_texts_are_read_apart() -> None:
    with LineagePool(1) as pool:
        list(pool.read_many([SqlText("select a from t")]))
        assert not pool._workers
        list(pool.read_many([SqlText(HARD)]))
        assert pool._workers


def test_threads_that_share_a_pool_get_their_own_answers() -> None:
    def read(number: int) -> set[str]:
        texts = [SqlText(f"insert into o{number} select a from t{number}_{n}") for n in range(5)]
        return {str(table) for found in pool.read_many(texts, apart=True) for table in found.writes}

    with LineagePool(2) as pool, ThreadPoolExecutor(4) as threads:
        assert list(threads.map(read, range(8))) == [{f"o{number}"} for number in range(8)]
