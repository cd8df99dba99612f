"""What facets say is in the graph."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from fabric.model import Agent, Check, CheckResult, Dataset, Job, Ref, agent
from fabric.workspace import Workspace
from tests.fabric.openlineage.events import DAY, PRODUCER, SHOP, dataset, run_event, schema
from tests.fabric.openlineage.taking import edge, get, run, table, take

TOTALS = "shop.public.totals"
LOAD = Ref("job", "shop", "load")


def origin(field: str, *transformations: dict[str, Any], of: str = "orders") -> dict[str, Any]:
    found: dict[str, Any] = {"namespace": SHOP, "name": f"shop.public.{of}", "field": field}
    return {**found, "transformations": list(transformations)} if transformations else found


def written(facet: dict[str, Any], **more: Any) -> dict[str, Any]:
    totals = dataset(TOTALS, schema=schema(total="numeric", day="date", mail="text"), columnLineage=facet)
    return run_event("COMPLETE", "08:00:00", inputs=[dataset("shop.public.orders")], outputs=[totals], **more)


def columns(workspace: Workspace, of: str = "orders") -> dict[tuple[str, str], tuple[Any, ...]]:
    lineage = edge(workspace, table("totals"), table(of))
    assert lineage is not None
    return {(c.downstream, c.upstream): (c.expression, c.transformation, c.masking) for c in lineage.columns}


def test_column_lineage_of_the_first_version(workspace: Workspace) -> None:
    fields = {
        "day": {
            "inputFields": [origin("day")],
            "transformationType": "IDENTITY",
            "transformationDescription": "as it is",
        },
        "mail": {
            "inputFields": [origin("mail")],
            "transformationType": "MASKED",
            "transformationDescription": "md5(mail)",
        },
        "total": {"inputFields": [origin("amount"), origin("rate", of="rates")]},
    }
    take(workspace, written({"fields": fields}))
    assert columns(workspace) == {
        ("day", "day"): (None, None, None),
        ("mail", "mail"): ("md5(mail)", "computation", True),
        ("total", "amount"): (None, None, None),
    }
    assert columns(workspace, "rates") == {("total", "rate"): (None, None, None)}


def test_column_lineage_of_later_versions(workspace: Workspace) -> None:
    total = {"type": "DIRECT", "subtype": "AGGREGATION", "description": "sum(amount)", "masking": False}
    fields = {
        "total": {
            "inputFields": [origin("amount", total), origin("state", {"type": "INDIRECT", "subtype": "CONDITIONAL"})]
        },
        "mail": {"inputFields": [origin("mail", {"type": "DIRECT", "subtype": "TRANSFORMATION", "masking": True})]},
        "day": {"inputFields": [origin("day", {"type": "DIRECT", "subtype": "IDENTITY"})]},
    }
    influences = [origin("shop", {"type": "INDIRECT", "subtype": "JOIN"}), origin("open", of="shops")]
    take(workspace, written({"fields": fields, "dataset": influences}))
    assert columns(workspace) == {
        ("total", "amount"): ("sum(amount)", "aggregation", None),
        ("mail", "mail"): (None, "computation", True),
        ("day", "day"): (None, None, None),
    }
    lineage, other = edge(workspace, table("totals"), table("orders")), edge(workspace, table("totals"), table("shops"))
    assert lineage is not None
    assert other is not None
    assert (lineage.influences, other.influences) == (frozenset({"state", "shop"}), frozenset({"open"}))


@pytest.mark.parametrize("kind", ["job", "dataset"])
def test_events_without_a_run_tell_lineage_too(workspace: Workspace, kind: str) -> None:
    facet = {"fields": {"total": {"inputFields": [origin("amount")]}}}
    totals = dataset(TOTALS, schema=schema(total="numeric"), columnLineage=facet)
    event: dict[str, Any] = {"eventTime": f"{DAY}08:00:00Z", "producer": PRODUCER}
    if kind == "job":
        job = {"namespace": "shop", "name": "load"}
        take(workspace, {**event, "job": job, "inputs": [dataset("shop.public.orders")], "outputs": [totals]})
    else:
        take(workspace, {**event, "dataset": totals})
    assert columns(workspace) == {("total", "amount"): (None, None, None)}


def test_a_later_facet_replaces_the_earlier_and_deletes_it(workspace: Workspace) -> None:
    take(workspace, written({"fields": {"total": {"inputFields": [origin("amount")]}}}))
    take(workspace, run_event("COMPLETE", "09:00:00", run=2, inputs=[dataset("shop.public.orders")], outputs=[
        dataset(TOTALS, schema=schema(total="numeric"), columnLineage={"_deleted": True})]))  # fmt: skip
    assert columns(workspace) == {}
    assert [one.name for one in get(workspace, table("totals"), Dataset).fields] == ["total"]


def test_datasets_have_fields_owners_tags_and_counts(workspace: Workspace) -> None:
    person = {
        "name": "person",
        "type": "struct",
        "fields": [{"name": "mail", "type": "text", "description": "Address."}],
    }
    metrics = {"rowCount": 10, "bytes": 400, "columnMetrics": {"id": {"nullCount": 1, "distinctCount": 9, "min": 1}}}
    item = dataset(
        "shop.public.people",
        schema={"fields": [{"name": "id", "type": "int"}, person, {"name": "id", "type": "text"}]},
        ownership={"owners": [{"name": "user:ann"}, {"name": "team:sales", "type": "OWNER"}, {"name": "bob"}]},
        tags={
            "tags": [
                {"key": "gold", "value": "true"},
                {"key": "tier", "value": "1"},
                {"key": "pii", "field": "person.mail"},
            ]
        },
        documentation={"description": "Who buys."},
        datasetType={"datasetType": "VIEW"},
    )
    item["inputFacets"] = {"dataQualityMetrics": metrics}
    take(workspace, run_event("COMPLETE", "08:00:00", inputs=[item]))
    found = get(workspace, table("people"), Dataset)
    assert (found.kind, found.description, found.row_count, found.byte_size) == ("view", "Who buys.", 10, 400)
    assert found.tags == {"gold", "tier=1"}
    assert found.owners == {agent("ann"), agent("sales"), agent("bob")}
    assert get(workspace, agent("sales"), Agent).team
    key, who = found.fields
    assert (key.datatype, key.native_type, key.null_fraction, key.distinct_count) == (
        "integer",
        "int",
        Decimal("0.1"),
        9,
    )
    assert [(one.name, one.description, one.tags) for one in who.fields] == [("mail", "Address.", frozenset({"pii"}))]


def test_jobs_have_their_text_type_place_and_owners(workspace: Workspace) -> None:
    facets = {
        "sql": {"query": "SELECT 1"},
        "jobType": {"processingType": "BATCH", "integration": "AIRFLOW", "jobType": "TASK"},
        "sourceCodeLocation": {"type": "git", "url": "https://example.org/jobs/load.py"},
        "documentation": {"description": "Loads."},
        "ownership": {"owners": [{"name": "team:sales"}]},
        "tags": {"tags": [{"key": "nightly", "value": "true"}]},
    }
    take(workspace, run_event("START", "08:00:00", job_facets=facets))
    job = get(workspace, LOAD, Job)
    assert (job.definition, job.platform, job.types) == ("SELECT 1", "airflow", frozenset({"batch", "task"}))
    assert (job.landing_page, job.description) == ("https://example.org/jobs/load.py", "Loads.")
    assert (job.owners, job.tags) == (frozenset({agent("sales")}), frozenset({"nightly"}))


def test_a_run_tells_how_much_it_wrote(workspace: Workspace) -> None:
    outputs = [dataset("a"), dataset("b")]
    outputs[0]["outputFacets"] = {"outputStatistics": {"rowCount": 3, "size": 30}}
    outputs[1]["outputFacets"] = {"outputStatistics": {"rowCount": 4}}
    take(workspace, run_event("COMPLETE", "08:00:00", outputs=outputs))
    assert (run(workspace, 1).row_count, run(workspace, 1).byte_size) == (7, 30)


def test_assertions_become_checks_with_their_newest_result(workspace: Workspace) -> None:
    def asserted(at: str, **said: Any) -> dict[str, Any]:
        item = dataset(TOTALS)
        item["inputFacets"] = {
            "dataQualityAssertions": {"assertions": [{"assertion": "not_null", "column": "total", **said}]}
        }
        return run_event("COMPLETE", at, inputs=[item])

    take(workspace, asserted("09:00:00", success=False, severity="error", expected="0", actual="3"))
    take(workspace, asserted("08:00:00", success=True))
    name = f"{TOTALS}/not_null/total"
    check = get(workspace, Ref("check", SHOP, name), Check)
    assert (check.subject, check.column, check.severity) == (table("totals"), "total", "error")
    result = get(workspace, Ref("check-result", SHOP, name), CheckResult)
    assert (result.outcome, result.value, result.message) == ("failed", Decimal(3), "expected 0, found 3")
