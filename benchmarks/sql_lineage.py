"""SQL lineage: exactness on others' cases and speed beside DataHub's parser; TPC queries; a proof by changes; dbt models.

    python -m benchmarks sql_lineage [--cases FILE] [--dbt FOLDER] [--scripts FOLDER] [--drawn 300] [--no-peer] [--no-tpcds]

The cases are those of the sqllineage project as JSON lines; `--dbt` holds a `manifest.json` and a `catalog.json` a dbt project,
`--scripts` SQL scripts of PostgreSQL databases with views.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from benchmarks._differential import Proof, prove, schema_of
from benchmarks._processes import Failed
from benchmarks._queries import TABLES, draw_queries
from benchmarks._report import Target, heading, machine, paragraph, progress, table, targets
from benchmarks._sql_cases import Case, Found, Score, cases, in_conventions, plain
from benchmarks._views import scripted, systems, trace
from fabric.lineage import Table, read_sql
from fabric.lineage.names import find_dialect

__all__ = ["load_extension", "run"]

_PEERS = Path(__file__).parents[1] / ".bench"
_VERSION = "1.7.0.17"
_ROUNDS = 5
# DuckDB makes no end of TPC-DS below scale 0.01.
_TPC = (("tpch", "dbgen", "tpch_queries", 0.005), ("tpcds", "dsdgen", "tpcds_queries", 0.01))


def run(options: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks sql_lineage", description=__doc__)
    parser.add_argument("--cases", type=Path, help="cases of sqllineage, as JSON lines")
    parser.add_argument("--dbt", type=Path, help="folder of dbt projects' artifacts")
    parser.add_argument("--scripts", type=Path, help="folder of SQL scripts that make PostgreSQL databases")
    parser.add_argument("--drawn", type=int, default=300, help="queries drawn for the proof by changes")
    parser.add_argument("--no-peer", dest="peer", action="store_false", help="leave out DataHub (a 300 MB install)")
    parser.add_argument(
        "--no-tpcds", dest="tpcds", action="store_false", help="leave out the proof over TPC-DS (minutes)"
    )
    given = parser.parse_args(options)
    heading("SQL lineage")
    paragraph(machine("kgfabric", "sqlglot", "duckdb"))
    goals = [*_cases(given.cases, with_peer=given.peer)] if given.cases else []
    goals += _proofs(given.drawn, with_tpcds=given.tpcds)
    if given.dbt:
        goals += _dbt(given.dbt)
    goals += _views(given.scripts)
    heading("Targets")
    targets(goals)


def _cases(file: Path, *, with_peer: bool) -> Iterator[Target]:
    given = cases(file)
    mine, seconds = Score(), []
    for _ in range(_ROUNDS):
        begin = time.perf_counter()
        found = [read_sql(case.sql, dialect=case.dialect, schema=case.tables) for case in given]
        seconds.append(time.perf_counter() - begin)
    for case, lineage in zip(given, found, strict=True):
        mine.add(case, in_conventions(lineage, case.sql))
    scores = {"Fabric": (mine, min(seconds))}
    if with_peer:
        scores[f"DataHub {_VERSION}"] = _peer(given)
    heading(f"{len(given)} cases of sqllineage")
    table(
        ("parser", "tables exact", "columns exact", "edges: precision", "recall", "texts/s"),
        [(name, *_figures(score), f"{len(given) / took:,.0f}") for name, (score, took) in scores.items()],
    )
    _disagreements(mine)
    yield Target("tables exact", mine.exact[False] / mine.of[False], 0.95, at_least=True)
    yield Target("columns exact", mine.exact[True] / mine.of[True], 0.93, at_least=True)
    if with_peer:
        rates = [len(given) / took for _, took in scores.values()]
        yield Target("texts/s to DataHub's", rates[0] / rates[1], 5, at_least=True)


def _figures(score: Score) -> Sequence[str]:
    return (
        f"{score.exact[False]} of {score.of[False]}",
        f"{score.exact[True]} of {score.of[True]}",
        f"{score.right / max(1, score.told):.3f}",
        f"{score.right / max(1, score.expected):.3f}",
    )


def _disagreements(score: Score) -> None:
    heading("Where we and the cases disagree")
    rows = []
    for case, found in score.wrong:
        if case.columns:
            more, less = found.edges - case.expected.edges, case.expected.edges - found.edges
        else:
            more = (found.reads | found.writes) - (case.expected.reads | case.expected.writes)  # type: ignore[assignment]
            less = (case.expected.reads | case.expected.writes) - (found.reads | found.writes)  # type: ignore[assignment]
        reads = "; ".join(" ".join(case.sql.split()).split(";"))[:90]
        rows.append((case.name.rpartition("::")[2], f"{len(more)} more, {len(less)} less", f"`{reads}`"))
    table(("case", "difference", "text"), rows)
    if not rows:
        paragraph("Nowhere.")


def _peer(given: list[Case]) -> tuple[Score, float]:
    progress("DataHub's parser")
    lines = [json.dumps({"sql": c.sql, "dialect": _sqlglot_name(c.dialect), "schema": c.schema}) for c in given]
    script = Path(__file__).with_name("_datahub_sql.py")
    done = subprocess.run(
        [str(_installed()), str(script)], input="\n".join(lines), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Failed(f"DataHub's parser failed: {done.stderr[-500:]}")
    *answers, last = (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))
    score = Score()
    for case, answer in zip(given, answers, strict=True):
        edges = frozenset(((plain(a), plain(b)), (plain(c), plain(d))) for a, b, c, d in answer["edges"] if c)
        score.add(case, Found(frozenset(map(plain, answer["reads"])), frozenset(map(plain, answer["writes"])), edges))
    return score, float(last["seconds"])


def _sqlglot_name(dialect: str | None) -> str:
    return type(find_dialect(dialect)).__name__.lower().removesuffix("dialect")


def _installed() -> Path:
    folder = _PEERS / "datahub-sql"
    python = folder / "bin" / "python"
    if not (folder / f"installed-{_VERSION}").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        wanted = f"acryl-datahub[sql-parser]=={_VERSION}"
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", wanted], check=True)
        (folder / f"installed-{_VERSION}").touch()
    return python


def load_extension(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Load an extension from its package `duckdb-extension-NAME`. Raises: Failed where it is not installed."""
    spec = importlib.util.find_spec(f"duckdb_extension_{name}")
    if spec is None or not spec.submodule_search_locations:
        raise Failed(f"the package duckdb-extension-{name} is missing: pip install duckdb-extension-{name}")
    (file,) = Path(spec.submodule_search_locations[0]).rglob("*.duckdb_extension")
    connection.execute(f"LOAD '{file}'")


def _proofs(drawn: int, *, with_tpcds: bool) -> Iterator[Target]:
    proofs: dict[str, Proof] = {}
    connection = duckdb.connect()
    connection.execute(TABLES)
    progress(f"{drawn} drawn queries")
    proofs["drawn queries"] = prove(connection, dict(draw_queries(drawn)))
    for name, generate, listing, scale in _TPC:
        connection = duckdb.connect()
        queries = _tpc(connection, name, f"{generate}(sf={scale})", listing)
        schema = schema_of(connection)
        incomplete = [n for n, text in queries.items() if read_sql(text, dialect="duckdb", schema=schema).problems]
        yield Target(f"{name}: queries with a problem, of {len(queries)}", len(incomplete), 0)
        if name == "tpch" or with_tpcds:
            progress(f"the {len(queries)} queries of {name}")
            proofs[name] = prove(connection, queries, changes=1)
    heading("Proof by changes")
    kinds = list(next(iter(proofs.values())).figures())
    table(("count", *proofs), [(kind, *(f"{p.figures()[kind]:,}" for p in proofs.values())) for kind in kinds])
    for name, proof in proofs.items():
        yield Target(f"changes that lineage does not say, {name}", len(proof.misses), 0)


def _tpc(connection: duckdb.DuckDBPyConnection, name: str, generate: str, listing: str) -> dict[str, str]:
    """The queries of a benchmark, with its tables made."""
    load_extension(connection, name)
    connection.execute(f"CALL {generate}")
    rows = connection.execute(f"SELECT query_nr, query FROM {listing}()").fetchall()
    return {f"{name} {number}": text for number, text in rows}


def _views(scripts: Path | None) -> Iterator[Target]:
    databases = scripted(sorted(scripts.glob("*.sql"))) if scripts else {}
    for name, generate, listing, _ in _TPC:
        connection = duckdb.connect()
        queries = _tpc(connection, name, f"{generate}(sf=0)", listing)
        ddl = [text for (text,) in connection.execute("SELECT sql FROM duckdb_tables()").fetchall()]
        databases |= systems(name, ddl, {name.replace(" ", "_"): text for name, text in queries.items()})
    heading("Views of databases, harvested")
    rows, lost = [], []
    columns = missed = 0
    for system, database in databases.items():
        progress(system)
        found = trace(database)
        columns, missed = columns + found.columns, missed + len(found.lost)
        if not found.views:
            continue
        rows.append(
            (
                system,
                f"{found.views}",
                f"{found.refused}",
                f"{found.columns:,}",
                f"{found.constant}",
                f"{found.counting}",
                f"{found.share:.4f}",
            )
        )
        lost += [(system, f"`{name}`", why) for name, why in found.lost]
    table(("database", "views", "refused by it", "columns", "constant", "counting rows", "traced"), rows)
    table(("database", "not traced", "why"), lost)
    yield Target("columns of views traced to a source or a constant", 1 - missed / max(1, columns), 0.99, at_least=True)


def _dbt(folder: Path) -> Iterator[Target]:
    heading("Compiled dbt models")
    rows, why = [], Counter[str]()
    traced = total = 0
    for file in sorted(folder.glob("*/manifest.json")):
        outputs, lost, seconds, models = _project(file, why)
        traced, total = traced + outputs - lost, total + outputs
        rows.append(
            (
                file.parent.name,
                f"{models}",
                f"{outputs:,}",
                f"{(outputs - lost) / outputs:.4f}",
                f"{models / seconds:,.0f}",
            )
        )
    table(("project", "models", "columns", "traced", "models/s"), rows)
    table(("why not", "columns"), [(reason, f"{count:,}") for reason, count in why.most_common(20)])
    yield Target("columns traced to a source or a constant", traced / max(1, total), 0.99, at_least=True)


def _project(file: Path, why: Counter[str]) -> tuple[int, int, float, int]:
    manifest = json.loads(file.read_text(encoding="utf-8"))
    catalog = json.loads(file.with_name("catalog.json").read_text(encoding="utf-8"))
    schema = {}
    for node in [*catalog["nodes"].values(), *catalog["sources"].values()]:
        place, columns = node["metadata"], sorted(node["columns"].values(), key=lambda column: int(column["index"]))
        schema[Table(place["name"], place["schema"], place.get("database"))] = [column["name"] for column in columns]
    models = [n for n in manifest["nodes"].values() if n["resource_type"] == "model" and n.get("compiled_code")]
    outputs = lost = 0
    begin = time.perf_counter()
    for model in models:
        found = read_sql(model["compiled_code"], dialect=manifest["metadata"]["adapter_type"], schema=schema)
        for statement in found.statements:
            named = {edge.target for edge in statement.edges if edge.source.name != "*" or edge.kind == "aggregation"}
            for output in statement.outputs:
                outputs += 1
                if not output.constant and output.name not in named:
                    lost += 1
                    first = next((p.reason for p in found.problems), "all columns of a table that is not known")
                    why[f"{model['name']}.{output.name}: {first}"[:140]] += 1
    return outputs, lost, time.perf_counter() - begin, len(models)
