"""The errors of all filesystems, told apart into ours."""

from __future__ import annotations

import errno
import socket
import sys

from fabric.errors import AccessDenied, SourceError, Unreachable, Unreadable

__all__ = ["store_error", "store_errors"]

_NO_NETWORK = {
    errno.ECONNREFUSED, errno.ECONNRESET, errno.ECONNABORTED, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ETIMEDOUT,
    errno.EHOSTDOWN, errno.ENETDOWN,
}  # fmt: skip
# Roots of the errors that filesystem packages raise beside OSError, looked up only where the package is loaded.
_REMOTE = (
    ("botocore.exceptions", "BotoCoreError"),
    ("botocore.exceptions", "ClientError"),
    ("aiohttp", "ClientError"),
    ("google.auth.exceptions", "GoogleAuthError"),
    ("azure.core.exceptions", "AzureError"),
    ("paramiko", "SSHException"),
)
_DENIED = ("Credential", "Auth", "Token", "Forbidden")
_CUT_OFF = ("Connect", "Timeout", "Endpoint", "Disconnected", "ServiceRequest", "Transport")


def store_errors() -> tuple[type[Exception], ...]:
    """OSError, and the error classes of those filesystem packages that are loaded."""
    loaded = ((sys.modules.get(module), name) for module, name in _REMOTE)
    return (OSError, *(getattr(module, name) for module, name in loaded if module is not None))


def store_error(url: str, error: Exception, shown: str) -> SourceError:
    """The error to raise for what a store raised at `url`; `shown` is its text without secrets."""
    name, status = type(error).__name__, getattr(error, "status", None)
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        what = "is no folder" if isinstance(error, NotADirectoryError) else "does not exist"
        return Unreadable(f"{url} {what}", remedy="correct the option path, or harvest again if it was just removed")
    if isinstance(error, PermissionError) or status in {401, 403} or _named(error, _DENIED):
        return AccessDenied(f"access to {url} is refused: {shown}", remedy="correct the credentials or the permissions")
    if _no_answer(error) or (isinstance(status, int) and status >= 500):
        return Unreachable(f"the store of {url} does not answer: {shown}", remedy="look whether it runs")
    return Unreadable(f"{url} cannot be read: {shown if isinstance(error, OSError) else f'{name}: {shown}'}")


def _no_answer(error: Exception) -> bool:
    if isinstance(error, OSError):
        return isinstance(error, ConnectionError | TimeoutError | socket.gaierror) or error.errno in _NO_NETWORK
    return _named(error, _CUT_OFF)


def _named(error: Exception, words: tuple[str, ...]) -> bool:
    """By the class's name, since the packages that define these classes need not be installed."""
    return not isinstance(error, OSError) and any(word in type(error).__name__ for word in words)
