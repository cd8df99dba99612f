"""Resolves a query: its columns with the base columns they derive from, the tables read, and what decides on its rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError

from fabric.lineage.expressions import is_query, kind_below, unwrapped
from fabric.lineage.names import KnownTables, Names
from fabric.lineage.relation import UNKNOWN, Origins, OutputColumn, Relation, merge, stronger
from fabric.lineage.statement import Clause, Column, Influence, Kind, Problem, Table
from fabric.lineage.templates import PLACEHOLDER

__all__ = ["Resolver", "Scope"]

_READERS = frozenset({"read_parquet", "parquet_scan", "read_csv", "read_csv_auto", "read_json", "read_json_auto", "delta_scan",
                      "iceberg_scan", "read_ndjson", "read_text", "read_blob", "s3", "url", "file", "read_files"})  # fmt: skip
_NAMES = (exp.Identifier, exp.Dot, exp.Literal, exp.Parameter, exp.Placeholder, exp.Var)
_GENERATOR = re.compile(
    r"generat|series|range|sequence|numbers|zeros|glob|^table$|split|json|xml|calendar|unnest|flatten|^values$|string|regexp|"
    r"pragma|^pg_|duckdb_|information|fn_|sys|explode"
)
"""Names of functions that make rows out of nothing but their arguments."""
_NO_COLUMNS = frozenset(
    {"rownum", "sysdate", "systimestamp", "ctid", "$action", "metadata$filename", "metadata$file_row_number"}
)
_SYSTEM = frozenset(
    """rowid level xmin xmax cmin cmax tableoid oid _partitiontime _partitiondate _table_suffix _file_name user current_user
    session_user uid ora_rowscn connect_by_isleaf connect_by_iscycle""".split()  # noqa: SIM905
)
"""What databases give besides a table's own columns."""
_NOT_FOUND: Origins = {UNKNOWN: ("identity", None)}
_ROUNDS = 8
"""Rounds of a recursive query at most; each adds at least one origin to a column, and few need more than two."""


class Scope:
    """What names mean within a query: its sources, the queries named around it, the query it stands in."""

    __slots__ = ("aliases", "late", "merged", "named", "outer", "sources", "windows")

    def __init__(self, outer: Scope | None = None) -> None:
        self.outer = outer
        self.named: dict[str, Relation] = {}
        self.sources: dict[str, Relation] = {}
        self.merged: dict[str, Origins] = {}
        self.aliases: dict[str, Origins] = {}
        self.windows: dict[str, exp.Expr] = {}
        self.late = False

    def query(self, name: str) -> Relation | None:
        """The relation of a query named in WITH."""
        here: Scope | None = self
        while here is not None:
            if name in here.named:
                return here.named[name]
            here = here.outer
        return None


class Resolver:
    """Resolves the queries of one statement. `temporary` holds tables that are seen through, `values` what variables hold."""

    def __init__(
        self,
        dialect: Dialect,
        names: Names,
        known: KnownTables,
        temporary: dict[Table, Relation],
        values: dict[str, Relation],
        line: int,
    ) -> None:
        self._variables = values
        self.changing: Callable[[exp.Expr, Scope], Relation] | None = None
        self._dialect, self._names, self._known, self._temporary = dialect, names, known, temporary
        self._line, self._count = line, 0
        self.reads: set[Table] = set()
        self.influences: dict[tuple[Column, Clause], None] = {}
        self.problems: list[Problem] = []

    # Queries

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
        out = self._projections(node.expressions, scope)
        if clause is not None and not node.expressions:
            out = self._star(scope, None)
        self._clauses(node, scope, out)
        found = Relation(out)
        distinct: exp.Expr | None = node.args.get("distinct")
        if distinct is not None and distinct.args.get("on") is not None:
            self.influence(distinct.args["on"], scope, "group")
        elif distinct is not None:
            self._influence(found.all(), "group")
        return found

    def _clauses(self, node: exp.Expr, scope: Scope, out: list[OutputColumn]) -> None:
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

    def _projections(self, expressions: Iterable[exp.Expr], scope: Scope) -> list[OutputColumn]:
        out: list[OutputColumn] = []
        for node in expressions:
            inner = unwrapped(node)
            if isinstance(inner, exp.Star):
                out += self._star(scope, inner)
            elif isinstance(inner, exp.Column) and isinstance(inner.this, exp.Star):
                out += self._star(scope, inner.this, inner)
            elif isinstance(node, exp.Aliases):
                origins = self.origins(node.this, scope)
                out += [OutputColumn(self._names.identifier(name), dict(origins)) for name in node.args["expressions"]]
            elif isinstance(inner, exp.EQ) and isinstance(inner.this, exp.Parameter):  # T-SQL: SELECT @variable = value
                out.append(OutputColumn(f"@{inner.this.name.lower()}", self.origins(inner.expression, scope)))
            elif (pattern := inner.find(exp.Columns)) is not None:
                out += self._matching(node, pattern, scope)
            else:
                column = OutputColumn(self._output_name(node), self.origins(node, scope))
                out.append(column)
                if isinstance(node, exp.Alias):
                    scope.aliases.setdefault(column.name, column.origins)
        return out

    def _matching(self, node: exp.Expr, pattern: exp.Expr, scope: Scope) -> list[OutputColumn]:
        """DuckDB's COLUMNS: an expression for each column whose name matches."""
        kind: Kind = "transformation"
        above: exp.Expr | None = pattern
        while above is not None and above is not node.parent:
            kind = stronger(kind, kind_below(above, kind))
            above = above.parent
        columns = self._named_by(pattern, scope)
        plain = unwrapped(node) is pattern
        named = self._names.identifier(node.args["alias"]) if isinstance(node, exp.Alias) else ""
        text = unwrapped(node).sql(dialect=self._dialect)
        return [
            OutputColumn(named or c.name, dict(c.origins) if plain else _through(c.origins, kind, text))
            for c in columns
        ]

    def _named_by(self, pattern: exp.Expr, scope: Scope) -> list[OutputColumn]:
        given, columns = pattern.this, self._all_columns(scope)
        if isinstance(given, exp.Star):
            return self._starred(columns, given, scope)
        if isinstance(given, exp.Literal):
            try:
                fits = re.compile(given.name)
            except re.error:
                return columns
            return [column for column in columns if column.name == "*" or fits.search(column.name)]
        return columns

    def _output_name(self, node: exp.Expr) -> str:
        if isinstance(node, exp.Alias):
            return self._names.identifier(node.args["alias"])
        inner = unwrapped(node)
        if isinstance(inner, exp.Column):
            return self._names.identifier(inner.this)
        if isinstance(inner, exp.Dot):
            return self._names.identifier(inner.expression)
        return inner.output_name or inner.sql(dialect=self._dialect)

    def _star(self, scope: Scope, star: exp.Expr | None, of: exp.Column | None = None) -> list[OutputColumn]:
        if of is not None:
            key = self._names.identifier(of.args.get("table"))
            found = self._source_named(key, scope)
            if found is None:
                if (origins := self._unqualified(key, scope, of)) is not None:  # all fields of a structure
                    return [OutputColumn("*", dict(origins))]
                self._warn(f"{key}.* names no source of the query", of)
                found = Relation.of_table(Table(key), None)
            columns = list(found.columns)
        else:
            columns = self._all_columns(scope)
        return self._starred(columns, star, scope)

    def _starred(self, columns: list[OutputColumn], star: exp.Expr | None, scope: Scope) -> list[OutputColumn]:
        args = star.args if star is not None else {}
        left_out = {self._star_name(item).lower() for key in ("except_", "except") for item in args.get(key) or ()}
        replaced = {self._output_name(item): item for item in args.get("replace") or ()}
        renamed = {self._star_name(item.this): self._star_name(item.args["alias"]) for item in args.get("rename") or ()}
        out = []
        for column in columns:
            if column.name.lower() in left_out:
                continue
            origins = self.origins(replaced[column.name], scope) if column.name in replaced else dict(column.origins)
            out.append(OutputColumn(renamed.get(column.name, column.name), origins))
        return out

    def _star_name(self, node: Any) -> str:
        return self._names.identifier(node.this if isinstance(node, exp.Column) else node)

    def _all_columns(self, scope: Scope) -> list[OutputColumn]:
        """Columns of all sources; those merged by USING come once."""
        out, done = [], set()
        for source in scope.sources.values():
            for column in source.columns:
                if column.name in scope.merged:
                    if column.name not in done:
                        done.add(column.name)
                        out.append(OutputColumn(column.name, scope.merged[column.name]))
                else:
                    out.append(column)
        return out

    def _values(self, node: exp.Values, scope: Scope) -> Relation:
        rows = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in node.expressions]
        columns = [OutputColumn(f"col{n}") for n, _ in enumerate(rows[0] if rows else (), start=1)]
        for row in rows:
            for column, value in zip(columns, row, strict=False):
                merge(column.origins, self.origins(value, scope))
        return self._aliased(Relation(columns), node.args.get("alias"))

    # Sources

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
            origins = _through(self.origins(inner, scope), "transformation", None)
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
            return self._made(_through(outer.find(first) or {}, "transformation", None), node.args.get("alias"), first)
        table = self._names.table(node)
        if table in self._temporary:
            held = self._temporary[table]
            self.influences.update(dict.fromkeys(held.deciding))
            return held
        if reading:
            self.reads.add(table)
        return Relation.of_table(table, self._known.columns(table))

    def _with_pivots(self, found: Relation, node: exp.Expr, scope: Scope) -> Relation:
        for pivot in node.args.get("pivots") or ():
            found = self._pivot(found, pivot, scope)
        return found

    def _function(self, node: exp.Expr, scope: Scope) -> Relation:
        """A table function, UNNEST, LATERAL or LATERAL VIEW: its columns derive from its arguments."""
        alias = node.args.get("alias")
        call = node.this if isinstance(node, exp.Lateral | exp.Table | exp.TableFromRows) else node
        if is_query(call):
            return self._aliased(self.query(call, scope), alias)
        name = call.name.lower() if isinstance(call, exp.Anonymous) else call.key if isinstance(call, exp.Func) else ""
        files = [lit.name for lit in call.find_all(exp.Literal) if lit.is_string] if _reader(name) else []
        if files and _reader(name):
            tables = [Table(file) for file in files[:1]]
            self.reads.update(tables)
            return self._aliased(Relation.of_table(tables[0], self._known.columns(tables[0])), alias)
        asked = self._crosstab(call, alias) if name.startswith("crosstab") else self._asked(name, call)
        if asked is not None:
            return self._aliased(asked, alias)
        several = [item for item in (*_alias_columns(alias), node.args.get("offset")) if isinstance(item, exp.Expr)]
        if isinstance(call, exp.Unnest) and 1 < len(call.expressions) <= len(several):
            return self._side_by_side(call, [self._names.identifier(item) for item in several], scope)
        origins: Origins = {}
        for query in _queries(call):
            merge(origins, _through(self.query(query, scope).all(), "transformation", None))
        merge(origins, _through(self.origins(call, scope), "transformation", None))
        self._influence(origins, "join")
        if not origins and isinstance(call, exp.Anonymous) and not _GENERATOR.search(name):
            self._warn(f"what the function {call.name!r} gives is not known", node)
            origins = dict(_NOT_FOUND)
        offset = node.args.get("offset")
        found = self._made(origins, alias, "*")
        if isinstance(offset, exp.Identifier):
            found = Relation([*found.columns, OutputColumn(self._names.identifier(offset), dict(origins))])
        return found

    def _side_by_side(self, call: exp.Unnest, names: list[str], scope: Scope) -> Relation:
        """UNNEST of several arrays: a column of each, and what is left numbers the rows."""
        each = [_through(self.origins(item, scope), "transformation", None) for item in call.expressions]
        whole: Origins = {}
        for origins in each:
            merge(whole, origins)
        self._influence(whole, "join")
        given = [*each, *(dict(whole) for _ in names[len(each) :])]
        return Relation([OutputColumn(name, dict(origins)) for name, origins in zip(names, given, strict=True)])

    def _asked(self, name: str, call: exp.Expr) -> Relation | None:
        """A function that reads a table or asks a query of another server; None for others."""
        if name in {"remote", "remotesecure", "cluster", "clusterallreplicas"}:
            columns = [item for item in call.args.get("expressions") or () if isinstance(item, exp.Column)]
            if columns:
                table = exp.Table(this=columns[-1].this, db=columns[-1].args.get("table"))
                return self._named_table(table, Scope(), reading=True)
        if name in {"openquery", "external_query", "postgres_query", "mysql_query", "sqlite_query"}:
            texts = [text for text in call.find_all(exp.Literal) if text.is_string]
            return self._quoted(texts[-1]) if texts else None
        return None

    def _quoted(self, literal: exp.Expr | None) -> Relation | None:
        """The columns of a query that is the text of a literal; None where it is none."""
        try:
            node = self._dialect.parse(literal.name)[0] if literal is not None else None
        except SqlglotError:
            return None
        return self.query(node, Scope()) if node is not None and is_query(node) else None

    def _crosstab(self, call: exp.Expr, alias: exp.Expr | None) -> Relation | None:
        """PostgreSQL's crosstab: the query's last column but one is spread, and the last gives the values below it.

        See https://www.postgresql.org/docs/current/tablefunc.html.
        """
        arguments = call.args.get("expressions") or ()
        asked = self._quoted(arguments[0].find(exp.Literal)) if arguments else None
        if asked is None or asked.open or len(asked.columns) < 3:
            return None
        *kept, category, value = asked.columns
        self._influence(category.origins, "group")
        named = [self._names.identifier(item) for item in _alias_columns(alias)]
        if not named:  # crosstab2, crosstab3, crosstab4
            count = int(call.name[-1]) if call.name[-1].isdigit() else 0
            named = ["row_name", *(f"category_{n}" for n in range(1, count + 1))]
        origins = [*(column.origins for column in kept), *(value.origins for _ in named[len(kept) :])]
        return Relation([OutputColumn(name, dict(found)) for name, found in zip(named, origins, strict=False)])

    def _made(self, origins: Origins, alias: exp.Expr | None, name: str) -> Relation:
        """Columns under the alias's names that all derive from the same; without names, the alias is a column too."""
        columns = [self._names.identifier(item) for item in _alias_columns(alias)]
        if not columns and isinstance(alias, exp.TableAlias) and alias.this is not None:
            columns = [self._names.identifier(alias.this)]
            return Relation([OutputColumn(columns[0], origins), OutputColumn("*", dict(origins))])
        return Relation([OutputColumn(column, dict(origins)) for column in columns or [name]])

    def _aliased(self, found: Relation, alias: exp.Expr | None) -> Relation:
        names = [self._names.identifier(item) for item in _alias_columns(alias)]
        return found.renamed(names) if names else found

    def _pivot(self, found: Relation, pivot: exp.Pivot, scope: Scope) -> Relation:
        inner = Scope(scope)
        inner.sources["\0"] = found
        made = self._unpivoted if pivot.args.get("unpivot") else self._pivoted
        out = made(found, pivot, inner)
        alias = pivot.args.get("alias")
        return self._aliased(Relation(out), alias if isinstance(alias, exp.TableAlias) else None)

    def _pivoted(self, found: Relation, pivot: exp.Pivot, inner: Scope) -> list[OutputColumn]:
        aggregates = [*pivot.expressions, *(pivot.args.get("using") or ())]
        if pivot.args.get("using"):  # DuckDB's statement: PIVOT t ON y USING sum(x)
            fields, aggregates = pivot.expressions, list(pivot.args["using"])
        else:
            fields = [item.this if isinstance(item, exp.In) else item for item in pivot.args.get("fields") or ()]
        values: Origins = {}
        each = [self.origins(node, inner) for node in aggregates]
        for one in each:
            merge(values, one)
        by: Origins = {}
        for node in fields:
            merge(by, self.origins(node, inner))
        used = {c.name for node in (*aggregates, *fields) for c in node.find_all(exp.Column)}
        used = {name.lower() for name in used}
        self._influence(by, "group")
        kept = [column for column in found.columns if column.name.lower() not in used and column.name != "*"]
        group = pivot.args.get("group")
        if group is not None:
            names = {c.name.lower() for c in group.find_all(exp.Column)}
            kept = [column for column in found.columns if column.name.lower() in names]
        self._influence([origin for column in kept for origin in column.origins], "group")
        made = [self._names.identifier(item) for item in pivot.args.get("columns") or ()]
        if len(each) > 1 and len(made) % len(each) == 0:  # for each value a column of each aggregate
            spread = [OutputColumn(name, dict(each[place % len(each)])) for place, name in enumerate(made)]
        else:
            spread = [OutputColumn(name, dict(values)) for name in made]
        if found.open or not made:
            rest = dict(values)
            for column in found.columns:
                if column.name == "*":
                    merge(rest, column.origins)
            spread.append(OutputColumn("*", rest))
        return [*kept, *spread]

    def _unpivoted(self, found: Relation, pivot: exp.Pivot, inner: Scope) -> list[OutputColumn]:
        gathered: Origins = {}
        names: set[str] = set()
        fields = pivot.args.get("fields") or ()
        listed = [item for field in fields for item in field.args.get("expressions") or ()] or pivot.expressions
        for item in listed:
            pattern = item.find(exp.Columns)
            for matched in self._named_by(pattern, inner) if pattern is not None else ():
                merge(gathered, matched.origins)
                names.add(matched.name.lower())
            if pattern is not None:
                continue
            for column in item.find_all(exp.Column):
                merge(gathered, self.origins(column, inner))
                names.add(column.name.lower())
        kept = [column for column in found.columns if column.name.lower() not in names]
        labels = [self._output_name(f.this) for f in fields if isinstance(f, exp.In)]
        given = (
            [i for e in pivot.expressions for i in (e.expressions if isinstance(e, exp.Tuple) else [e])]
            if fields
            else []
        )
        values = [self._names.identifier(_bare(item)) for item in given]
        self._influence(gathered, "filter")  # a row without a value goes
        into = pivot.args.get("into")
        if into is not None:
            labels = [self._names.identifier(_bare(into.this))]
            values = [self._names.identifier(_bare(item)) for item in into.expressions]
        return [
            *kept,
            *(OutputColumn(name) for name in labels),
            *(OutputColumn(name, dict(gathered)) for name in values),
        ]

    # Expressions

    def origins(self, node: exp.Expr, scope: Scope) -> Origins:
        """What the value of an expression derives from."""
        inner = unwrapped(node)
        if isinstance(inner, exp.Column):
            return dict(self.column(inner, scope))
        if isinstance(inner, exp.Parameter):
            return dict(self._parameter(inner, scope))
        if not inner.args or isinstance(inner, exp.Literal | exp.Null | exp.Boolean):
            return {}
        found: dict[Column, Kind] = {}
        self._gather(inner, "transformation", scope, found)
        if not found:
            return {}
        text = inner.sql(dialect=self._dialect)
        return {column: (kind, text) for column, kind in found.items()}

    def _gather(self, node: exp.Expr, above: Kind, scope: Scope, found: dict[Column, Kind]) -> None:
        stack: list[tuple[exp.Expr, Kind]] = [(node, above)]
        while stack:
            here, kind = stack.pop()
            if isinstance(here, exp.Column):
                for column, (how, _) in self.column(here, scope).items():
                    _strengthen(found, column, stronger(kind, how))
                continue
            if isinstance(here, exp.Parameter):
                for column, (how, _) in self._parameter(here, scope).items():
                    _strengthen(found, column, stronger(kind, how))
                continue
            if isinstance(here, exp.Window) and here.args.get("alias") is not None:
                window = scope.windows.get(here.args["alias"].name.lower())
                stack += [(child, kind) for child in (() if window is None else _children(window))]
            if isinstance(here, exp.Exists):
                for query in _queries(here):
                    self._influence(self.query(query, Scope(scope)).all(), "filter")
                continue
            if is_query(here):
                for column, (how, _) in self.query(here, Scope(scope)).all().items():
                    _strengthen(found, column, stronger(kind, how))
                continue
            if isinstance(here, exp.UDTF | exp.Explode | exp.Unnest):  # a row becomes as many as it has elements
                for reference in here.find_all(exp.Column):
                    self._influence(self.column(reference, scope), "join")
            below = kind_below(here, kind)
            if isinstance(here, exp.Count) and isinstance(here.this, exp.Star):
                for source in scope.sources.values():
                    if source.table is not None:
                        _strengthen(found, Column(source.table, "*"), "aggregation")
            stack += [(child, below) for child in _children(here)]

    def _parameter(self, node: exp.Parameter, scope: Scope) -> Origins:
        """A variable by what it holds, or a column of a file by its number."""
        number = node.name
        if number.isdigit() and type(self._dialect).__name__ != "Snowflake":
            return {}
        if number.isdigit():
            sources = list(scope.sources.values())
            if len(sources) == 1 and sources[0].table is not None:
                columns = sources[0].columns
                if not sources[0].open and 0 < int(number) <= len(columns):
                    return columns[int(number) - 1].origins
                return {Column(sources[0].table, f"${number}"): ("identity", None)}
            return {}
        held = self._variables.get(f"@{number.lower()}")
        return held.all() if held is not None else {}

    def _held(self, parts: list[str]) -> Origins | None:
        """A variable, or a column of a record, by what it holds."""
        held = self._variables.get(parts[0].lower())
        if held is None:
            return None
        if len(parts) == 1 or (held.table is None and len(held.columns) < 2):
            return held.all()
        return held.find(parts[1])

    def column(self, node: exp.Column, scope: Scope) -> Origins:
        """What a column reference means; all it may mean, with a warning, where that is not certain."""
        if isinstance(node.this, exp.Parameter):  # a column of a file by its number, as in Snowflake
            qualifier = self._names.identifier(node.args.get("table"))
            source = self._source_named(qualifier, scope) if qualifier else None
            if source is not None and source.table is not None:
                return {Column(source.table, f"${node.this.name}"): ("identity", None)}
        parts = node.parts
        if len(parts) > 1:
            return self._qualified([self._names.identifier(part) for part in parts], scope, node)
        name = self._names.identifier(node.this)
        if name.lower() in _NO_COLUMNS and not any(one.named(name) for one in scope.sources.values()):
            return {}
        held = self._held([name])
        if held is not None and not any(one.named(name) is not None for one in scope.sources.values()):
            return held
        found = self._unqualified(name, scope, node)
        if found is None:
            if name.lower() in _SYSTEM:
                return {}
            if not isinstance(node.this, exp.Identifier) or name.startswith(("@", PLACEHOLDER)):
                return {}
            self._warn(f"the column {name!r} is in no source of the query", node)
            return dict(_NOT_FOUND)
        return found

    def _qualified(self, parts: list[str], scope: Scope, node: exp.Column) -> Origins:
        for count in range(len(parts) - 1, 0, -1):  # schema.table.column first, then column.field of a structure
            qualifier = parts[count - 1]
            source = self._source_named(qualifier, scope, parts[: count - 1])
            if source is not None:
                found = source.find(parts[count])
                if found is None:
                    found = source.named(qualifier)  # a field of an element, under the name of both
                if found is None and parts[count].lower() in _NO_COLUMNS | _SYSTEM:
                    return {}
                if found is None:
                    self._warn(f"{qualifier!r} has no column {parts[count]!r}", node)
                    return dict(_NOT_FOUND)
                return found
        found = self._held(parts)
        if found is None:
            found = self._unqualified(parts[0], scope, node)
        if found is not None:
            return found
        self._warn(f"{'.'.join(parts[:-1])!r} names no source of the query", node)
        return dict(_NOT_FOUND)

    def _source_named(self, key: str, scope: Scope, path: list[str] | None = None) -> Relation | None:
        here: Scope | None = scope
        while here is not None:
            if key in here.sources:
                source = here.sources[key]
                table = source.table
                if not path or table is None or table.schema is None or table.schema.lower() == path[-1].lower():
                    return source
            here = here.outer
        return None

    def _unqualified(self, name: str, scope: Scope, node: exp.Expr) -> Origins | None:
        if name in scope.merged:
            return scope.merged[name]
        exact = [found for source in scope.sources.values() if (found := source.named(name)) is not None]
        if exact:
            return self._either(exact, name, node)
        supposed = [found for source in scope.sources.values() if (found := source.supposed(name)) is not None]
        alias = scope.aliases.get(name)
        if alias is not None and (self._names.lateral_aliases or scope.late or not supposed):
            return alias
        if scope.outer is not None and (outer := self._known_outside(name, scope.outer)) is not None:
            return outer
        if name in scope.sources:  # the whole row
            return scope.sources[name].all()
        if supposed:
            return self._either(supposed, name, node)
        return self._unqualified(name, scope.outer, node) if scope.outer is not None else None

    def _known_outside(self, name: str, scope: Scope) -> Origins | None:
        here: Scope | None = scope
        while here is not None:
            exact = [found for source in here.sources.values() if (found := source.named(name)) is not None]
            if exact:
                return exact[0]
            here = here.outer
        return None

    def _either(self, candidates: list[Origins], name: str, node: exp.Expr) -> Origins:
        if len(candidates) == 1:
            return candidates[0]
        self._warn(f"the column {name!r} may be of {len(candidates)} sources; it is taken to come from all", node)
        origins: Origins = {}
        for found in candidates:
            merge(origins, found)
        return origins

    # Influences and problems

    def influence(self, node: exp.Expr, scope: Scope, clause: Clause) -> None:
        """Note that what an expression reads decides on rows."""
        found: dict[Column, Kind] = {}
        self._gather(node, "transformation", scope, found)
        for column in found:
            self.influences[(column, clause)] = None

    def _influence(self, origins: Iterable[Column], clause: Clause) -> None:
        for column in origins:
            self.influences[(column, clause)] = None

    def influences_on(self, target: Table | None) -> tuple[Influence, ...]:
        """What decides on the rows of the target."""
        return tuple(Influence(target, column, clause) for column, clause in self.influences if column != UNKNOWN)

    def note(self, reason: str) -> None:
        """Add a warning on the statement as a whole."""
        self.problems.append(Problem(reason, self._line, 1, severity="warning"))

    def _warn(self, reason: str, node: exp.Expr) -> None:
        place = next((i for i in node.find_all(exp.Identifier) if "line" in i.meta), None)
        line, column = self._line, 1
        if place is not None:  # sqlglot counts to a word's end
            line, column = place.meta["line"], place.meta["col"] - (place.meta["end"] - place.meta["start"])
        if all(problem.reason != reason for problem in self.problems):
            self.problems.append(Problem(reason, line, max(1, column), severity="warning"))


def _through(origins: Origins, kind: Kind, text: str | None) -> Origins:
    return {column: (stronger(kind, how), text or expression) for column, (how, expression) in origins.items()}


def _strengthen(found: dict[Column, Kind], column: Column, kind: Kind) -> None:
    """Of two ways within an expression the weaker is kept: by it more of the value shows."""
    held = found.get(column)
    found[column] = kind if held is None else held if stronger(held, kind) == kind else kind


def _children(node: exp.Expr) -> Iterator[exp.Expr]:
    for value in node.args.values():
        if isinstance(value, exp.Expr):
            yield value
        elif isinstance(value, list):
            yield from (item for item in value if isinstance(item, exp.Expr))


def _queries(node: exp.Expr) -> Iterator[exp.Expr]:
    yield from (child for child in _children(node) if is_query(child))


def _alias_columns(alias: exp.Expr | None) -> list[exp.Expr]:
    return list(alias.args.get("columns") or ()) if isinstance(alias, exp.TableAlias) else []


def _bare(node: exp.Expr) -> exp.Expr:
    return node.this if isinstance(node, exp.Column) else node


def _reader(name: str) -> bool:
    return name.replace("readcsv", "read_csv").replace("readparquet", "read_parquet") in _READERS
