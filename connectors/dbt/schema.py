"""What is read of dbt's artifacts, by their published schemas (https://schemas.getdbt.com)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

__all__ = ["CatalogColumn", "CatalogEntry", "Column", "Constraint", "Node", "Result", "in_utc"]


def in_utc(moment: datetime) -> datetime:
    """The moment in UTC, which dbt means where it writes no time zone."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


Moment = Annotated[datetime, AfterValidator(in_utc)]


class _Part(BaseModel):
    """Part of an artifact; what dbt adds in later versions is passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, value: object) -> object:
        return {name: item for name, item in value.items() if item is not None} if isinstance(value, dict) else value


class Constraint(_Part):
    """A constraint of a model or a column; `to` and `to_columns` belong to foreign keys."""

    type: str
    name: str | None = None
    columns: list[str] | None = None
    to: str | None = None
    to_columns: list[str] | None = None


class Column(_Part):
    """A column as the project documents it."""

    name: str
    description: str | None = None
    data_type: str | None = None
    tags: list[str] = Field(default_factory=list)
    config: dict[str, Any] | None = None
    constraints: list[Constraint] = Field(default_factory=list)


class _DependsOn(_Part):
    nodes: list[str] = Field(default_factory=list)


class _TestMetadata(_Part):
    name: str
    namespace: str | None = None


class Node(_Part):
    """A model, seed, snapshot, source, test, exposure, metric or any other resource of the project."""

    unique_id: str = Field(min_length=1)
    resource_type: str = Field(min_length=1)
    name: str = Field(min_length=1)
    database: str | None = None
    in_schema: str | None = Field(default=None, alias="schema")
    alias: str | None = None
    identifier: str | None = None
    relation_name: str | None = None
    source_name: str | None = None
    external: dict[str, Any] | None = None
    description: str | None = None
    columns: dict[str, Column] = Field(default_factory=dict)
    constraints: list[Constraint] = Field(default_factory=list)
    tags: list[str] = Field(default_factory=list)
    config: dict[str, Any] = Field(default_factory=dict)
    meta: dict[str, Any] | None = None
    group: str | None = None
    depends_on: _DependsOn = _DependsOn()
    language: str | None = None
    raw_code: str | None = None
    compiled_code: str | None = None
    attached_node: str | None = None
    file_key_name: str | None = None
    column_name: str | None = None
    test_metadata: _TestMetadata | None = None
    freshness: dict[str, Any] | None = None
    owner: dict[str, Any] | None = None
    url: str | None = None
    label: str | None = None

    @property
    def materialized(self) -> str:
        """How dbt stores the node: `table`, `view`, `ephemeral`, `seed`, ..."""
        return str(self.config.get("materialized") or self.resource_type)


class _Table(_Part):
    type: str | None = None
    comment: str | None = None


class CatalogColumn(_Part):
    """A column as the warehouse has it."""

    name: str
    type: str | None = None
    index: int = 0
    comment: str | None = None


class _Statistic(_Part):
    value: Any = None


class CatalogEntry(_Part):
    """What catalog.json says of one table or view; empty where it says nothing."""

    metadata: _Table = _Table()
    columns: dict[str, CatalogColumn] = Field(default_factory=dict)
    stats: dict[str, _Statistic] = Field(default_factory=dict)


class _Timing(_Part):
    started_at: Moment | None = None
    completed_at: Moment | None = None


class Result(_Part):
    """One result in run_results.json (model, seed, snapshot, test) or sources.json (freshness)."""

    unique_id: str
    status: str
    timing: list[_Timing] = Field(default_factory=list)
    compiled_code: str | None = None
    message: str | None = None
    error: str | None = None
    failures: int | None = None
    snapshotted_at: Moment | None = None
    max_loaded_at_time_ago_in_s: float | None = None
