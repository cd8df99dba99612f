"""UPDATE, DELETE and MERGE."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from fabric.lineage.expressions import unwrapped
from fabric.lineage.filling import Effect, identifier_of, merge_effects
from fabric.lineage.inserts import Inserts
from fabric.lineage.relation import OutputColumn, Relation
from fabric.lineage.scope import Scope
from fabric.lineage.statement import Table

__all__ = ["Changes"]


class Changes(Inserts):
    """Reads what is changed in tables."""

    def _update(self, node: exp.Update, outer: Scope | None = None) -> Effect:
        scope = Scope(outer)
        self._resolver.named(node, scope)
        clause = node.args.get("from_")
        if clause is None or not self._is_alias(node.this, clause):
            self._resolver.source(node.this, scope, reading=False)
        for join in node.args.get("joins") or ():
            self._resolver.join(join, scope)
        for item in [clause.this] if clause is not None else []:
            self._resolver.source(item, scope)
        target = self._updated(node.this, scope)
        columns = self._set(node.expressions, scope)
        self._where(node, scope)
        reads = self._resolver.reads - {target} if clause is not None and target in self._resolver.reads else None
        effect = Effect()
        for table, mine in self._by_table(node, columns, target, scope).items():
            merge_effects(effect, self._changed("update", table, mine, reads))
        return self._returning(effect, node, target, columns, Scope(outer))

    def _by_table(
        self, node: exp.Update, columns: list[OutputColumn], target: Table, scope: Scope
    ) -> dict[Table, list[OutputColumn]]:
        """Columns by the table that they are of: MySQL's UPDATE sets columns of several."""
        keys = [unwrapped(one.this) for one in node.expressions if isinstance(one, exp.EQ)]
        if not node.args.get("joins") and not (isinstance(node.this, exp.Table) and node.this.args.get("joins")):
            return {target: columns}
        if len(keys) != len(columns):
            return {target: columns}
        out: dict[Table, list[OutputColumn]] = {}
        for key, column in zip(keys, columns, strict=True):
            name = self._names.identifier(key.args.get("table")) if isinstance(key, exp.Column) else ""
            source = scope.sources.get(name)
            table = source.table if source is not None and source.table is not None else target
            out.setdefault(table, []).append(column)
        return out or {target: columns}

    def _is_alias(self, target: exp.Expr, clause: exp.Expr) -> bool:
        """Whether UPDATE names an alias that its FROM gives, as in T-SQL."""
        names = {
            alias.name.lower() for table in clause.find_all(exp.Table) if (alias := table.args.get("alias")) is not None
        }
        return isinstance(target, exp.Table) and not target.args.get("db") and target.name.lower() in names

    def _updated(self, node: exp.Expr, scope: Scope) -> Table:
        """The table that UPDATE names, by itself or by an alias that FROM gives it."""
        table = self._names.table(node) if isinstance(node, exp.Table) else Table(node.name)
        key = table.name
        matching = [s.table for k, s in scope.sources.items() if k.split("\0")[0] == key and s.table is not None]
        other = [found for found in matching if found != table]
        return other[0] if other and table.schema is None else table

    def _delete(self, node: exp.Delete, outer: Scope | None = None) -> Effect:
        scope = Scope(outer)
        self._resolver.named(node, scope)
        self._resolver.source(node.this, scope, reading=False)
        for item in node.args.get("using") or ():
            self._resolver.source(item, scope)
        self._where(node, scope)
        named = [scope.sources.get(self._names.identifier(one.this)) for one in node.args.get("tables") or ()]
        tables = [source.table for source in named if source is not None and source.table is not None]
        target = self._updated(node.this, scope)
        effect = Effect()
        for table in tables or [target]:
            merge_effects(effect, self._changed("delete", table, [], self._resolver.reads - set(tables)))
        return self._returning(effect, node, target, [], Scope(outer))

    def _merge(self, node: exp.Merge, outer: Scope | None = None) -> Effect:
        scope = Scope(outer)
        self._resolver.named(node, scope)
        self._resolver.source(node.this, scope, reading=False)
        target = self._names.table(node.this)
        before = len(scope.sources)
        self._resolver.source(node.args["using"], scope)
        source = list(scope.sources.values())[before]
        if node.args.get("on") is not None:
            self._resolver.influence(node.args["on"], scope, "join")
        columns: list[OutputColumn] = []
        for when in node.args["whens"].expressions:
            if when.args.get("condition") is not None:
                self._resolver.influence(when.args["condition"], scope, "filter")
            columns += self._when(when.args.get("then"), source, scope, target)
        around = Scope(outer)
        around.sources = {key: one for key, one in scope.sources.items() if one.table != target}
        return self._returning(self._changed("merge", target, columns), node, target, columns, around)

    def _when(self, then: Any, source: Relation, scope: Scope, target: Table) -> list[OutputColumn]:
        if isinstance(then, exp.Update):
            single = bool(then.expressions) and all(isinstance(one, exp.EQ) for one in then.expressions)
            return self._set(then.expressions, scope) if single else list(source.columns)
        if not isinstance(then, exp.Insert):
            return []
        values = then.expression
        if not isinstance(values, exp.Expr):  # INSERT * by name, INSERT ROW by place
            known = self._known.columns(target)
            placed = isinstance(then.this, exp.Var) and then.this.name.upper() == "ROW"
            fitting = placed and known is not None and not source.open and len(known) == len(source.columns)
            return source.renamed(list(known or ())).columns if fitting else list(source.columns)
        given = values.expressions if isinstance(values, exp.Tuple) else [values]
        listed = then.this.expressions if isinstance(then.this, exp.Tuple) else []
        names = [self._names.identifier(identifier_of(item)) for item in listed]
        if not names:
            known = self._known.columns(target)
            names = (
                list(known)
                if known is not None and len(known) == len(given)
                else [self._name_of(item) for item in given]
            )
        return [
            OutputColumn(name, self._resolver.origins(value, scope)) for name, value in zip(names, given, strict=False)
        ]
