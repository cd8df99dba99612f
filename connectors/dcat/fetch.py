"""Fetches documents from a file or over HTTP; every failure becomes one of Fabric's errors."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import SplitResult, urljoin, urlsplit
from urllib.request import url2pathname

import httpx
from pydantic import SecretStr

from fabric.errors import AccessDenied, SettingsError, Unreachable, Unreadable

__all__ = ["ACCEPT", "Document", "Reader", "authority", "joined", "without_password"]

ACCEPT = (
    "text/turtle, application/trig, application/n-triples;q=0.9, application/n-quads;q=0.9, "
    "application/ld+json;q=0.8, application/rdf+xml;q=0.7, application/json;q=0.2, */*;q=0.1"
)
_USERINFO = re.compile(r"^(\w[\w+.-]*://)[^/@]*@")


@dataclass(frozen=True, slots=True)
class Document:
    """What was read: its final URL, its content, its media type (empty where not said), and the next page's URL."""

    url: str
    content: bytes
    media_type: str = ""
    following: str | None = None


class Reader:
    """Reads documents; a context manager that holds the connections.

    The token goes to the origin of `start` alone, never to a host that a document refers to.
    """

    def __init__(self, start: str, *, token: SecretStr | None, timeout: float) -> None:
        self.start = _absolute(start)
        self._token = token
        self._timeout = timeout
        self._client = httpx.Client(timeout=timeout, follow_redirects=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._client.close()

    def get(self, url: str, *, accept: str = ACCEPT, redirects: bool = True) -> Document:
        """The document at `url`, a file URL or an HTTP one.

        Raises: Unreachable, AccessDenied, SettingsError.
        """
        if urlsplit(url).scheme == "file":
            return _file(url)
        shown = without_password(url)
        try:
            response = self._client.get(url, headers=self._headers(url, accept), follow_redirects=redirects)
        except httpx.TimeoutException as error:
            raise Unreachable(
                f"{shown} did not answer within {self._timeout:g} s", remedy="try again, or raise the option 'timeout'"
            ) from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError) as error:
            raise SettingsError(
                f"{shown} is no file, http or https URL: {error}", remedy="correct the option 'url'"
            ) from error
        except httpx.HTTPError as error:
            raise Unreachable(
                f"{shown} cannot be reached: {str(error) or type(error).__name__}",
                remedy="check the option 'url' and that the server runs",
            ) from error
        _refuse(response, shown)
        media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        following = response.links.get("next", {}).get("url")
        final = str(response.url)
        return Document(final, response.content, media_type, joined(final, following) if following else None)

    def _headers(self, url: str, accept: str) -> dict[str, str]:
        headers = {"accept": accept}
        if self._token is not None and _origin(url) == _origin(self.start):
            headers["authorization"] = f"Bearer {self._token.get_secret_value()}"
        return headers


def authority(url: str) -> str:
    """Host and port of a URL, in lower case; empty for a file."""
    return _port(urlsplit(url))


def joined(base: str, reference: str) -> str:
    """The URL that a document at `base` means by `reference`.

    Raises: Unreadable.
    """
    try:
        return urljoin(base, reference)
    except ValueError as error:
        raise Unreadable(
            f"{without_password(base)} refers to {reference!r}, which is no URL: {error}", remedy="correct the document"
        ) from error


def without_password(url: str) -> str:
    """A URL without the user information it may carry."""
    return _USERINFO.sub(r"\1", url)


def _absolute(start: str) -> str:
    """The URL as it is, a path as a file URL."""
    try:
        scheme = urlsplit(start).scheme.lower()
    except ValueError as error:
        raise SettingsError(
            f"{without_password(start)} is no file, http or https URL: {error}", remedy="correct the option 'url'"
        ) from error
    # One letter is a Windows drive.
    return start if len(scheme) > 1 else Path(start).expanduser().absolute().as_uri()


def _file(url: str) -> Document:
    path = Path(url2pathname(urlsplit(url).path))
    try:
        return Document(url, path.read_bytes())
    except PermissionError as error:
        raise AccessDenied(f"{path} may not be read", remedy="grant this process the right to read it") from error
    except OSError as error:
        raise Unreachable(
            f"{path} cannot be read: {error.strerror or error}", remedy="correct the option 'url'"
        ) from error


def _refuse(response: httpx.Response, shown: str) -> None:
    status = f"{response.status_code} {response.reason_phrase}".strip()
    if response.status_code in {401, 403}:
        raise AccessDenied(f"{shown} answers {status}", remedy="give a valid 'token'")
    if response.is_redirect:
        raise Unreadable(
            f"{shown} leads on to {without_password(response.headers['location'])}", remedy="refer to that directly"
        )
    if not response.is_success:
        raise Unreachable(f"{shown} answers {status}", remedy="correct the option 'url', or try again later")


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), _port(parts)


def _port(parts: SplitResult) -> str:
    host = parts.netloc.rpartition("@")[2].lower()
    default = {"http": ":80", "https": ":443"}.get(parts.scheme.lower(), "")
    return host.removesuffix(default) if default else host
