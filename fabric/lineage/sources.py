"""Items of FROM, and what is joined to them."""

from __future__ import annotations

from sqlglot import exp

from fabric.lineage.expressions import is_query, unwrapped
from fabric.lineage.functions import Functions
from fabric.lineage.relation import Origins, OutputColumn, Relation, merge
from fabric.lineage.scope import Scope
from fabric.lineage.statement import Table
from fabric.lineage.values import through

__all__ = ["Sources"]

_NAMES = (exp.Identifier, exp.Dot, exp.Literal, exp.Parameter, exp.Placeholder, exp.Var)


class Sources(Functions):
    """Resolves what a query reads."""

    def source(self, node: exp.Expr, scope: Scope, *, reading: bool = True) -> None:
        """Add an item of FROM to the scope's sources, with what is joined to it."""
        while isinstance(node, exp.Final) or type(node).__name__ == "Stream":
            node = node.this
        if isinstance(node, exp.Subquery | exp.Paren) and not is_query(node.this) and not node.args.get("alias"):
            self.source(node.this, scope)
        else:
            key = self._key(node)
            relation = self._item_relation(node, scope, reading=reading)
            scope.sources[key if key not in scope.sources else f"{key}\0{len(scope.sources)}"] = relation
        for join in node.args.get("joins") or ():
            self.join(join, scope)
        for lateral in node.args.get("laterals") or ():
            self.source(lateral, scope)

    def join(self, node: exp.Join, scope: Scope) -> None:
        """Add what is joined, and what it is joined by."""
        before = list(scope.sources.values())
        kind = str(node.args.get("kind") or "").upper()
        if kind == "ARRAY":
            self._array_join(node, scope)
            return
        self.source(node.this, scope)
        added = list(scope.sources.values())[len(before) :]
        shared = [
            self._names.identifier(item) for item in node.args.get("using") or () if isinstance(item, exp.Identifier)
        ]
        shared += [self._names.identifier(i.this) for i in node.args.get("using") or () if isinstance(i, exp.Column)]
        if node.args.get("method") == "NATURAL":
            mine = {column.name for source in before for column in source.columns}
            shared += [column.name for source in added for column in source.columns if column.name in mine - {"*"}]
        for name in shared:
            self._merge_shared(name, before, added, str(node.args.get("side") or ""), scope)
        if node.args.get("on") is not None:
            self.influence(node.args["on"], scope, "join")
        if kind in {"SEMI", "ANTI"} or str(node.args.get("side") or "").upper() in {"SEMI", "ANTI"}:
            for key in list(scope.sources)[len(before) :]:  # it decides on rows, and gives no column
                del scope.sources[key]

    def _array_join(self, node: exp.Join, scope: Scope) -> None:
        """ClickHouse's ARRAY JOIN: a row for each element, under the array's name or another."""
        for item in [node.this, *node.expressions]:
            inner = unwrapped(item)
            if isinstance(inner, exp.Table) and not inner.args.get("db"):
                inner = exp.column(inner.this.copy())
            origins = through(self.origins(inner, scope), "transformation", None)
            self._influence(origins, "join")
            alias = item.args.get("alias")
            name = self._names.identifier(alias.this if isinstance(alias, exp.TableAlias) else alias) or inner.name
            scope.merged[name] = origins

    def _merge_shared(self, name: str, before: list[Relation], added: list[Relation], side: str, scope: Scope) -> None:
        left: Origins = dict(scope.merged.get(name, {}))
        if not left:
            exact = [found for source in before if (found := source.named(name)) is not None]
            for origins in exact or [found for source in before if (found := source.find(name)) is not None]:
                merge(left, origins)
        right: Origins = {}
        for source in added:
            merge(right, source.find(name) or {})
        self._influence({**left, **right}, "join")
        if side == "RIGHT":
            scope.merged[name] = right
        else:
            scope.merged[name] = left
            if side == "FULL":
                merge(scope.merged[name], right)

    def _key(self, node: exp.Expr) -> str:
        alias = node.args.get("alias")
        if isinstance(alias, exp.TableAlias) and alias.this is not None:
            return self._names.identifier(alias.this)
        if isinstance(alias, exp.Identifier):
            return self._names.identifier(alias)
        pivots = node.args.get("pivots") or ()
        if pivots and pivots[-1].args.get("alias") is not None:
            return self._names.identifier(pivots[-1].args["alias"].this)
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            return self._names.identifier(node.this)
        if isinstance(alias, exp.TableAlias) and alias.columns:
            return self._names.identifier(alias.columns[0])
        self._count += 1
        return f"\0{self._count}"

    def _item_relation(self, node: exp.Expr, scope: Scope, *, reading: bool = True) -> Relation:
        if isinstance(node, exp.Subquery | exp.Paren):
            if is_query(node.this):
                return self.query(node, scope)
            inner = Scope(scope)
            self.source(node.this, inner)
            return self._aliased(Relation(self._all_columns(inner)), node.args.get("alias"))
        if isinstance(node, exp.Values):
            return self._values(node, scope)
        if isinstance(node, exp.Lateral | exp.Unnest | exp.TableFromRows | exp.Func):
            return self._function(node, scope)
        if isinstance(node, exp.Table):
            return self._table(node, scope, reading=reading)
        if is_query(node):
            return self.query(node, scope)
        if isinstance(node, exp.Pivot):
            return self._pivot(self._item_relation(node.this, scope), node, scope)
        if isinstance(node, exp.Final) or type(node).__name__ == "Stream":
            return self._item_relation(node.this, scope, reading=reading)
        if isinstance(node, exp.Insert | exp.Update | exp.Delete | exp.Merge):
            return self.query(node, scope)
        if isinstance(node, exp.Literal):
            table = Table(node.name)
            self.reads.add(table)
            return Relation.of_table(table, None)
        self._warn(f"an item of FROM of the form {type(node).__name__} is not understood", node)
        return Relation([OutputColumn("*", self.origins(node, scope))])

    def _table(self, node: exp.Table, scope: Scope, *, reading: bool) -> Relation:
        if isinstance(node.this, exp.Expr) and not isinstance(node.this, _NAMES):
            return self._with_pivots(self._function(node, scope), node, scope)
        found = self._named_table(node, scope, reading=reading)
        return self._with_pivots(self._aliased(found, node.args.get("alias")), node, scope)

    def _named_table(self, node: exp.Table, scope: Scope, *, reading: bool) -> Relation:
        qualifier = self._names.identifier(node.args.get("catalog") or node.args.get("db"))
        if not qualifier:
            named = scope.query(self._names.identifier(node.this))
            if named is not None:
                return named
            row = self._variables.get(node.name.lower())
            if row is not None and row.table is not None and node.name.lower() in {"inserted", "deleted", "new", "old"}:
                self.reads.add(row.table)
                return row
        elif (
            outer := scope.sources.get(qualifier)
        ) is not None and reading:  # an array of another source: FROM t, t.items
            first = self._names.identifier(node.args.get("db") if node.args.get("catalog") else node.this)
            return self._made(through(outer.find(first) or {}, "transformation", None), node.args.get("alias"), first)
        table = self._names.table(node)
        if table in self._temporary:
            held = self._temporary[table]
            self.influences.update(dict.fromkeys(held.deciding))
            return held
        if reading:
            self.reads.add(table)
        return Relation.of_table(table, self._known.columns(table))

    def _values(self, node: exp.Values, scope: Scope) -> Relation:
        rows = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in node.expressions]
        columns = [OutputColumn(f"col{n}") for n, _ in enumerate(rows[0] if rows else (), start=1)]
        for row in rows:
            for column, value in zip(columns, row, strict=False):
                merge(column.origins, self.origins(value, scope))
        return self._aliased(Relation(columns), node.args.get("alias"))
