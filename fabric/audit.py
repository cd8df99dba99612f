"""The audit log: who did what, when, and how it ended. It is only ever added to; the database refuses all else."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, func, insert, select

from fabric.errors import InputError
from fabric.redaction import redact
from fabric.state import State, audit

__all__ = ["Audit", "Entry", "Outcome", "acting", "author"]

Outcome = Literal["done", "refused", "failed"]
_LONGEST = 2000
_acting: ContextVar[str | None] = ContextVar("acting", default=None)


@dataclass(frozen=True, slots=True)
class Entry:
    """One operation. `via` is how who did it is known, `client` the program that sent it; `arguments` are without secrets."""

    id: int
    at: datetime
    who: str
    role: str
    via: str
    client: str
    operation: str
    arguments: Mapping[str, Any]
    outcome: Outcome
    error: str | None


class Audit:
    """The log of one data directory."""

    def __init__(self, state: State) -> None:
        self._state = state

    def note(
        self,
        operation: str,
        arguments: Mapping[str, Any],
        *,
        who: str,
        role: str,
        via: str,
        client: str = "",
        secret: Collection[str] = (),
        outcome: Outcome = "done",
        error: str | None = None,
    ) -> None:
        """Add an entry. `secret` names arguments, at any depth, whose values are not written down; nor are passwords in URLs.

        Raises: StorageFull, GraphUnavailable, GraphError.
        """
        shown = json.dumps(_short(redact(arguments, secret)), ensure_ascii=False, default=str)
        row = {
            "at": datetime.now(UTC), "who": who, "role": role, "via": via, "client": client[:200], "operation": operation,
            "arguments": shown, "outcome": outcome, "error": None if error is None else _short(redact(error)),
        }  # fmt: skip
        with self._state.begin() as connection:
            connection.execute(insert(audit).values(row))

    def entries(
        self, first: int, *, after: str | None = None, who: str | None = None, operation: str | None = None
    ) -> list[Entry]:
        """Entries, newest first; `after` is the id of the last one of the page before. Raises: InputError where it is none."""
        chosen = select(audit).where(*_chosen(who, operation)).order_by(audit.c.id.desc()).limit(first)
        if after is not None:
            if not after.isdecimal():
                raise InputError(f"{after!r} is no cursor of the audit log", remedy="give the endCursor of a page")
            chosen = chosen.where(audit.c.id < int(after))
        with self._state.read() as connection:
            return [_entry(row) for row in connection.execute(chosen)]

    def count(self, *, who: str | None = None, operation: str | None = None) -> int:
        """How many entries there are."""
        with self._state.read() as connection:
            found = connection.execute(select(func.count()).select_from(audit).where(*_chosen(who, operation)))
            return int(found.scalar_one())


@contextmanager
def acting(name: str) -> Iterator[None]:
    """Have what is committed meanwhile, in this context and in threads begun with it, be somebody's."""
    before = _acting.set(name)
    try:
        yield
    finally:
        _acting.reset(before)


def author() -> str | None:
    """Who is acting; None where Fabric acts by itself, as in a harvest by schedule."""
    return _acting.get()


def _chosen(who: str | None, operation: str | None) -> list[ColumnElement[bool]]:
    wanted = [(audit.c.who, who), (audit.c.operation, operation)]
    return [column == value for column, value in wanted if value is not None]


def _short(value: Any) -> Any:
    """The value, with long texts cut and marked as such: a commit holds the whole."""
    if isinstance(value, str) and len(value) > _LONGEST:
        return f"{value[:_LONGEST]}... ({len(value):,} characters)"
    if isinstance(value, Mapping):
        return {str(key): _short(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_short(one) for one in value]
    return value


def _entry(row: Any) -> Entry:
    values = dict(row._mapping)
    return Entry(**{**values, "arguments": json.loads(values["arguments"])})
