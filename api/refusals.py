"""Errors raised on purpose, as HTTP answers."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from fabric import errors
from fabric.errors import FabricError

__all__ = ["refusal"]

_STATUS: tuple[tuple[type[FabricError], int], ...] = (
    (errors.UnknownAsset, 404),
    (errors.InputError, 400),
    (errors.LoginRequired, 401),
    (errors.Forbidden, 403),
    (errors.AccessDenied, 403),
)


def refusal(error: FabricError) -> Response:
    """The answer that tells of an error: 503 for what is no fault of the request."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 503)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse({"error": {"message": str(error), **error.extensions}}, status_code=status, headers=headers)
