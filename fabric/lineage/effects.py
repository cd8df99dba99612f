"""What one parsed statement reads, writes and makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError

from fabric.lineage.changes import Changes
from fabric.lineage.commands import understood
from fabric.lineage.definitions import Definitions
from fabric.lineage.expressions import is_query
from fabric.lineage.filling import Effect, merge_effects
from fabric.lineage.relation import UNKNOWN, Relation
from fabric.lineage.scope import Scope, Setting
from fabric.lineage.statement import Problem, Statement, Table

__all__ = ["Effects"]

_SILENT = (
    exp.Set, exp.Use, exp.Transaction, exp.Commit, exp.Rollback, exp.Drop, exp.TruncateTable, exp.Describe, exp.Grant,
    exp.Comment, exp.Analyze, exp.Pragma, exp.Kill, exp.Show, exp.Uncache, exp.Refresh, exp.Execute, exp.Semicolon,
)  # fmt: skip


class Effects(Changes, Definitions):
    """Reads the effect of a parsed statement."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._resolver.changing = self._within
        self._inner: list[Effect] = []
        self._text = ""

    @property
    def problems(self) -> list[Problem]:
        """What was not certain."""
        return self._resolver.problems

    def of(self, node: exp.Expr, text: str = "") -> Effect | None:
        """The effect; None for a statement that is not understood."""
        self._text = text
        effect = self._of(node)
        if effect is not None:
            effect.statements[:0] = [statement for inner in self._inner for statement in inner.statements]
            for inner in self._inner:
                effect.makes |= {table: made for table, made in inner.makes.items() if table not in effect.makes}
        return effect

    def by_words(self, text: str) -> Effect | None:
        """The effect of a text that cannot be parsed, by its words."""
        command = understood(text)
        if command is None:
            return None
        reads = frozenset(self._end(name) for name in command.reads)
        writes = frozenset(self._end(name) for name in command.writes)
        if command.note:
            self._resolver.note(command.note)
        renames = [(self._path(old), self._path(new)) for old, new in command.renames]
        if renames:
            return Effect(renames=renames, swap=command.swap)
        if not command.instead:
            return Effect([Statement(command.kind, reads, writes)])
        whole = Effect()
        for sql in command.instead:
            for node in self._parsed(sql):
                if node is not None:
                    merge_effects(whole, self._instead(node, command.kind, writes))
        return whole if whole.statements else None

    def _parsed(self, sql: str) -> list[exp.Expr | None]:
        try:
            return list(self._dialect.parse(sql))
        except SqlglotError:
            return list(Dialect().parse(sql))

    def _instead(self, node: exp.Expr, kind: str, writes: frozenset[Table]) -> Effect | None:
        for identifier in node.find_all(exp.Identifier):
            identifier.meta.clear()  # places in another text
        if writes and is_query(node):
            (target,) = writes
            return self._filled(kind, target, self._resolver.query(node, Scope()), creates=False)
        return self._of(node)

    def _end(self, name: str) -> Table:
        """A table by its name, or a file by its path in quotes."""
        text = name.removeprefix("N")
        return Table(text.strip("'")) if text.startswith("'") else self._path(name)

    def _within(self, node: exp.Expr, scope: Scope) -> Relation:
        """What a statement that stands within a query changes, which is noted, and returns."""
        readers: dict[type[Any], Callable[[Any, Scope], Effect]] = {
            exp.Insert: self._insert,
            exp.Update: self._update,
            exp.Delete: self._delete,
            exp.Merge: self._merge,
        }
        before, self._resolver.reads = self._resolver.reads, set()
        influences, self._resolver.influences = self._resolver.influences, {}
        effect = readers[type(node)](node, scope)
        self._resolver.reads, self._resolver.influences = before, influences
        self._inner.append(effect)
        found = effect.returned or Relation([])
        self._resolver.reads |= {c.table for column in found.columns for c in column.origins if c != UNKNOWN}
        return found

    def _of(self, node: exp.Expr) -> Effect | None:
        if isinstance(node, exp.Select | exp.SetOperation | exp.Subquery | exp.Values | exp.Pivot) or is_query(node):
            return self._query(node)
        readers: dict[type[Any], Callable[[Any], Effect | None]] = {
            exp.Insert: self._insert,
            exp.Create: self._create,
            exp.Update: self._update,
            exp.Delete: self._delete,
            exp.Merge: self._merge,
            exp.Alter: self._alter,
            exp.Copy: self._copy,
            exp.Command: self._command,
            exp.Declare: self._declare,
            exp.MultitableInserts: self._inserts,
            exp.LoadData: self._load,
            exp.Cache: self._cache,
        }
        reader = readers.get(type(node))
        if reader is not None:
            return reader(node)
        if isinstance(node, exp.Execute):
            return self.by_words(self._text) or Effect()
        if isinstance(node, exp.Drop):
            return Effect(drops=[self._names.table(table) for table in node.find_all(exp.Table)])
        return Effect() if isinstance(node, _SILENT) else None

    def _command(self, node: exp.Command) -> Effect | None:
        word, rest = (
            str(node.this).upper(),
            node.expression.name if isinstance(node.expression, exp.Expr) else str(node.expression or ""),
        )
        found = self.by_words(self._text or f"{word} {rest}")
        if found is not None:
            return found
        if word == "EXPLAIN":
            return Effect()
        return None if word in {"CREATE", "INSERT", "MERGE", "UPDATE", "COPY", "UNLOAD", "REFRESH"} else Effect()
