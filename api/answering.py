"""Sending the answer to a query while it is made; the query ends where nobody waits for it any more."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import anyio
from anyio import CapacityLimiter, to_thread
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from fabric.errors import FabricError, QueryLimit
from fabric.graph.questions import Answer

__all__ = ["Admission", "Answering"]

_log = logging.getLogger(__name__)
_GRACE = 5.0


class Admission:
    """Lets so many queries run at once; the others wait, and are refused after `seconds`.

    The threads in which queries are waited for are its own, so that queries never keep other requests from theirs.
    """

    def __init__(self, at_once: int, seconds: float) -> None:
        self.seconds = seconds
        self.threads = CapacityLimiter(2 * at_once)
        self._places, self._at_once = anyio.Semaphore(at_once), at_once

    async def enter(self) -> None:
        """Wait for a place. Raises: QueryLimit."""
        with anyio.move_on_after(self.seconds):
            await self._places.acquire()
            return
        raise QueryLimit(
            f"the query waited {self.seconds:g} s while {self._at_once} others were answered, and was not begun",
            remedy="ask again later, or raise FABRIC_SPARQL_AT_ONCE",
            limit="queue",
        )

    def leave(self) -> None:
        """Give the place free."""
        self._places.release()


class Answering(Response):
    """Asks and streams. An error before the first piece is raised, and so has a status of its own.

    An error after it breaks the stream off: the body then ends with a line that is no part of any of the forms, and the connection
    is closed without the mark that ends a whole body.

    `limited` is told the limit at which a query ended.
    """

    def __init__(
        self,
        ask: Callable[[], Answer],
        admission: Admission,
        limited: Callable[[str], None],
        headers: dict[str, str],
    ) -> None:
        super().__init__(headers=headers)
        self._ask, self._admission, self._limited = ask, admission, limited
        self._failure: Exception | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Answer, unless the client goes away before."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._answer, send, group.cancel_scope)
            while (await receive())["type"] != "http.disconnect":
                pass
            group.cancel_scope.cancel()
        if isinstance(self._failure, QueryLimit):
            self._limited(self._failure.limit)
        if self._failure is not None:
            raise self._failure

    async def _answer(self, send: Send, scope: anyio.CancelScope) -> None:
        try:
            await self._admission.enter()
            try:
                await self._run(send)
            finally:
                self._admission.leave()
        except TimeoutError:
            self._failure = QueryLimit("the answer was not taken in time", remedy="read it faster, or ask for less")
        except Exception as error:  # noqa: BLE001 - raised anew outside the task group, which would wrap it
            self._failure = error
        scope.cancel()

    async def _run(self, send: Send) -> None:
        threads = self._admission.threads
        answer = await to_thread.run_sync(self._ask, limiter=threads)
        try:
            # The limit is the query's own; this one is for a client that takes nothing.
            with anyio.fail_after(self._admission.seconds + _GRACE):
                self.media_type = await to_thread.run_sync(answer.start, abandon_on_cancel=True, limiter=threads)
                await self._send(answer, send)
        finally:
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(answer.close, limiter=threads)

    async def _send(self, answer: Answer, send: Send) -> None:
        pieces = iter(answer)
        self.headers["Content-Type"] = f"{self.media_type}"
        headers = [(name, value) for name, value in self.raw_headers if name != b"content-length"]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        try:
            while (piece := await self._next(pieces)) is not None:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        except FabricError as error:
            _log.warning("an answer was broken off: %s", error.what)
            line = f"\n!! The answer ends here and is not whole: {error.what}\n".encode()
            await send({"type": "http.response.body", "body": line, "more_body": True})
            raise
        await send({"type": "http.response.body", "body": b""})

    async def _next(self, pieces: Iterator[bytes]) -> bytes | None:
        return await to_thread.run_sync(
            lambda: next(pieces, None), abandon_on_cancel=True, limiter=self._admission.threads
        )
