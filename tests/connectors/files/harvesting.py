"""A harvest of the files connector, sorted for looking at."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from connectors.files import FilesConnector
from fabric.connector import read_config
from fabric.model import Catalog, Dataset, Field, Problem, Source


@dataclass
class Harvest:
    """What one harvest yielded; `datasets` and `catalogs` by name."""

    sources: list[Source] = field(default_factory=list)
    catalogs: dict[str, Catalog] = field(default_factory=dict)
    datasets: dict[str, Dataset] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def only(self) -> Dataset:
        """The one dataset of a harvest that has no problem."""
        assert self.problems == []
        [dataset] = self.datasets.values()
        return dataset


def connector(path: Path | str, **options: object) -> FilesConnector:
    config = read_config(FilesConnector, {"path": str(path), **options})
    return FilesConnector(config)  # type: ignore[arg-type]


def harvest(path: Path | str, **options: object) -> Harvest:
    """Harvest, and hold that every record comes once and every parent is among the records."""
    found = Harvest()
    refs = set()
    parents = set()
    for record in connector(path, **options).harvest():
        if isinstance(record, Problem):
            found.problems.append(record)
            continue
        assert record.ref not in refs, f"{record.ref} was yielded twice"
        refs.add(record.ref)
        if isinstance(record, Source):
            found.sources.append(record)
        elif isinstance(record, Catalog):
            found.catalogs[record.name] = record
            parents.add(record.part_of)
        else:
            assert isinstance(record, Dataset)
            found.datasets[record.name] = record
            parents.add(record.part_of)
    assert parents <= refs
    return found


def types(fields: tuple[Field, ...]) -> dict[str, str]:
    """Logical types by name."""
    return {item.name: item.datatype for item in fields}
