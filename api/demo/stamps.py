"""Remembers which parts of the demo's folder are complete, and from what they were made."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["Stamps"]


class Stamps:
    """A fingerprint of each complete part, in one JSON file. A part being built has none, so a kill leaves it none."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._stamps = _read(file)

    def holds(self, part: Path, fingerprint: str) -> bool:
        """Whether the folder `part` is there and was made from what has this fingerprint."""
        return part.is_dir() and self._stamps.get(part.name) == fingerprint

    @contextmanager
    def renewing(self, part: Path, fingerprint: str) -> Iterator[None]:
        """Take the part's stamp away, and give it the new one when its building ends well."""
        if self._stamps.pop(part.name, None):
            self._write()
        yield
        self._stamps[part.name] = fingerprint
        self._write()

    def _write(self) -> None:
        unfinished = self._file.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(self._stamps, indent=2) + "\n", encoding="utf-8")
        unfinished.replace(self._file)


def _read(file: Path) -> dict[str, str]:
    """The stamps; none where the file is absent or no stamps, since then everything is simply built anew."""
    try:
        stamps = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return {str(part): str(stamp) for part, stamp in stamps.items()} if isinstance(stamps, dict) else {}
