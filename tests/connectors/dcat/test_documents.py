"""Serializations, JSON-LD contexts, pages, and everything that may go wrong while a document is fetched."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import Graph

from fabric.errors import AccessDenied, FabricError, SettingsError, Unreachable, Unreadable
from fabric.model import Dataset, Problem, Source
from tests.connectors.contract import check_contract
from tests.connectors.dcat.reading import PORTS, connector, harvest, of, written
from tests.connectors.dcat.serving import Answer, Site, serving

DCAT = "http://www.w3.org/ns/dcat#"
HYDRA_NEXT = "<http://www.w3.org/ns/hydra/core#next>"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


def page(name: str, further: str = "") -> str:
    following = f"<> {HYDRA_NEXT} <{further}> ." if further else ""
    return f'<https://a.example/{name}> a <{DCAT}Dataset> ; <http://purl.org/dc/terms/title> "{name}" . {following}'


@pytest.mark.parametrize(
    ("suffix", "form", "media_type"),
    [
        (".ttl", "ox-turtle", "text/turtle; charset=utf-8"),
        (".rdf", "ox-xml", "application/rdf+xml"),
        (".jsonld", "ox-json-ld", "application/ld+json"),
        (".nt", "ox-nt", "application/n-triples"),
        (".trig", "ox-trig", "application/trig"),
        (".nq", "ox-nquads", "application/n-quads"),
    ],
)
def test_every_serialization_says_the_same(tmp_path: Path, site: Site, suffix: str, form: str, media_type: str) -> None:
    expected = of(Dataset, harvest(PORTS)).keys()
    text = Graph(store="Oxigraph").parse(PORTS, format="ox-turtle").serialize(format=form)
    assert of(Dataset, harvest(written(tmp_path / f"ports{suffix}", text))).keys() == expected
    site.answers["/catalogue"] = Answer(text, media_type)
    assert of(Dataset, harvest(f"{site.url}/catalogue")).keys() == expected


def test_named_graphs_are_read_together(tmp_path: Path) -> None:
    text = f"<https://a.example/g1> {{ {page('one')} }} <https://a.example/g2> {{ {page('two')} }} {page('three')}"
    assert of(Dataset, harvest(written(tmp_path / "c.trig", text))).keys() == {"one", "two", "three"}


def test_first_bytes_tell_the_serialization_where_nothing_else_does(tmp_path: Path) -> None:
    text = f"@prefix dcat: <{DCAT}> . {page('one')}"
    assert of(Dataset, harvest(written(tmp_path / "catalogue", text))).keys() == {"one"}


def test_the_option_format_overrides_a_wrong_media_type(site: Site) -> None:
    site.answers["/c"] = Answer(page("one"), "text/html")
    with pytest.raises(Unreadable, match=r"text/html(?s:.*)'format'"):
        harvest(f"{site.url}/c")
    assert of(Dataset, harvest(f"{site.url}/c", format="turtle")).keys() == {"one"}


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("c.ttl", f"@prefix dcat: <{DCAT}> .\n<#a> a dcat:Dataset ;;\n<#b> .", 3),
        ("c.rdf", '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n<rdf:Seq>\n</rdf:RDF>', 3),
        ("c.jsonld", '{\n "@id": }', 2),
        ("c.nt", "<http://a.example/a> <http://a.example/b> <http://a.example/c> .\n<http://a.example/a>\n", 3),
        ("c.trig", "<http://a.example/g> {\n <http://a.example/a> }", 2),
    ],
)
def test_malformed_documents_are_refused_with_the_line(tmp_path: Path, name: str, text: str, line: int) -> None:
    with pytest.raises(Unreadable, match=rf"{name}.*line {line}\b"):
        harvest(written(tmp_path / name, text))


@pytest.mark.parametrize(("name", "content"), [("c.jsonld", b"\xff{}"), ("c.ttl", b"\xff\xfe"), ("c.rdf", b"")])
def test_what_is_no_text_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Unreadable, match=name):
        harvest(tmp_path / name)


@pytest.mark.parametrize("depth", [600, 100_000])
def test_json_nested_too_deeply_is_refused(tmp_path: Path, depth: int) -> None:
    with pytest.raises(Unreadable, match=r"c\.jsonld"):
        harvest(written(tmp_path / "c.jsonld", "[" * depth + "]" * depth))


def test_what_describes_no_catalogue_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "c.ttl", '<https://a.example/one> <http://purl.org/dc/terms/title> "One" .')
    with pytest.raises(Unreadable, match="no dcat:Catalog"):
        connector(path).check()
    with pytest.raises(Unreadable, match="no dcat:Catalog"):
        harvest(path)


def test_contexts_beside_the_document_are_taken_in(tmp_path: Path) -> None:
    written(tmp_path / "base.jsonld", json.dumps({"@context": {"title": "http://purl.org/dc/terms/title"}}))
    written(tmp_path / "context.jsonld", json.dumps({"@context": ["base.jsonld", {"dcat": DCAT}]}))
    document = {"@context": "context.jsonld", "@id": "https://a.example/one", "@type": "dcat:Dataset", "title": "One"}
    records = harvest(written(tmp_path / "c.jsonld", json.dumps(document)))
    assert of(Dataset, records)["one"].title == "One"


def test_imported_contexts_are_taken_in(site: Site) -> None:
    site.answers["/base"] = Answer(json.dumps({"@context": {"dcat": DCAT}}), "application/ld+json")
    context = {"@version": 1.1, "@import": "base", "title": "http://purl.org/dc/terms/title"}
    document = {"@context": context, "@id": "https://a.example/one", "@type": "dcat:Dataset", "title": "One"}
    site.answers["/c"] = Answer(json.dumps(document), "application/ld+json")
    assert of(Dataset, harvest(f"{site.url}/c"))["one"].title == "One"


def test_contexts_of_other_hosts_are_refused_by_name_and_never_fetched(tmp_path: Path, site: Site) -> None:
    site.answers["/context"] = Answer(json.dumps({"@context": {}}), "application/ld+json")
    document = json.dumps({"@graph": [{"@context": [{}, f"{site.url}/context"]}]})
    with pytest.raises(Unreadable, match=rf"{site.url}/context"):
        harvest(written(tmp_path / "c.jsonld", document))
    assert not site.requests


def test_contexts_that_lead_elsewhere_are_refused(site: Site) -> None:
    site.answers["/c"] = Answer(json.dumps({"@context": "/context"}), "application/ld+json")
    site.answers["/context"] = Answer(status=302, headers={"location": "http://other.example/context"})
    with pytest.raises(Unreadable, match=r"other\.example"):
        harvest(f"{site.url}/c")


def test_contexts_that_refer_to_each_other_are_refused(tmp_path: Path) -> None:
    written(tmp_path / "a.jsonld", json.dumps({"@context": "b.jsonld"}))
    written(tmp_path / "b.jsonld", json.dumps({"@context": "a.jsonld"}))
    with pytest.raises(Unreadable, match="without end"):
        harvest(tmp_path / "a.jsonld")


def test_pages_are_followed_by_hydra_and_by_link_header(site: Site) -> None:
    site.answers["/c"] = Answer(page("one", further="{base}/c?page=2"))
    site.answers["/c?page=2"] = Answer(page("two"), headers={"link": '<c?page=3>; rel="next"'})
    site.answers["/c?page=3"] = Answer(page("three", further="{base}/c"))
    check_contract(connector(f"{site.url}/c"))
    assert of(Dataset, harvest(f"{site.url}/c")).keys() == {"one", "two", "three"}
    assert "further pages" in connector(f"{site.url}/c").check()


def test_blank_nodes_of_two_pages_stay_apart(site: Site) -> None:
    def blank(name: str) -> str:
        kind = f"_:b0 <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{DCAT}Dataset> ."
        return f'{kind}\n_:b0 <http://purl.org/dc/terms/identifier> "{name}" .'

    site.answers["/c"] = Answer(blank("one"), "application/n-triples", headers={"link": '</d>; rel="next"'})
    site.answers["/d"] = Answer(blank("two"), "application/n-triples")
    assert of(Dataset, harvest(f"{site.url}/c")).keys() == {"one", "two"}


def test_a_next_page_on_another_host_is_a_problem(site: Site) -> None:
    site.answers["/c"] = Answer(page("one", further="http://other.example/c"))
    records = harvest(f"{site.url}/c")
    assert of(Dataset, records).keys() == {"one"}
    assert of(Problem, records).keys() == {"http://other.example/c"}


def test_a_next_page_that_is_no_url_is_refused(site: Site) -> None:
    site.answers["/c"] = Answer(page("one"), headers={"link": '<http://[::1/c>; rel="next"'})
    with pytest.raises(Unreadable, match=r"no URL"):
        harvest(f"{site.url}/c")


def test_the_token_is_sent_and_never_shown(site: Site) -> None:
    site.answers["/c"] = Answer(page("one"), token="hush-hush")
    with pytest.raises(AccessDenied, match=r"401(?s:.*)'token'"):
        harvest(f"{site.url}/c")
    with pytest.raises(AccessDenied) as raised:
        harvest(f"{site.url}/c", token="wrong-hush")
    assert "hush" not in str(raised.value)
    check_contract(connector(f"{site.url}/c", token="hush-hush"))


def test_the_token_does_not_follow_to_another_host(site: Site) -> None:
    with serving() as other:
        other.answers["/d"] = Answer(page("one"))
        site.answers["/c"] = Answer(status=302, headers={"location": f"{other.url}/d"})
        assert of(Dataset, harvest(f"{site.url}/c", token="hush-hush")).keys() == {"one"}
        assert site.requests == [("/c", "Bearer hush-hush")]
        assert other.requests == [("/d", None)]


def test_user_information_in_the_url_is_not_kept(site: Site) -> None:
    site.answers["/c"] = Answer(page("one"))
    url = site.url.replace("//", "//user:hush-hush@")
    records = harvest(f"{url}/c")
    assert next(record for record in records if isinstance(record, Source)).namespace == site.url
    assert "hush" not in repr(records)


@pytest.mark.parametrize(
    ("status", "expected"), [(404, Unreachable), (403, AccessDenied), (410, Unreachable), (503, Unreachable)]
)
def test_refusals_are_told_by_status(site: Site, status: int, expected: type[FabricError]) -> None:
    site.answers["/c"] = Answer(status=status)
    with pytest.raises(expected, match=rf"{site.url}/c answers {status}"):
        harvest(f"{site.url}/c")


def test_silence_ends_with_the_timeout(site: Site) -> None:
    site.answers["/c"] = Answer(page("one"), held=True)
    with pytest.raises(Unreachable, match=r"0\.2 s"):
        connector(f"{site.url}/c", timeout=0.2).check()


def test_a_closed_port_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unreachable, match=f"127.0.0.1:{port}"):
        harvest(f"http://127.0.0.1:{port}/c")


def test_endless_redirects_are_unreachable(site: Site) -> None:
    site.answers["/c"] = Answer(status=302, headers={"location": "/c"})
    with pytest.raises(Unreachable, match=f"{site.url}/c"):
        harvest(f"{site.url}/c")


@pytest.mark.parametrize("url", ["ftp://a.example/c.ttl", "http://", "http://[::1/c.ttl"])
def test_urls_that_cannot_be_fetched_are_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="'url'"):
        harvest(url)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match=r"none\.ttl"):
        harvest(tmp_path / "none.ttl")
    with pytest.raises(Unreachable, match=str(tmp_path)):
        harvest(tmp_path)
