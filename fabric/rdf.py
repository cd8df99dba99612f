"""Records to triples and back: the only place that knows which RDF term stands for what.

One table (`FORMS`) is read in both directions. A record's triples have the record's own IRI, or one beneath it, as subject;
those of a `Lineage` are the edges between its two assets. `encode` therefore gives disjoint sets for records with different keys.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fabric import model, ntriples
from fabric.codecs import (
    BOOLEAN, CONCEPT, DECIMAL, INSTANT, INTEGER, JSON_LIST, LINK, MAIL, MEDIA_TYPE, NAME, TEXT, Codec, read_iri,
)  # fmt: skip
from fabric.errors import InputError
from fabric.identity import Iris, escape
from fabric.model import Record, Ref
from fabric.ntriples import TYPE, Triple, token

__all__ = ["FORMS", "MAPPING_VERSION", "decode", "encode", "field_path"]

MAPPING_VERSION = 1
"""Raise it when `encode` gives other triples for the same record: stored fingerprints are then void."""

Properties = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Slot:
    """One attribute and the predicate that carries it; `many` for frozensets. `node` names an inner node that holds it."""

    attribute: str
    predicate: str
    codec: Codec
    many: bool = False
    node: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """An attribute that holds owned records: each becomes a node `{owner}/{segment}/{name}` linked by `predicate`."""

    attribute: str
    predicate: str
    segment: str
    form: Form
    ordered: bool = False
    name: str = "name"


@dataclass(frozen=True, slots=True)
class Form:
    """How one class of record is written. `inner` maps an inner node's name to its predicate and type."""

    record: type[Any]
    types: Callable[[Any], tuple[str, ...]]
    slots: tuple[Slot, ...]
    parts: tuple[Part, ...] = ()
    inner: Mapping[str, tuple[str, str]] | None = None
    identified: bool = True


def _one(*names: str) -> Callable[[Any], tuple[str, ...]]:
    tokens = tuple(token(name) for name in names)
    return lambda _record: tokens


def _slot(attribute: str, predicate: str, codec: Codec = TEXT, *, many: bool = False, node: str = "") -> Slot:
    return Slot(attribute, token(predicate), codec, many, node)


TITLE, DESCRIPTION = _slot("title", "dct:title"), _slot("description", "dct:description")
PLATFORM = _slot("platform", "fab:platform", CONCEPT("platform"))
OWNERS, TAGS = _slot("owners", "fab:owner", LINK, many=True), _slot("tags", "dcat:keyword", many=True)
PART_OF, LICENSE = _slot("part_of", "dct:isPartOf", LINK), _slot("license", "dct:license", NAME)
READS, DEFINITION = _slot("reads", "fab:reads", LINK, many=True), _slot("definition", "fab:definition")
COLUMNS = _slot("columns", "fab:columns", JSON_LIST)
_TABLES = frozenset({"table", "view", "materialized-view", "external-table", "seed", "file"})


def _dataset_types(record: model.Dataset) -> tuple[str, ...]:
    if record.kind == "stream":
        return (token("dcat:Dataset"), token("fab:Stream"))
    return (token("dcat:Dataset"), token("csvw:Table")) if record.kind in _TABLES else (token("dcat:Dataset"),)


def _agent_types(record: model.Agent) -> tuple[str, ...]:
    return (token("org:OrganizationalUnit"),) if record.team else (token("foaf:Person"),)


FIELD = Form(
    model.Field,
    _one("cr:Field"),
    (
        _slot("name", "csvw:name"),
        _slot("ordinal", "fab:ordinal", INTEGER),
        _slot("datatype", "csvw:datatype"),
        _slot("native_type", "fab:physicalType"),
        _slot("required", "csvw:required", BOOLEAN),
        _slot("default", "fab:defaultValue"),
        DESCRIPTION,
        TAGS,
    ),
    identified=False,
)
KEY = Form(
    model.Key,
    _one("fab:Key"),
    (_slot("name", "csvw:name"), COLUMNS, _slot("primary", "fab:primary", BOOLEAN)),
    identified=False,
)
REFERENCE = Form(
    model.Reference,
    _one("fab:ForeignKey"),
    (
        _slot("name", "csvw:name"),
        COLUMNS,
        _slot("target", "fab:referencesDataset", LINK),
        _slot("target_columns", "fab:targetColumns", JSON_LIST),
    ),
    identified=False,
)
INDEX = Form(
    model.Index,
    _one("fab:Index"),
    (_slot("name", "csvw:name"), COLUMNS, _slot("unique", "fab:unique", BOOLEAN), _slot("method", "fab:method")),
    identified=False,
)
GRANT = Form(
    model.Grant,
    _one("fab:Grant"),
    (_slot("grantee", "fab:grantee"), _slot("privileges", "fab:privilege", many=True)),
    identified=False,
)
DISTRIBUTION = Form(
    model.Distribution,
    _one("dcat:Distribution"),
    (
        _slot("name", "csvw:name"),
        _slot("url", "dcat:accessURL", NAME),
        _slot("media_type", "dcat:mediaType", MEDIA_TYPE),
        _slot("format", "dct:format"),
        _slot("byte_size", "dcat:byteSize", INTEGER),
        _slot("file_count", "fab:fileCount", INTEGER),
    ),
    identified=False,
)

FORMS: dict[str, Form] = {
    "source": Form(
        model.Source,
        _one("dcat:DataService"),
        (TITLE, DESCRIPTION, PLATFORM, _slot("endpoint", "dcat:endpointURL", NAME), _slot("version", "dcat:version")),
    ),
    "catalog": Form(model.Catalog, _one("dcat:Catalog"), (TITLE, DESCRIPTION, PLATFORM, PART_OF, OWNERS, TAGS)),
    "dataset": Form(
        model.Dataset,
        _dataset_types,
        (
            TITLE, DESCRIPTION, PLATFORM, PART_OF, OWNERS, TAGS, LICENSE, DEFINITION,
            _slot("kind", "fab:datasetKind", CONCEPT("dataset-kind")),
            _slot("partition_columns", "fab:partitionColumns", JSON_LIST),
            _slot("partition_count", "fab:partitionCount", INTEGER),
            _slot("row_count", "fab:rowCount", INTEGER),
            _slot("row_count_exact", "fab:rowCountExact", BOOLEAN),
            _slot("byte_size", "fab:byteSize", INTEGER),
            _slot("themes", "dcat:theme", NAME, many=True),
            _slot("access_rights", "dct:accessRights", NAME),
            _slot("landing_page", "dcat:landingPage", NAME),
            _slot("publisher", "dct:publisher", LINK),
            _slot("language", "dct:language", NAME, many=True),
            _slot("issued", "dct:issued", INSTANT),
            _slot("modified", "dct:modified", INSTANT),
        ),
        (
            Part("fields", token("fab:hasField"), "field", FIELD, ordered=True),
            Part("keys", token("fab:hasKey"), "key", KEY),
            Part("references", token("fab:hasForeignKey"), "reference", REFERENCE),
            Part("indexes", token("fab:hasIndex"), "index", INDEX),
            Part("grants", token("fab:hasGrant"), "grant", GRANT, name="grantee"),
            Part("distributions", token("dcat:distribution"), "distribution", DISTRIBUTION),
        ),
    ),
    "job": Form(
        model.Job,
        _one("fab:Job"),
        (
            TITLE, DESCRIPTION, PLATFORM, PART_OF, OWNERS, TAGS, READS, DEFINITION,
            _slot("writes", "fab:writes", LINK, many=True),
            _slot("steps", "fab:pipelineStep", CONCEPT("pipeline-step"), many=True),
            _slot("schedule", "fab:cron"),
        ),
    ),
    "run": Form(
        model.Run,
        _one("prov:Activity"),
        (
            _slot("job", "fab:runOf", LINK),
            _slot("status", "adms:status", CONCEPT("run-status")),
            _slot("started", "prov:startedAtTime", INSTANT),
            _slot("ended", "prov:endedAtTime", INSTANT),
            _slot("used", "prov:used", LINK, many=True),
            _slot("generated", "prov:generated", LINK, many=True),
            _slot("message", "fab:message"),
        ),
    ),
    "query": Form(model.Query, _one("fab:Query"), (TITLE, DESCRIPTION, READS, OWNERS, _slot("text", "fab:queryText"))),
    "agent": Form(
        model.Agent,
        _agent_types,
        (_slot("title", "foaf:name"), _slot("email", "foaf:mbox", MAIL), _slot("member_of", "org:memberOf", LINK, many=True)),
    ),
    "concept": Form(
        model.Concept,
        _one("skos:Concept"),
        (
            _slot("title", "skos:prefLabel"),
            _slot("description", "skos:definition"),
            _slot("alternatives", "skos:altLabel", many=True),
            _slot("broader", "skos:broader", LINK, many=True),
        ),
    ),
    "model": Form(
        model.Model,
        _one("fair4ml:MLModel"),
        (
            TITLE, DESCRIPTION, PLATFORM, LICENSE, OWNERS, TAGS,
            _slot("intended_use", "fair4ml:intendedUse"),
            _slot("limitations", "fair4ml:modelRisksBiasLimitations"),
        ),
    ),
    "model-version": Form(
        model.ModelVersion,
        _one("mls:Model"),
        (
            TITLE, DESCRIPTION,
            _slot("model", "dcat:isVersionOf", LINK),
            _slot("version", "dcat:version"),
            _slot("trained_on", "fair4ml:trainedOn", LINK, many=True),
            _slot("evaluated_on", "fair4ml:evaluatedOn", LINK, many=True),
            _slot("created", "dct:created", INSTANT),
        ),
    ),
    "dashboard": Form(
        model.Dashboard,
        _one("fab:Dashboard"),
        (TITLE, DESCRIPTION, PLATFORM, OWNERS, TAGS, READS, _slot("url", "dcat:landingPage", NAME)),
    ),
    "check": Form(
        model.Check,
        _one("earl:TestCase"),
        (
            TITLE, DESCRIPTION, DEFINITION,
            _slot("subject", "fab:checks", LINK),
            _slot("column", "fab:column"),
            _slot("dimension", "dqv:inDimension", CONCEPT("quality-dimension")),
            _slot("severity", "fab:severity"),
        ),
    ),
    "check-result": Form(
        model.CheckResult,
        _one("earl:Assertion"),
        (
            _slot("check", "earl:test", LINK),
            _slot("outcome", "earl:outcome", CONCEPT("earl"), node="result"),
            _slot("at", "dct:date", INSTANT, node="result"),
            _slot("value", "fab:value", DECIMAL, node="result"),
            _slot("message", "fab:message", node="result"),
        ),
        inner={"result": (token("earl:result"), token("earl:TestResult"))},
    ),
}  # fmt: skip

IDENTIFIER = token("dct:identifier")
DERIVED, QUALIFIED, INFLUENCED = (
    token("prov:wasDerivedFrom"),
    token("prov:qualifiedDerivation"),
    token("prov:wasInfluencedBy"),
)
DERIVATION, ENTITY, VIA = token("prov:Derivation"), token("prov:entity"), token("fab:viaJob")
EXPRESSION, MASKING = token("fab:expression"), token("fab:masking")
REFERENCES, KEY_FIELD, CHECKS_FIELD = token("cr:references"), token("fab:keyField"), token("fab:checksField")


def encode(record: Record, iris: Iris) -> list[Triple]:
    """The triples of one record, without duplicates, in no particular order.

    Raises: InputError where a value cannot be written (half a surrogate pair, two parts of one name).
    """
    if isinstance(record, model.Lineage):
        return _encode_lineage(record, iris)
    form = FORMS[record.kind_name]
    root = iris.asset(record.ref)
    out: list[Triple] = [(f"<{root}>", IDENTIFIER, ntriples.text(f"{record.namespace}/{record.name}"))]
    _write(record, form, root, iris, out)
    if isinstance(record, model.Dataset):
        _encode_joins(record, root, iris, out)
    elif isinstance(record, model.Check) and record.column is not None:
        out.append((f"<{root}>", CHECKS_FIELD, f"<{iris.field(record.subject, record.column)}>"))
    return out


def _write(record: Any, form: Form, node: str, iris: Iris, out: list[Triple]) -> None:
    subject = f"<{node}>"
    for kind in form.types(record):
        out.append((subject, TYPE, kind))
    for name, (predicate, kind) in (form.inner or {}).items():
        out.append((subject, predicate, f"<{node}/{name}>"))
        out.append((f"<{node}/{name}>", TYPE, kind))
    for slot in form.slots:
        value = getattr(record, slot.attribute)
        if value is None or value == ():
            continue
        holder = f"<{node}/{slot.node}>" if slot.node else subject
        if slot.many:
            out.extend((holder, slot.predicate, item) for item in {slot.codec.write(item, iris) for item in value})
        else:
            out.append((holder, slot.predicate, slot.codec.write(value, iris)))
    for part in form.parts:
        _write_parts(record, part, node, iris, out, "")


def _write_parts(owner: Any, part: Part, node: str, iris: Iris, out: list[Triple], path: str) -> None:
    items = getattr(owner, part.attribute)
    if not items:
        return
    names = {getattr(item, part.name) for item in items}
    if len(names) != len(items):
        raise _duplicate(items, part, node)
    holder = f"<{node}/{part.segment}/{escape(path)}>" if path else f"<{node}>"
    predicate = SUBFIELD if path else part.predicate
    for item in items:
        name = getattr(item, part.name)
        here = field_path(path, name) if part.segment == "field" else name
        child = f"{node}/{part.segment}/{escape(here)}"
        out.append((holder, predicate, f"<{child}>"))
        _write(item, part.form, child, iris, out)
        if part.segment == "field" and item.fields:
            _write_parts(item, part, node, iris, out, here)


SUBFIELD = token("cr:subField")


def field_path(path: str, name: str) -> str:
    """Field path of a nested field: names joined by dots, dots within a name escaped."""
    own = name.replace("\\", "\\\\").replace(".", "\\.") if "." in name or "\\" in name else name
    return f"{path}.{own}" if path else own


def _duplicate(items: Iterable[Any], part: Part, node: str) -> InputError:
    seen: set[str] = set()
    double = next(name for item in items if (name := getattr(item, part.name)) in seen or seen.add(name))  # type: ignore[func-returns-value]
    return InputError(f"two {part.attribute} of <{node}> are named {double!r}", remedy="names must be unique")


def _encode_joins(record: model.Dataset, root: str, iris: Iris, out: list[Triple]) -> None:
    for key in record.keys:
        node = f"<{root}/key/{escape(key.name)}>"
        out.extend(
            (node, KEY_FIELD, f"<{root}/field/{escape(field_path('', column))}>") for column in dict.fromkeys(key.columns)
        )
    for key in record.references:
        if len(key.columns) != len(key.target_columns):
            raise InputError(
                f"foreign key {key.name!r} of <{root}> has {len(key.columns)} columns and {len(key.target_columns)} target columns",
                remedy="a connector must give as many of the one as of the other",
            )
    edges = {
        (f"<{root}/field/{escape(field_path('', column))}>", REFERENCES, f"<{iris.field(key.target, field_path('', target))}>")
        for key in record.references
        for column, target in zip(key.columns, key.target_columns, strict=True)
    }
    out.extend(edges)


def _encode_lineage(record: model.Lineage, iris: Iris) -> list[Triple]:
    down, up = iris.asset(record.downstream), iris.asset(record.upstream)
    if down == up:
        raise InputError(f"{record.downstream} is said to derive from itself", remedy="leave the edge out")
    out: dict[Triple, None] = {(f"<{down}>", DERIVED, f"<{up}>"): None}
    if record.job is not None:
        node = _derivation(down, up, out)
        out[(node, VIA, f"<{iris.asset(record.job)}>")] = None
    for edge in record.columns:
        target, origin = iris.field(record.downstream, edge.downstream), iris.field(record.upstream, edge.upstream)
        out[(f"<{target}>", DERIVED, f"<{origin}>")] = None
        if edge.expression is not None or edge.masking is not None:
            node = _derivation(target, origin, out)
            if edge.expression is not None:
                out[(node, EXPRESSION, ntriples.text(edge.expression))] = None
            if edge.masking is not None:
                out[(node, MASKING, ntriples.boolean(edge.masking))] = None
    for path in record.influences:
        out[(f"<{down}>", INFLUENCED, f"<{iris.field(record.upstream, path)}>")] = None
    return list(out)


def _derivation(down: str, up: str, out: dict[Triple, None]) -> str:
    node = f"<{down}/derivation/{hashlib.blake2b(up.encode(), digest_size=12).hexdigest()}>"
    out[(f"<{down}>", QUALIFIED, node)] = None
    out[(node, TYPE, DERIVATION)] = None
    out[(node, ENTITY, f"<{up}>")] = None
    return node


def decode(triples: Iterable[Triple], iris: Iris) -> Iterator[Record]:
    """The records that the triples state; triples of foreign subjects and unknown predicates are left aside.

    Raises: InputError where a record's required value is missing or malformed.
    """
    nodes: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for s, p, o in triples:
        nodes[s[1:-1]][p].append(o)
    for node in list(nodes):
        ref = iris.ref(node)
        if ref is not None and ref.kind in FORMS and TYPE in nodes[node]:
            form = FORMS[ref.kind]
            yield form.record(namespace=ref.namespace, name=ref.name, **_read(form, node, nodes, iris))
    yield from _decode_lineage(nodes, iris)


def _read(form: Form, node: str, nodes: Mapping[str, Properties], iris: Iris) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for slot in form.slots:
        tokens = nodes.get(f"{node}/{slot.node}" if slot.node else node, {}).get(slot.predicate, [])
        if slot.many:
            values[slot.attribute] = frozenset(slot.codec.read(item, iris) for item in tokens)
        elif tokens:
            values[slot.attribute] = slot.codec.read(tokens[0], iris)
    for part in form.parts:
        values[part.attribute] = _read_parts(part, nodes[node].get(part.predicate, []), nodes, iris)
    if form.record is model.Agent:
        values["team"] = token("org:OrganizationalUnit") in nodes[node][TYPE]
    return values


def _read_parts(part: Part, links: list[str], nodes: Mapping[str, Properties], iris: Iris) -> Any:
    items = []
    for link in links:
        child = read_iri(link)
        values = _read(part.form, child, nodes, iris)
        if part.segment == "field" and SUBFIELD in nodes[child]:
            values["fields"] = _read_parts(part, nodes[child][SUBFIELD], nodes, iris)
        items.append(part.form.record(**values))
    return tuple(sorted(items, key=lambda item: item.ordinal)) if part.ordered else frozenset(items)


def _decode_lineage(nodes: Mapping[str, Properties], iris: Iris) -> Iterator[model.Lineage]:
    columns: dict[tuple[str, str], set[model.ColumnLineage]] = defaultdict(set)
    influences: dict[tuple[str, str], set[str]] = defaultdict(set)
    pairs: dict[tuple[str, str], Ref | None] = {}
    for node, properties in nodes.items():
        for link in properties.get(DERIVED, ()):
            pair, upstream = (iris.root(node) or "", iris.root(link[1:-1]) or ""), link[1:-1]
            detail = _detail(node, upstream, nodes)
            down, up = iris.part(node), iris.part(upstream)
            if down and up:
                columns[pair].add(_column(down[1], up[1], detail))
            elif iris.ref(node) and iris.ref(upstream):
                pairs[pair] = LINK.read(detail[VIA][0], iris) if VIA in detail else None
        for link in properties.get(INFLUENCED, ()):
            part = iris.part(link[1:-1])
            if part:
                influences[(node, iris.root(link[1:-1]) or "")].add(part[1])
    for (down_iri, up_iri), via in pairs.items():
        downstream, origin = iris.ref(down_iri), iris.ref(up_iri)
        if downstream and origin:
            pair = (down_iri, up_iri)
            yield model.Lineage(
                downstream=downstream,
                upstream=origin,
                columns=frozenset(columns[pair]),
                influences=frozenset(influences[pair]),
                job=via,
            )


def _detail(node: str, upstream: str, nodes: Mapping[str, Properties]) -> Properties:
    for link in nodes[node].get(QUALIFIED, ()):
        detail = nodes.get(link[1:-1], {})
        if f"<{upstream}>" in detail.get(ENTITY, ()):
            return detail
    return {}


def _column(downstream: str, upstream: str, detail: Properties) -> model.ColumnLineage:
    return model.ColumnLineage(
        downstream=downstream,
        upstream=upstream,
        expression=ntriples.read_literal(detail[EXPRESSION][0])[0] if EXPRESSION in detail else None,
        masking=detail[MASKING][0] == ntriples.boolean(True) if MASKING in detail else None,
    )
