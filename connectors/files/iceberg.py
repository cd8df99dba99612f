"""Iceberg tables (https://iceberg.apache.org/spec/#table-metadata): the current metadata file, parsed by `pyiceberg`.

The file is read through the same store as all others, so that no second set of credentials is needed.
"""

from __future__ import annotations

import gzip
import re
import zlib
from datetime import UTC, datetime
from typing import Any

from connectors.files.fields import MAX_NESTING
from connectors.files.store import Entry, Store, basename
from fabric.connector import require
from fabric.datatypes import logical_type
from fabric.errors import Unreadable
from fabric.model import Dataset, Distribution, Field, Key, Ref

__all__ = ["read_iceberg"]

_VERSION = re.compile(r"v?(\d+)(?:-[^.]*)?(?:\.gz)?\.metadata\.json(?:\.gz)?")


def read_iceberg(store: Store, folder: str, part_of: Ref) -> Dataset:
    """The current schema, partition spec and snapshot summary of an Iceberg table.

    The current metadata file is the one `version-hint.text` names, else the one of the highest version.

    Raises: Unreachable, AccessDenied, Unreadable, MissingExtra.
    """
    require("pyiceberg", "iceberg")
    metadata = _metadata(store, folder)
    schema = metadata.schema()
    snapshot = metadata.current_snapshot()
    summary = dict(snapshot.summary.additional_properties) if snapshot and snapshot.summary else {}
    rows = _count(summary, "total-records") if snapshot else 0
    deletes = (_count(summary, "total-position-deletes") or 0) + (_count(summary, "total-equality-deletes") or 0)
    size = _count(summary, "total-files-size") if snapshot else 0
    names = {column.field_id: column.name for column in schema.fields}
    # An identifier within a struct is no column, and a key without it would not be the key.
    whole = set(schema.identifier_field_ids) <= set(names)
    keys = tuple(names[number] for number in schema.identifier_field_ids) if whole else ()
    return Dataset(
        namespace=store.namespace,
        name=store.name(folder),
        title=basename(folder) or folder,
        kind="table",
        description=metadata.properties.get("comment") or None,
        platform="iceberg",
        part_of=part_of,
        fields=_fields(schema.fields, 0),
        keys=frozenset({Key(name="identifier", columns=keys, primary=True)}) if keys else frozenset(),
        distributions=frozenset(
            {
                Distribution(
                    name="iceberg",
                    url=store.url(folder),
                    format="iceberg",
                    byte_size=size,
                    file_count=_count(summary, "total-data-files") if snapshot else 0,
                )
            }
        ),
        partition_columns=_partition_columns(metadata),
        row_count=rows,
        row_count_exact=None if rows is None else not deletes,
        byte_size=size,
        modified=datetime.fromtimestamp(metadata.last_updated_ms / 1000, UTC),
    )


def _metadata(store: Store, folder: str) -> Any:
    # Deferred: importing pyiceberg's table module takes a second.
    util = require("pyiceberg.table.metadata", "iceberg").TableMetadataUtil
    invalid = require("pyiceberg.exceptions", "iceberg").ValidationError
    current = _current(store, f"{folder.rstrip('/')}/metadata")
    with store.open(current.path) as file:
        data = file.read()
    try:
        text = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
        return util.parse_raw(text.decode())
    except (invalid, ValueError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Unreadable(
            f"the Iceberg metadata {store.url(current.path)} cannot be read: {store.redacted(error)}",
            remedy="repair the table, or exclude it",
        ) from error


def _current(store: Store, folder: str) -> Entry:
    entries = store.list(folder)
    versions = {entry.name: int(found[1]) for entry in entries if (found := _VERSION.fullmatch(entry.name))}
    if not versions:
        raise Unreadable(
            f"{store.url(folder)} names no Iceberg metadata file", remedy="repair the table, or exclude it"
        )
    wanted = max(versions.values())
    if any(entry.name == "version-hint.text" for entry in entries):
        with store.open(f"{folder}/version-hint.text") as file:
            hint = file.read(32).strip()
        if hint.isdigit() and int(hint) in versions.values():
            wanted = int(hint)
    # Two of one version: a failed commit left one of them behind; the later one by time, then by name, is taken.
    chosen = [entry for entry in entries if versions.get(entry.name) == wanted]
    return max(chosen, key=lambda entry: (entry.modified or datetime.min.replace(tzinfo=UTC), entry.name))


def _partition_columns(metadata: Any) -> tuple[str, ...]:
    """Source columns of the default partition spec, each once, in order; the transforms are not part of the name."""
    schema = metadata.schema()
    spec = next((spec for spec in metadata.partition_specs if spec.spec_id == metadata.default_spec_id), None)
    names = [schema.find_column_name(part.source_id) for part in spec.fields] if spec else []
    return tuple(dict.fromkeys(name for name in names if name))


def _fields(columns: Any, depth: int) -> tuple[Field, ...]:
    return tuple(
        Field(
            name=column.name,
            ordinal=ordinal,
            datatype=_datatype(column.field_type),
            native_type=_native(column.field_type),
            required=column.required,
            description=column.doc or None,
            fields=_nested(column.field_type, depth + 1),
        )
        for ordinal, column in enumerate(columns, 1)
    )


def _nested(kind: Any, depth: int) -> tuple[Field, ...]:
    while kind.is_primitive is False and hasattr(kind, "element_type"):
        kind = kind.element_type
    return () if kind.is_primitive or depth > MAX_NESTING else _fields(kind.fields, depth)


def _native(kind: Any) -> str:
    if kind.is_primitive:
        return str(kind)
    if hasattr(kind, "element_type"):
        return f"list<{_native(kind.element_type)}>"
    return f"map<{_native(kind.key_type)}, {_native(kind.value_type)}>" if hasattr(kind, "key_type") else "struct"


def _datatype(kind: Any) -> str:
    text = _native(kind)
    return logical_type("binary" if text.startswith("fixed[") else text)


def _count(summary: dict[str, str], name: str) -> int | None:
    value = summary.get(name)
    return int(value) if value is not None and value.isdigit() else None
