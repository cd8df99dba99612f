"""Which format a file has, by its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Format", "file_format", "stem"]

Family = Literal["delimited", "json", "parquet", "arrow", "excel"]

_ARROW = "application/vnd.apache.arrow."
_TYPES: dict[str, tuple[str, Family, str]] = {
    "csv": ("csv", "delimited", "text/csv"),
    "tsv": ("tsv", "delimited", "text/tab-separated-values"),
    "tab": ("tsv", "delimited", "text/tab-separated-values"),
    "psv": ("csv", "delimited", "text/csv"),
    "json": ("jsonl", "json", "application/x-ndjson"),
    "jsonl": ("jsonl", "json", "application/x-ndjson"),
    "ndjson": ("jsonl", "json", "application/x-ndjson"),
    "parquet": ("parquet", "parquet", "application/vnd.apache.parquet"),
    "parq": ("parquet", "parquet", "application/vnd.apache.parquet"),
    "pq": ("parquet", "parquet", "application/vnd.apache.parquet"),
    "arrow": ("arrow", "arrow", _ARROW + "file"),
    "feather": ("arrow", "arrow", _ARROW + "file"),
    "ipc": ("arrow", "arrow", _ARROW + "file"),
    "arrows": ("arrow", "arrow", _ARROW + "stream"),
    "xlsx": ("xlsx", "excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "xlsm": ("xlsx", "excel", "application/vnd.ms-excel.sheet.macroenabled.12"),
}
_CODECS = {"gz": "gzip", "bz2": "bz2", "zst": "zstd", "lz4": "lz4"}


@dataclass(frozen=True, slots=True)
class Format:
    """`extension` is in lower case without the leading dot, with the compression: `csv.gz`. `codec` is Arrow's name."""

    extension: str
    name: str
    family: Family
    media_type: str
    codec: str | None = None


def file_format(name: str) -> Format | None:
    """The format a file's name tells, None for files that are no data set."""
    parts = name.lower().split(".")
    codec = _CODECS.get(parts[-1])
    ending = parts[-2] if codec and len(parts) > 2 else parts[-1]
    if len(parts) < 2 or ending not in _TYPES:
        return None
    title, family, media_type = _TYPES[ending]
    if codec and family not in {"delimited", "json"}:
        return None
    return Format(f"{ending}.{parts[-1]}" if codec else ending, title, family, media_type, codec)


def stem(name: str, form: Format) -> str:
    """A file's name without its extension."""
    return name[: -len(form.extension) - 1]
