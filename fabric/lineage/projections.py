"""The columns that SELECT names: expressions, stars and patterns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from sqlglot import exp

from fabric.lineage.expressions import kind_below, unwrapped
from fabric.lineage.relation import OutputColumn, Relation, stronger
from fabric.lineage.scope import Scope
from fabric.lineage.statement import Kind, Table
from fabric.lineage.values import Values, through

__all__ = ["Projections", "alias_columns"]


class Projections(Values):
    """Resolves what SELECT names into columns."""

    def projections(self, expressions: Iterable[exp.Expr], scope: Scope) -> list[OutputColumn]:
        """The columns that the expressions of SELECT make, each under its name."""
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
            OutputColumn(named or c.name, dict(c.origins) if plain else through(c.origins, kind, text)) for c in columns
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

    def _aliased(self, found: Relation, alias: exp.Expr | None) -> Relation:
        names = [self._names.identifier(item) for item in alias_columns(alias)]
        return found.renamed(names) if names else found


def alias_columns(alias: exp.Expr | None) -> list[exp.Expr]:
    """The column names that an alias gives, as in `t(a, b)`."""
    return list(alias.args.get("columns") or ()) if isinstance(alias, exp.TableAlias) else []
