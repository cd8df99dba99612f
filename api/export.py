"""`/export`: the graph as RDF, or its datasets in a format of exchange; whole, or of a source, some assets, or a search."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.documents import JSONLD, RDF_TYPES, TURTLE, rewritten
from api.negotiate import accepted, choose
from fabric import ntriples
from fabric.discovery.document import FACETS
from fabric.errors import NotOffered, QueryError
from fabric.exchange import croissant, dcat, odcs, schemaorg
from fabric.exchange.selection import KINDS, Selection, gather
from fabric.ntriples import token
from fabric.workspace import Workspace

__all__ = ["EXCHANGE", "FORMATS", "endpoint"]

FORMATS = {
    "nquads": "application/n-quads",
    "ntriples": "application/n-triples",
    "turtle": "text/turtle",
    "jsonld": "application/ld+json",
}
EXCHANGE = {"dcat": TURTLE, "schemaorg": JSONLD, "croissant": JSONLD, "odcs": "application/yaml"}
_PAGE = 200
_Lines = Iterator[str]


async def endpoint(request: Request) -> Response:
    """Answer the graph, or the part that `source`, `asset`, `query` or filters name, in a `format`."""
    workspace: Workspace = request.app.state.workspace
    form = request.query_params.get("format", "nquads")
    if form in EXCHANGE:
        return await _exchange(request, workspace, form)
    if form not in FORMATS:
        raise QueryError(
            f"there is no export format {form!r}", remedy=f"formats are {', '.join([*FORMATS, *EXCHANGE])}"
        )
    chosen = await run_in_threadpool(_chosen, request, workspace)
    lines = _lines(workspace, chosen, _graph(request, workspace), quads=form == "nquads")
    if form in {"nquads", "ntriples"}:
        return StreamingResponse(lines, media_type=FORMATS[form])
    document = await run_in_threadpool(lambda: rewritten("".join(lines), FORMATS[form]))
    return Response(document, media_type=FORMATS[form])


async def _exchange(request: Request, workspace: Workspace, form: str) -> Response:
    media_type = EXCHANGE[form]
    if form == "dcat":
        accept = accepted(request.headers)
        wanted = choose(accept, RDF_TYPES)
        if wanted is None:
            raise NotOffered(f"none of {accept} can be answered", remedy=f"offered are {', '.join(RDF_TYPES)}")
        media_type = wanted
    document = await run_in_threadpool(_document, request, workspace, form, media_type)
    return Response(document, media_type=media_type)


def _document(request: Request, workspace: Workspace, form: str, media_type: str) -> str:
    chosen = _chosen(request, workspace)
    if chosen is None:
        graph = _graph(request, workspace)
        chosen = workspace.assets.all() if graph is None else _subjects(workspace, graph)
    named = bool(request.query_params.getlist("asset"))
    wanted = [iri for iri in chosen if named or _kind(workspace, iri) in KINDS]
    selection = gather(workspace.assets, workspace.iris, wanted)
    return _WRITERS[form](selection, f"{workspace.iris.base}/catalog", media_type)


def _dcat(selection: Selection, catalog: str, media_type: str) -> str:
    triples = dict.fromkeys([*dcat.header(catalog, "Fabric"), *dcat.catalogue(selection, catalog)])
    return rewritten(ntriples.lines(triples), media_type)


_WRITERS: dict[str, Callable[[Selection, str, str], str]] = {
    "dcat": _dcat,
    "schemaorg": lambda selection, catalog, _type: _json(schemaorg.document(selection, catalog, "Fabric")),
    "croissant": lambda selection, _catalog, _type: _json(croissant.document(selection)),
    "odcs": lambda selection, _catalog, _type: odcs.document(selection),
}


def _json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _graph(request: Request, workspace: Workspace) -> str | None:
    source = request.query_params.get("source")
    if source is None:
        return None
    if source == "curated":
        return workspace.iris.graph("curated")
    return workspace.iris.harvest_graph(workspace.sources.get(source).name)


def _chosen(request: Request, workspace: Workspace) -> list[str] | None:
    """IRIs of the assets that are named or found; None where the request does not limit them so."""
    named = request.query_params.getlist("asset")
    filters = {facet: request.query_params.getlist(facet) for facet in FACETS if facet != "source"}
    query = request.query_params.get("query")
    if query is None and not any(filters.values()):
        return named or None
    if named:
        raise QueryError("assets are either named or searched for", remedy="give asset, or query and filters")
    if source := request.query_params.get("source"):
        filters["source"] = [source]
    return list(_found(workspace, query or "", filters))


def _found(workspace: Workspace, query: str, filters: dict[str, list[str]]) -> Iterator[str]:
    """All that a search finds by its words, best first."""
    seen, total = 0, 1
    while seen < total:
        page = workspace.search.search(query, filters=filters, first=_PAGE, offset=seen, semantic=False)
        total = page.total
        if not page.found and seen < total:
            raise QueryError(
                f"a search ranks its first {seen} results only, and {total} match",
                remedy="narrow it, or use filters alone",
            )
        seen += len(page.found)
        yield from (one.document.iri for one in page.found)


def _subjects(workspace: Workspace, graph: str) -> list[str]:
    identified = workspace.graph.match(None, token("dct:identifier"), None, graph)
    return sorted({triple[0][1:-1] for triple, _ in identified})


def _kind(workspace: Workspace, iri: str) -> str | None:
    ref = workspace.iris.ref(iri)
    return None if ref is None else ref.kind


def _lines(workspace: Workspace, chosen: Iterable[str] | None, graph: str | None, *, quads: bool) -> _Lines:
    if chosen is None:
        found: Iterable[tuple[ntriples.Triple, str]] = workspace.graph.match(graph=graph)
    else:
        found = (
            (fact.triple, fact.graph)
            for iri in chosen
            for fact in workspace.assets.get(iri).facts
            if graph is None or fact.graph == graph
        )
    for (s, p, o), name in found:
        yield f"{s} {p} {o} <{name}> .\n" if quads else ntriples.lines([(s, p, o)])
