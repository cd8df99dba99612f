"""A connector of records that a benchmark makes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from fabric.connector import Config, Connector
from fabric.model import Record

__all__ = ["Given"]


class Given(Connector[Config]):
    """Yields the records it was made with."""

    name: ClassVar[str] = "given"
    title: ClassVar[str] = "Given"
    Config: ClassVar[type[Config]] = Config

    def __init__(self, records: Sequence[Record]) -> None:
        super().__init__(Config())
        self._records = records

    def check(self) -> str:
        return f"{len(self._records)} records"

    def harvest(self) -> Iterator[Record]:
        return iter(self._records)
