"""Names of relations as the warehouse has them, so that dbt's datasets are those of the database's own connector.

Dataset names follow https://openlineage.io/docs/spec/naming: `database.schema.table`, without the parts that a platform
lacks.
"""

from __future__ import annotations

import re

from connectors.dbt.schema import Node

__all__ = [
    "adapter_of",
    "catalog_name",
    "platform_of",
    "relation_parts",
    "split_relation",
    "stored_files",
    "system_title",
    "table_name",
]

_UPPER = frozenset({"snowflake", "oracle"})
_LOWER = frozenset({"postgres", "redshift", "greenplum", "materialize", "risingwave"})
# These fold quoted names as well.
_ALWAYS_LOWER = frozenset({"redshift", "databricks", "spark", "hive", "athena", "glue", "trino", "starburst"})
_FILES = frozenset({"duckdb", "sqlite"})
_PLATFORMS = {"postgres": "postgresql", "sqlserver": "mssql"}
_PART = re.compile(r'"((?:[^"]|"")+)"|`([^`]+)`|\[([^\]]+)\]|([^\s."`\[\]()\']+)')
_QUOTED = re.compile(r"['\"]([^'\"]+)['\"]")
_GLOB = re.compile(r"[*?\[{]")
_RELATION = re.compile(rf"(?:{_PART.pattern})(?:\.(?:{_PART.pattern}))*")


def relation_parts(node: Node, adapter: str) -> tuple[str, ...]:
    """Database, schema and table of a node, outermost first, in the platform's own case.

    `adapter` is dbt's name of the platform. dbt's `relation_name` tells which parts are quoted, thus not folded.
    """
    parts = split_relation(node.relation_name or "", adapter)
    if parts:
        return parts[-2:] if adapter == "sqlite" else parts
    database = None if adapter == "sqlite" else node.database
    plain = (database, node.in_schema, node.identifier or node.alias or node.name)
    fold = adapter in _UPPER | _ALWAYS_LOWER
    return tuple(_folded(part, adapter) if fold else part for part in plain if part)


def split_relation(relation: str, adapter: str) -> tuple[str, ...]:
    """Parts of a rendered relation such as `"db"."schema"."table"`; none where it is no plain name."""
    if not _RELATION.fullmatch(relation):
        return ()
    return tuple(_part(match, adapter) for match in _PART.finditer(relation))


def stored_files(location: str) -> tuple[str, str] | None:
    """Namespace and name of the files a dbt source reads, as the files connector names them; None where it reads no path.

    `read_parquet('s3://lake/raw/weather/*/*.parquet')` gives `("s3://lake", "raw/weather")`; a local path must be absolute.
    """
    quoted = _QUOTED.search(location)
    path = quoted.group(1) if quoted else location.strip()
    fixed = _GLOB.split(path, maxsplit=1)[0]
    if fixed != path:
        fixed = fixed.rpartition("/")[0]
    scheme, separator, rest = fixed.partition("://")
    if separator:
        authority, _slash, key = rest.partition("/")
        return (f"{scheme}://{authority}", key) if authority and key else None
    return ("file", fixed) if fixed.startswith("/") and len(fixed) > 1 else None


def adapter_of(namespace: str) -> str:
    """dbt's name of the platform that a dataset namespace belongs to: its scheme."""
    return namespace.partition(":")[0].lower()


def platform_of(adapter: str) -> str | None:
    """The platform scheme's notation for a dbt adapter."""
    return _PLATFORMS.get(adapter, adapter) or None


def system_title(namespace: str) -> str:
    """What to call the system of a namespace: host and port, or the file's name."""
    place = namespace.partition("://")[2] or namespace
    return place.rpartition("/")[2] or place if adapter_of(namespace) in _FILES else place


def table_name(parts: tuple[str, ...], adapter: str) -> str:
    """The dotted name of a table; parts before the last that hold a dot are quoted, so that no two share a name."""
    if adapter == "sqlite":
        return parts[-1]
    return ".".join((*map(_quoted, parts[:-1]), parts[-1]))


def catalog_name(parts: tuple[str, ...]) -> str:
    """The dotted name of a database or schema; every part that holds a dot is quoted."""
    return ".".join(map(_quoted, parts))


def _quoted(part: str) -> str:
    return '"' + part.replace('"', '""') + '"' if "." in part or part.startswith('"') else part


def _part(match: re.Match[str], adapter: str) -> str:
    double, back, bracketed, bare = match.groups()
    if bare is not None:
        return _folded(bare, adapter)
    quoted = double.replace('""', '"') if double is not None else back or bracketed
    return quoted.lower() if adapter in _ALWAYS_LOWER else quoted


def _folded(name: str, adapter: str) -> str:
    if adapter in _UPPER:
        return name.upper()
    return name.lower() if adapter in _LOWER | _ALWAYS_LOWER else name
