"""The vector index in PostgreSQL with the extension pgvector, for estates that outgrow one machine's memory.

Vectors of each model are in a table of their own, `fabric_vector_{model}`, with an HNSW index by inner product. Facets are an array
of `name=value`; pgvector goes on reading the index until enough rows pass the filter (iterative scans, from version 0.8).
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fabric.discovery.document import Document
from fabric.discovery.encoder import Encoder
from fabric.discovery.index import Filters, Hit
from fabric.discovery.vectors import LONGEST
from fabric.errors import GraphError, GraphUnavailable, SettingsError, StorageFull

if TYPE_CHECKING:
    import psycopg

__all__ = ["PgVectors", "models"]

_MARKS = "CREATE TABLE IF NOT EXISTS fabric_vector_mark (model text PRIMARY KEY, position bigint NOT NULL)"
_BATCH = 256
_EFFORT = 200


class PgVectors:
    """Vectors of one model in the database at `url`, which serves one Fabric.

    Raises: SettingsError where a package or the extension is missing, GraphUnavailable where the database does not answer.
    """

    def __init__(self, url: str, encoder: Encoder) -> None:
        self._url, self._encoder, self._lock = url, encoder, threading.RLock()
        self._table = f"fabric_vector_{hashlib.blake2b(encoder.name.encode(), digest_size=8).hexdigest()}"
        self._connection: psycopg.Connection[Any] | None = None
        with self._transaction() as db:
            db.execute(_MARKS)

    @property
    def model(self) -> str:
        """See `VectorIndex.model`."""
        return self._encoder.name

    def position(self) -> int:
        """See `Index.position`."""
        with self._transaction() as db:
            found = db.execute("SELECT position FROM fabric_vector_mark WHERE model = %s", (self.model,)).fetchone()
        return int(found[0]) if found else 0

    def count(self) -> int:
        """See `Index.count`."""
        with self._transaction() as db:
            return int(self._ask(db, "SELECT count(*) FROM {table}")[0][0]) if self._exists(db) else 0

    def write(self, documents: Collection[Document], gone: Iterable[str], position: int) -> None:
        """See `Index.write`. Only passages that changed are embedded anew."""
        gone = list(gone)
        with self._transaction() as db:
            iris = [one.iri for one in documents]
            stored = {}
            if iris and self._exists(db):
                stored = dict(self._ask(db, "SELECT iri, digest FROM {table} WHERE iri = ANY(%s)", (iris,)))
        fresh = [one for one in documents if stored.get(one.iri) != one.digest]
        passages = [one.passage for one in fresh]
        vectors = [
            vector
            for start in range(0, len(passages), _BATCH)
            for vector in self._encoder.encode(passages[start : start + _BATCH])
        ]
        with self._transaction() as db:
            if vectors:
                self._make(db, len(vectors[0]))
            if self._exists(db):
                anew = {one.iri for one in fresh}
                self._ask(db, "DELETE FROM {table} WHERE iri = ANY(%s)", ([*gone, *anew],))
                kept = [(_facets(one), one.iri) for one in documents if one.iri not in anew]
                rows = [(one.iri, one.digest, _facets(one), value) for one, value in zip(fresh, vectors, strict=True)]
                with db.cursor() as cursor:
                    cursor.executemany(self._text("UPDATE {table} SET facets = %s WHERE iri = %s"), kept)
                    cursor.executemany(self._text("INSERT INTO {table} VALUES (%s, %s, %s, %s)"), rows)
            db.execute(
                "INSERT INTO fabric_vector_mark VALUES (%s, %s) ON CONFLICT (model) DO UPDATE SET position = excluded.position",
                (self.model, position),
            )

    def clear(self) -> None:
        """See `Index.clear`."""
        with self._transaction() as db:
            self._ask(db, "DROP TABLE IF EXISTS {table}")
            db.execute("DELETE FROM fabric_vector_mark WHERE model = %s", (self.model,))

    def drop(self) -> None:
        """See `VectorIndex.drop`."""
        self.clear()
        self.close()

    def search(self, query: str, filters: Filters, limit: int) -> list[Hit]:
        """See `VectorIndex.search`."""
        if not query.strip():
            return []
        vector = self._encoder.encode([query[:LONGEST]])[0]
        with self._transaction() as db:
            return self._nearest(db, vector, filters, limit) if self._exists(db) else []

    def near(self, iri: str, filters: Filters, limit: int) -> list[Hit]:
        """See `VectorIndex.near`."""
        with self._transaction() as db:
            if not self._exists(db):
                return []
            row = self._ask(db, "SELECT value FROM {table} WHERE iri = %s", (iri,))
            found = self._nearest(db, row[0][0], filters, limit + 1) if row else []
        return [hit for hit in found if hit[0] != iri][:limit]

    def close(self) -> None:
        """See `VectorIndex.close`."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _nearest(self, db: psycopg.Connection[Any], vector: Any, filters: Filters, limit: int) -> list[Hit]:
        passed = [[f"{name}={value}" for value in values] for name, values in filters.items() if values]
        where = " AND ".join(["facets && %s"] * len(passed)) or "true"
        db.execute(f"SET LOCAL hnsw.ef_search = {max(_EFFORT, min(limit, 1000))}".encode())
        db.execute("SET LOCAL hnsw.iterative_scan = strict_order")
        found = self._ask(
            db,
            f"SELECT iri, value <#> %s AS distance FROM {{table}} WHERE {where} ORDER BY value <#> %s LIMIT %s",  # noqa: S608
            (vector, *passed, vector, limit),
        )
        return [(iri, -float(distance)) for iri, distance in found]

    def _make(self, db: psycopg.Connection[Any], dimension: int) -> None:
        self._ask(
            db,
            "CREATE TABLE IF NOT EXISTS {table} (iri text PRIMARY KEY, digest bytea NOT NULL, facets text[] NOT NULL, "
            f"value vector({dimension}) NOT NULL)",
        )
        self._ask(db, "CREATE INDEX IF NOT EXISTS {table}_value ON {table} USING hnsw (value vector_ip_ops)")
        self._ask(db, "CREATE INDEX IF NOT EXISTS {table}_facets ON {table} USING gin (facets)")

    def _exists(self, db: psycopg.Connection[Any]) -> bool:
        found = db.execute("SELECT to_regclass(%s) IS NOT NULL", (self._table,)).fetchone()
        return bool(found and found[0])

    def _text(self, statement: str) -> bytes:
        return statement.replace("{table}", self._table).encode()

    def _ask(self, db: psycopg.Connection[Any], statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        cursor = db.execute(self._text(statement), values)
        return cursor.fetchall() if cursor.description else []

    @contextmanager
    def _transaction(self) -> Iterator[psycopg.Connection[Any]]:
        with self._lock, _translate():
            if self._connection is None or self._connection.closed or self._connection.broken:
                self._connection = _connect(self._url)
            with self._connection.transaction():
                yield self._connection


def models(url: str) -> list[str]:
    """Names of the models that have a whole index in the database."""
    with _translate(), _connect(url) as db:
        db.execute(_MARKS)
        return [row[0] for row in db.execute("SELECT model FROM fabric_vector_mark WHERE position > 0").fetchall()]


def _connect(url: str) -> psycopg.Connection[Any]:
    try:
        import psycopg
        from pgvector.psycopg import register_vector
    except ImportError:
        raise SettingsError(
            "vectors in PostgreSQL need packages that are not installed", remedy="pip install 'kgfabric[pgvector]'"
        ) from None
    db = psycopg.connect(url, autocommit=True, connect_timeout=10)
    available = db.execute("SELECT default_version FROM pg_available_extensions WHERE name = 'vector'").fetchone()
    if available is None:
        db.close()
        raise SettingsError(
            "the database server of FABRIC_VECTORS_URL lacks the extension vector",
            remedy="install pgvector 0.8 or newer there, or unset FABRIC_VECTORS_URL",
        )
    db.execute("CREATE EXTENSION IF NOT EXISTS vector")
    register_vector(db)
    return db


@contextmanager
def _translate() -> Iterator[None]:
    """Turn psycopg's errors into Fabric's."""
    try:
        import psycopg
    except ImportError:
        raise SettingsError(
            "vectors in PostgreSQL need packages that are not installed", remedy="pip install 'kgfabric[pgvector]'"
        ) from None
    try:
        yield
    except psycopg.errors.DiskFull as error:
        raise StorageFull("the database of FABRIC_VECTORS_URL is full", remedy="free space") from error
    except psycopg.OperationalError as error:
        raise GraphUnavailable(
            f"the database of FABRIC_VECTORS_URL does not answer: {str(error).splitlines()[0]}",
            remedy="see that it runs, or unset FABRIC_VECTORS_URL",
        ) from error
    except psycopg.Error as error:
        raise GraphError(f"the vector index in PostgreSQL fails: {error}") from error


def _facets(one: Document) -> list[str]:
    return [f"{name}={value}" for name, values in one.facets.items() for value in values]
