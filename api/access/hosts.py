"""By which names a server may be called; a request for another is refused, so that no foreign name leads a browser here."""

from __future__ import annotations

import ipaddress
import re
import socket
from urllib.parse import urlsplit

from fabric.errors import SettingsError
from fabric.settings import Settings

__all__ = ["allowed_hosts", "is_loopback"]

_NAME = re.compile(r"\*|(\*\.)?[\w.-]+|\[[0-9a-fA-F:.]+\]")
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def is_loopback(host: str) -> bool:
    """Whether the address can be reached from this machine only."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def allowed_hosts(settings: Settings) -> list[str]:
    """Loopback names, those of the setting, and where others reach the server its address, its machine's name, its base IRI's.

    Raises: SettingsError.
    """
    given = [name.strip() for name in (settings.allowed_hosts or "").split(",") if name.strip()]
    for name in given:
        if not _NAME.fullmatch(name):
            raise SettingsError(
                f"FABRIC_ALLOWED_HOSTS holds {name!r}, which is no name of a host",
                remedy="write names without scheme, port and path, such as data.example.org or *.example.org",
            )
    names = [*_LOOPBACK, *given]
    if not is_loopback(settings.host):
        names += [settings.host, socket.gethostname(), urlsplit(settings.base_iri or "").hostname or ""]
    return [f"[{name}]" if name.count(":") > 1 and not name.startswith("[") else name for name in names if name]
