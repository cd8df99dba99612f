"""The SPARQL 1.1 protocol and its limits, over HTTP against the real server."""

from __future__ import annotations

import threading
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import rdflib

from tests.api.estate import make_lake
from tests.fabric.graphs import oxigraph, wait_for
from tests.processes import fabric, serving

CASES = tomllib.loads(Path(__file__).with_name("sparql_protocol.toml").read_text(encoding="utf-8"))["case"]
CROSS = " . ".join(f"?s{n} ?p{n} ?o{n}" for n in range(8))
COUNT = f"SELECT (COUNT(*) AS ?n) {{ {CROSS} }}"
SORTED = f"SELECT * {{ {CROSS} }} ORDER BY ?o1"
LONG = f"SELECT * {{ {CROSS} }}"
LIMITS = {"FABRIC_SPARQL_TIMEOUT": "4", "FABRIC_SPARQL_MEMORY": "300", "FABRIC_SPARQL_AT_ONCE": "2"}


def harvested(data: Path, folder: Path) -> None:
    fabric(data, "source", "add", "lake", "files", "--option", f"path={make_lake(folder)}")
    fabric(data, "harvest", "lake")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that holds the lake, with narrow limits."""
    data = tmp_path_factory.mktemp("data")
    with serving(data, None, **LIMITS) as url:
        harvested(data, tmp_path_factory.mktemp("lake"))
        yield url


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_the_protocol(served: str, case: dict[str, Any]) -> None:
    headers = case.get("headers", {}) | ({"Accept": case["accept"]} if "accept" in case else {})
    body = case["latin1"].encode("latin-1") if "latin1" in case else case.get("body")
    answer = httpx.request(
        case.get("method", "GET"),
        f"{served}/sparql" + (f"?{case['raw']}" if "raw" in case else ""),
        params=case.get("query"),
        data=case.get("form"),
        content=body,
        headers=headers,
        timeout=60,
    )
    assert answer.status_code == case["status"], answer.text
    assert answer.headers["content-type"].startswith(case.get("type", "")) if "type" in case else True
    assert case.get("holds", "") in answer.text


def test_the_description_names_the_graphs(served: str) -> None:
    described = rdflib.Graph().parse(data=httpx.get(f"{served}/sparql").text, format="turtle")
    named = rdflib.URIRef("http://www.w3.org/ns/sparql-service-description#name")
    assert rdflib.URIRef("http://localhost:8642/graph/harvest/lake") in set(described.objects(None, named))


def limited(url: str, query: str) -> dict[str, Any]:
    answer = httpx.post(f"{url}/sparql", data={"query": query}, timeout=60)
    assert answer.status_code == 503, answer.text
    error: dict[str, Any] = answer.json()["error"]
    assert error["code"] == "QueryLimit"
    return error


def test_a_cross_product_is_ended_in_time_while_another_query_answers(served: str) -> None:
    said: list[dict[str, Any]] = []
    began = time.monotonic()
    crossing = threading.Thread(target=lambda: said.append(limited(served, COUNT)))
    crossing.start()
    answered = 0
    while crossing.is_alive():
        assert httpx.get(f"{served}/sparql", params={"query": "ASK {}"}, timeout=60).json()["boolean"] is True
        answered += 1
    assert time.monotonic() - began < 20
    assert answered > 3
    assert "longer than 4 s" in said[0]["message"]


def test_a_query_that_needs_too_much_memory_is_ended(served: str) -> None:
    assert "more memory than 300 MB" in limited(served, SORTED)["message"]
    assert httpx.get(f"{served}/health").json()["status"] == "ok"


@pytest.mark.parametrize(
    ("accept", "query"),
    [
        ("application/sparql-results+json", LONG),
        ("text/csv", LONG),
        # The store remembers triples that it has made, lest one comes twice: few are made, so that time ends it before memory.
        ("text/turtle", f"CONSTRUCT {{ ?s0 ?p0 ?new }} {{ {CROSS} BIND(RAND() AS ?new) FILTER(?new < 0.02) }}"),
    ],
)
def test_an_answer_that_is_broken_off_cannot_pass_for_a_whole_one(served: str, accept: str, query: str) -> None:
    pieces: list[bytes] = []

    def read() -> None:
        with httpx.stream("POST", f"{served}/sparql", data={"query": query}, headers={"Accept": accept}) as answer:
            assert answer.status_code == 200
            for piece in answer.iter_bytes():
                pieces[:] = [*pieces[-1:], piece]

    with pytest.raises(httpx.RemoteProtocolError, match="incomplete"):
        read()
    assert b"!! The answer ends here and is not whole: the query took longer than 4 s" in b"".join(pieces)


def test_queries_of_clients_that_went_away_are_ended(served: str) -> None:
    """Two places; five clients that leave; the sixth is answered at once."""
    for _ in range(5):
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{served}/sparql", data={"query": COUNT}, timeout=0.3)
    began = time.monotonic()
    assert httpx.get(f"{served}/sparql", params={"query": "ASK {}"}, timeout=60).is_success
    assert time.monotonic() - began < 3


def test_what_waits_too_long_for_a_place_is_refused(served: str) -> None:
    said: list[str] = []

    def ask() -> None:
        said.append(limited(served, COUNT)["message"])

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(said) == 5
    assert any("2 others were answered" in message for message in said)


def test_what_is_harvested_is_seen_at_once_and_no_copy_is_left(tmp_path: Path) -> None:
    data = tmp_path / "data"
    query = {"query": "SELECT ?t { ?d a dcat:Dataset ; dct:title ?t } ORDER BY ?t"}
    with serving(data) as url:
        assert httpx.get(f"{url}/sparql", params=query, headers={"Accept": "text/csv"}).text == "t\r\n"
        harvested(data, tmp_path / "lake")
        found = httpx.get(f"{url}/sparql", params=query, headers={"Accept": "text/csv"})
        assert found.text == "t\r\ncustomers\r\norders\r\n"
        assert len(list((data / "readers").iterdir())) == 1
    assert not (data / "readers").exists()


def test_a_graph_on_a_server_is_asked_alike(tmp_path: Path) -> None:
    with oxigraph(tmp_path / "store") as store:
        environment = {
            "FABRIC_GRAPH_QUERY_URL": f"{store.address}/query",
            "FABRIC_GRAPH_UPDATE_URL": f"{store.address}/update",
            "FABRIC_SPARQL_TIMEOUT": "3",
        }
        data = tmp_path / "data"
        with serving(data, None, **environment) as url:
            harvested(data, tmp_path / "lake")
            rows = httpx.get(
                f"{url}/sparql",
                params={"query": "SELECT DISTINCT ?t { ?d a dcat:Dataset ; dct:title ?t } ORDER BY ?t"},
                headers={"Accept": "text/csv"},
            )
            assert rows.text == "t\r\ncustomers\r\norders\r\n"
            none = "ASK FROM <http://localhost:8642/graph/none> { ?s ?p ?o }"
            assert httpx.get(f"{url}/sparql", params={"query": none}).json()["boolean"] is False
            assert "longer than 3 s" in limited(url, COUNT)["message"]
            wait_for(lambda: httpx.get(f"{url}/health").is_success, "the server")
