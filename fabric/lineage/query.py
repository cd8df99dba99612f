"""Resolves a query: its columns with the base columns they derive from, the tables read, and what decides on its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlglot import exp

from fabric.lineage.expressions import is_query
from fabric.lineage.relation import OutputColumn, Relation
from fabric.lineage.scope import Scope
from fabric.lineage.sources import Sources
from fabric.lineage.statement import Clause

__all__ = ["Resolver"]

_ROUNDS = 8
"""Rounds of a recursive query at most; each adds at least one origin to a column, and few need more than two."""


class Resolver(Sources):
    """Resolves the queries of one statement."""

    changing: Callable[[exp.Expr, Scope], Relation] | None = None
    """What resolves a change that stands within a query."""

    def query(self, node: exp.Expr, scope: Scope) -> Relation:
        """The columns of a query."""
        inner = Scope(scope)
        self.named(node, inner)
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node, inner)
        if isinstance(node, exp.Select):
            return self._select(node, inner)
        if isinstance(node, exp.Values):
            return self._values(node, inner)
        if isinstance(node, exp.Subquery | exp.Paren):
            body: exp.Expr = node.this
            found = self.query(body, inner) if is_query(body) else self._item_relation(body, inner)
            for pivot in node.args.get("pivots") or ():
                found = self._pivot(found, pivot, inner)
            return self._aliased(found, node.args.get("alias"))
        if isinstance(node, exp.Table):
            return self._item_relation(node, inner)
        if isinstance(node, exp.Pivot):
            return self._pivot(self._item_relation(node.this, inner), node, inner)
        if isinstance(node, exp.Insert | exp.Update | exp.Delete | exp.Merge) and self.changing is not None:
            return self.changing(node, inner)
        self._warn(f"a query of the form {type(node).__name__} is not understood", node)
        return Relation([])

    def named(self, node: exp.Expr, scope: Scope) -> None:
        """Resolve the queries named in the node's WITH into the scope."""
        clause: exp.Expr | None = node.args.get("with_")
        if clause is None:
            return
        for entry in clause.expressions:
            alias = entry.args.get("alias")
            name = self._names.identifier(alias.this if alias is not None else None)
            body = entry.this
            if entry.args.get("scalar"):  # ClickHouse's WITH value AS name
                found = self.query(body, scope).all() if is_query(body) else self.origins(body, scope)
                scope.aliases[name] = found
            elif isinstance(body, exp.SetOperation) and self._is_recursive(clause, name, body):
                scope.named[name] = self._recursive(name, body, alias, scope)
            else:
                scope.named[name] = self._aliased(self.query(body, scope), alias)

    def _is_recursive(self, clause: exp.Expr, name: str, body: exp.SetOperation) -> bool:
        if clause.args.get("recursive"):
            return True
        return self._names.plain_recursion and any(
            self._names.identifier(table.this) == name and not table.args.get("db")
            for table in body.expression.find_all(exp.Table)
        )

    def _recursive(self, name: str, body: exp.SetOperation, alias: exp.Expr, scope: Scope) -> Relation:
        start = self._aliased(self.query(body.this, scope), alias)
        scope.named[name] = start
        for _ in range(_ROUNDS):
            before = [set(column.origins) for column in scope.named[name].columns]
            step = self.query(body.expression, scope)
            grown = start.union(step, by_name=False)
            scope.named[name] = grown
            if [set(column.origins) for column in grown.columns] == before:
                break
        return scope.named[name]

    def _set_operation(self, node: exp.SetOperation, scope: Scope) -> Relation:
        left, right = self.query(node.this, scope), self.query(node.expression, scope)
        if isinstance(node, exp.Except):
            self._influence({**left.all(), **right.all()}, "filter")
            return left
        if node.args.get("distinct") or isinstance(node, exp.Intersect):
            self._influence({**left.all(), **right.all()}, "group")
        return left.union(right, by_name=bool(node.args.get("by_name")))

    def _select(self, node: exp.Select, scope: Scope) -> Relation:
        clause = node.args.get("from_")
        if clause is not None:
            self.source(clause.this, scope)
        for join in node.args.get("joins") or ():
            self.join(join, scope)
        for lateral in node.args.get("laterals") or ():
            self.source(lateral, scope)
        for window in node.args.get("windows") or ():
            scope.windows[window.name.lower()] = window
        if node.args.get("match") is not None:
            self._warn("what MATCH_RECOGNIZE measures is not followed", node)
        out = self.projections(node.expressions, scope)
        if clause is not None and not node.expressions:
            out = self._star(scope, None)
        self.clauses(node, scope, out)
        found = Relation(out)
        distinct: exp.Expr | None = node.args.get("distinct")
        if distinct is not None and distinct.args.get("on") is not None:
            self.influence(distinct.args["on"], scope, "group")
        elif distinct is not None:
            self._influence(found.all(), "group")
        return found

    def clauses(self, node: exp.Expr, scope: Scope, out: list[OutputColumn]) -> None:
        """Note what the clauses around SELECT decide; `out` is what it selects."""
        for name in ("prewhere", "where"):
            if node.args.get(name) is not None:
                self.influence(node.args[name], scope, "filter")
        if node.args.get("connect") is not None:
            self.influence(node.args["connect"], scope, "filter")
        scope.late = True  # the clauses after SELECT may use its aliases
        group: exp.Expr | None = node.args.get("group")
        if group is not None:
            if group.args.get("all"):
                self._grouped_by_all(node, out)
            self.influence(group, scope, "group")
            self._by_number(group.expressions, out, "group")
        if node.args.get("having") is not None:
            self.influence(node.args["having"], scope, "having")
        if node.args.get("qualify") is not None:
            self.influence(node.args["qualify"], scope, "window")
        order: exp.Expr | None = node.args.get("order")
        if order is not None and (node.args.get("limit") or node.args.get("distinct")):
            self.influence(order, scope, "order")
            self._by_number([item.this for item in order.expressions], out, "order")

    def _by_number(self, keys: Iterable[exp.Expr], out: list[OutputColumn], clause: Clause) -> None:
        """Keys that are the places of output columns, as in GROUP BY 1."""
        for key in keys:
            if isinstance(key, exp.Literal) and not key.is_string and key.name.isdigit():
                place = int(key.name)
                self._influence(out[place - 1].origins if 0 < place <= len(out) else (), clause)

    def _grouped_by_all(self, node: exp.Expr, out: list[OutputColumn]) -> None:
        if len(out) != len(node.expressions):
            self._influence([origin for column in out for origin in column.origins], "group")
            return
        for column, expression in zip(out, node.expressions, strict=True):
            if expression.find(exp.AggFunc) is None:
                self._influence(column.origins, "group")
