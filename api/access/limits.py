"""How large a request may be, and how long it may take to arrive."""

from __future__ import annotations

from collections.abc import Mapping

import anyio
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.refusals import refusal
from fabric.errors import TooLarge, TooSlow

__all__ = ["Limits"]


class Limits:
    """ASGI middleware: refuses a body that is too large before it is read whole, and one that does not arrive in time.

    `most` is in bytes, `seconds` for the whole body; `larger` are other limits, by the beginning of the path.
    """

    def __init__(self, app: ASGIApp, most: int, seconds: float, larger: Mapping[str, int]) -> None:
        self._app, self._most, self._seconds, self._larger = app, most, seconds, larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a body that is watched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = next((size for path, size in self._larger.items() if scope["path"].startswith(path)), self._most)
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdigit() and int(declared) > most:
            await refusal(_too_large(most))(scope, receive, send)
            return
        await self._app(scope, _watched(receive, most, self._seconds), send)


def _watched(receive: Receive, most: int, seconds: float) -> Receive:
    read, whole = 0, False
    deadline = anyio.current_time() + seconds

    async def next_message() -> Message:
        nonlocal read, whole
        if whole:
            return await receive()
        try:
            with anyio.fail_after(deadline - anyio.current_time()):
                message = await receive()
        except TimeoutError:
            raise TooSlow(
                f"the request's body had not arrived after {seconds:g} seconds", remedy="send it faster"
            ) from None
        read += len(message.get("body", b""))
        whole = not message.get("more_body", False)
        if read > most:
            raise _too_large(most)
        return message

    return next_message


def _too_large(most: int) -> TooLarge:
    return TooLarge(
        f"the request's body is larger than {most} bytes, and nothing was done",
        remedy="send less at once, or raise FABRIC_MAX_REQUEST_BYTES",
    )
