"""Documents to records."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from fabric.datatypes import logical_type
from fabric.model import (
    Agent,
    Check,
    CheckResult,
    ColumnLineage,
    Dataset,
    DatasetKind,
    Field,
    Job,
    Lineage,
    Record,
    Ref,
    Run,
    RunStatus,
    agent,
    dataset,
    job,
)
from fabric.openlineage.documents import Document
from fabric.openlineage.facets import Named
from fabric.openlineage.naming import dataset_ref, platform, title

__all__ = [
    "check_refs", "dataset_records", "flow_of", "job_edges", "job_records", "joined", "named_by", "run_record", "static_edges",
]  # fmt: skip

Identify = Callable[[Ref], Ref]
_KINDS: dict[str, DatasetKind] = {
    "TABLE": "table", "VIEW": "view", "MATERIALIZED_VIEW": "materialized-view", "EXTERNAL": "external-table", "FILE": "file",
    "TOPIC": "stream", "STREAM": "stream", "STREAMING": "stream",
}  # fmt: skip
_BY_PLATFORM: dict[str, DatasetKind] = {
    "postgresql": "table", "mysql": "table", "duckdb": "table", "sqlite": "table", "snowflake": "table", "bigquery": "table",
    "redshift": "table", "trino": "table", "mssql": "table", "oracle": "table", "clickhouse": "table", "hive": "table",
    "local-files": "file", "s3": "file", "gcs": "file", "adls": "file", "azure-blob": "file", "hdfs": "file", "kafka": "stream",
}  # fmt: skip
_STATUS: dict[str, RunStatus] = {"COMPLETE": "complete", "FAIL": "failed", "ABORT": "aborted"}
_LONGEST_NAME = 63


@dataclass(frozen=True, slots=True)
class Flow:
    """What a job reads and writes."""

    reads: tuple[Ref, ...]
    writes: tuple[Ref, ...]


def dataset_records(ref: Ref, documents: Iterable[Document]) -> list[Record]:
    """What is said of one dataset under all its names: itself, its owners, its checks with their newest results."""
    held = list(documents)
    facets, checks = _merged(one["facets"] for one in held), _merged(one["checks"] for one in held)
    kind = platform(ref.namespace)
    owners = _owners(facets)
    metrics = facets.get("dataQualityMetrics") or {}
    tags, field_tags = _tags(facets)
    record = Dataset(
        namespace=ref.namespace,
        name=ref.name,
        title=title(ref),
        kind=_KINDS.get(str((facets.get("datasetType") or {}).get("datasetType")).upper())
        or _BY_PLATFORM.get(kind or "", "dataset"),
        platform=kind,
        description=_description(facets),
        fields=_fields((facets.get("schema") or {}).get("fields") or (), "", field_tags, metrics),
        row_count=metrics.get("rowCount"),
        row_count_exact=True if metrics.get("rowCount") is not None else None,
        byte_size=metrics.get("bytes"),
        owners=frozenset(one.ref for one in owners),
        tags=tags,
    )
    stamps = _stamps(one["checks"] for one in held)
    return [
        record,
        *owners,
        *(part for name in sorted(checks) for part in _check(ref, name, checks[name], stamps[name])),
    ]


def check_refs(ref: Ref, documents: Iterable[Document]) -> list[Ref]:
    """The checks of a dataset and their results."""
    names = {name for one in documents for name in one["checks"]}
    return [
        Ref(kind, ref.namespace, _check_id(ref, name)) for name in sorted(names) for kind in ("check", "check-result")
    ]


def job_records(document: Document, identify: Identify) -> list[Record]:
    """A job and its owners."""
    namespace, name = document["ref"]
    facets = _merged([document["facets"]])
    owners = _owners(facets)
    flow = flow_of(document)
    kind = facets.get("jobType") or {}
    parent = document.get("parent")
    location = facets.get("sourceCodeLocation") or {}
    integration = str(kind.get("integration", "")).lower()
    record = Job(
        namespace=namespace,
        name=name,
        title=name,
        description=_description(facets),
        platform=integration
        if integration.replace("-", "a").replace("_", "a").isalnum() and integration.isascii()
        else None,
        part_of=job(*parent[1]) if parent else None,
        definition=(facets.get("sql") or {}).get("query") or (facets.get("sourceCode") or {}).get("sourceCode") or None,
        reads=frozenset(map(identify, flow.reads)),
        writes=frozenset(map(identify, flow.writes)),
        owners=frozenset(one.ref for one in owners),
        tags=_tags(facets)[0],
        types=frozenset(_notation(str(one)) for one in (kind.get("processingType"), kind.get("jobType")) if one),
        landing_page=location.get("url") or None,
    )
    return [record, *owners]


def flow_of(document: Document) -> Flow:
    """What a job reads and writes: as designed, or by its newest successful run, else its newest, whichever is later."""
    observed, design = document.get("good") or document.get("any"), document.get("design")
    if design is not None and (observed is None or design[0] > observed["last"]):
        observed = design[1]
    if observed is None:
        return Flow((), ())
    return Flow(tuple(dataset(*one) for one in observed["in"]), tuple(dataset(*one) for one in observed["out"]))


def named_by(document: Document) -> set[Ref]:
    """All datasets that the document of a job or a dataset names."""
    found = {dataset(*document["ref"])} if "checks" in document else set()
    for flow in (document.get("any"), document.get("good"), (document.get("design") or [None, None])[1]):
        if flow is not None:
            found |= {dataset(*one) for one in (*flow["in"], *flow["out"])}
    facets = [said[1] for said in document.get("columns", {}).values()]
    facets.append(document["facets"].get("columnLineage", [None, None])[1])
    for facet in facets:
        for one in _inputs(facet or {}):
            found.add(_origin(one, lambda ref: ref))
    return found


def _inputs(facet: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for field in (facet.get("fields") or {}).values():
        yield from field["inputFields"]
    yield from facet.get("dataset") or ()


def job_edges(document: Document, identify: Identify, alive: Callable[[Ref], bool]) -> list[Lineage]:
    """The edges between what a job reads and writes, with those of columns that it told of what it writes."""
    flow, edges = flow_of(document), dict[tuple[Ref, Ref], Lineage]()
    by = job(*document["ref"])
    for output in flow.writes:
        facet = document["columns"].get(json.dumps([output.namespace, output.name]), [None, None])[1]
        for lineage in _edges(output, flow.reads, facet or {}, identify, by):
            if alive(lineage.downstream) and alive(lineage.upstream):
                _add(edges, lineage)
    return list(edges.values())


def static_edges(ref: Ref, document: Document, identify: Identify, alive: Callable[[Ref], bool]) -> list[Lineage]:
    """The edges that a dataset's own events tell."""
    facet = document["facets"].get("columnLineage", [None, None])[1]
    found = _edges(ref, (), facet or {}, identify, None)
    return [one for one in found if alive(one.downstream) and alive(one.upstream)]


def run_record(document: Document, identify: Identify) -> Run:
    """A run. One that ended before it began, by clocks that differ, took no time."""
    namespace, name = document["job"][1]
    end = document.get("end")
    started = _moment(document.get("started") or document["first"])
    ended = max(_moment(end[0]), started) if end else None
    facets = _merged([document["facets"]])
    nominal, parent = facets.get("nominalTime") or {}, facets.get("parent")
    written = [value for _stamp, value in document["stats"].values() if value]
    return Run(
        namespace=namespace,
        name=document["id"],
        job=job(namespace, name),
        status=_STATUS[end[1]] if end else "running",
        started=started,
        ended=ended,
        used=frozenset(identify(dataset(*one)) for one in document["in"]),
        generated=frozenset(identify(dataset(*one)) for one in document["out"]),
        message=(facets.get("errorMessage") or {}).get("message"),
        nominal_start=_moment(nominal["nominalStartTime"]) if nominal else None,
        nominal_end=_moment(nominal["nominalEndTime"]) if "nominalEndTime" in nominal else None,
        part_of=Ref("run", parent["job"]["namespace"], parent["run"]["runId"]) if parent else None,
        row_count=_sum(written, "rowCount"),
        byte_size=_sum(written, "size"),
    )


def _sum(written: list[dict[str, int]], name: str) -> int | None:
    counted = [one[name] for one in written if name in one]
    return sum(counted) if counted else None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _merged(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The latest value of each facet."""
    found: dict[str, Any] = {}
    for part in parts:
        for name, said in part.items():
            if name not in found or found[name][0] < said[0]:
                found[name] = said
    return {name: said[1] for name, said in found.items() if said[1] is not None}


def _stamps(parts: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in parts:
        for name, said in part.items():
            found[name] = max(found.get(name, said[0]), said[0])
    return found


def _description(facets: Mapping[str, Any]) -> str | None:
    return str((facets.get("documentation") or {}).get("description", "")).strip() or None


def _owners(facets: Mapping[str, Any]) -> list[Agent]:
    """People and teams; `user:jdoe` and `team:data` say which."""
    found = {}
    for one in (facets.get("ownership") or {}).get("owners") or ():
        kind, separator, rest = one["name"].partition(":")
        plain = rest if separator and kind in {"user", "team", "group", "application"} and rest else one["name"]
        ref = agent(plain)
        found[ref] = Agent(name=plain, title=plain, team=kind != "user" and plain != one["name"])
    return list(found.values())


def _tags(facets: Mapping[str, Any]) -> tuple[frozenset[str], dict[str, frozenset[str]]]:
    """The tags of a thing, and of its fields by path."""
    own, fields = set[str](), defaultdict[str, set[str]](set)
    for one in (facets.get("tags") or {}).get("tags") or ():
        value = one.get("value") or "true"
        text = one["key"] if value == "true" else f"{one['key']}={value}"
        (fields[one["field"]] if one.get("field") else own).add(text)
    return frozenset(own), {name: frozenset(tags) for name, tags in fields.items()}


def _fields(
    given: Iterable[Mapping[str, Any]], path: str, tags: Mapping[str, frozenset[str]], metrics: Mapping[str, Any]
) -> tuple[Field, ...]:
    """Fields in order; of several with one name the first."""
    found: dict[str, Field] = {}
    for one in given:
        name = one["name"]
        if name in found:
            continue
        here, native = f"{path}.{name}" if path else name, one.get("type")
        counted, rows = (metrics.get("columnMetrics") or {}).get(here) or {}, metrics.get("rowCount")
        found[name] = Field(
            name=name,
            ordinal=len(found) + 1,
            datatype=logical_type(native),
            native_type=native or None,
            description=(one.get("description") or "").strip() or None,
            tags=tags.get(here, frozenset()),
            distinct_count=counted.get("distinctCount"),
            null_fraction=_share(counted.get("nullCount"), rows),
            fields=_fields(one.get("fields") or (), here, tags, metrics),
        )
    return tuple(found.values())


def _share(part: int | None, whole: int | None) -> Decimal | None:
    return round(Decimal(part) / whole, 6) if part is not None and whole and part <= whole else None


def _check(ref: Ref, name: str, said: Mapping[str, Any], stamp: str) -> list[Record]:
    what, column = json.loads(name)
    place = f"{title(ref)}.{column}" if column else title(ref)
    number = _number(said.get("actual"))
    check = Check(
        namespace=ref.namespace,
        name=_check_id(ref, name),
        title=f"{what} of {place}",
        subject=ref,
        column=_path(column) if column else None,
        description=said.get("description"),
        definition=said.get("content"),
        severity=said.get("severity"),
    )
    expected, actual = said.get("expected"), said.get("actual")
    told = f"expected {expected}, found {actual}" if expected is not None and actual is not None else None
    result = CheckResult(
        namespace=ref.namespace,
        name=check.name,
        check=check.ref,
        outcome="passed" if said["success"] else "failed",
        at=_moment(stamp),
        value=number,
        message=told,
    )
    return [check, result]


def _check_id(ref: Ref, name: str) -> str:
    what, column = json.loads(name)
    return f"{ref.name}/{what}/{column}" if column else f"{ref.name}/{what}"


def _path(name: str) -> str:
    """A field's path: events join the names of nested fields with dots, as Fabric does."""
    return name.replace("\\", "\\\\")


def _number(text: str | None) -> Decimal | None:
    digits = (text or "").removeprefix("-").replace(".", "", 1)
    return Decimal(text) if text and digits.isdecimal() and digits.isascii() and len(digits) <= _LONGEST_NAME else None


def _notation(text: str) -> str:
    return "".join(char if char.isascii() and char.isalnum() else "-" for char in text.lower())


def _edges(
    output: Ref, inputs: Iterable[Ref], facet: Mapping[str, Any], identify: Identify, by: Ref | None
) -> Iterator[Lineage]:
    target = identify(output)
    columns: dict[Ref, dict[tuple[str, str], ColumnLineage]] = {identify(one): {} for one in inputs}
    influences: dict[Ref, set[str]] = defaultdict(set)
    for name, field in (facet.get("fields") or {}).items():
        for one in field["inputFields"]:
            origin = _origin(one, identify)
            flows = columns.setdefault(origin, {})
            if _is_direct(one):
                edge = _column(name, field, one)
                flows.setdefault((edge.downstream, edge.upstream), edge)
            else:
                influences[origin].add(_path(one["field"]))
    for one in facet.get("dataset") or ():
        origin = _origin(one, identify)
        columns.setdefault(origin, {})
        influences[origin].add(_path(one["field"]))
    for origin, flows in columns.items():
        if origin != target:
            yield Lineage(
                downstream=target,
                upstream=origin,
                columns=frozenset(flows.values()),
                influences=frozenset(influences[origin]),
                job=by,
            )


def _origin(one: Mapping[str, Any], identify: Identify) -> Ref:
    return identify(dataset_ref(Named(namespace=one["namespace"], name=one["name"])))


def _is_direct(one: Mapping[str, Any]) -> bool:
    """Whether a field flows into the other; where only INDIRECT transformations are given, it influences it."""
    given = one.get("transformations") or ()
    return not given or any(each["type"].upper() != "INDIRECT" for each in given)


def _column(name: str, field: Mapping[str, Any], one: Mapping[str, Any]) -> ColumnLineage:
    direct = [each for each in one.get("transformations") or () if each["type"].upper() != "INDIRECT"]
    subtypes = {str(each.get("subtype") or "").upper() for each in direct}
    told = str(field.get("transformationType") or "").upper()
    said = [each.get("description") for each in direct] if direct else [field.get("transformationDescription")]
    expression = "; ".join(dict.fromkeys(text for text in said if text)) or None
    masked = any(each.get("masking") for each in direct) or told == "MASKED"
    if "AGGREGATION" in subtypes:
        kind: str | None = "aggregation"
    elif subtypes & {"TRANSFORMATION"} or masked:
        kind = "computation"
    else:
        kind = None
    return ColumnLineage(
        downstream=_path(name),
        upstream=_path(one["field"]),
        expression=expression if kind or told != "IDENTITY" else None,
        transformation=kind,
        masking=True if masked else None,
    )


def _add(edges: dict[tuple[Ref, Ref], Lineage], lineage: Lineage) -> None:
    """Note an edge; two outputs of a job may be one dataset by another name."""
    key = lineage.downstream, lineage.upstream
    held = edges.get(key)
    edges[key] = lineage if held is None else joined([held, lineage])


def joined(parts: Iterable[Lineage]) -> Lineage:
    """One edge of what several jobs say of it; it goes by the first of the jobs."""
    held = list(parts)
    columns: dict[tuple[str, str], ColumnLineage] = {}
    for part in held:
        for edge in sorted(part.columns, key=repr):
            columns.setdefault((edge.downstream, edge.upstream), edge)
    jobs = sorted(part.job for part in held if part.job is not None)
    return Lineage(
        downstream=held[0].downstream,
        upstream=held[0].upstream,
        columns=frozenset(columns.values()),
        influences=frozenset(path for part in held for path in part.influences),
        job=jobs[0] if jobs else None,
    )
