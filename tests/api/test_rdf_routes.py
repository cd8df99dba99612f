"""SPARQL, linked data and export over HTTP."""

from __future__ import annotations

from urllib.parse import quote

import rdflib
from starlette.testclient import TestClient

from tests.api.estate import ask

TITLES = "SELECT ?t WHERE { ?d a dcat:Dataset ; dct:title ?t } ORDER BY ?t"


def dataset(client: TestClient, title: str) -> str:
    found = ask(client, 'query($q:String!){search(query:$q,kinds:["dataset"]){edges{node{iri title}}}}', q=title)
    return next(str(edge["node"]["iri"]) for edge in found["search"]["edges"] if edge["node"]["title"] == title)


def test_select_by_get_form_and_body_give_the_same(client: TestClient) -> None:
    answers = [
        client.get("/sparql", params={"query": TITLES}),
        client.post("/sparql", data={"query": TITLES}),
        client.post("/sparql", content=TITLES, headers={"Content-Type": "application/sparql-query"}),
    ]
    assert {answer.headers["content-type"] for answer in answers} == {"application/sparql-results+json"}
    values = [[row["t"]["value"] for row in answer.json()["results"]["bindings"]] for answer in answers]
    assert values == [["customers", "orders"]] * 3


def test_rows_as_csv_and_triples_as_turtle(client: TestClient) -> None:
    rows = client.get("/sparql", params={"query": TITLES}, headers={"Accept": "text/csv"})
    assert rows.text == "t\r\ncustomers\r\norders\r\n"
    built = client.get(
        "/sparql", params={"query": "CONSTRUCT WHERE { ?d dct:title ?t }"}, headers={"Accept": "text/turtle"}
    )
    assert len(rdflib.Graph().parse(data=built.text, format="turtle")) >= 2


def test_ask_answers_a_boolean(client: TestClient) -> None:
    assert client.get("/sparql", params={"query": "ASK { ?s a dcat:Dataset }"}).json()["boolean"] is True


def test_the_past_is_empty_before_the_first_harvest(client: TestClient) -> None:
    answer = client.get("/sparql", params={"query": TITLES, "asOf": "2001-01-01T00:00:00Z"})
    assert answer.json()["results"]["bindings"] == []


def test_an_assets_iri_answers_rdf_in_the_form_asked_for(client: TestClient) -> None:
    iri = dataset(client, "orders")
    path = iri.removeprefix("http://localhost:8642")
    sizes = set()
    for media_type, form in (
        ("text/turtle", "turtle"),
        ("application/n-triples", "nt"),
        ("application/ld+json", "json-ld"),
    ):
        answer = client.get(path, headers={"Accept": media_type})
        assert answer.headers["content-type"].startswith(media_type)
        sizes.add(len(rdflib.Graph().parse(data=answer.text, format=form)))
    assert len(sizes) == 1


def test_a_browser_is_sent_to_the_explorer(client: TestClient) -> None:
    iri = dataset(client, "orders")
    answer = client.get(
        iri.removeprefix("http://localhost:8642") + "/field/order_id",
        headers={"Accept": "text/html"},
        follow_redirects=False,
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/#/asset?iri={quote(iri, safe='')}"


def test_an_unknown_iri_is_404(client: TestClient) -> None:
    assert client.get("/id/dataset/none/none", headers={"Accept": "text/turtle"}).status_code == 404


def test_export_gives_every_quad_and_one_source(client: TestClient) -> None:
    everything = rdflib.Dataset()
    everything.parse(data=client.get("/export").text, format="nquads")
    one = client.get("/export", params={"source": "lake", "format": "ntriples"})
    graph = everything.graph(rdflib.URIRef("http://localhost:8642/graph/harvest/lake"))
    assert len(rdflib.Graph().parse(data=one.text, format="nt")) == len(graph) > 20
    assert client.get("/export", params={"format": "docx"}).status_code == 400
    assert client.get("/export", params={"source": "nope"}).status_code == 400


def test_other_hosts_are_refused(client: TestClient) -> None:
    assert client.get("/health", headers={"Host": "evil.example.org"}).status_code == 400
