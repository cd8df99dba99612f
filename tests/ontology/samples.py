"""One well-formed example of everything that the shapes describe, as a graph of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from rdflib import Graph, URIRef

from fabric import model, ntriples, rdf
from fabric.identity import Iris

IRIS = Iris("https://data.example.org")
SPACE = "postgres://crm:5432"
ORDERS = model.dataset(SPACE, "crm.public.orders")
CUSTOMERS = model.dataset(SPACE, "crm.public.customers")
TEAM, JOB = model.agent("sales@example.org"), model.job("crm", "load")
MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

RECORDS: dict[str, model.Record] = {
    "source": model.Source(
        namespace=SPACE, title="CRM", platform="postgresql", endpoint="https://crm.example.org/", version="18"
    ),
    "catalog": model.Catalog(
        namespace=SPACE, name="crm.public", title="public", part_of=model.source(SPACE), platform="postgresql"
    ),
    "dataset": model.Dataset(
        namespace=SPACE,
        name="crm.public.orders",
        title="orders",
        description="Orders of all years",
        platform="postgresql",
        part_of=model.catalog(SPACE, "crm.public"),
        fields=(
            model.Field(name="id", ordinal=1, datatype="integer", native_type="bigint", required=True, default="0"),
            model.Field(
                name="address",
                ordinal=2,
                datatype="object",
                description="Where to",
                tags=frozenset({"pii"}),
                fields=(model.Field(name="city", ordinal=1, datatype="string"),),
            ),
            model.Field(name="customer", ordinal=3, datatype="integer"),
        ),
        keys=frozenset({model.Key(name="pk", columns=("id",), primary=True)}),
        references=frozenset(
            {model.Reference(name="fk", columns=("customer",), target=CUSTOMERS, target_columns=("id",))}
        ),
        indexes=frozenset({model.Index(name="ix", columns=("lower(city)", "id"), unique=True, method="btree")}),
        grants=frozenset({model.Grant(grantee="reader", privileges=frozenset({"SELECT"}))}),
        distributions=frozenset(
            {
                model.Distribution(
                    name="files", url="s3://bucket/orders", media_type="text/csv", byte_size=10, file_count=2
                )
            }
        ),
        partition_columns=("year", "month"),
        partition_count=24,
        definition="select 1",
        row_count=12,
        row_count_exact=False,
        byte_size=345,
        owners=frozenset({TEAM}),
        tags=frozenset({"crm"}),
        license="http://spdx.org/licenses/CC-BY-4.0",
        publisher=TEAM,
        issued=MOMENT,
        modified=MOMENT,
    ),
    "job": model.Job(
        namespace="crm",
        name="load",
        title="Load",
        platform="airflow",
        definition="copy",
        reads=frozenset({ORDERS}),
        writes=frozenset({CUSTOMERS}),
        steps=frozenset({"ingestion", "training"}),
        schedule="0 5 * * *",
    ),
    "run": model.Run(
        namespace="crm",
        name="load-1",
        job=JOB,
        status="failed",
        started=MOMENT,
        ended=MOMENT,
        used=frozenset({ORDERS}),
        generated=frozenset({CUSTOMERS}),
        message="disk full",
    ),
    "query": model.Query(namespace=SPACE, name="q1", title="Recent orders", text="select *", reads=frozenset({ORDERS})),
    "lineage": model.Lineage(
        downstream=CUSTOMERS,
        upstream=ORDERS,
        columns=frozenset(
            {model.ColumnLineage(downstream="id", upstream="customer", expression="sha2(customer)", masking=True)}
        ),
        influences=frozenset({"id"}),
        job=JOB,
    ),
    "agent": model.Agent(
        name="ada@example.org", title="Ada", email="ada@example.org", member_of=frozenset({model.agent("sales")})
    ),
    "team": model.Agent(name="sales", title="Sales", team=True),
    "concept": model.Concept(
        namespace="glossary",
        name="order",
        title="Order",
        description="What a customer asks for",
        broader=frozenset({model.concept("glossary", "contract")}),
    ),
    "model": model.Model(
        namespace="mlflow",
        name="churn",
        title="Churn",
        platform="mlflow",
        intended_use="Retention",
        limitations="None known",
        license="MIT",
    ),
    "model-version": model.ModelVersion(
        namespace="mlflow",
        name="churn/3",
        title="Churn 3",
        model=model.Ref("model", "mlflow", "churn"),
        version="3",
        trained_on=frozenset({ORDERS}),
        evaluated_on=frozenset({CUSTOMERS}),
        created=MOMENT,
    ),
    "dashboard": model.Dashboard(
        namespace="bi", name="sales", title="Sales", platform="superset", reads=frozenset({ORDERS})
    ),
    "check": model.Check(
        namespace="dbt",
        name="unique_id",
        title="unique id",
        subject=ORDERS,
        column="id",
        dimension="consistency",
        definition="select id",
        severity="error",
    ),
    "check-result": model.CheckResult(
        namespace="dbt",
        name="unique_id/1",
        check=model.Ref("check", "dbt", "unique_id"),
        outcome="failed",
        at=MOMENT,
        value=Decimal(3),
        message="3 rows",
    ),
}


@dataclass(frozen=True, slots=True)
class Example:
    """A graph and its main node."""

    graph: Graph
    root: URIRef


def examples() -> dict[str, Example]:
    """All examples by name: those of `RECORDS` as `fabric.rdf` writes them, the others as `examples.ttl` has them."""
    found = {name: _encoded(record) for name, record in RECORDS.items()}
    written = Graph().parse(Path(__file__).with_name("examples.ttl"))
    for subject in set(written.subjects()):
        assert isinstance(subject, URIRef)
        alone = Graph()
        alone += written.triples((subject, None, None))
        found[subject.rsplit("/", 1)[-1]] = Example(alone, subject)
    return found


def _encoded(record: model.Record) -> Example:
    triples = rdf.encode(record, IRIS)
    owner = record.downstream if isinstance(record, model.Lineage) else record.ref
    return Example(Graph().parse(data=ntriples.lines(triples), format="nt"), URIRef(IRIS.asset(owner)))
