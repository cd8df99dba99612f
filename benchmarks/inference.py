"""Labels along column lineage: what a change costs over 200,000 column edges, beside inferring everything anew.

    python -m benchmarks inference [--edges 200000]

Tables of ten columns stand in layers; each column derives from two columns of the layer before. One table of the first layer holds
personal data, which flows down twenty layers, from each column to about two of the next, and so to most of the last.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from benchmarks._given import Given
from benchmarks._report import Target, heading, machine, paragraph, table, targets
from fabric.inference import LabelRule
from fabric.model import ColumnLineage, Dataset, Field, Lineage, Record, dataset
from fabric.settings import read_settings
from fabric.workspace import Workspace

__all__ = ["run"]

_LAYERS, _COLUMNS = 20, 10
_PHONE = "https://w3id.org/dpv/pd#TelephoneNumber"
_EMAIL = "https://w3id.org/dpv/pd#EmailAddress"
Records = list[Record]


def run(options: list[str]) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks inference", description=__doc__)
    parser.add_argument("--edges", type=int, default=200_000)
    given = parser.parse_args(options)
    tables, lineage = _estate(given.edges)
    edges = sum(len(one.columns) for one in lineage)
    heading("Inference")
    paragraph(f"{machine('kgfabric', 'pyoxigraph')} {edges:,} column edges between {len(tables) * _COLUMNS:,} columns.")
    with tempfile.TemporaryDirectory() as folder, Workspace(read_settings(data_dir=Path(folder))) as workspace:
        rows, took = _measure(workspace, tables, lineage)
    table(("what", "s", "triples of the commit"), [(name, f"{s:.3f}", f"{n:,}") for name, s, n in rows])
    paragraph(f"Peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB.")
    targets([Target("ten labels of short reach to inferring everything anew", took["label"] / took["anew"], 0.05)])


def _measure(
    workspace: Workspace, tables: list[Dataset], lineage: list[Lineage]
) -> tuple[list[tuple[str, float, int]], dict[str, float]]:
    rows: list[tuple[str, float, int]] = []

    def commit(name: str, source: str, records: Sequence[Record]) -> float:
        begin = time.perf_counter()
        report = workspace.harvester.run(source, Given(records), "benchmark")
        rows.append((name, time.perf_counter() - begin, report.added + report.removed))
        return rows[-1][1]

    commit("first harvest of tables and lineage, labels in it", "estate", [*tables, *lineage])
    extra = tables[len(tables) // _LAYERS * (_LAYERS - 4)]
    plain = replace(extra, fields=tuple(replace(f, personal_data=frozenset()) for f in extra.fields))
    commit("a source more, no label", "other", [plain])
    label = commit("another label for ten columns, four layers from the end", "other", [_labelled(plain, _PHONE)])
    commit("the label taken back", "other", [plain])
    edge = Lineage(
        downstream=tables[-1].ref,
        upstream=tables[0].ref,
        columns=frozenset({ColumnLineage(downstream="c0", upstream="c0")}),
    )
    commit("an edge more, whose source holds personal data", "other", [plain, edge])
    commit("the edge taken back", "other", [plain])
    begin = time.perf_counter()
    rule = LabelRule(workspace.graph, workspace.iris)
    concluded = rule.infer([change for change in workspace.history.between(0, 1) if "/graph/harvest/" in change.graph])
    anew = time.perf_counter() - begin
    rows.append(("inferring everything anew", anew, sum(len(c.added) + len(c.removed) for c in concluded)))
    return rows, {"label": label, "anew": anew}


def _estate(edges: int) -> tuple[list[Dataset], list[Lineage]]:
    drawn = random.Random(7)
    width = max(2, edges // (2 * _COLUMNS * (_LAYERS - 1)))
    layers = [[_table(f"layer{n}.t{place}") for place in range(width)] for n in range(_LAYERS)]
    layers[0][0] = _labelled(layers[0][0])
    lineage = []
    for above, below in pairwise(layers):
        for one in below:
            for origin in drawn.sample(above, 2):
                columns = {
                    ColumnLineage(downstream=f"c{n}", upstream=f"c{drawn.randrange(_COLUMNS)}") for n in range(_COLUMNS)
                }
                lineage.append(Lineage(downstream=one.ref, upstream=origin.ref, columns=frozenset(columns)))
    return [one for layer in layers for one in layer], lineage


def _table(name: str) -> Dataset:
    fields = tuple(Field(name=f"c{n}", ordinal=n + 1, datatype="string") for n in range(_COLUMNS))
    ref = dataset("postgres://estate:5432", f"db.{name}")
    return Dataset(namespace=ref.namespace, name=ref.name, title=name, platform="postgresql", fields=fields)


def _labelled(one: Dataset, category: str = _EMAIL) -> Dataset:
    return replace(one, fields=tuple(replace(f, personal_data=frozenset({category})) for f in one.fields))


if __name__ == "__main__":
    run([])
