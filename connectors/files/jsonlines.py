"""JSON lines (https://jsonlines.org): one object a line."""

from __future__ import annotations

import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.json

from connectors.files.contents import JSON_VALUE, Contents, opened, unreadable
from connectors.files.delimited import HEAD_BYTES, Limited, PastLimitError
from connectors.files.formats import Format
from connectors.files.options import FilesConfig
from connectors.files.store import Entry, Store
from fabric.errors import Unreadable

__all__ = ["count_json_lines", "read_json_lines"]

_LINE_LIMIT = 64 * HEAD_BYTES


def read_json_lines(store: Store, entry: Entry, form: Format, config: FilesConfig, *, alone: bool) -> Contents | None:
    """Schema from the first records of a file; rows where these are all of it.

    None for a `.json` file that is a document, not a dataset: its first line is no whole object, or, where it stands
    `alone`, that object is all it holds.

    Raises: Unreachable, AccessDenied, Unreadable where a line is no JSON object.
    """
    with opened(store, entry, form) as stream, unreadable(store, entry):
        head = stream.read(HEAD_BYTES + 1)
    whole = len(head) <= HEAD_BYTES
    lines = head[:HEAD_BYTES].removeprefix(b"\xef\xbb\xbf").splitlines(keepends=True)
    if not whole:
        lines.pop()
    may_be_document = form.extension.split(".")[0] == "json"
    records: list[dict[str, Any]] = []
    used = 0
    for number, line in enumerate(lines, 1):
        if len(records) == config.sample_rows:
            break
        used += len(line)
        if line.strip():
            try:
                records.append(_object(line))
            except ValueError as error:
                if may_be_document and not records:
                    return None
                raise Unreadable(
                    f"{store.url(entry.path)} is no JSON lines: line {number} {error}",
                    remedy="write one JSON object a line, or exclude the file",
                ) from error
    complete = whole and used == sum(map(len, lines))
    if may_be_document and ((complete and alone and len(records) == 1) or (not records and not whole)):
        return None
    if not records and not whole:
        raise Unreadable(f"{store.url(entry.path)} is no JSON lines: its first line is longer than {HEAD_BYTES} bytes")
    return Contents(
        _schema(records) if records else None,
        rows=len(records) if complete else None,
        inferred=True,
        head=(len(records), used) if form.codec is None else None,
    )


def count_json_lines(store: Store, entry: Entry, form: Format, *, limit: int | None) -> int | None:
    """Lines that are not blank, streamed; None past `limit` decompressed bytes.

    Raises: Unreachable, AccessDenied, Unreadable.
    """
    count, last = 0, b""
    with opened(store, entry, form) as stream, unreadable(store, entry):
        buffered = io.BufferedReader(Limited(stream, limit), HEAD_BYTES)
        try:
            while line := buffered.readline(_LINE_LIMIT):
                # A line past the limit comes in pieces; it counts once, at its end.
                count += line.endswith(b"\n") and bool(line.strip())
                last = line
        except PastLimitError:
            return None
        finally:
            buffered.detach()
    return count + (bool(last.strip()) and not last.endswith(b"\n"))


def _object(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line)
        if b"\\ud" in line.lower():  # a half of a surrogate pair alone is no character of any name or text
            value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"is no JSON ({str(error)[:80]})") from error
    if not isinstance(value, dict):
        raise ValueError(f"is no object but {type(value).__name__}")
    return value


def _schema(records: list[dict[str, Any]]) -> pa.Schema:
    """Arrow's inference; where a value changes its type between records, that column alone is any JSON."""
    data = "\n".join(json.dumps(record) for record in records).encode()
    try:
        return pa.json.read_json(
            pa.BufferReader(data), read_options=pa.json.ReadOptions(use_threads=False, block_size=len(data) + 1)
        ).schema
    except pa.ArrowInvalid:
        names = dict.fromkeys(name for record in records for name in record)
        return pa.schema([_column(name, [record.get(name) for record in records]) for name in names])


def _column(name: str, values: list[Any]) -> pa.Field:
    lines = "\n".join(json.dumps({"value": value}) for value in values).encode()
    try:
        table = pa.json.read_json(pa.BufferReader(lines), read_options=pa.json.ReadOptions(block_size=len(lines) + 1))
    except pa.ArrowInvalid:
        return pa.field(name, pa.string(), metadata=JSON_VALUE)
    return table.schema.field(0).with_name(name)
