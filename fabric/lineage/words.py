"""The words of a script, as tokens that know where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from fabric.lineage.statement import Problem

__all__ = ["TEXTS", "plain_delimiters", "tokens_of", "word_of"]

_OPEN_QUOTES = 5
"""Quotes left open of which a text is freed at most."""
_DELIMITER = re.compile(r"\s*delimiter\s+(\S+)\s*$", re.IGNORECASE)
_QUOTES = set("'$\"qQrRnNbBeEuU`")
TEXTS = {TokenType.HEREDOC_STRING, TokenType.NATIONAL_STRING, TokenType.RAW_STRING, TokenType.STRING}


def word_of(token: Token) -> str:
    """A token in capitals; empty for one in quotes."""
    return token.text.upper() if token.token_type not in TEXTS and token.token_type != TokenType.IDENTIFIER else ""


def tokens_of(text: str, dialect: Dialect, problems: list[Problem]) -> list[Token]:
    """The text's tokens. A quote that is never closed is left out, and that is said."""
    for _ in range(_OPEN_QUOTES):
        try:
            return list(_opened(dialect.tokenize(text), text, dialect))
        except SqlglotError as error:
            place = _open_quote(text)
            line, column = text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)
            if place < 0:
                reason = f"the text cannot be read as words: {str(error).splitlines()[0][:120]}"
                problems.append(Problem(reason, 1, 1, text[:200]))
                return []
            reason = f"the {text[place]} is never closed; the text is read without it"
            problems.append(Problem(reason, line, column, text[place : place + 200]))
            text = f"{text[:place]} {text[place + 1 :]}"
    return []


def plain_delimiters(text: str) -> str:
    """The text with semicolons in the place of the delimiters that MySQL's client is told by DELIMITER, at the same places."""
    if "delimiter" not in text.lower():
        return text
    out: list[str] = []
    delimiter = ";"
    for line in text.splitlines(keepends=True):
        told = _DELIMITER.match(line)
        if told is not None:
            delimiter, line = told[1], "\n"
        elif delimiter != ";":
            line = line.replace(delimiter, ";" + " " * (len(delimiter) - 1))
        out.append(line)
    return "".join(out)


def _open_quote(text: str) -> int:
    """Where a quote or comment begins that never ends; -1 where there is none."""
    place = 0
    while place < len(text):
        character = text[place]
        if text.startswith("--", place):
            place = text.find("\n", place)
        elif text.startswith("/*", place):
            end = text.find("*/", place + 2)
            if end < 0:
                return place
            place = end + 1
        elif character in "'\"`":
            end = text.find(character, place + 1)
            if end < 0:
                return place
            place = end
        if place < 0:
            return -1
        place += 1
    return -1


def _opened(tokens: list[Token], text: str, dialect: Dialect) -> Iterator[Token]:
    """The tokens, with what sqlglot takes for the argument of a command, as after LOOP or EXECUTE, read as words too."""
    for token in tokens:
        start = _bare(token, text) if token.token_type == TokenType.STRING else None
        if start is None:
            yield token
            continue
        line = text.count("\n", 0, start)
        for inner in _opened(dialect.tokenize(token.text), token.text, dialect):
            first, last = inner.start + start, inner.end + start
            yield Token(inner.token_type, inner.text, line=inner.line + line, col=inner.col, start=first, end=last)


def _bare(token: Token, text: str) -> int | None:
    """Where a token of text stands in the script without quotes of its own; None for one in quotes.

    sqlglot gives the end of a command's argument as its start.
    """
    if text[token.start : token.start + 1] in _QUOTES and text.startswith(token.text, token.start + 1):
        return None
    starts = (token.end - len(token.text) + 1, token.start - len(token.text) + 1, token.start)
    return next((start for start in starts if start >= 0 and token.text and text.startswith(token.text, start)), None)
