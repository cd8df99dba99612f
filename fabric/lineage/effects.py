"""What one parsed statement reads, writes and makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError

from fabric.lineage.commands import understood
from fabric.lineage.expressions import is_query, unwrapped
from fabric.lineage.names import KnownTables, Names
from fabric.lineage.query import Resolver, Scope
from fabric.lineage.relation import UNKNOWN, OutputColumn, Relation
from fabric.lineage.statement import ColumnEdge, Output, Problem, Statement, Table

__all__ = ["Effect", "Effects"]

_SILENT = (
    exp.Set, exp.Use, exp.Transaction, exp.Commit, exp.Rollback, exp.Drop, exp.TruncateTable, exp.Describe, exp.Grant,
    exp.Comment, exp.Analyze, exp.Pragma, exp.Kill, exp.Show, exp.Uncache, exp.Refresh, exp.Execute, exp.Semicolon,
)  # fmt: skip


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


class Effects:
    """Reads the effect of a parsed statement."""

    def __init__(
        self,
        dialect: Dialect,
        names: Names,
        known: KnownTables,
        temporary: dict[Table, Relation],
        values: dict[str, Relation],
        line: int,
    ) -> None:
        self._names, self._known, self._dialect = names, known, dialect
        self._resolver = Resolver(dialect, names, known, temporary, values, line)
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
                    self._merge_effects(whole, self._instead(node, command.kind, writes))
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

    def _merge_effects(self, whole: Effect, more: Effect | None) -> None:
        if more is not None:
            whole.statements += more.statements
            whole.makes |= more.makes
            whole.creates, whole.temporary = whole.creates or more.creates, whole.temporary or more.temporary

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
                call.replace(exp.column(_identifier(call.expressions[0]).copy(), table="excluded"))
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
        effect.returned = Relation(self._resolver._projections(returning.expressions, inner))
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
            return self._path(name), [self._names.identifier(_identifier(item)) for item in arguments]
        if isinstance(node, exp.Parameter):
            return Table(f"@{node.name.lower()}"), []
        return self._path(node.sql(dialect=self._dialect)), []

    def _positions(self, target: Table, relation: Relation, node: exp.Expr) -> list[str] | None:
        """The target's columns where the statement names none and they are known to fit."""
        known = self._known.columns(target)
        if known is None or relation.open or node.args.get("partition"):
            return None
        return list(known) if len(known) == len(relation.columns) else None

    def _target(self, node: exp.Expr) -> tuple[Table | None, list[str] | None]:
        if isinstance(node, exp.Schema):
            columns = [self._names.identifier(_identifier(item)) for item in node.expressions]
            return self._target(node.this)[0], columns
        if isinstance(node, exp.Directory):
            return Table(node.this.name), None
        if isinstance(node, exp.Table):
            return self._names.table(node), None
        if isinstance(node, exp.Func):
            files = [text.name for text in node.find_all(exp.Literal) if text.is_string]
            return (Table(files[0]), None) if files else (Table(node.name), None)
        return (Table(node.name), None) if node.name else (None, None)

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
            self._merge_effects(effect, self._changed("update", table, mine, reads))
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

    def _set(self, assignments: Iterable[exp.Expr], scope: Scope) -> list[OutputColumn]:
        out = []
        for one in assignments:
            if isinstance(one, exp.EQ):
                value, target = one.expression, unwrapped(one.this)
                if isinstance(target, exp.Tuple):
                    out += self._set_many(target, value, scope)
                else:
                    out.append(
                        OutputColumn(self._names.identifier(_identifier(target)), self._resolver.origins(value, scope))
                    )
        return out

    def _set_many(self, targets: exp.Tuple, value: exp.Expr, scope: Scope) -> list[OutputColumn]:
        names = [self._names.identifier(_identifier(item)) for item in targets.expressions]
        inner = unwrapped(value)
        if isinstance(inner, exp.Tuple):
            values = [self._resolver.origins(item, scope) for item in inner.expressions]
            return [OutputColumn(name, origins) for name, origins in zip(names, values, strict=False)]
        return self._resolver.query(inner, scope).renamed(names).columns

    def _where(self, node: exp.Expr, scope: Scope) -> None:
        if node.args.get("where") is not None:
            self._resolver.influence(node.args["where"], scope, "filter")

    def _changed(
        self, kind: str, target: Table, columns: list[OutputColumn], reads: set[Table] | None = None
    ) -> Effect:
        statement = self._statement(kind, target, Relation(columns), frozenset({target}))
        seen = self._resolver.reads if reads is None else reads
        made = Statement(
            kind, frozenset(seen), statement.writes, statement.edges, statement.influences, statement.outputs
        )
        return Effect([made], {target: Relation(columns)} if columns else {})

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
            self._merge_effects(effect, self._changed("delete", table, [], self._resolver.reads - set(tables)))
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
        names = [self._names.identifier(_identifier(item)) for item in listed]
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

    def _name_of(self, node: exp.Expr) -> str:
        inner = unwrapped(node)
        return self._names.identifier(inner.this) if isinstance(inner, exp.Column) else inner.sql(dialect=self._dialect)

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
                relation = Relation(self._resolver._projections(body.expressions, inner))
                self._resolver._clauses(body, inner, relation.columns)
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

    def _path(self, text: str) -> Table:
        return self._names.table(exp.to_table(text.strip(), dialect=self._dialect))

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

    def _filled(self, kind: str, target: Table, relation: Relation, *, creates: bool = True) -> Effect:
        statement = self._statement(kind, target, relation, frozenset({target}))
        return Effect([statement], {target: relation} if creates else {})

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


def _identifier(node: Any) -> exp.Expr:
    """The identifier of a column, of its definition, or itself."""
    while not isinstance(node, exp.Identifier) and isinstance(node.args.get("this"), exp.Expr):
        node = node.this
    found: exp.Expr = node
    return found
