"""Whatever is changed through the server or a command is in the audit log."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import Any

import httpx

from tests.api.access.serving import SECRETS, TOKENS, bearer, graphql
from tests.processes import fabric, serving

LOG = "query($n:Int!,$a:String){auditLog(first:$n,after:$a){totalCount pageInfo{hasNextPage endCursor} " \
      "edges{cursor node{who role via client operation arguments outcome error}}}}"  # fmt: skip
CURATE = 'mutation($i:ID!){curate(iri:$i,description:"Counted."){iri}}'


def log(url: str, first: int = 50, after: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = graphql(url, "admin", LOG, n=first, a=after)["data"]["auditLog"]
    return found


def newest(url: str) -> dict[str, Any]:
    entry: dict[str, Any] = log(url, 1)["edges"][0]["node"]
    return entry


def test_mutations_are_noted_with_who_what_and_how_it_ended(guarded: str) -> None:
    graphql(guarded, "editor", CURATE, i="http://localhost:8642/id/dataset/a/b")
    failed = newest(guarded)
    assert (failed["who"], failed["role"], failed["via"], failed["operation"]) == ("ed", "editor", "token", "curate")
    assert failed["arguments"] == {"iri": "http://localhost:8642/id/dataset/a/b", "description": "Counted."}
    assert (failed["outcome"], "nothing is known" in failed["error"]) == ("failed", True)
    graphql(guarded, "viewer", 'mutation{removeSource(name:"lake")}')
    refused = newest(guarded)
    assert (refused["who"], refused["outcome"]) == ("vera", "refused")
    assert "needs the role admin" in refused["error"]
    httpx.post(guarded + "/index?semantic=false", headers={**bearer("admin"), "User-Agent": "nightly/1"})
    done = newest(guarded)
    assert (done["operation"], done["arguments"], done["outcome"]) == ("index", {"semantic": False}, "done")
    assert (done["who"], done["client"]) == ("ada", "nightly/1")


def test_the_log_is_read_page_by_page_by_administrators_only(guarded: str) -> None:
    for role in ("viewer", "editor"):
        assert graphql(guarded, role, LOG, n=1)["errors"][0]["extensions"]["code"] == "Forbidden"
    whole = log(guarded)
    first = log(guarded, 2)
    rest = log(guarded, 50, first["pageInfo"]["endCursor"])
    assert first["pageInfo"]["hasNextPage"]
    assert first["edges"] + rest["edges"] == whole["edges"]
    assert first["totalCount"] == len(whole["edges"])


def test_the_history_says_who(guarded: str) -> None:
    found = graphql(guarded, "viewer", '{search(query:"orders",kinds:["dataset"]){edges{node{iri}}}}')
    iri = found["data"]["search"]["edges"][0]["node"]["iri"]
    assert "errors" not in graphql(guarded, "editor", CURATE, i=iri)
    history = graphql(guarded, "viewer", "query($i:ID!){history(iri:$i){edges{node{kind author}}}}", i=iri)["data"][
        "history"
    ]
    assert history["edges"][0]["node"] == {"kind": "curate", "author": "ed"}


def test_commands_on_an_opened_directory_are_noted(tmp_path: Path) -> None:
    (tmp_path / "lake").mkdir()
    file = tmp_path / "fabric.yaml"
    file.write_text("sources:\n  lake:\n    connector: files\n    options: {path: lake}\n    schedule: '@daily'\n")
    fabric(tmp_path / "data", "apply", str(file))
    found = json.loads(fabric(tmp_path / "data", "audit", "--json").stdout)
    assert [one["operation"] for one in found] == ["scheduleSource", "registerSource"]
    assert {(one["who"], one["via"], one["client"]) for one in found} == {(getpass.getuser(), "cli", "fabric apply")}
    assert "registerSource" in fabric(tmp_path / "data", "audit", "--operation", "registerSource").stdout


def test_the_command_asks_the_server_as_who_shows_the_token(tmp_path: Path) -> None:
    with serving(tmp_path, FABRIC_API_TOKENS=TOKENS):
        refused = fabric(tmp_path, "audit", check=False, FABRIC_TOKEN=SECRETS["editor"])
        assert "needs the role admin" in refused.stderr
        fabric(tmp_path, "source", "test", "nope", check=False, FABRIC_TOKEN=SECRETS["editor"])
        (entry,) = json.loads(fabric(tmp_path, "audit", "--json", FABRIC_TOKEN=SECRETS["admin"]).stdout)
        assert (entry["who"], entry["operation"], entry["client"]) == ("ed", "testSource", "fabric source test")
