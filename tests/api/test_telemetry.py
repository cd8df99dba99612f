from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.testclient import TestClient

from api.app import make_app
from api.telemetry import provider
from fabric.errors import SettingsError
from tests.api.estate import settings
from tests.processes import serving


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"},
        {"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"},
    ],
)
def test_nothing_is_traced_unless_asked_for(environment: dict[str, str]) -> None:
    assert provider(environment) is None


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "zipkin"),
        ({"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "grpc"),
    ],
)
def test_what_is_not_there_is_refused(environment: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        provider(environment)


def test_spans_are_named_by_route_and_continue_the_clients_trace(tmp_path: Path) -> None:
    kept, made = InMemorySpanExporter(), TracerProvider()
    made.add_span_processor(SimpleSpanProcessor(kept))
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with TestClient(make_app(settings(tmp_path), indexing=False, traces=made), base_url="http://localhost") as client:
        client.get("/sparql", params={"query": "ASK {}"}, headers={"traceparent": parent})
        client.get("/id/dataset/a/b", headers={"Accept": "text/turtle"})
    spans = kept.get_finished_spans()
    assert [span.name for span in spans] == ["GET /sparql", "GET /id/{path:path}"]
    assert spans[0].context is not None
    assert f"{spans[0].context.trace_id:032x}" == "0af7651916cd43dd8448eb211c80319c"
    assert spans[1].attributes is not None
    assert 404 in spans[1].attributes.values()


@contextmanager
def collector() -> Iterator[tuple[str, list[ExportTraceServiceRequest]]]:
    """A receiver of OTLP over HTTP; gives its address and what it got."""
    received: list[ExportTraceServiceRequest] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", received
        finally:
            server.shutdown()
            thread.join()


def test_the_server_sends_traces_where_the_environment_says(tmp_path: Path) -> None:
    with collector() as (address, received):
        with serving(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=address, OTEL_EXPORTER_OTLP_COMPRESSION="none") as url:
            assert httpx.get(f"{url}/ready").is_success
        resources = [spans for request in received for spans in request.resource_spans]
    names = {span.name for spans in resources for scope in spans.scope_spans for span in scope.spans}
    assert "GET /ready" in names
    attributes = {one.key: one.value.string_value for one in resources[0].resource.attributes}
    assert attributes["service.name"] == "kgfabric"
