"""Named tokens: what programs, and people without OpenID Connect, show to be let in."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import SecretStr

from api.access.people import Person, Role, read_role
from fabric.errors import SettingsError
from fabric.redaction import is_reference
from fabric.vault import resolve

__all__ = ["Tokens", "read_tokens"]

_SHORTEST = 16
_NAME = re.compile(r"[\w.@+-]{1,100}")
_FORM = "write each as name:role:secret, such as ada:admin:env:ADA_TOKEN; roles are viewer, editor and admin"


@dataclass(frozen=True, slots=True)
class _Token:
    name: str
    role: Role
    digest: bytes


class Tokens:
    """The tokens of a server; their secrets are kept as digests only."""

    def __init__(self, tokens: tuple[_Token, ...]) -> None:
        self._tokens = tokens

    def __bool__(self) -> bool:
        return bool(self._tokens)

    def holder(self, secret: str) -> Person | None:
        """Who holds the token with this secret. Takes as long for a wrong one as for a right one."""
        digest = _digest(secret)
        found = [token for token in self._tokens if hmac.compare_digest(token.digest, digest)]
        return Person(found[0].name, found[0].role, "token") if found else None

    def mark(self, name: str) -> str | None:
        """What changes when the token of that name does; None where there is none."""
        return next((token.digest.hex()[:16] for token in self._tokens if token.name == name), None)

    def role(self, name: str) -> Role | None:
        """The role of the token of that name."""
        return next((token.role for token in self._tokens if token.name == name), None)


def read_tokens(setting: SecretStr | None) -> Tokens:
    """The tokens of FABRIC_API_TOKENS: entries between commas, blanks or lines, or `env:NAME` or `file:PATH` that holds them.

    Raises: SettingsError, which never shows a secret.
    """
    text = setting.get_secret_value().strip() if setting else ""
    whole = resolve(text) if is_reference(text) else text
    tokens = tuple(_token(number, entry) for number, entry in enumerate(_entries(whole), start=1))
    names = [token.name for token in tokens]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SettingsError(f"FABRIC_API_TOKENS names {twice[0]!r} twice", remedy="give each token a name of its own")
    if len({token.digest for token in tokens}) < len(tokens):
        raise SettingsError("two tokens of FABRIC_API_TOKENS have the same secret", remedy="make a new one for each")
    if text and not tokens:
        raise SettingsError("FABRIC_API_TOKENS holds no token", remedy=_FORM)
    return Tokens(tokens)


def _entries(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield from re.split(r"[,\s]+", line.partition("#")[0].strip(", \t")) if line.partition("#")[0].strip() else ()


def _token(number: int, entry: str) -> _Token:
    name, _, rest = entry.partition(":")
    given, _, secret = rest.partition(":")
    role = read_role(given)
    if not secret or role is None or not _NAME.fullmatch(name):
        raise SettingsError(f"token {number} of FABRIC_API_TOKENS is malformed", remedy=_FORM)
    value = resolve(secret)
    if len(value) < _SHORTEST or re.search(r"\s", value):
        raise SettingsError(
            f"the secret of the token {name!r} in FABRIC_API_TOKENS is shorter than {_SHORTEST} characters or holds blanks",
            remedy='make one: python -c "import secrets; print(secrets.token_urlsafe(32))"',
        )
    return _Token(name, role, _digest(value))


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", errors="surrogateescape")).digest()
