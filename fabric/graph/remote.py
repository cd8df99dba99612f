"""A SPARQL 1.1 server by URL (https://www.w3.org/TR/sparql11-protocol/)."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from fabric import ntriples
from fabric.errors import AccessDenied, GraphError, GraphUnavailable, NotOffered, QueryError, QueryLimit, StorageFull
from fabric.graph.questions import Limits, Question, keywords
from fabric.graph.store import Results, Row, Update, update_text
from fabric.ntriples import Triple
from fabric.terms import XSD

__all__ = ["RemoteGraph"]

_UNION = "urn:x-fabric:union"


class RemoteGraph:
    """A quad store behind a query and an update endpoint.

    `query_url` and `update_url` as the server documents them (Oxigraph: `/query` and `/update`). Each `update` is one request,
    which Oxigraph, Fuseki, GraphDB and Virtuoso run as one transaction.
    """

    def __init__(self, query_url: str, update_url: str, *, token: str | None = None, timeout: float = 60) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._query_url, self._update_url = query_url, update_url
        self._client = httpx.Client(headers=headers, timeout=timeout)

    def query(self, sparql: str, *, graphs: Iterable[str] | None = None, timeout: float | None = None) -> Results:
        """See `GraphStore.query`; without `graphs` the names of all graphs are asked for first."""
        chosen = self._graphs() if graphs is None else list(graphs)
        form = {"query": sparql, "default-graph-uri": chosen or [_UNION], "named-graph-uri": chosen or [_UNION]}
        return self._select(form, timeout)

    def ask(self, question: Question, limits: Limits) -> RemoteAnswer:
        """Begin to answer a reader's question; the server's bytes are passed on. A memory limit is left to the server."""
        given = question.default_graphs is not None or question.named_graphs is not None
        form: dict[str, Any] = {"query": question.text}
        if given:
            form |= {
                "default-graph-uri": list(question.default_graphs or [_UNION]),
                "named-graph-uri": list(question.named_graphs or [_UNION]),
            }
        elif "FROM" not in keywords(question.text):
            names = self._graphs() or [_UNION]
            form |= {"default-graph-uri": names, "named-graph-uri": names}
        return RemoteAnswer(self._client, self._query_url, form, question, limits, self._see)

    def match(
        self,
        subject: str | None = None,
        predicate: str | None = None,
        object_: str | None = None,
        graph: str | None = None,
    ) -> Iterator[tuple[Triple, str]]:
        """See `GraphStore.match`."""
        s, p, o = f"<{subject}>" if subject else "?s", predicate or "?p", object_ or "?o"
        g = f"<{graph}>" if graph else "?g"
        found = self._select({"query": f"SELECT * WHERE {{ GRAPH {g} {{ {s} {p} {o} }} }}"}, None)
        for row in found.rows or ():
            yield (row.get("s", s), row.get("p", p), row.get("o", o)), graph or row["g"][1:-1]

    def describe(self, subjects: Iterable[str], graphs: Collection[str] | None = None) -> Iterator[tuple[Triple, str]]:
        """See `GraphStore.describe`; a request for each 500 subjects."""
        within = "" if graphs is None else f"VALUES ?g {{ {' '.join(f'<{graph}>' for graph in graphs)} }} "
        waiting = iter(subjects)
        while some := list(itertools.islice(waiting, 500)):
            names = " ".join(f"<{name}>" for name in some)
            found = self._select(
                {"query": f"SELECT * WHERE {{ {within}VALUES ?s {{ {names} }} GRAPH ?g {{ ?s ?p ?o }} }}"}, None
            )
            for row in found.rows or ():
                yield (row["s"], row["p"], row["o"]), row["g"][1:-1]

    def update(self, change: Update) -> None:
        """See `GraphStore.update`."""
        if len(change):
            self._post_update(update_text(change))

    def load(self, graph: str, document: bytes) -> None:
        """See `GraphStore.load`; sent as one INSERT DATA."""
        self._post_update(f"INSERT DATA {{ GRAPH <{graph}> {{\n{document.decode()}}} }}")

    def flush(self) -> None:
        """See `GraphStore.flush`; the server answers an update once it is done."""

    def snapshot(self, target: Path) -> None:
        """Raises: GraphError, always: the server has its own backup."""
        raise GraphError(f"no snapshot to {target}: the graph is on a server", remedy="use the server's own backup")

    def close(self) -> None:
        """See `GraphStore.close`."""
        self._client.close()

    def _graphs(self) -> list[str]:
        found = self._select({"query": "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }"}, None)
        return [row["g"][1:-1] for row in found.rows or ()]

    def _select(self, form: dict[str, Any], timeout: float | None) -> Results:
        accept = "application/sparql-results+json, application/n-triples;q=0.9"
        try:
            with _translate(self._query_url):
                answer = self._client.post(
                    self._query_url, data=form, headers={"Accept": accept}, timeout=timeout or self._client.timeout
                )
        except GraphUnavailable as error:
            if isinstance(error.__cause__, httpx.ReadTimeout):
                raise QueryError(
                    f"{self._query_url} did not answer the query in time", remedy="narrow the query or raise the limit"
                ) from error
            raise
        if answer.status_code == httpx.codes.BAD_REQUEST:
            raise QueryError(f"the SPARQL query is malformed: {answer.text.strip()}")
        self._see(answer)
        if "n-triples" in answer.headers.get("content-type", ""):
            return Results(triples=ntriples.read_triples(answer.text))
        try:
            return _results(json.loads(answer.text))
        except (ValueError, KeyError, TypeError) as error:
            raise GraphError(
                f"{self._query_url} answers no SPARQL results: {answer.text[:100]!r}",
                remedy="correct FABRIC_GRAPH_QUERY_URL",
            ) from error

    def _post_update(self, text: str) -> None:
        with _translate(self._update_url):
            answer = self._client.post(
                self._update_url, content=text.encode(), headers={"Content-Type": "application/sparql-update"}
            )
        self._see(answer)

    def _see(self, answer: httpx.Response) -> None:
        if answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            raise AccessDenied(f"{answer.url} refuses the token", remedy="set FABRIC_GRAPH_TOKEN")
        if answer.status_code == httpx.codes.INSUFFICIENT_STORAGE or "No space left" in answer.text[:2000]:
            raise StorageFull(f"the disk of {answer.url} is full", remedy="free space on the server")
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise GraphUnavailable(f"{answer.url} answered {answer.status_code}: {answer.text[:300].strip()}")
        if not answer.is_success:
            raise GraphError(f"{answer.url} answered {answer.status_code}: {answer.text[:300].strip()}")


class RemoteAnswer:
    """See `fabric.graph.questions.Answer`."""

    def __init__(
        self,
        client: httpx.Client,
        url: str,
        form: Mapping[str, Any],
        question: Question,
        limits: Limits,
        see: Callable[[httpx.Response], None],
    ) -> None:
        self._client, self._url, self._form, self._see, self._limits = client, url, form, see, limits
        self._accept = [media_type for media_type in (question.table, question.triples) if media_type]
        self._deadline = time.monotonic() + limits.seconds
        self._answer: httpx.Response | None = None

    def start(self) -> str:
        """See `Answer.start`."""
        request = self._client.build_request(
            "POST",
            self._url,
            data=self._form,
            headers={"Accept": ", ".join(self._accept)},
            timeout=self._limits.seconds,
        )
        with self._in_time(), _translate(self._url):
            answer = self._answer = self._client.send(request, stream=True)
            if not answer.is_success:
                answer.read()
        media_type = str(answer.headers.get("content-type", "")).partition(";")[0].strip()
        if answer.status_code == httpx.codes.BAD_REQUEST:
            raise QueryError(f"the SPARQL query is malformed: {answer.text.strip()}")
        if answer.status_code == httpx.codes.NOT_ACCEPTABLE or (answer.is_success and media_type not in self._accept):
            raise NotOffered(
                f"{self._url} answers this query in none of {', '.join(self._accept)}",
                remedy="ask for another media type",
            )
        if not answer.is_success:
            self._see(answer)
        return media_type

    def __iter__(self) -> Iterator[bytes]:
        assert self._answer is not None
        with self._in_time(), _translate(self._url):
            for piece in self._answer.iter_bytes(1 << 16):
                yield piece
                if time.monotonic() > self._deadline:
                    raise self._late()

    def close(self) -> None:
        """See `Answer.close`."""
        if self._answer is not None:
            self._answer.close()

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        try:
            yield
        except GraphUnavailable as error:
            if isinstance(error.__cause__, httpx.ReadTimeout):
                raise self._late() from error
            raise

    def _late(self) -> QueryLimit:
        return QueryLimit(
            f"{self._url} took longer than {self._limits.seconds:g} s to answer the query",
            remedy="narrow it, add a LIMIT, or raise FABRIC_SPARQL_TIMEOUT",
        )


def _results(document: dict[str, Any]) -> Results:
    if "boolean" in document:
        return Results(answer=bool(document["boolean"]))
    return Results(variables=tuple(document["head"]["vars"]), rows=map(_row, document["results"]["bindings"]))


def _row(binding: dict[str, Any]) -> Row:
    return {name: _token(term) for name, term in binding.items()}


def _token(term: dict[str, str]) -> str:
    """SPARQL 1.1 Query Results JSON, section 3.2.2, as an N-Triples token."""
    if term["type"] == "uri":
        return f"<{term['value']}>"
    if term["type"] == "bnode":
        return f"_:{term['value']}"
    literal = ntriples.text(term["value"])
    if "xml:lang" in term:
        return f"{literal}@{term['xml:lang']}"
    datatype = term.get("datatype", f"{XSD}string")
    return literal if datatype == f"{XSD}string" else f"{literal}^^<{datatype}>"


@contextmanager
def _translate(url: str) -> Iterator[None]:
    try:
        yield
    except httpx.TimeoutException as error:
        raise GraphUnavailable(f"{url} did not answer in time", remedy="see that the server runs") from error
    except RuntimeError as error:
        raise GraphError(f"the connection to {url} is closed", remedy="open the data directory anew") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise GraphUnavailable(f"{url} does not answer: {error}", remedy="see that the server runs") from error
