"""INSERT of any form, and what RETURNING gives."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from fabric.lineage.expressions import is_query, unwrapped
from fabric.lineage.filling import Effect, Filling, identifier_of
from fabric.lineage.relation import OutputColumn, Relation
from fabric.lineage.scope import Scope
from fabric.lineage.statement import Statement, Table

__all__ = ["Inserts"]


class Inserts(Filling):
    """Reads what is put into tables."""

    def _insert(self, node: exp.Insert, outer: Scope | None = None) -> Effect:
        scope = Scope(outer)
        self._resolver.named(node, scope)
        target, columns = self._target(node.this)
        body = node.expression
        if body is None:
            return Effect([Statement("insert", writes=frozenset({target} if target else ()))])
        relation = self._resolver.query(body, scope) if is_query(body) or isinstance(body, exp.Values) else Relation([])
        if isinstance(body, exp.Table):
            relation = self._resolver.query(body, scope)
        if target is None:
            return Effect([self._statement("insert", None, relation, frozenset())])
        if columns is None and not node.args.get("by_name"):
            columns = self._positions(target, relation, node)
        relation = relation.renamed(columns) if columns else relation
        conflict = node.args.get("conflict")
        if conflict is not None:
            relation = Relation([*relation.columns, *self._conflict(conflict, node, relation, scope)])
        effect = self._filled("insert", target, relation)
        if isinstance(node.this, exp.Directory):
            effect.makes.clear()
        return self._returning(effect, node, target, relation.columns, Scope(outer))

    def _conflict(self, conflict: exp.Expr, node: exp.Insert, given: Relation, scope: Scope) -> list[OutputColumn]:
        """What ON CONFLICT or ON DUPLICATE KEY sets: from the row that is there, and the one that was given."""
        around, inner = Scope(scope), Scope()
        around.sources["excluded"] = given
        inner.outer = around
        table = node.this.this if isinstance(node.this, exp.Schema) else node.this
        self._resolver.source(table, inner, reading=False)
        for call in list(conflict.find_all(exp.Anonymous)):
            if call.name.upper() == "VALUES" and len(call.expressions) == 1:
                call.replace(exp.column(identifier_of(call.expressions[0]).copy(), table="excluded"))
        self._where(conflict, inner)
        return self._set(conflict.args.get("expressions") or (), inner)

    def _returning(
        self, effect: Effect, node: exp.Expr, target: Table, columns: list[OutputColumn], around: Scope
    ) -> Effect:
        """Add what RETURNING or OUTPUT gives, and the table that OUTPUT puts it into."""
        returning = node.args.get("returning")
        if returning is None:
            return effect
        before = Relation.of_table(target, self._known.columns(target))
        new = {column.name: column for column in columns}
        after = Relation([new.pop(c.name, c) for c in before.columns] + list(new.values()), target)
        outer = Scope(around)
        outer.sources |= {"inserted": after, "deleted": before, "new": after, "old": before}
        inner = Scope(outer)
        inner.sources[target.name] = before if isinstance(node, exp.Delete) else after
        alias = node.this.args.get("alias") if isinstance(node.this, exp.Expr) else None
        if alias is not None:
            inner.sources = {self._names.identifier(alias.this): inner.sources[target.name]}
        effect.returned = Relation(self._resolver.projections(returning.expressions, inner))
        into = returning.args.get("into")
        if isinstance(into, exp.Expr):
            end, names = self._into(into)
            given = effect.returned.renamed(names) if names else effect.returned
            made = self._filled("insert", end, given)
            effect.statements += made.statements
            effect.makes |= made.makes
        return effect

    def _into(self, node: exp.Expr) -> tuple[Table, list[str]]:
        """The table and columns of OUTPUT ... INTO, which sqlglot takes for a call or a column."""
        if isinstance(node, exp.Func):
            arguments = node.expressions if isinstance(node, exp.Anonymous) else list(node.iter_expressions())
            name = node.name if isinstance(node, exp.Anonymous) else "log" if isinstance(node, exp.Ln) else node.key
            return self._path(name), [self._names.identifier(identifier_of(item)) for item in arguments]
        if isinstance(node, exp.Parameter):
            return Table(f"@{node.name.lower()}"), []
        return self._path(node.sql(dialect=self._dialect)), []

    def _positions(self, target: Table, relation: Relation, node: exp.Expr) -> list[str] | None:
        """The target's columns where the statement names none and they are known to fit."""
        known = self._known.columns(target)
        if known is None or relation.open or node.args.get("partition"):
            return None
        return list(known) if len(known) == len(relation.columns) else None

    def _inserts(self, node: exp.MultitableInserts) -> Effect:
        scope = Scope()
        self._resolver.named(node, scope)
        self._resolver.source(node.args["source"], scope)
        whole = Effect()
        (base,) = scope.sources.values()
        for item in node.expressions:
            insert = item.this if isinstance(item, exp.ConditionalInsert) else item
            if isinstance(item, exp.ConditionalInsert) and item.args.get("expression") is not None:
                self._resolver.influence(item.args["expression"], scope, "filter")
            target, columns = self._target(insert.this)
            body = insert.expression
            if isinstance(body, exp.Select) and body.args.get("from_") is None:
                inner = Scope(scope)
                inner.sources.update(scope.sources)
                relation = Relation(self._resolver.projections(body.expressions, inner))
                self._resolver.clauses(body, inner, relation.columns)
            elif isinstance(body, exp.Values):
                row = body.expressions[0]
                given = row.expressions if isinstance(row, exp.Tuple) else [row]
                relation = Relation([OutputColumn(self._name_of(v), self._resolver.origins(v, scope)) for v in given])
            else:
                relation = self._resolver.query(body, scope) if body is not None and is_query(body) else base
            if target is not None:
                made = self._filled("insert", target, relation.renamed(columns) if columns else relation)
                whole.statements += made.statements
                whole.makes |= made.makes
        return whole

    def _set(self, assignments: Iterable[exp.Expr], scope: Scope) -> list[OutputColumn]:
        out = []
        for one in assignments:
            if isinstance(one, exp.EQ):
                value, target = one.expression, unwrapped(one.this)
                if isinstance(target, exp.Tuple):
                    out += self._set_many(target, value, scope)
                else:
                    out.append(
                        OutputColumn(
                            self._names.identifier(identifier_of(target)), self._resolver.origins(value, scope)
                        )
                    )
        return out

    def _set_many(self, targets: exp.Tuple, value: exp.Expr, scope: Scope) -> list[OutputColumn]:
        names = [self._names.identifier(identifier_of(item)) for item in targets.expressions]
        inner = unwrapped(value)
        if isinstance(inner, exp.Tuple):
            values = [self._resolver.origins(item, scope) for item in inner.expressions]
            return [OutputColumn(name, origins) for name, origins in zip(names, values, strict=False)]
        return self._resolver.query(inner, scope).renamed(names).columns
