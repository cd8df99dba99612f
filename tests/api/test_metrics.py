from __future__ import annotations

from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from tests.api.estate import harvest, make_lake, opened


def figures(client: TestClient) -> dict[tuple[str, tuple[str, ...]], float]:
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_figures_of_a_fresh_directory_and_after_a_harvest(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as client:
        before = figures(client)
        assert before["fabric_graph_commit", ()] == before["fabric_graph_triples", ()] == 0
        assert before["fabric_harvest_runs", ("complete",)] == 0
        harvest(client, "lake", "files", {"path": str(make_lake(tmp_path / "lake"))})
        after = figures(client)
        assert after["fabric_harvest_runs", ("complete",)] == 1
        assert after["fabric_harvest_queue_length", ()] == after["fabric_index_lag_commits", ()] == 0
        assert after["fabric_graph_commit", ()] >= 1
        counted = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } FILTER (!STRENDS(STR(?g), '/graph/meta')) }"
        answer = client.get("/sparql", params={"query": counted}, headers={"Accept": "text/csv"})
        assert after["fabric_graph_triples", ()] == int(answer.text.split()[1])


def test_requests_are_counted_by_route_and_status(client: TestClient) -> None:
    before = figures(client)
    client.get("/id/dataset/none/none", headers={"Accept": "text/turtle"})
    client.get("/id/dataset/none/other", headers={"Accept": "text/turtle"})
    client.request("BREW", "/sparql")
    client.get("/sparql", params={"query": "SELEC"})
    after = figures(client)
    missing = ("fabric_http_requests_total", ("GET", "/id/{path:path}", "404"))
    assert after[missing] - before.get(missing, 0) == 2
    assert after["fabric_http_requests_total", ("other", "/sparql", "405")] == 1
    assert after["fabric_http_requests_total", ("GET", "/sparql", "400")] == 1
    assert after["fabric_http_request_seconds_count", ("GET", "/sparql")] == 1


def test_queries_that_met_a_limit_are_counted(tmp_path: Path) -> None:
    with opened(tmp_path / "data", sparql_timeout=1) as client:
        harvest(client, "lake", "files", {"path": str(make_lake(tmp_path / "lake"))})
        assert figures(client)["fabric_sparql_limited_total", ("time",)] == 0
        cross = " . ".join(f"?s{n} ?p{n} ?o{n}" for n in range(8))
        assert client.get("/sparql", params={"query": f"SELECT (COUNT(*) AS ?n) {{ {cross} }}"}).status_code == 503
        assert figures(client)["fabric_sparql_limited_total", ("time",)] == 1


def test_ready_tells_what_is_wrong(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as client:
        said = client.get("/ready")
        assert (said.status_code, said.json()["ready"]) == (200, True)
        client.app.state.workspace.graph.close()  # type: ignore[attr-defined]
        said = client.get("/ready")
        assert (said.status_code, said.json()["ready"]) == (503, False)
        assert said.json()["checks"]["graph"] == "GraphError"
        assert said.json()["checks"]["state"] == "ok"
        assert client.get("/health").status_code == 200
