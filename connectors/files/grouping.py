"""Which files are one dataset. The rule is written out in docs/connectors/files.md; the two change together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import unquote

from connectors.files.formats import Format, stem
from connectors.files.store import Entry

__all__ = ["FileGroup", "PartitionColumn", "Spread", "generic", "partition", "series", "series_pattern"]

_NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__"

_PARTITION = re.compile(r"([^=/]+)=(.*)", re.DOTALL)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_RUN = re.compile(r"\*(?:[-_.:, TZ]*\*)+")
_WORDS = re.compile(r"[^\W\d_]+")
# Words that writers of file sets use and that say nothing of the content.
_GENERIC = frozenset(
    {
        "part", "file", "data", "chunk", "shard", "split", "block", "batch", "output", "out", "of", "c", "run",
        "snappy", "gz", "gzip", "bz", "zstd", "lz", "none",
    }
)  # fmt: skip


class Spread:
    """At most `2 * size` of a stream of files, evenly spaced, the first always among them; and the last."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: list[Entry] = []
        self._step = 1
        self._seen = 0
        self._last: Entry | None = None

    def add(self, entry: Entry) -> None:
        """Take the next file of the stream."""
        if self._seen % self._step == 0:
            self._kept.append(entry)
            if len(self._kept) > 2 * self._size:
                self._kept = self._kept[::2]
                self._step *= 2
        self._seen += 1
        self._last = entry

    def sample(self, size: int) -> list[Entry]:
        """At most `size` (at least 2) files: first, last, and evenly spaced ones between, in the stream's order."""
        kept = list(self._kept)
        if self._last is not None and kept[-1] is not self._last:
            kept.append(self._last)
        if len(kept) <= size:
            return kept
        return [kept[round(place * (len(kept) - 1) / (size - 1))] for place in range(size)]


@dataclass(slots=True)
class PartitionColumn:
    """A column whose values stand in folder names, with what all values seen so far allow as its type."""

    name: str
    integer: bool = True
    day: bool = True
    required: bool = True

    def add(self, value: str) -> None:
        """Take a partition's value into account."""
        if value == _NULL_PARTITION:
            self.required = False
            return
        self.integer = self.integer and bool(re.fullmatch(r"-?(0|[1-9]\d{0,17})|0\d", value))
        self.day = self.day and _is_day(value)

    @property
    def datatype(self) -> str:
        """Logical type of the values."""
        return "integer" if self.integer else "date" if self.day else "string"


@dataclass(slots=True)
class FileGroup:
    """Files that are one dataset, or may be: `folder` holds them or, when partitioned, is the table's root.

    `files` holds all members of an unpartitioned group; of a partitioned one only `spread` is kept.
    """

    folder: str
    form: Format
    name: str
    spread: Spread
    files: list[Entry] = field(default_factory=list)
    partitions: list[PartitionColumn] = field(default_factory=list)
    partition_count: int = 0
    file_count: int = 0
    byte_size: int = 0
    modified: datetime | None = None

    def add(self, entry: Entry) -> None:
        """Take a file into the group."""
        self.spread.add(entry)
        self.file_count += 1
        self.byte_size += entry.size
        if entry.modified and (self.modified is None or entry.modified > self.modified):
            self.modified = entry.modified


def partition(folder: str) -> tuple[str, str] | None:
    """Column and value of a folder's name in Hive's style, percent-decoded: `month=1`."""
    found = _PARTITION.fullmatch(folder)
    return (unquote(found[1]), unquote(found[2])) if found else None


def series_pattern(name: str, form: Format) -> str:
    """A file's name with each varying part (digits, UUIDs) as `*`: `sales_2024-01.csv` becomes `sales_*.csv`."""
    marked = _DIGITS.sub("*", _UUID.sub("*", stem(name, form)))
    return f"{_RUN.sub('*', marked)}.{form.extension}"


def generic(pattern: str, form: Format) -> bool:
    """Whether a pattern's words say nothing of the content, so that the folder names the dataset."""
    return "*" in pattern and all(word.lower() in _GENERIC for word in _WORDS.findall(stem(pattern, form)))


def series(files: Iterable[tuple[Entry, Format]]) -> dict[tuple[str, str], list[tuple[Entry, Format]]]:
    """Files of one folder by pattern and extension, in order; workbooks are never joined."""
    found: dict[tuple[str, str], list[tuple[Entry, Format]]] = {}
    for entry, form in files:
        pattern = entry.name if form.family == "excel" else series_pattern(entry.name, form)
        found.setdefault((pattern, form.extension), []).append((entry, form))
    return found


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return "-" in value
