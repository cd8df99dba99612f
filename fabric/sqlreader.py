"""Lineage of any SQL text that somebody brings, with the columns of the tables that the graph knows."""

from __future__ import annotations

from fabric import ntriples
from fabric.assets import Assets
from fabric.derivation import split_name
from fabric.graph.store import GraphStore
from fabric.identity import Iris
from fabric.lineage import SqlLineage, Table
from fabric.lineage.pool import LineagePool, SqlText
from fabric.model import Dataset
from fabric.ntriples import token

__all__ = ["SqlReader"]


class SqlReader:
    """Reads texts, each within a time limit; safe to share between threads."""

    def __init__(self, graph: GraphStore, assets: Assets, iris: Iris, *, seconds: float = 10.0) -> None:
        self._graph, self._assets, self._iris = graph, assets, iris
        self._pool = LineagePool(1, seconds)

    def close(self) -> None:
        """End the process that reads."""
        self._pool.close()

    def read(self, text: str, *, dialect: str | None = None, namespace: str | None = None) -> SqlLineage:
        """Lineage of the text. With a dataset namespace, such as `postgres://host:5432`, stars and bare columns are resolved by the
        columns of its datasets in the graph.

        Raises: InputError for a dialect that is not known.
        """
        (found,) = self._pool.read_many([SqlText(text, dialect)])
        if namespace is None or not found.reads:
            return found
        schema = self._columns(found.reads | found.writes, namespace)
        if schema:
            (found,) = self._pool.read_many([SqlText(text, dialect, schema)])
        return found

    def _columns(self, tables: frozenset[Table], namespace: str) -> dict[Table, tuple[str, ...]]:
        names = sorted(
            {spelling for table in tables for spelling in (table.name, table.name.lower(), table.name.upper())}
        )
        values = " ".join(ntriples.text(name) for name in names)
        rows = self._graph.query(
            f"SELECT DISTINCT ?d WHERE {{ VALUES ?t {{ {values} }} ?d {token('dct:title')} ?t ; a {token('dcat:Dataset')} }}"
        ).rows
        known: dict[Table, tuple[str, ...]] = {}
        for row in rows or ():
            ref = self._iris.ref(row["d"][1:-1])
            if ref is None or ref.namespace != namespace:
                continue
            asset = self._assets.find(row["d"][1:-1])
            if asset is not None and isinstance(asset.record, Dataset):
                known[Table(*reversed(split_name(ref.name)[-3:]))] = tuple(field.name for field in asset.record.fields)
        return known
