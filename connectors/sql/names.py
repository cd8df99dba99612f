"""Names of databases, schemas and tables, and the patterns that choose among them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

__all__ = ["Scope", "catalog_name", "table_name"]


def table_name(*parts: str) -> str:
    """OpenLineage's dotted name: `("db", "public", "t")` is `db.public.t`.

    Parts before the last that hold a dot are put in double quotes, for else schema `a.b` with table `c` and schema `a`
    with table `b.c` were one thing. The last part stays as it is, since nothing follows it.
    """
    return ".".join((*map(_quoted, parts[:-1]), parts[-1]))


def catalog_name(*parts: str) -> str:
    """Dotted name of a database or schema; every part that holds a dot is quoted, so that `a.b` is schema b of a."""
    return ".".join(map(_quoted, parts))


def _quoted(part: str) -> str:
    return '"' + part.replace('"', '""') + '"' if "." in part or part.startswith('"') else part


@dataclass(frozen=True, slots=True)
class Scope:
    """Which databases, schemas and tables to read. Patterns are case-sensitive globs whose `*` crosses dots.

    A table is named by its parts. A pattern matches when it matches all parts joined by dots, or, of three parts,
    the last two: `shop.public.orders` is matched by `public.*` and by `shop.*`.
    """

    databases: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def database(self, name: str) -> bool:
        """Whether to read the database `name`."""
        return _any_match(self.databases, (name,)) and not self._wholly_excluded(name)

    def schema(self, *parts: str) -> bool:
        """Whether the schema of these parts may hold a table to read."""
        return not any(self._wholly_excluded(spelling) for spelling in _spellings(parts, 1))

    def table(self, *parts: str) -> bool:
        """Whether to read the table of these parts."""
        spellings = _spellings(parts, 2)
        return (not self.include or _any_match(self.include, spellings)) and not _any_match(self.exclude, spellings)

    def _wholly_excluded(self, container: str) -> bool:
        return any(pattern.endswith(".*") and fnmatchcase(container, pattern[:-2]) for pattern in self.exclude)


def _spellings(parts: tuple[str, ...], shortest: int) -> tuple[str, ...]:
    full = ".".join(parts)
    return (full, ".".join(parts[1:])) if len(parts) > shortest else (full,)


def _any_match(patterns: Iterable[str], spellings: Iterable[str]) -> bool:
    return any(fnmatchcase(spelling, pattern) for pattern in patterns for spelling in spellings)
