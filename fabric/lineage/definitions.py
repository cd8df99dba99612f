"""Statements that make, rename and load tables."""

from __future__ import annotations

from sqlglot import exp

from fabric.lineage.expressions import is_query
from fabric.lineage.filling import Effect, Filling
from fabric.lineage.relation import UNKNOWN, OutputColumn, Relation
from fabric.lineage.scope import Scope
from fabric.lineage.statement import Statement, Table

__all__ = ["Definitions"]


class Definitions(Filling):
    """Reads what is made of queries and files."""

    def _query(self, node: exp.Expr) -> Effect:
        relation = self._resolver.query(node, Scope())
        into = node.args.get("into")
        if into is not None and isinstance(into.this, exp.Table):
            target = self._names.table(into.this)
            effect = self._filled("select-into", target, relation)
            effect.creates, effect.temporary = True, target.name.startswith("#") or bool(into.args.get("temporary"))
            return effect
        swapped = self._swapped(node)
        return swapped or Effect([self._statement("select", None, relation, frozenset())], row=relation)

    def _swapped(self, node: exp.Expr) -> Effect | None:
        """Vertica's swap of partitions, which is a function: SELECT swap_partitions_between_tables('staging', a, b, 'target')."""
        for call in node.find_all(exp.Anonymous):
            if call.name.lower() in {
                "swap_partitions_between_tables",
                "move_partitions_to_table",
                "copy_partitions_to_table",
            }:
                texts = [argument.name for argument in call.expressions if isinstance(argument, exp.Literal)]
                if len(texts) > 1:
                    ends = [
                        exp.to_table(texts[0], dialect=self._dialect),
                        exp.to_table(texts[-1], dialect=self._dialect),
                    ]
                    source, target = (self._names.table(end) for end in ends)
                    return Effect([Statement("swap", frozenset({source}), frozenset({target}))])
        return None

    def _create(self, node: exp.Create) -> Effect:
        scope = Scope()
        self._resolver.named(node, scope)
        kind = (node.args.get("kind") or "table").lower()
        if kind not in {"table", "view"}:
            body = node.expression
            return self._query(body) if isinstance(body, exp.Expr) and is_query(body) else Effect()
        target, columns = self._target(node.this)
        properties = node.args.get("properties")
        held = properties.expressions if properties is not None else []
        temporary = any(type(one).__name__ in {"TemporaryProperty", "VolatileProperty"} for one in held) or (
            target or Table("")
        ).name.startswith("#")
        like = next((one.this for one in held if isinstance(one, exp.LikeProperty)), None)
        clone = node.args.get("clone")
        origin = clone.this if clone is not None else like
        body = node.expression
        if isinstance(origin, exp.Table):
            relation = self._resolver.query(origin, scope)
            relation = relation if clone is not None else Relation([OutputColumn(c.name) for c in relation.columns])
        elif body is not None and is_query(body):
            relation = self._resolver.query(body, scope)
        else:
            relation = Relation([OutputColumn(name) for name in columns or ()])
            columns = None
        if target is None:
            return Effect()
        views = [c for c in columns or () if c]
        relation = relation.renamed(views) if views and len(views) == len(relation.columns) else relation
        what = "create-view" if kind == "view" else "create-table-as" if body is not None else "create-table"
        effect = self._filled(what, target, relation)
        effect.creates, effect.temporary = True, temporary
        if not relation.columns:
            effect.makes[target] = Relation([OutputColumn("*", {UNKNOWN: ("identity", None)})])
        for one in held:
            if isinstance(one, exp.ToTableProperty) and isinstance(one.this, exp.Table):  # ClickHouse's TO
                effect.statements += self._filled("insert", self._names.table(one.this), relation).statements
        return effect

    def _declare(self, node: exp.Declare) -> Effect:
        """T-SQL's variables that hold tables."""
        effect = Effect(creates=True, temporary=True)
        for item in node.expressions:
            schema = item.args.get("kind")
            if isinstance(schema, exp.Schema):
                for variable in item.this if isinstance(item.this, list) else [item.this]:
                    table = Table(f"@{variable.name.lower().lstrip('@')}")
                    columns = [one for one in schema.expressions if isinstance(one, exp.ColumnDef)]
                    made = [OutputColumn(self._names.identifier(one.this)) for one in columns]
                    effect.makes[table] = Relation(made)
        return effect

    def _alter(self, node: exp.Alter) -> Effect:
        table = self._names.table(node.this)
        for action in node.args.get("actions") or ():
            if isinstance(action, exp.AlterRename) and isinstance(action.this, exp.Table):
                new = self._names.table(action.this)
                if new.schema is None:
                    new = Table(new.name, table.schema, table.catalog)
                return Effect(renames=[(table, new)])
            if isinstance(action, exp.SwapTable):
                return Effect(renames=[(table, self._names.table(action.this))], swap=True)
            if isinstance(action, exp.ReplacePartition) and isinstance(action.args.get("source"), exp.Table):
                origin = self._names.table(action.args["source"])
                return Effect([Statement("swap", frozenset({origin}), frozenset({table}))])
        return Effect()

    def _copy(self, node: exp.Copy) -> Effect:
        given = (node.args.get("files") or [None])[0]
        if isinstance(given, exp.Expr) and is_query(given):
            table, columns = self._target(node.this)
            relation = self._resolver.query(given, Scope())
            if table is not None:
                return self._filled("copy", table, relation.renamed(columns) if columns else relation)
        files = [Table(one.name or one.sql(dialect=self._dialect)) for one in node.args.get("files") or ()]
        target = node.this.this if isinstance(node.this, exp.Schema) else node.this
        if node.args.get("kind") and isinstance(target, exp.Table):
            table, _columns = self._target(node.this)
            made = frozenset({table} if table else ())
            return Effect([Statement("copy", frozenset(files), made)])
        relation = self._resolver.query(target, Scope())
        return self._filled("copy", files[0], relation, creates=False) if files else Effect()

    def _load(self, node: exp.LoadData) -> Effect:
        path = node.args.get("inpath")
        reads = frozenset({Table(path.name)}) if path is not None else frozenset[Table]()
        return Effect([Statement("load", reads, frozenset({self._names.table(node.this)}))])

    def _cache(self, node: exp.Cache) -> Effect:
        if node.expression is None:
            return Effect()
        effect = self._filled("cache", self._names.table(node.this), self._resolver.query(node.expression, Scope()))
        effect.creates = effect.temporary = True
        return effect
