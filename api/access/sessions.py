"""The cookie by which a browser stays logged in: signed by the server, and worth as much as the login still is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http.cookies import CookieError, SimpleCookie
from typing import Any

import jwt
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import Response

from api.access.people import Person
from fabric.workspace import Workspace

__all__ = ["COOKIE", "has_session", "put_cookie", "seal", "unseal"]

COOKIE = "fabric_session"
_ALGORITHM = "HS256"


def has_session(headers: Headers) -> bool:
    """Whether the request comes with a session, be it valid or not."""
    try:
        return COOKIE in SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return True


def seal(connection: HTTPConnection, purpose: str, claims: dict[str, Any], seconds: float) -> str:
    """The claims, signed for one purpose, good for so many seconds."""
    now = datetime.now(UTC)
    return jwt.encode(
        {**claims, "iat": now, "exp": now + timedelta(seconds=seconds)}, _key(connection, purpose), _ALGORITHM
    )


def unseal(connection: HTTPConnection, purpose: str, sealed: str | None) -> dict[str, Any] | None:
    """The claims; None where they are not of this server and purpose, or are too old."""
    if not sealed:
        return None
    try:
        claims: dict[str, Any] = jwt.decode(
            sealed, _key(connection, purpose), [_ALGORITHM], options={"require": ["exp", "iat"]}
        )
    except jwt.InvalidTokenError:
        return None
    return claims


def put_cookie(connection: HTTPConnection, response: Response, name: str, value: str, seconds: float) -> None:
    """Have the browser keep a value that scripts do not see and other sites cannot use; no value takes it away."""
    response.set_cookie(
        name,
        value,
        max_age=int(seconds) if value else 0,
        path="/",
        httponly=True,
        samesite="lax",
        secure=connection.url.scheme in {"https", "wss"},
    )


def claims_of(person: Person, mark: str | None) -> dict[str, Any]:
    """What a session says: who, and with `mark` by which token."""
    return {"sub": person.name, "role": str(person.role), "via": person.via, "mark": mark}


def _key(connection: HTTPConnection, purpose: str) -> bytes:
    workspace: Workspace = connection.app.state.workspace
    return workspace.vault.derive(f"cookie:{purpose}")
