"""Lineage says every change that is seen when an input column changes; see `benchmarks._differential`."""

from __future__ import annotations

import duckdb
import pytest

from benchmarks._differential import prove, schema_of
from benchmarks._queries import TABLES, draw_queries
from benchmarks.sql_lineage import load_extension
from fabric.lineage import read_sql


def test_drawn_queries() -> None:
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        proof = prove(connection, dict(draw_queries(90)))
    assert [(trial.query, trial.column, trial.missed) for trial in proof.misses] == []
    assert proof.figures()["changes seen"] > 300


@pytest.mark.parametrize("number", [1, 3, 9, 13, 15, 18, 22])
def test_tpch(number: int, tpch: duckdb.DuckDBPyConnection) -> None:
    (text,) = tpch.execute("SELECT query FROM tpch_queries() WHERE query_nr = ?", [number]).fetchone() or ("",)
    proof = prove(tpch, {f"tpch {number}": text}, changes=1)
    assert proof.misses == []


@pytest.mark.parametrize("name", ["tpch", "tpcds"])
def test_every_query_of_the_benchmarks_is_read_without_a_doubt(name: str) -> None:
    with duckdb.connect() as connection:
        load_extension(connection, name)
        connection.execute(f"CALL {'dbgen' if name == 'tpch' else 'dsdgen'}(sf=0)")
        schema = schema_of(connection)
        queries = connection.execute(f"SELECT query_nr, query FROM {name}_queries()").fetchall()
    assert len(queries) == {"tpch": 22, "tpcds": 99}[name]
    for number, text in queries:
        found = read_sql(text, dialect="duckdb", schema=schema)
        assert found.problems == (), number
        traced = {edge.target for edge in found.edges}
        outputs = found.statements[-1].outputs
        assert [output.name for output in outputs if not output.constant and output.name not in traced] == []
