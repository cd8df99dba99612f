"""Cuts a script into statements, also those within the bodies of procedures, by its tokens.

A body is not parsed as a program: its control flow is left aside, and every statement that may run is taken. What runs as text
that is put together at run time cannot be known, and is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from fabric.lineage.statement import Problem

__all__ = ["Piece", "split"]

_TAKEN = frozenset(
    "SELECT INSERT UPDATE DELETE MERGE WITH CREATE TRUNCATE DROP ALTER COPY UNLOAD REPLACE".split()  # noqa: SIM905
)
"""Words that begin a statement with lineage, or one that matters to it."""
_STARTS = _TAKEN | frozenset(
    """PERFORM EXECUTE EXEC DECLARE SET IF WHILE RETURN BEGIN END ELSE ELSIF ELSEIF LOOP FOR FOREACH OPEN FETCH CLOSE COMMIT
    ROLLBACK PRINT RAISE RAISERROR THROW EXCEPTION CALL THEN EXIT CONTINUE NULL GO USE""".split()  # noqa: SIM905
)
_JOINING = frozenset(
    """UNION ALL EXCEPT INTERSECT MINUS DISTINCT AS ( FOR DO KEY ON , EXPLAIN OR RECURSIVE QUERY IN SET NOT ROW EXISTS WHEN
    RETURNING GRANT REVOKE BEFORE AFTER OF .""".split()  # noqa: SIM905
)
"""Words after which a word that may start a statement does not."""
_MIDST = frozenset("SELECT WHEN THEN ELSE AND OR NOT BY WHERE ON SET VALUES HAVING CASE BETWEEN LIKE IN".split())  # noqa: SIM905
_BLOCKS = frozenset({"BEGIN", "DECLARE", "IF", "WHILE", "FOR", "LOOP"})
_DEFINING = frozenset({"CREATE", "DROP", "ALTER", "TRUNCATE"})
_ROUTINES = {"PROCEDURE", "PROC", "FUNCTION", "TRIGGER", "PACKAGE"}
_QUOTES = set("'$\"qQrRnNbBeEuU`")
_TEXTS = {TokenType.HEREDOC_STRING, TokenType.RAW_STRING, TokenType.STRING}


@dataclass(frozen=True, slots=True)
class Piece:
    """One statement: its tokens and where it begins. `routine` where it is of a procedure's body."""

    tokens: tuple[Token, ...]
    routine: bool = False

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
    tokens = _tokens(text, dialect, problems)
    while tokens:
        chunk, tokens = _first(tokens)
        if not chunk:
            continue
        words = [_word(token) for token in chunk[:8]]
        if (
            (words[0] == "CREATE" and _ROUTINES & set(words[:5]))
            or words[0] == "DO"
            or (words[0] in _BLOCKS and len(chunk) > 1)
        ):
            yield from _routine(chunk, text, dialect, problems)
        elif words[0] in {"EXECUTE", "EXEC"}:
            yield from _executed(chunk, dialect, problems)
        else:
            yield Piece(tuple(chunk)), text


def _tokens(text: str, dialect: Dialect, problems: list[Problem]) -> list[Token]:
    try:
        return list(_opened(dialect.tokenize(text), text, dialect))
    except SqlglotError as error:
        line = text.count("\n", 0, len(text)) + 1
        problems.append(Problem(f"the text cannot be read as words: {error}", line, 1, text[:200]))
        return []


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
    starts = (token.start - len(token.text) + 1, token.start)
    return next((start for start in starts if start >= 0 and token.text and text.startswith(token.text, start)), None)


def _word(token: Token) -> str:
    return token.text.upper() if token.token_type not in _TEXTS and token.token_type != TokenType.IDENTIFIER else ""


def _first(tokens: list[Token]) -> tuple[list[Token], list[Token]]:
    """The tokens up to the first semicolon that ends a statement, and the rest; blocks and bodies stay whole."""
    words = [_word(token) for token in tokens[:8]]
    block = bool(words) and ((words[0] == "CREATE" and bool(_ROUTINES & set(words[:5]))) or words[0] in _BLOCKS)
    if words[:2] in (["BEGIN", "TRANSACTION"], ["BEGIN", "TRAN"], ["BEGIN", "WORK"], ["BEGIN", ";"]) or words == [
        "BEGIN"
    ]:
        block = False
    depth, begun = 0, False
    for place, token in enumerate(tokens):
        word = _word(token)
        if block:
            after = _word(tokens[place + 1]) if place + 1 < len(tokens) else ""
            if (
                word in {"BEGIN", "CASE"}
                and after not in {"TRANSACTION", "TRAN", "WORK"}
                and not (word == "CASE" and _ends(tokens, place))
            ):
                depth, begun = depth + 1, begun or word == "BEGIN"
            elif word in {"IF", "LOOP"} and not begun and place == 0:
                depth, begun = depth + 1, True
            elif word == "END" and after not in {"IF", "LOOP", "WHILE", "FOR", "REPEAT"}:
                depth -= 1
        if (
            token.token_type == TokenType.SEMICOLON
            and (not block or depth <= 0)
            and not _declaring(tokens, place, block=block, begun=begun)
        ):
            return tokens[:place], tokens[place + 1 :]
    return tokens, []


def _ends(tokens: list[Token], place: int) -> bool:
    return place > 0 and _word(tokens[place - 1]) == "END"


def _declaring(tokens: list[Token], place: int, *, block: bool, begun: bool) -> bool:
    """Whether a semicolon is between a routine's head and its BEGIN, as after a declaration."""
    if not block or begun:
        return False
    rest = [_word(token) for token in tokens[place + 1 : place + 400]]
    if _word(tokens[0]) == "DECLARE" or (
        _word(tokens[0]) == "CREATE" and "DECLARE" in (_word(t) for t in tokens[:place])
    ):
        until = next((n for n, word in enumerate(rest) if word in _TAKEN), len(rest))
        return "BEGIN" in rest[:until]
    return False


def _routine(chunk: list[Token], text: str, dialect: Dialect, problems: list[Problem]) -> Iterator[tuple[Piece, str]]:
    body = next((token for place, token in enumerate(chunk) if _is_body(chunk, place)), None)
    if body is not None:
        inner = body.text
        within = _tokens(inner, dialect, problems) if inner.startswith("$") else []
        if len(within) == 1:
            inner = within[0].text
        offset = text.count("\n", 0, text.find(inner)) if inner in text else 0
        padded = "\n" * offset + inner
        yield from _body(_tokens(padded, dialect, problems), padded, dialect, problems)
        return
    begin = next((n for n, token in enumerate(chunk) if _word(token) == "BEGIN"), None)
    if begin is None:
        begin = (
            next((n for n, token in enumerate(chunk) if _word(token) in {"AS", "IS"}), -1)
            if _word(chunk[0]) == "CREATE"
            else -1
        )
    yield from _body(chunk[begin + 1 :], text, dialect, problems)


def _is_body(chunk: list[Token], place: int) -> bool:
    token = chunk[place]
    if token.token_type in {TokenType.HEREDOC_STRING, TokenType.RAW_STRING}:
        return True
    return token.token_type == TokenType.STRING and place > 0 and _word(chunk[place - 1]) in {"AS", "DO"}


def _body(tokens: list[Token], text: str, dialect: Dialect, problems: list[Problem]) -> Iterator[tuple[Piece, str]]:
    """The statements within a body."""
    for segment in _segments(tokens):
        first = _word(segment[0])
        if first == "PERFORM":
            segment = _as_select(segment, dialect)
        elif first in {"EXECUTE", "EXEC"}:
            yield from _executed(segment, dialect, problems)
            continue
        elif first == "RETURN" and len(segment) > 2 and _word(segment[1]) == "QUERY":
            segment = segment[2:]
        elif first == "FOR":
            place = next((n for n, token in enumerate(segment) if _word(token) in {"SELECT", "WITH"}), None)
            if place is None:
                continue
            segment = segment[place:]
            if segment and _word(segment[-1]) == ")":
                segment = segment[:-1]
        elif first not in _TAKEN:
            continue
        yield Piece(tuple(_without_variables(segment)), routine=True), text


def _segments(tokens: list[Token]) -> Iterator[list[Token]]:
    here: list[Token] = []
    depth = cases = 0
    for place, token in enumerate(tokens):
        word = _word(token)
        depth += (word == "(") - (word == ")")
        if token.token_type == TokenType.SEMICOLON:
            if here:
                yield here
            here, cases = [], 0
            continue
        if word == "CASE":
            cases += 1
        before = _word(tokens[place - 1]) if place else ""
        if depth <= 0 and word in _STARTS and not _goes_on(here, word, before, cases):
            if here:
                yield here
            here = []
        if word == "END" and cases:
            cases -= 1
        here.append(token)
    if here:
        yield here


def _goes_on(here: list[Token], word: str, before: str, cases: int) -> bool:
    """Whether a word that may start a statement belongs to the one that is being read."""
    if not here:
        return False
    if cases and word in {"END", "ELSE", "THEN"}:
        return True
    first = _word(here[0])
    if first in {"SET", "IF", "WHILE", "PRINT"} and word in _TAKEN:
        return False
    if first in _TAKEN and word in {"THEN", "ELSE", "IF", "NULL", "REPLACE", "FOR", "END", "USE", "LOOP", "EXCEPTION"}:
        if word == "IF":  # a function, or IF EXISTS; the statement IF follows a name, a number or a parenthesis
            return first in _DEFINING or before in _MIDST or not (before == ")" or before.replace("_", "a").isalnum())
        return word in {"NULL", "REPLACE", "FOR", "USE"} or (first == "MERGE" and word == "THEN")
    if first == "FOR":
        return word not in {"LOOP", "DO", "BEGIN"}
    if before in _JOINING:
        return True
    words = {_word(token) for token in here}
    if word in {"SELECT", "WITH"} and first in {"INSERT", "REPLACE"}:
        return not words & {"SELECT", "VALUES"} or "WITH" in words
    if first == "WITH" and word in {"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE"}:
        return before == ")" and not _main_seen(here)
    if word == "SET":
        return first in {"UPDATE", "INSERT", "MERGE", "ALTER", "WITH"}
    if first == "MERGE":
        return word in {"INSERT", "UPDATE", "DELETE"} and before == "THEN"
    return (
        first in {"DECLARE", "RETURN", "OPEN", "FETCH"}
        and word in {"NULL", "SELECT"}
        and before in {"DEFAULT", "FOR", "=", ":=", "QUERY"}
    )


def _main_seen(here: list[Token]) -> bool:
    depth = 0
    for token in here[1:]:
        word = _word(token)
        depth += (word == "(") - (word == ")")
        if depth == 0 and word in _TAKEN:
            return True
    return False


def _as_select(segment: list[Token], dialect: Dialect) -> list[Token]:
    select = dialect.tokenize("SELECT")[0]
    first = segment[0]
    made = Token(select.token_type, "SELECT", line=first.line, col=first.col, start=first.start, end=first.end)
    return [made, *segment[1:]]


def _without_variables(segment: list[Token]) -> list[Token]:
    """A query in a body without `INTO variable`; `INTO #table` and `INSERT INTO` are left."""
    if _word(segment[0]) not in {"SELECT", "WITH"}:
        return segment
    depth = 0
    for place, token in enumerate(segment):
        word = _word(token)
        depth += (word == "(") - (word == ")")
        if depth or word != "INTO" or _word(segment[place - 1]) in {"INSERT", "MERGE", "OVERWRITE"}:
            continue
        end = place + 1
        if end < len(segment) and (segment[end].text.startswith("#") or segment[end].token_type == TokenType.HASH):
            return segment
        if any(_word(later) in {"STRICT"} for later in segment[end : end + 1]):
            end += 1
        while end + 1 < len(segment) and segment[end + 1].token_type in {TokenType.COMMA, TokenType.DOT}:
            end += 2
        if any(later.token_type == TokenType.DOT for later in segment[place:end]):
            return segment
        return [*segment[:place], *segment[end + 1 :]]
    return segment


def _executed(segment: list[Token], dialect: Dialect, problems: list[Problem]) -> Iterator[tuple[Piece, str]]:
    """EXECUTE 'text': the statements of a text that is written out; of others it is said that they cannot be known."""
    rest = [token for token in segment[1:] if _word(token) not in {"IMMEDIATE", "("}]
    if rest and rest[0].token_type in _TEXTS and " " in rest[0].text.strip():
        following = _word(rest[1]) if len(rest) > 1 else ""
        if following not in {"||", "+"}:
            yield from split(rest[0].text, dialect, problems)
            return
    dynamic = any(token.token_type in _TEXTS or token.token_type == TokenType.DPIPE for token in rest) or len(rest) == 1
    if dynamic and not (len(rest) == 1 and rest[0].token_type == TokenType.VAR and not rest[0].text.startswith("@")):
        reason = "the statement is put together at run time, so what it reads and writes cannot be known"
        problems.append(Problem(reason, segment[0].line, max(1, segment[0].col), severity="warning"))
