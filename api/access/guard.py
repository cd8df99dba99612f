"""The door of the application: nobody unknown comes in, and nobody goes where their role does not lead."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from api.access.logins import Logins
from api.access.pages import OPEN, to_login
from api.access.people import need
from api.access.rights import route_role
from api.refusals import refusal
from fabric.errors import FabricError, LoginRequired

__all__ = ["Guard"]

_OPEN = frozenset({"/health", "/ready"}) | OPEN


class Guard:
    """ASGI middleware: puts who asks into the scope as `user`, or refuses."""

    def __init__(self, app: ASGIApp, logins: Logins) -> None:
        self._app, self._logins = app, logins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, or refuse it."""
        if scope["type"] not in {"http", "websocket"} or scope["path"] in _OPEN:
            await self._app(scope, receive, send)
            return
        try:
            person = await self._logins.person(HTTPConnection(scope))
            if scope["type"] == "http":
                need(person, route_role(scope["method"], scope["path"]), f"{scope['method']} {scope['path']}")
        except FabricError as error:
            answer = to_login(_target(scope)) if _shows(scope, error) else refusal(error)
            await answer(scope, receive, send)
            return
        await self._app({**scope, "user": person}, receive, send)


def _shows(scope: Scope, error: FabricError) -> bool:
    """Whether somebody who is not logged in opens a page in a browser."""
    asked = scope["type"] == "http" and scope["method"] == "GET" and isinstance(error, LoginRequired)
    return asked and "text/html" in HTTPConnection(scope).headers.get("accept", "")


def _target(scope: Scope) -> str:
    query: str = scope["query_string"].decode("latin-1")
    return f"{scope['path']}?{query}" if query else str(scope["path"])
