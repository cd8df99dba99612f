"""Following lineage over 10,000 assets and 200,000 column edges: latency, memory, and how soon a commit is taken in.

    python -m benchmarks lineage_graph [--assets 10000] [--edges 200000] [--rounds 40]

Tables of ten columns stand in layers; each column derives from two columns of the layer before, half of them by an expression. The
root is a table of the first layer from which all tables of the second derive. CPU time is given beside, for a machine that is busy.
"""

from __future__ import annotations

import argparse
import gc
import random
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from benchmarks._given import Given
from benchmarks._report import Target, heading, machine, paragraph, table, targets
from fabric.model import ColumnLineage, Dataset, Field, Lineage, Ref, dataset
from fabric.settings import read_settings
from fabric.tracing.lineage import Asked
from fabric.workspace import Workspace

__all__ = ["estate", "run"]

_LAYERS, _COLUMNS = 10, 10


def run(options: list[str]) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks lineage_graph", description=__doc__)
    parser.add_argument("--assets", type=int, default=10_000)
    parser.add_argument("--edges", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=40)
    given = parser.parse_args(options)
    tables, lineage = estate(given.assets, given.edges)
    edges = sum(len(one.columns) for one in lineage)
    heading("Lineage in memory")
    paragraph(
        f"{machine('kgfabric', 'pyoxigraph')} {len(tables):,} tables, {len(lineage):,} edges, {edges:,} column edges."
    )
    with tempfile.TemporaryDirectory() as folder, Workspace(read_settings(data_dir=Path(folder))) as workspace:
        workspace.harvester.run("estate", Given([*tables, *lineage]), "benchmark")
        refs = [one.ref for one in tables]
        # The generated records would be walked over by each garbage collection.
        tables.clear()
        lineage.clear()
        _measure(workspace, refs, given.rounds)


def _measure(workspace: Workspace, tables: list[Ref], rounds: int) -> None:
    root = workspace.iris.asset(tables[0])
    gc.collect()
    before, begin = _resident(), time.perf_counter()
    workspace.tracing.lineage(root, Asked(depth=0))
    built, held = time.perf_counter() - begin, _resident() - before
    whole = Asked(direction="downstream", first=50_000)
    found = workspace.tracing.lineage(root, whole)
    columns = workspace.tracing.lineage(root, Asked(direction="downstream", level="column", first=50_000))
    rows = {
        f"table level, {found.total_nodes:,} nodes, {found.total_edges:,} edges": _times(
            lambda: workspace.tracing.lineage(root, whole), rounds
        ),
        f"column level, {columns.total_nodes:,} nodes, {columns.total_edges:,} edges": _times(
            lambda: workspace.tracing.lineage(root, Asked(direction="downstream", level="column", first=50_000)),
            max(3, rounds // 8),
        ),
        "two steps both ways": _times(lambda: workspace.tracing.lineage(root, Asked(depth=2)), rounds),
    }
    small, large = (_commit(workspace, tables, count) for count in (1, len(tables) // 100))
    table(
        ("answer", "p50 ms", "p95 ms", "CPU p50 ms", "CPU p95 ms"),
        [(name, *(f"{_at(figures, at):.1f}" for figures in both for at in (50, 95))) for name, both in rows.items()],
    )
    table(
        ("what", "figure"),
        [
            ("built from the graph, s", f"{built:.2f}"),
            ("memory, MB", f"{held:.0f}"),
            ("taking in a commit of one edge, ms", f"{small * 1000:.1f}"),
            (f"taking in a commit of {len(tables) // 100} edges, ms", f"{large * 1000:.1f}"),
        ],
    )
    targets([Target("p95 of all nodes downstream, ms", _at(next(iter(rows.values()))[0], 95), 200)])


def _commit(workspace: Workspace, tables: list[Ref], count: int) -> float:
    """Seconds from a commit that is done to an answer with it, less an answer without one."""
    workspace.committer._listeners.remove(workspace.tracer._committed)
    said = [Lineage(downstream=tables[-n - 1], upstream=tables[n + 1]) for n in range(count)]
    workspace.harvester.run(f"more{count}", Given(said), "benchmark")
    asked = Asked(depth=0)
    root = workspace.iris.asset(tables[0])
    begin = time.perf_counter()
    workspace.tracing.lineage(root, asked)
    took = time.perf_counter() - begin
    begin = time.perf_counter()
    workspace.tracing.lineage(root, asked)
    workspace.committer.listen(workspace.tracer._committed)
    return took - (time.perf_counter() - begin)


def _times(work: Callable[[], object], rounds: int) -> tuple[list[float], list[float]]:
    """Milliseconds of the clock and of the processor, sorted."""
    took, spent = [], []
    for _ in range(rounds):
        begin, busy = time.perf_counter(), time.process_time()
        work()
        took.append((time.perf_counter() - begin) * 1000)
        spent.append((time.process_time() - busy) * 1000)
    return sorted(took), sorted(spent)


def _at(took: list[float], percent: int) -> float:
    return took[min(len(took) - 1, len(took) * percent // 100)]


def _resident() -> float:
    """Resident memory, MB."""
    line = next(
        one for one in Path("/proc/self/status").read_text(encoding="ascii").splitlines() if one.startswith("VmRSS")
    )
    return int(line.split()[1]) / 1024


def estate(assets: int, edges: int, columns: int = _COLUMNS) -> tuple[list[Dataset], list[Lineage]]:
    """Tables of so many columns in layers, and about so many column edges, at least one a column."""
    drawn = random.Random(7)
    width = max(2, assets // _LAYERS)
    layers = [[_table(f"layer{n}.t{place}", columns) for place in range(width)] for n in range(_LAYERS)]
    fan = max(1, round(edges / (width * (_LAYERS - 1) * columns)))
    lineage = []
    for depth, (above, below) in enumerate(pairwise(layers)):
        for one in below:
            origins = (
                {above[0], *drawn.sample(above, fan - 1)} if not depth else set(drawn.sample(above, min(fan, width)))
            )
            for origin in sorted(origins, key=lambda table: table.name):
                flows = {
                    ColumnLineage(
                        downstream=f"c{n}",
                        upstream=f"c{drawn.randrange(columns)}",
                        expression=f"coalesce(c{n}, 0) + {place}" if (place := drawn.randrange(100)) % 2 else None,
                    )
                    for n in range(columns)
                }
                lineage.append(Lineage(downstream=one.ref, upstream=origin.ref, columns=frozenset(flows)))
    return [one for layer in layers for one in layer], lineage


def _table(name: str, columns: int) -> Dataset:
    fields = tuple(Field(name=f"c{n}", ordinal=n + 1, datatype="string") for n in range(columns))
    ref = dataset("postgres://estate:5432", f"db.{name}")
    sql = f"SELECT * FROM {name}" * 10
    return Dataset(
        namespace=ref.namespace,
        name=ref.name,
        title=name,
        platform="postgresql",
        fields=fields,
        kind="view",
        definition=sql,
    )


if __name__ == "__main__":
    run([])
