"""Excel workbooks (.xlsx): each sheet with cells is a dataset."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import IO, Any

import pyarrow as pa

from connectors.files.contents import Contents, unique_names
from connectors.files.options import FilesConfig
from connectors.files.store import Entry, Store
from fabric.connector import require
from fabric.errors import Unreadable

__all__ = ["Sheet", "read_workbook"]

_TYPES: tuple[tuple[type, pa.DataType], ...] = (
    (bool, pa.bool_()),
    (int, pa.int64()),
    (float, pa.float64()),
    (datetime, pa.timestamp("us")),
    (date, pa.date32()),
    (time, pa.time64("us")),
    (timedelta, pa.duration("us")),
)


# openpyxl lets the errors of its parts through: of zipfile and zlib, of the XML parser (SyntaxError), and of its own
# descriptors on XML that is well-formed and no workbook.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, SyntaxError, EOFError, struct.error, LookupError, ValueError, TypeError,
    AttributeError, AssertionError, ArithmeticError, RuntimeError,
)  # fmt: skip
# What openpyxl holds in memory at once: all parts but the sheets, which it streams.
_MOST_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook."""

    name: str
    contents: Contents


def read_workbook(store: Store, entry: Entry, config: FilesConfig) -> Iterator[Sheet]:
    """The sheets of a workbook that hold cells, hidden ones included, charts not.

    The first row with a cell is the header or the first record; rows without a cell are not counted.

    Raises: Unreachable, AccessDenied, Unreadable, MissingExtra.
    """
    openpyxl = require("openpyxl", "excel")
    counting = config.row_counts == "exact" or (config.row_counts == "auto" and entry.size <= config.count_limit)
    with store.open(entry.path) as raw:
        try:
            _refuse_bombs(raw)
            workbook = openpyxl.load_workbook(raw, read_only=True, data_only=True, keep_links=False)
            try:
                for sheet in workbook.worksheets:
                    contents = _contents(sheet, config, counting=counting)
                    if contents is not None:
                        yield Sheet(sheet.title, contents)
            finally:
                workbook.close()
        except _BROKEN as error:
            raise Unreadable(
                f"{store.url(entry.path)} is no Excel workbook: {store.redacted(error)}",
                remedy="repair or remove the file, or exclude it",
            ) from error


def _refuse_bombs(raw: IO[bytes]) -> None:
    """Raises: ValueError where the parts held in memory are larger than _MOST_BYTES."""
    with zipfile.ZipFile(raw) as archive:
        parts = [part for part in archive.infolist() if not part.filename.startswith("xl/worksheets/")]
    size = sum(part.file_size for part in parts)
    if size > _MOST_BYTES:
        raise ValueError(f"its parts unpack to {size} bytes; at most {_MOST_BYTES} are read")


def _contents(sheet: Any, config: FilesConfig, *, counting: bool) -> Contents | None:
    sheet.reset_dimensions()  # written by others' programs, and often wrong
    filled = (row for row in sheet.iter_rows(values_only=True) if any(cell not in (None, "") for cell in row))
    rows = list(islice(filled, config.sample_rows + 1))
    if not rows:
        return None
    header = config.header == "yes" or (config.header == "auto" and _takes_header(rows))
    body = rows[1:] if header else rows
    width = max(len(_trimmed(row)) for row in rows)
    first = [*rows[0], *[None] * width][:width]
    names = unique_names(["" if cell is None else str(cell) for cell in first] if header else [""] * width)
    columns = [
        pa.field(name, _type([row[place] for row in body if place < len(row)])) for place, name in enumerate(names)
    ]
    complete = len(rows) <= config.sample_rows
    more = sum(1 for _ in filled) if counting and not complete else 0
    return Contents(pa.schema(columns), rows=len(body) + more if counting or complete else None, inferred=True)


def _takes_header(rows: list[tuple[Any, ...]]) -> bool:
    return all(cell is None or isinstance(cell, str) for cell in rows[0])


def _trimmed(row: tuple[Any, ...]) -> tuple[Any, ...]:
    end = len(row)
    while end and row[end - 1] in (None, ""):
        end -= 1
    return row[:end]


def _type(cells: list[Any]) -> pa.DataType:
    """The one type of all cells that hold something; whole and broken numbers together are double, others are text."""
    kinds = {_kind(cell) for cell in cells if cell not in (None, "")}
    if kinds == {pa.int64(), pa.float64()}:
        return pa.float64()
    if kinds == {pa.date32(), pa.timestamp("us")}:
        return pa.timestamp("us")
    if not kinds:
        return pa.null()
    return kinds.pop() if len(kinds) == 1 else pa.string()


def _kind(cell: Any) -> pa.DataType:
    if isinstance(cell, datetime) and cell.time() == time(0):
        return pa.date32()
    return next((kind for python, kind in _TYPES if isinstance(cell, python)), pa.string())
