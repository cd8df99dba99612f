"""The web application: composes the workspace, the interfaces and the explorer."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api import catalog, export, linked, openlineage, sparql
from api.access.guard import Guard
from api.access.headers import SafeHeaders
from api.access.hosts import allowed_hosts
from api.access.limits import Limits
from api.access.logins import Logins
from api.access.origins import SameOrigin, cors_origins
from api.access.pages import login_routes
from api.access.recording import recorded
from api.answering import Admission
from api.following import Follower
from api.graphql.http import Endpoint
from api.graphql.schema import make_schema
from api.metrics import Measured, Metrics, metrics, pattern, ready
from api.refusals import refusal
from api.telemetry import traced
from fabric.durable import DurableHarvests
from fabric.errors import FabricError, InputError
from fabric.openlineage.applying import BATCH
from fabric.settings import Settings
from fabric.workspace import Workspace

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

__all__ = ["BUNDLE", "make_app"]

BUNDLE = Path(__file__).parent / "explorer" / "dist"
_AGAIN = 5.0


def make_app(
    settings: Settings,
    *,
    indexing: bool,
    durable: bool = False,
    logins: Logins | None = None,
    traces: TracerProvider | None = None,
) -> Starlette:
    """The application. It opens the data directory when started and closes it when stopped.

    `indexing` keeps the search index up to date in a thread of its own; without it, search takes in what is new itself.
    `durable` queues harvests so that they outlive this process; without it, they run at once and end with it.
    `logins` tells who asks, by default those of the settings.
    `traces` takes a span of each request, and is shut down with the application.

    Raises: SettingsError where the tokens are malformed.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        workspace = await run_in_threadpool(Workspace, settings)
        app.state.workspace = workspace
        app.state.metrics = Metrics(workspace)
        app.state.listing = catalog.Listing(workspace)
        app.state.admission = Admission(settings.sparql_at_once, settings.sparql_timeout)
        followers = [_applier(workspace), _indexer(workspace)] if indexing else []
        for follower in followers:
            follower.start()
        queue = DurableHarvests(workspace) if durable else None
        if queue is not None:
            queue.start()
        try:
            yield
        finally:
            if queue is not None:
                await run_in_threadpool(queue.stop)
            for follower in followers:
                await run_in_threadpool(follower.stop)
            await run_in_threadpool(workspace.close)
            if traces is not None:
                await run_in_threadpool(traces.shutdown)

    graphql = Endpoint(make_schema(), BUNDLE / "graphiql.html")
    logins = logins or Logins.of(settings)
    routes: list[BaseRoute] = [
        Route("/health", _health),
        Route("/ready", ready),
        Route("/metrics", metrics),
        Route("/graphql", graphql, methods=["GET", "POST"]),
        WebSocketRoute("/graphql", graphql),
        Route("/sparql", sparql.endpoint, methods=["GET", "POST"]),
        Route("/export", export.endpoint),
        Route("/catalog", catalog.endpoint),
        Route("/catalog.{suffix}", catalog.endpoint),
        # Mounted, so that another method is answered 405 here and does not pass on to the explorer.
        Mount(
            "/api/v1",
            routes=[
                Route("/lineage", openlineage.endpoint, methods=["POST"]),
                Route("/lineage/batch", openlineage.endpoint, methods=["POST"]),
            ],
        ),
        Route("/index", _index, methods=["POST"]),
        *login_routes(logins),
        Route("/id/{path:path}", linked.asset_page),
        _explorer(),
    ]
    watched = [Middleware(Measured, routes=routes)]
    if traces is not None:
        watched.insert(0, Middleware(traced, made=traces, name=lambda scope: _span(routes, scope)))
    return Starlette(
        routes=routes,
        lifespan=lifespan,
        middleware=[*watched, *_doors(settings, logins)],
        exception_handlers={
            FabricError: _refuse,
            UnicodeDecodeError: _undecodable,
            RecursionError: _too_deep,
        },
    )


def _doors(settings: Settings, logins: Logins) -> list[Middleware]:
    """What a request passes on its way in, outermost first."""
    origins = cors_origins(settings)
    # Without credentials: a page of another origin has a token of its own, and never its reader's session.
    cors = Middleware(
        CORSMiddleware,
        allow_origins=sorted(origins),
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type"],
    )
    return [
        Middleware(SafeHeaders),
        Middleware(TrustedHostMiddleware, allowed_hosts=allowed_hosts(settings), www_redirect=False),
        *([cors] if origins else []),
        Middleware(SameOrigin, trusted=origins),
        Middleware(
            Limits,
            most=settings.max_request_bytes,
            seconds=settings.request_seconds,
            larger={"/api/v1/lineage": settings.openlineage_max_bytes},
        ),
        Middleware(Guard, logins=logins),
    ]


def _span(routes: list[BaseRoute], scope: Scope) -> str:
    return f"{scope.get('method', 'WebSocket')} {pattern(routes, scope)}"


def _indexer(workspace: Workspace) -> Follower:
    """Takes commits into the search index as they come."""

    def work(_stopping: Callable[[], bool]) -> None:
        workspace.indexer.catch_up(semantic=False)
        workspace.indexer.catch_up()
        workspace.warm()

    follower = Follower("indexer", work, "the search index is behind; it catches up with the next commit")
    workspace.committer.listen(lambda _number: follower.wake())
    return follower


def _applier(workspace: Workspace) -> Follower:
    """Takes OpenLineage events into the graph as they come, and looks at their datasets anew after harvests."""

    def work(stopping: Callable[[], bool]) -> None:
        while not stopping() and workspace.applier.catch_up(BATCH):
            pass

    failed = f"OpenLineage events wait in the inbox; they are tried again in {_AGAIN:g} s"
    follower = Follower("applier", work, failed, _AGAIN)
    workspace.inbox.retry()
    workspace.inbox.listen(follower.wake)
    workspace.committer.listen(lambda _number: follower.wake())
    return follower


async def _health(_request: Request) -> Response:
    return JSONResponse({"status": "ok", "pid": os.getpid()})


async def _index(request: Request) -> Response:
    """Bring the search index up to date; answers how many assets were looked at."""
    workspace: Workspace = request.app.state.workspace
    semantic = request.query_params.get("semantic", "true") == "true"
    async with recorded(request, "index", {"semantic": semantic}):
        looked = await run_in_threadpool(lambda: workspace.indexer.catch_up(semantic=semantic))
    return JSONResponse({"assets": looked, "commit": workspace.indexer.position})


def _explorer() -> BaseRoute:
    """The built web application; its routes are behind `#`, so that every page is `index.html`."""
    if (BUNDLE / "index.html").is_file():
        return Mount("/", StaticFiles(directory=BUNDLE, html=True))
    return Route("/", _not_built)


async def _not_built(_request: Request) -> Response:
    return PlainTextResponse("The explorer's bundle is not built: run `make web`.\n", status_code=503)


async def _refuse(_request: Request, error: Exception) -> Response:
    assert isinstance(error, FabricError)
    return refusal(error)


async def _undecodable(_request: Request, error: Exception) -> Response:
    return refusal(InputError(f"the request is not UTF-8: {error}", remedy="send it as UTF-8"))


async def _too_deep(_request: Request, _error: Exception) -> Response:
    return refusal(InputError("the request is nested too deeply to be read", remedy="send it with fewer levels"))
