"""`/api/v1/lineage`: takes events from OpenLineage clients."""

from __future__ import annotations

import asyncio
import zlib

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fabric.errors import InvalidEvent, TooLarge
from fabric.openlineage.inbox import Delivery, read_delivery
from fabric.workspace import Workspace

__all__ = ["endpoint"]

_SMALL = 64_000
"""Bodies up to so many bytes are checked at once, which takes less than 1 ms; larger ones in a thread of their own."""


async def endpoint(request: Request) -> Response:
    """Answer 201 for one event and 200 for an array, once what is good of it is durable; 400 where nothing is."""
    workspace: Workspace = request.app.state.workspace
    body = await _body(request, workspace.settings.openlineage_max_bytes)
    delivery = read_delivery(body) if len(body) <= _SMALL else await run_in_threadpool(read_delivery, body)
    if not delivery.batch and delivery.refused:
        raise delivery.refused[0].error
    if delivery.events:
        await asyncio.wrap_future(workspace.inbox.put(delivery.events))
    return _summary(delivery) if delivery.batch else Response(status_code=201)


async def _body(request: Request, most: int) -> bytes:
    """The body, unpacked.

    Raises: InvalidEvent where it cannot be unpacked, TooLarge.
    """
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding not in {"identity", "gzip"}:
        raise InvalidEvent(f"the body's coding {coding!r} is not known", remedy="send it plain or with gzip")
    pieces, size = [], 0
    unpack = zlib.decompressobj(wbits=31) if coding == "gzip" else None
    try:
        async for chunk in request.stream():
            piece = chunk if unpack is None else unpack.decompress(chunk, most + 1 - size)
            pieces.append(piece)
            size += len(piece)
            if size > most:
                raise TooLarge(
                    f"the body is larger than {most} bytes unpacked, and nothing of it was taken in",
                    remedy="send fewer events at once, or raise FABRIC_OPENLINEAGE_MAX_BYTES",
                )
    except zlib.error as error:
        raise InvalidEvent(f"the body is not gzip, as its header says: {error}", remedy="send it plain") from None
    if unpack is not None and not unpack.eof:
        raise InvalidEvent("the body's gzip ends too soon", remedy="send it again")
    return b"".join(pieces)


def _summary(delivery: Delivery) -> Response:
    """The answer to an array, in the form of OpenLineage's own batch interface."""
    good, bad = len(delivery.events), len(delivery.refused)
    summary = {"received": good + bad, "successful": good, "failed": bad, "retriable": 0, "non_retriable": bad}
    failed = [{"index": one.index, "reason": one.error.what, "retriable": False} for one in delivery.refused]
    status = "success" if not bad else "partial_success" if good else "failure"
    answer = {"status": status, "summary": summary, "failed_events": failed}
    return JSONResponse(answer, status_code=400 if bad and not good else 200)
