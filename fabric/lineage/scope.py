"""What names mean within a query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect

from fabric.lineage.names import KnownTables, Names
from fabric.lineage.relation import UNKNOWN, Origins, Relation, merge
from fabric.lineage.statement import Clause, Column, Influence, Problem, Table
from fabric.lineage.templates import PLACEHOLDER

__all__ = ["NOT_FOUND", "Lookup", "Scope", "Setting"]

_NO_COLUMNS = frozenset(
    {"rownum", "sysdate", "systimestamp", "ctid", "$action", "metadata$filename", "metadata$file_row_number"}
)
_SYSTEM = frozenset(
    """rowid level xmin xmax cmin cmax tableoid oid _partitiontime _partitiondate _table_suffix _file_name user current_user
    session_user uid ora_rowscn connect_by_isleaf connect_by_iscycle""".split()  # noqa: SIM905
)
"""What databases give besides a table's own columns."""
NOT_FOUND: Origins = {UNKNOWN: ("identity", None)}


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


@dataclass(frozen=True, slots=True)
class Setting:
    """What a statement stands in: `temporary` holds tables that are seen through, `values` what variables hold."""

    dialect: Dialect
    names: Names
    known: KnownTables
    temporary: dict[Table, Relation]
    values: dict[str, Relation]
    line: int


class Lookup:
    """Finds what column references and variables mean, and notes what a statement reads, is decided by, and leaves unsure."""

    def __init__(self, setting: Setting) -> None:
        self._dialect, self._names, self._known = setting.dialect, setting.names, setting.known
        self._temporary, self._variables = setting.temporary, setting.values
        self._line, self._count = setting.line, 0
        self.reads: set[Table] = set()
        self.influences: dict[tuple[Column, Clause], None] = {}
        self.problems: list[Problem] = []

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
            self._warn(f"the column {name!r} is in no source of the query", node, missing=True)
            return dict(NOT_FOUND)
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
                    self._warn(f"{qualifier!r} has no column {parts[count]!r}", node, missing=True)
                    return dict(NOT_FOUND)
                return found
        found = self._held(parts)
        if found is None:
            found = self._unqualified(parts[0], scope, node)
        if found is not None:
            return found
        self._warn(f"{'.'.join(parts[:-1])!r} names no source of the query", node)
        return dict(NOT_FOUND)

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

    def influences_on(self, target: Table | None) -> tuple[Influence, ...]:
        """What decides on the rows of the target."""
        return tuple(Influence(target, column, clause) for column, clause in self.influences if column != UNKNOWN)

    def _influence(self, origins: Iterable[Column], clause: Clause) -> None:
        for column in origins:
            self.influences[(column, clause)] = None

    def note(self, reason: str) -> None:
        """Add a warning on the statement as a whole."""
        self.problems.append(Problem(reason, self._line, 1, severity="warning"))

    def _warn(self, reason: str, node: exp.Expr, *, missing: bool = False) -> None:
        place = next((i for i in node.find_all(exp.Identifier) if "line" in i.meta), None)
        line, column = self._line, 1
        if place is not None:  # sqlglot counts to a word's end
            line, column = place.meta["line"], place.meta["col"] - (place.meta["end"] - place.meta["start"])
        if all(problem.reason != reason for problem in self.problems):
            self.problems.append(Problem(reason, line, max(1, column), severity="warning", missing=missing))
