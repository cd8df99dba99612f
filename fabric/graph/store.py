"""The seam between Fabric and a quad store.

Two implementations pass the same contract suite: `fabric.graph.local` (Oxigraph in this process) and `fabric.graph.remote`
(a SPARQL 1.1 server by URL). Graph and node names are IRIs without brackets; triples are N-Triples tokens.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from fabric.ntriples import Triple

__all__ = ["GraphStore", "Results", "Row", "Update", "update_text"]

Row = Mapping[str, str]
"""One solution: variable name to token; unbound variables are absent."""


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to a query: `rows` of a SELECT (with `variables`), `answer` of an ASK, or `triples` of a CONSTRUCT or DESCRIBE.

    The iterators stream and can be walked once.
    """

    variables: tuple[str, ...] = ()
    rows: Iterator[Row] | None = None
    answer: bool | None = None
    triples: Iterator[Triple] | None = None


@dataclass(slots=True)
class Update:
    """What one atomic update removes and adds, by named graph; removals come first."""

    removed: dict[str, list[Triple]] = field(default_factory=dict)
    added: dict[str, list[Triple]] = field(default_factory=dict)

    def remove(self, graph: str, triples: Iterable[Triple]) -> None:
        """Note triples to remove; those not present are no error."""
        self.removed.setdefault(graph, []).extend(triples)

    def add(self, graph: str, triples: Iterable[Triple]) -> None:
        """Note triples to add; those present already are no error."""
        self.added.setdefault(graph, []).extend(triples)

    def __len__(self) -> int:
        return sum(map(len, self.removed.values())) + sum(map(len, self.added.values()))


class GraphStore(Protocol):
    """A store of quads in named graphs.

    Every method raises GraphUnavailable, StorageFull or GraphError, and never an error of the library underneath.
    """

    def query(self, sparql: str, *, graphs: Iterable[str] | None = None, timeout: float | None = None) -> Results:
        """Run a SPARQL 1.1 query. The default graph is the union of `graphs`, or of all named graphs where None.

        A triple that is in several of them may match several times, as Oxigraph has it: ask for DISTINCT where that matters.
        `timeout` in seconds. Raises: QueryError where it is malformed or takes too long.
        """

    def match(
        self,
        subject: str | None = None,
        predicate: str | None = None,
        object_: str | None = None,
        graph: str | None = None,
    ) -> Iterator[tuple[Triple, str]]:
        """Quads that match; `subject` and `graph` are IRIs, `predicate` and `object_` tokens. Yields triple and graph IRI."""

    def describe(self, subjects: Iterable[str], graphs: Collection[str] | None = None) -> Iterator[tuple[Triple, str]]:
        """All quads whose subject is one of the IRIs, in some named graphs where given; triple and graph IRI."""

    def update(self, change: Update) -> None:
        """Apply a small difference in one transaction."""

    def load(self, graph: str, document: bytes) -> None:
        """Add N-Triples to a graph fast and NOT atomically; safe to repeat and to call from several threads."""

    def flush(self) -> None:
        """Return once everything is on disk."""

    def snapshot(self, target: Path) -> None:
        """Write a consistent copy to the folder `target`, which must not exist.

        Raises: GraphError where the store cannot (remote servers).
        """

    def close(self) -> None:
        """Release the store."""


def update_text(change: Update) -> str:
    """The SPARQL 1.1 update that applies the change."""
    parts = []
    for verb, graphs in (("DELETE", change.removed), ("INSERT", change.added)):
        blocks = [f"GRAPH <{graph}> {{\n{_block(triples)}}}" for graph, triples in graphs.items() if triples]
        if blocks:
            parts.append(f"{verb} DATA {{ {' '.join(blocks)} }}")
    return " ;\n".join(parts)


def _block(triples: Iterable[Triple]) -> str:
    return "".join(f"{s} {p} {o} .\n" for s, p, o in triples)
