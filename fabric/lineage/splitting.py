"""Cuts a script into statements, also those within the bodies of procedures, by its tokens.

A body is not parsed as a program: its control flow is left aside, and every statement that may run is taken. What runs as text
that is put together at run time cannot be known, and is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

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
    """PERFORM EXECUTE EXEC PREPARE DECLARE SET IF WHILE RETURN BEGIN END ELSE ELSIF ELSEIF LOOP FOR FOREACH OPEN FETCH CLOSE COMMIT
    ROLLBACK PRINT RAISE RAISERROR THROW EXCEPTION CALL THEN EXIT CONTINUE NULL GO USE""".split()  # noqa: SIM905
)
_RUNNING = frozenset({"EXECUTE", "EXEC", "PREPARE"})
_JOINING = frozenset(
    """UNION ALL EXCEPT INTERSECT MINUS DISTINCT AS ( FOR DO KEY ON , EXPLAIN OR RECURSIVE QUERY IN SET NOT ROW EXISTS WHEN
    RETURNING GRANT REVOKE BEFORE AFTER OF .""".split()  # noqa: SIM905
)
"""Words after which a word that may start a statement does not."""
_MIDST = frozenset("SELECT WHEN THEN ELSE AND OR NOT BY WHERE ON SET VALUES HAVING CASE BETWEEN LIKE IN".split())  # noqa: SIM905
_BLOCKS = frozenset({"BEGIN", "DECLARE", "IF", "WHILE", "FOR", "LOOP"})
_DEFINING = frozenset({"CREATE", "DROP", "ALTER", "TRUNCATE"})
_OPEN_QUOTES = 5
"""Quotes left open of which a text is freed at most."""
_DELIMITER = re.compile(r"\s*delimiter\s+(\S+)\s*$", re.IGNORECASE)
_ROUTINES = {"PROCEDURE", "PROC", "FUNCTION", "TRIGGER", "PACKAGE"}
_QUOTES = set("'$\"qQrRnNbBeEuU`")
_TEXTS = {TokenType.HEREDOC_STRING, TokenType.NATIONAL_STRING, TokenType.RAW_STRING, TokenType.STRING}


@dataclass(slots=True)
class Routine:
    """A script or body: the names of its variables and parameters, and the table of a trigger."""

    names: set[str] = field(default_factory=set)
    texts: dict[str, str] = field(default_factory=dict)
    """What those variables hold that are set to a text once."""
    table: str = ""


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
    text = _plain_delimiters(text)
    transact = _is_transact(dialect)
    here = Routine()
    for batch in _batches(_tokens(text, dialect, problems)):
        start = 0
        while start < len(batch):
            end = len(batch) if transact and _is_routine(batch[start : start + 8]) else _end(batch, start)
            chunk, start = batch[start:end], end + 1
            if not chunk:
                continue
            first = _word(chunk[0])
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


def _plain_delimiters(text: str) -> str:
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


def _is_routine(tokens: list[Token]) -> bool:
    words = [_word(token) for token in tokens[:8]]
    return words[0] in {"CREATE", "ALTER"} and bool(_ROUTINES & set(words[:5]))


def _batches(tokens: list[Token]) -> Iterator[list[Token]]:
    """The tokens parted at GO, where it stands alone on its line."""
    here: list[Token] = []
    for place, token in enumerate(tokens):
        if (
            _word(token) == "GO"
            and (place == 0 or tokens[place - 1].line < token.line)
            and (place + 1 == len(tokens) or tokens[place + 1].line > token.line)
        ):
            yield here
            here = []
        else:
            here.append(token)
    yield here


def _tokens(text: str, dialect: Dialect, problems: list[Problem]) -> list[Token]:
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


def _word(token: Token) -> str:
    return token.text.upper() if token.token_type not in _TEXTS and token.token_type != TokenType.IDENTIFIER else ""


def _end(tokens: list[Token], start: int) -> int:
    """The place of the semicolon that ends the statement which begins at a place; blocks and bodies stay whole."""
    words = [_word(token) for token in tokens[start : start + 8]]
    block = _is_routine(tokens[start : start + 8]) or words[0] in _BLOCKS
    if words == ["BEGIN"] or (words[0] == "BEGIN" and words[1] in {"TRANSACTION", "TRAN", "WORK", ";"}):
        block = False
    depth, begun = 0, False
    for place in range(start, len(tokens)):
        token = tokens[place]
        if block:
            word, after = _word(token), _word(tokens[place + 1]) if place + 1 < len(tokens) else ""
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
    return place > 0 and _word(tokens[place - 1]) == "END"


def _declaring(tokens: list[Token], start: int, place: int) -> bool:
    """Whether a semicolon is between a routine's head and its BEGIN, as after a declaration."""
    first = _word(tokens[start])
    if first == "DECLARE" or (first == "CREATE" and "DECLARE" in (_word(t) for t in tokens[start:place])):
        rest = [_word(token) for token in tokens[place + 1 : place + 400]]
        until = next((n for n, word in enumerate(rest) if word in _TAKEN), len(rest))
        return "BEGIN" in rest[:until]
    return False


def _head(chunk: list[Token]) -> Routine:
    """The parameters of a routine, and the table of a trigger."""
    routine = Routine()
    depth = 0
    words = [_word(token) for token in chunk]
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
        within = _tokens(inner, dialect, problems) if inner.startswith("$") else []
        if len(within) == 1:
            inner = within[0].text
        offset = text.count("\n", 0, text.find(inner)) if inner in text else 0
        padded = "\n" * offset + inner
        yield from _body(_tokens(padded, dialect, problems), padded, dialect, problems, routine)
        return
    begin = next((n for n, token in enumerate(chunk) if _word(token) == "BEGIN"), None)
    if begin is None:
        begin = (
            next((n for n, token in enumerate(chunk) if _word(token) in {"AS", "IS"}), -1)
            if _word(chunk[0]) == "CREATE"
            else -1
        )
    head = next((n for n, token in enumerate(chunk) if _word(token) in {"AS", "IS"}), begin)
    yield from _body(chunk[min(begin, head) + 1 :], text, dialect, problems, routine)


def _is_body(chunk: list[Token], place: int) -> bool:
    token = chunk[place]
    if token.token_type in {TokenType.HEREDOC_STRING, TokenType.RAW_STRING}:
        return True
    return token.token_type == TokenType.STRING and place > 0 and _word(chunk[place - 1]) in {"AS", "DO"}


def _body(
    tokens: list[Token], text: str, dialect: Dialect, problems: list[Problem], routine: Routine, *, whole: bool = False
) -> Iterator[tuple[Piece, str]]:
    """The statements within a body, or of a script that does without semicolons where `whole`."""
    end = 0
    for segment in _segments(tokens):
        first = _word(segment[0])
        end = next(n for n in range(end, len(tokens)) if tokens[n] is segment[-1]) + 1
        if first in _RUNNING:
            yield from _executed(segment, text, dialect, problems, routine)
        elif first == "FETCH":
            cursor, into = _fetched(segment)
            if into:
                yield Piece(tuple(segment), routine, into, fetched=cursor), text
        elif first == "PERFORM":
            yield Piece(tuple(_as_select(segment, dialect)), routine), text
        elif first == "DECLARE" and "TABLE" in {_word(token) for token in segment[:6]}:
            yield Piece(tuple(segment), routine), text
        elif first in _TAKEN:
            kept, into = (segment, ()) if whole or _is_transact(dialect) else _without_variables(segment)
            yield (
                Piece(
                    tuple(kept),
                    routine,
                    into,
                    _cursor_before(tokens[max(0, end - len(segment) - 3) : end - len(segment)]),
                ),
                text,
            )
        elif whole and first not in _STARTS:
            yield Piece(tuple(segment), routine), text
        else:
            yield from _within(segment, text, routine)


def _within(segment: list[Token], text: str, routine: Routine) -> Iterator[tuple[Piece, str]]:
    """The queries within a statement of control flow, a declaration or an assignment."""
    first = _word(segment[0])
    names = segment[1:] if first in {"DECLARE", "SET", "FOR"} else segment
    if first not in _STARTS or first in {"DECLARE", "SET", "FOR"}:
        name = _variable(names, 0)[0]
        if name:
            _set(name, segment, routine)
    else:
        name = ""
    words = [_word(token) for token in segment]
    if (first == "FOR" and words[2:3] == ["IN"] and words[4:] in ([], ["DO"])) or words[1:3] == ["CURSOR", "FOR"]:
        yield Piece(tuple(segment), routine, (name,), fetched=segment[3].text.lower() if words[3:] else ""), text
    start = next((n for n, token in enumerate(segment) if n and _word(token) in {"SELECT", "WITH"}), None)
    if start is None:
        return
    if _word(segment[start]) == "WITH" and _word(segment[start - 1]) not in {"(", "FOR", "IN", "QUERY", "IS"}:
        return
    end, depth = start, 0
    while end < len(segment) and depth >= 0:
        word = _word(segment[end])
        depth += (word == "(") - (word == ")")
        end += 1
    inner = segment[start : end if depth >= 0 else end - 1]
    if not inner:
        return
    rows = name if first in {"FOR", "DECLARE"} and _word(segment[start - 1]) in {"FOR", "IN", "("} else ""
    into = (name,) if name and not rows and first != "FOR" else ()
    if first == "DECLARE" and "CURSOR" not in {_word(token) for token in segment}:
        rows, into = "", (name,)
    yield Piece(tuple(inner), routine, into, rows), text
    if end < len(segment):
        rest = [segment[0], *segment[end:]] if first in _STARTS else segment[end:]
        yield from _within(rest, text, routine)


def _set(name: str, segment: list[Token], routine: Routine) -> None:
    """Note a variable, with the text that it is set to."""
    before = _word(segment[-2]) if len(segment) > 2 else ""
    if segment[-1].token_type in _TEXTS and before in {"=", ":=", "DEFAULT"} and name not in routine.texts:
        routine.texts[name] = segment[-1].text
    elif before or name in routine.texts:
        routine.texts.pop(name, None)
    routine.names.add(name)


def _variable(tokens: list[Token], place: int) -> tuple[str, int]:
    """The variable named at a place, and the place after it."""
    if place < len(tokens) and tokens[place].text == "@" and place + 1 < len(tokens):
        return f"@{tokens[place + 1].text.lower()}", place + 2
    if place < len(tokens) and tokens[place].text.replace("_", "a").lstrip("@").isalnum():
        return tokens[place].text.lower(), place + 1
    return "", place


def _variables(tokens: list[Token], place: int) -> tuple[tuple[str, ...], int]:
    """The variables of a list that begins at a place, and the place after it."""
    found: list[str] = []
    while place < len(tokens):
        name, place = _variable(tokens, place)
        if not name:
            break
        found.append(name)
        if place >= len(tokens) or tokens[place].token_type != TokenType.COMMA:
            break
        place += 1
    return tuple(found), place


def _fetched(segment: list[Token]) -> tuple[str, tuple[str, ...]]:
    """FETCH [NEXT FROM] cursor INTO variables."""
    place = next((n for n, token in enumerate(segment) if _word(token) == "INTO"), None)
    if place is None:
        return "", ()
    return segment[place - 1].text.lower(), _variables(segment, place + 1)[0]


def _cursor_before(tokens: list[Token]) -> str:
    """The cursor that a query is of: CURSOR name IS query, or name CURSOR FOR query."""
    words = [_word(token) for token in tokens[-3:]]
    if len(words) == 3 and words[0] == "CURSOR" and words[2] in {"IS", "FOR"}:
        return words[1].lower()
    return words[0].lower() if len(words) == 3 and words[1] == "CURSOR" else ""


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
        named = word != "WITH" or not here or _is_naming(tokens, place)
        if depth <= 0 and word in _STARTS and named and not _goes_on(here, word, before, cases):
            if here:
                yield here
            here = []
        if word == "END" and cases:
            cases -= 1
        here.append(token)
    if here:
        yield here


def _is_naming(tokens: list[Token], place: int) -> bool:
    """Whether WITH names a query: WITH name AS ( or WITH name (columns) AS (."""
    place += 2 + (place + 1 < len(tokens) and _word(tokens[place + 1]) == "RECURSIVE")
    if place < len(tokens) and _word(tokens[place]) == "(":
        while place < len(tokens) and _word(tokens[place]) != ")":
            place += 1
        place += 1
    return (
        place + 1 < len(tokens)
        and _word(tokens[place]) == "AS"
        and _word(tokens[place + 1]) in {"(", "MATERIALIZED", "NOT"}
    )


def _goes_on(here: list[Token], word: str, before: str, cases: int) -> bool:
    """Whether a word that may start a statement belongs to the one that is being read."""
    if not here:
        return False
    if cases and word in {"END", "ELSE", "THEN"}:
        return True
    first = _word(here[0])
    if first == "WITH" and (main := _main_word(here)):
        if _inserting(here) and word == "SELECT":
            return True
        first = main
    if first in {"SET", "IF", "WHILE", "PRINT"} and word in _TAKEN:
        return False
    if first in _TAKEN and word in {"THEN", "ELSE", "IF", "NULL", "REPLACE", "FOR", "END", "USE", "LOOP", "EXCEPTION"}:
        if word == "IF":  # a function, or IF EXISTS; the statement IF follows a name, a number or a parenthesis
            return first in _DEFINING or before in _MIDST or not (before == ")" or before.replace("_", "a").isalnum())
        return word in {"NULL", "REPLACE", "FOR", "USE"} or (first == "MERGE" and word == "THEN")
    if word == "FOR" and (before == "CURSOR" or (first == "DECLARE" and "CURSOR" in {_word(t) for t in here})):
        return True
    if first == "FOR":
        return word not in {"LOOP", "BEGIN"} and before not in {"DO", "LOOP"}
    if (before in _JOINING and not (before == "DO" and first == "WHILE")) or (
        word == "FETCH" and before in {"ROW", "ROWS"}
    ):
        return True
    if word in {"EXEC", "EXECUTE"} and first == "INSERT":
        return not {_word(token) for token in here} & {"SELECT", "VALUES"}
    if first == "BULK" or (word == "INSERT" and before == "BULK"):
        return word not in _TAKEN or before == "BULK"
    words = {_word(token) for token in here}
    if word in {"SELECT", "WITH"} and first in {"INSERT", "REPLACE"}:
        return not words & {"SELECT", "VALUES"} or "WITH" in words
    if first == "WITH" and word in {"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE"}:
        return before == ")"
    if word == "SET":
        if first == "INSERT":
            return before == "UPDATE" or not words & {"SELECT", "VALUES", "SET"}
        return first in {"MERGE", "ALTER"} or (first == "UPDATE" and "SET" not in words)
    if first == "MERGE":
        return word in {"INSERT", "UPDATE", "DELETE"} and before == "THEN"
    return (
        first in {"DECLARE", "RETURN", "OPEN", "FETCH"}
        and word in {"NULL", "SELECT"}
        and before in {"DEFAULT", "FOR", "=", ":=", "QUERY"}
    )


def _inserting(here: list[Token]) -> bool:
    """Whether what was read of WITH ends in INSERT without its query."""
    depth, inserting = 0, False
    for token in here:
        word = _word(token)
        depth += (word == "(") - (word == ")")
        if depth == 0 and word in _TAKEN | {"VALUES"}:
            inserting = word == "INSERT"
    return inserting


def _main_word(here: list[Token]) -> str:
    """The word that begins the statement after WITH; empty where it is still to come."""
    depth = 0
    for token in here[1:]:
        word = _word(token)
        depth += (word == "(") - (word == ")")
        if depth == 0 and word in _TAKEN:
            return word
    return ""


def _as_select(segment: list[Token], dialect: Dialect) -> list[Token]:
    select = dialect.tokenize("SELECT")[0]
    first = segment[0]
    made = Token(select.token_type, "SELECT", line=first.line, col=first.col, start=first.start, end=first.end)
    return [made, *segment[1:]]


def _without_variables(segment: list[Token]) -> tuple[list[Token], tuple[str, ...]]:
    """A query in a body without `INTO variable`, and the variables; `INTO #table` and `INSERT INTO` are left."""
    if _word(segment[0]) not in {"SELECT", "WITH"}:
        return segment, ()
    depth = 0
    for place, token in enumerate(segment):
        word = _word(token)
        depth += (word == "(") - (word == ")")
        if depth or word != "INTO" or _word(segment[place - 1]) in {"INSERT", "MERGE", "OVERWRITE"}:
            continue
        start = place + 1
        if start < len(segment) and (
            segment[start].text.startswith("#") or segment[start].token_type == TokenType.HASH
        ):
            return segment, ()
        if start < len(segment) and _word(segment[start]) == "STRICT":
            start += 1
        names, end = _variables(segment, start)
        if not names or (end < len(segment) and segment[end].token_type == TokenType.DOT):
            return segment, ()
        return [*segment[:place], *segment[end:]], names
    return segment, ()


def _executed(
    segment: list[Token], script: str, dialect: Dialect, problems: list[Problem], routine: Routine
) -> Iterator[tuple[Piece, str]]:
    """EXECUTE of a text: its statements where it is written out; of others it is said that they cannot be known."""
    first = segment[0]
    words = [_word(token) for token in segment[:3]]
    rest = [token for token in segment[1:] if _word(token) not in {"IMMEDIATE", "("}]
    if words[0] == "PREPARE":
        rest = rest[2:]
    bound = bool(rest) and "SP_EXECUTESQL" in {_word(token) for token in rest[:3]}
    if bound:
        rest = rest[next(n for n, token in enumerate(rest) if _word(token) == "SP_EXECUTESQL") + 1 :]
    if rest and "SP_RENAME" in {_word(token) for token in rest[:3]}:
        yield Piece(tuple(segment), routine), script
        return
    text = _text_of(rest, routine)
    if text is not None:
        yield from split("\n" * (first.line - 1) + text, dialect, problems)
        return
    called = bool(rest) and not bound and words[0] != "PREPARE" and "IMMEDIATE" not in words
    called = called and rest[0].token_type not in _TEXTS and _word(rest[0]) not in {"FORMAT", "CONCAT", "@"}
    if called and words[0] == "EXECUTE" and type(dialect).__name__ in {"Postgres", "Redshift"}:
        called = len(rest) > 1 and rest[1].token_type == TokenType.L_PAREN
    if rest and not called:
        reason = "the statement is put together at run time, so what it reads and writes cannot be known"
        problems.append(Problem(reason, first.line, max(1, first.col - len(first.text) + 1), severity="warning"))


def _text_of(tokens: list[Token], routine: Routine) -> str | None:
    """The text that tokens write out, or that the variable holds which they name."""
    if not tokens:
        return None
    name, end = _variable(tokens, 0)
    if tokens[0].token_type in _TEXTS:
        end = 1
    if end < len(tokens) and _word(tokens[end]) in {"||", "+"}:
        return None
    if tokens[0].token_type in _TEXTS:
        return tokens[0].text if " " in tokens[0].text.strip() else None
    return routine.texts.get(name)
