"""Delimited text: encoding, delimiter, header and types from the head of a file; rows from all of it.

Quoting is RFC 4180's (https://www.rfc-editor.org/rfc/rfc4180): double quotes, doubled within, newlines allowed inside.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import IO

import pyarrow as pa
import pyarrow.csv

from connectors.files.contents import Contents, Dialect, opened, unique_names, unreadable
from connectors.files.formats import Format
from connectors.files.options import FilesConfig
from connectors.files.store import Entry, Store
from fabric.errors import Unreadable

__all__ = [
    "HEAD_BYTES",
    "Limited",
    "PastLimitError",
    "count_delimited",
    "infer_types",
    "read_delimited",
    "takes_header",
]

HEAD_BYTES = 1024 * 1024

_DELIMITERS = ",;\t|"
_MAX_COLUMNS = 20_000
# Share of the records that must have the same number of columns.
ALIKE = 0.8
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\x80-\x9f]")
_TYPED = re.compile(
    r"[-+]?(\d[\d_,. ]*([eE][-+]?\d+)?|\.\d+|inf|nan)%?|true|false|\d{4}-\d\d-\d\d([T ][\d:.,]+(Z|[-+]\d\d:?\d\d)?)?",
    re.IGNORECASE,
)
_LEADING_ZERO = re.compile(r"[-+]?0\d+")


class PastLimitError(OSError):
    """More was read than is allowed."""


class Limited(io.RawIOBase):
    """A stream that ends in PastLimitError after so many bytes, against what decompresses without end."""

    def __init__(self, stream: IO[bytes], limit: int | None) -> None:
        super().__init__()
        self._stream = stream
        self._left = limit

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer; 0 at the end.

        Raises: PastLimitError.
        """
        data = self._stream.read(len(buffer))
        if self._left is not None:
            self._left -= len(data)
            if self._left < 0:
                raise PastLimitError("the limit is reached")
        buffer[: len(data)] = data
        return len(data)


def read_delimited(store: Store, entry: Entry, form: Format, config: FilesConfig) -> Contents:
    """Dialect, columns and types from the first HEAD_BYTES of a file; rows where these are all of it.

    Raises: Unreachable, AccessDenied, Unreadable where the bytes are no table of text.
    """
    with opened(store, entry, form) as stream, unreadable(store, entry):
        head = stream.read(HEAD_BYTES + 1)
    whole = len(head) <= HEAD_BYTES
    try:
        encoding, text = _decoded(head[:HEAD_BYTES], whole=whole)
        if not text.strip():
            return Contents(None, rows=0, inferred=True)
        delimiter, records, used = _parsed(text, form, config.sample_rows, whole=whole)
        header = config.header == "yes" or (config.header == "auto" and takes_header(records))
        names, rows = (records[0], records[1:]) if header else ([""] * len(records[0]), records)
        schema = infer_types(unique_names(names), rows)
    except ValueError as error:
        raise Unreadable(
            f"{store.url(entry.path)} is no delimited text: {error}", remedy="repair the file, or exclude it"
        ) from error
    complete = whole and used == len(text)
    per_char = len(head[:HEAD_BYTES]) / len(text)
    return Contents(
        schema,
        rows=len(rows) if complete else None,
        inferred=True,
        dialect=Dialect(encoding, delimiter, header),
        head=(len(rows), round(used * per_char)) if form.codec is None else None,
    )


def count_delimited(store: Store, entry: Entry, form: Format, contents: Contents, *, limit: int | None) -> int | None:
    """Data records of a whole file, streamed; None past `limit` decompressed bytes or where they cannot be told apart.

    Raises: Unreachable, AccessDenied, Unreadable.
    """
    dialect, schema = contents.dialect, contents.schema
    if dialect is None or schema is None:
        return contents.rows
    first = schema.names[0]
    with opened(store, entry, form) as stream, unreadable(store, entry):
        try:
            reader = pa.csv.open_csv(
                pa.PythonFile(Limited(stream, limit), mode="r"),
                read_options=pa.csv.ReadOptions(
                    column_names=schema.names, encoding=dialect.encoding, block_size=HEAD_BYTES, use_threads=False
                ),
                parse_options=pa.csv.ParseOptions(
                    delimiter=dialect.delimiter, newlines_in_values=True, invalid_row_handler=lambda _: "skip"
                ),
                convert_options=pa.csv.ConvertOptions(include_columns=[first], column_types={first: pa.binary()}),
            )
            rows: int = sum(batch.num_rows for batch in reader) - int(dialect.header)
        except (PastLimitError, pa.ArrowInvalid, UnicodeError):
            return None
    return rows


def takes_header(records: list[list[str]]) -> bool:
    """Whether the first record names the columns.

    It does when some cell of it is a word above a column of numbers, dates or truth values, or when no cell of it is
    one of these.
    """
    first, rest = records[0], records[1:]
    typed = [bool(_TYPED.fullmatch(cell.strip())) for cell in first]
    if not any(typed):
        return True
    for place, is_typed in enumerate(typed):
        cells = [row[place].strip() for row in rest if place < len(row) and row[place].strip()]
        if not is_typed and first[place].strip() and cells and all(_TYPED.fullmatch(cell) for cell in cells):
            return True
    return False


def infer_types(names: list[str], rows: list[list[str]]) -> pa.Schema:
    """Arrow's inference over the records, each cut or filled to the columns; numbers with leading zeros are text."""
    width = len(names)
    zeros = {place for row in rows for place, cell in enumerate(row[:width]) if _LEADING_ZERO.fullmatch(cell.strip())}
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([*row[:width], *[""] * (width - len(row))] for row in rows)
    if not rows:
        return pa.schema([pa.field(name, pa.string()) for name in names])
    data = written.getvalue().encode("utf-8", "replace")
    table = pa.csv.read_csv(
        pa.BufferReader(data),
        read_options=pa.csv.ReadOptions(column_names=names, block_size=len(data) + 1, use_threads=False),
        parse_options=pa.csv.ParseOptions(newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(
            column_types={names[place]: pa.string() for place in zeros},
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )
    return table.schema


def _decoded(head: bytes, *, whole: bool) -> tuple[str, str]:
    """Encoding and text of the head. Raises: ValueError where it is no text."""
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding, _plain(_decode(head, encoding, whole=whole))
    if b"\x00" in head:
        raise ValueError("it holds NUL bytes, as binary data does")
    try:
        return "utf-8", _plain(_decode(head, "utf-8", whole=whole))
    except UnicodeDecodeError:
        encoding = "latin-1" if re.search(rb"[\x81\x8d\x8f\x90\x9d]", head) else "cp1252"
        return encoding, _plain(head.decode(encoding))


def _decode(head: bytes, encoding: str, *, whole: bool) -> str:
    return codecs.getincrementaldecoder(encoding)().decode(head, whole)


def _plain(text: str) -> str:
    controls = len(_CONTROL.findall(text))
    if controls > len(text) / 100:
        raise ValueError(f"{controls} of its first {len(text)} characters are control characters, as in binary data")
    return text


def _parsed(text: str, form: Format, limit: int, *, whole: bool) -> tuple[str, list[list[str]], int]:
    """Delimiter, the first records, and how many characters these took.

    The delimiter is the one that splits at least ALIKE of the records into the same number of columns, two or more, and
    of several that one into the most alike, then the most columns. Where there is none, the text is one column.

    Raises: ValueError where a comma or tab splits the records, but into differing numbers.
    """
    candidates = "\t" if form.name == "tsv" else "|" if form.extension.startswith("psv") else _DELIMITERS
    parsed = {delimiter: _records(text, delimiter, limit, whole=whole) for delimiter in candidates}
    widths = {delimiter: _width(records) for delimiter, (records, _) in parsed.items()}
    fit = [delimiter for delimiter, (width, share) in widths.items() if width > 1 and share >= ALIKE]
    ragged = [delimiter for delimiter, (_, share) in widths.items() if share < ALIKE and delimiter in ",\t"]
    if not fit and ragged:
        width, share = widths[ragged[0]]
        raise ValueError(f"its records have differing numbers of columns; only {share:.0%} have {width}")
    delimiter = max(fit, key=lambda each: (widths[each][1], widths[each][0])) if fit else candidates[0]
    records, used = parsed[delimiter]
    width = widths[delimiter][0]
    if width > _MAX_COLUMNS:
        raise ValueError(f"it has {width} columns; at most {_MAX_COLUMNS} are read")
    return delimiter, [record for record in records if len(record) == width], used


def _records(text: str, delimiter: str, limit: int, *, whole: bool) -> tuple[list[list[str]], int]:
    """The first records with their characters; the last one is dropped where the text breaks off in it."""
    used = 0

    def lines() -> Iterator[str]:
        nonlocal used
        for line in io.StringIO(text, newline=""):
            used += len(line)
            yield line

    try:
        read = [row for row in islice(csv.reader(lines(), delimiter=delimiter), limit + 1) if row]
    except csv.Error as error:
        if "field limit" not in str(error):
            raise ValueError(str(error)) from error
        raise ValueError(
            f"a value is longer than {csv.field_size_limit()} characters, as after a quote that is never closed"
        ) from error
    if used == len(text) and not whole:
        if len(read) < 2:
            raise ValueError(f"its first record is longer than {HEAD_BYTES} bytes")
        read.pop()
    return read, used


def _width(records: list[list[str]]) -> tuple[int, float]:
    """The commonest number of columns, and the share of records that have it."""
    width, count = Counter(len(record) for record in records).most_common(1)[0]
    return width, count / len(records)
