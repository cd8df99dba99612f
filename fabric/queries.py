"""SPARQL of readers, over the graph as it is or as it was, within limits."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from fabric.errors import QueryError
from fabric.graph.local import LocalGraph
from fabric.graph.questions import Answer, Limits, Question, keywords
from fabric.graph.readers import Readers
from fabric.graph.remote import RemoteGraph
from fabric.graph.store import GraphStore
from fabric.snapshots import Snapshots
from fabric.terms import PREFIXES

__all__ = ["Queries"]


class Queries:
    """Answers what readers ask of `graph`. Fabric's prefixes need not be declared. Safe to share between threads.

    `folder` is for working copies. `federation` allows SERVICE, with which a query makes this server ask any other.
    """

    def __init__(
        self, graph: GraphStore, snapshots: Snapshots, folder: Path, limits: Limits, *, federation: bool = False
    ) -> None:
        self._graph, self._snapshots, self._federation = graph, snapshots, federation
        self._limits = limits
        self._readers = Readers(folder, limits, PREFIXES)

    def ask(self, question: Question, as_of: datetime | None = None) -> Answer:
        """Begin to answer, from the graph as it was at a moment where one is given.

        Raises: QueryError where the query uses SERVICE and that is not allowed, GraphError, StorageFull.
        """
        if not self._federation and "SERVICE" in keywords(question.text):
            raise QueryError(
                "the query asks another server with SERVICE, which is not allowed here",
                remedy="ask that server itself, or set FABRIC_SPARQL_FEDERATION=true",
            )
        if as_of is not None:
            return self._ask_past(question, as_of)
        if isinstance(self._graph, LocalGraph):
            return self._readers.ask(question, self._graph)
        assert isinstance(self._graph, RemoteGraph)
        return self._graph.ask(replace(question, text=_with_prefixes(question.text)), self._limits)

    def graphs(self) -> list[str]:
        """IRIs of the named graphs, in order."""
        rows = self._graph.query("SELECT DISTINCT ?g WHERE { GRAPH ?g {} }").rows or ()
        return sorted(row["g"][1:-1] for row in rows)

    def close(self) -> None:
        """End the queries that run."""
        self._readers.close()

    def _ask_past(self, question: Question, as_of: datetime) -> Answer:
        with ExitStack() as stack:
            past = stack.enter_context(self._snapshots.as_of(as_of))
            assert past.folder is not None
            past.flush()
            return self._readers.ask_past(question, past.folder, stack.pop_all().close)


def _with_prefixes(query: str) -> str:
    """The query with those of Fabric's prefixes that it uses and does not declare, on its first line."""
    lowered = query.lower()
    missing = [
        f"PREFIX {name}: <{iri}>"
        for name, iri in PREFIXES.items()
        if f"prefix {name}:" not in lowered and f"{name}:" in query
    ]
    return " ".join([*missing, query])
