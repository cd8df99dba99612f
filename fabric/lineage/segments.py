"""Where one statement ends and the next begins, where no semicolon says so."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot.tokenizer_core import Token, TokenType

from fabric.lineage.words import word_of

__all__ = ["STARTS", "TAKEN", "segments"]

TAKEN = frozenset(
    "SELECT INSERT UPDATE DELETE MERGE WITH CREATE TRUNCATE DROP ALTER COPY UNLOAD REPLACE".split()  # noqa: SIM905
)
"""Words that begin a statement with lineage, or one that matters to it."""
STARTS = TAKEN | frozenset(
    """PERFORM EXECUTE EXEC PREPARE DECLARE SET IF WHILE RETURN BEGIN END ELSE ELSIF ELSEIF LOOP FOR FOREACH OPEN FETCH CLOSE COMMIT
    ROLLBACK PRINT RAISE RAISERROR THROW EXCEPTION CALL THEN EXIT CONTINUE NULL GO USE""".split()  # noqa: SIM905
)
_JOINING = frozenset(
    """UNION ALL EXCEPT INTERSECT MINUS DISTINCT AS ( FOR DO KEY ON , EXPLAIN OR RECURSIVE QUERY IN SET NOT ROW EXISTS WHEN
    RETURNING GRANT REVOKE BEFORE AFTER OF .""".split()  # noqa: SIM905
)
"""Words after which a word that may start a statement does not."""
_MIDST = frozenset("SELECT WHEN THEN ELSE AND OR NOT BY WHERE ON SET VALUES HAVING CASE BETWEEN LIKE IN".split())  # noqa: SIM905
_DEFINING = frozenset({"CREATE", "DROP", "ALTER", "TRUNCATE"})


def segments(tokens: list[Token]) -> Iterator[list[Token]]:
    """Tokens by the statement that they are of."""
    here: list[Token] = []
    depth = cases = 0
    for place, token in enumerate(tokens):
        word = word_of(token)
        depth += (word == "(") - (word == ")")
        if token.token_type == TokenType.SEMICOLON:
            if here:
                yield here
            here, cases = [], 0
            continue
        if word == "CASE":
            cases += 1
        before = word_of(tokens[place - 1]) if place else ""
        named = word != "WITH" or not here or _is_naming(tokens, place)
        if depth <= 0 and word in STARTS and named and not _goes_on(here, word, before, cases):
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
    place += 2 + (place + 1 < len(tokens) and word_of(tokens[place + 1]) == "RECURSIVE")
    if place < len(tokens) and word_of(tokens[place]) == "(":
        while place < len(tokens) and word_of(tokens[place]) != ")":
            place += 1
        place += 1
    return (
        place + 1 < len(tokens)
        and word_of(tokens[place]) == "AS"
        and word_of(tokens[place + 1]) in {"(", "MATERIALIZED", "NOT"}
    )


def _goes_on(here: list[Token], word: str, before: str, cases: int) -> bool:
    """Whether a word that may start a statement belongs to the one that is being read."""
    if not here:
        return False
    if cases and word in {"END", "ELSE", "THEN"}:
        return True
    first = word_of(here[0])
    if first == "WITH" and (main := _main_word(here)):
        if _inserting(here) and word == "SELECT":
            return True
        first = main
    if first in {"SET", "IF", "WHILE", "PRINT"} and word in TAKEN:
        return False
    if first in TAKEN and word in {"THEN", "ELSE", "IF", "NULL", "REPLACE", "FOR", "END", "USE", "LOOP", "EXCEPTION"}:
        if word == "IF":  # a function, or IF EXISTS; the statement IF follows a name, a number or a parenthesis
            return first in _DEFINING or before in _MIDST or not (before == ")" or before.replace("_", "a").isalnum())
        return word in {"NULL", "REPLACE", "FOR", "USE"} or (first == "MERGE" and word == "THEN")
    if word == "FOR" and (before == "CURSOR" or (first == "DECLARE" and "CURSOR" in {word_of(t) for t in here})):
        return True
    if first == "FOR":
        return word not in {"LOOP", "BEGIN"} and before not in {"DO", "LOOP"}
    if (before in _JOINING and not (before == "DO" and first == "WHILE")) or (
        word == "FETCH" and before in {"ROW", "ROWS"}
    ):
        return True
    if word in {"EXEC", "EXECUTE"} and first == "INSERT":
        return not {word_of(token) for token in here} & {"SELECT", "VALUES"}
    if first == "BULK" or (word == "INSERT" and before == "BULK"):
        return word not in TAKEN or before == "BULK"
    words = {word_of(token) for token in here}
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
        word = word_of(token)
        depth += (word == "(") - (word == ")")
        if depth == 0 and word in TAKEN | {"VALUES"}:
            inserting = word == "INSERT"
    return inserting


def _main_word(here: list[Token]) -> str:
    """The word that begins the statement after WITH; empty where it is still to come."""
    depth = 0
    for token in here[1:]:
        word = word_of(token)
        depth += (word == "(") - (word == ")")
        if depth == 0 and word in TAKEN:
            return word
    return ""
