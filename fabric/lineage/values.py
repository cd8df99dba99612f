"""What the value of an expression derives from."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from fabric.lineage.expressions import is_query, kind_below, unwrapped
from fabric.lineage.relation import Origins, Relation, stronger
from fabric.lineage.scope import Lookup, Scope
from fabric.lineage.statement import Clause, Column, Kind

__all__ = ["Values", "queries_below", "through"]


class Values(Lookup):
    """Resolves expressions."""

    def query(self, node: exp.Expr, scope: Scope) -> Relation:
        """The columns of a query."""
        raise NotImplementedError

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
                for query in queries_below(here):
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

    def influence(self, node: exp.Expr, scope: Scope, clause: Clause) -> None:
        """Note that what an expression reads decides on rows."""
        found: dict[Column, Kind] = {}
        self._gather(node, "transformation", scope, found)
        for column in found:
            self.influences[(column, clause)] = None


def through(origins: Origins, kind: Kind, text: str | None) -> Origins:
    """What a value derives from that is made of one with such origins, in such a way and by such an expression."""
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


def queries_below(node: exp.Expr) -> Iterator[exp.Expr]:
    """Queries among the children of a node."""
    yield from (child for child in _children(node) if is_query(child))
