"""Nodes by their ids, and connections: whole over their pages, in order, and refused where a page is too big."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.estate import ask, harvest, make_lake, opened

PAGE = "totalCount pageInfo{hasNextPage hasPreviousPage startCursor endCursor}"


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Three sources over one lake, each harvested, and one dataset that people speak of."""
    with opened(tmp_path_factory.mktemp("data")) as client:
        lake = make_lake(tmp_path_factory.mktemp("lake"))
        for name in ("alpha", "beta", "gamma"):
            harvest(client, name, "files", {"path": str(lake)})
        iri = ask(client, "{datasets{edges{node{iri}}}}")["datasets"]["edges"][0]["node"]["iri"]
        for tag in ("gold", "silver"):
            ask(client, "mutation($i:ID!,$t:[String!]){curate(iri:$i,addTags:$t){iri}}", i=iri, t=[tag])
        client.post("/index")
        yield client


def pages(client: TestClient, field: str, node: str, first: int, arguments: str = "") -> list[dict[str, Any]]:
    """All nodes, page by page; the pages fit together and say how many there are."""
    found: list[dict[str, Any]] = []
    after, total = None, None
    while True:
        document = f"query($f:Int!,$a:String){{page:{field}(first:$f,after:$a{arguments}){{edges{{cursor node{{{node}}}}}{PAGE}}}}}"
        page = ask(client, document, f=first, a=after)["page"]
        assert len(page["edges"]) <= first
        assert total in {None, page["totalCount"]}
        info, total = page["pageInfo"], page["totalCount"]
        assert info["hasPreviousPage"] == (after is not None)
        assert (info["startCursor"], info["endCursor"]) == (page["edges"][0]["cursor"], page["edges"][-1]["cursor"])
        found += [edge["node"] for edge in page["edges"]]
        if not info["hasNextPage"]:
            assert len(found) == total
            return found
        after = info["endCursor"]


def test_sources_come_page_by_page(estate: TestClient) -> None:
    assert [one["name"] for one in pages(estate, "sources", "name", 2)] == ["alpha", "beta", "gamma"]


def test_datasets_come_page_by_page_and_can_be_narrowed(estate: TestClient) -> None:
    assert [one["title"] for one in pages(estate, "datasets", "title", 1)] == ["customers", "orders"]
    assert [one["title"] for one in pages(estate, "datasets", "title", 5, ',tags:["gold"]')] == ["customers"]
    assert ask(estate, "{models(versions:true){totalCount edges{node{title}}}}")["models"] == {
        "totalCount": 0,
        "edges": [],
    }


def test_history_comes_page_by_page_newest_first(estate: TestClient) -> None:
    (iri, *_) = [one["iri"] for one in pages(estate, "datasets", "iri", 5)]
    told = pages(estate, "history", "iri commit kind", 1, f',iri:"{iri}"')
    assert [one["kind"] for one in told] == ["curate", "curate", "harvest", "harvest", "harvest"]
    assert [one["commit"] for one in told] == [5, 4, 3, 2, 1]
    assert {one["iri"] for one in told} == {iri}


def test_all_commits_come_newest_first_and_tell_what_they_did(estate: TestClient) -> None:
    told = pages(
        estate, "changes", "number source kind at added changes(first:2){totalCount edges{node{iri added}}}", 2
    )
    assert [one["number"] for one in told] == [5, 4, 3, 2, 1]
    assert [one["changes"]["totalCount"] for one in told[:2]] == [1, 1]
    assert told[0]["changes"]["edges"][0]["node"]["added"][0].endswith('"silver" .')
    narrowed = [
        ',sources:["curated"]', ',sources:["beta","gamma"]', ',kinds:["harvest"]',
        f',since:"{told[1]["at"]}"', f',until:"{told[3]["at"]}"',
    ]  # fmt: skip
    numbers = [[one["number"] for one in pages(estate, "changes", "number", 2, one)] for one in narrowed]
    assert numbers == [[5, 4], [3, 2], [3, 2, 1], [5, 4], [1]]


def test_a_commit_lists_all_its_changes(estate: TestClient) -> None:
    document = 'query($a:String){node(id:"commit:1"){...on Commit{changes(first:1,after:$a){totalCount edges{cursor node{iri}}}}}}'
    after, iris = None, []
    while True:
        page = ask(estate, document, a=after)["node"]["changes"]
        if not page["edges"]:
            break
        iris.append(page["edges"][0]["node"]["iri"])
        after = page["edges"][0]["cursor"]
    assert len(iris) == len(set(iris)) == page["totalCount"] > 2


def test_every_node_is_found_by_its_id(estate: TestClient) -> None:
    ids = [
        *(one["id"] for one in pages(estate, "sources", "id", 5)),
        *(one["id"] for one in pages(estate, "datasets", "id", 5)),
        *(one["id"] for one in pages(estate, "changes", "id", 5)),
        *(one["id"] for one in pages(estate, "harvestRuns", "id", 5)),
    ]
    nodes = ask(estate, "query($i:[ID!]!){nodes(ids:$i){id __typename}}", i=ids)["nodes"]
    assert [one["id"] for one in nodes] == ids
    assert {one["__typename"] for one in nodes} == {"Source", "Dataset", "Commit", "HarvestRun"}
    one = "query($i:ID!){node(id:$i){id ...on Asset{title} ...on Source{name}}}"
    assert ask(estate, one, i=ids[0])["node"] == {"id": ids[0], "name": "alpha"}
    assert ask(estate, one, i=ids[3])["node"] == {"id": ids[3], "title": "customers"}


@pytest.mark.parametrize("unknown", ["nope", "", "commit:9", "commit:x", "http://localhost:8642/graph/curated"])
def test_an_unknown_id_is_null(estate: TestClient, unknown: str) -> None:
    assert ask(estate, "query($i:ID!){node(id:$i){id}}", i=unknown)["node"] is None


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("sources(first:501){totalCount}", "not between 1 and 500"),
        ("sources(first:0){totalCount}", "not between 1 and 500"),
        ("datasets(first:201){totalCount}", "not between 1 and 200"),
        ("models(first:201){totalCount}", "not between 1 and 200"),
        ("changes(first:501){totalCount}", "not between 1 and 500"),
        ('changes(after:"x"){totalCount}', "'x' is no cursor"),
        ('history(iri:"x",after:"1"){totalCount}', "'1' is no cursor"),
        ('history(iri:"x",first:501){totalCount}', "not between 1 and 500"),
        ('changes(since:"2026-01-01T00:00:00"){totalCount}', "no time zone"),
        ("nodes(ids:[" + '"x" ' * 201 + "]){id}", "201 nodes"),
    ],
)
def test_what_is_not_answered_whole_is_refused(estate: TestClient, asked: str, said: str) -> None:
    error = estate.post("/graphql", json={"query": f"{{{asked}}}"}).json()["errors"][0]
    assert said in error["message"]
    assert error["extensions"]["code"] == "QueryError"


def test_the_command_line_reads_all_pages(tmp_path: Path) -> None:
    from api.client import Client
    from tests.api.estate import settings

    with opened(tmp_path) as client:
        harvest(client, "lake", "files", {"path": str(make_lake(tmp_path / "lake"))})
    document = "query($after:String){changes(first:1,after:$after){edges{node{number}}pageInfo{hasNextPage endCursor}}}"
    with Client(settings(tmp_path)) as fabric:
        iri = fabric.ask("{datasets{edges{node{iri}}}}")["datasets"]["edges"][0]["node"]["iri"]
        fabric.ask('mutation($i:ID!){curate(iri:$i,title:"x"){iri}}', i=iri)
        assert [one["number"] for one in fabric.ask_all(document)] == [2, 1]
