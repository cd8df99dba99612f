"""The facets of OpenLineage that Fabric keeps, as far as it reads them; others pass unread.

The names are those of the JSON schemas under https://openlineage.io/spec/facets. A facet that is sent with `"_deleted": true` is
named in `deleted`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

__all__ = ["DatasetFacets", "InputFacets", "JobFacets", "Moment", "Name", "Named", "OutputFacets", "RunFacets", "RunId"]

_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d.*", re.DOTALL)


def _instant(value: object) -> datetime:
    """A date-time of RFC 3339; one without a zone, as some clients send, is read as UTC."""
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise ValueError("expected a date-time such as 2026-01-31T08:00:00Z")
    try:
        moment = datetime.fromisoformat(value.replace("t", "T").replace("z", "Z"))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (OverflowError, ValueError):
        raise ValueError("expected a date-time such as 2026-01-31T08:00:00Z") from None


def _run_id(value: str) -> str:
    if not _UUID.fullmatch(value):
        raise ValueError("expected a UUID such as 019b2f6e-7f3a-7d4e-9c55-2f1f0a6b8c11")
    return str(UUID(value))


def _name(value: str) -> str:
    if not value or "\x00" in value:
        raise ValueError("expected a text that is not empty and holds no NUL")
    return value


Moment = Annotated[datetime, BeforeValidator(_instant)]
RunId = Annotated[str, AfterValidator(_run_id)]
Name = Annotated[str, AfterValidator(_name)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)


class _Facets(_Part):
    """What may be said of one thing."""

    deleted: frozenset[str] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def _set_apart(cls, given: Any) -> Any:
        """A deleted facet has none of the members it must have otherwise."""
        if not isinstance(given, dict):
            return given
        gone = {name for name, facet in given.items() if isinstance(facet, dict) and facet.get("_deleted") is True}
        kept = {name: facet for name, facet in given.items() if name not in gone and name != "deleted"}
        return {**kept, "deleted": gone} if gone else kept


class Named(_Part):
    """A job or dataset by its name."""

    namespace: Name
    name: Name


class Identifier(Named):
    """Another name of a dataset; `type` such as TABLE or LOCATION."""

    type: str | None = None


class Symlinks(_Part):
    """SymlinksDatasetFacet."""

    identifiers: list[Identifier] | None = None


class SchemaField(_Part):
    """A field of SchemaDatasetFacet."""

    name: str
    type: str | None = None
    description: str | None = None
    fields: list[SchemaField] | None = None


class SchemaFacet(_Part):
    """SchemaDatasetFacet."""

    fields: list[SchemaField] | None = None


class Transformation(_Part):
    """How an input field becomes or influences an output field, since 1-1-0 of ColumnLineageDatasetFacet."""

    type: str
    subtype: str | None = None
    description: str | None = None
    masking: bool | None = None


class InputField(Named):
    """A field that is read."""

    field: Name
    transformations: list[Transformation] | None = None


class OutputField(_Part):
    """What a field is made of; the transformation is said here in 1-0-0 and at the input fields since."""

    inputFields: list[InputField]  # noqa: N815
    transformationDescription: str | None = None  # noqa: N815
    transformationType: str | None = None  # noqa: N815


class ColumnLineage(_Part):
    """ColumnLineageDatasetFacet; `dataset` holds what influences all fields, since 1-2-0."""

    fields: dict[Name, OutputField]
    dataset: list[InputField] | None = None


class Owner(_Part):
    """One of OwnershipDatasetFacet or OwnershipJobFacet."""

    name: Name
    type: str | None = None


class Ownership(_Part):
    """OwnershipDatasetFacet, OwnershipJobFacet."""

    owners: list[Owner] | None = None


class Documentation(_Part):
    """DocumentationDatasetFacet, DocumentationJobFacet."""

    description: str


class Tag(_Part):
    """One of TagsDatasetFacet or TagsJobFacet; `field` where it is a field's."""

    key: Name
    value: str | None = None
    field: Name | None = None


class Tags(_Part):
    """TagsDatasetFacet, TagsJobFacet."""

    tags: list[Tag] | None = None


class Lifecycle(_Part):
    """LifecycleStateChangeDatasetFacet; a RENAME names what the dataset was called before."""

    lifecycleStateChange: str  # noqa: N815
    previousIdentifier: Named | None = None  # noqa: N815


class DatasetType(_Part):
    """DatasetTypeDatasetFacet."""

    datasetType: str  # noqa: N815
    subType: str | None = None  # noqa: N815


class ColumnMetrics(_Part):
    """What is counted of one column; values, such as its least, are not kept."""

    nullCount: Annotated[int, Field(ge=0)] | None = None  # noqa: N815
    distinctCount: Annotated[int, Field(ge=0)] | None = None  # noqa: N815


class Metrics(_Part):
    """DataQualityMetricsDatasetFacet, DataQualityMetricsInputDatasetFacet."""

    rowCount: Annotated[int, Field(ge=0)] | None = None  # noqa: N815
    bytes: Annotated[int, Field(ge=0)] | None = None
    columnMetrics: dict[Name, ColumnMetrics] | None = None  # noqa: N815


class Assertion(_Part):
    """One of DataQualityAssertionsDatasetFacet."""

    assertion: Name
    success: bool
    column: Name | None = None
    severity: str | None = None
    name: str | None = None
    description: str | None = None
    expected: str | None = None
    actual: str | None = None
    content: str | None = None


class Assertions(_Part):
    """DataQualityAssertionsDatasetFacet."""

    assertions: list[Assertion]


class Statistics(_Part):
    """OutputStatisticsOutputDatasetFacet: what a run wrote to a dataset; `size` in bytes."""

    rowCount: Annotated[int, Field(ge=0)] | None = None  # noqa: N815
    size: Annotated[int, Field(ge=0)] | None = None


class Sql(_Part):
    """SQLJobFacet."""

    query: str


class SourceCode(_Part):
    """SourceCodeJobFacet."""

    sourceCode: str  # noqa: N815


class CodeLocation(_Part):
    """SourceCodeLocationJobFacet."""

    url: str


class JobType(_Part):
    """JobTypeJobFacet."""

    processingType: str  # noqa: N815
    integration: str
    jobType: str | None = None  # noqa: N815


class RunReference(_Part):
    """A run by its id."""

    runId: RunId  # noqa: N815


class Parent(_Part):
    """ParentRunFacet."""

    run: RunReference
    job: Named


class ErrorMessage(_Part):
    """ErrorMessageRunFacet."""

    message: str


class NominalTime(_Part):
    """NominalTimeRunFacet: the time that a run is for."""

    nominalStartTime: Moment  # noqa: N815
    nominalEndTime: Moment | None = None  # noqa: N815


class DatasetFacets(_Facets):
    """What is said of a dataset, whatever runs."""

    schema_: SchemaFacet | None = Field(None, alias="schema")
    columnLineage: ColumnLineage | None = None  # noqa: N815
    symlinks: Symlinks | None = None
    ownership: Ownership | None = None
    documentation: Documentation | None = None
    tags: Tags | None = None
    datasetType: DatasetType | None = None  # noqa: N815
    lifecycleStateChange: Lifecycle | None = None  # noqa: N815
    dataQualityMetrics: Metrics | None = None  # noqa: N815
    dataQualityAssertions: Assertions | None = None  # noqa: N815


class InputFacets(_Facets):
    """What a run says of a dataset it reads."""

    dataQualityMetrics: Metrics | None = None  # noqa: N815
    dataQualityAssertions: Assertions | None = None  # noqa: N815


class OutputFacets(_Facets):
    """What a run says of a dataset it writes."""

    outputStatistics: Statistics | None = None  # noqa: N815


class JobFacets(_Facets):
    """What is said of a job, whatever runs."""

    sql: Sql | None = None
    sourceCode: SourceCode | None = None  # noqa: N815
    sourceCodeLocation: CodeLocation | None = None  # noqa: N815
    documentation: Documentation | None = None
    ownership: Ownership | None = None
    jobType: JobType | None = None  # noqa: N815
    tags: Tags | None = None


class RunFacets(_Facets):
    """What is said of a run."""

    parent: Parent | None = None
    errorMessage: ErrorMessage | None = None  # noqa: N815
    nominalTime: NominalTime | None = None  # noqa: N815
