"""Running the application as a server that other processes find."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette

from api.access.hosts import is_loopback
from api.access.logins import Logins
from api.app import make_app
from api.telemetry import provider
from fabric.errors import FabricError, SettingsError
from fabric.settings import Settings

__all__ = ["serve"]

_SWITCH = 0.0005
"""Seconds after which a thread of Python lets another one run that waits."""


def serve(settings: Settings, ready: Callable[[str], None]) -> None:
    """Run the server until it is told to stop; `ready` is called with its address once it answers.

    Raises: SettingsError where the address is taken, or not loopback and there is no login; GraphLocked, GraphCorrupt, StorageFull.
    """
    logins = Logins.of(settings)
    if not (logins.required or is_loopback(settings.host)):
        raise SettingsError(
            f"the server would listen on {settings.host}, where anybody could use it without a login",
            remedy="set FABRIC_API_TOKENS or FABRIC_OIDC_ISSUER, or use FABRIC_HOST=127.0.0.1; see docs/how-to/secure-a-server.md",
        )
    # The thread that takes events into the graph would keep each answer waiting for 5 ms, every time it is sent.
    sys.setswitchinterval(_SWITCH)
    listener, url = _listen(settings)
    app = make_app(settings, indexing=True, durable=True, logins=logins, traces=provider())
    failure: list[FabricError] = []
    app.router.lifespan_context = _announcing(app, settings.server_note, url, ready, failure)
    config = uvicorn.Config(
        app, log_level="critical", access_log=False, lifespan="on", ws_max_size=settings.max_request_bytes
    )
    server = uvicorn.Server(config)
    try:
        with listener:
            server.run(sockets=[listener])
    except SystemExit:  # uvicorn's answer to an application that does not start
        if not failure:
            raise
    if failure:
        raise failure[0]


def _listen(settings: Settings) -> tuple[socket.socket, str]:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen()  # uvicorn does so after the address is announced; who connects before then waits
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"port {settings.port} of {settings.host} cannot be used: {error.strerror}",
            remedy="choose another: FABRIC_PORT",
        ) from None
    # A server that listens on all addresses is reached from this machine by the loopback one.
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    host = f"[{host}]" if family == socket.AF_INET6 else host
    return listener, f"http://{host}:{listener.getsockname()[1]}"


def _announcing(
    app: Starlette, note: Path, url: str, ready: Callable[[str], None], failure: list[FabricError]
) -> Callable[[Starlette], Any]:
    """The application's life, with its address written down while it lasts."""
    inner = app.router.lifespan_context

    @contextlib.asynccontextmanager
    async def life(started: Starlette) -> AsyncIterator[Any]:
        try:
            async with inner(started) as state:
                note.write_text(json.dumps({"url": url, "pid": os.getpid()}), encoding="utf-8")
                ready(url)
                try:
                    yield state
                finally:
                    note.unlink(missing_ok=True)
        except FabricError as error:
            failure.append(error)
            raise

    return life
