"""Validation of what comes in, record by record, against SHACL shapes.

pySHACL decides and words the report, but it judges about 4,000 triples a second. So the shapes are also compiled to a screen that
passes the records which are plainly right (about a million triples a second); only the others go to pySHACL. A shape that
uses more of SHACL than the screen knows sends every record that it targets to pySHACL. A property test shows that the screen
never passes what pySHACL refuses.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import rdflib
from rdflib import RDF, SH, XSD, BNode, Literal, URIRef
from rdflib.collection import Collection

from fabric import ntriples
from fabric.errors import InputError
from fabric.ntriples import TYPE, Triple, lines
from fabric.terms import compact

__all__ = ["Refusal", "Shapes"]

Nodes = Mapping[str, Mapping[str, list[str]]]
Check = Callable[[list[str], str, Nodes], bool]
Test = Callable[[str], bool]
_REMEMBERED = 10_000
_MODIFIERS = {SH.path, SH.message, SH.severity, SH.name, SH.description, SH.order, RDF.type}
_TARGETS = {SH.targetClass, SH.targetSubjectsOf, SH.property, SH.nodeKind, *_MODIFIERS}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a record was not let in: the node at fault, the shape it breaks, the property and value, and the reason."""

    node: str
    shape: str
    path: str
    value: str
    reason: str

    def __str__(self) -> str:
        where = f" at {self.path}" if self.path else ""
        value = f" (found {self.value})" if self.value else ""
        return f"<{self.node}> breaks {self.shape}{where}: {self.reason}{value}"


@dataclass(frozen=True, slots=True)
class _Property:
    """What is asked of a property's values: how many, of each by itself, and of them in their surroundings.

    `passed` remembers values that passed `tests`: names, types and ordinals come again and again.
    """

    predicate: str
    inverse: bool
    least: int
    most: float
    tests: tuple[Test, ...]
    checks: tuple[Check, ...]
    passed: set[str]

    def holds(self, values: list[str], node: str, nodes: Nodes) -> bool:
        """Whether the values of `node` are plainly right."""
        if not self.least <= len(values) <= self.most:
            return False
        if self.tests:
            passed = self.passed
            for value in values:
                if value not in passed:
                    for test in self.tests:
                        if not test(value):
                            return False
                    if len(passed) < _REMEMBERED:
                        passed.add(value)
        return all(check(values, node, nodes) for check in self.checks)


@dataclass(frozen=True, slots=True)
class _Shape:
    properties: tuple[_Property, ...]
    opaque: bool


class Shapes:
    """SHACL shapes ready to validate records.

    `graph` holds the shapes; they may target by class and by subjects of a predicate.
    """

    def __init__(self, graph: rdflib.Graph) -> None:
        self._graph = graph
        self._by_class: dict[str, list[_Shape]] = defaultdict(list)
        self._by_predicate: dict[str, list[_Shape]] = defaultdict(list)
        self._by_types: dict[tuple[str, ...], tuple[list[_Property], bool]] = {}
        for shape in set(graph.subjects(RDF.type, SH.NodeShape)):
            compiled = _compile(graph, shape)
            for target in graph.objects(shape, SH.targetClass):
                self._by_class[f"<{target}>"].append(compiled)
            for target in graph.objects(shape, SH.targetSubjectsOf):
                self._by_predicate[f"<{target}>"].append(compiled)

    def validate(self, triples: Iterable[Triple]) -> list[Refusal]:
        """What is wrong with one record's triples; empty where it conforms."""
        held = list(triples)
        return [] if self.screen(held) else self.judge(held)

    def screen(self, triples: Iterable[Triple]) -> bool:
        """Whether the triples plainly conform; False means "ask pySHACL"."""
        nodes: dict[str, dict[str, list[str]]] = {}
        for s, p, o in triples:
            properties = nodes.get(s)
            if properties is None:
                properties = nodes[s] = {}
            values = properties.get(p)
            if values is None:
                properties[p] = [o]
            else:
                values.append(o)
        inverse: dict[str, dict[str, list[str]]] = {}
        return all(self._passes(node, properties, nodes, inverse) for node, properties in nodes.items())

    def _passes(
        self, node: str, properties: Mapping[str, list[str]], nodes: Nodes, inverse: dict[str, dict[str, list[str]]]
    ) -> bool:
        checks, opaque = self._for_types(tuple(properties.get(TYPE, ())))
        if opaque:
            return False
        for predicate in self._by_predicate.keys() & properties.keys():
            shapes = self._by_predicate[predicate]
            if any(shape.opaque for shape in shapes):
                return False
            checks = [*checks, *(item for shape in shapes for item in shape.properties)]
        for item in checks:
            if item.inverse:
                if item.predicate not in inverse:
                    inverse[item.predicate] = _inverse(item.predicate, nodes)
                values = inverse[item.predicate].get(node, _NONE)
            else:
                values = properties.get(item.predicate, _NONE)
            if not item.holds(values, node, nodes):
                return False
        return True

    def _for_types(self, types: tuple[str, ...]) -> tuple[list[_Property], bool]:
        found = self._by_types.get(types)
        if found is None:
            shapes = [shape for kind in types for shape in self._by_class.get(kind, ())]
            found = [item for shape in shapes for item in shape.properties], any(shape.opaque for shape in shapes)
            self._by_types[types] = found
        return found

    def judge(self, triples: Iterable[Triple]) -> list[Refusal]:
        """What pySHACL says of the triples; what it cannot judge, such as an order between blank nodes, is refused."""
        from pyshacl import validate  # a second to import, and only wrong records need it
        from pyshacl.errors import ReportableRuntimeError

        held = list(triples)
        data = rdflib.Graph().parse(data=lines(held), format="nt")
        try:
            conforms, report, _text = validate(data, shacl_graph=self._graph, advanced=False, inplace=True)
        except (ReportableRuntimeError, TypeError) as error:  # TypeError: it compares ill-typed literals by `<=`
            return [Refusal(held[0][0].strip("<>"), "the shapes", "", "", f"pySHACL cannot judge it: {error}")]
        if conforms:
            return []
        assert isinstance(report, rdflib.Graph)
        return sorted(
            (self._refusal(report, result) for result in report.subjects(RDF.type, SH.ValidationResult)), key=str
        )

    def _refusal(self, report: rdflib.Graph, result: rdflib.term.Node) -> Refusal:
        def value(predicate: URIRef) -> str:
            return str(report.value(result, predicate) or "")

        shape = report.value(result, SH.sourceShape)
        owner = next((s for s in self._graph.subjects(SH.property, shape) if isinstance(s, URIRef)), shape)
        path = report.value(result, SH.resultPath)
        shown = compact(str(path)) if isinstance(path, URIRef) else ""
        return Refusal(value(SH.focusNode), compact(str(owner)), shown, value(SH.value)[:200], value(SH.resultMessage))


_NONE: list[str] = []


def _inverse(predicate: str, nodes: Nodes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for subject, properties in nodes.items():
        for value in properties.get(predicate, _NONE):
            found[value].append(subject)
    return found


def _compile(graph: rdflib.Graph, shape: rdflib.term.Node) -> _Shape:
    opaque = any(predicate not in _TARGETS for predicate in graph.predicates(shape))
    kind = graph.value(shape, SH.nodeKind)
    own = () if kind is None else (_on_node(kind),)
    properties = [_Property("", False, 0, math.inf, (), own, set())] if own else []  # noqa: FBT003
    for item in graph.objects(shape, SH.property):
        compiled = _compile_property(graph, item)
        opaque = opaque or compiled is None
        properties += [compiled] if compiled else []
    return _Shape(tuple(properties), opaque)


def _on_node(kind: rdflib.term.Node) -> Check:
    test = _is_kind(kind)
    return lambda _values, node, _nodes: test(node)


def _is_kind(kind: rdflib.term.Node) -> Test:
    if kind == SH.IRI:
        return lambda item: item.startswith("<")
    if kind == SH.Literal:
        return lambda item: item.startswith('"')
    allowed = kind == SH.IRIOrLiteral
    return lambda item: allowed and not item.startswith("_")


def _compile_property(graph: rdflib.Graph, item: rdflib.term.Node) -> _Property | None:
    path = graph.value(item, SH.path)
    inverse = graph.value(path, SH.inversePath) if isinstance(path, BNode) else None
    if not isinstance(inverse or path, URIRef):
        return None
    least, most = [0], [math.inf]
    tests: list[Test] = []
    checks: list[Check] = []
    for predicate, value in graph.predicate_objects(item):
        if predicate in _MODIFIERS:
            continue
        if predicate in {SH.minCount, SH.maxCount} and isinstance(value, Literal):
            (least if predicate == SH.minCount else most).append(int(value))
            continue
        check = _check(predicate, value)
        test = None if check else _value_test(graph, predicate, value)
        if check:
            checks.append(check)
        elif test:
            tests.append(test)
        else:
            return None
    bounds = max(least), min(most)
    return _Property(f"<{inverse or path}>", inverse is not None, *bounds, tuple(tests), tuple(checks), set())


def _check(predicate: rdflib.term.Node, value: rdflib.term.Node) -> Check | None:
    if predicate == SH.lessThanOrEquals:
        other = f"<{value}>"
        return lambda v, n, g: _ordered(v, g.get(n, {}).get(other, []))
    if predicate == SH["class"]:
        kind = f"<{value}>"
        return lambda v, _n, g: all(kind in g.get(item, {}).get(TYPE, ()) for item in v)
    return None


def _ordered(lower: list[str], upper: list[str]) -> bool:
    if not all(map(_is_moment, (*lower, *upper))):
        return False
    moments = [[ntriples.parse_instant(_lexical(item)) for item in items] for items in (lower, upper)]
    return all(a <= b for a in moments[0] for b in moments[1])


def _value_test(graph: rdflib.Graph, predicate: rdflib.term.Node, value: rdflib.term.Node) -> Test | None:
    """A test of one value's token; None where the constraint is not known to the screen."""
    if predicate == SH.datatype:
        return _datatype(str(value))
    if predicate == SH.nodeKind:
        return _is_kind(value)
    if predicate == SH["or"]:
        options = [_alternative(graph, option) for option in Collection(graph, value)]
        known = [option for option in options if option is not None]
        return (lambda item: any(option(item) for option in known)) if len(known) == len(options) else None
    if predicate == SH["in"]:
        allowed = frozenset(member.n3() for member in Collection(graph, value))
        return lambda item: item in allowed
    if predicate == SH.pattern:
        pattern = re.compile(str(value))
        return lambda item: item[0] != "_" and pattern.search(_lexical(item)) is not None
    if predicate in {SH.minLength, SH.maxLength} and isinstance(value, Literal):
        length = int(value)
        return (
            (lambda item: item[0] != "_" and len(_lexical(item)) >= length)
            if predicate == SH.minLength
            else (lambda item: item[0] != "_" and len(_lexical(item)) <= length)
        )
    if predicate == SH.minInclusive and isinstance(value, Literal):
        least = float(value)
        return lambda item: item[0] != "_" and _number(item) >= least
    return None


def _alternative(graph: rdflib.Graph, option: rdflib.term.Node) -> Test | None:
    stated = list(graph.predicate_objects(option))
    return _value_test(graph, *stated[0]) if len(stated) == 1 else None


_LEXICAL = {
    # Python refuses to read integers of more than 4,300 digits, and so pySHACL does.
    str(XSD.integer): re.compile(r'"[+-]?[0-9]{1,1000}"'),
    str(XSD.boolean): re.compile(r'"(?:true|false|0|1)"'),
    str(XSD.decimal): re.compile(r'"[+-]?[0-9]*\.?[0-9]+"'),
}
_MOMENT = re.compile(
    r'"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})?)"\^\^<'
    + re.escape(str(XSD.dateTime))
    + ">"
)


def _is_moment(item: str) -> bool:
    match = _MOMENT.fullmatch(item)
    try:
        return match is not None and ntriples.parse_instant(match[1]) is not None
    except InputError:
        return False


def _datatype(datatype: str) -> Test | None:
    if datatype == str(XSD.string):
        return lambda item: item.startswith('"') and item.endswith('"')
    if datatype == str(RDF.langString):
        return lambda item: item.startswith('"') and not item.endswith(('"', ">"))
    if datatype == str(XSD.dateTime):
        return _is_moment
    suffix, lexical = f"^^<{datatype}>", _LEXICAL.get(datatype)
    if lexical is None:
        return None
    return lambda item: item.endswith(suffix) and lexical.fullmatch(item[: -len(suffix)]) is not None


def _lexical(item: str) -> str:
    return item[1:-1] if item.startswith("<") else ntriples.read_literal(item)[0]


def _number(item: str) -> float:
    try:
        return float(_lexical(item))
    except ValueError:
        return float("-inf")
