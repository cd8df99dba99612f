"""SQL lineage judged by changing columns: made queries, TPC-H and TPC-DS on DuckDB; see `benchmarks._sql_change`."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Mapping

from benchmarks._report import Target, heading, machine, paragraph, progress, table, targets
from benchmarks._sql_change import Database, Judged, judge
from benchmarks._sql_queries import query, small_tables
from benchmarks._sql_tpc import SUITES, suite

__all__ = ["run"]


def run(arguments: list[str]) -> None:
    """Judge and print."""
    options = _options(arguments)
    heading("SQL lineage by changed columns")
    paragraph(machine("kgfabric", "sqlglot", "duckdb"))
    seeds = range(options.first, options.first + options.made)
    judged = {"made": _judged(Database(small_tables()), {seed: query(seed) for seed in seeds})}
    for name in SUITES if options.suites else ():
        progress(name)
        made = suite(name, options.scale)
        judged[name] = _judged(Database(made.database), made.queries)
    _print(judged)
    heading("Targets")
    targets(Target(f"changes that lineage of {name} lacks", len(_misses(of)), 0) for name, of in judged.items())


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks sql_changes", description=__doc__)
    parser.add_argument("--made", type=int, default=1_000, help="queries made at random")
    parser.add_argument("--first", type=int, default=0, help="seed of the first")
    parser.add_argument("--scale", type=float, default=0.01, help="scale factor of the TPC tables")
    parser.add_argument("--no-suites", dest="suites", action="store_false", help="leave out TPC-H and TPC-DS")
    return parser.parse_args(arguments)


def _judged(database: Database, queries: Mapping[int, str]) -> dict[int, Judged]:
    return {number: judge(database, sql) for number, sql in queries.items()}


def _misses(judged: Mapping[int, Judged]) -> list[str]:
    return [f"{number}: {miss}" for number, one in judged.items() for miss in one.misses]


def _extras(judged: Iterable[Judged]) -> Counter[str]:
    return sum((one.extras for one in judged), Counter())


def _print(judged: Mapping[str, Mapping[int, Judged]]) -> None:
    rows = [
        (
            name,
            f"{len(of)}",
            f"{sum(one.runs for one in of.values()):,}",
            f"{sum(one.failed for one in of.values()):,}",
            f"{sum(one.edges for one in of.values()):,}",
            f"{sum(one.changes for one in of.values()):,}",
            f"{len(_misses(of))}",
        )
        for name, of in judged.items()
    ]
    table(("queries", "number", "runs", "failed runs", "edges", "changes seen", "misses"), rows)
    for name, of in judged.items():
        for miss in _misses(of):
            paragraph(f"- {name} {miss}")
        extras = _extras(of.values())
        paragraph(f"What lineage of {name} holds and no change showed:")
        table(("class", "number"), [(kind, f"{count:,}") for kind, count in extras.most_common()])
