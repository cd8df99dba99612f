"""`/metrics` for Prometheus, and `/ready`: how the server does."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fabric.errors import FabricError
from fabric.runs import STATES
from fabric.workspace import Workspace

__all__ = ["Measured", "Metrics", "metrics", "pattern", "ready"]

_log = logging.getLogger(__name__)
_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """The figures of one server. What the workspace knows itself is read from it when the figures are asked for."""

    def __init__(self, workspace: Workspace) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "fabric_http_requests", "Requests answered.", ("route", "method", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "fabric_http_request_seconds",
            "Time from a request to the last byte of its answer.",
            ("route", "method"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.limited = Counter(
            "fabric_sparql_limited",
            "SPARQL queries ended by a limit, or not begun for want of a place.",
            ("limit",),
            registry=self.registry,
        )
        for limit in ("time", "memory", "queue"):
            self.limited.labels(limit)
        self.registry.register(_Known(workspace))
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)


class _Known(Collector):
    """Figures that the workspace holds: no counters of their own that could differ from it."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def collect(self) -> Iterator[Metric]:
        workspace = self._workspace
        counts = workspace.runs.counts()
        runs = GaugeMetricFamily("fabric_harvest_runs", "Harvest runs in the log by state.", labels=["state"])
        for state in STATES:
            runs.add_metric([state], counts.get(state, 0))
        yield runs
        yield GaugeMetricFamily("fabric_harvest_queue_length", "Harvests that wait.", counts.get("queued", 0))
        last, triples = workspace.history.last(), workspace.history.triples()
        yield GaugeMetricFamily("fabric_graph_commit", "Number of the newest commit.", last)
        yield GaugeMetricFamily("fabric_graph_triples", "Triples that all commits have left.", triples)
        lag = last - workspace.indexer.position
        yield GaugeMetricFamily("fabric_index_lag_commits", "Commits that search does not know yet.", max(lag, 0))

    def describe(self) -> Iterator[Metric]:
        return iter(())


class Measured:
    """Middleware that counts and times HTTP requests by the pattern of their route, not by their path."""

    def __init__(self, app: ASGIApp, routes: list[BaseRoute]) -> None:
        self._app, self._routes = app, routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        figures: Metrics = scope["app"].state.metrics
        route, method = pattern(self._routes, scope), _method(scope["method"])
        began, status = time.perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            figures.requests.labels(route, method, str(status)).inc()
            figures.seconds.labels(route, method).observe(time.perf_counter() - began)


def pattern(routes: list[BaseRoute], scope: Scope) -> str:
    """The pattern of the route that takes a request, `/` where none does."""
    for route in routes:
        if route.matches(scope)[0] is not Match.NONE and isinstance(route, Route | Mount):
            return route.path or "/"
    return "/"


def _method(method: str) -> str:
    """Methods that nobody knows are one, so that no client can make figures without end."""
    return method if method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "other"


async def metrics(request: Request) -> Response:
    """The figures in Prometheus's text format."""
    figures: Metrics = request.app.state.metrics
    body = await run_in_threadpool(generate_latest, figures.registry)
    return Response(body, media_type=CONTENT_TYPE_LATEST)


async def ready(request: Request) -> Response:
    """Whether graph, state and index can be read: 200, or 503. As anybody may ask, errors are named by their codes only."""
    workspace: Workspace = request.app.state.workspace
    checks: dict[str, Callable[[], object]] = {
        "graph": lambda: workspace.graph.query("ASK {}").answer,
        "state": workspace.history.last,
        "index": lambda: workspace.indexer.position,
    }
    said = await run_in_threadpool(lambda: {name: _try(name, check) for name, check in checks.items()})
    fit = all(one == "ok" for one in said.values())
    return JSONResponse({"ready": fit, "checks": said}, status_code=200 if fit else 503)


def _try(name: str, check: Callable[[], object]) -> str:
    try:
        check()
    except FabricError as error:
        _log.warning("not ready, %s: %s", name, error.what)
        return error.code
    return "ok"
