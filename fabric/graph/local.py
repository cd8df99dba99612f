"""Oxigraph in this process, on disk or in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from fabric.errors import FabricError, GraphCorrupt, GraphError, GraphLocked, QueryError, StorageFull
from fabric.graph.store import Results, Row, Update, update_text
from fabric.ntriples import Triple

if TYPE_CHECKING:
    import rdflib

__all__ = ["LocalGraph"]


class LocalGraph:
    """An Oxigraph store in a folder, or in memory where `folder` is None.

    Raises: GraphLocked where another process holds the folder, GraphCorrupt where it cannot be read.
    """

    def __init__(self, folder: Path | None = None, *, read_only: bool = False) -> None:
        self.folder = folder
        self._open: ox.Store | None = None
        self._writes, self._shared = 0, False
        with _translate():
            if folder is None:
                self._open = ox.Store()
            else:
                self._open = ox.Store.read_only(str(folder)) if read_only else ox.Store(str(folder))

    @property
    def _store(self) -> ox.Store:
        if self._open is None:
            raise GraphError("the graph store is closed", remedy="open the data directory anew")
        return self._open

    @property
    def version(self) -> object:
        """Equal to what it was as long as nothing has been written; to be read before what it stands for is copied."""
        return object() if self._shared else self._writes

    def rdflib(self) -> rdflib.Dataset:
        """The same store seen through rdflib; what is written there is not in the history."""
        import rdflib  # a quarter of a second to import, with its SPARQL engine
        from oxrdflib import OxigraphStore

        self._shared = True
        return rdflib.Dataset(store=OxigraphStore(store=self._store), default_union=True)

    def query(self, sparql: str, *, graphs: Iterable[str] | None = None, timeout: float | None = None) -> Results:
        """See `GraphStore.query`; a time limit cannot be kept in this process and is left to the caller."""
        del timeout
        with _translate():
            try:
                chosen: Any = None if graphs is None else [ox.NamedNode(graph) for graph in graphs]
                found = (
                    self._store.query(sparql, use_default_graph_as_union=True)
                    if chosen is None
                    else self._store.query(sparql, default_graph=chosen, named_graphs=chosen)
                )
            except SyntaxError as error:
                raise QueryError(
                    f"the SPARQL query is malformed: {error}", remedy="see https://www.w3.org/TR/sparql11-query/"
                ) from None
            except ValueError as error:
                raise QueryError(
                    f"a graph to query has a malformed name: {error}", remedy="name graphs by their IRIs"
                ) from None
        return _results(found)

    def match(
        self,
        subject: str | None = None,
        predicate: str | None = None,
        object_: str | None = None,
        graph: str | None = None,
    ) -> Iterator[tuple[Triple, str]]:
        """See `GraphStore.match`."""
        with _translate():
            quads = self._store.quads_for_pattern(
                None if subject is None else ox.NamedNode(subject),
                None if predicate is None else ox.NamedNode(predicate[1:-1]),
                None if object_ is None else _term(object_),
                None if graph is None else ox.NamedNode(graph),
            )
            yield from _tokens(quads)

    def describe(self, subjects: Iterable[str], graphs: Collection[str] | None = None) -> Iterator[tuple[Triple, str]]:
        """See `GraphStore.describe`."""
        chosen = [None] if graphs is None else [ox.NamedNode(graph) for graph in graphs]
        with _translate():
            for subject in subjects:
                node = ox.NamedNode(subject)
                for graph in chosen:
                    yield from _tokens(self._store.quads_for_pattern(node, None, None, graph))

    def update(self, change: Update) -> None:
        """See `GraphStore.update`."""
        with _translate():
            self._store.update(update_text(change))
        self._writes += 1

    def load(self, graph: str, document: bytes) -> None:
        """See `GraphStore.load`."""
        with _translate():
            self._store.bulk_load(document, format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(graph))
        self._writes += 1

    def flush(self) -> None:
        """See `GraphStore.flush`."""
        with _translate():
            self._store.flush()

    def snapshot(self, target: Path) -> None:
        """See `GraphStore.snapshot`; hard links where the file system allows, so that it takes moments."""
        with _translate():
            self._store.backup(str(target))

    def close(self) -> None:
        """See `GraphStore.close`."""
        self._open = None


def _tokens(quads: Iterable[ox.Quad]) -> Iterator[tuple[Triple, str]]:
    for quad in quads:
        name = quad.graph_name
        triple = str(quad.subject), str(quad.predicate), str(quad.object)
        yield triple, name.value if isinstance(name, ox.NamedNode) else ""


def _term(token: str) -> ox.NamedNode | ox.Literal:
    if token.startswith("<"):
        return ox.NamedNode(token[1:-1])
    parsed = next(iter(ox.parse(f"<x:s> <x:p> {token} .", format=ox.RdfFormat.N_TRIPLES))).object
    assert isinstance(parsed, ox.Literal)
    return parsed


def _results(found: object) -> Results:
    if isinstance(found, ox.QuerySolutions):
        names = tuple(variable.value for variable in found.variables)
        return Results(variables=names, rows=_rows(found, names))
    if isinstance(found, ox.QueryBoolean):
        return Results(answer=bool(found))
    assert isinstance(found, ox.QueryTriples)
    return Results(triples=_triples(found))


def _rows(found: ox.QuerySolutions, names: tuple[str, ...]) -> Iterator[Row]:
    with _translate():
        for solution in found:
            yield {name: str(value) for name in names if (value := solution[name]) is not None}


def _triples(found: ox.QueryTriples) -> Iterator[Triple]:
    with _translate():
        for triple in found:
            yield str(triple.subject), str(triple.predicate), str(triple.object)


@contextmanager
def _translate() -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError) as error:
        raise _fabric_error(str(error)) from error
    except (SyntaxError, ValueError) as error:
        raise GraphError(
            f"the graph store does not take a term: {error}", remedy="correct it at the source or leave it out"
        ) from error


def _fabric_error(text: str) -> FabricError:
    if "/LOCK: " in text:
        return GraphLocked("another process holds the graph store", remedy="stop it, or use the server that it runs")
    if "No space left" in text:
        return StorageFull("the disk of the graph store is full", remedy="free space, then run the command again")
    if "Corruption" in text or "does not exist" in text or "Invalid" in text:
        return GraphCorrupt(f"the graph store cannot be opened: {text}", remedy="restore a backup: fabric restore")
    return GraphError(f"the graph store failed: {text}")
