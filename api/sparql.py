"""`/sparql`: SPARQL 1.1 query (https://www.w3.org/TR/sparql11-protocol/), also of the past (`asOf`)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from urllib.parse import parse_qs

import pyoxigraph as ox
import rdflib
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from api.negotiate import choose
from fabric import ntriples
from fabric.errors import QueryError
from fabric.graph.store import GraphStore, Results, Row
from fabric.terms import PREFIXES, XSD
from fabric.workspace import Workspace

__all__ = ["endpoint", "run_query", "turtle"]

JSON, CSV = "application/sparql-results+json", "text/csv"
TURTLE, NTRIPLES = "text/turtle", "application/n-triples"


async def endpoint(request: Request) -> Response:
    """Answer a query given by GET, by form, or as the body."""
    query, as_of = await _read(request)
    accept = request.headers.get("accept", "*/*")
    workspace: Workspace = request.app.state.workspace
    media_type, body = await run_in_threadpool(run_query, workspace, query, accept, as_of)
    return Response(body, media_type=media_type) if media_type else PlainTextResponse(body, status_code=406)


async def _read(request: Request) -> tuple[str, datetime | None]:
    kind = request.headers.get("content-type", "").split(";")[0]
    given = {name: list(request.query_params.getlist(name)) for name in request.query_params}
    if request.method == "POST":
        body = (await request.body()).decode("utf-8", errors="strict")
        if kind == "application/x-www-form-urlencoded":
            for name, values in parse_qs(body).items():
                given.setdefault(name, []).extend(values)
        elif kind == "application/sparql-query":
            given["query"] = [body]
        else:
            raise QueryError(
                f"a query cannot be read from {kind or 'no content type'}",
                remedy="send application/sparql-query or a form",
            )
    queries = given.get("query", [])
    if len(queries) != 1:
        raise QueryError(
            f"exactly one query is expected, {len(queries)} were given", remedy="give the parameter query once"
        )
    moments = given.get("asOf", [])
    return queries[0], ntriples.parse_instant(moments[0]) if moments else None


def run_query(workspace: Workspace, query: str, accept: str, as_of: datetime | None = None) -> tuple[str, str]:
    """Media type and body of the answer; an empty media type and what is offered where `accept` fits nothing.

    Fabric's usual prefixes need not be declared. The default graph is the union of all named graphs.
    """
    text = _with_prefixes(query)
    if as_of is None:
        return _answer(workspace.graph, text, accept)
    with workspace.snapshots.as_of(as_of) as past:
        return _answer(past, text, accept)


def _with_prefixes(query: str) -> str:
    lowered = query.lower()
    missing = [
        f"PREFIX {name}: <{iri}>"
        for name, iri in PREFIXES.items()
        if f"prefix {name}:" not in lowered and f"{name}:" in query
    ]
    return " ".join(missing) + "\n" + query if missing else query


def _answer(graph: GraphStore, query: str, accept: str) -> tuple[str, str]:
    results = graph.query(query)
    writers: dict[str, Callable[[Results], str]] = (
        {NTRIPLES: _ntriples, TURTLE: _turtle}
        if results.triples is not None
        else {JSON: _json, "application/json": _json, CSV: _csv}
    )
    chosen = choose(accept, list(writers))
    if chosen is None:
        return "", f"none of {accept} can be answered; offered are {', '.join(writers)}\n"
    return chosen, writers[chosen](results)


def _json(results: Results) -> str:
    """SPARQL 1.1 Query Results JSON Format."""
    if results.answer is not None:
        return json.dumps({"head": {}, "boolean": results.answer})
    bindings = [{name: _term(token) for name, token in row.items()} for row in results.rows or ()]
    return json.dumps({"head": {"vars": results.variables}, "results": {"bindings": bindings}}, ensure_ascii=False)


def _term(token: str) -> dict[str, str]:
    if token.startswith("<"):
        return {"type": "uri", "value": token[1:-1]}
    if token.startswith("_:"):
        return {"type": "bnode", "value": token[2:]}
    value, datatype, language = ntriples.read_literal(token)
    if language:
        return {"type": "literal", "value": value, "xml:lang": language}
    plain = {"type": "literal", "value": value}
    return plain if datatype == f"{XSD}string" else {**plain, "datatype": datatype}


def _csv(results: Results) -> str:
    """SPARQL 1.1 Query Results CSV Format."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    if results.answer is not None:
        writer.writerow([str(results.answer).lower()])
        return out.getvalue()
    writer.writerow(results.variables)
    writer.writerows(_cells(results.variables, results.rows or iter(())))
    return out.getvalue()


def _cells(variables: tuple[str, ...], rows: Iterator[Row]) -> Iterator[list[str]]:
    for row in rows:
        yield [_term(row[name])["value"] if name in row else "" for name in variables]


def _ntriples(results: Results) -> str:
    return ntriples.lines(results.triples or ())


def _turtle(results: Results) -> str:
    return turtle(_ntriples(results))


def turtle(document: str, form: str = "turtle") -> str:
    """N-Triples as `turtle` or `json-ld`, with the usual prefixes; literals stay as they are."""
    if form == "json-ld":
        graph = rdflib.Graph(bind_namespaces="none").parse(data=document, format="nt")
        return graph.serialize(
            format="json-ld", context={name: iri for name, iri in PREFIXES.items() if iri in document}
        )
    prefixes = {name: iri for name, iri in PREFIXES.items() if iri in document}
    parsed = ox.parse(document, format=ox.RdfFormat.N_TRIPLES)
    written = ox.serialize(parsed, format=ox.RdfFormat.TURTLE, prefixes=prefixes)
    assert written is not None
    return written.decode()
