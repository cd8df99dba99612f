"""How large a request may be, and how long it may take to arrive."""

from __future__ import annotations

from collections.abc import Mapping

import anyio
from starlette.datastructures import Headers
from starlette.status import HTTP_413_CONTENT_TOO_LARGE
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.refusals import refusal
from fabric.errors import TooLarge, TooSlow

__all__ = ["Limits"]


_SLACK, _LINGER = 4_000_000, 2.0
"""Bytes beyond the limit, and seconds, for which a sender is still listened to after it was refused."""


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
        body = _Body(receive, most, self._seconds)
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdigit() and int(declared) > most:
            await refusal(_too_large(most))(scope, receive, body.answering(send))
            return
        await self._app(scope, body.next_message, body.answering(send))


class _Body:
    """What arrives of a request's body."""

    def __init__(self, receive: Receive, most: int, seconds: float) -> None:
        self._receive, self._most, self._seconds = receive, most, seconds
        self._deadline = anyio.current_time() + seconds
        self._read, self._whole = 0, False

    async def next_message(self) -> Message:
        """The next piece. Raises: TooLarge, TooSlow."""
        if self._whole:
            return await self._receive()
        try:
            with anyio.fail_after(self._deadline - anyio.current_time()):
                message = await self._piece()
        except TimeoutError:
            raise TooSlow(
                f"the request's body had not arrived after {self._seconds:g} seconds", remedy="send it faster"
            ) from None
        if self._read > self._most:
            raise _too_large(self._most)
        return message

    def answering(self, send: Send) -> Send:
        """What sends an answer, and does not close the connection at once on who is still sending what was too large.

        A connection that is closed with bytes unread is reset, and most clients read no answer before they have sent all.
        """
        refused = False

        async def answer(message: Message) -> None:
            nonlocal refused
            refused = refused or message.get("status") == HTTP_413_CONTENT_TOO_LARGE
            if not refused or message["type"] != "http.response.body" or message.get("more_body", False):
                await send(message)
                return
            await send({**message, "more_body": True})
            await self._linger()
            await send({"type": "http.response.body", "body": b""})

        return answer

    async def _linger(self) -> None:
        with anyio.move_on_after(_LINGER):
            while not self._whole and self._read <= self._most + _SLACK:
                await self._piece()

    async def _piece(self) -> Message:
        message = await self._receive()
        self._read += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        return message


def _too_large(most: int) -> TooLarge:
    return TooLarge(
        f"the request's body is larger than {most} bytes, and nothing was done",
        remedy="send less at once, or raise FABRIC_MAX_REQUEST_BYTES",
    )
