"""PIVOT and UNPIVOT."""

from __future__ import annotations

from sqlglot import exp

from fabric.lineage.projections import Projections
from fabric.lineage.relation import Origins, OutputColumn, Relation, merge
from fabric.lineage.scope import Scope

__all__ = ["Pivots"]


class Pivots(Projections):
    """Resolves relations that are turned."""

    def _with_pivots(self, found: Relation, node: exp.Expr, scope: Scope) -> Relation:
        for pivot in node.args.get("pivots") or ():
            found = self._pivot(found, pivot, scope)
        return found

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


def _bare(node: exp.Expr) -> exp.Expr:
    return node.this if isinstance(node, exp.Column) else node
