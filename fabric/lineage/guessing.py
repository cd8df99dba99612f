"""Tables of a statement that cannot be parsed, read off its words."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot.tokenizer_core import Token, TokenType

from fabric.lineage.names import Names
from fabric.lineage.statement import Table

__all__ = ["guess_tables"]

_READ, _WRITE = {"FROM", "JOIN", "USING"}, {"INTO", "UPDATE", "OVERWRITE", "MERGE"}
_SKIPPED = {"TABLE", "IF", "NOT", "EXISTS", "ONLY", "LATERAL", "TEMP", "TEMPORARY", "VIEW", "INTO"}
_NO_NAMES = {"SELECT", "SET", "VALUES", "WHERE", "ON", "AS", "WITH", "UNNEST", "DIRECTORY", "LOCAL", "DUPLICATE"}
_PARTS = {TokenType.VAR, TokenType.IDENTIFIER}


def guess_tables(tokens: Sequence[Token], names: Names) -> tuple[frozenset[Table], frozenset[Table]]:
    """Tables read and written, by the words before their names; names given by WITH are left out."""
    reads: set[Table] = set()
    writes: set[Table] = set()
    named = {
        token.text.lower()
        for place, token in enumerate(tokens[:-2])
        if tokens[place + 1].token_type == TokenType.ALIAS and tokens[place + 2].token_type == TokenType.L_PAREN
    }
    creating = bool(tokens) and tokens[0].text.upper() == "CREATE"
    for place, token in enumerate(tokens):
        word = token.text.upper() if token.token_type != TokenType.IDENTIFIER else ""
        into = word in _WRITE or (creating and word in {"TABLE", "VIEW"})
        if word in _READ or into:
            name = _name(tokens, place + 1, names)
            if name is not None and not (name.schema is None and name.name.lower() in named):
                (writes if into else reads).add(name)
    return frozenset(reads), frozenset(writes)


def _name(tokens: Sequence[Token], place: int, names: Names) -> Table | None:
    while place < len(tokens) and tokens[place].text.upper() in _SKIPPED:
        place += 1
    parts: list[str] = []
    while place < len(tokens):
        token = tokens[place]
        if token.text == "`":
            place += 1
            continue
        if token.text.upper() in _NO_NAMES or token.token_type in {
            TokenType.L_PAREN,
            TokenType.STRING,
            TokenType.NUMBER,
        }:
            break
        quoted = token.token_type == TokenType.IDENTIFIER
        parts.append(token.text if quoted else names.plain(token.text))
        if place + 1 < len(tokens) and tokens[place + 1].token_type == TokenType.DOT:
            place += 2
            continue
        if (
            place + 1 < len(tokens)
            and tokens[place + 1].token_type == TokenType.L_PAREN
            and token.token_type == TokenType.VAR
        ):
            following = tokens[place + 2].token_type if place + 2 < len(tokens) else None
            if following not in _PARTS:
                return None  # a call
        break
    return Table(*reversed(parts[-3:])) if parts else None
