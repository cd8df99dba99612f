# ruff: noqa: S608  (queries are put together from constants of this module only)
"""The queries on PostgreSQL's catalog, versions 12 and later.

Those that end in `ORDER BY` a relation's oid are streams of a merge join: a database is read by one query of each,
however many tables it has, or only the relations whose oids are given. `VERSIONS` hashes the rows of these very streams,
so that a version changes whenever what is read of a relation does. The `search_path` is empty when they run, so that types
and definitions name things in full.
"""

from __future__ import annotations

__all__ = [
    "COLUMNS", "DATABASES", "DOMAINS", "GRANTS", "INDEXES", "KEYS", "PARTITIONS", "RELATIONS", "SCHEMAS", "TABLE_NAMES",
    "VERSIONS", "VIEW_DEPENDENCIES",
]  # fmt: skip

_SCHEMA = """n.nspname !~ '^pg_(toast|temp)' AND
  (%(system)s::bool OR n.nspname NOT IN ('pg_catalog', 'information_schema'))"""
_RELATION = f"""c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND {_SCHEMA}
  AND (%(oids)s::oid[] IS NULL OR c.oid = ANY (%(oids)s::oid[]))"""
_ROOT = "CASE WHEN t.relispartition THEN pg_partition_root(t.oid) ELSE t.oid END"


def _size(alias: str) -> str:
    # As of the last VACUUM or ANALYZE: the files themselves are asked one by one, which doubles the time of a look for changes,
    # waits for locks, and has every growing table read again.
    toast = f"(SELECT t.relpages FROM pg_class t WHERE t.oid = {alias}.reltoastrelid)"
    pages = f"{alias}.relpages + coalesce({toast}, 0)"
    return f"CASE WHEN {alias}.reltuples >= 0 THEN ({pages})::bigint * current_setting('block_size')::int END"


DATABASES = """
SELECT d.datname, shobj_description(d.oid, 'pg_database'), r.rolname, NOT r.rolcanlogin
FROM pg_database d LEFT JOIN pg_roles r ON r.oid = d.datdba
WHERE d.datallowconn AND (NOT d.datistemplate OR d.datname = current_database()) ORDER BY d.datname"""

SCHEMAS = f"""
SELECT n.nspname, obj_description(n.oid, 'pg_namespace'), r.rolname, NOT r.rolcanlogin
FROM pg_namespace n LEFT JOIN pg_roles r ON r.oid = n.nspowner
WHERE {_SCHEMA} ORDER BY n.nspname"""

TABLE_NAMES = f"""
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {_RELATION} AND c.relkind IN ('r', 'p', 'f')"""

DOMAINS = """
SELECT t.oid, format_type(t.typbasetype, t.typtypmod), b.typtype, b.oid
FROM pg_type t JOIN pg_type b ON b.oid = t.typbasetype WHERE t.typtype = 'd' ORDER BY t.oid"""

_RELATIONS = f"""
SELECT c.oid, n.nspname, c.relname, c.relkind, d.description, r.rolname, NOT r.rolcanlogin, c.reltuples, c.relpages,
  CASE WHEN %(sizes)s::bool AND c.relkind IN ('r', 'm') THEN {_size("c")} END,
  CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_roles r ON r.oid = c.relowner
LEFT JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
WHERE {_RELATION}"""
RELATIONS = f"{_RELATIONS} ORDER BY c.oid"

# Only a generated column's expression names columns; without a relation for context the others are spelled much faster.
_COLUMNS = f"""
SELECT a.attrelid, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), t.typtype, a.atttypid, a.attnotnull,
  a.attidentity, a.attgenerated, pg_get_expr(e.adbin, CASE WHEN a.attgenerated <> '' THEN e.adrelid ELSE 0 END),
  d.description
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef e ON e.adrelid = a.attrelid AND e.adnum = a.attnum
LEFT JOIN pg_description d ON d.objoid = a.attrelid AND d.classoid = 'pg_class'::regclass AND d.objsubid = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND {_RELATION}"""
COLUMNS = f"{_COLUMNS} ORDER BY a.attrelid, a.attnum"

# A foreign key that a partition inherits has a parent and is left out, as partitions are no datasets of their own.
_KEYS = f"""
SELECT k.conrelid, k.conname, k.contype, k.conkey, tn.nspname, tr.relname,
  CASE WHEN k.contype = 'f' THEN ARRAY(
    SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = k.confrelid AND a.attnum = ANY (k.confkey)
    ORDER BY array_position(k.confkey, a.attnum)) END
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class t ON t.oid = k.confrelid
LEFT JOIN pg_class tr ON tr.oid = {_ROOT}
LEFT JOIN pg_namespace tn ON tn.oid = tr.relnamespace
WHERE k.contype IN ('p', 'u', 'f') AND k.conparentid = 0 AND {_RELATION}"""
KEYS = f"{_KEYS} ORDER BY k.conrelid, k.conname"

_INDEXES = f"""
SELECT i.indrelid, x.relname, i.indisunique, m.amname, i.indkey::int2[], i.indnkeyatts,
  CASE WHEN 0 = ANY (i.indkey) THEN ARRAY(
    SELECT pg_get_indexdef(i.indexrelid, place, false) FROM generate_series(1, i.indnkeyatts) place) END
FROM pg_index i
JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_am m ON m.oid = x.relam
WHERE {_RELATION} AND NOT EXISTS (
  SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u'))"""
INDEXES = f"{_INDEXES} ORDER BY i.indrelid, x.relname"

_GRANTS = f"""
SELECT c.oid, coalesce(r.rolname, 'PUBLIC'), array_agg(DISTINCT a.privilege_type)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL aclexplode(c.relacl) a
LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE a.grantee <> c.relowner AND {_RELATION} GROUP BY c.oid, r.rolname"""
GRANTS = f"{_GRANTS} ORDER BY c.oid, r.rolname"

# reltuples is -1 where it is not known (0 before version 14).
_PARTITIONS = f"""
WITH RECURSIVE tree (root, relid) AS (
  SELECT c.oid, c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'p' AND {_RELATION}
  UNION ALL
  SELECT tree.root, h.inhrelid FROM tree JOIN pg_inherits h ON h.inhparent = tree.relid
), leaf AS (
  SELECT tree.root, count(*) AS leaves, bool_and(l.reltuples >= 0) AS known, sum(l.reltuples) AS tuples,
    sum(CASE WHEN %(sizes)s::bool AND l.relkind = 'r' THEN {_size("l")} END)::bigint AS size
  FROM tree JOIN pg_class l ON l.oid = tree.relid AND l.relkind <> 'p' GROUP BY tree.root
)
SELECT p.partrelid, coalesce(leaf.leaves, 0), CASE WHEN leaf.known THEN leaf.tuples END, leaf.size, p.partattrs::int2[]
FROM pg_partitioned_table p
JOIN pg_class c ON c.oid = p.partrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN leaf ON leaf.root = p.partrelid
WHERE {_RELATION}"""
PARTITIONS = f"{_PARTITIONS} ORDER BY p.partrelid"


def _hashes(part: int, query: str) -> str:
    return f"SELECT oid, NULL, NULL, NULL, NULL, hashtextextended(line::text, {part}) FROM ({query}) line (oid)"


_PARTS = "\nUNION ALL ".join(
    _hashes(part, query) for part, query in enumerate((_COLUMNS, _KEYS, _INDEXES, _GRANTS, _PARTITIONS), 1)
)

# A sum, since it needs no order: sorting 18,000 columns took as long as hashing them. md5 fails on servers in FIPS mode.
VERSIONS = f"""
SELECT oid, max(schema), max(name), max(owner), bool_or(team), sum(hash)::text FROM (
SELECT oid, schema::text, name::text, owner::text, team, hashtextextended(line::text, 0)
FROM ({_RELATIONS}) line (oid, schema, name, kind, comment, owner, team)
UNION ALL {_PARTS}) lines (oid, schema, name, owner, team, hash) GROUP BY oid"""

VIEW_DEPENDENCIES = f"""
SELECT DISTINCT n.nspname, c.relname, un.nspname, u.relname
FROM pg_rewrite w
JOIN pg_class c ON c.oid = w.ev_class
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
JOIN pg_class t ON t.oid = d.refobjid AND t.relkind IN ('r', 'p', 'v', 'm', 'f')
JOIN pg_class u ON u.oid = {_ROOT}
JOIN pg_namespace un ON un.oid = u.relnamespace
WHERE w.rulename = '_RETURN' AND u.oid <> c.oid AND {_RELATION}
  AND (%(system)s::bool OR un.nspname NOT IN ('pg_catalog', 'information_schema'))"""
