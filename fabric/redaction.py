"""Keeping secrets out of what is shown: error messages, logs, the audit log."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

__all__ = ["HIDDEN", "is_reference", "password_in", "redact", "redact_text"]

HIDDEN = "***"
_WORDS = "passw|pwd|secret|token|credential|private|api_?key|access_?key|sig(nature)?$"
_TELLING = re.compile(_WORDS, re.IGNORECASE)
_IN_URL = re.compile(r"(?<=://)([^/\s:@]*):[^\s/]*@")
_IN_QUERY = re.compile(rf"([?&;][^=&;\s]*(?:{_WORDS.replace('$', '')})[^=&;\s]*=)[^&;\s]+", re.IGNORECASE)


def is_reference(value: str) -> bool:
    """Whether the text is `env:NAME` or `file:PATH`; a URL such as `file:///data` is none."""
    return value.startswith("env:") or (value.startswith("file:") and not value.startswith("file://"))


def redact(value: Any, secret: Collection[str] = ()) -> Any:
    """The value with `***` for what is secret: passwords in URLs, and at any depth what is named by `secret` or by its own name.

    References (`env:NAME`, `file:PATH`) are no secrets and stay.
    """
    if isinstance(value, Mapping):
        return {key: HIDDEN if _is_hidden(str(key), one, secret) else redact(one, secret) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [redact(one, secret) for one in value]
    return redact_text(value) if isinstance(value, str) else value


def redact_text(text: str) -> str:
    """The text with `***` for the passwords and tokens in its URLs."""
    if "://" not in text:
        return text
    return _IN_QUERY.sub(rf"\1{HIDDEN}", _IN_URL.sub(rf"\1:{HIDDEN}@", text))


def password_in(value: Any) -> bool:
    """Whether a URL within the value holds a password or token."""
    if isinstance(value, Mapping):
        return any(map(password_in, value.values()))
    if isinstance(value, list | tuple):
        return any(map(password_in, value))
    return isinstance(value, str) and redact_text(value) != value


def _is_hidden(name: str, value: Any, secret: Collection[str]) -> bool:
    if value is None or isinstance(value, bool) or (isinstance(value, str) and is_reference(value)):
        return False
    return name in secret or _TELLING.search(name) is not None
