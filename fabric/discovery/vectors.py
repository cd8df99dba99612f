"""The semantic index: vectors kept in SQLite, searched by faiss in memory.

The file is the truth and moves with its position in one transaction; the faiss index is filled from it when opened.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Collection, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from fabric.discovery.document import Document
from fabric.discovery.encoder import Encoder, Vectors32
from fabric.errors import GraphError

__all__ = ["Vectors"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS vector (id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, digest BLOB NOT NULL, value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS mark (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_BATCH = 64


class Vectors:
    """Vectors of documents in the file `path`; vectors of another model than the encoder's are dropped."""

    def __init__(self, path: Path, encoder: Encoder) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._encoder, self._lock = path, encoder, threading.RLock()
        self._faiss: Any = None
        self._loaded = False
        self._iris: dict[int, str] = {}
        self._ids: dict[str, int] = {}
        with closing(self._connect()) as db, db:
            db.executescript(_SCHEMA)
            model = db.execute("SELECT value FROM mark WHERE name = 'model'").fetchone()
            if model is not None and model[0] != encoder.name:
                db.execute("DELETE FROM vector")
                db.execute("DELETE FROM mark")
            db.execute("INSERT OR REPLACE INTO mark VALUES ('model', ?)", (encoder.name,))

    def position(self) -> int:
        """Number of the last commit that is in the index; 0 for none."""
        with closing(self._connect()) as db:
            row = db.execute("SELECT value FROM mark WHERE name = 'position'").fetchone()
        return int(row[0]) if row else 0

    def write(self, documents: Collection[Document], gone: Iterable[str], position: int) -> None:
        """Embed the documents whose passage changed, delete those of the IRIs `gone`, and move the position, in one transaction."""
        with self._lock, closing(self._connect()) as db:
            self._load()
            stored = dict(db.execute("SELECT iri, digest FROM vector").fetchall()) if documents else {}
            fresh = [one for one in documents if stored.get(one.iri) != one.digest]
            values = self._embed(fresh)
            gone = [iri for iri in gone if iri in self._ids]
            with db:
                db.executemany(
                    "DELETE FROM vector WHERE iri = ?", [(iri,) for iri in (*gone, *(one.iri for one in fresh))]
                )
                ids = [
                    db.execute(
                        "INSERT INTO vector (iri, digest, value) VALUES (?, ?, ?)",
                        (one.iri, one.digest, value.tobytes()),
                    ).lastrowid
                    for one, value in zip(fresh, values, strict=True)
                ]
                db.execute("INSERT OR REPLACE INTO mark VALUES ('position', ?)", (str(position),))
            self._drop([*gone, *(one.iri for one in fresh)])
            if fresh:
                self._put([i for i in ids if i is not None], [one.iri for one in fresh], values)

    def search(self, query: str, allowed: Collection[str] | None, limit: int) -> list[tuple[str, float]]:
        """The `limit` documents nearest in meaning, IRI and cosine; only those in `allowed` unless None."""
        import faiss
        import numpy as np

        with self._lock:
            self._load()
        if not self._ids or not query.strip():
            return []
        vector = self._encoder.encode([query[:2000]])
        with self._lock:
            parameters = None
            if allowed is not None:
                ids = np.array(sorted(self._ids[iri] for iri in allowed if iri in self._ids), dtype=np.int64)
                parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(ids))  # type: ignore[call-arg]
            scores, found = self._faiss.search(vector, limit, params=parameters)
            return [
                (self._iris[int(i)], float(s)) for i, s in zip(found[0], scores[0], strict=True) if int(i) in self._iris
            ]

    def _load(self) -> None:
        """Fill the index from the file, when it is first needed."""
        if self._loaded:
            return
        with closing(self._connect()) as db:
            rows = db.execute("SELECT id, iri, value FROM vector").fetchall()
        if rows:
            import numpy as np

            values = np.frombuffer(b"".join(row[2] for row in rows), np.float32).reshape(len(rows), -1)
            self._put([row[0] for row in rows], [row[1] for row in rows], values)
        self._loaded = True

    def _embed(self, documents: Collection[Document]) -> Vectors32:
        import numpy as np  # a fifth of a second to import; a harvest needs none of it

        passages = [one.passage for one in documents]
        parts = [self._encoder.encode(passages[start : start + _BATCH]) for start in range(0, len(passages), _BATCH)]
        return np.concatenate(parts) if parts else np.empty((0, 0), np.float32)

    def _put(self, ids: list[int], iris: list[str], values: Vectors32) -> None:
        import numpy as np

        if self._faiss is None:
            self._faiss = _empty(values.shape[1])
        self._faiss.add_with_ids(np.ascontiguousarray(values), np.array(ids, dtype=np.int64))
        self._iris.update(zip(ids, iris, strict=True))
        self._ids.update(zip(iris, ids, strict=True))

    def _drop(self, iris: Iterable[str]) -> None:
        ids = [self._ids.pop(iri) for iri in iris if iri in self._ids]
        for one in ids:
            del self._iris[one]
        if ids and self._faiss is not None:
            import numpy as np

            self._faiss.remove_ids(np.array(ids, dtype=np.int64))

    def _connect(self) -> sqlite3.Connection:
        try:
            return sqlite3.connect(self._path, timeout=30)
        except sqlite3.Error as error:
            raise GraphError(
                f"the semantic index {self._path} cannot be opened: {error}",
                remedy="delete that file; it is built anew",
            ) from error


def _empty(dimension: int) -> Any:
    """An exact index in half precision: a fifth of the time and half the memory of full precision over 100,000 vectors."""
    import faiss  # an eighth of a second to import; a harvest needs none of it

    half = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    half.is_trained = True
    return faiss.IndexIDMap2(half)
