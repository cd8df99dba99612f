"""Abbreviations as databases spell them: `cust_addr` is a customer's address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

__all__ = ["MANY", "long_forms"]

MANY = 4
"""A query of more words is a sentence, in which `no` is no number."""


def long_forms(parts: Iterable[str]) -> list[str]:
    """The long forms of those words that are abbreviations, in order, each once."""
    known = _known()
    return list(dict.fromkeys(known[part.lower()] for part in parts if part.lower() in known))


@cache
def _known() -> Mapping[str, str]:
    lines = files(__package__).joinpath("abbreviations.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split() for line in lines)
