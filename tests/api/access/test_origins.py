"""A page of another site cannot use the server through its reader's browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from api.app import make_app
from fabric.errors import SettingsError
from tests.api.access.serving import SECRETS, TOKENS
from tests.api.estate import opened, settings

EVIL = "https://evil.example.org"
REGISTER = 'mutation{registerSource(name:"x",connector:"files",options:{path:"/tmp"},replace:true){name}}'
SOURCES = "{sources{edges{node{name}}}}"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """An application on loopback, without a login."""
    with opened(tmp_path) as client:
        yield client


def names(client: TestClient) -> list[str]:
    return [
        edge["node"]["name"]
        for edge in client.post("/graphql", json={"query": SOURCES}).json()["data"]["sources"]["edges"]
    ]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": EVIL},
        {"Origin": "null"},
        {"Origin": "http://localhost:9999"},
        {"Origin": "http://[broken"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
        {"Cookie": "fabric_session=x"},
        {"Cookie": "a=b; fabric_session=x"},
    ],
)
@pytest.mark.parametrize("path", ["/graphql", "/index", "/sparql", "/api/v1/lineage"])
def test_what_a_foreign_page_posts_is_refused(client: TestClient, path: str, headers: dict[str, str]) -> None:
    answer = client.post(path, json={"query": REGISTER}, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "Forbidden"
    assert "access-control-allow-origin" not in answer.headers
    assert names(client) == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://localhost"},
        {"Origin": "http://localhost:80"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://localhost"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_programs_and_its_own_pages_may_post(client: TestClient, headers: dict[str, str]) -> None:
    assert "errors" not in client.post("/graphql", json={"query": REGISTER}, headers=headers).json()
    assert names(client) == ["x"]


def test_a_form_that_needs_no_leave_of_the_browser_is_no_operation(client: TestClient) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"):
        answer = client.post("/graphql", content=f'{{"query": "{SOURCES}"}}', headers={"Content-Type": kind})
        assert answer.status_code == 415


def test_a_get_never_changes_anything(client: TestClient) -> None:
    assert client.get("/graphql", params={"query": REGISTER}).status_code == 405
    assert client.get("/index").status_code in {404, 405}
    assert names(client) == []


@pytest.mark.parametrize(
    ("origin", "opens"), [(EVIL, False), ("null", False), ("http://localhost", True), (None, True)]
)
def test_a_websocket_opens_for_its_own_pages_only(client: TestClient, origin: str | None, opens: bool) -> None:
    headers = {"Origin": origin} if origin else {}
    if opens:
        with client.websocket_connect("ws://localhost/graphql", ["graphql-transport-ws"], headers=headers) as socket:
            socket.send_json({"type": "connection_init"})
            assert socket.receive_json()["type"] == "connection_ack"
    else:
        with pytest.raises(WebSocketDisconnect), client.websocket_connect("ws://localhost/graphql", headers=headers):
            pass


def test_other_origins_read_nothing_unless_they_are_listed(client: TestClient, tmp_path: Path) -> None:
    assert "access-control-allow-origin" not in client.get("/export", headers={"Origin": EVIL}).headers
    portal = "https://portal.example.org"
    with opened(tmp_path / "other", cors_origins=f"{portal}, http://a:8080", api_tokens=TOKENS) as listed:
        asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
        allowed = listed.options("/graphql", headers={"Origin": portal, **asked})
        assert allowed.headers["access-control-allow-origin"] == portal
        assert "access-control-allow-credentials" not in allowed.headers
        assert listed.options("/graphql", headers={"Origin": EVIL, **asked}).status_code == 400
        token = {"Authorization": f"Bearer {SECRETS['admin']}"}
        for origin, status in ((portal, 200), ("http://a:8080", 200), (EVIL, 403)):
            answer = listed.post("/graphql", json={"query": REGISTER}, headers={"Origin": origin, **token})
            assert answer.status_code == status


@pytest.mark.parametrize("setting", ["*", "portal.example.org", "https://portal.example.org/path", "null"])
def test_what_is_no_origin_is_refused(tmp_path: Path, setting: str) -> None:
    with pytest.raises(SettingsError, match="FABRIC_CORS_ORIGINS"):
        make_app(settings(tmp_path, cors_origins=setting), indexing=False)


def test_every_answer_tells_the_browser_what_it_may(client: TestClient) -> None:
    for path in ("/", "/graphql", "/health", "/export", "/nothing", "/sparql"):
        headers = client.get(path, headers={"Accept": "text/html"}).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "default-src 'self'" in headers["content-security-policy"]
    refused = client.post("/index", headers={"Origin": EVIL})
    assert refused.headers["x-content-type-options"] == "nosniff"
    assert httpx.Headers(refused.headers)["referrer-policy"] == "same-origin"
