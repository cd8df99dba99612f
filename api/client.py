"""The command line's way to Fabric: over HTTP to the server that holds the data directory, or to the application in this process.

Both take the same requests, so that every command does the same with and without a server.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import Any, Self

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal

from fabric import errors
from fabric.errors import FabricError, ServerError
from fabric.settings import Settings
from fabric.vault import resolve

__all__ = ["Client", "running"]

_PATIENCE = 3600.0
_GROUPS = (["source"], ["lineage"])


class Client:
    """Sends requests to Fabric. Use as a context manager.

    Raises on entering: GraphLocked, GraphCorrupt, StorageFull, SettingsError.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stack = ExitStack()
        self.server: str | None = None

    def __enter__(self) -> Self:
        self.server = running(self._settings)
        with ExitStack() as stack:
            headers = {"User-Agent": _command()}
            if self.server is not None:
                headers |= _credentials(self._settings)
                self._http: Any = stack.enter_context(
                    httpx.Client(base_url=self.server, timeout=_PATIENCE, headers=headers)
                )
            else:
                self._http = stack.enter_context(_InProcess(self._settings, headers))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """Run a GraphQL operation; returns its data.

        Raises: the FabricError that the server answered, or ServerError.
        """
        answer = self.request("POST", "/graphql", json={"query": document, "variables": variables})
        body = answer.json()
        if body.get("errors"):
            raise _error(body["errors"][0].get("message", "unknown error"), body["errors"][0].get("extensions") or {})
        data: dict[str, Any] = body["data"]
        return data

    def ask_all(self, document: str, **variables: Any) -> list[dict[str, Any]]:
        """The nodes of a connection, of all its pages: the operation's one field, with `$after` and `pageInfo`.

        Raises: the FabricError that the server answered, or ServerError.
        """
        nodes: list[dict[str, Any]] = []
        after: str | None = None
        while True:
            (page,) = self.ask(document, **variables, after=after).values()
            nodes += [edge["node"] for edge in page["edges"]]
            if not page["pageInfo"]["hasNextPage"]:
                return nodes
            after = page["pageInfo"]["endCursor"]

    def request(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Send any request.

        Raises: the FabricError that the server answered, or ServerError.
        """
        try:
            answer: httpx.Response = self._http.request(method, path, **arguments)
        except httpx.HTTPError as error:
            raise ServerError(
                f"the server at {self.server} does not answer: {error}", remedy="start it anew: fabric serve"
            ) from error
        if answer.is_error:
            raise _answered(answer)
        return answer


class _InProcess(AbstractContextManager["_InProcess"]):
    """The application in this process, behind httpx's interface."""

    def __init__(self, settings: Settings, headers: Mapping[str, str]) -> None:
        self._settings, self._headers = settings, headers

    def __enter__(self) -> Self:
        from api.access.logins import Logins  # the web framework is not needed when a server runs
        from api.app import make_app

        app = make_app(self._settings, indexing=False, logins=Logins.of_operator())
        with ExitStack() as stack:
            self._portal: BlockingPortal = stack.enter_context(start_blocking_portal())
            stack.enter_context(self._portal.wrap_async_context_manager(app.router.lifespan_context(app)))
            http = httpx.AsyncClient(
                transport=httpx.ASGITransport(app=app),
                base_url="http://localhost",
                timeout=_PATIENCE,
                headers=self._headers,
            )
            self._http = stack.enter_context(self._portal.wrap_async_context_manager(http))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def request(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Send a request to the application."""

        async def send() -> httpx.Response:
            return await self._http.request(method, path, **arguments)

        try:
            return self._portal.call(send)
        except RuntimeError as error:  # Starlette's, for an answer that was broken off
            if isinstance(error.__cause__, FabricError):
                raise error.__cause__ from None
            raise


def _command() -> str:
    """The command that is run, such as `fabric source add`, without its arguments; the audit log shows it."""
    words = [word for word in sys.argv[1:3] if word.isalpha()]
    return " ".join(["fabric", *words[: 2 if words[:1] in _GROUPS else 1]])


def _credentials(settings: Settings) -> dict[str, str]:
    """Headers that tell the server who asks. Raises: SettingsError where the token cannot be read."""
    token = settings.token.get_secret_value() if settings.token else ""
    return {"Authorization": f"Bearer {resolve(token)}"} if token else {}


def running(settings: Settings) -> str | None:
    """Address of the server that holds the data directory, if one does."""
    try:
        note: Mapping[str, Any] = json.loads(settings.server_note.read_text(encoding="utf-8"))
        answer = httpx.get(f"{note['url']}/health", timeout=5)
        return str(note["url"]) if answer.json().get("pid") == note["pid"] else None
    except (OSError, ValueError, KeyError, httpx.HTTPError):
        return None


def _answered(answer: httpx.Response) -> FabricError:
    try:
        said = answer.json()["error"]
    except (ValueError, KeyError, TypeError):
        return ServerError(f"the server answered {answer.status_code}: {answer.text[:300].strip()}")
    return _error(said.get("message", ""), said)


def _error(message: str, extensions: Mapping[str, Any]) -> FabricError:
    kind = getattr(errors, str(extensions.get("code", "")), ServerError)
    if not (isinstance(kind, type) and issubclass(kind, FabricError)):
        kind = ServerError
    return kind(extensions.get("what") or message, remedy=extensions.get("remedy") or "")
