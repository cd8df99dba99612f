"""What a reader asks of a graph and how it is answered: bytes in a given form, as they come, within limits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

__all__ = ["Answer", "Limits", "Question", "keywords"]

# Strings, IRIs, comments, variables, language tags and prefixed names, in which no keyword stands; then the bare words.
_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""'
    r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n\r]|\\.)*"'
    r"|'(?:[^'\\\n\r]|\\.)*'"
    r"|<[^<>\"{}|^`\\\x00-\x20]*>"
    r"|#[^\n\r]*"
    r"|[?$@]\w+"
    r"|[\w-]*:[\w:%-]*"
    r"|(\w+)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Question:
    """A SPARQL 1.1 query.

    `table` is the media type in which a SELECT or ASK is answered, `triples` that of a CONSTRUCT or DESCRIBE; None accepts none.
    `default_graphs` and `named_graphs` are the IRIs of the dataset and outweigh the query's FROM; where both are None, the query's
    FROM holds, and without that the union of all named graphs.
    """

    text: str
    table: str | None = None
    triples: str | None = None
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query may take: `seconds` until its last byte, `megabytes` of memory in all."""

    seconds: float
    megabytes: int


class Answer(Protocol):
    """An answer that is being made. Close it, also after an error and in whichever thread: that ends a query that still runs.

    Everything but `close` raises QueryError, QueryLimit, NotOffered or GraphError. An error in the middle means that what was read
    so far is not the whole answer.
    """

    def start(self) -> str:
        """Wait until there is something to read; returns the media type."""

    def __iter__(self) -> Iterator[bytes]:
        """The pieces of the document, after `start`."""

    def close(self) -> None:
        """End the query where it still runs."""


def keywords(query: str) -> frozenset[str]:
    """The bare words of a query in capitals, which are its keywords and functions: not what strings, IRIs or names hold."""
    return frozenset(match[1].upper() for match in _TOKEN.finditer(query) if match[1])
