"""Delta tables (https://github.com/delta-io/delta/blob/master/PROTOCOL.md), through the `deltalake` package."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute

from connectors.files.fields import MAX_NESTING
from connectors.files.store import Store, basename
from fabric.connector import require
from fabric.datatypes import logical_type
from fabric.errors import Unreadable
from fabric.model import Dataset, Distribution, Field, Ref

__all__ = ["read_delta"]

_PROTOCOLS = {"file", "s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl"}


def read_delta(store: Store, folder: str, part_of: Ref) -> Dataset:
    """The current version of a Delta table, from its log alone.

    Raises: Unreachable, AccessDenied, Unreadable, MissingExtra.
    """
    deltalake = require("deltalake", "delta")
    if store.protocol not in _PROTOCOLS:
        raise Unreadable(
            f"{store.url(folder)} is a Delta table in {store.protocol}://, which the Delta reader cannot open",
            remedy="Delta tables are read on local disk, S3, Google Cloud Storage and Azure; exclude it",
        )
    location = folder if store.local else store.url(folder)
    exceptions = require("deltalake.exceptions", "delta")
    try:
        table = deltalake.DeltaTable(location, storage_options=store.delta_options())
        metadata, schema = table.metadata(), json.loads(table.schema().to_json())
        files = pa.table(table.get_add_actions(flatten=True))
    except (exceptions.DeltaError, OSError, ValueError) as error:
        raise Unreadable(
            f"the Delta table {store.url(folder)} cannot be read: {store.redacted(error)}",
            remedy="repair the table's log, or exclude it",
        ) from error
    rows, size = _total(files, "num_records"), _total(files, "size_bytes")
    return Dataset(
        namespace=store.namespace,
        name=store.name(folder),
        title=metadata.name or basename(folder) or folder,
        kind="table",
        description=metadata.description or None,
        platform="delta-lake",
        part_of=part_of,
        fields=_fields(schema["fields"], 0),
        distributions=frozenset(
            {
                Distribution(
                    name="delta",
                    url=store.url(folder),
                    format="delta",
                    byte_size=size,
                    file_count=files.num_rows,
                    media_type="application/vnd.apache.parquet",
                )
            }
        ),
        partition_columns=tuple(metadata.partition_columns),
        partition_count=_partitions(files, metadata.partition_columns),
        row_count=rows,
        row_count_exact=None if rows is None else True,
        byte_size=size,
        issued=_instant(metadata.created_time),
        modified=_last_change(files),
    )


def _fields(columns: list[dict[str, Any]], depth: int) -> tuple[Field, ...]:
    return tuple(
        Field(
            name=column["name"],
            ordinal=ordinal,
            datatype=_datatype(column["type"]),
            native_type=_native(column["type"]),
            required=not column["nullable"],
            description=column.get("metadata", {}).get("comment") or None,
            fields=_nested(column["type"], depth + 1),
        )
        for ordinal, column in enumerate(columns, 1)
    )


def _nested(kind: Any, depth: int) -> tuple[Field, ...]:
    while isinstance(kind, dict) and kind["type"] == "array":
        kind = kind["elementType"]
    if not isinstance(kind, dict) or depth > MAX_NESTING:
        return ()
    if kind["type"] == "struct":
        return _fields(kind["fields"], depth)
    key = {"name": "key", "type": kind["keyType"], "nullable": False}
    value = {"name": "value", "type": kind["valueType"], "nullable": kind["valueContainsNull"]}
    return _fields([key, value], depth)


def _native(kind: Any) -> str:
    if not isinstance(kind, dict):
        return str(kind)
    if kind["type"] == "array":
        return f"array<{_native(kind['elementType'])}>"
    return "struct" if kind["type"] == "struct" else f"map<{_native(kind['keyType'])}, {_native(kind['valueType'])}>"


def _datatype(kind: Any) -> str:
    return logical_type(kind["type"] if isinstance(kind, dict) else str(kind))


def _total(files: pa.Table, column: str) -> int | None:
    """Sum over all files; None where a file does not state its number."""
    if files.num_rows == 0:
        return 0
    if column not in files.column_names or files[column].null_count:
        return None
    return int(pa.compute.sum(files[column]).as_py())


def _partitions(files: pa.Table, columns: list[str]) -> int | None:
    names = [f"partition.{column}" for column in columns]
    if not columns or not set(names) <= set(files.column_names):
        return None
    return int(files.select(names).group_by(names).aggregate([]).num_rows)


def _last_change(files: pa.Table) -> datetime | None:
    if files.num_rows == 0 or "modification_time" not in files.column_names:
        return None
    latest = pa.compute.max(files["modification_time"]).as_py()
    return _instant(latest) if isinstance(latest, int) or latest is None else latest.replace(tzinfo=UTC)


def _instant(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)
