"""SQL lineage on expected cases and TPC queries: exact tables and columns, and statements per second beside DataHub's parser."""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import _sql_peer
from benchmarks._processes import Failed
from benchmarks._report import Target, heading, machine, paragraph, progress, table, targets
from benchmarks._sql_cases import Case, Scored, cases, edges_of, normal, read, score, tables_of
from benchmarks._sql_tpc import SUITES, Suite, suite
from fabric.lineage import SqlLineage, Table, read_sql

__all__ = ["run"]

_PEERS = Path(__file__).parents[1] / ".bench"
_REVIEWED = Path(__file__).with_name("sql_lineage_disagreements.tsv")
_ASKED = {"table": 95.0, "column": 93.0}


def run(arguments: list[str]) -> None:
    """Measure and print."""
    options = _options(arguments)
    heading("SQL lineage")
    paragraph(machine("kgfabric", "sqlglot", "duckdb"))
    held: list[Target] = []
    if options.cases:
        expected = cases(options.cases)
        held += _print_scores([_scored(case) for case in expected])
        held += _speed(expected, options)
    for name in SUITES:
        held.append(_complete(name, suite(name, options.scale)))
    heading("Targets")
    targets(held)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks sql_lineage", description=__doc__)
    parser.add_argument("--cases", type=Path, help="expected lineage in sqllineage's conventions, as JSON Lines")
    parser.add_argument("--repeat", type=int, default=3, help="how often speed is measured")
    parser.add_argument(
        "--scale", type=float, default=0.01, help="scale factor of the TPC tables (dsdgen never ends at 0.001)"
    )
    parser.add_argument("--no-peer", dest="peer", action="store_false", help="leave out DataHub (a 300 MB install)")
    peer = Path(os.environ.get("FABRIC_BENCH_SQL_PEER", _PEERS / "datahub-sql"))
    parser.add_argument("--peer-folder", type=Path, default=peer, help="environment of DataHub's parser")
    return parser.parse_args(arguments)


def _scored(case: Case) -> Scored:
    found = read(case)
    return score(case, tables_of(found) if case.kind == "table" else edges_of(found))


def _rows(name: str, scored: Sequence[Scored]) -> list[str]:
    expected = sum(len(one.case.expected) for one in scored)
    missed, extra = sum(len(one.missed) for one in scored), sum(len(one.extra) for one in scored)
    right = expected - missed
    exact = sum(one.exact for one in scored)
    share = 100 * exact / len(scored)
    precision = 100 * right / max(right + extra, 1)
    return [
        name,
        f"{exact} of {len(scored)}",
        f"{share:.1f} %",
        f"{precision:.1f} %",
        f"{100 * right / expected:.1f} %",
    ]


_HEAD = ("cases", "exact", "share", "precision", "recall")


def _print_scores(scored: Sequence[Scored]) -> list[Target]:
    kinds = {kind: [one for one in scored if one.case.kind == kind] for kind in _ASKED}
    table(_HEAD, [_rows(f"Fabric, {kind}", of) for kind, of in kinds.items() if of])
    reasons = _reviewed()
    wrong = [one for one in scored if not one.exact]
    if wrong:
        paragraph("Each disagreement:")
        rows = [(one.case.id, _pairs(one.missed), _pairs(one.extra), reasons.get(one.case.id, "?")) for one in wrong]
        table(("case", "expected only", "found only", "why"), rows)
    stale = reasons.keys() & {one.case.id for one in scored if one.exact}
    if stale:
        paragraph(f"Listed as disagreements, yet exact: {', '.join(sorted(stale))}.")
    return [
        Target(f"exact {kind} cases", 100 * sum(one.exact for one in of) / len(of), _ASKED[kind], " %", at_least=True)
        for kind, of in kinds.items()
        if of
    ] + [Target("disagreements without a reason", sum(one.case.id not in reasons for one in wrong), 0)]


def _pairs(found: frozenset[tuple[str, ...]]) -> str:
    listed = [
        f"{one[0]} {one[1]}" if len(one) == 2 else f"{one[0]}.{one[1]} → {one[2]}.{one[3]}" for one in sorted(found)
    ]
    return ", ".join(listed).replace("|", "\\|") or "-"


def _reviewed() -> dict[str, str]:
    """Reasons by case: a line each of the case's id, a tab and the reason."""
    lines = _REVIEWED.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines if line and not line.startswith("#"))


def _speed(expected: Sequence[Case], options: argparse.Namespace) -> list[Target]:
    """Both parse the same texts in turn, in one process each and without a cache; the first round warms up and is not counted."""
    seconds = [_timed(read, expected) for _ in range(options.repeat + 1)][1:]
    ours = len(expected) / median(seconds)
    rows = [("Fabric", f"{ours:,.0f}", "-")]
    held = []
    if options.peer:
        progress("DataHub's parser on the same cases")
        jobs = [(case.sql, case.dialect, case.schema) for case in expected]
        answer = _sql_peer.traced(_sql_peer.installed(options.peer_folder), jobs, options.repeat + 1)
        theirs = len(expected) / median(answer["seconds"][1:])
        rows.append(("DataHub", f"{theirs:,.0f}", f"{sum(bool(one['errors']) for one in answer['results'])}"))
        held.append(Target("speed over DataHub's", ours / theirs, 5, " times", at_least=True))
        peer = [_peer_scored(case, found) for case, found in zip(expected, answer["results"], strict=True)]
        table(_HEAD, [_rows(f"DataHub, {kind}", [one for one in peer if one.case.kind == kind]) for kind in _ASKED])
    table(("parser", "texts/s", "texts with an error"), rows)
    return held


def _timed(call: Callable[[Case], object], expected: Sequence[Case]) -> float:
    begin = time.perf_counter()
    for case in expected:
        call(case)
    return time.perf_counter() - begin


def _peer_scored(case: Case, found: Mapping[str, Any]) -> Scored:
    if case.kind == "table":
        names = {("reads", normal(name)) for name in found["reads"]} | {
            ("writes", normal(name)) for name in found["writes"]
        }
        return score(case, names)
    return score(case, {tuple(map(normal, edge)) for edge in found["edges"] if edge[2]})


def _complete(name: str, made: Suite) -> Target:
    """Every query read without a problem, with as many outputs as it has columns, each from a source or a constant."""
    columns = made.database.execute(
        "SELECT table_name, list(column_name ORDER BY ordinal_position) FROM information_schema.columns GROUP BY ALL"
    ).fetchall()
    schema = {Table(name=one): listed for one, listed in columns}
    faults: Counter[str] = Counter()
    begin = time.perf_counter()
    found = {number: read_sql(sql, dialect="duckdb", schema=schema) for number, sql in made.queries.items()}
    seconds = time.perf_counter() - begin
    for number, one in found.items():
        asked = [part[0] for part in made.database.execute(made.queries[number]).description or ()]
        faults.update({f"query {number}: {fault}": 1 for fault in _faults(one, asked)})
    paragraph(f"{name}: {len(found)} queries in {seconds:.2f} s, {len(found) / seconds:,.0f} a second.")
    for fault in faults:
        paragraph(f"- {fault}")
    if not found:
        raise Failed(f"{name} has no queries")
    right = len(found) - len({fault.partition(":")[0] for fault in faults})
    return Target(f"{name} queries read whole", right, len(found), at_least=True)


def _faults(found: SqlLineage, asked: Sequence[str]) -> list[str]:
    faults = [problem.reason for problem in found.problems if problem.severity == "error"]
    outputs = found.statements[-1].outputs if found.statements else ()
    if len(outputs) != len(asked):
        faults.append(f"{len(outputs)} outputs of {len(asked)} columns")
    reached = {edge.target for edge in found.edges}
    faults += [f"{one.name} has no source" for one in outputs if one.name not in reached and not one.constant]
    return faults
