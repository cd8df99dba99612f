from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from benchmarks.sql_lineage import load_extension


@pytest.fixture(scope="module")
def tpch() -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables of TPC-H, small."""
    with duckdb.connect() as connection:
        load_extension(connection, "tpch")
        connection.execute("CALL dbgen(sf=0.002)")
        yield connection
