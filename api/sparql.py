"""`/sparql`: SPARQL 1.1 query (https://www.w3.org/TR/sparql11-protocol/), also of the past (`asOf`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.answering import Answering
from api.description import describe
from api.documents import RDF_TYPES, rewritten
from api.negotiate import accepted, choose
from fabric import ntriples
from fabric.errors import InputError, NotOffered, QueryError, UnsupportedType
from fabric.graph.questions import Question
from fabric.workspace import Workspace

__all__ = ["TABLE_TYPES", "endpoint"]

TABLE_TYPES = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
    "application/json",
    "application/xml",
    "text/xml",
)  # fmt: skip
_HTML = "text/html"
_FORM, _QUERY, _UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
_Given = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class _Asked:
    question: Question
    as_of: datetime | None


async def endpoint(request: Request) -> Response:
    """Answer a query given by GET, by form, or as the body; without one, describe the endpoint."""
    given = await _read(request)
    accept = accepted(request.headers)
    if request.method != "POST" and not given.get("query"):
        return await _describe(request, accept)
    asked = _asked(given, accept)
    workspace: Workspace = request.app.state.workspace
    state = request.app.state
    return Answering(
        lambda: workspace.queries.ask(asked.question, asked.as_of),
        state.admission,
        lambda limit: state.metrics.limited.labels(limit).inc(),
        {"Vary": "Accept"},
    )


async def _read(request: Request) -> _Given:
    given = _parameters(request.scope["query_string"])
    if "update" in given:
        raise _no_updates()
    if request.method != "POST":
        return given
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    kind = kind.strip().lower()
    charset = parameters.lower().replace(" ", "").replace('"', "").partition("charset=")[2].partition(";")[0]
    if charset not in {"", "utf-8", "utf8"}:
        raise UnsupportedType(f"a query cannot be read in the charset {charset}", remedy="send it in UTF-8")
    body = await request.body()
    if kind == _UPDATE:
        raise _no_updates()
    if kind == _FORM:
        form = _parameters(body)
        if "update" in form:
            raise _no_updates()
        return {name: given.get(name, []) + form.get(name, []) for name in {**given, **form}}
    if kind == _QUERY:
        return {**given, "query": [*given.get("query", []), body.decode("utf-8")]}
    raise UnsupportedType(
        f"a query cannot be read from {kind or 'no content type'}", remedy=f"send {_QUERY} or {_FORM}"
    )


def _parameters(encoded: bytes) -> _Given:
    """Parameters of a form or a query string. Raises: UnicodeDecodeError where they are not UTF-8."""
    return parse_qs(encoded.decode("utf-8"), keep_blank_values=True, errors="strict")


def _asked(given: _Given, accept: str) -> _Asked:
    queries, moments = given.get("query", []), given.get("asOf", [])
    if len(queries) != 1:
        raise QueryError(
            f"exactly one query is expected, {len(queries)} were given", remedy="give the parameter query once"
        )
    if len(moments) > 1:
        raise QueryError(f"one moment is expected, {len(moments)} were given", remedy="give the parameter asOf once")
    default, named = given.get("default-graph-uri"), given.get("named-graph-uri")
    for name in (*(default or ()), *(named or ())):
        if not ntriples.is_iri(name):
            raise QueryError(f"{name!r} is no graph's IRI", remedy="name graphs by their absolute IRIs")
    table, triples = choose(accept, TABLE_TYPES), choose(accept, RDF_TYPES)
    if table is None and triples is None:
        raise _not_offered(accept, (*TABLE_TYPES, *RDF_TYPES))
    question = Question(
        queries[0],
        table,
        triples,
        tuple(default) if default is not None else None,
        tuple(named) if named is not None else None,
    )
    return _Asked(question, ntriples.parse_instant(moments[0]) if moments else None)


async def _describe(request: Request, accept: str) -> Response:
    chosen = choose(accept, (*RDF_TYPES, _HTML))
    headers = {"Vary": "Accept"}
    if chosen is None:
        raise _not_offered(accept, (*RDF_TYPES, _HTML))
    if chosen == _HTML:
        return RedirectResponse("/#/sparql", status_code=303, headers=headers)
    workspace: Workspace = request.app.state.workspace
    graphs = await run_in_threadpool(workspace.queries.graphs)
    federation = workspace.settings.sparql_federation
    document = ntriples.lines(describe(f"{request.base_url}sparql", graphs, federation=federation))
    return Response(rewritten(document, chosen), media_type=chosen, headers=headers)


def _no_updates() -> InputError:
    return QueryError(
        "this endpoint takes no SPARQL updates",
        remedy="facts come from harvests, and from people by fabric curate or GraphQL",
    )


def _not_offered(accept: str, offered: tuple[str, ...]) -> NotOffered:
    return NotOffered(f"none of {accept} can be answered", remedy=f"offered are {', '.join(offered)}")
