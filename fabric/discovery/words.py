"""The lexical index: tantivy (BM25), on disk, with the position in the log inside the same commit."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import tantivy

from fabric.discovery.document import Document, words
from fabric.errors import GraphError

__all__ = ["BOOSTS", "Hit", "Words"]

BOOSTS: Mapping[str, float] = {
    "title": 4.0, "name": 1.5, "tags": 2.0, "description": 1.5, "fields": 1.5, "field_notes": 0.7, "people": 1.0,
}  # fmt: skip
"""How much a match weighs, by field of the document."""
Hit = tuple[str, float]
_FACETS = ("kind", "platform", "source", "tag")
_VERSION = "2"
_POSITION = "position"
_CACHED = 20_000
_TERM = re.compile(r"\w+")


class Words:
    """A lexical index in `folder`; made where there is none, emptied where it was made by another version."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._cache: dict[str, Document] = {}
        try:
            self._index = tantivy.Index(_schema(), path=str(folder), reuse=True)
        except ValueError as error:
            raise GraphError(
                f"the lexical index {folder} cannot be opened: {error}", remedy="delete that folder; it is built anew"
            ) from error

    def position(self) -> int:
        """Number of the last commit that is in the index; 0 for none."""
        self._index.reload()
        searcher = self._index.searcher()
        found = searcher.search(tantivy.Query.term_query(self._index.schema, "iri", _POSITION), 1).hits
        stored = json.loads(searcher.doc(found[0][1])["stored"][0]) if found else {}
        return int(stored["position"]) if stored.get("version") == _VERSION else 0

    def write(self, documents: Iterable[Document], gone: Iterable[str], position: int) -> None:
        """Replace documents, delete those of the IRIs `gone`, and move the position, in one commit."""
        writer = self._index.writer(heap_size=64_000_000, num_threads=1)
        try:
            for iri in gone:
                writer.delete_documents_by_term("iri", iri)
            for one in documents:
                writer.delete_documents_by_term("iri", one.iri)
                writer.add_document(_document(one))
            writer.delete_documents_by_term("iri", _POSITION)
            mark = tantivy.Document()
            mark.add_text("iri", _POSITION)
            mark.add_text("stored", json.dumps({"position": position, "version": _VERSION}))
            writer.add_document(mark)
            writer.commit()
            writer.wait_merging_threads()
        except (ValueError, OSError) as error:
            raise GraphError(f"the lexical index cannot be written: {error}") from error
        self._index.reload()
        self._cache.clear()

    def search(self, query: str, filters: Mapping[str, Iterable[str]], limit: int) -> list[Hit]:
        """The best `limit` documents for the words of a query, IRI and BM25 score.

        A longer word may be the beginning of an indexed one, or misspell it by a letter.
        """
        terms = [term.lower() for term in dict.fromkeys(words(query)[:64]) if _TERM.fullmatch(term)]
        if not terms:
            return []
        parsed, _errors = self._index.parse_query_lenient(" ".join(terms), list(BOOSTS), field_boosts=dict(BOOSTS))
        exact = tantivy.Query.boost_query(
            tantivy.Query.term_query(self._index.schema, "exact", query.strip().lower()[:500]), 50.0
        )
        should = [(tantivy.Occur.Should, parsed), (tantivy.Occur.Should, exact)]
        for term in terms:
            if len(term) > 4:
                fuzzy = tantivy.Query.fuzzy_term_query(self._index.schema, "loose", term, distance=1, prefix=True)
                should.append((tantivy.Occur.Should, tantivy.Query.boost_query(fuzzy, 0.3)))
        both = [(tantivy.Occur.Must, tantivy.Query.boolean_query(should)), *_must(self._index.schema, filters)]
        return self._found(tantivy.Query.boolean_query(both), limit)

    def matching(self, filters: Mapping[str, Iterable[str]], limit: int) -> list[str]:
        """IRIs of all documents that pass the filters, up to `limit`."""
        every = [(tantivy.Occur.Must, tantivy.Query.all_query()), *_must(self._index.schema, filters)]
        return [iri for iri, _score in self._hits(tantivy.Query.boolean_query(every), limit) if iri != _POSITION]

    def documents(self, iris: Iterable[str]) -> dict[str, Document]:
        """The documents of the IRIs, as they were indexed."""
        searcher, cache = self._index.searcher(), self._cache
        found: dict[str, Document] = {}
        for iri in iris:
            one = cache.get(iri)
            if one is None:
                hits = searcher.search(tantivy.Query.term_query(self._index.schema, "iri", iri), 1).hits
                one = self._remember(searcher.doc(hits[0][1])) if hits else None
            if one is not None:
                found[iri] = one
        return found

    def _remember(self, stored: Any) -> Document:
        if len(self._cache) >= _CACHED:
            self._cache.clear()
        one = _read(stored["stored"][0])
        self._cache[one.iri] = one
        return one

    def count(self) -> int:
        """How many documents there are."""
        return max(0, self._index.searcher().num_docs - (1 if self.position() else 0))

    def _hits(self, query: Any, limit: int) -> list[Hit]:
        searcher = self._index.searcher()
        return [
            (searcher.doc(address)["iri"][0], float(score)) for score, address in searcher.search(query, limit).hits
        ]

    def _found(self, query: Any, limit: int) -> list[Hit]:
        """As `_hits`, with the documents read on the way, since they are asked for next."""
        searcher = self._index.searcher()
        hits = []
        for score, address in searcher.search(query, limit).hits:
            stored = searcher.doc(address)
            iri = stored["iri"][0]
            if iri not in self._cache:
                self._remember(stored)
            hits.append((iri, float(score)))
        return hits


def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("iri", stored=True, tokenizer_name="raw")
    builder.add_text_field("stored", stored=True, tokenizer_name="raw", index_option="basic")
    for name in (*_FACETS, "exact"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in BOOSTS:
        builder.add_text_field(name, tokenizer_name="en_stem")
    builder.add_text_field("loose", tokenizer_name="default", index_option="basic")
    return builder.build()


def _must(schema: Any, filters: Mapping[str, Iterable[str]]) -> list[Any]:
    return [
        (tantivy.Occur.Must, tantivy.Query.term_set_query(schema, name, list(values)))
        for name, values in filters.items()
        if values
    ]


def _document(one: Document) -> Any:
    made = tantivy.Document()
    made.add_text("iri", one.iri)
    made.add_text("stored", json.dumps({name: getattr(one, name) for name in Document.__slots__}))
    for facet, values in zip(_FACETS, ((one.kind,), (one.platform,), one.sources, one.tags), strict=True):
        for value in values:
            made.add_text(facet, value)
    for exact in {
        one.title.lower(),
        one.name.lower(),
        one.name.lower().rsplit(".", 1)[-1],
        one.name.lower().rsplit("/", 1)[-1],
    }:
        made.add_text("exact", exact)
    for name in BOOSTS:
        value = getattr(one, name)
        made.add_text(name, _spread(value if isinstance(value, str) else " \n ".join(value)))
    made.add_text("loose", _spread(" ".join((one.title, *one.fields, *one.tags))))
    return made


def _spread(text: str) -> str:
    """The text with the words of its identifiers beside it, so that `dep_delay` is found by either word and as a whole."""
    return f"{text} {' '.join(words(text))}"


def _read(stored: str) -> Document:
    values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in json.loads(stored).items()}
    return Document(**values)
