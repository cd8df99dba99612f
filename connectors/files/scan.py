"""The walk through the folders: streams what may be datasets, holding one folder's listing at a time a level."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from connectors.files.formats import Format, file_format
from connectors.files.grouping import FileGroup, PartitionColumn, Spread, generic, partition, series
from connectors.files.options import FilesConfig
from connectors.files.store import Entry, Store
from fabric.errors import AccessDenied, Unreadable
from fabric.model import Problem

__all__ = ["MAX_FOLDER_DEPTH", "Scan", "TableFolder"]

MAX_FOLDER_DEPTH = 100


@dataclass(frozen=True, slots=True)
class TableFolder:
    """A folder that is a table with its own metadata."""

    folder: str
    kind: Literal["delta", "iceberg"]


@dataclass(slots=True)
class _Partitioned:
    """The partitioned groups found so far below one table root, by partition columns and extension."""

    root: str
    groups: dict[tuple[tuple[str, ...], str], FileGroup] = field(default_factory=dict)


class Scan:
    """One walk through a store by the options."""

    def __init__(self, store: Store, config: FilesConfig) -> None:
        self._store = store
        self._config = config
        self._include = [_glob(pattern) for pattern in config.include]
        self._exclude = [_glob(pattern) for pattern in config.exclude]

    def groups(self) -> Iterator[FileGroup | TableFolder | Problem]:
        """Candidates for datasets, a folder's own before those of the folders in it.

        Raises: Unreachable; AccessDenied, Unreadable where the root itself cannot be listed.
        """
        yield from self._folder(self._store.root, self._store.list(self._store.root), 0)

    def _folder(self, folder: str, entries: list[Entry], depth: int) -> Iterator[FileGroup | TableFolder | Problem]:
        kind = self._table_kind(entries)
        if kind:
            if self._wanted(folder):
                yield TableFolder(folder, kind)
            return
        folders = [entry for entry in entries if entry.folder and _visible(entry.name)]
        has_partitions = any(partition(entry.name) for entry in folders)
        yield from self._unreadable_names(entries)
        yield from self._series(folder, entries, named_by_folder=not has_partitions)
        del entries
        table = _Partitioned(folder)
        for entry in folders:
            if partition(entry.name):
                yield from self._partition(table, entry, (), depth + 1)
            else:
                yield from self._descend(entry, depth + 1)
        yield from _named(table)

    def _descend(self, entry: Entry, depth: int) -> Iterator[FileGroup | TableFolder | Problem]:
        listed = self._listed(entry, depth)
        if isinstance(listed, Problem):
            yield listed
        elif listed is not None:
            yield from self._folder(entry.path, listed, depth)

    def _partition(
        self, table: _Partitioned, entry: Entry, above: tuple[tuple[str, str], ...], depth: int
    ) -> Iterator[FileGroup | TableFolder | Problem]:
        """Take a partition's files into the table's groups; what lies in other folders stands for itself."""
        listed = self._listed(entry, depth)
        pair = partition(entry.name)
        if isinstance(listed, Problem):
            yield listed
        elif listed is not None and pair:
            values = (*above, pair)
            yield from self._unreadable_names(listed)
            self._add_partition(table, values, self._files(listed))
            for inner in listed:
                if not inner.folder or not _visible(inner.name):
                    continue
                if partition(inner.name):
                    yield from self._partition(table, inner, values, depth + 1)
                else:
                    yield from self._descend(inner, depth + 1)

    def _add_partition(
        self, table: _Partitioned, values: tuple[tuple[str, str], ...], files: list[tuple[Entry, Format]]
    ) -> None:
        columns = tuple(column for column, _ in values)
        touched: set[str] = set()
        for entry, form in files:
            key = (columns, form.extension)
            if key not in table.groups:
                group = FileGroup(table.root, form, "", Spread(self._config.max_footers))
                group.partitions = [PartitionColumn(column) for column in columns]
                table.groups[key] = group
            group = table.groups[key]
            if form.extension not in touched:
                touched.add(form.extension)
                group.partition_count += 1
                for column, (_, value) in zip(group.partitions, values, strict=True):
                    column.add(value)
            group.add(entry)

    def _series(self, folder: str, entries: list[Entry], *, named_by_folder: bool) -> Iterator[FileGroup]:
        whole = any(entry.name == "_SUCCESS" for entry in entries)
        found = series(self._files(entries))
        anonymous = [key for key, members in found.items() if generic(key[0], members[0][1])]
        for key, members in found.items():
            pattern, form = key[0], members[0][1]
            alone = len(members) == 1
            marked = whole or pattern.lower().startswith("part")
            nameless = key in anonymous and len(anonymous) == 1 and named_by_folder and (not alone or marked)
            name = folder if nameless else members[0][0].path if alone else f"{folder.rstrip('/')}/{pattern}"
            group = FileGroup(folder, form, name, Spread(self._config.max_footers))
            for entry, _ in members:
                group.files.append(entry)
                group.add(entry)
            yield group

    def _files(self, entries: list[Entry]) -> list[tuple[Entry, Format]]:
        found = []
        for entry in entries:
            form = None if entry.folder or not _visible(entry.name) else file_format(entry.name)
            if form and _printable(entry.path) and self._wanted(entry.path):
                found.append((entry, form))
        return found

    def _listed(self, entry: Entry, depth: int) -> list[Entry] | Problem | None:
        """A folder's entries; None where the options leave it out."""
        if not _printable(entry.path) or self._matches(self._exclude, entry.path):
            return None
        if self._config.max_depth is not None and depth > self._config.max_depth:
            return None
        if depth > MAX_FOLDER_DEPTH:
            return Problem(
                subject=self._store.url(entry.path),
                reason=f"the folder lies more than {MAX_FOLDER_DEPTH} levels deep; name it, or set max_depth",
            )
        try:
            return self._store.list(entry.path)
        except (AccessDenied, Unreadable) as error:
            return Problem(subject=self._store.url(entry.path), reason=str(error))

    def _table_kind(self, entries: list[Entry]) -> Literal["delta", "iceberg"] | None:
        for entry in entries:
            if entry.folder and entry.name == "_delta_log":
                return "delta"
            if entry.folder and entry.name == "metadata":
                try:
                    inner = self._store.list(entry.path)
                except (AccessDenied, Unreadable):
                    continue  # the walk meets it again and says so
                if any(item.name.endswith(".metadata.json") for item in inner):
                    return "iceberg"
        return None

    def _wanted(self, path: str) -> bool:
        included = not self._include or self._matches(self._include, path)
        return included and not self._matches(self._exclude, path)

    def _matches(self, patterns: list[tuple[re.Pattern[str], bool]], path: str) -> bool:
        relative = self._store.relative(path)
        name = relative.rpartition("/")[2]
        return any(pattern.fullmatch(relative if whole else name) for pattern, whole in patterns)

    def _unreadable_names(self, entries: list[Entry]) -> Iterator[Problem]:
        for entry in entries:
            if not _printable(entry.path):
                shown = entry.path.encode("utf-8", "backslashreplace").decode()
                yield Problem(subject=shown, reason="the name is not valid UTF-8; rename it or exclude it")


def _named(table: _Partitioned) -> Iterator[FileGroup]:
    """The partitioned groups with their names: the root's where it holds one, else told apart by their columns."""
    several = len(table.groups) > 1
    for (columns, extension), group in table.groups.items():
        name = f"{table.root.rstrip('/')}/{''.join(f'{column}=*/' for column in columns)}*.{extension}"
        yield replace(group, name=name if several else table.root)


def _visible(name: str) -> bool:
    """Hadoop's rule: a leading dot or underscore hides, unless the name is a partition's."""
    return not name.startswith(".") and (not name.startswith("_") or partition(name) is not None)


def _printable(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _glob(pattern: str) -> tuple[re.Pattern[str], bool]:
    """A glob as a regular expression, and whether it matches the whole path below the root."""
    text = pattern.strip("/")
    parts = re.split(r"(\*\*/|/\*\*|\*\*|\*|\?)", text)
    meaning = {"**/": "(?:.*/)?", "/**": "(?:/.*)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    expression = "".join(meaning.get(part) or re.escape(part) for part in parts)
    return re.compile(expression, re.DOTALL), "/" in pattern
