"""What one operation may ask: the refusal names what was found and the bound."""

from __future__ import annotations

import time
from typing import Any

import pytest
from starlette.testclient import TestClient

COMMIT = "fragment C on Commit{changes{edges{node{iri}}}}"
LISTED = "fragment P on Query{datasets(first:200){edges{node{title}}}}"


def refusal(client: TestClient, document: str, **variables: Any) -> str:
    body = client.post("/graphql", json={"query": document, "variables": variables}).json()
    assert "data" not in body
    return str(body["errors"][0]["message"])


def fields(levels: int) -> str:
    """An operation of so many levels: an asset, and fields in fields."""
    return '{asset(iri:"x"){...on Dataset{' + "fields{" * (levels - 1) + "name" + "}" * (levels - 1) + "}}}"


def test_a_depth_of_fifty_is_refused(client: TestClient) -> None:
    assert "a depth of 50 levels\n  -> at most 15" in refusal(client, fields(50))
    assert "errors" not in client.post("/graphql", json={"query": fields(15)}).json()
    assert "a depth of 16 levels" in refusal(client, fields(16))


def test_a_thousand_aliases_are_refused(client: TestClient) -> None:
    wide = "{" + " ".join(f"a{n}:__typename" for n in range(600)) + "}"
    assert "600 aliases\n  -> at most 30" in refusal(client, wide)
    assert "2000 tokens" in refusal(client, "{" + " ".join(f"a{n}:__typename" for n in range(1000)) + "}")
    spread = "{" + "...A " * 100 + "} fragment A on Query{" + " ".join(f"a{n}:__typename" for n in range(10)) + "}"
    assert "1000 aliases\n  -> at most 30" in refusal(client, spread)


@pytest.mark.parametrize(
    ("document", "variables", "nodes"),
    [
        ("{changes(first:500){edges{node{changes(first:50){edges{node{iri}}}}}}}", {}, "25,500"),
        ("query($n:Int!){changes(first:$n){edges{node{changes{edges{node{iri}}}}}}}", {"n": 500}, "25,500"),
        (f"query($n:Int=500){{changes(first:$n){{edges{{node{{...C}}}}}}}} {COMMIT}", {}, "25,500"),
        (f"{{{'...P ' * 60}}} {LISTED}", {}, "12,000"),
    ],
)
def test_connections_that_may_return_too_many_nodes_are_refused(
    client: TestClient, document: str, variables: dict[str, Any], nodes: str
) -> None:
    assert f"may return {nodes} nodes\n  -> at most 10,000" in refusal(client, document, **variables)


def test_connections_within_the_bound_are_answered_each_time_by_their_variables(client: TestClient) -> None:
    document = "query($n:Int!){changes(first:$n){edges{node{changes(first:19){edges{node{iri}}}}}}}"
    for _again in range(2):
        assert "errors" not in client.post("/graphql", json={"query": document, "variables": {"n": 500}}).json()
        assert "may return 10,020 nodes" in refusal(client, document, n=501)


def test_fragments_that_double_cost_no_time(client: TestClient) -> None:
    doubling = " ".join(f"fragment F{n} on Status{{...F{n + 1} ...F{n + 1}}}" for n in range(60))
    begun = time.monotonic()
    answer = client.post(
        "/graphql", json={"query": "{status{...F0}} " + doubling + " fragment F60 on Status{commit}"}
    ).json()
    assert time.monotonic() - begun < 20
    assert answer["data"]["status"]["commit"] == 1
