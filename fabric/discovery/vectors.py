"""The vector index by default: vectors kept in SQLite, searched by faiss in memory.

The file is the truth and moves with its position in one transaction; the faiss index is filled from it when opened. Beside it, a
bitmap of document numbers for each value of each facet says which vectors a filter leaves.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from pyroaring import BitMap

from fabric.discovery.document import Document
from fabric.discovery.encoder import Encoder, Vectors32
from fabric.discovery.index import Filters, Hit
from fabric.errors import GraphError, StorageFull

__all__ = ["LONGEST", "Vectors"]

LONGEST = 2000
"""So many characters of a query are read for its meaning; the model reads about 250 words."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS vector (
  id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, digest BLOB NOT NULL, facets TEXT NOT NULL, value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS mark (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_BATCH = 256
_CHUNK = 20_000


class Vectors:
    """Vectors of documents in the file `path`; vectors of another model than the encoder's are dropped."""

    def __init__(self, path: Path, encoder: Encoder) -> None:
        self._path, self._encoder, self._lock = path, encoder, threading.RLock()
        self._loaded = False
        self._forget()
        with self._transaction() as db:
            model = db.execute("SELECT value FROM mark WHERE name = 'model'").fetchone()
            if model is not None and model[0] != encoder.name:
                db.execute("DELETE FROM vector")
                db.execute("DELETE FROM mark")
            db.execute("INSERT OR REPLACE INTO mark VALUES ('model', ?)", (encoder.name,))

    @property
    def model(self) -> str:
        """See `VectorIndex.model`."""
        return self._encoder.name

    def position(self) -> int:
        """See `Index.position`."""
        with self._transaction() as db:
            row = db.execute("SELECT value FROM mark WHERE name = 'position'").fetchone()
        return int(row[0]) if row else 0

    def count(self) -> int:
        """See `Index.count`."""
        with self._transaction() as db:
            return int(db.execute("SELECT COUNT(*) FROM vector").fetchone()[0])

    def write(self, documents: Collection[Document], gone: Iterable[str], position: int) -> None:
        """See `Index.write`. Only passages that changed are embedded anew."""
        with self._lock, self._transaction() as db:
            self._load(db)
            stored = {one.iri: _stored(db, one.iri) for one in documents}
            fresh = [one for one in documents if stored[one.iri][0] != one.digest]
            values = self._embed(fresh)
            anew = {one.iri for one in fresh}
            moved = [one for one in documents if one.iri not in anew and stored[one.iri][1] != _facets(one)]
            gone = [iri for iri in gone if iri in self._ids]
            db.execute("BEGIN IMMEDIATE")
            for iri in (*gone, *anew):
                db.execute("DELETE FROM vector WHERE iri = ?", (iri,))
            for one in moved:
                db.execute("UPDATE vector SET facets = ? WHERE iri = ?", (_facets(one), one.iri))
            rows = [
                (one.iri, one.digest, _facets(one), value.tobytes()) for one, value in zip(fresh, values, strict=True)
            ]
            ids = [
                db.execute("INSERT INTO vector (iri, digest, facets, value) VALUES (?, ?, ?, ?)", row).lastrowid or 0
                for row in rows
            ]
            db.execute("INSERT OR REPLACE INTO mark VALUES ('position', ?)", (str(position),))
            db.execute("COMMIT")
            self._drop([*gone, *anew])
            for one in moved:
                self._place(self._ids[one.iri], one.facets)
            if fresh:
                self._put(ids, [row[0] for row in rows], [row[2] for row in rows], values)

    def clear(self) -> None:
        """See `Index.clear`."""
        with self._lock, self._transaction() as db:
            db.execute("BEGIN IMMEDIATE")
            db.execute("DELETE FROM vector")
            db.execute("DELETE FROM mark WHERE name = 'position'")
            db.execute("COMMIT")
            self._forget()

    def drop(self) -> None:
        """See `VectorIndex.drop`."""
        with self._lock:
            self._forget()
            for suffix in ("", "-wal", "-shm", "-journal"):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    def close(self) -> None:
        """See `VectorIndex.close`."""
        with self._lock:
            self._forget()

    def search(self, query: str, filters: Filters, limit: int) -> list[Hit]:
        """See `VectorIndex.search`."""
        self._ready()
        return self._nearest(self._encoder.encode([query[:LONGEST]]), filters, limit) if query.strip() else []

    def near(self, iri: str, filters: Filters, limit: int) -> list[Hit]:
        """See `VectorIndex.near`."""
        import numpy as np

        self._ready()
        with self._transaction() as db:
            row = db.execute("SELECT value FROM vector WHERE iri = ?", (iri,)).fetchone()
        if row is None:
            return []
        found = self._nearest(np.frombuffer(row[0], np.float32).reshape(1, -1), filters, limit + 1)
        return [hit for hit in found if hit[0] != iri][:limit]

    def _nearest(self, vector: Vectors32, filters: Filters, limit: int) -> list[Hit]:
        with self._lock:
            if not self._ids:
                return []
            parameters = self._selection(filters)
            scores, found = self._faiss.search(vector, min(limit, len(self._ids)), params=parameters)
            return [(self._iris[int(i)], float(s)) for i, s in zip(found[0], scores[0], strict=True) if int(i) >= 0]

    def _selection(self, filters: Filters) -> Any:
        """What faiss may look at; None for all."""
        import faiss
        import numpy as np

        chosen = tuple(sorted((name, tuple(sorted(values))) for name, values in filters.items() if values))
        if not chosen:
            return None
        bits = self._selections.get(chosen)
        if bits is None:
            passed = [BitMap.union(*(self._having[name, one] for one in values)) for name, values in chosen]
            flags = np.zeros(max(self._iris) + 1, dtype=bool)
            flags[np.array(BitMap.intersection(*passed), dtype=np.int64)] = True
            bits = self._selections[chosen] = np.packbits(flags, bitorder="little")
        return faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bits))  # type: ignore[call-arg, arg-type]

    def _ready(self) -> None:
        if not self._loaded:
            with self._lock, self._transaction() as db:
                self._load(db)

    def _load(self, db: sqlite3.Connection) -> None:
        """Fill the index from the file, when it is first needed."""
        if self._loaded:
            return
        import numpy as np

        rows = db.execute("SELECT id, iri, facets, value FROM vector ORDER BY id")
        while some := rows.fetchmany(_CHUNK):
            values = np.frombuffer(b"".join(row[3] for row in some), np.float32).reshape(len(some), -1)
            self._put([row[0] for row in some], [row[1] for row in some], [row[2] for row in some], values)
        self._loaded = True

    def _forget(self) -> None:
        self._faiss: Any = None
        self._loaded = False
        self._iris: dict[int, str] = {}
        self._ids: dict[str, int] = {}
        self._having: defaultdict[tuple[str, str], BitMap] = defaultdict(BitMap)
        self._selections: dict[Any, Any] = {}

    def _embed(self, documents: Collection[Document]) -> Vectors32:
        import numpy as np  # a fifth of a second to import; a harvest needs none of it

        passages = [one.passage for one in documents]
        parts = [self._encoder.encode(passages[start : start + _BATCH]) for start in range(0, len(passages), _BATCH)]
        return np.concatenate(parts) if parts else np.empty((0, 0), np.float32)

    def _put(self, ids: list[int], iris: list[str], facets: list[str], values: Vectors32) -> None:
        import numpy as np

        if self._faiss is None:
            self._faiss = _empty(values.shape[1])
        self._faiss.add_with_ids(np.ascontiguousarray(values), np.array(ids, dtype=np.int64))
        self._iris.update(zip(ids, iris, strict=True))
        self._ids.update(zip(iris, ids, strict=True))
        for one, text in zip(ids, facets, strict=True):
            self._place(one, json.loads(text), new=True)

    def _place(self, one: int, facets: Mapping[str, Collection[str]], *, new: bool = False) -> None:
        """Note which values a document has."""
        if not new:
            for members in self._having.values():
                members.discard(one)
        for name, values in facets.items():
            for value in values:
                self._having[name, value].add(one)
        self._selections.clear()

    def _drop(self, iris: Iterable[str]) -> None:
        ids = [self._ids.pop(iri) for iri in iris if iri in self._ids]
        for one in ids:
            del self._iris[one]
        if ids and self._faiss is not None:
            import numpy as np

            self._faiss.remove_ids(np.array(ids, dtype=np.int64))
            gone = BitMap(ids)
            for members in self._having.values():
                members -= gone
            self._selections.clear()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """A connection in which each statement is a transaction unless one is begun."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=30, isolation_level=None)) as db:
                db.executescript(_SCHEMA)
                yield db
        except (sqlite3.Error, OSError) as error:
            if "full" in str(error) or "No space left" in str(error):
                raise StorageFull("no space left for the vector index", remedy="free space") from error
            raise GraphError(
                f"the vector index {self._path} fails: {error}", remedy="delete that file; it is built anew"
            ) from error


def _stored(db: sqlite3.Connection, iri: str) -> tuple[bytes, str]:
    row = db.execute("SELECT digest, facets FROM vector WHERE iri = ?", (iri,)).fetchone()
    return (row[0], row[1]) if row else (b"", "")


def _facets(one: Document) -> str:
    return json.dumps({name: values for name, values in one.facets.items() if values}, ensure_ascii=False)


def _empty(dimension: int) -> Any:
    """An exact index in half precision: a fifth of the time and half the memory of full precision over 100,000 vectors."""
    import faiss  # an eighth of a second to import; a harvest needs none of it

    # One thread: over 100,000 vectors a search takes 4 ms, and 12 to 24 on two of a machine that does other things too.
    faiss.omp_set_num_threads(1)
    half = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    half.is_trained = True
    return faiss.IndexIDMap2(half)
