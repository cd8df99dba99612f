"""Tables and queries of TPC-H and TPC-DS, as DuckDB's extensions of the same names generate them."""

from __future__ import annotations

import importlib.resources
from dataclasses import dataclass

import duckdb

from benchmarks._processes import Failed

__all__ = ["SUITES", "Suite", "suite"]

_GENERATORS = {"tpch": "dbgen", "tpcds": "dsdgen"}
SUITES = tuple(_GENERATORS)


@dataclass(frozen=True, slots=True)
class Suite:
    """A database that holds the tables, and the queries by number."""

    database: duckdb.DuckDBPyConnection
    queries: dict[int, str]


def suite(name: str, scale: float) -> Suite:
    """Make the tables at a scale factor (1 is 1 GB) in memory.

    Raises: Failed, where the extension's package is not installed.
    """
    database = duckdb.connect()
    try:
        packaged = importlib.resources.files(f"duckdb_extension_{name}") / "extensions" / f"v{duckdb.__version__}"
    except ModuleNotFoundError as error:
        raise Failed(f"install duckdb-extension-{name}=={duckdb.__version__} to measure its queries") from error
    database.execute(f"LOAD '{packaged / f'{name}.duckdb_extension'}'")
    database.execute(f"CALL {_GENERATORS[name]}(sf={scale})")
    return Suite(database, dict(database.execute(f"SELECT query_nr, query FROM {name}_queries()").fetchall()))
