"""Datasets from groups of files."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass

from connectors.files.columnar import read_arrow, read_parquet
from connectors.files.contents import Contents, compatible, described, merged
from connectors.files.delimited import count_delimited, read_delimited
from connectors.files.excel import Sheet, read_workbook
from connectors.files.fields import arrow_fields, partition_fields
from connectors.files.formats import stem
from connectors.files.grouping import FileGroup, Spread
from connectors.files.jsonlines import count_json_lines, read_json_lines
from connectors.files.options import FilesConfig
from connectors.files.store import Entry, Store, basename
from fabric.errors import AccessDenied, MissingExtra, Unreadable
from fabric.model import Catalog, Dataset, Distribution, Field, Problem, Ref

__all__ = ["SCHEMA_SAMPLES", "Datasets"]

# Text files and Arrow streams of one dataset whose schema is read; footers have a limit of their own.
SCHEMA_SAMPLES = 5


@dataclass(frozen=True, slots=True)
class _Read:
    entry: Entry
    contents: Contents


class Datasets:
    """Reads groups of files into datasets; what cannot be read becomes a Problem each."""

    def __init__(self, store: Store, config: FilesConfig) -> None:
        self._store = store
        self._config = config

    def of(self, group: FileGroup, part_of: Ref) -> Iterator[Dataset | Catalog | Problem]:
        """The dataset of a group, or the several that its schemas tell apart, or a workbook with its sheets.

        Raises: Unreachable.
        """
        if group.form.family == "excel":
            yield from self._workbook(group, part_of)
            return
        footers = group.form.family == "parquet" or group.form.extension in {"arrow", "feather", "ipc"}
        sample = group.spread.sample(self._config.max_footers if footers else SCHEMA_SAMPLES)
        read: list[_Read] = []
        lost = yield from self._read(group, sample, read)
        if group.partitions or self._are_one(read):
            if read:
                yield self._dataset(group, read, part_of, lost=lost)
            return
        seen = {entry.path for entry in sample}
        rest = [entry for entry in group.files if entry.path not in seen]
        yield from self._read(group, rest, read)
        read.sort(key=lambda one: one.entry.name)
        for members in _clusters(read):
            yield self._dataset(_part(group, members, self._config.max_footers), members, part_of, lost=[])

    def _read(self, group: FileGroup, entries: list[Entry], read: list[_Read]) -> Generator[Problem, None, list[Entry]]:
        """Read each file into `read`; the generator's value is the list of those that could not be."""
        lost: list[Entry] = []
        for entry in entries:
            try:
                contents = self._contents(group, entry)
            except (Unreadable, AccessDenied) as error:
                yield Problem(subject=self._store.url(entry.path), reason=str(error))
                contents = None
            if contents is None:
                lost.append(entry)
            else:
                read.append(_Read(entry, contents))
        return lost

    def _contents(self, group: FileGroup, entry: Entry) -> Contents | None:
        family = group.form.family
        if family == "parquet":
            return read_parquet(self._store, entry)
        if family == "arrow":
            return read_arrow(self._store, entry, group.form)
        if family == "json":
            alone = group.file_count == 1 and group.name == entry.path
            return read_json_lines(self._store, entry, group.form, self._config, alone=alone)
        return read_delimited(self._store, entry, group.form, self._config)

    @staticmethod
    def _are_one(read: list[_Read]) -> bool:
        schemas = {one.contents.schema for one in read if one.contents.schema is not None}
        return compatible(list(schemas), inferred=any(one.contents.inferred for one in read))

    def _dataset(self, group: FileGroup, read: list[_Read], part_of: Ref, *, lost: list[Entry]) -> Dataset:
        schemas = [one.contents.schema for one in read if one.contents.schema is not None]
        inferred = any(one.contents.inferred for one in read)
        schema = merged(schemas, inferred=inferred)
        fields = arrow_fields(schema, stated=not inferred) if schema is not None else ()
        rows, exact = self._rows(group, read, complete=len(read) == group.file_count - len(lost))
        size = group.byte_size - sum(entry.size for entry in lost)
        return Dataset(
            namespace=self._store.namespace,
            name=self._store.name(group.name),
            title=_title(group),
            kind="file",
            description=described(schema.metadata) if schema is not None else None,
            platform=self._store.platform,
            part_of=part_of,
            fields=fields + partition_fields(group.partitions, fields),
            distributions=frozenset({self._distribution(group, size, group.file_count - len(lost))}),
            partition_columns=tuple(column.name for column in group.partitions),
            partition_count=group.partition_count if group.partitions else None,
            row_count=rows,
            row_count_exact=exact,
            byte_size=size,
            modified=group.modified,
        )

    def _distribution(self, group: FileGroup, size: int, files: int) -> Distribution:
        location = group.files[0].path if len(group.files) == 1 and group.name == group.files[0].path else group.folder
        return Distribution(
            name=group.form.extension,
            url=self._store.url(location),
            media_type=group.form.media_type,
            format=group.form.name,
            byte_size=size,
            file_count=files,
        )

    def _rows(self, group: FileGroup, read: list[_Read], *, complete: bool) -> tuple[int | None, bool | None]:
        """Rows and whether they are exact: stated, counted, or estimated by bytes a row of what was read."""
        counts = [one.contents.rows for one in read]
        if complete and None not in counts:
            return sum(count or 0 for count in counts), True
        if group.form.family in {"delimited", "json"}:
            if self._config.row_counts == "off":
                return None, None
            if self._config.row_counts == "exact" or group.byte_size <= self._config.count_limit:
                counted = self._counted(group, read, complete=complete)
                if counted is not None:
                    return counted, True
            known = [one.contents.head for one in read if one.contents.head]
        else:
            known = [(one.contents.rows, one.entry.size) for one in read if one.contents.rows is not None]
        read_rows, read_bytes = sum(rows for rows, _ in known), sum(size for _, size in known)
        return (round(read_rows / read_bytes * group.byte_size), False) if read_bytes else (None, None)

    def _counted(self, group: FileGroup, read: list[_Read], *, complete: bool) -> int | None:
        """Rows of all text files by reading them; None where that cannot be done within the limit."""
        if not complete and not group.files:
            return None
        limit = None if self._config.row_counts == "exact" else max(self._config.count_limit, group.byte_size)
        known = {one.entry.path: one.contents for one in read}
        entries = group.files if not complete else [one.entry for one in read]
        total = 0
        for entry in entries:
            contents = known.get(entry.path)
            try:
                contents = contents or self._contents(group, entry)
                rows = contents.rows if contents else 0
                if rows is None and contents is not None:
                    rows = self._count(group, entry, contents, limit)
            except (Unreadable, AccessDenied):
                return None
            if rows is None:
                return None
            total += rows
        return total

    def _count(self, group: FileGroup, entry: Entry, contents: Contents, limit: int | None) -> int | None:
        if group.form.family == "json":
            return count_json_lines(self._store, entry, group.form, limit=limit)
        return count_delimited(self._store, entry, group.form, contents, limit=limit)

    def _workbook(self, group: FileGroup, part_of: Ref) -> Iterator[Catalog | Dataset | Problem]:
        entry = group.files[0] if group.files else group.spread.sample(2)[0]
        name = self._store.name(entry.path)
        book = Catalog(
            namespace=self._store.namespace,
            name=name,
            title=entry.name,
            part_of=part_of,
            platform=self._store.platform,
        )
        try:
            for number, sheet in enumerate(read_workbook(self._store, entry, self._config)):
                if number == 0:
                    yield book
                yield self._sheet(group, entry, sheet, book.ref)
        except (Unreadable, AccessDenied, MissingExtra) as error:
            yield Problem(subject=self._store.url(entry.path), reason=str(error))

    def _sheet(self, group: FileGroup, entry: Entry, sheet: Sheet, part_of: Ref) -> Dataset:
        fields: tuple[Field, ...] = arrow_fields(sheet.contents.schema or (), stated=False)
        return Dataset(
            namespace=self._store.namespace,
            name=f"{self._store.name(entry.path)}/{sheet.name}",
            title=sheet.name,
            kind="file",
            platform=self._store.platform,
            part_of=part_of,
            fields=fields,
            distributions=frozenset({self._distribution(group, entry.size, 1)}),
            row_count=sheet.contents.rows,
            row_count_exact=None if sheet.contents.rows is None else True,
            modified=entry.modified,
        )


def _clusters(read: list[_Read]) -> list[list[_Read]]:
    """Files by schema: each joins the first cluster it is compatible with; empty ones join the first of all."""
    clusters: list[list[_Read]] = []
    for one in read:
        for members in clusters:
            schemas = {member.contents.schema for member in [*members, one] if member.contents.schema is not None}
            if compatible(list(schemas), inferred=one.contents.inferred):
                members.append(one)
                break
        else:
            clusters.append([one])
    return clusters


def _part(group: FileGroup, members: list[_Read], size: int) -> FileGroup:
    """The part of a group that shares a schema, named by its first file."""
    part = FileGroup(group.folder, group.form, members[0].entry.path, Spread(size))
    for member in members:
        part.files.append(member.entry)
        part.add(member.entry)
    return part


def _title(group: FileGroup) -> str:
    """The last component of the name, without what varies and without the extension."""
    name = basename(group.name)
    if group.partitions or group.name == group.folder:
        return basename(group.folder) or group.folder
    suffix = f".{group.form.extension}"
    text = stem(name, group.form) if name.lower().endswith(suffix) else name
    return re.sub(r"[-_. ]*\*[-_. ]*", " ", text).strip() or text
