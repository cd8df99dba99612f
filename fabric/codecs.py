"""How one value of a record becomes one N-Triples token, and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fabric import ntriples
from fabric.errors import InputError
from fabric.identity import Iris
from fabric.terms import concept_iri, expand

__all__ = [
    "BOOLEAN", "CONCEPT", "DECIMAL", "INSTANT", "INTEGER", "JSON_LIST", "LINK", "MAIL", "MEDIA_TYPE", "NAME", "TEXT", "Codec",
    "read_iri",
]  # fmt: skip

_MEDIA = "https://www.iana.org/assignments/media-types/"


@dataclass(frozen=True, slots=True)
class Codec:
    """A pair of functions between a Python value and a token."""

    write: Callable[[Any, Iris], str]
    read: Callable[[str, Iris], Any]


def read_iri(token: str) -> str:
    """The IRI in a token.

    Raises: InputError where the token is a literal.
    """
    if not token.startswith("<"):
        raise InputError(f"{token} is a literal where an IRI is expected")
    return token[1:-1]


def _value(token: str, _iris: Iris) -> str:
    return ntriples.read_literal(token)[0]


def _read_link(token: str, iris: Iris) -> Any:
    ref = iris.ref(read_iri(token))
    if ref is None:
        raise InputError(f"{token} is no asset of {iris.base}")
    return ref


def _write_name(value: str, _iris: Iris) -> str:
    return f"<{value}>" if ntriples.is_iri(value) else ntriples.text(value)


def _read_name(token: str, iris: Iris) -> str:
    return token[1:-1] if token.startswith("<") else _value(token, iris)


def _write_media_type(value: str, _iris: Iris) -> str:
    known = "/" in value and ":" not in value and ntriples.is_iri(_MEDIA + value)
    return f"<{_MEDIA}{value}>" if known else ntriples.text(value)


def _read_media_type(token: str, iris: Iris) -> str:
    return token[1:-1].removeprefix(_MEDIA) if token.startswith("<") else _value(token, iris)


TEXT = Codec(lambda value, _iris: ntriples.text(value), _value)
INTEGER = Codec(lambda value, _iris: ntriples.integer(value), lambda token, iris: int(_value(token, iris)))
DECIMAL = Codec(lambda value, _iris: ntriples.decimal(value), lambda token, iris: Decimal(_value(token, iris)))
BOOLEAN = Codec(lambda value, _iris: ntriples.boolean(value), lambda token, iris: _value(token, iris) == "true")
INSTANT = Codec(
    lambda value, _iris: ntriples.instant(value), lambda token, iris: ntriples.parse_instant(_value(token, iris))
)
LINK = Codec(lambda ref, iris: f"<{iris.asset(ref)}>", _read_link)
NAME = Codec(_write_name, _read_name)
"""An IRI where the text is one, else the text itself."""
MEDIA_TYPE = Codec(_write_media_type, _read_media_type)
MAIL = Codec(
    lambda value, iris: _write_name(f"mailto:{value}", iris),
    lambda token, iris: _read_name(token, iris).removeprefix("mailto:"),
)
JSON_LIST = Codec(
    lambda value, _iris: ntriples.text(json.dumps(list(value), ensure_ascii=False)),
    lambda token, iris: tuple(json.loads(_value(token, iris))),
)


def CONCEPT(scheme: str) -> Codec:  # noqa: N802 - reads as the constants beside it
    """One of Fabric's own concepts by its notation; `earl` stands for EARL's outcomes."""
    prefix = expand("earl:") if scheme == "earl" else concept_iri(scheme, "")
    return Codec(
        lambda value, _iris: ntriples.iri(prefix + value), lambda token, _iris: read_iri(token).removeprefix(prefix)
    )
