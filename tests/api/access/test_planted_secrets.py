"""A secret of a source shows up nowhere: a planted one is looked for wherever something is kept or said."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.engine import make_url

from fabric.connector import connector_class, connector_names, secret_options
from tests.processes import fabric, serving
from tests.services import postgres_database

PLANTED = "hunter2planted"
GONE = "127.0.0.1:1"
REGISTER = "mutation($n:String!,$c:String!,$o:JSON!){registerSource(name:$n,connector:$c,options:$o,replace:true){name options}}"
EVERYTHING = """{
  sources(first: 500) { edges { node { name options lastRun { error } } } } connectors { name options }
  runs(first: 500) { id source error problems refused warnings log { text } }
  auditLog(first: 500) { edges { node { operation arguments error } } }
  search(query: "", first: 100) { edges { node { iri title description } } }
}"""
NEEDED: dict[str, dict[str, Any]] = {
    "dcat": {"url": f"http://{GONE}/catalogue.ttl"},
    "files": {"path": "s3://bucket/x", "storage_options": {"client_kwargs": {"endpoint_url": f"http://{GONE}"}}},
    "queries": {"namespace": f"postgres://{GONE}", "dialect": "postgres"},
    "sql": {"url": f"postgresql://reader@{GONE}/shop", "connect_timeout": 1},
}
VALUES: dict[tuple[str, str], Any] = {
    ("files", "secret_options"): {"key": f"{PLANTED}key", "secret": f"{PLANTED}secret"},
    ("queries", "url"): f"postgresql://reader:{PLANTED}@{GONE}/shop",
    ("sql", "url"): f"postgresql://reader:{PLANTED}@{GONE}/shop?sslpassword={PLANTED}",
}


def planted() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """A source for every secret option of every connector: name, connector, options."""
    for connector in connector_names():
        for option in sorted(secret_options(connector_class(connector))):
            value = VALUES.get((connector, option), f"{PLANTED}{option}")
            name = f"{connector}-{option.replace('_', '-')}"
            yield name, connector, {**NEEDED[connector], option: value}


@contextmanager
def catalogue() -> Iterator[str]:
    """A catalogue on a web server that takes any login; gives its URL, in which a password is."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b'@prefix dcat: <http://www.w3.org/ns/dcat#> . <urn:x:c> a dcat:Catalog ; dcat:dataset <urn:x:d> .' \
                   b'<urn:x:d> a dcat:Dataset ; <http://purl.org/dc/terms/title> "orders" .'  # fmt: skip
            self.send_response(200)
            self.send_header("Content-Type", "text/turtle")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
            """Nothing is said."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://reader:{PLANTED}@127.0.0.1:{server.server_port}/catalogue.ttl"
        server.shutdown()
        thread.join()


def ask(url: str, document: str, **variables: Any) -> str:
    return httpx.post(f"{url}/graphql", json={"query": document, "variables": variables}, timeout=120).text


def harvest(url: str, name: str) -> str:
    run = json.loads(ask(url, "mutation($n:String!){harvestSource(name:$n){id}}", n=name))["data"]["harvestSource"][
        "id"
    ]
    document = "query($i:ID!){run(id:$i,wait:60){state error problems log{text}}}"
    return ask(url, document, i=run)


def holding(folder: Path) -> list[str]:
    """Files in which the planted text is."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [str(path.relative_to(folder)) for path in files if PLANTED.encode() in path.read_bytes()]


@pytest.mark.service
def test_a_planted_secret_is_found_nowhere(tmp_path: Path) -> None:
    data, log = tmp_path / "data", tmp_path / "log"
    said: list[str] = []
    sources = list(planted())
    assert {connector for _, connector, _ in sources} == set(NEEDED)
    with postgres_database("CREATE TABLE orders (id int)") as address, catalogue() as web:
        reached = make_url(address).set(password=PLANTED).render_as_string(hide_password=False)
        sources += [("shop", "sql", {"url": reached}), ("web", "dcat", {"url": "env:CATALOGUE"})]
        with serving(data, log, CATALOGUE=web, FABRIC_HARVEST_ATTEMPTS="1", FABRIC_HARVEST_RETRY_SECONDS="0") as url:
            for name, connector, options in sources:
                registered = ask(url, REGISTER, n=name, c=connector, o=options)
                assert '"errors"' not in registered, registered
                said += [registered, ask(url, "mutation($n:String!){testSource(name:$n)}", n=name), harvest(url, name)]
                wrong = {**options, "no_such_option": PLANTED}
                said.append(ask(url, REGISTER, n=name, c=connector, o=wrong))
            assert json.loads(said[-2])["data"]["run"]["state"] == "complete"
            said.append(ask(url, REGISTER, n="shown", c="dcat", o={"url": f"http://a:{PLANTED}@{GONE}/x"}))
            assert "holds a password" in said[-1]
            said.append(ask(url, REGISTER, n="unknown", c="no-such-connector", o={"anything": PLANTED}))
            httpx.post(url + "/index?semantic=false", timeout=60)
            said.append(ask(url, EVERYTHING))
            assert '"errors"' not in said[-1], said[-1]
            said += [httpx.get(url + path, timeout=60).text for path in ("/export", "/export?format=turtle")]
            said.append(ask(url, f'mutation{{backup(folder:"{tmp_path}/saved")}}'))
            said += [fabric(data, *words).stdout for words in (["source", "list", "--json"], ["audit", "--json"])]
    assert "orders" in said[-4] + said[-5]
    assert [text[max(0, text.find(PLANTED) - 300) :][:600] for text in said if PLANTED in text] == []
    assert PLANTED not in log.read_text(encoding="utf-8")
    assert (holding(data), holding(tmp_path / "saved")) == ([], [])
