"""Parses a document; JSON-LD contexts are resolved first, so that parsing never reaches the network."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any, Literal, get_args
from urllib.parse import urlsplit
from xml.parsers import expat

from rdflib import Graph

from connectors.dcat.fetch import Document, Reader, authority, joined, without_password
from connectors.dcat.statements import Triple
from fabric.errors import Unreadable

__all__ = ["Format", "format_of", "parse"]

Format = Literal["turtle", "xml", "json-ld", "nt", "nquads", "trig"]

_MEDIA_TYPES: dict[str, Format] = {
    "text/turtle": "turtle",
    "application/x-turtle": "turtle",
    "application/trig": "trig",
    "application/n-triples": "nt",
    "application/n-quads": "nquads",
    "application/rdf+xml": "xml",
    "application/xml": "xml",
    "text/xml": "xml",
    "application/ld+json": "json-ld",
    "application/json": "json-ld",
}
_SUFFIXES: dict[str, Format] = {
    ".ttl": "turtle",
    ".rdf": "xml",
    ".xml": "xml",
    ".owl": "xml",
    ".jsonld": "json-ld",
    ".json": "json-ld",
    ".nt": "nt",
    ".nq": "nquads",
    ".trig": "trig",
}
_BEGINNINGS: tuple[tuple[tuple[bytes, ...], Format], ...] = (
    ((b"{", b"["), "json-ld"),
    ((b"<?xml", b"<rdf:RDF"), "xml"),
    ((b"@prefix", b"@base", b"PREFIX", b"BASE"), "turtle"),
)
_JSON_LD = "application/ld+json, application/json;q=0.9"
_DEEPEST = 16


def format_of(document: Document, wanted: str) -> Format:
    """The serialization of a document: as wanted, else by media type, suffix, or first bytes.

    Raises: Unreadable.
    """
    for known in get_args(Format):
        if wanted == known:
            return known  # type: ignore[no-any-return]
    suffix = PurePosixPath(urlsplit(document.url).path).suffix.lower()
    beginning = document.content.removeprefix(b"\xef\xbb\xbf").lstrip()
    found = _MEDIA_TYPES.get(document.media_type) or _SUFFIXES.get(suffix)
    found = found or next((form for starts, form in _BEGINNINGS if beginning.startswith(starts)), None)
    if found is None:
        raise Unreadable(
            f"neither media type ({document.media_type or 'none'}), suffix nor beginning of "
            f"{without_password(document.url)} is that of RDF",
            remedy=f"correct the option 'url', or give the option 'format' as one of {', '.join(get_args(Format))}",
        )
    return found


def parse(document: Document, form: Format, reader: Reader) -> Iterator[Triple]:
    """The triples of a document, all its named graphs together.

    Raises: Unreadable, with the line where the parser says it; and what fetching a JSON-LD context raises.
    """
    content = document.content
    if form == "json-ld":
        content = _self_contained(document, reader)
    # The Oxigraph store gives blank nodes new names, so that those of two pages never meet.
    page = Graph(store="Oxigraph")
    try:
        page.parse(data=content, format=f"ox-{form}", publicID=without_password(document.url))
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or (_xml_line(content) if form == "xml" else None)
        reason = getattr(error, "msg", None) or str(error)
        raise Unreadable(
            f"{without_password(document.url)} is not well-formed {form}{f', line {line}' if line else ''}: {reason}",
            remedy="correct the document, or the option 'format' where it is of another",
        ) from error
    return (triple for triple, _ in page.store.triples((None, None, None), None))


def _self_contained(document: Document, reader: Reader) -> bytes:
    """JSON-LD with each context it refers to put in its place."""
    value = _json(document)
    load = _context_loader(document.url, reader)
    try:
        return json.dumps(_inlined(value, document.url, load, 0)).encode()
    except RecursionError as error:
        raise Unreadable(f"{without_password(document.url)} is nested too deeply") from error


def _context_loader(home: str, reader: Reader) -> Callable[[str], object]:
    loaded: dict[str, object] = {}

    def load(url: str) -> object:
        if urlsplit(url).scheme != urlsplit(home).scheme or authority(url) != authority(home):
            raise Unreadable(
                f"{without_password(home)} refers to the JSON-LD context {without_password(url)} on another host, "
                "which is not fetched",
                remedy="have the document carry its context itself, or publish the context beside it",
            )
        if url not in loaded:
            content = _json(reader.get(url, accept=_JSON_LD, redirects=False))
            if not isinstance(content, dict) or "@context" not in content:
                raise Unreadable(f"the JSON-LD context {url} holds no '@context'", remedy="correct that document")
            loaded[url] = content["@context"]
        return loaded[url]

    return load


def _inlined(value: object, base: str, load: Callable[[str], object], depth: int) -> object:
    if isinstance(value, list):
        return [_inlined(item, base, load, depth) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _context(item, base, load, depth) if key == "@context" else _inlined(item, base, load, depth)
        for key, item in value.items()
    }


def _context(value: object, base: str, load: Callable[[str], object], depth: int) -> Any:
    if depth > _DEEPEST:
        raise Unreadable(f"JSON-LD contexts refer to each other without end, {base} among them")
    if isinstance(value, str):
        url = joined(base, value)
        return _context(load(url), url, load, depth + 1)
    if isinstance(value, list):
        inner = [_context(item, base, load, depth) for item in value]
        return [item for one in inner for item in (one if isinstance(one, list) else [one])]
    if not isinstance(value, dict):
        return value
    local = _inlined(value, base, load, depth)
    imported = value.get("@import")
    if isinstance(local, dict) and isinstance(imported, str):
        url = joined(base, imported)
        found = _context(load(url), url, load, depth + 1)
        local = {**(found if isinstance(found, dict) else {}), **local}
        del local["@import"]
    return local


def _json(document: Document) -> object:
    try:
        return json.loads(document.content)
    except json.JSONDecodeError as error:
        raise Unreadable(
            f"{without_password(document.url)} is not JSON, line {error.lineno}: {error.msg}",
            remedy="correct the document, or the option 'format' where it is of another",
        ) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"{without_password(document.url)} is not JSON: {error}") from error


def _xml_line(content: bytes) -> int | None:
    """The line where a document stops being XML; the RDF parser does not say it."""
    try:
        expat.ParserCreate().Parse(content, True)  # noqa: FBT003
    except expat.ExpatError as error:
        return error.lineno
    return None
