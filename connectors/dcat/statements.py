"""Reads values off triples: texts in the wanted language, numbers, moments, lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from rdflib import DCTERMS, FOAF, RDF, RDFS, SKOS, BNode, Literal, Namespace, URIRef
from rdflib.term import Node

from fabric.model import Problem

__all__ = ["CROISSANT", "HYDRA", "SCHEMA", "VCARD", "Statements", "Triple", "last_segment"]

Triple = tuple[Node, Node, Node]

CROISSANT = Namespace("http://mlcommons.org/croissant/")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
# Both are in use and mean the same.
SCHEMA = (Namespace("https://schema.org/"), Namespace("http://schema.org/"))

_LABELS = (DCTERMS.title, SKOS.prefLabel, RDFS.label, FOAF.name, VCARD.fn, *(space.name for space in SCHEMA), RDF.value)
_MOMENT = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?(T[\d:.]+)?(Z|[+-]\d\d:\d\d)?")


class Statements:
    """Triples by subject and property, and the language in which texts are wanted.

    Held in plain dictionaries: with an rdflib graph in their place a harvest of 10,000 datasets took twice the time and
    twice the memory. What cannot be read is kept in `problems`.
    """

    def __init__(self, language: str) -> None:
        self.problems: list[Problem] = []
        self._language = language.lower()
        self._said: dict[Node, dict[Node, list[Node]]] = {}
        self._instances: dict[Node, set[Node]] = {}

    def add(self, triples: Iterable[Triple]) -> None:
        """Take in a page's triples."""
        for subject, name, value in triples:
            self._said.setdefault(subject, {}).setdefault(name, []).append(value)
            if name == RDF.type:
                self._instances.setdefault(value, set()).add(subject)

    def instances(self, *classes: URIRef) -> list[Node]:
        """Every instance of any of the classes, sorted."""
        found = set[Node]().union(*(self._instances.get(kind, ()) for kind in classes))
        return sorted(found, key=self._place)

    def classes(self, subject: Node) -> set[Node]:
        """The classes that a subject is an instance of."""
        return set(self._objects(subject, RDF.type))

    def values(self, subject: Node, *properties: URIRef) -> list[Node]:
        """Every value of any of the properties, sorted, the first property's first; members in place of a list."""
        found: dict[Node, None] = {}
        for name in properties:
            for value in sorted(self._objects(subject, name), key=self._place):
                for item in self._members(value):
                    found.setdefault(item, None)
        return list(found)

    def text(self, subject: Node, *properties: URIRef) -> str | None:
        """The text in the wanted language, else without a language, else in English, else any."""
        for name in properties:
            literals = [value for value in self._objects(subject, name) if isinstance(value, Literal)]
            texts = sorted((self._rank(literal), str(literal).strip()) for literal in literals if str(literal).strip())
            if texts:
                return texts[0][1]
        return None

    def words(self, subject: Node, *properties: URIRef) -> frozenset[str]:
        """All texts of the best language there is, and labels of what is no text."""
        values = self.values(subject, *properties)
        best = min(
            (self._rank(value) for value in values if isinstance(value, Literal) and value.language), default=None
        )
        return frozenset(
            word
            for value in values
            if not (isinstance(value, Literal) and value.language) or self._rank(value) == best
            if (word := self.label(value))
        )

    def label(self, value: Node) -> str:
        """A readable form of a value: the literal, the label it carries, the end of its IRI; empty if there is none."""
        if isinstance(value, Literal):
            return str(value).strip()
        return self.text(value, *_LABELS) or (last_segment(str(value)) if isinstance(value, URIRef) else "")

    def name(self, subject: Node) -> str | None:
        """The label that a subject carries."""
        return self.text(subject, *_LABELS)

    def term(self, subject: Node, *properties: URIRef) -> str | None:
        """The first value that is an IRI, else a readable form of the first value."""
        values = self.values(subject, *properties)
        iris = [str(value) for value in values if isinstance(value, URIRef)]
        return next(iter(iris), None) or next((text for value in values if (text := self.label(value))), None)

    def terms(self, subject: Node, *properties: URIRef) -> frozenset[str]:
        """All values, IRIs as they are."""
        values = self.values(subject, *properties)
        return frozenset(
            text for value in values if (text := str(value) if isinstance(value, URIRef) else self.label(value))
        )

    def whole_number(self, subject: Node, *properties: URIRef) -> int | None:
        """The first value as a whole number; what is none is a problem."""
        for value in self.values(subject, *properties):
            try:
                number = Decimal(str(value))
            except InvalidOperation:
                self.problem(subject, f"{str(value)!r} is no number")
                continue
            if number.is_finite() and number >= 0:
                return int(number)
            self.problem(subject, f"{str(value)!r} is no size")
        return None

    def moment(self, subject: Node, *properties: URIRef) -> datetime | None:
        """The first value as a moment, in UTC where it names no zone, at the start of a day, month or year.

        What is no moment is a problem.
        """
        for value in self.values(subject, *properties):
            moment = _moment(str(value).strip())
            if moment is not None:
                return moment
            self.problem(subject, f"{str(value)!r} is neither a date nor a time of ISO 8601")
        return None

    def problem(self, subject: Node, reason: str) -> None:
        """Keep what is wrong with a subject."""
        named = self.name(subject)
        shown = f"blank node {named or ''}".strip() if isinstance(subject, BNode) else str(subject)
        self.problems.append(Problem(subject=shown, reason=reason))

    def taken_problems(self) -> Iterator[Problem]:
        """Each problem kept so far, once."""
        kept, self.problems = self.problems, []
        yield from kept

    def _members(self, value: Node) -> Iterable[Node]:
        if isinstance(value, Literal) or not (value == RDF.nil or self._objects(value, RDF.first)):
            return [value]
        members: list[Node] = []
        seen: set[Node] = set()
        while value not in seen and (first := self._objects(value, RDF.first)):
            seen.add(value)
            members.append(first[0])
            value = next(iter(self._objects(value, RDF.rest)), RDF.nil)
        return members

    def _objects(self, subject: Node, name: Node) -> list[Node]:
        return self._said.get(subject, {}).get(name, [])

    def _place(self, node: Node) -> tuple[bool, str]:
        """A place that is the same in every harvest; that of a blank node, whose name changes, by what it says."""
        if not isinstance(node, BNode):
            return (False, str(node))
        said = self._said.get(node, {})
        pairs = ((str(name), str(value)) for name in said for value in said[name] if not isinstance(value, BNode))
        return (True, str(sorted(pairs)))

    def _rank(self, literal: Literal) -> tuple[int, str]:
        tag = (literal.language or "").lower()
        if tag and (tag == self._language or tag.startswith(f"{self._language}-")):
            return (0 if tag == self._language else 1, tag)
        return (2, tag) if not tag else (3 if tag.split("-")[0] == "en" else 4, tag)


def last_segment(iri: str) -> str:
    """The end of an IRI after its last `#`, `/` or `:`."""
    return re.split(r"[#/:]", iri.rstrip("#/:"))[-1]


def _moment(text: str) -> datetime | None:
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    year, month, day, time, zone = match.groups()
    try:
        moment = datetime.fromisoformat(f"{year}-{month or '01'}-{day or '01'}{time or 'T00:00:00'}{zone or ''}")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
