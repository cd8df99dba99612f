"""GraphQL over HTTP as clients and browsers meet it: a server process of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page

from tests.api.estate import make_lake
from tests.node import node
from tests.processes import fabric, serving

CLIENTS = Path(__file__).parent / "clients"
NEW, OLD = "application/graphql-response+json", "application/json"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `/graphql` of a server that knows a source that was harvested."""
    data = tmp_path_factory.mktemp("data")
    fabric(data, "source", "add", "lake", "files", "-o", f"path={make_lake(tmp_path_factory.mktemp('lake'))}")
    fabric(data, "harvest", "lake")
    with serving(data) as url:
        yield f"{url}/graphql"


def post(server: str, body: Any, *, accept: str = NEW, content_type: str = OLD) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.post(server, content=content, headers={"content-type": content_type, "accept": accept})


def test_every_audit_of_graphql_over_http_passes(server: str) -> None:
    results = json.loads(node(CLIENTS / "audit.cjs", server))
    assert len(results) > 50
    assert [one for one in results if one["status"] != "ok"] == []


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        ("*/*", OLD),
        ("", OLD),
        (NEW, NEW),
        (f"{NEW}, {OLD}", NEW),
        (f"{NEW};q=0.5, {OLD}", OLD),
        ("text/html, */*;q=0.1", OLD),
    ],
)
def test_the_answer_has_the_media_type_that_is_liked_best(server: str, accept: str, answered: str) -> None:
    answer = post(server, {"query": "{__typename}"}, accept=accept)
    assert answer.json() == {"data": {"__typename": "Query"}}
    assert answer.headers["content-type"] == answered
    assert answer.headers["vary"] == "Accept"


@pytest.mark.parametrize(
    ("body", "more", "status", "said"),
    [
        ({"query": "{__typename}"}, {"accept": "image/png"}, 406, "image/png"),
        ({"query": "{__typename}"}, {"content_type": "text/plain"}, 415, "text/plain"),
        (b'"text"', {}, 400, "a JSON object is expected"),
        (b"null", {}, 400, "a JSON object is expected"),
        (b"[" * 100_000, {}, 400, "not JSON"),
        (b'{"query": "\xff"}', {}, 400, "not JSON"),
        ([{"query": "{__typename}"}], {}, 400, "Batching"),
        ({"query": "{status{commit}", "variables": {}}, {}, 400, "Syntax Error"),
        ({"query": "{nothing}"}, {}, 400, "Cannot query field 'nothing'"),
        ({"query": "{nothing}"}, {"accept": OLD}, 200, "Cannot query field 'nothing'"),
    ],
)
def test_what_cannot_run_is_refused_without_data(
    server: str, body: Any, more: dict[str, str], status: int, said: str
) -> None:
    answer = post(server, body, **more)
    assert answer.status_code == status
    assert said in answer.json()["errors"][0]["message"]
    assert "data" not in answer.json()


def test_what_ran_and_failed_is_answered_with_200_and_data(server: str) -> None:
    answer = post(server, {"query": '{run(id:"nope"){id}}'})
    assert (answer.status_code, answer.json()["data"]) == (200, None)
    assert answer.json()["errors"][0]["extensions"]["code"] == "InputError"


def test_a_mutation_is_not_taken_by_get(server: str) -> None:
    answer = httpx.get(server, params={"query": 'mutation{removeSource(name:"lake")}'})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert "mutations are not allowed" in answer.json()["errors"][0]["message"]
    sources = httpx.get(server, params={"query": "{connectors{name}}", "variables": "{}"})
    assert sources.status_code == 200


@pytest.mark.parametrize("how", ["ws", "sse"])
def test_a_harvest_is_followed_by_the_reference_clients(server: str, how: str) -> None:
    started = post(server, {"query": 'mutation{harvestSource(name:"lake"){id}}'}).json()["data"]["harvestSource"]["id"]
    query = f'subscription{{harvestProgress(run:"{started}"){{id state records}}}}'
    told = [json.loads(line) for line in node(CLIENTS / "follow.cjs", server, how, query).splitlines()]
    seen = [one["data"]["harvestProgress"] for one in told]
    assert {one["id"] for one in seen} == {started}
    assert seen[-1]["state"] == "complete"
    assert seen[-1]["records"] > 0


@pytest.mark.parametrize("how", ["ws", "sse"])
def test_a_subscription_to_nothing_says_why(server: str, how: str) -> None:
    told = node(CLIENTS / "follow.cjs", server, how, 'subscription{harvestProgress(source:"nope"){id}}')
    assert "'nope'" in json.loads(told)["errors"][0]["message"]


@pytest.mark.browser
def test_graphiql_runs_a_query_without_any_other_host(server: str, page: Page) -> None:
    page.set_default_timeout(120_000)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server)
    page.locator(".graphiql-query-editor .monaco-editor").first.wait_for()
    page.locator(".result-window .monaco-editor").first.wait_for()
    page.get_by_role("button", name="Execute query").click()
    page.locator(".result-window").get_by_text("totalCount").wait_for()
    page.get_by_role("button", name="Show Documentation Explorer").click()
    page.get_by_role("link", name="Subscription").wait_for()
    host = server.removesuffix("/graphql")
    assert [url for url in asked if not url.startswith((host, "data:", "blob:"))] == []


def test_without_a_query_only_a_browser_gets_the_page(server: str) -> None:
    assert "No GraphQL query" in httpx.get(server).json()["errors"][0]["message"]
    assert "GraphiQL" in httpx.get(server, headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}).text
