"""Fields of a dataset from an Arrow schema."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from connectors.files.contents import JSON_VALUE, described, unique_names
from connectors.files.grouping import PartitionColumn
from fabric.datatypes import logical_type
from fabric.model import Field

__all__ = ["MAX_NESTING", "arrow_fields", "partition_fields"]

MAX_NESTING = 32

_is = pa.types
_LOGICAL = (
    (_is.is_boolean, "boolean"),
    (_is.is_integer, "integer"),
    (_is.is_floating, "double"),
    (_is.is_decimal, "decimal"),
    (_is.is_date, "date"),
    (_is.is_timestamp, "datetime"),
    (_is.is_time, "time"),
    (_is.is_duration, "duration"),
    (_is.is_interval, "duration"),
    (_is.is_struct, "object"),
    (_is.is_map, "object"),
    (_is.is_union, "any"),
    (_is.is_null, "any"),
)
_EXTENSIONS = {"arrow.json": "json", "arrow.uuid": "string", "arrow.bool8": "boolean"}


def arrow_fields(columns: Iterable[pa.Field], *, stated: bool, depth: int = 0) -> tuple[Field, ...]:
    """Fields for Arrow's, nested ones included down to `MAX_NESTING` levels.

    `stated` tells whether the file itself says types and nullability; inferred ones give no native type.
    """
    listed = list(columns)
    return tuple(
        Field(
            name=name,
            ordinal=ordinal,
            datatype=_datatype(column),
            native_type=_native(column.type) if stated else None,
            required=not column.nullable if stated else None,
            description=described(column.metadata),
            fields=_nested(column.type, stated=stated, depth=depth + 1),
        )
        for ordinal, (name, column) in enumerate(
            zip(unique_names([column.name for column in listed]), listed, strict=True), 1
        )
    )


def partition_fields(columns: Iterable[PartitionColumn], after: tuple[Field, ...]) -> tuple[Field, ...]:
    """Fields for the columns that stand only in folder names, placed behind those in the files."""
    known = {field.name for field in after}
    added = [column for column in columns if column.name not in known]
    return tuple(
        Field(name=column.name, ordinal=ordinal, datatype=column.datatype, required=column.required)
        for ordinal, column in enumerate(added, len(after) + 1)
    )


def _datatype(column: pa.Field) -> str:
    if column.metadata and JSON_VALUE.items() <= column.metadata.items():
        return "json"
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        known = _EXTENSIONS.get(kind.extension_name)
        return known or _logical(kind.storage_type)
    return _logical(kind)


def _logical(kind: pa.DataType) -> str:
    if _is.is_dictionary(kind):
        return _logical(kind.value_type)
    if _is.is_run_end_encoded(kind):
        return _logical(kind.value_type)
    if _is_list(kind):
        return "array"
    return next((name for test, name in _LOGICAL if test(kind)), logical_type(str(kind)))


def _native(kind: pa.DataType) -> str:
    """Arrow's spelling; of nested types only the outline, since their fields are listed themselves."""
    if isinstance(kind, pa.BaseExtensionType):
        return str(kind.extension_name)
    if _is.is_struct(kind):
        return "struct"
    if _is_list(kind):
        return f"list<{_native(kind.value_type)}>"
    if _is.is_map(kind):
        return f"map<{_native(kind.key_type)}, {_native(kind.item_type)}>"
    if _is.is_union(kind):
        return "union"
    return str(kind)


def _nested(kind: pa.DataType, *, stated: bool, depth: int) -> tuple[Field, ...]:
    while _is_list(kind):
        kind = kind.value_type
    if depth > MAX_NESTING:
        return ()
    if _is.is_struct(kind):
        return arrow_fields([kind.field(place) for place in range(kind.num_fields)], stated=stated, depth=depth)
    if _is.is_map(kind):
        return arrow_fields([kind.key_field, kind.item_field], stated=stated, depth=depth)
    return ()


def _is_list(kind: pa.DataType) -> bool:
    return bool(
        _is.is_list(kind)
        or _is.is_large_list(kind)
        or _is.is_fixed_size_list(kind)
        or _is.is_list_view(kind)
        or _is.is_large_list_view(kind)
    )
