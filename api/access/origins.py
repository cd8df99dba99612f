"""Pages of other sites may not use the server through their reader's browser.

A browser adds cookies by itself, and reaches servers on its own machine; what it cannot do is to forge `Origin` and
`Sec-Fetch-Site` (https://www.w3.org/TR/fetch-metadata/). Programs send neither.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.access.sessions import has_session
from api.refusals import refusal
from fabric.errors import Forbidden, SettingsError
from fabric.settings import Settings

__all__ = ["SameOrigin", "cors_origins"]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_ORIGIN = re.compile(r"https?://([\w.-]+|\[[0-9a-fA-F:]+\])(:\d+)?")
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


class SameOrigin:
    """ASGI middleware: refuses what may change something, and WebSockets, when a page of another origin sends it."""

    def __init__(self, app: ASGIApp, trusted: frozenset[str]) -> None:
        self._app, self._trusted = app, trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        watched = scope["type"] == "websocket" or (scope["type"] == "http" and scope["method"] not in _SAFE)
        if watched and not self._trusts(scope):
            origin = Headers(scope=scope).get("origin", "an unknown origin")
            error = Forbidden(
                f"the page that sent this is of {origin}, which is another than this server's",
                remedy="list its origin in FABRIC_CORS_ORIGINS if it may",
            )
            await refusal(error)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _trusts(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if origin in self._trusted:
            return True
        if site is not None:
            return site in {"same-origin", "none"}
        if origin is not None:
            return _place(origin, "") == _place(f"//{headers.get('host', '')}", scope["scheme"])
        return not has_session(headers)


def cors_origins(settings: Settings) -> frozenset[str]:
    """The origins whose pages may use the server. Raises: SettingsError."""
    given = [one.strip().rstrip("/") for one in (settings.cors_origins or "").split(",") if one.strip()]
    for origin in given:
        if not _ORIGIN.fullmatch(origin):
            raise SettingsError(
                f"FABRIC_CORS_ORIGINS holds {origin!r}, which is no origin",
                remedy="write scheme, host and port, such as https://portal.example.org; `*` is not taken",
            )
    return frozenset(given)


def _place(url: str, scheme: str) -> tuple[str | None, int | None] | None:
    """Host and port that a URL names; None where it is malformed."""
    try:
        parts = urlsplit(url)
        return parts.hostname, parts.port or _DEFAULT_PORTS.get(parts.scheme or scheme)
    except ValueError:
        return None
