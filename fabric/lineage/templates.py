"""Jinja in SQL that was not filled in: the tables it names are kept, the rest is taken out, and that is said."""

from __future__ import annotations

import re

from fabric.lineage.statement import Problem

__all__ = ["PLACEHOLDER", "filled"]

PLACEHOLDER = "jinja_"
"""How the names begin that stand for templates."""

_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_BLOCK = re.compile(r"\{%.*?%\}", re.DOTALL)
_OTHERWISE = re.compile(
    r"\{%-?\s*(?:else|elif\b.*?)\s*-?%\}(?:(?!\{%-?\s*(?:if|endif)\b).)*(?=\{%-?\s*endif\b)", re.DOTALL
)
_SETTING = re.compile(r"\{\{-?\s*config\s*\(.*?\)\s*-?\}\}", re.DOTALL)
_VALUE = re.compile(r"'\{\{[^']*\}\}'(?=::)|\{\{(.*?)\}\}", re.DOTALL)
"""A template, or a constant of PostgreSQL that is an array of arrays and no template."""
_TEXT = re.compile(r"""['"]([^'"]+)['"]""")
_PLAIN = re.compile(r"[A-Za-z_][\w$]*")


def filled(text: str, problems: list[Problem]) -> str:
    """The text with templates replaced by names, at the same lines: `ref` and `source` by what they name.

    Of a choice the first branch is taken, and settings are left out.

    Others are replaced by a placeholder, and the first of them is added to `problems`.
    """
    if "{{" not in text and "{%" not in text and "{#" not in text:
        return text
    unknown: list[tuple[str, int]] = []
    for left_out in (_COMMENT, _SETTING, _OTHERWISE):
        text = left_out.sub(lambda match: "\n" * match[0].count("\n"), text)

    def block(match: re.Match[str]) -> str:
        unknown.append((match[0], match.start()))
        return "\n" * match[0].count("\n")

    def value(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0]
        inner: str = match[1].strip()
        given = _TEXT.findall(inner)
        lines = "\n" * match[0].count("\n")
        if inner.startswith(("ref(", "source(", "ref (", "source (")) and given:
            return ".".join(_quoted(part) for part in given[-2:] if "=" not in part) + lines
        if inner == "this":
            return "this" + lines
        unknown.append((match[0], match.start()))
        named: list[str] = _PLAIN.findall(inner)
        return PLACEHOLDER + (named or ["value"])[0] + lines

    out = _VALUE.sub(value, _BLOCK.sub(block, text))
    if unknown:
        first, start = unknown[0]
        shown = " ".join(first.split())[:80]
        more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
        reason = f"the template {shown}{more} is not filled in; lineage is of the text without it"
        problems.append(Problem(reason, text.count("\n", 0, start) + 1, 1, severity="warning"))
    return out


def _quoted(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else '"' + name.replace('"', "") + '"'
