"""What events said so far of each thing, as JSON documents in the state database.

kind     one document for                 owner           about
dataset  a dataset as events name it      -               -
job      a job                            -               -
run      a run; `at` is its last event    its job         -
alias    another name of a dataset        the dataset     what it is called besides
use      a dataset that a job mentions    the job         the dataset
edge     one job's part of an edge        job or dataset  the edge
mark     what must be written to the graph though no event in the inbox says so
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import delete, func, insert, select

from fabric.state import State, documents

__all__ = ["Document", "Documents", "Kind", "Row", "digest"]

Document = dict[str, Any]
Kind = Literal["dataset", "job", "run", "alias", "use", "edge", "mark"]
_SIZE = 400


def digest(*parts: str) -> bytes:
    """A key of several texts: 16 bytes."""
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Row:
    """A document and how it is found."""

    kind: Kind
    key: bytes
    document: Document
    owner: bytes | None = None
    about: bytes | None = None
    at: str | None = None


class Documents:
    """Reads and writes documents."""

    def __init__(self, state: State) -> None:
        self._state = state

    def load(self, kind: Kind, keys: Collection[bytes]) -> dict[bytes, Document]:
        """Documents by key, those that there are."""
        return {row.key: row.document for row in self._where(kind, documents.c.key, keys)}

    def owned(self, kind: Kind, owners: Collection[bytes]) -> list[Row]:
        """Documents of these owners, by `at`."""
        return sorted(self._where(kind, documents.c.owner, owners), key=lambda row: (row.at or "", row.key))

    def about(self, kind: Kind, things: Collection[bytes]) -> list[Row]:
        """Documents about these things."""
        return list(self._where(kind, documents.c.about, things))

    def all(self, kind: Kind) -> list[Row]:
        """All documents of a kind that is rare."""
        with self._state.read() as connection:
            return [_row(one) for one in connection.execute(select(documents).where(documents.c.kind == kind))]

    def crowded(self, owners: Collection[bytes], most: int) -> list[Row]:
        """The runs of these jobs beyond the newest so many of each."""
        found: list[Row] = []
        with self._state.read() as connection:
            for some in _batches(list(owners)):
                mine = documents.c.kind == "run", documents.c.owner.in_(some)
                counted = select(documents.c.owner).where(*mine).group_by(documents.c.owner)
                for owner in connection.execute(counted.having(func.count() > most)).scalars().all():
                    chosen = select(documents).where(documents.c.kind == "run", documents.c.owner == owner)
                    old = chosen.order_by(documents.c.at.desc(), documents.c.key.desc()).offset(most)
                    found += [_row(one) for one in connection.execute(old)]
        return found

    def save(self, rows: Iterable[Row], gone: Iterable[Row] = ()) -> None:
        """Write documents in place of those with their keys, and remove others, in one transaction."""
        written, removed = list(rows), list(gone)
        if not written and not removed:
            return
        by_kind: dict[str, list[bytes]] = {}
        for row in (*written, *removed):
            by_kind.setdefault(row.kind, []).append(row.key)
        values = [
            {
                "kind": row.kind,
                "key": row.key,
                "owner": row.owner,
                "about": row.about,
                "at": row.at,
                "document": zlib.compress(json.dumps(row.document, ensure_ascii=False).encode(), 1),
            }
            for row in written
        ]
        with self._state.begin() as connection:
            for kind, keys in by_kind.items():
                for some in _batches(keys):
                    connection.execute(delete(documents).where(documents.c.kind == kind, documents.c.key.in_(some)))
            if values:
                connection.execute(insert(documents), values)

    def _where(self, kind: Kind, column: Any, values: Collection[bytes]) -> Iterator[Row]:
        with self._state.read() as connection:
            for some in _batches(list(values)):
                chosen = select(documents).where(documents.c.kind == kind, column.in_(some))
                yield from [_row(one) for one in connection.execute(chosen)]


def _row(found: Any) -> Row:
    document: Document = json.loads(zlib.decompress(found.document))
    return Row(found.kind, found.key, document, found.owner, found.about, found.at)


def _batches(keys: list[bytes]) -> Iterator[list[bytes]]:
    for start in range(0, len(keys), _SIZE):
        yield keys[start : start + _SIZE]
