"""What one file says of itself, and how the schemas of several become one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

import pyarrow as pa

from connectors.files.formats import Format
from connectors.files.store import Entry, Store
from fabric.errors import Unreadable

__all__ = [
    "JSON_VALUE",
    "Contents",
    "Dialect",
    "compatible",
    "described",
    "merged",
    "opened",
    "unique_names",
    "unreadable",
]

# Marks a field whose values are of several types, as JSON allows; Arrow's string stands for it.
JSON_VALUE = {b"kgfabric.datatype": b"json"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """How delimited text is written, and whether its first record names the columns."""

    encoding: str
    delimiter: str
    header: bool


@dataclass(frozen=True, slots=True)
class Contents:
    """A file's schema and rows. `schema` is None where the file is empty, `rows` is None where not counted.

    `inferred` tells types guessed from text from types that the file states; `head` is (records, bytes) of the part
    that was read, from which a count may be estimated.
    """

    schema: pa.Schema | None
    rows: int | None = None
    inferred: bool = False
    dialect: Dialect | None = None
    head: tuple[int, int] | None = None


@contextmanager
def opened(store: Store, entry: Entry, form: Format) -> Iterator[IO[bytes]]:
    """The decompressed bytes of a text file; seekable only where it is not compressed.

    Raises: Unreachable, AccessDenied, Unreadable.
    """
    with store.open(entry.path) as raw:
        if form.codec is None:
            yield raw
            return
        with unreadable(store, entry), pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), form.codec) as stream:
            yield stream


@contextmanager
def unreadable(store: Store, entry: Entry) -> Iterator[None]:
    """Turn Arrow's complaints about a file's bytes into ours.

    Raises: Unreadable.
    """
    try:
        yield
    except pa.ArrowException as error:
        raise Unreadable(
            f"{store.url(entry.path)} cannot be read: {store.redacted(error)}",
            remedy="repair or remove the file, or exclude it",
        ) from error


def compatible(schemas: Sequence[pa.Schema], *, inferred: bool) -> bool:
    """Whether files of these schemas can be one table.

    The columns of each are among those of the widest and at least half of them; equally named columns have types with a
    common wider one. Inferred types never stand against it: a guess over few records is no evidence.
    """
    if len(schemas) < 2:
        return True
    widest = set(max(schemas, key=len).names)
    for schema in schemas:
        names = set(schema.names)
        if not names <= widest or 2 * len(names) < len(widest):
            return False
    return inferred or _unified(schemas) is not None


def merged(schemas: Sequence[pa.Schema], *, inferred: bool) -> pa.Schema | None:
    """One schema for all: columns in the order first met, types widened; where none is wide enough, the last one's.

    An inferred column whose types have no common wider one becomes a string.
    """
    if not schemas:
        return None
    distinct = list(dict.fromkeys(schemas))
    whole = distinct[0] if len(distinct) == 1 else _unified(distinct)
    if whole is not None:
        return whole
    columns: dict[str, pa.Field] = {}
    for schema in distinct:
        for column in schema:
            known = columns.get(column.name)
            columns[column.name] = column if known is None else _widened(known, column, inferred=inferred)
    return pa.schema(list(columns.values()), metadata=distinct[-1].metadata)


def unique_names(names: Sequence[str], *, empty: str = "column") -> list[str]:
    """Names made unique: an empty one becomes `column_3` by its place, a repeated one gets the next free `_2`."""
    taken = {name for name in names if name}
    seen: set[str] = set()
    next_number: dict[str, int] = {}
    result = []
    for place, name in enumerate(names, 1):
        wanted = name or f"{empty}_{place}"
        chosen, number = wanted, next_number.get(wanted, 2)
        while chosen in seen or (chosen != name and chosen in taken):
            chosen = f"{wanted}_{number}"
            number += 1
        next_number[wanted] = number
        seen.add(chosen)
        result.append(chosen)
    return result


def described(metadata: Any) -> str | None:
    """The comment in a schema's or field's metadata, under the names that writers give it."""
    for key, value in (metadata or {}).items():
        if re.fullmatch(rb"comment|description|doc", key, re.IGNORECASE) and value.strip():
            return str(value.decode("utf-8", "replace")).strip()
    return None


def _unified(schemas: Sequence[pa.Schema]) -> pa.Schema | None:
    try:
        return pa.unify_schemas(list(schemas), promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return None


def _widened(known: pa.Field, found: pa.Field, *, inferred: bool) -> pa.Field:
    both = _unified([pa.schema([known]), pa.schema([found])])
    if both is not None:
        return both.field(0)
    return pa.field(known.name, pa.string()) if inferred else found
