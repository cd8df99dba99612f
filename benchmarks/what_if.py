"""Trying a change on a branch of a graph of 100,000 assets: how soon the branch is there, and how soon the answer.

    python -m benchmarks what_if [--assets 100000] [--columns 3] [--rounds 10]

Tables stand in layers; each column derives from one of the layer before. A branch is a copy of the graph, of lineage in memory,
and of what a harvest must know.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks._given import Given
from benchmarks._report import Target, heading, machine, paragraph, table, targets
from benchmarks.lineage_graph import estate
from fabric.settings import read_settings
from fabric.tracing.lineage import Asked
from fabric.whatif.proposals import DropColumn, DropTable
from fabric.workspace import Workspace

__all__ = ["run"]


def run(options: list[str]) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks what_if", description=__doc__)
    parser.add_argument("--assets", type=int, default=100_000)
    parser.add_argument("--columns", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=10)
    given = parser.parse_args(options)
    tables, lineage = estate(given.assets, given.assets * given.columns, given.columns)
    tables = [replace(one, kind="table", definition=None) for one in tables]
    refs = [one.ref for one in tables]
    heading("What if")
    with tempfile.TemporaryDirectory() as folder, Workspace(read_settings(data_dir=Path(folder))) as workspace:
        workspace.harvester.run("estate", Given([*tables, *lineage]), "benchmark")
        tables.clear()
        lineage.clear()
        paragraph(f"{machine('kgfabric', 'pyoxigraph')} {len(refs):,} tables, {workspace.assets.size():,} triples.")
        root = workspace.iris.asset(refs[len(refs) // 2])
        begin = time.perf_counter()
        workspace.tracing.lineage(root, Asked(depth=0))
        built = time.perf_counter() - begin
        rows = {
            "a branch, opened and closed": _times(lambda: _branch(workspace), given.rounds),
            "drop a table": _times(lambda: workspace.whatif.ask([DropTable(root)]), given.rounds),
            "drop a column": _times(lambda: workspace.whatif.ask([DropColumn(f"{root}/field/c0")]), given.rounds),
        }
    table(
        ("what", "p50 s", "worst s"), [(name, f"{_middle(took):.2f}", f"{took[-1]:.2f}") for name, took in rows.items()]
    )
    paragraph(f"Lineage in memory, which the first question builds, took {built:.1f} s.")
    targets([Target("p50 of a branch, s", _middle(next(iter(rows.values()))), 3)])


def _branch(workspace: Workspace) -> None:
    with workspace.whatif.branches.open():
        pass


def _times(work: Callable[[], object], rounds: int) -> list[float]:
    """Seconds, sorted."""
    took = []
    for _ in range(rounds):
        begin = time.perf_counter()
        work()
        took.append(time.perf_counter() - begin)
    return sorted(took)


def _middle(took: list[float]) -> float:
    return took[len(took) // 2]


if __name__ == "__main__":
    run([])
