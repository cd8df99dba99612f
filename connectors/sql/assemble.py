"""Putting the rows of several ordered streams together, one table at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from fabric.model import Agent, Ref, agent

__all__ = ["Ordered", "Owners", "Row", "distinct", "grouped"]

Row = tuple[Any, ...]


class Ordered:
    """A stream of rows ordered by their first value, handed out key by key: one side of a merge join."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = iter(rows)
        self._head: Row | None = None
        self._started = False

    def take(self, key: Any) -> list[Row]:
        """The rows of `key`. Keys must be asked for in ascending order; rows of keys not asked for are passed over."""
        rows, head = self._rows, self._head
        if not self._started:
            self._started, head = True, next(rows, None)
        taken: list[Row] = []
        while head is not None and head[0] < key:
            head = next(rows, None)
        while head is not None and head[0] == key:
            taken.append(head)
            head = next(rows, None)
        self._head = head
        return taken


class Owners:
    """The roles that own something on one server, each made into one record whatever it owns."""

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace
        self._seen: set[str] = set()
        self._new: list[Agent] = []

    def refs(self, role: str | None, *, team: bool = False) -> frozenset[Ref]:
        """References to the owner `role`, empty where the source names none."""
        if not role:
            return frozenset()
        if role not in self._seen:
            self._seen.add(role)
            self._new.append(Agent(namespace=self._namespace, name=role, title=role, team=team))
        return frozenset((agent(role, self._namespace),))

    def unseen(self) -> Iterator[Agent]:
        """Records of the owners named since the last call."""
        while self._new:
            yield self._new.pop()


def grouped(rows: Iterable[Row], by: int = 1) -> Iterator[tuple[Any, list[Row]]]:
    """Adjacent rows that share the value at position `by`: the columns of one key or index."""
    for name, members in groupby(rows, key=lambda row: row[by]):
        yield name, list(members)


def distinct(names: Iterable[str]) -> list[str]:
    """The names in order, a repeated one with a number after it: names of keys are unique within a dataset."""
    counts: dict[str, int] = {}
    result = []
    for name in names:
        counts[name] = counts.get(name, 0) + 1
        result.append(name if counts[name] == 1 else f"{name}_{counts[name]}")
    return result
