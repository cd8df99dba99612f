"""A small estate for the lineage page: jobs, schemas, owners, a cycle, a hub, a long name, and a table that went away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from fabric.model import (
    Agent,
    Catalog,
    ColumnLineage,
    Dashboard,
    Dataset,
    DatasetKind,
    Field,
    Job,
    Lineage,
    Record,
    Ref,
    Source,
    agent,
    catalog,
    dataset,
    job,
    source,
)
from fabric.settings import read_settings
from fabric.workspace import Workspace
from tests.fabric.scripted import Played

__all__ = ["LONG", "SPOKES", "harvested", "ref"]

LONG = "a very long name of a table " * 10 + "that goes on to 300 characters"
SPOKES = 2001
_SERVER = "postgres://shop:5432"


def ref(name: str) -> Ref:
    """The identity of a table."""
    return dataset(_SERVER, name)


def harvested(data_dir: Path) -> dict[str, str]:
    """Harvest the estate twice: the second time without `raw.old`. Gives the IRI of each name."""
    with Workspace(read_settings(data_dir=data_dir, semantic=False)) as workspace:
        for number, records in enumerate(([*_records(), *_old()], [*_records()])):
            report = workspace.harvester.run("shop", Played(*records), f"run{number}")
            assert not report.refused, report.refused
        return {one.name: workspace.iris.asset(one.ref) for one in [*_records(), *_old()] if isinstance(one, Dataset)}


def _records() -> Iterator[Record]:
    yield Source(namespace=_SERVER, title="shop", platform="postgresql")
    for schema in ("raw", "mart", "hub"):
        yield Catalog(namespace=_SERVER, name=schema, title=schema, part_of=source(_SERVER))
    yield Agent(name="ann@example.org", title="Ann")
    yield Agent(name="bo@example.org", title="Bo")
    yield _table("raw.orders")
    yield _table("raw.customers")
    yield _table("mart.orders", owner="ann@example.org")
    yield _table("mart.revenue", "view", owner="bo@example.org")
    yield _table("mart.loyal", "view")
    yield _flow("raw.orders", "mart.orders", "id id", "amount amount", job=job("airflow", "load_orders"))
    yield Job(
        namespace="airflow",
        name="load_orders",
        title="load_orders",
        platform="airflow",
        definition="INSERT INTO mart.orders SELECT id, amount FROM raw.orders",
        reads=frozenset({ref("raw.orders")}),
        writes=frozenset({ref("mart.orders")}),
    )
    yield _flow("mart.orders", "mart.revenue", "amount total")
    yield _flow("mart.orders", "mart.loyal", "id id")
    yield _flow("raw.customers", "mart.loyal", "id customer")
    yield Dashboard(namespace="metabase", name="1", title="Revenue by day", reads=frozenset({ref("mart.revenue")}))
    yield _table("raw.chicken")
    yield _table("raw.egg")
    yield _flow("raw.chicken", "raw.egg", "id id")
    yield _flow("raw.egg", "raw.chicken", "id id")
    yield _table("raw.named", title=LONG)
    yield _flow("raw.customers", "raw.named", "id id")
    yield _table("hub.hub")
    for number in range(SPOKES):
        yield _table(f"hub.t{number}")
        yield _flow("hub.hub", f"hub.t{number}", "id id")


def _old() -> Iterator[Record]:
    yield _table("raw.old")
    yield _flow("raw.old", "mart.orders", "id id")


def _table(name: str, kind: DatasetKind = "table", title: str | None = None, owner: str | None = None) -> Dataset:
    schema, _, short = name.partition(".")
    return Dataset(
        namespace=_SERVER,
        name=name,
        title=title or short,
        kind=kind,
        platform="postgresql",
        part_of=catalog(_SERVER, schema),
        fields=tuple(
            Field(name=field, ordinal=at + 1) for at, field in enumerate(("id", "amount", "total", "customer"))
        ),
        owners=frozenset({agent(owner)} if owner else ()),
    )


def _flow(start: str, end: str, *columns: str, job: Ref | None = None) -> Lineage:
    pairs = (one.split() for one in columns)
    return Lineage(
        downstream=ref(end),
        upstream=ref(start),
        job=job,
        columns=frozenset(ColumnLineage(upstream=one, downstream=other) for one, other in pairs),
    )
