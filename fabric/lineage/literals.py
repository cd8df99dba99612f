"""SQL without its constants, as queries may be kept that hold values of rows."""

from __future__ import annotations

from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import TokenType

from fabric.lineage.names import find_dialect

__all__ = ["without_literals"]

_LITERALS = {
    TokenType.STRING,
    TokenType.NUMBER,
    TokenType.HEREDOC_STRING,
    TokenType.NATIONAL_STRING,
    TokenType.RAW_STRING,
}


def without_literals(sql: str, dialect: str | None) -> str:
    """The words of a text with one blank between them, texts and numbers replaced by `?` and comments left out.

    A text that cannot be read as words comes back as `?` alone.
    """
    try:
        tokens = find_dialect(dialect).tokenize(sql)
    except SqlglotError:
        return "?"
    out: list[str] = []
    end = -1
    for token in tokens:
        word = "?" if token.token_type in _LITERALS else sql[token.start : token.end + 1]
        apart = bool(out) and token.start > end + 1
        out.append(f" {word}" if apart else word)
        end = token.end
    return "".join(out)
