"""`/export`: the graph, whole or of one source, as a stream."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.documents import rewritten
from fabric import ntriples
from fabric.errors import QueryError
from fabric.workspace import Workspace

__all__ = ["FORMATS", "endpoint"]

FORMATS = {
    "nquads": "application/n-quads",
    "ntriples": "application/n-triples",
    "turtle": "text/turtle",
    "jsonld": "application/ld+json",
}


def endpoint(request: Request) -> Response:
    """Answer the graph; `source` limits it to one source's graph, `format` is one of `FORMATS`."""
    workspace: Workspace = request.app.state.workspace
    form = request.query_params.get("format", "nquads")
    source = request.query_params.get("source")
    if form not in FORMATS:
        raise QueryError(f"there is no export format {form!r}", remedy=f"formats are {', '.join(FORMATS)}")
    graph = None
    if source is not None:
        graph = (
            workspace.iris.graph("curated")
            if source == "curated"
            else workspace.iris.harvest_graph(workspace.sources.get(source).name)
        )
    lines = _lines(workspace, graph, quads=form == "nquads")
    if form in {"nquads", "ntriples"}:
        return StreamingResponse(lines, media_type=FORMATS[form])
    return Response(rewritten("".join(lines), FORMATS[form]), media_type=FORMATS[form])


def _lines(workspace: Workspace, graph: str | None, *, quads: bool) -> Iterator[str]:
    for (s, p, o), name in workspace.graph.match(graph=graph):
        yield f"{s} {p} {o} <{name}> .\n" if quads else ntriples.lines([(s, p, o)])
