"""Secrets of sources: references resolved when used, or values encrypted at rest.

A secret option may be `env:NAME` or `file:PATH`, which is stored as it stands, or the secret itself, which is stored encrypted
(Fernet: AES-128-CBC with HMAC-SHA256) under a key in the data directory that only its owner can read.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from fabric.errors import SettingsError
from fabric.redaction import is_reference

__all__ = ["Vault", "resolve"]

_SEALED = "sealed:"


class Vault:
    """Seals and opens secrets with the key in `path`, which is made when first needed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def seal(self, secret: str) -> str:
        """What to store for a secret: the reference as it stands, else the encrypted value."""
        if is_reference(secret):
            return secret
        if not self._path.exists():
            self._make_key()
        return _SEALED + self._fernet().encrypt(secret.encode()).decode()

    def open(self, stored: str) -> str:
        """The secret or the reference that was sealed.

        Raises: SettingsError where the key is lost or another one.
        """
        if not stored.startswith(_SEALED):
            return stored
        try:
            return self._fernet().decrypt(stored.removeprefix(_SEALED)).decode()
        except (InvalidToken, ValueError):
            raise SettingsError(
                f"a stored secret cannot be decrypted with the key {self._path}",
                remedy="put the key back or register the source anew",
            ) from None

    def agree(self, known: str | None) -> str:
        """The key's fingerprint, to be compared by those who share the secrets; `known` is what they have stored of it, if any.

        Raises: SettingsError where the key is another one or missing.
        """
        if known is None and not self._path.exists():
            self._make_key()
        fingerprint = (
            hashlib.blake2b(self._path.read_bytes(), digest_size=16).hexdigest() if self._path.exists() else None
        )
        if fingerprint is None or known not in {None, fingerprint}:
            raise SettingsError(
                f"the key {str(self._path)!r} is {'missing' if fingerprint is None else 'not the one'} with which the secrets in "
                "the shared state are encrypted",
                remedy="copy secret.key from the data directory of the first server, or set FABRIC_SECRET_KEY_FILE to it",
            )
        return fingerprint

    def derive(self, purpose: str) -> bytes:
        """A key of 32 bytes for another purpose, the same for all who share this key. Raises: SettingsError."""
        if not self._path.exists():
            self._make_key()
        self._fernet()
        return hmac.digest(self._path.read_bytes(), purpose.encode(), "sha256")

    def _make_key(self) -> None:
        partial = self._path.with_suffix(".new")
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(Fernet.generate_key())
        partial.rename(self._path)

    def _fernet(self) -> Fernet:
        try:
            return Fernet(self._path.read_bytes())
        except OSError as error:
            reason = error.strerror
        except ValueError:
            reason = "it holds no Fernet key"
        raise SettingsError(
            f"the key of stored secrets {str(self._path)!r} cannot be read: {reason}",
            remedy="put the key back or register the sources anew",
        )


def resolve(value: str) -> str:
    """The value behind `env:NAME` or `file:PATH`; other text is returned as it is.

    Raises: SettingsError where the variable is unset or the file cannot be read.
    """
    if value.startswith("env:"):
        name = value.removeprefix("env:")
        if name not in os.environ:
            raise SettingsError(
                f"the environment variable {name!r} is not set", remedy=f"set it where Fabric runs: export {name}=..."
            )
        return os.environ[name]
    if is_reference(value):
        path = Path(value.removeprefix("file:")).expanduser()
        try:
            return path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingsError(
                f"the secret file {str(path)!r} cannot be read: {error.strerror}", remedy="correct path or rights"
            ) from None
        except ValueError:
            # The error of decoding would show the bytes.
            raise SettingsError(f"the secret file {str(path)!r} is no UTF-8 text", remedy="correct the file") from None
    return value
