"""Terms and triples as N-Triples tokens (https://www.w3.org/TR/n-triples/): the form in which triples travel inside Fabric.

A token is `<iri>` or `"literal"^^<datatype>`; a triple is a tuple of three tokens. Tokens are written canonically, so that two
equal triples are equal tuples: that is what differences, history and `DELETE DATA` rest on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from ipaddress import AddressValueError, IPv6Address

from fabric.errors import InputError
from fabric.terms import XSD, expand

__all__ = [
    "TYPE",
    "Triple",
    "boolean",
    "decimal",
    "instant",
    "integer",
    "iri",
    "is_iri",
    "lines",
    "parse_instant",
    "read_literal",
    "read_triples",
    "text",
    "token",
]  # fmt: skip

Triple = tuple[str, str, str]

# The two noncharacters are no XML characters, and Oxigraph writes them escaped.
_SPECIAL = re.compile('[\\x00-\\x1f"\\\\\\x7f\ud800-\udfff\ufffe\uffff]')
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f", '"': '\\"', "\\": "\\\\"}
_UNESCAPE = re.compile(r"\\(?:([tbnrf\"'\\])|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))")
_UNESCAPES = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"(?:\^\^<([^>]*)>|@([A-Za-z0-9-]+))?', re.DOTALL)
_UCS = "\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef\U000e1000-\U000efffd" + "".join(
    f"{chr(plane << 16)}-{chr(plane << 16 | 0xFFFD)}" for plane in range(1, 14)
)
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
_BASIC, _ENCODED = f"A-Za-z0-9._~!$&'()*+,;={_UCS}-", "%[0-9A-Fa-f]{2}"
_IRI = re.compile(
    "[A-Za-z][A-Za-z0-9+.-]*:(?=.)"
    rf"(?://(?:(?:[:{_BASIC}]|{_ENCODED})*@)?(?:\[([0-9A-Fa-f:.]+)\]|(?:[{_BASIC}]|{_ENCODED})*)(?::[0-9]*)?(?=[/?#]|$)|(?!//))"
    rf"(?:[:@/{_BASIC}]|{_ENCODED})*"
    rf"(?:\?(?:[:@/?{_PRIVATE}{_BASIC}]|{_ENCODED})*)?"
    rf"(?:\#(?:[:@/?{_BASIC}]|{_ENCODED})*)?"
)
_INTEGER, _DECIMAL, _BOOLEAN, _DATETIME = (f"<{XSD}{name}>" for name in ("integer", "decimal", "boolean", "dateTime"))


def token(name: str) -> str:
    """The token of a compact name: `dct:title`."""
    return f"<{expand(name)}>"


TYPE = token("rdf:type")


def iri(value: str) -> str:
    """The token of an absolute IRI.

    Raises: InputError where the text is none.
    """
    if not is_iri(value):
        raise InputError(f"{value!r} is no absolute IRI", remedy="percent-encode what RFC 3987 does not allow")
    return f"<{value}>"


def is_iri(value: str) -> bool:
    """Whether the text is an absolute IRI (RFC 3987, section 2.2); a store refuses any other.

    Such texts as `note:`, with nothing after the scheme, are taken as none.
    """
    match = _IRI.fullmatch(value)
    return match is not None and (match[1] is None or _is_ipv6(match[1]))


def _is_ipv6(address: str) -> bool:
    try:
        IPv6Address(address)
    except AddressValueError:
        return False
    return True


def text(value: str) -> str:
    """The token of a plain string.

    Raises: InputError where it holds half a surrogate pair, which no Unicode encoding can store.
    """
    return f'"{_SPECIAL.sub(_escaped, value)}"' if _SPECIAL.search(value) else f'"{value}"'


def integer(value: int) -> str:
    """The token of an xsd:integer."""
    return f'"{value:d}"^^{_INTEGER}'


def decimal(value: Decimal) -> str:
    """The token of an xsd:decimal, without exponent or trailing zeros.

    Raises: InputError for infinity and what is not a number.
    """
    if not value.is_finite():
        raise InputError(f"{value} is no decimal number", remedy="leave the value out")
    plain = format(value, "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return f'"{"0" if plain in {"-0", ""} else plain}"^^{_DECIMAL}'


def boolean(value: bool) -> str:  # noqa: FBT001
    """The token of an xsd:boolean."""
    return f'"{"true" if value else "false"}"^^{_BOOLEAN}'


def instant(value: datetime) -> str:
    """The token of an xsd:dateTime in UTC; a time without a zone is taken as UTC.

    Raises: InputError where its year in UTC is none from 1 to 9999.
    """
    moment = _in_utc(value)
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")
    fraction = f".{moment.microsecond:06d}".rstrip("0") if moment.microsecond else ""
    return f'"{stamp}{fraction}Z"^^{_DATETIME}'


def parse_instant(lexical: str) -> datetime:
    """The moment an xsd:dateTime names, in UTC.

    Raises: InputError.
    """
    try:
        moment = datetime.fromisoformat(lexical)
    except ValueError:
        raise InputError(f"{lexical!r} is no date and time", remedy="write it as 2026-01-31T08:00:00Z") from None
    return _in_utc(moment)


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise InputError(
            f"the time {moment.isoformat()} has no year from 1 to 9999 in UTC", remedy="leave the value out"
        ) from None


def read_literal(literal: str) -> tuple[str, str, str]:
    """Value, datatype IRI and language tag of a literal's token; the datatype of a plain string is xsd:string.

    Raises: InputError where the token is no literal.
    """
    match = _LITERAL.fullmatch(literal)
    if match is None:
        raise InputError(f"{literal!r} is no N-Triples literal")
    body, datatype, language = match.groups()
    value = _UNESCAPE.sub(_unescaped, body) if "\\" in body else body
    return value, datatype or (expand("rdf:langString") if language else f"{XSD}string"), language or ""


def lines(triples: Iterable[Triple]) -> str:
    """The triples as N-Triples, one a line."""
    return "".join(f"{s} {p} {o} .\n" for s, p, o in triples)


def read_triples(document: str) -> Iterator[Triple]:
    """Triples of a document that `lines` wrote."""
    for line in document.split("\n"):
        if line:
            s, p, o = line[:-2].split(" ", 2)
            yield s, p, o


def _escaped(match: re.Match[str]) -> str:
    char = match.group()
    if "\ud800" <= char <= "\udfff":
        raise InputError(f"text holds {char!a}, half a surrogate pair", remedy="correct the encoding at the source")
    return _ESCAPES.get(char) or f"\\u{ord(char):04X}"


def _unescaped(match: re.Match[str]) -> str:
    short, four, eight = match.groups()
    return _UNESCAPES[short] if short else chr(int(four or eight, 16))
