"""Parquet and Arrow IPC files: schema and rows from their footers, never from the data."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.dataset
import pyarrow.fs
import pyarrow.parquet

from connectors.files.contents import Contents, unreadable
from connectors.files.formats import Format
from connectors.files.store import Entry, Store
from fabric.errors import Unreadable

__all__ = ["read_arrow", "read_parquet"]


def read_parquet(store: Store, entry: Entry) -> Contents:
    """Schema and rows of a Parquet file (https://parquet.apache.org/docs/file-format/metadata/).

    Raises: Unreachable, AccessDenied, Unreadable.
    """
    _not_empty(store, entry)
    with unreadable(store, entry), store.open(entry.path) as raw, pa.parquet.ParquetFile(raw) as file:
        return Contents(file.schema_arrow, rows=file.metadata.num_rows)


def read_arrow(store: Store, entry: Entry, form: Format) -> Contents:
    """Schema and rows of an Arrow IPC file or stream (https://arrow.apache.org/docs/format/Columnar.html#format-ipc).

    A stream has no footer: its schema comes first, and its rows are not counted.

    Raises: Unreachable, AccessDenied, Unreadable.
    """
    _not_empty(store, entry)
    with unreadable(store, entry), store.open(entry.path) as raw:
        if form.extension == "arrows":
            with pa.ipc.open_stream(raw) as stream:
                return Contents(stream.schema)
        with pa.ipc.open_file(raw) as file:
            schema = file.schema
    if len(set(schema.names)) < len(schema):
        return Contents(schema)  # the dataset API below refuses equal names
    filesystem = pa.fs.PyFileSystem(pa.fs.FSSpecHandler(store.filesystem))
    with unreadable(store, entry), store.translated(entry.path):
        # This reads the batches' headers alone, where RecordBatchFileReader would read their bodies.
        rows = pa.dataset.IpcFileFormat().make_fragment(entry.path, filesystem=filesystem).count_rows()
    return Contents(schema, rows=rows)


def _not_empty(store: Store, entry: Entry) -> None:
    if entry.size == 0:
        raise Unreadable(
            f"{store.url(entry.path)} is empty (0 bytes), which is no file of its format",
            remedy="repair or remove the file, or exclude it",
        )
