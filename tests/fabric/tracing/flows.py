"""A small estate with lineage: raw -> stg -> mart, a job, a dashboard, a model; and the questions over it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from fabric.graph.local import LocalGraph
from fabric.model import (
    Agent,
    ColumnLineage,
    Dashboard,
    Job,
    Lineage,
    Model,
    ModelVersion,
    Record,
    Ref,
    agent,
    job,
)
from fabric.tracing.answer import Lineage as Answer
from fabric.tracing.lineage import Asked
from fabric.tracing.questions import Tracing
from fabric.tracing.tracer import Tracer
from tests.fabric.graphs import Core, core
from tests.fabric.scripted import Played, ref, table

__all__ = ["DASHBOARD", "JOB", "VERSION", "Traced", "estate", "flow", "names", "pairs", "traced"]

JOB, DASHBOARD = job("shop", "load_mart"), Ref("dashboard", "shop", "sales")
VERSION = Ref("model-version", "shop", "forecast/1")
OWNER = agent("ann@example.org")


@dataclass(frozen=True, slots=True)
class Traced:
    """The core with its lineage."""

    core: Core
    tracer: Tracer
    tracing: Tracing

    def harvest(self, *records: Record, source: str = "shop") -> None:
        """A complete harvest of these records."""
        report = self.core.harvester.run(source, Played(*records), f"run-{self.core.history.last()}")
        assert not report.refused, report.refused

    def iri(self, name: str | Ref, field: str | None = None) -> str:
        """Of a table or an asset, or of a table's field."""
        asset = name if isinstance(name, Ref) else ref(name)
        return self.core.iris.field(asset, field) if field else self.core.iris.asset(asset)

    def ask(self, name: str | Ref, field: str | None = None, **asked: object) -> Answer:
        return self.tracing.lineage(self.iri(name, field), Asked(**asked))  # type: ignore[arg-type]


@contextmanager
def traced(folder: Path) -> Iterator[Traced]:
    """An empty data directory with lineage over it."""
    graph = LocalGraph(folder / "graph")
    with core(graph, folder) as made:
        tracer = Tracer(graph, made.history, made.committer, made.snapshots, made.iris)
        yield Traced(made, tracer, Tracing(tracer, graph, made.history, made.assets, made.iris))
    graph.close()


def flow(
    downstream: str,
    upstream: str,
    *columns: tuple[str, str],
    expression: str | None = None,
    influences: tuple[str, ...] = (),
    via: Ref | None = None,
) -> Lineage:
    """An edge with columns as (upstream, downstream)."""
    edges = (ColumnLineage(downstream=down, upstream=up, expression=expression) for up, down in columns)
    return Lineage(
        downstream=ref(downstream),
        upstream=ref(upstream),
        columns=frozenset(edges),
        influences=frozenset(influences),
        job=via,
    )


def estate() -> list[Record]:
    """raw(id, amount, region) -> stg(id, amount) -> mart(total) -> dashboard, model; other(x) has no lineage."""
    view = replace(
        table("stg"),
        kind="view",
        definition="SELECT id, amount FROM raw WHERE region = 'EU'",
        owners=frozenset({OWNER}),
    )
    return [
        Agent(name="ann@example.org", title="Ann"),
        table("raw", columns=("id", "amount", "region")),
        view,
        replace(table("mart", columns=("total",)), owners=frozenset({OWNER})),
        table("other", columns=("x",)),
        flow("stg", "raw", ("id", "id"), ("amount", "amount"), influences=("region",)),
        flow("mart", "stg", ("amount", "total"), expression="sum(amount)", via=JOB),
        Job(
            namespace="shop",
            name=JOB.name,
            title="Load mart",
            definition="INSERT INTO mart SELECT sum(amount) FROM stg",
            reads=frozenset({ref("stg")}),
            writes=frozenset({ref("mart")}),
        ),
        Dashboard(
            namespace="shop", name="sales", title="Sales", reads=frozenset({ref("mart")}), owners=frozenset({OWNER})
        ),
        Model(namespace="shop", name="forecast", title="Forecast"),
        ModelVersion(
            namespace="shop",
            name=VERSION.name,
            title="Forecast 1",
            model=Ref("model", "shop", "forecast"),
            version="1",
            trained_on=frozenset({ref("mart")}),
        ),
    ]


def names(answer: Answer) -> dict[str, int]:
    """Distances by title."""
    return {node.title: node.distance for node in answer.nodes}


def pairs(answer: Answer) -> set[tuple[str, str]]:
    """Edges by the last part of their ends: `shop.public.raw`'s is raw, of a field id it is `raw.id`."""
    return {(_short(edge.start), _short(edge.end)) for edge in answer.edges}


def _short(iri: str) -> str:
    asset, _, field = iri.partition("/field/")
    name = asset.rpartition("/")[2].rpartition(".")[2]
    return f"{name}.{field}" if field else name
