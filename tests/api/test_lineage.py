from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.estate import ask, opened
from tests.fabric.scripted import install, ref, write
from tests.fabric.tracing.flows import estate

LINEAGE = """query($i:ID!,$d:LineageDirection!,$l:LineageLevel!,$n:Int!,$a:String,$t:DateTime){
  lineage(iri:$i,direction:$d,level:$l,first:$n,after:$a,asOf:$t){totalNodes totalEdges pageInfo{hasNextPage endCursor}
    root{iri title} nodes{iri title kind datasetKind platform domain container{iri} distance upstreamCount downstreamCount
      fieldCount removedAt fields{iri name path datatype}}
    edges{start end level influence expression transformation masking via
      provenance{source graph run at sql rule curated job{iri title kind}}}}}"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """An application that holds the small estate."""
    folder = tmp_path_factory.mktemp("lineage")
    with pytest.MonkeyPatch.context() as patch, opened(folder / "data") as client:
        install(folder / "site", patch)
        script = write(folder / "script", *estate())
        workspace: Any = client.app.state.workspace  # type: ignore[attr-defined]
        workspace.sources.register("shop", "scripted", {"script": str(script)})
        assert workspace.harvest("shop").state == "complete"
        yield client


def iri(client: TestClient, name: str, field: str | None = None) -> str:
    iris = client.app.state.workspace.iris  # type: ignore[attr-defined]
    return str(iris.field(ref(name), field) if field else iris.asset(ref(name)))


def follow(
    client: TestClient, at: str, direction: str = "BOTH", level: str = "TABLE", first: int = 100
) -> dict[str, Any]:
    found: dict[str, Any] = ask(client, LINEAGE, i=at, d=direction, l=level, n=first)["lineage"]
    return found


def test_lineage_shows_nodes_with_their_place_and_edges_with_their_origin(client: TestClient) -> None:
    found = follow(client, iri(client, "stg"))
    nodes = {one["title"]: one for one in found["nodes"]}
    assert found["root"]["title"] == "stg"
    assert found["totalNodes"] == len(nodes) == 7
    assert (nodes["stg"]["datasetKind"], nodes["stg"]["platform"], nodes["stg"]["fieldCount"]) == (
        "view",
        "postgresql",
        2,
    )
    assert (nodes["raw"]["distance"], nodes["mart"]["distance"]) == (-1, 1)
    edge = next(one for one in found["edges"] if one["end"] == iri(client, "stg"))
    assert edge["provenance"][0]["source"] == "shop"
    assert edge["provenance"][0]["sql"].startswith("SELECT id")
    assert edge["provenance"][0]["run"]
    assert edge["provenance"][0]["at"]


def test_lineage_of_a_column_names_the_fields(client: TestClient) -> None:
    found = follow(client, iri(client, "raw", "amount"), "DOWNSTREAM", "COLUMN")
    fields = [field["iri"] for node in found["nodes"] for field in node["fields"]]
    assert fields == [iri(client, "raw", "amount"), iri(client, "stg", "amount"), iri(client, "mart", "total")]


def test_lineage_pages_go_on_from_the_cursor(client: TestClient) -> None:
    page = follow(client, iri(client, "stg"), first=3)
    assert page["pageInfo"]["hasNextPage"]
    rest = ask(client, LINEAGE, i=iri(client, "stg"), d="BOTH", l="TABLE", n=100, a=page["pageInfo"]["endCursor"])[
        "lineage"
    ]
    assert len(page["nodes"]) + len(rest["nodes"]) == page["totalNodes"]
    assert len(page["edges"]) + len(rest["edges"]) == page["totalEdges"]


def test_lineage_of_what_is_not_known_is_refused_with_a_code(client: TestClient) -> None:
    body = client.post(
        "/graphql", json={"query": '{lineage(iri:"http://localhost:8642/id/dataset/a/b"){totalNodes}}'}
    ).json()
    assert body["errors"][0]["extensions"]["code"] == "UnknownAsset"


IMPACT = """query($c:ProposedChange!){impact(change:$c){change owners{title}
  broken{asset{title kind} distance fields reason owners{title} contracts{title} via} affected{asset{title} distance via}}}"""


def test_impact_tells_what_breaks_and_whom_to_tell(client: TestClient) -> None:
    found = ask(client, IMPACT, c={"kind": "DROP_COLUMN", "iri": iri(client, "raw", "amount")})["impact"]
    assert found["change"] == "drop column amount of shop.public.raw"
    assert [(one["asset"]["title"], one["reason"]) for one in found["broken"]] == [
        ("stg", "amount derives from amount")
    ]
    assert "Sales" in {one["asset"]["title"] for one in found["affected"]}
    assert [one["title"] for one in found["owners"]] == ["Ann"]


def test_paths_and_causes_are_answered(client: TestClient) -> None:
    document = """query($s:ID!,$e:ID!){lineagePaths(start:$s,end:$e,level:COLUMN){nodes edges{start end provenance{source}}}
      rootCause(iri:$e){asset{title} distance kind at reason evidence{iri}}}"""
    found = ask(client, document, s=iri(client, "raw", "amount"), e=iri(client, "mart"))
    assert [way["nodes"][-1] for way in found["lineagePaths"]] == [iri(client, "mart", "total")]
    assert found["rootCause"] == []


def test_moments_are_the_newest_commits_oldest_first(client: TestClient) -> None:
    document = "query($n:Int!){lineageMoments(first:$n){commit at kind source}}"
    found = ask(client, document, n=5)["lineageMoments"]
    assert [(one["commit"], one["kind"], one["source"]) for one in found] == [(1, "harvest", "shop")]
    assert (
        ask(client, LINEAGE, i=iri(client, "stg"), d="BOTH", l="TABLE", n=9, t=found[0]["at"])["lineage"]["totalNodes"]
        == 7
    )
