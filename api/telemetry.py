"""OpenTelemetry: a trace of each request, where the standard variables `OTEL_*` ask for it and the extra `otel` is installed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Scope

from fabric.errors import SettingsError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

__all__ = ["provider", "traced"]

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")


def provider(environment: Mapping[str, str] = os.environ) -> TracerProvider | None:
    """What traces go to, as the environment has it; None where it asks for none.

    `OTEL_EXPORTER_OTLP_ENDPOINT` or `OTEL_TRACES_EXPORTER=otlp` asks. `OTEL_SDK_DISABLED=true` and the exporter `none` refuse.
    Endpoint, headers, sampling and service name are read by the OpenTelemetry SDK itself.
    Raises: SettingsError where the extra is missing, or an exporter or protocol is asked for that is not there.
    """
    exporter = environment.get("OTEL_TRACES_EXPORTER", "").strip()
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true" or exporter == "none":
        return None
    if not exporter and not any(environment.get(name) for name in _ENDPOINTS):
        return None
    if exporter not in {"", "otlp"}:
        raise SettingsError(f"OTEL_TRACES_EXPORTER={exporter} is not known here", remedy="use otlp or none")
    protocol = next((environment[name] for name in _PROTOCOLS if environment.get(name)), "http/protobuf")
    if protocol != "http/protobuf":
        raise SettingsError(f"the OTLP protocol {protocol} is not spoken here", remedy="use http/protobuf, port 4318")
    return _provider()


def _provider() -> TracerProvider:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise SettingsError(
            "OTEL_* variables ask for traces, and OpenTelemetry is not installed",
            remedy="pip install 'kgfabric[otel]', or set OTEL_SDK_DISABLED=true",
        ) from None
    resource = Resource.create({"service.version": version("kgfabric")})
    if str(resource.attributes["service.name"]).startswith(
        "unknown_service"
    ):  # neither OTEL_SERVICE_NAME nor attributes
        resource = resource.merge(Resource({"service.name": "kgfabric"}))
    made = TracerProvider(resource=resource)
    made.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return made


def traced(app: ASGIApp, made: TracerProvider, name: Callable[[Scope], str]) -> ASGIApp:
    """Middleware that makes a span of each request, with a name of few different ones."""
    from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware

    def details(scope: Scope) -> tuple[str, dict[str, object]]:
        return name(scope), {}

    wrapped: ASGIApp = OpenTelemetryMiddleware(
        app, tracer_provider=made, default_span_details=details, exclude_spans=["receive", "send"]
    )
    return wrapped
