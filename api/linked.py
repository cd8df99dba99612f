"""Linked data: an asset's IRI answers what is known of it, as a page or as RDF."""

from __future__ import annotations

from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from api.documents import RDF_TYPES, rewritten
from api.negotiate import choose
from fabric import ntriples
from fabric.workspace import Workspace

__all__ = ["asset_page"]

HTML = "text/html"


async def asset_page(request: Request) -> Response:
    """Redirect browsers to the explorer; answer RDF to others."""
    workspace: Workspace = request.app.state.workspace
    path = request.scope.get("raw_path", request.url.path.encode()).decode("ascii").partition("?")[0]
    iri = workspace.iris.base + path
    root = workspace.iris.root(iri) or iri
    chosen = choose(request.headers.get("accept", HTML), [HTML, *RDF_TYPES])
    headers = {"Vary": "Accept"}
    if chosen is None:
        return PlainTextResponse(f"offered are {HTML}, {', '.join(RDF_TYPES)}\n", status_code=406, headers=headers)
    if chosen == HTML:
        return RedirectResponse(f"/#/asset?iri={quote(root, safe='')}", status_code=303, headers=headers)
    found = await run_in_threadpool(workspace.assets.get, root)
    document = ntriples.lines(dict.fromkeys(fact.triple for fact in found.facts))
    document = await run_in_threadpool(rewritten, document, chosen)
    return Response(document, media_type=chosen, headers=headers)
