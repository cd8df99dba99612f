"""Names by the dialect's rules, and what is known of tables' columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect

from fabric.errors import InputError
from fabric.lineage.statement import Table

__all__ = ["KnownTables", "Names", "find_dialect"]

_ALIASES = {
    "ansi": "",
    "athena": "athena",
    "db2": "",
    "exasol": "exasol",
    "greenplum": "postgres",
    "mariadb": "mysql",
    "mssql": "tsql",
    "postgresql": "postgres",
    "sparksql": "spark",
    "sqlserver": "tsql",
    "vertica": "postgres",
}
_PLAIN_RECURSION = {"", "tsql", "mssql", "sqlserver", "fabric", "oracle", "snowflake", "db2"}
_FORMATS = {"parquet", "csv", "json", "orc", "delta", "avro", "text", "binaryfile"}
_LATERAL = {"redshift", "snowflake", "databricks", "spark", "duckdb", "clickhouse", "teradata", "bigquery"}


def find_dialect(name: str | None) -> Dialect:
    """sqlglot's dialect of that name or platform; its own tolerant one where `name` is None.

    Raises: InputError where there is no such dialect.
    """
    wanted = _ALIASES.get((name or "").lower(), (name or "").lower())
    try:
        return Dialect.get_or_raise(wanted or None)
    except ValueError:
        known = ", ".join(sorted(one for one in Dialect.classes if one))
        raise InputError(f"{name!r} is no SQL dialect", remedy=f"choose one of {known}") from None


class Names:
    """Turns identifiers into names, by one dialect's rule for case."""

    def __init__(self, dialect: Dialect, name: str | None, catalog: str | None, schema: str | None) -> None:
        self._dialect = dialect
        self.lateral_aliases = (name or "").lower() in _LATERAL
        self.plain_recursion = (name or "").lower() in _PLAIN_RECURSION
        self._catalog, self._schema = catalog, schema
        self._cache: dict[tuple[str, bool], str] = {}

    def identifier(self, node: exp.Expr | None) -> str:
        """A name in the case that the dialect gives it."""
        if not isinstance(node, exp.Identifier):
            return "" if node is None else node.name
        key = node.this, bool(node.args.get("quoted"))
        found = self._cache.get(key)
        if found is None:
            found = self._cache[key] = self._dialect.normalize_identifier(node.copy()).name
        return found

    def plain(self, name: str) -> str:
        """An unquoted name in the case that the dialect gives it."""
        return self.identifier(exp.Identifier(this=name, quoted=False))

    def table(self, node: exp.Table) -> Table:
        """The table that a node names, with the defaults for what it leaves out."""
        this = node.this
        name = self.identifier(this) if isinstance(this, exp.Identifier) else this.name if this else ""
        if isinstance(this, exp.Identifier) and (this.args.get("temporary") or this.args.get("global_")):
            name = f"#{name}"
        if isinstance(this, exp.Parameter):  # T-SQL's variable that holds a table
            name = f"@{this.name.lower()}"
        if isinstance(this, exp.Dot):
            name = ".".join(self.identifier(part) for part in this.parts)
        schema = self.identifier(node.args.get("db")) or self._schema
        if "/" in name and schema in _FORMATS:  # Spark: parquet.`path`
            return Table(name)
        catalog = self.identifier(node.args.get("catalog")) or (self._catalog if schema else None)
        return Table(name or node.sql(), schema, catalog)


class KnownTables:
    """Columns of tables, found by names that may leave out catalog and schema."""

    def __init__(self, known: Mapping[Table, Sequence[str]]) -> None:
        self._by_name: dict[str, list[tuple[Table, Sequence[str]]]] = defaultdict(list)
        for table, columns in known.items():
            self.add(table, columns)

    def add(self, table: Table, columns: Iterable[str]) -> None:
        """Know a table's columns, in order, from here on."""
        held = self._by_name[table.name.lower()]
        held[:] = [entry for entry in held if entry[0] != table]
        held.append((table, tuple(columns)))

    def columns(self, table: Table) -> Sequence[str] | None:
        """Columns in order; None where the table is not known, or more than one fits."""
        fitting = [columns for known, columns in self._by_name.get(table.name.lower(), ()) if _fits(known, table)]
        return fitting[0] if len(fitting) == 1 else None


def _fits(known: Table, named: Table) -> bool:
    pairs = ((known.schema, named.schema), (known.catalog, named.catalog))
    return all(a is None or b is None or a.lower() == b.lower() for a, b in pairs)
