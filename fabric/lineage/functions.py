"""Functions that stand in FROM."""

from __future__ import annotations

import re

from sqlglot import exp
from sqlglot.errors import SqlglotError

from fabric.lineage.expressions import is_query
from fabric.lineage.pivots import Pivots
from fabric.lineage.projections import alias_columns
from fabric.lineage.relation import Origins, OutputColumn, Relation, merge
from fabric.lineage.scope import NOT_FOUND, Scope
from fabric.lineage.statement import Table
from fabric.lineage.values import queries_below, through

__all__ = ["Functions"]

_READERS = frozenset({"read_parquet", "parquet_scan", "read_csv", "read_csv_auto", "read_json", "read_json_auto", "delta_scan",
                      "iceberg_scan", "read_ndjson", "read_text", "read_blob", "s3", "url", "file", "read_files"})  # fmt: skip
_GENERATOR = re.compile(
    r"generat|series|range|sequence|numbers|zeros|glob|^table$|split|json|xml|calendar|unnest|flatten|^values$|string|regexp|"
    r"pragma|^pg_|duckdb_|information|fn_|sys|explode"
)
"""Names of functions that make rows out of nothing but their arguments."""


class Functions(Pivots):
    """Resolves table functions, UNNEST and LATERAL."""

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
        several = [item for item in (*alias_columns(alias), node.args.get("offset")) if isinstance(item, exp.Expr)]
        if isinstance(call, exp.Unnest) and 1 < len(call.expressions) <= len(several):
            return self._side_by_side(call, [self._names.identifier(item) for item in several], scope)
        origins: Origins = {}
        for query in queries_below(call):
            merge(origins, through(self.query(query, scope).all(), "transformation", None))
        merge(origins, through(self.origins(call, scope), "transformation", None))
        self._influence(origins, "join")
        if not origins and isinstance(call, exp.Anonymous) and not _GENERATOR.search(name):
            self._warn(f"what the function {call.name!r} gives is not known", node)
            origins = dict(NOT_FOUND)
        offset = node.args.get("offset")
        found = self._made(origins, alias, "*")
        if isinstance(offset, exp.Identifier):
            found = Relation([*found.columns, OutputColumn(self._names.identifier(offset), dict(origins))])
        return found

    def _side_by_side(self, call: exp.Unnest, names: list[str], scope: Scope) -> Relation:
        """UNNEST of several arrays: a column of each, and what is left numbers the rows."""
        each = [through(self.origins(item, scope), "transformation", None) for item in call.expressions]
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
        named = [self._names.identifier(item) for item in alias_columns(alias)]
        if not named:  # crosstab2, crosstab3, crosstab4
            count = int(call.name[-1]) if call.name[-1].isdigit() else 0
            named = ["row_name", *(f"category_{n}" for n in range(1, count + 1))]
        origins = [*(column.origins for column in kept), *(value.origins for _ in named[len(kept) :])]
        return Relation([OutputColumn(name, dict(found)) for name, found in zip(named, origins, strict=False)])

    def _made(self, origins: Origins, alias: exp.Expr | None, name: str) -> Relation:
        """Columns under the alias's names that all derive from the same; without names, the alias is a column too."""
        columns = [self._names.identifier(item) for item in alias_columns(alias)]
        if not columns and isinstance(alias, exp.TableAlias) and alias.this is not None:
            columns = [self._names.identifier(alias.this)]
            return Relation([OutputColumn(columns[0], origins), OutputColumn("*", dict(origins))])
        return Relation([OutputColumn(column, dict(origins)) for column in columns or [name]])

    def _named_table(self, node: exp.Table, scope: Scope, *, reading: bool) -> Relation:
        raise NotImplementedError


def _reader(name: str) -> bool:
    return name.replace("readcsv", "read_csv").replace("readparquet", "read_parquet") in _READERS
