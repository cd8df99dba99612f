"""An inventory kept in a text file: a line a table, its name and what it holds, with a colon between."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from fabric.connector import Config, Connector
from fabric.errors import Unreachable
from fabric.model import Dataset, Problem, Record, Source, source


class InventoryConfig(Config):
    """Options of the inventory connector."""

    path: Path = Field(description="The inventory's file.")


class InventoryConnector(Connector[InventoryConfig]):
    """Reads the inventory line by line."""

    name: ClassVar[str] = "inventory"
    title: ClassVar[str] = "Inventory file"
    Config: ClassVar[type[Config]] = InventoryConfig

    def check(self) -> str:
        """Count the lines."""
        return f"inventory of {sum(1 for _ in self._lines())} tables"

    def harvest(self) -> Iterator[Record | Problem]:
        """Yield the inventory and a dataset for each line."""
        namespace = f"inventory://{self.config.path.name}"
        yield Source(namespace=namespace, title=self.config.path.name, platform="file")
        for number, line in enumerate(self._lines(), start=1):
            name, colon, description = (part.strip() for part in line.partition(":"))
            if name and colon:
                yield Dataset(
                    namespace=namespace, name=name, title=name, description=description, part_of=source(namespace)
                )
            else:
                yield Problem(subject=f"line {number}", reason=f"{line!r} is not 'name: description'; correct it")

    def _lines(self) -> Iterator[str]:
        try:
            with self.config.path.open(encoding="utf-8") as lines:
                yield from (line.rstrip("\n") for line in lines)
        except OSError as error:
            raise Unreachable(
                f"{self.config.path} cannot be read: {error}", remedy="correct the option 'path'"
            ) from error
