"""The catalogue in DCAT over HTTP: forms, pages, and reading it again with the connector `dcat`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import rdflib
from rdflib import DCAT, DCTERMS, RDF
from starlette.testclient import TestClient

from connectors.dcat import DcatConnector
from fabric.connector import read_config
from fabric.identity import Iris
from fabric.model import Catalog, Dataset, Lineage, Problem, Record
from tests.api.estate import harvest, opened
from tests.processes import fabric, serving

PORTS = Path(__file__).parents[1] / "connectors" / "dcat" / "data" / "ports.ttl"


def read(url: str) -> list[Record | Problem]:
    return list(DcatConnector(read_config(DcatConnector, {"url": url})).harvest())  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """An application that has read a published catalogue."""
    with opened(tmp_path_factory.mktemp("data")) as client:
        harvest(client, "ports", "dcat", {"url": str(PORTS)})
        yield client


@pytest.mark.parametrize(
    ("suffix", "media_type", "form"),
    [
        ("ttl", "text/turtle", "turtle"),
        ("jsonld", "application/ld+json", "json-ld"),
        ("nt", "application/n-triples", "nt"),
        ("rdf", "application/rdf+xml", "xml"),
        ("trig", "application/trig", "trig"),
    ],
)
def test_suffix_and_accept_choose_the_form(ports: TestClient, suffix: str, media_type: str, form: str) -> None:
    by_suffix = ports.get(f"/catalog.{suffix}")
    by_accept = ports.get("/catalog", headers={"Accept": f"{media_type}, text/html;q=0.3"})
    assert by_suffix.headers["content-type"].startswith(media_type)
    assert by_accept.headers["content-type"].startswith(media_type)
    said = rdflib.Dataset(default_union=True).parse(data=by_suffix.content, format=form)
    assert set(said.subjects(RDF.type, DCAT.Dataset))


def test_what_is_not_offered_is_refused(ports: TestClient) -> None:
    assert ports.get("/catalog.docx").status_code == 406
    assert ports.get("/catalog", headers={"Accept": "image/png"}).status_code == 406
    assert ports.get("/catalog", params={"size": "0"}).status_code == 400
    assert ports.get("/catalog", headers={"Accept": "text/html"}, follow_redirects=False).status_code == 303


def test_pages_hold_everything_once_and_lead_both_ways(ports: TestClient) -> None:
    whole = rdflib.Graph().parse(data=ports.get("/catalog.ttl").text, format="turtle")
    parts, forwards = rdflib.Graph(), ["http://localhost/catalog.ttl?size=2"]
    answer = ports.get(forwards[0])
    while True:
        parts.parse(data=answer.text, format="turtle")
        following = answer.links.get("next")
        if following is None:
            break
        forwards.append(following["url"])
        answer = ports.get(following["url"])
    things = (DCAT.Dataset, DCAT.Catalog)
    assert {s for kind in things for s in whole.subjects(RDF.type, kind)} == {
        s for kind in things for s in parts.subjects(RDF.type, kind)
    }
    assert len(forwards) > 2
    backwards = [forwards[-1]]
    while (before := ports.get(backwards[-1]).links.get("prev")) is not None:
        backwards.append(before["url"])
    assert [set(_titles(ports, url)) for url in reversed(backwards)] == [set(_titles(ports, url)) for url in forwards]


def _titles(client: TestClient, url: str) -> Iterator[str]:
    said = rdflib.Graph().parse(data=client.get(url).text, format="turtle")
    yield from (str(said.value(s, DCTERMS.title)) for s in said.subjects(RDF.type, DCAT.Dataset))


def test_the_catalogue_is_read_again_without_loss(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data) as url:
        fabric(data, "source", "add", "ports", "dcat", "--option", f"url={PORTS}")
        fabric(data, "harvest", "ports", check=False)
        first = read(str(PORTS))
        again = read(f"{url}/catalog.ttl?size=2")
        assert httpx.get(f"{url}/catalog.ttl", params={"size": 2}).links["next"]["url"].startswith(url)
    assert not [one for one in again if isinstance(one, Problem)]
    iris = Iris()
    names = {iris.asset(one.ref): one for one in first if isinstance(one, Dataset | Catalog)}
    read_again = {one.name: one for one in again if isinstance(one, Dataset | Catalog)}
    assert set(names) <= set(read_again)
    for iri, one in names.items():
        other = read_again[iri]
        assert _sayable(other) == _sayable(one)
    edges = {(iris.asset(e.downstream), iris.asset(e.upstream)) for e in first if isinstance(e, Lineage)}
    assert {(e.downstream.name, e.upstream.name) for e in again if isinstance(e, Lineage)} == edges


def _sayable(one: Dataset | Catalog) -> object:
    """What DCAT can say of it, without names, which are the exporting Fabric's IRIs."""
    if isinstance(one, Catalog):
        return one.title, one.description, one.tags, {ref.name for ref in one.owners}
    distributions = {(form.url, form.media_type, form.format, form.byte_size) for form in one.distributions}
    bare = replace(one, namespace="", name="", part_of=None, distributions=frozenset())
    return bare, distributions, one.part_of is None


def test_addresses_are_those_that_were_asked(ports: TestClient) -> None:
    link = ports.get("/catalog.nt", params={"size": 1}).links["next"]["url"]
    assert urlsplit(link).netloc == "localhost"
