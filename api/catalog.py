"""`/catalog`: what Fabric knows of datasets as a DCAT-AP catalogue, page by page."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.documents import JSONLD, NTRIPLES, RDF_TYPES, RDFXML, TRIG, TURTLE, rewritten
from api.negotiate import accepted, choose
from fabric import ntriples
from fabric.errors import NotOffered, QueryError
from fabric.exchange.dcat import catalogue, header
from fabric.exchange.selection import KINDS, gather
from fabric.ntriples import TYPE, Triple
from fabric.workspace import Workspace

__all__ = ["PAGE", "Listing", "endpoint"]

PAGE = 500
SUFFIXES = {"ttl": TURTLE, "nt": NTRIPLES, "jsonld": JSONLD, "rdf": RDFXML, "trig": TRIG}
_HTML = "text/html"
_HYDRA = "http://www.w3.org/ns/hydra/core#"


class Listing:
    """IRIs of all datasets and catalogs, sorted; read anew after each commit."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace, self._read = workspace, (-1, list[str]())

    def all(self) -> list[str]:
        """The IRIs as of now; not to be changed."""
        commit = self._workspace.history.last()
        if self._read[0] != commit:
            of_kind = (iri for iri in self._workspace.assets.all() if _kind(self._workspace, iri) in KINDS)
            self._read = commit, sorted(of_kind)
        return self._read[1]


@dataclass(frozen=True, slots=True)
class _Page:
    """Members of one page, and the addresses of pages; `view` is this one's."""

    members: list[str]
    total: int
    view: str
    first: str
    previous: str | None
    next: str | None


async def endpoint(request: Request) -> Response:
    """Answer a page in the form that the suffix or else `Accept` asks for; browsers are sent to the explorer."""
    suffix = request.path_params.get("suffix")
    if suffix is not None and suffix not in SUFFIXES:
        raise NotOffered(f"there is no /catalog.{suffix}", remedy=f"suffixes are {', '.join(SUFFIXES)}")
    accept = accepted(request.headers)
    chosen = SUFFIXES[suffix] if suffix else choose(accept, [*RDF_TYPES, _HTML])
    if chosen is None:
        raise NotOffered(f"none of {accept} can be answered", remedy=f"offered are {', '.join([*RDF_TYPES, _HTML])}")
    if chosen == _HTML:
        return RedirectResponse("/#/", status_code=303, headers={"Vary": "Accept"})
    page, document = await run_in_threadpool(_answer, request, chosen)
    return Response(document, media_type=chosen, headers={"Vary": "Accept", "Link": _links(page)})


def _answer(request: Request, media_type: str) -> tuple[_Page, str]:
    workspace: Workspace = request.app.state.workspace
    listing: Listing = request.app.state.listing
    page = _page(request, listing.all())
    selection = gather(workspace.assets, workspace.iris, page.members)
    catalog = f"{workspace.iris.base}/catalog"
    triples = dict.fromkeys([*header(catalog, "Fabric"), *catalogue(selection, catalog), *_view(catalog, page)])
    return page, rewritten(ntriples.lines(triples), media_type)


def _page(request: Request, members: list[str]) -> _Page:
    """Pages are named by the IRI that they come after, so that none is left out when others come or go meanwhile."""
    size = _size(request.query_params.get("size"))
    after = request.query_params.get("after", "")
    start = bisect_right(members, after)
    shown = members[start : start + size]
    before = max(start - size, 0)

    def address(place: int) -> str:
        given = {"after": members[place - 1]} if place else {}
        given |= {"size": str(size)} if "size" in request.query_params else {}
        return f"{request.base_url}{request.url.path.lstrip('/')}" + (f"?{urlencode(given)}" if given else "")

    return _Page(
        shown,
        len(members),
        address(start),
        address(0),
        address(before) if start else None,
        address(start + size) if start + size < len(members) else None,
    )


def _size(given: str | None) -> int:
    if given is None:
        return PAGE
    if not given.isascii() or not given.isdigit() or not 1 <= int(given) <= 10 * PAGE:
        raise QueryError(f"{given!r} is no size of a page", remedy=f"give a number from 1 to {10 * PAGE}")
    return int(given)


def _view(catalog: str, page: _Page) -> Iterator[Triple]:
    """Hydra's description of the page (https://www.hydra-cg.com/spec/latest/core/#hydra:PartialCollectionView)."""
    view = ntriples.iri(page.view)
    yield ntriples.iri(catalog), f"<{_HYDRA}totalItems>", ntriples.integer(page.total)
    yield ntriples.iri(catalog), f"<{_HYDRA}view>", view
    yield view, TYPE, f"<{_HYDRA}PartialCollectionView>"
    for name, address in (("first", page.first), ("previous", page.previous), ("next", page.next)):
        if address is not None:
            yield view, f"<{_HYDRA}{name}>", ntriples.iri(address)


def _links(page: _Page) -> str:
    named = (("first", page.first), ("prev", page.previous), ("next", page.next))
    return ", ".join(f'<{address}>; rel="{name}"' for name, address in named if address is not None)


def _kind(workspace: Workspace, iri: str) -> str | None:
    ref = workspace.iris.ref(iri)
    return None if ref is None else ref.kind
