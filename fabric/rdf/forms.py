"""The table of forms: which record is written with which terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fabric import model
from fabric.codecs import (
    BOOLEAN,
    CONCEPT,
    DECIMAL,
    INSTANT,
    INTEGER,
    JSON_LIST,
    LINK,
    MAIL,
    MEDIA_TYPE,
    NAME,
    TEXT,
    Codec,
)  # fmt: skip
from fabric.ntriples import token

__all__ = ["FORMS", "SUBFIELD", "Form", "Part", "Slot", "field_path"]


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
        _slot("personal_data", "fab:personalDataCategory", NAME, many=True),
        _slot("null_fraction", "fab:nullFraction", DECIMAL),
        _slot("distinct_count", "fab:distinctCount", INTEGER),
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
            _slot("types", "fab:jobType", CONCEPT("job-type"), many=True),
            _slot("landing_page", "dcat:landingPage", NAME),
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
            _slot("nominal_start", "fab:nominalStart", INSTANT),
            _slot("nominal_end", "fab:nominalEnd", INSTANT),
            PART_OF,
            _slot("row_count", "fab:rowCount", INTEGER),
            _slot("byte_size", "fab:byteSize", INTEGER),
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

SUBFIELD = token("cr:subField")


def field_path(path: str, name: str) -> str:
    """Field path of a nested field: names joined by dots, dots within a name escaped; `\\e` is an empty name."""
    own = name.replace("\\", "\\\\").replace(".", "\\.") if "." in name or "\\" in name else name or "\\e"
    return f"{path}.{own}" if path else own
