"""The files connector: walks a folder and yields its source, catalogs and datasets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from connectors.files.datasets import Datasets
from connectors.files.delta import read_delta
from connectors.files.grouping import FileGroup
from connectors.files.iceberg import read_iceberg
from connectors.files.options import FilesConfig
from connectors.files.scan import Scan, TableFolder
from connectors.files.store import Store, basename, parent
from fabric.connector import Config, Connector
from fabric.errors import AccessDenied, MissingExtra, Unreadable
from fabric.model import Catalog, Problem, Record, Ref, Source, catalog, source

__all__ = ["FilesConnector"]


class FilesConnector(Connector[FilesConfig]):
    """Reads files and table formats in a folder of local disk or of an object store."""

    name: ClassVar[str] = "files"
    title: ClassVar[str] = "Files and lakes"
    Config: ClassVar[type[Config]] = FilesConfig

    def check(self) -> str:
        """List the root folder.

        Raises: Unreachable, AccessDenied, Unreadable, MissingExtra, SettingsError.
        """
        store = Store(self.config)
        entries = store.list(store.root)
        folders = sum(entry.folder for entry in entries)
        what = "local folder" if store.local else f"{store.platform} folder"
        place = store.root if store.local else store.url(store.root)
        found = f"{_counted(len(entries) - folders, 'file')} seen"
        return f"{what} {place}: {found}" + (f", {_counted(folders, 'folder')}" if folders else "")

    def harvest(self) -> Iterator[Record | Problem]:
        """Yield the store, its folders that hold datasets, and the datasets, as the walk finds them.

        Raises: Unreachable, AccessDenied, Unreadable, MissingExtra, SettingsError.
        """
        store = Store(self.config)
        folders = _Folders(store)
        datasets = Datasets(store, self.config)
        yield self._source(store)
        for found in Scan(store, self.config).groups():
            yield from folders.down_to(store.root)
            if isinstance(found, Problem):
                yield found
                continue
            holder = _holder(store, found)
            part_of = folders.ref(holder)
            records = _table(store, found, part_of) if isinstance(found, TableFolder) else datasets.of(found, part_of)
            for record in records:
                if not isinstance(record, Problem):
                    yield from folders.down_to(holder)
                yield record
        yield from folders.down_to(store.root)

    @staticmethod
    def _source(store: Store) -> Source:
        return Source(
            namespace=store.namespace,
            title="Local files" if store.local else store.namespace,
            platform=store.platform,
            endpoint=None if store.local else store.endpoint,
        )


class _Folders:
    """Catalogs of the folders that hold datasets: the root, and what lies between it and a dataset, each given once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._given: list[str] = []

    def down_to(self, folder: str) -> Iterator[Catalog]:
        """Catalogs from the root down to a folder that were not given yet.

        Only the current branch is remembered: the walk never comes back to a folder it has left.
        """
        branch = [self._store.root]
        for part in self._store.relative(folder).split("/"):
            if part:
                branch.append(f"{branch[-1].rstrip('/')}/{part}")
        if self._given[: len(branch)] == branch:
            return
        known = sum(1 for one, other in zip(self._given, branch, strict=False) if one == other)
        self._given = branch
        for place in range(known, len(branch)):
            yield self._catalog(branch, place)

    def ref(self, folder: str) -> Ref:
        """Identity of a folder's catalog."""
        return catalog(self._store.namespace, self._store.name(folder))

    def _catalog(self, branch: list[str], place: int) -> Catalog:
        path = branch[place]
        name = self._store.name(path)
        return Catalog(
            namespace=self._store.namespace,
            name=name,
            title=basename(path) or name,
            part_of=self.ref(branch[place - 1]) if place else source(self._store.namespace),
            platform=self._store.platform,
        )


def _holder(store: Store, found: FileGroup | TableFolder) -> str:
    """The folder whose catalog a dataset is part of: the one above, where the folder itself is the dataset."""
    is_folder = isinstance(found, TableFolder) or found.name == found.folder
    return parent(found.folder) if is_folder and found.folder != store.root else found.folder


def _table(store: Store, found: TableFolder, part_of: Ref) -> Iterator[Record | Problem]:
    read = read_delta if found.kind == "delta" else read_iceberg
    try:
        yield read(store, found.folder, part_of)
    except (Unreadable, AccessDenied, MissingExtra) as error:
        yield Problem(subject=store.url(found.folder), reason=str(error))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
