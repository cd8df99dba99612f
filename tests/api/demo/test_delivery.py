from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.demo.delivery import tell
from tests.api.demo.estates import Built
from tests.fabric.graphs import wait_for
from tests.processes import fabric, serving

pytestmark = pytest.mark.service
_LINEAGE = """query($i:ID!,$l:LineageLevel!){ lineage(iri:$i, direction:UPSTREAM, level:$l) {
  nodes { title kind platform } edges { provenance { source } } } }"""


def asked(url: str, query: str, **variables: Any) -> Any:
    answer = httpx.post(f"{url}/graphql", json={"query": query, "variables": variables}, timeout=60).json()
    assert "errors" not in answer
    return answer["data"]


def test_the_delivery_leads_back_to_the_warehouse(built: Built, tmp_path: Path) -> None:
    with serving(tmp_path) as url:
        for name, connector, options in built.estate.sources:
            given = [part for key, value in options.items() for part in ("--option", f"{key}={_text(value)}")]
            fabric(tmp_path, "source", "add", name, connector, *given)
        fabric(tmp_path, "harvest")
        for _ in range(2):  # told twice, done once
            tell(url, built.estate.deliveries, built.estate.marts)
        wait_for(lambda: asked(url, "{openlineage{waiting}}")["openlineage"]["waiting"] == 0, "the event in the graph")
        assert asked(url, "{openlineage{failed}}")["openlineage"]["failed"] == 0
        (job,) = asked(url, '{search(query:"nightly_delivery",first:1){edges{node{iri}}}}')["search"]["edges"]
        runs = asked(url, "query($i:ID!){runsOf(job:$i){status rowCount}}", i=job["node"]["iri"])["runsOf"]
        (file,) = (built.estate.deliveries).glob("*.parquet")
        found = asked(url, '{search(query:"airport_departure_delays",first:9){edges{node{iri identifier}}}}')["search"][
            "edges"
        ]
        iri = next(one["node"]["iri"] for one in found if one["node"]["identifier"].endswith(file.name))
        tables = asked(url, _LINEAGE, i=iri, l="TABLE")["lineage"]
        columns = asked(url, _LINEAGE, i=iri, l="COLUMN")["lineage"]
    assert len(runs) == 1
    assert runs[0]["status"] == "complete"
    assert runs[0]["rowCount"] > 0
    for found in (tables, columns):
        nodes = {(node["title"], node["platform"]) for node in found["nodes"]}
        assert {("flights", "postgresql"), ("stg_flights", "duckdb"), ("airport_departure_delays", "duckdb")} <= nodes
        assert {"openlineage", "analytics"} <= {who["source"] for edge in found["edges"] for who in edge["provenance"]}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
