"""Errors raised on purpose, as HTTP answers."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from fabric import errors
from fabric.errors import FabricError

__all__ = ["refusal"]

_STATUS: tuple[tuple[type[FabricError], int], ...] = (
    (errors.UnknownAsset, 404),
    (errors.NotOffered, 406),
    (errors.TooLarge, 413),
    (errors.UnsupportedType, 415),
    (errors.QueryLimit, 503),
    (errors.TooSlow, 408),
    (errors.InputError, 400),
    (errors.LoginRequired, 401),
    (errors.Forbidden, 403),
    (errors.AccessDenied, 403),
)
_CLOSE = {"Connection": "close"}
_HEADERS = {401: {"WWW-Authenticate": "Bearer"}, 408: _CLOSE, 413: _CLOSE}
"""The rest of a body that is refused is of no use."""


def refusal(error: FabricError) -> Response:
    """The answer that tells of an error: 503 for what is no fault of the request."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 503)
    return JSONResponse(
        {"error": {"message": str(error), **error.extensions}}, status_code=status, headers=_HEADERS.get(status)
    )
