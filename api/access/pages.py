"""`/login` and `/logout`, for browsers."""

from __future__ import annotations

import secrets
from html import escape
from urllib.parse import parse_qs, quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.access.logins import Logins
from api.access.people import Person
from api.access.sessions import COOKIE, put_cookie, seal, unseal
from fabric.errors import AccessError, FabricError, LoginRequired
from fabric.workspace import Workspace

__all__ = ["OPEN", "login_routes", "to_login"]

OPEN = frozenset({"/login", "/login/oidc", "/login/callback", "/logout"})
"""Routes for who is not logged in yet."""
_FLOW, _FLOW_SECONDS = "fabric_login", 600
_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:16px/1.5 system-ui,sans-serif;margin:0;display:grid;place-items:center;min-height:100vh}"
    "main{width:min(22rem,90vw)}[role=alert]{border-left:4px solid #c62828;padding-left:.8rem}"
    "input,button,a.button{font:inherit;display:block;width:100%;box-sizing:border-box;padding:.6rem;margin:.3rem 0 .9rem}"
    "a.button{text-align:center}"
)


def login_routes(logins: Logins) -> list[BaseRoute]:
    """The routes; `/login` answers a page, or with a form's token starts a session."""

    async def page(request: Request) -> Response:
        target = _local(request.query_params.get("next", "/"))
        if not logins.required:
            return RedirectResponse(target, status_code=303)
        try:
            return _page(logins, target, person=await logins.person(request))
        except FabricError:
            return _page(logins, target)

    async def enter(request: Request) -> Response:
        form = parse_qs((await request.body()).decode())
        target = _local(form.get("next", ["/"])[0])
        try:
            return await _enter(request, logins, await logins.holder(form.get("token", [""])[0].strip()), target)
        except AccessError as error:
            return _page(logins, target, error)

    async def leave(request: Request) -> Response:
        answer = RedirectResponse("/login", status_code=303)
        put_cookie(request, answer, COOKIE, "", 0)
        return answer

    async def to_provider(request: Request) -> Response:
        flow = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
        assert logins.provider is not None
        address = await run_in_threadpool(logins.provider.start, _callback(request), **flow)
        answer = RedirectResponse(address, status_code=303)
        target = _local(request.query_params.get("next", "/"))
        put_cookie(request, answer, _FLOW, seal(request, _FLOW, {**flow, "next": target}, _FLOW_SECONDS), _FLOW_SECONDS)
        return answer

    async def from_provider(request: Request) -> Response:
        flow = unseal(request, _FLOW, request.cookies.get(_FLOW))
        given = request.query_params
        assert logins.provider is not None
        try:
            if flow is None or not secrets.compare_digest(given.get("state", "").encode(), flow["state"].encode()):
                raise LoginRequired("this login was not begun here, or too long ago", remedy="log in again")
            if "code" not in given:
                raise LoginRequired(
                    f"the provider refused: {given.get('error', 'it gave no code')}", remedy="log in again"
                )
            person = await run_in_threadpool(
                logins.provider.finish, _callback(request), given["code"], flow["nonce"], flow["verifier"]
            )
            answer = await _enter(request, logins, person, flow["next"])
        except AccessError as error:
            answer = _page(logins, "/", error)
        put_cookie(request, answer, _FLOW, "", 0)
        return answer

    routes: list[BaseRoute] = [
        Route("/login", page),
        Route("/login", enter, methods=["POST"]),
        Route("/logout", leave, methods=["POST"]),
    ]
    if logins.provider is not None:
        routes += [Route("/login/oidc", to_provider), Route("/login/callback", from_provider)]
    return routes


def to_login(path: str) -> Response:
    """Send a browser to log in, and back to the path."""
    return RedirectResponse(f"/login?{urlencode({'next': path})}" if path != "/" else "/login", status_code=303)


async def _enter(request: Request, logins: Logins, person: Person, target: str) -> Response:
    workspace: Workspace = request.app.state.workspace
    client = request.headers.get("user-agent", "")
    await run_in_threadpool(
        lambda: workspace.audit.note("login", {}, who=person.name, role=str(person.role), via=person.via, client=client)
    )
    answer = RedirectResponse(target, status_code=303)
    put_cookie(request, answer, COOKIE, logins.session(request, person), logins.seconds)
    return answer


def _callback(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}/login/callback"


def _local(target: str) -> str:
    """A place on this server; anything else becomes the start page."""
    plain = target.startswith("/") and target[1:2] not in {"/", "\\"} and target.isprintable() and " " not in target
    return target if plain else "/"


def _page(logins: Logins, target: str, error: FabricError | None = None, person: Person | None = None) -> HTMLResponse:
    said = f"<p role=alert>{escape(error.what)}.</p>" if error else ""
    if person is not None:
        inner = (
            f"<p>You are logged in as <strong>{escape(person.name)}</strong>, {person.role}.</p>"
            f'<p><a href="{escape(target)}">Go on</a></p><form method=post action=/logout><button>Log out</button></form>'
        )
    else:
        token = (
            "<form method=post action=/login><label for=token>Token</label>"
            "<input id=token name=token type=password required autofocus autocomplete=current-password>"
            f'<input type=hidden name=next value="{escape(target)}"><button>Log in</button></form>'
        )
        provider = f'<a class=button href="/login/oidc?next={quote(target, safe="")}">Log in with your organization</a>'
        inner = said + (token if logins.tokens else "") + (provider if logins.provider else "")
    return HTMLResponse(
        f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'><title>Log in - Fabric"
        f"</title><style>{_STYLE}</style><main><h1>Fabric</h1>{inner}</main></html>",
        status_code=401 if error else 200,
        headers={"Cache-Control": "no-store"},
    )
