"""Variables, records and cursors of a script or body."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot.tokenizer_core import Token, TokenType

from fabric.lineage.words import TEXTS, word_of

__all__ = ["Routine", "cursor_before", "fetched", "set_variable", "variable_at", "without_variables"]


@dataclass(slots=True)
class Routine:
    """A script or body: the names of its variables and parameters, and the table of a trigger."""

    names: set[str] = field(default_factory=set)
    texts: dict[str, str] = field(default_factory=dict)
    """What those variables hold that are set to a text once."""
    table: str = ""


def set_variable(name: str, segment: list[Token], routine: Routine) -> None:
    """Note a variable, with the text that it is set to."""
    before = word_of(segment[-2]) if len(segment) > 2 else ""
    if segment[-1].token_type in TEXTS and before in {"=", ":=", "DEFAULT"} and name not in routine.texts:
        routine.texts[name] = segment[-1].text
    elif before or name in routine.texts:
        routine.texts.pop(name, None)
    routine.names.add(name)


def variable_at(tokens: list[Token], place: int) -> tuple[str, int]:
    """The variable named at a place, and the place after it."""
    if place < len(tokens) and tokens[place].text == "@" and place + 1 < len(tokens):
        return f"@{tokens[place + 1].text.lower()}", place + 2
    if place < len(tokens) and tokens[place].text.replace("_", "a").lstrip("@").isalnum():
        return tokens[place].text.lower(), place + 1
    return "", place


def variables_at(tokens: list[Token], place: int) -> tuple[tuple[str, ...], int]:
    """The variables of a list that begins at a place, and the place after it."""
    found: list[str] = []
    while place < len(tokens):
        name, place = variable_at(tokens, place)
        if not name:
            break
        found.append(name)
        if place >= len(tokens) or tokens[place].token_type != TokenType.COMMA:
            break
        place += 1
    return tuple(found), place


def fetched(segment: list[Token]) -> tuple[str, tuple[str, ...]]:
    """FETCH [NEXT FROM] cursor INTO variables."""
    place = next((n for n, token in enumerate(segment) if word_of(token) == "INTO"), None)
    if place is None:
        return "", ()
    return segment[place - 1].text.lower(), variables_at(segment, place + 1)[0]


def cursor_before(tokens: list[Token]) -> str:
    """The cursor that a query is of: CURSOR name IS query, or name CURSOR FOR query."""
    words = [word_of(token) for token in tokens[-3:]]
    if len(words) == 3 and words[0] == "CURSOR" and words[2] in {"IS", "FOR"}:
        return words[1].lower()
    return words[0].lower() if len(words) == 3 and words[1] == "CURSOR" else ""


def without_variables(segment: list[Token]) -> tuple[list[Token], tuple[str, ...]]:
    """A query in a body without `INTO variable`, and the variables; `INTO #table` and `INSERT INTO` are left."""
    if word_of(segment[0]) not in {"SELECT", "WITH"}:
        return segment, ()
    depth = 0
    for place, token in enumerate(segment):
        word = word_of(token)
        depth += (word == "(") - (word == ")")
        if depth or word != "INTO" or word_of(segment[place - 1]) in {"INSERT", "MERGE", "OVERWRITE"}:
            continue
        start = place + 1
        if start < len(segment) and (
            segment[start].text.startswith("#") or segment[start].token_type == TokenType.HASH
        ):
            return segment, ()
        if start < len(segment) and word_of(segment[start]) == "STRICT":
            start += 1
        names, end = variables_at(segment, start)
        if not names or (end < len(segment) and segment[end].token_type == TokenType.DOT):
            return segment, ()
        return [*segment[:place], *segment[end:]], names
    return segment, ()
