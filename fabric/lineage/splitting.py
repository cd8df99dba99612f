"""Cuts a script into statements, also those within the bodies of procedures, by its tokens.

A body is not parsed as a program: its control flow is left aside, and every statement that may run is taken. What runs as text
that is put together at run time cannot be known, and is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot.dialects.dialect import Dialect
from sqlglot.tokenizer_core import Token, TokenType

from fabric.lineage.segments import STARTS, TAKEN, segments
from fabric.lineage.statement import Problem
from fabric.lineage.variables import Routine, cursor_before, fetched, set_variable, variable_at, without_variables
from fabric.lineage.words import TEXTS, plain_delimiters, tokens_of, word_of

__all__ = ["Piece", "split"]

_RUNNING = frozenset({"EXECUTE", "EXEC", "PREPARE"})
_BLOCKS = frozenset({"BEGIN", "DECLARE", "IF", "WHILE", "FOR", "LOOP"})
_ROUTINES = {"PROCEDURE", "PROC", "FUNCTION", "TRIGGER", "PACKAGE"}


@dataclass(frozen=True, slots=True)
class Piece:
    """One statement: its tokens and where it begins, with the script or body that it is of.

    Its columns are put into the variables `into`, its rows into the record or cursor `rows`. A piece with `fetched` is
    no statement, but puts the columns of that cursor into variables.
    """

    tokens: tuple[Token, ...]
    routine: Routine
    into: tuple[str, ...] = ()
    rows: str = ""
    fetched: str = ""

    @property
    def line(self) -> int:
        """Line of its first token, from 1."""
        return self.tokens[0].line

    def text(self, script: str) -> str:
        """The statement's own text."""
        return script[self.tokens[0].start : self.tokens[-1].end + 1]


def split(text: str, dialect: Dialect, problems: list[Problem]) -> Iterator[tuple[Piece, str]]:
    """The statements of a script in order, each with the text that its tokens are of.

    What cannot be split is added to `problems`.
    """
    text = plain_delimiters(text)
    transact = _is_transact(dialect)
    here = Routine()
    for batch in _batches(tokens_of(text, dialect, problems)):
        start = 0
        while start < len(batch):
            end = len(batch) if transact and _is_routine(batch[start : start + 8]) else _end(batch, start)
            chunk, start = batch[start:end], end + 1
            if not chunk:
                continue
            first = word_of(chunk[0])
            if _is_routine(chunk) or first == "DO":
                yield from _routine(chunk, text, dialect, problems)
            elif transact or (first in _BLOCKS and len(chunk) > 1):
                block = chunk[1:] if first == "BEGIN" else chunk
                yield from _body(block, text, dialect, problems, here, whole=transact)
            elif first in _RUNNING:
                yield from _executed(chunk, text, dialect, problems, here)
            elif first == "SET" and len(chunk) > 3:
                yield from _within(chunk, text, here)
            else:
                yield Piece(tuple(chunk), here), text


def _is_transact(dialect: Dialect) -> bool:
    return type(dialect).__name__ in {"TSQL", "Fabric"}


def _is_routine(tokens: list[Token]) -> bool:
    words = [word_of(token) for token in tokens[:8]]
    return words[0] in {"CREATE", "ALTER"} and bool(_ROUTINES & set(words[:5]))


def _batches(tokens: list[Token]) -> Iterator[list[Token]]:
    """The tokens parted at GO, where it stands alone on its line."""
    here: list[Token] = []
    for place, token in enumerate(tokens):
        if (
            word_of(token) == "GO"
            and (place == 0 or tokens[place - 1].line < token.line)
            and (place + 1 == len(tokens) or tokens[place + 1].line > token.line)
        ):
            yield here
            here = []
        else:
            here.append(token)
    yield here


def _end(tokens: list[Token], start: int) -> int:
    """The place of the semicolon that ends the statement which begins at a place; blocks and bodies stay whole."""
    words = [word_of(token) for token in tokens[start : start + 8]]
    block = _is_routine(tokens[start : start + 8]) or words[0] in _BLOCKS
    if words == ["BEGIN"] or (words[0] == "BEGIN" and words[1] in {"TRANSACTION", "TRAN", "WORK", ";"}):
        block = False
    depth, begun = 0, False
    for place in range(start, len(tokens)):
        token = tokens[place]
        if block:
            word, after = word_of(token), word_of(tokens[place + 1]) if place + 1 < len(tokens) else ""
            if (
                word in {"BEGIN", "CASE"}
                and after not in {"TRANSACTION", "TRAN", "WORK"}
                and not (word == "CASE" and _ends(tokens, place))
            ):
                depth, begun = depth + 1, begun or word == "BEGIN"
            elif word in {"IF", "LOOP"} and not begun and place == start:
                depth, begun = depth + 1, True
            elif word == "END" and after not in {"IF", "LOOP", "WHILE", "FOR", "REPEAT"}:
                depth -= 1
        if token.token_type == TokenType.SEMICOLON and (
            not block or (depth <= 0 and not (not begun and _declaring(tokens, start, place)))
        ):
            return place
    return len(tokens)


def _ends(tokens: list[Token], place: int) -> bool:
    return place > 0 and word_of(tokens[place - 1]) == "END"


def _declaring(tokens: list[Token], start: int, place: int) -> bool:
    """Whether a semicolon is between a routine's head and its BEGIN, as after a declaration."""
    first = word_of(tokens[start])
    if first == "DECLARE" or (first == "CREATE" and "DECLARE" in (word_of(t) for t in tokens[start:place])):
        rest = [word_of(token) for token in tokens[place + 1 : place + 400]]
        until = next((n for n, word in enumerate(rest) if word in TAKEN), len(rest))
        return "BEGIN" in rest[:until]
    return False


def _head(chunk: list[Token]) -> Routine:
    """The parameters of a routine, and the table of a trigger."""
    routine = Routine()
    depth = 0
    words = [word_of(token) for token in chunk]
    for place, word in enumerate(words):
        depth += (word == "(") - (word == ")")
        before = words[place - 1] if place else ""
        if depth == 1 and before in {"(", ",", "IN", "OUT", "INOUT", "VARIADIC"}:
            routine.names.add(chunk[place].text.lower())
        if depth == 0 and word in {"BEGIN", "AS", "IS", "DO"}:
            break
    if "TRIGGER" in words[:5] and "ON" in words:
        place = words.index("ON") + 1
        while place + 2 < len(chunk) and words[place + 1] == ".":
            place += 2
        routine.table = chunk[place].text if place < len(chunk) else ""
    return routine


def _routine(chunk: list[Token], text: str, dialect: Dialect, problems: list[Problem]) -> Iterator[tuple[Piece, str]]:
    routine = _head(chunk)
    body = next((token for place, token in enumerate(chunk) if _is_body(chunk, place)), None)
    if body is not None:
        inner = body.text
        within = tokens_of(inner, dialect, problems) if inner.startswith("$") else []
        if len(within) == 1:
            inner = within[0].text
        offset = text.count("\n", 0, text.find(inner)) if inner in text else 0
        padded = "\n" * offset + inner
        yield from _body(tokens_of(padded, dialect, problems), padded, dialect, problems, routine)
        return
    begin = next((n for n, token in enumerate(chunk) if word_of(token) == "BEGIN"), None)
    if begin is None:
        begin = (
            next((n for n, token in enumerate(chunk) if word_of(token) in {"AS", "IS"}), -1)
            if word_of(chunk[0]) == "CREATE"
            else -1
        )
    head = next((n for n, token in enumerate(chunk) if word_of(token) in {"AS", "IS"}), begin)
    yield from _body(chunk[min(begin, head) + 1 :], text, dialect, problems, routine)


def _is_body(chunk: list[Token], place: int) -> bool:
    token = chunk[place]
    if token.token_type in {TokenType.HEREDOC_STRING, TokenType.RAW_STRING}:
        return True
    return token.token_type == TokenType.STRING and place > 0 and word_of(chunk[place - 1]) in {"AS", "DO"}


def _body(
    tokens: list[Token], text: str, dialect: Dialect, problems: list[Problem], routine: Routine, *, whole: bool = False
) -> Iterator[tuple[Piece, str]]:
    """The statements within a body, or of a script that does without semicolons where `whole`."""
    end = 0
    for segment in segments(tokens):
        first = word_of(segment[0])
        end = next(n for n in range(end, len(tokens)) if tokens[n] is segment[-1]) + 1
        if first in _RUNNING:
            yield from _executed(segment, text, dialect, problems, routine)
        elif first == "FETCH":
            cursor, into = fetched(segment)
            if into:
                yield Piece(tuple(segment), routine, into, fetched=cursor), text
        elif first == "PERFORM":
            yield Piece(tuple(_as_select(segment, dialect)), routine), text
        elif first == "DECLARE" and "TABLE" in {word_of(token) for token in segment[:6]}:
            yield Piece(tuple(segment), routine), text
        elif first in TAKEN:
            kept, into = (segment, ()) if whole or _is_transact(dialect) else without_variables(segment)
            yield (
                Piece(
                    tuple(kept),
                    routine,
                    into,
                    cursor_before(tokens[max(0, end - len(segment) - 3) : end - len(segment)]),
                ),
                text,
            )
        elif whole and first not in STARTS:
            yield Piece(tuple(segment), routine), text
        else:
            yield from _within(segment, text, routine)


def _within(segment: list[Token], text: str, routine: Routine) -> Iterator[tuple[Piece, str]]:
    """The queries within a statement of control flow, a declaration or an assignment."""
    first = word_of(segment[0])
    names = segment[1:] if first in {"DECLARE", "SET", "FOR"} else segment
    if first not in STARTS or first in {"DECLARE", "SET", "FOR"}:
        name = variable_at(names, 0)[0]
        if name:
            set_variable(name, segment, routine)
    else:
        name = ""
    words = [word_of(token) for token in segment]
    if (first == "FOR" and words[2:3] == ["IN"] and words[4:] in ([], ["DO"])) or words[1:3] == ["CURSOR", "FOR"]:
        yield Piece(tuple(segment), routine, (name,), fetched=segment[3].text.lower() if words[3:] else ""), text
    start = next((n for n, token in enumerate(segment) if n and word_of(token) in {"SELECT", "WITH"}), None)
    if start is None:
        return
    if word_of(segment[start]) == "WITH" and word_of(segment[start - 1]) not in {"(", "FOR", "IN", "QUERY", "IS"}:
        return
    end, depth = start, 0
    while end < len(segment) and depth >= 0:
        word = word_of(segment[end])
        depth += (word == "(") - (word == ")")
        end += 1
    inner = segment[start : end if depth >= 0 else end - 1]
    if not inner:
        return
    rows = name if first in {"FOR", "DECLARE"} and word_of(segment[start - 1]) in {"FOR", "IN", "("} else ""
    into = (name,) if name and not rows and first != "FOR" else ()
    if first == "DECLARE" and "CURSOR" not in {word_of(token) for token in segment}:
        rows, into = "", (name,)
    yield Piece(tuple(inner), routine, into, rows), text
    if end < len(segment):
        rest = [segment[0], *segment[end:]] if first in STARTS else segment[end:]
        yield from _within(rest, text, routine)


def _as_select(segment: list[Token], dialect: Dialect) -> list[Token]:
    select = dialect.tokenize("SELECT")[0]
    first = segment[0]
    made = Token(select.token_type, "SELECT", line=first.line, col=first.col, start=first.start, end=first.end)
    return [made, *segment[1:]]


def _executed(
    segment: list[Token], script: str, dialect: Dialect, problems: list[Problem], routine: Routine
) -> Iterator[tuple[Piece, str]]:
    """EXECUTE of a text: its statements where it is written out; of others it is said that they cannot be known."""
    first = segment[0]
    words = [word_of(token) for token in segment[:3]]
    rest = [token for token in segment[1:] if word_of(token) not in {"IMMEDIATE", "("}]
    if words[0] == "PREPARE":
        rest = rest[2:]
    bound = bool(rest) and "SP_EXECUTESQL" in {word_of(token) for token in rest[:3]}
    if bound:
        rest = rest[next(n for n, token in enumerate(rest) if word_of(token) == "SP_EXECUTESQL") + 1 :]
    if rest and "SP_RENAME" in {word_of(token) for token in rest[:3]}:
        yield Piece(tuple(segment), routine), script
        return
    text = _text_of(rest, routine)
    if text is not None:
        yield from split("\n" * (first.line - 1) + text, dialect, problems)
        return
    called = bool(rest) and not bound and words[0] != "PREPARE" and "IMMEDIATE" not in words
    called = called and rest[0].token_type not in TEXTS and word_of(rest[0]) not in {"FORMAT", "CONCAT", "@"}
    if called and words[0] == "EXECUTE" and type(dialect).__name__ in {"Postgres", "Redshift"}:
        called = len(rest) > 1 and rest[1].token_type == TokenType.L_PAREN
    if rest and not called:
        reason = "the statement is put together at run time, so what it reads and writes cannot be known"
        problems.append(Problem(reason, first.line, max(1, first.col - len(first.text) + 1), severity="warning"))


def _text_of(tokens: list[Token], routine: Routine) -> str | None:
    """The text that tokens write out, or that the variable holds which they name."""
    if not tokens:
        return None
    name, end = variable_at(tokens, 0)
    if tokens[0].token_type in TEXTS:
        end = 1
    if end < len(tokens) and word_of(tokens[end]) in {"||", "+"}:
        return None
    if tokens[0].token_type in TEXTS:
        return tokens[0].text if " " in tokens[0].text.strip() else None
    return routine.texts.get(name)
