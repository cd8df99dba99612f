"""The word index: tantivy (BM25), on disk, with the position in the log inside the same commit."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tantivy

from fabric.discovery.abbreviations import MANY, long_forms
from fabric.discovery.document import FACETS, Document, words
from fabric.discovery.index import Filters, Hit, Tally
from fabric.errors import GraphError, StorageFull

__all__ = ["BOOSTS", "VERSION", "Words"]

BOOSTS: Mapping[str, float] = {
    "title": 4.0, "name": 1.5, "tags": 2.0, "description": 1.5, "fields": 1.5, "field_notes": 0.7, "people": 1.0, "long": 2.0,
}  # fmt: skip
"""How much a match weighs, by field of the document; `long` holds the long forms of abbreviations."""
VERSION = "3"
"""Of the form of the index; an index of another version cannot be read."""
_POSITION = "position"
_CACHED = 20_000
_SHALLOW, _ORDERS = 1_000, 4
"""Pages beyond so many documents are cut from an order that is kept, of at most so many filters."""
_TERM = re.compile(r"\w+")
_TERMS, _LONGEST_TERM = 64, 64
_VALUES = 65_000


class Words:
    """A word index in `folder`; made where there is none."""

    def __init__(self, folder: Path) -> None:
        self._cache: dict[str, Document] = {}
        self._orders: dict[object, tuple[Any, list[Any]]] = {}
        self._seen = -1
        with _translate(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._index = tantivy.Index(_schema(), path=str(folder), reuse=True)

    def position(self) -> int:
        """See `Index.position`."""
        self._index.reload()
        searcher = self._index.searcher()
        found = searcher.search(tantivy.Query.term_query(self._index.schema, "iri", _POSITION), 1).hits
        position = int(json.loads(searcher.doc(found[0][1])["stored"][0])) if found else 0
        if position != self._seen:
            self._seen = position
            self._orders.clear()
        return position

    def write(self, documents: Collection[Document], gone: Iterable[str], position: int) -> None:
        """See `Index.write`."""
        with self._writing() as writer:
            for iri in gone:
                writer.delete_documents_by_term("iri", iri)
            for one in documents:
                writer.delete_documents_by_term("iri", one.iri)
                writer.add_document(_document(one))
            writer.delete_documents_by_term("iri", _POSITION)
            mark = tantivy.Document()
            mark.add_text("iri", _POSITION)
            mark.add_text("stored", json.dumps(position))
            writer.add_document(mark)

    def clear(self) -> None:
        """See `Index.clear`."""
        with self._writing() as writer:
            writer.delete_all_documents()

    def count(self) -> int:
        """See `Index.count`."""
        return self.tally("", {}, ["kind"]).total

    def search(self, query: str, filters: Filters, limit: int) -> list[Hit]:
        """See `WordIndex.search`. A longer word may be the beginning of an indexed one, or misspell it by a letter."""
        asked = self._asked(query)
        if asked is None:
            return []
        searcher, hits = self._index.searcher(), []
        for score, address in searcher.search(self._within(asked, filters), limit, count=False).hits:
            hits.append((self._remember(searcher.doc(address)).iri, float(score)))
        return hits

    def tally(self, query: str, filters: Filters, facets: Iterable[str]) -> Tally:
        """See `WordIndex.tally`."""
        asked, facets = self._asked(query) if query.strip() else self._every(), list(facets)
        if asked is None:
            return Tally(0, dict.fromkeys(facets, ()))
        wanted = {name: {"terms": {"field": name, "size": _VALUES}} for name in {"kind", *facets}}
        counted = self._index.searcher().aggregate(self._within(asked, filters), wanted)
        values = {name: _counts(counted[name]) for name in wanted}
        return Tally(sum(count for _kind, count in values["kind"]), {name: values[name] for name in facets})

    def matching(self, query: str, iris: Collection[str]) -> set[str]:
        """See `WordIndex.matching`."""
        asked = self._asked(query)
        if asked is None or not iris:
            return set()
        return {one.iri for one in self._among(iris, asked)}

    def listing(self, filters: Filters, limit: int, offset: int) -> list[str]:
        """See `WordIndex.listing`."""
        if offset + limit <= _SHALLOW:
            searcher, addresses = self._ordered(filters, limit, offset)
        else:
            searcher, addresses = self._whole(filters)
            addresses = addresses[offset : offset + limit]
        return [self._remember(searcher.doc(address)).iri for address in addresses]

    def _whole(self, filters: Filters) -> tuple[Any, list[Any]]:
        """Addresses of all that passes the filters, in order; kept for the next pages until the index changes.

        Without it each page far down costs a second of 100,000 documents.
        """
        key = tuple(sorted((name, tuple(sorted(values))) for name, values in filters.items()))
        found = self._orders.get(key)
        if found is None:
            if len(self._orders) >= _ORDERS:
                self._orders.clear()
            found = self._orders[key] = self._ordered(filters, max(1, self._index.searcher().num_docs), 0)
        return found

    def _ordered(self, filters: Filters, limit: int, offset: int) -> tuple[Any, list[Any]]:
        """A state of the index, and addresses in it by title."""
        searcher = self._index.searcher()
        found = searcher.search(
            self._within(self._every(), filters),
            limit,
            count=False,
            order_by_field="order",
            offset=offset,
            order=tantivy.Order.Asc,
        )
        return searcher, [address for _order, address in found.hits]

    def sharing(self, fields: Collection[str], limit: int) -> list[Hit]:
        """See `WordIndex.sharing`."""
        schema, searcher = self._index.schema, self._index.searcher()
        each = [tantivy.Query.term_query(schema, "field", name.lower()) for name in fields]
        if not each:
            return []
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, one) for one in each])
        hits = searcher.search(query, limit, count=False).hits
        return [(self._remember(searcher.doc(address)).iri, float(score)) for score, address in hits]

    def spread(self, field: str) -> int:
        """See `WordIndex.spread`."""
        return int(self._index.searcher().doc_freq("field", field.lower()))

    def documents(self, iris: Iterable[str]) -> dict[str, Document]:
        """See `WordIndex.documents`."""
        wanted = list(dict.fromkeys(iris))
        found = {iri: one for iri in wanted if (one := self._cache.get(iri)) is not None}
        missing = [iri for iri in wanted if iri not in found and iri != _POSITION]
        if missing:
            found |= {one.iri: one for one in self._among(missing, tantivy.Query.all_query())}
        return found

    def _among(self, iris: Collection[str], query: Any) -> list[Document]:
        """Documents of the IRIs that match a query."""
        both = [query, tantivy.Query.term_set_query(self._index.schema, "iri", list(iris))]
        matched = tantivy.Query.boolean_query([(tantivy.Occur.Must, one) for one in both])
        searcher = self._index.searcher()
        hits = searcher.search(matched, len(iris), count=False).hits
        return [self._remember(searcher.doc(address)) for _score, address in hits]

    def _remember(self, stored: Any) -> Document:
        iri = stored["iri"][0]
        one = self._cache.get(iri)
        if one is None:
            if len(self._cache) >= _CACHED:
                self._cache.clear()
            one = self._cache[iri] = _read(stored["stored"][0])
        return one

    def _asked(self, query: str) -> Any | None:
        """What a query asks for; None where it holds no word."""
        terms = _terms(query)
        if not terms:
            return None
        schema, should = self._index.schema, tantivy.Occur.Should
        parsed, _errors = self._index.parse_query_lenient(" ".join(terms), list(BOOSTS), field_boosts=dict(BOOSTS))
        exact = tantivy.Query.term_query(schema, "exact", query.strip().lower()[:500])
        parts = [(should, parsed), (should, tantivy.Query.boost_query(exact, 50.0))]
        for term in terms:
            distance = 1 if len(term) > 4 else 0
            if distance or self._is_begun(term):
                loose = tantivy.Query.fuzzy_term_query(schema, "loose", term, distance=distance, prefix=True)
                parts.append((should, tantivy.Query.boost_query(loose, 0.3)))
        longer = " ".join(long_forms(terms)) if len(terms) <= MANY else ""
        if longer:
            meant, _errors = self._index.parse_query_lenient(longer, list(BOOSTS), field_boosts=dict(BOOSTS))
            parts.append((should, tantivy.Query.boost_query(meant, 0.5)))
        return tantivy.Query.boolean_query(parts)

    def _is_begun(self, term: str) -> bool:
        """Whether a short word may be the beginning of one: it is none itself. Of two letters or fewer too many begin."""
        return len(term) > 2 and not self._index.searcher().doc_freq("loose", term)

    def _every(self) -> Any:
        mark = tantivy.Query.term_query(self._index.schema, "iri", _POSITION)
        return tantivy.Query.boolean_query(
            [(tantivy.Occur.Must, tantivy.Query.all_query()), (tantivy.Occur.MustNot, mark)]
        )

    def _within(self, query: Any, filters: Filters) -> Any:
        """The query, where the filters hold; they do not change scores."""
        passed = [
            tantivy.Query.boost_query(tantivy.Query.term_set_query(self._index.schema, name, list(values)), 0.0)
            for name, values in filters.items()
            if values
        ]
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, one) for one in (query, *passed)])

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        """A writer that commits at the end; what was written before an error is forgotten."""
        with _translate():
            writer = self._index.writer(heap_size=64_000_000, num_threads=1)
            yield writer
            writer.commit()
            writer.wait_merging_threads()
            self._index.reload()
        self._cache.clear()
        self._orders.clear()


@contextmanager
def _translate(folder: Path | None = None) -> Iterator[None]:
    """Turn tantivy's errors into Fabric's."""
    try:
        yield
    except (ValueError, OSError) as error:
        if "No space left" in str(error) or "os error 28" in str(error):
            raise StorageFull("no space left for the word index", remedy="free space") from error
        what = "the word index cannot be written" if folder is None else f"the word index {folder} cannot be opened"
        raise GraphError(f"{what}: {error}", remedy="delete the folder index; it is built anew") from error


def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("iri", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("stored", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("order", tokenizer_name="raw", index_option="basic", fast=True)
    for name in FACETS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in ("exact", "field"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in BOOSTS:
        builder.add_text_field(name, tokenizer_name="en_stem")
    builder.add_text_field("loose", tokenizer_name="default", index_option="basic")
    return builder.build()


def _terms(query: str) -> list[str]:
    found = (term.lower() for term in words(query[:10_000]) if _TERM.fullmatch(term) and len(term) <= _LONGEST_TERM)
    return list(dict.fromkeys(found))[:_TERMS]


def _counts(counted: Any) -> tuple[tuple[str, int], ...]:
    values = [(str(one["key"]), int(one["doc_count"])) for one in counted["buckets"]]
    return tuple(sorted(values, key=lambda item: (-item[1], item[0])))


def _document(one: Document) -> Any:
    made = tantivy.Document()
    made.add_text("iri", one.iri)
    made.add_text("stored", json.dumps([getattr(one, name) for name in Document.__slots__], ensure_ascii=False))
    made.add_text("order", f"{one.title.lower()} {one.iri}")
    for facet, values in one.facets.items():
        for value in values:
            made.add_text(facet, value)
    title, name = one.title.lower(), one.name.lower()
    for exact in {title, name, name.rsplit(".", 1)[-1], name.rsplit("/", 1)[-1]}:
        made.add_text("exact", exact)
    for field in dict.fromkeys(field.lower() for field in one.fields):
        made.add_text("field", field)
    for part in BOOSTS:
        if part != "long":
            value = getattr(one, part)
            made.add_text(part, _spread(value if isinstance(value, str) else " \n ".join(value)))
    named = " ".join((one.title, *one.fields, *one.tags))
    made.add_text("long", " ".join(long_forms(words(named))))
    made.add_text("loose", _spread(named))
    return made


def _spread(text: str) -> str:
    """The text with the words of its identifiers beside it, so that `dep_delay` is found by either word and as a whole."""
    return f"{text} {' '.join(words(text))}"


def _read(stored: str) -> Document:
    values: list[Any] = [tuple(value) if isinstance(value, list) else value for value in json.loads(stored)]
    return Document(*values)
