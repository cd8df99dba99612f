"""A connector that yields what a test wrote down, here or in another process."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

import pytest
from pydantic import Field as Option

from fabric.connector import GROUP, Config, Connector, Item
from fabric.model import Dataset, Field, Lineage, Problem, Record, Ref, dataset
from tests.fabric.graphs import wait_for

__all__ = ["NAMESPACE", "Gate", "Played", "ScriptedConnector", "Step", "edge", "install", "ref", "table", "write"]

NAMESPACE = "postgres://shop:5432"


class Does(Protocol):
    """Something to do between two items."""

    def __call__(self) -> None: ...


Step = Item | Exception | Does
"""An item to yield, an error to raise, or something to do."""


class ScriptedConfig(Config):
    """Options of the scripted connector."""

    script: Path | None = Option(None, description="The pickled steps.")


class ScriptedConnector(Connector[ScriptedConfig]):
    """Reads the steps from a file each time."""

    name: ClassVar[str] = "scripted"
    title: ClassVar[str] = "Scripted"
    Config: ClassVar[type[Config]] = ScriptedConfig

    def check(self) -> str:
        return f"{len(self.steps())} steps"

    def steps(self) -> list[Step]:
        assert self.config.script is not None
        return list(pickle.loads(self.config.script.read_bytes()))

    def harvest(self) -> Iterator[Record | Problem]:
        return _play(self.steps())  # type: ignore[return-value]


class Played(ScriptedConnector):
    """Takes the steps at once and keeps what it was told to be known."""

    def __init__(self, *steps: Step) -> None:
        super().__init__(ScriptedConfig())
        self._steps = steps
        self.known: dict[Ref, str] | None = None

    def steps(self) -> list[Step]:
        return list(self._steps)

    def harvest_changes(self, known: Mapping[Ref, str]) -> Iterator[Item]:
        self.known = dict(known)
        return _play(self.steps())


def _play(steps: Iterable[Step]) -> Iterator[Item]:
    for step in steps:
        if isinstance(step, Exception):
            raise step
        if callable(step):
            step()
        else:
            yield step


@dataclass(frozen=True, slots=True)
class Gate:
    """A step that says it was reached and waits until it is opened."""

    folder: Path

    def __call__(self) -> None:
        (self.folder / "reached").touch()
        wait_for((self.folder / "open").exists, "the gate to be opened")

    def reached(self) -> None:
        wait_for((self.folder / "reached").exists, "the gate to be reached")

    def open(self) -> None:
        (self.folder / "open").touch()


def write(path: Path, *steps: Step) -> Path:
    """Write a script for `ScriptedConnector`."""
    partial = path.with_suffix(".new")
    partial.write_bytes(pickle.dumps(list(steps)))
    return partial.rename(path)


def install(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Make the connector found by its entry point, as an installed distribution's would be."""
    info = folder / "scripted-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: scripted\nVersion: 1.0\n", encoding="utf-8")
    entry = f"[{GROUP}]\nscripted = tests.fabric.scripted:ScriptedConnector\n"
    (info / "entry_points.txt").write_text(entry, encoding="utf-8")
    patch.syspath_prepend(folder)


def ref(name: str) -> Ref:
    """The identity of a table."""
    return dataset(NAMESPACE, f"shop.public.{name}")


def table(name: str, description: str | None = None, columns: Iterable[str] = ("id", "amount")) -> Dataset:
    """A table with some columns."""
    fields = tuple(Field(name=column, ordinal=n, datatype="integer") for n, column in enumerate(columns, start=1))
    return Dataset(
        namespace=NAMESPACE,
        name=ref(name).name,
        title=name,
        description=description,
        platform="postgresql",
        fields=fields,
    )


def edge(downstream: str, upstream: str) -> Lineage:
    """A lineage edge between two tables."""
    return Lineage(downstream=ref(downstream), upstream=ref(upstream))
