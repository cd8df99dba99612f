"""Logical datatypes: one small set of names for the types of all platforms.

The names are those of CSV on the Web's built-in datatypes (https://www.w3.org/TR/tabular-data-primer/#datatypes), plus
`array` and `object` for nested values and `any` where the native type has no counterpart.
"""

from __future__ import annotations

import re

__all__ = ["DATATYPES", "logical_type"]

DATATYPES = frozenset(
    {
        "any", "array", "binary", "boolean", "date", "datetime", "decimal", "double", "duration",
        "integer", "json", "object", "string", "time", "anyURI",
    }
)  # fmt: skip

_EXACT = {
    "integer": "int integer int1 int2 int4 int8 int16 int32 int64 int128 bigint smallint tinyint mediumint hugeint uhugeint "
    "uint8 uint16 uint32 uint64 utinyint usmallint uinteger ubigint serial bigserial smallserial oid byteint long year",
    "decimal": "decimal numeric number money bignumeric decimal32 decimal64 decimal128 decimal256",
    "double": "double real float float4 float8 float16 float32 float64 halffloat binary_float binary_double",
    "boolean": "boolean bool bit",
    "date": "date date32 date64",
    "datetime": "datetime datetime2 datetime64 timestamp timestamptz timestampltz timestampntz timestamp_ns timestamp_ms "
    "timestamp_s smalldatetime datetimeoffset timestamp_ltz timestamp_ntz timestamp_tz",
    "time": "time timetz time32 time64 time_ns",
    "duration": "interval duration month_interval",
    "binary": "binary varbinary blob tinyblob mediumblob longblob bytea bytes large_binary image raw fixed fixed_size_binary "
    "binary_view geometry geography",
    "json": "json jsonb variant super",
    "object": "struct row record map object hstore",
    "array": "array list large_list fixed_size_list multiset",
    "string": "string varchar nvarchar varchar2 char nchar bpchar character text tinytext mediumtext longtext ntext clob "
    "utf8 large_string string_view enum set uuid name citext inet cidr macaddr xml tsvector uniqueidentifier dictionary "
    "bit_string sysname",
}
_LOGICAL = {native: logical for logical, names in _EXACT.items() for native in names.split()}
_HEAD = re.compile(r"[a-z_0-9]+")
_BRACKETED = ("date", "duration", "fixed", "map", "time")


def logical_type(native: str | None) -> str:
    """The logical datatype of a native type's spelling: `varchar(255)` is `string`, `integer[]` is `array`."""
    if not native:
        return "any"
    text = native.strip().lower().strip('"').removeprefix("unsigned ")
    if text == "tinyint(1)":
        return "boolean"
    return "array" if _is_array(text) else _head_type(text)


def _is_array(text: str) -> bool:
    if text.endswith("[]") or text.startswith("_"):
        return True
    # Arrow writes units and sizes in brackets, `timestamp[us, tz=UTC]` and `fixed_size_binary[16]`; DuckDB `integer[3]`.
    return text.endswith("]") and "[" in text and not text.startswith(_BRACKETED)


def _head_type(text: str) -> str:
    head = _HEAD.match(text)
    return _LOGICAL.get(head.group(), "any") if head else "any"
