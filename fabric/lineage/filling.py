"""What a statement does, and how a table that is filled or changed is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from fabric.lineage.expressions import unwrapped
from fabric.lineage.query import Resolver
from fabric.lineage.relation import UNKNOWN, OutputColumn, Relation
from fabric.lineage.scope import Scope, Setting
from fabric.lineage.statement import ColumnEdge, Output, Statement, Table

__all__ = ["Effect", "Filling", "identifier_of", "merge_effects"]


@dataclass(slots=True)
class Effect:
    """What a statement does. `makes` holds the tables that it fills, `temporary` where they end with the session."""

    statements: list[Statement] = field(default_factory=list)
    makes: dict[Table, Relation] = field(default_factory=dict)
    creates: bool = False
    temporary: bool = False
    renames: list[tuple[Table, Table]] = field(default_factory=list)
    swap: bool = False
    drops: list[Table] = field(default_factory=list)
    row: Relation | None = None
    """What a query gives."""
    returned: Relation | None = None
    """What a change gives by RETURNING."""


class Filling:
    """Makes statements out of relations and the tables that they go to."""

    def __init__(self, setting: Setting) -> None:
        self._names, self._known, self._dialect = setting.names, setting.known, setting.dialect
        self._resolver = Resolver(setting)

    def _filled(self, kind: str, target: Table, relation: Relation, *, creates: bool = True) -> Effect:
        statement = self._statement(kind, target, relation, frozenset({target}))
        return Effect([statement], {target: relation} if creates else {})

    def _changed(
        self, kind: str, target: Table, columns: list[OutputColumn], reads: set[Table] | None = None
    ) -> Effect:
        statement = self._statement(kind, target, Relation(columns), frozenset({target}))
        seen = self._resolver.reads if reads is None else reads
        made = Statement(
            kind, frozenset(seen), statement.writes, statement.edges, statement.influences, statement.outputs
        )
        return Effect([made], {target: Relation(columns)} if columns else {})

    def _statement(self, kind: str, target: Table | None, relation: Relation, writes: frozenset[Table]) -> Statement:
        edges: dict[ColumnEdge, None] = {}
        for column in relation.columns:
            for origin, (how, expression) in column.origins.items():
                if origin == UNKNOWN:
                    continue
                edges[ColumnEdge(column.name, target, origin, how, expression)] = None
        outputs = tuple(Output(column.name, target, not column.origins) for column in relation.columns)
        return Statement(
            kind,
            frozenset(self._resolver.reads),
            writes,
            tuple(edges),
            self._resolver.influences_on(target),
            outputs,
        )

    def _target(self, node: exp.Expr) -> tuple[Table | None, list[str] | None]:
        if isinstance(node, exp.Schema):
            columns = [self._names.identifier(identifier_of(item)) for item in node.expressions]
            return self._target(node.this)[0], columns
        if isinstance(node, exp.Directory):
            return Table(node.this.name), None
        if isinstance(node, exp.Table):
            return self._names.table(node), None
        if isinstance(node, exp.Func):
            files = [text.name for text in node.find_all(exp.Literal) if text.is_string]
            return (Table(files[0]), None) if files else (Table(node.name), None)
        return (Table(node.name), None) if node.name else (None, None)

    def _path(self, text: str) -> Table:
        return self._names.table(exp.to_table(text.strip(), dialect=self._dialect))

    def _name_of(self, node: exp.Expr) -> str:
        inner = unwrapped(node)
        return self._names.identifier(inner.this) if isinstance(inner, exp.Column) else inner.sql(dialect=self._dialect)

    def _where(self, node: exp.Expr, scope: Scope) -> None:
        if node.args.get("where") is not None:
            self._resolver.influence(node.args["where"], scope, "filter")


def identifier_of(node: Any) -> exp.Expr:
    """The identifier of a column, of its definition, or itself."""
    while not isinstance(node, exp.Identifier) and isinstance(node.args.get("this"), exp.Expr):
        node = node.this
    found: exp.Expr = node
    return found


def merge_effects(whole: Effect, more: Effect | None) -> None:
    """Take another statement's effect into the whole."""
    if more is not None:
        whole.statements += more.statements
        whole.makes |= more.makes
        whole.creates, whole.temporary = whole.creates or more.creates, whole.temporary or more.temporary
