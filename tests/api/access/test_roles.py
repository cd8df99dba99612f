"""A server that others reach lets in who has a token, as far as the role goes."""

from __future__ import annotations

import socket
from pathlib import Path

import httpx
import pytest

from tests.api.access.serving import SECRETS, TOKENS, bearer, graphql
from tests.processes import fabric, serving

ROUTES = ["/", "/graphql", "/sparql?query=ASK%7B%7D", "/export", "/id/dataset/a/b", "/index", "/nothing"]
CURATE = 'mutation($i:ID!){curate(iri:$i,description:"Counted."){description}}'
REGISTER = 'mutation{registerSource(name:"x",connector:"files",options:{path:"/tmp"}){name}}'


def orders(url: str) -> str:
    found = graphql(url, "viewer", '{search(query:"orders",kinds:["dataset"]){edges{node{iri}}}}')
    return str(found["data"]["search"]["edges"][0]["node"]["iri"])


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "127.0.0.2.example"])
def test_an_address_that_others_reach_is_refused_without_a_login(data: Path, host: str) -> None:
    done = fabric(data, "serve", "--host", host, "--port", "0", check=False)
    assert done.returncode == 1
    assert f"listen on {host}, where anybody could use it without a login" in done.stderr
    assert "FABRIC_API_TOKENS" in done.stderr


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_route_but_health_needs_a_token(guarded: str, method: str, path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong-0123456789abcdef"}, {"Authorization": SECRETS["admin"]}):
        answer = httpx.request(method, guarded + path, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["error"]["code"] == "LoginRequired"
    assert httpx.get(guarded + "/health").json()["status"] == "ok"


def test_a_viewer_reads(guarded: str) -> None:
    headers = bearer("viewer")
    assert httpx.get(guarded + "/sparql", params={"query": "ASK { ?s ?p ?o }"}, headers=headers).json()["boolean"]
    assert httpx.post(guarded + "/sparql", data={"query": "ASK { ?s ?p ?o }"}, headers=headers).json()["boolean"]
    assert httpx.get(guarded + "/export", headers=headers).status_code == 200
    assert orders(guarded)


@pytest.mark.parametrize(
    ("role", "document", "needed"),
    [("viewer", CURATE, "editor"), ("viewer", REGISTER, "admin"), ("editor", REGISTER, "admin"), ("admin", REGISTER, None),
     ("editor", CURATE, None)],
)  # fmt: skip
def test_a_mutation_is_for_its_role_and_those_above(guarded: str, role: str, document: str, needed: str | None) -> None:
    answer = graphql(guarded, role, document, **({"i": orders(guarded)} if "$i" in document else {}))
    if needed is None:
        assert "errors" not in answer
    else:
        (error,) = answer["errors"]
        assert error["extensions"]["code"] == "Forbidden"
        assert f"needs the role {needed}" in error["message"]
        assert f"is {role}" in error["message"]


def test_a_mutation_within_a_fragment_is_guarded_too(guarded: str) -> None:
    hidden = 'mutation{...on Mutation{a:backup(folder:"/tmp/never-made")}}'
    assert graphql(guarded, "editor", hidden)["errors"][0]["extensions"]["code"] == "Forbidden"
    assert not Path("/tmp/never-made").exists()


def test_the_index_is_for_editors(guarded: str) -> None:
    refused = httpx.post(guarded + "/index?semantic=false", headers=bearer("viewer"))
    assert refused.status_code == 403
    assert "POST /index needs the role editor" in refused.json()["error"]["message"]
    assert httpx.post(guarded + "/index?semantic=false", headers=bearer("editor")).status_code == 200


def test_commands_show_their_token(data: Path, guarded: str) -> None:
    assert "orders" in fabric(data, "search", "orders", FABRIC_TOKEN=SECRETS["viewer"]).stdout
    (data.parent / "token").write_text(SECRETS["editor"])
    assert "lake complete" in fabric(data, "harvest", "lake", FABRIC_TOKEN=f"file:{data.parent}/token").stdout
    for token, said in (
        ("", "FABRIC_TOKEN"),
        ("wrong-0123456789abcdef", "not known"),
        (SECRETS["viewer"], "role editor"),
    ):
        refused = fabric(data, "harvest", "lake", check=False, FABRIC_TOKEN=token)
        assert refused.returncode == 1
        assert said in refused.stderr


def test_names_that_are_not_allowed_are_refused(data: Path, guarded: str) -> None:
    for host, status in (("evil.example.org", 400), ("localhost", 401), (socket.gethostname(), 401), ("", 400)):
        assert httpx.get(guarded + "/", headers={"Host": host}).status_code == status


def test_further_names_can_be_allowed(tmp_path: Path) -> None:
    with serving(tmp_path, FABRIC_API_TOKENS=TOKENS, FABRIC_ALLOWED_HOSTS="data.example.org, *.example.net") as url:
        for host, status in (("data.example.org", 401), ("a.example.net", 401), ("example.org", 400)):
            assert httpx.get(url + "/", headers={"Host": host}).status_code == status
    refused = fabric(tmp_path, "serve", "--port", "0", check=False, FABRIC_ALLOWED_HOSTS="https://data.example.org")
    assert refused.returncode == 1
    assert "'https://data.example.org', which is no name of a host" in refused.stderr


def test_loopback_needs_no_login(data: Path, tmp_path: Path) -> None:
    with serving(tmp_path) as url:
        assert graphql(url, None, REGISTER)["data"]["registerSource"]["name"] == "x"
