"""What a source says, as frozen records: the language between connectors and the graph.

A record knows no RDF and no store. It is identified by its `Ref` (kind, namespace, name), where namespace and
name follow OpenLineage's dataset and job naming (https://openlineage.io/docs/spec/naming), so that what different
sources say of one thing meets. `fabric.rdf` maps every record to triples whose subject is the record's own IRI or one
beneath it; therefore two records with different keys never share a triple.

Collections with an order are tuples, those without are frozensets. `None` means "the source does not say".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Literal

__all__ = [
    "Agent",
    "Catalog",
    "Check",
    "CheckResult",
    "ColumnLineage",
    "Concept",
    "Dashboard",
    "Dataset",
    "DatasetKind",
    "Distribution",
    "Field",
    "Grant",
    "Index",
    "Job",
    "Key",
    "Lineage",
    "Model",
    "ModelVersion",
    "Problem",
    "Query",
    "Record",
    "Ref",
    "Reference",
    "Run",
    "RunStatus",
    "Source",
    "agent",
    "catalog",
    "concept",
    "dataset",
    "job",
    "source",
]

DatasetKind = Literal["table", "view", "materialized-view", "external-table", "file", "stream", "seed", "dataset"]
RunStatus = Literal["running", "complete", "failed", "aborted", "skipped"]
CheckOutcome = Literal["passed", "failed", "cantTell", "inapplicable", "untested"]


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """Identity of an asset. `kind` is a lower-case noun; namespace and name are raw, unescaped, never empty."""

    kind: str
    namespace: str
    name: str


def dataset(namespace: str, name: str) -> Ref:
    """Identity of a dataset: `("postgres://host:5432", "db.schema.table")`, `("s3://bucket", "path")`."""
    return Ref("dataset", namespace, name)


def catalog(namespace: str, name: str) -> Ref:
    """Identity of a database, schema or bucket: `("postgres://host:5432", "db.schema")`."""
    return Ref("catalog", namespace, name)


def source(namespace: str) -> Ref:
    """Identity of a system; its name is always `-`, since the namespace is the system."""
    return Ref("source", namespace, "-")


def job(namespace: str, name: str) -> Ref:
    """Identity of a job: `("airline", "dbt.flights_by_day")`."""
    return Ref("job", namespace, name)


def agent(name: str, namespace: str = "agent") -> Ref:
    """Identity of a person or team, by e-mail address where known, else by the name the source uses."""
    return Ref("agent", namespace, name)


def concept(scheme: str, name: str) -> Ref:
    """Identity of a tag, glossary term or domain in the scheme named."""
    return Ref("concept", scheme, name)


class _Named:
    """What records with a namespace and a name share."""

    __slots__ = ()
    kind_name: ClassVar[str]
    namespace: str
    name: str

    @property
    def ref(self) -> Ref:
        """Identity of this record."""
        return Ref(self.kind_name, self.namespace, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(_Named):
    """A system: database server, object store, dbt project, catalogue (`dcat:DataService`).

    `platform` is a notation of the platform scheme (`postgresql`, `duckdb`, `dbt`, ...).
    """

    kind_name: ClassVar[str] = "source"
    namespace: str
    title: str
    platform: str
    name: str = "-"
    description: str | None = None
    endpoint: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog(_Named):
    """A database, schema, bucket or published catalogue (`dcat:Catalog`). `part_of` is a catalog or a source."""

    kind_name: ClassVar[str] = "catalog"
    namespace: str
    name: str
    title: str
    description: str | None = None
    part_of: Ref | None = None
    platform: str | None = None
    owners: frozenset[Ref] = frozenset()
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A column or attribute of a dataset; `fields` are those nested in it.

    `datatype` is the logical type (see `fabric.datatypes`), `native_type` the source's own spelling; `ordinal` counts from 1
    and is unique among siblings. `name` is raw and unique among siblings. `personal_data` holds IRIs of DPV-PD
    (https://w3id.org/dpv/pd), the categories of personal data in it. `null_fraction` (0 to 1) and `distinct_count` are those of the
    latest profile.
    """

    name: str
    ordinal: int
    datatype: str = "any"
    native_type: str | None = None
    required: bool | None = None
    default: str | None = None
    description: str | None = None
    tags: frozenset[str] = frozenset()
    personal_data: frozenset[str] = frozenset()
    null_fraction: Decimal | None = None
    distinct_count: int | None = None
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A primary or unique key over `columns`, in order. `name` is unique within the dataset."""

    name: str
    columns: tuple[str, ...]
    primary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A foreign key: `columns[i]` refers to `target_columns[i]` of `target`. `name` is unique within the dataset."""

    name: str
    columns: tuple[str, ...]
    target: Ref
    target_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index over `columns` (names or expressions, in order); `method` such as `btree`."""

    name: str
    columns: tuple[str, ...]
    unique: bool = False
    method: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What `grantee` may do with a dataset: privileges in the source's own words, upper case. One grant a grantee."""

    grantee: str
    privileges: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Where and in which form a dataset is stored (`dcat:Distribution`). Sizes in bytes; `name` unique in the dataset."""

    name: str
    url: str | None = None
    media_type: str | None = None
    format: str | None = None
    byte_size: int | None = None
    file_count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset(_Named):
    """A table, view, file set or stream (`dcat:Dataset`).

    `definition` is a view's SQL. `row_count` may be an estimate, then `row_count_exact` is False. `partition_columns` are
    names in order. `themes`, `license` and `landing_page` may be IRIs; `part_of` is a catalog or a source.
    """

    kind_name: ClassVar[str] = "dataset"
    namespace: str
    name: str
    title: str
    kind: DatasetKind = "table"
    description: str | None = None
    platform: str | None = None
    part_of: Ref | None = None
    fields: tuple[Field, ...] = ()
    keys: frozenset[Key] = frozenset()
    references: frozenset[Reference] = frozenset()
    indexes: frozenset[Index] = frozenset()
    grants: frozenset[Grant] = frozenset()
    distributions: frozenset[Distribution] = frozenset()
    partition_columns: tuple[str, ...] = ()
    partition_count: int | None = None
    definition: str | None = None
    row_count: int | None = None
    row_count_exact: bool | None = None
    byte_size: int | None = None
    owners: frozenset[Ref] = frozenset()
    tags: frozenset[str] = frozenset()
    themes: frozenset[str] = frozenset()
    license: str | None = None
    access_rights: str | None = None
    landing_page: str | None = None
    publisher: Ref | None = None
    language: frozenset[str] = frozenset()
    issued: datetime | None = None
    modified: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(_Named):
    """A job, pipeline or task at design time (`fab:Job`). `steps` are notations of the pipeline-step scheme.

    `types` are notations of the job-type scheme, such as `batch` and `dag`; `landing_page` may be an IRI, such as that of its code.
    """

    kind_name: ClassVar[str] = "job"
    namespace: str
    name: str
    title: str
    description: str | None = None
    platform: str | None = None
    part_of: Ref | None = None
    definition: str | None = None
    reads: frozenset[Ref] = frozenset()
    writes: frozenset[Ref] = frozenset()
    steps: frozenset[str] = frozenset()
    owners: frozenset[Ref] = frozenset()
    tags: frozenset[str] = frozenset()
    schedule: str | None = None
    types: frozenset[str] = frozenset()
    landing_page: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(_Named):
    """One execution of a job (`prov:Activity`). Times carry a time zone; `started <= ended`.

    `nominal_start` and `nominal_end` are the time it is for, `part_of` is the run that it is a part of; `row_count` and `byte_size`
    are what it wrote.
    """

    kind_name: ClassVar[str] = "run"
    namespace: str
    name: str
    job: Ref
    status: RunStatus
    started: datetime | None = None
    ended: datetime | None = None
    used: frozenset[Ref] = frozenset()
    generated: frozenset[Ref] = frozenset()
    message: str | None = None
    nominal_start: datetime | None = None
    nominal_end: datetime | None = None
    part_of: Ref | None = None
    row_count: int | None = None
    byte_size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Query(_Named):
    """A saved or observed query (`fab:Query`)."""

    kind_name: ClassVar[str] = "query"
    namespace: str
    name: str
    title: str
    text: str
    description: str | None = None
    reads: frozenset[Ref] = frozenset()
    owners: frozenset[Ref] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnLineage:
    """One column edge: field path `downstream` is derived from field path `upstream`.

    `expression` is the SQL that computes it where it is not a mere copy, `transformation` a notation of the transformation scheme
    (`identity`, `computation`, `aggregation`); `masking` is True where it hides the value.
    """

    downstream: str
    upstream: str
    expression: str | None = None
    transformation: str | None = None
    masking: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """`downstream` is derived from `upstream` (`prov:wasDerivedFrom`), with the column edges between the two.

    `influences` are field paths of `upstream` that filter or join without flowing into a column.
    One record a pair of datasets; `downstream != upstream`.
    """

    kind_name: ClassVar[str] = "lineage"
    downstream: Ref
    upstream: Ref
    columns: frozenset[ColumnLineage] = frozenset()
    influences: frozenset[str] = frozenset()
    job: Ref | None = None

    @property
    def ref(self) -> Ref:
        """Identity of the edge; it is no asset and has no IRI of its own."""
        return Ref("lineage", _flat(self.downstream), _flat(self.upstream))


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent(_Named):
    """A person or team that owns things (`foaf:Person`, `org:OrganizationalUnit`)."""

    kind_name: ClassVar[str] = "agent"
    namespace: str = "agent"
    name: str
    title: str
    team: bool = False
    email: str | None = None
    member_of: frozenset[Ref] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept(_Named):
    """A tag, glossary term or domain (`skos:Concept`) in the scheme `namespace`."""

    kind_name: ClassVar[str] = "concept"
    namespace: str
    name: str
    title: str
    description: str | None = None
    alternatives: frozenset[str] = frozenset()
    broader: frozenset[Ref] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Model(_Named):
    """A machine-learning model over all its versions (`fair4ml:MLModel`)."""

    kind_name: ClassVar[str] = "model"
    namespace: str
    name: str
    title: str
    description: str | None = None
    platform: str | None = None
    intended_use: str | None = None
    limitations: str | None = None
    license: str | None = None
    owners: frozenset[Ref] = frozenset()
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelVersion(_Named):
    """One trained version of `model` (`mls:Model`), with the datasets it was trained and evaluated on."""

    kind_name: ClassVar[str] = "model-version"
    namespace: str
    name: str
    title: str
    model: Ref
    version: str
    description: str | None = None
    trained_on: frozenset[Ref] = frozenset()
    evaluated_on: frozenset[Ref] = frozenset()
    created: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard(_Named):
    """A dashboard, report, notebook or application that uses data (`fab:Dashboard`); a dbt exposure."""

    kind_name: ClassVar[str] = "dashboard"
    namespace: str
    name: str
    title: str
    description: str | None = None
    platform: str | None = None
    url: str | None = None
    reads: frozenset[Ref] = frozenset()
    owners: frozenset[Ref] = frozenset()
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(_Named):
    """A test of a dataset or, where `column` is named, of that field (`earl:TestCase`).

    `dimension` is a notation of the quality-dimension scheme.
    """

    kind_name: ClassVar[str] = "check"
    namespace: str
    name: str
    title: str
    subject: Ref
    column: str | None = None
    description: str | None = None
    dimension: str | None = None
    definition: str | None = None
    severity: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult(_Named):
    """One outcome of `check` (`earl:Assertion`); `value` is what was counted, such as failing rows."""

    kind_name: ClassVar[str] = "check-result"
    namespace: str
    name: str
    check: Ref
    outcome: CheckOutcome
    at: datetime | None = None
    value: Decimal | None = None
    message: str | None = None


Record = (
    Source
    | Catalog
    | Dataset
    | Job
    | Run
    | Query
    | Lineage
    | Agent
    | Concept
    | Model
    | ModelVersion
    | Dashboard
    | Check
    | CheckResult
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something a connector could not read: no record, but it makes the harvest partial, so that nothing is tombstoned.

    `subject` names the thing (a path, a table) and `reason` says what is wrong and what to do. Never holds a secret.
    """

    subject: str
    reason: str


def _flat(ref: Ref) -> str:
    """One text of a ref, such that different refs have different texts."""
    return "\n".join(part.replace("\\", "\\\\").replace("\n", "\\n") for part in (ref.kind, ref.namespace, ref.name))
