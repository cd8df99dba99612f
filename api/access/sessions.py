"""The cookie by which a browser stays logged in."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers

__all__ = ["COOKIE", "has_session"]

COOKIE = "fabric_session"


def has_session(headers: Headers) -> bool:
    """Whether the request comes with a session, be it valid or not."""
    try:
        return COOKIE in SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return True
