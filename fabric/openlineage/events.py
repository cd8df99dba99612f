"""OpenLineage's three kinds of events, checked as they come in.

What the specification requires is required, but for `schemaURL`, which early clients do not send. Members that Fabric does not read
are let through.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from fabric.errors import InvalidEvent
from fabric.openlineage.facets import (
    DatasetFacets,
    InputFacets,
    JobFacets,
    Moment,
    Named,
    OutputFacets,
    RunFacets,
    RunId,
)

__all__ = ["ENDED", "DatasetEvent", "Event", "JobEvent", "JobItem", "RunEvent", "parse_json", "read_event"]

EventType = Literal["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]
ENDED = frozenset({"COMPLETE", "ABORT", "FAIL"})
_REMEDY = "compare https://openlineage.io/spec/2-0-2/OpenLineage.json; nothing of this event was taken in"
_SHOWN = 5
_LONGEST = 120


class DatasetItem(Named):
    """A dataset and what is said of it."""

    facets: DatasetFacets | None = None


class InputItem(DatasetItem):
    """A dataset that is read."""

    inputFacets: InputFacets | None = None  # noqa: N815


class OutputItem(DatasetItem):
    """A dataset that is written."""

    outputFacets: OutputFacets | None = None  # noqa: N815


class JobItem(Named):
    """A job and what is said of it."""

    facets: JobFacets | None = None


class RunItem(BaseModel):
    """A run and what is said of it."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    runId: RunId  # noqa: N815
    facets: RunFacets | None = None


class _Event(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)
    eventTime: Moment  # noqa: N815
    producer: str = Field(min_length=1)
    schemaURL: str | None = None  # noqa: N815


class JobEvent(_Event):
    """What a job is, at design time."""

    job: JobItem
    inputs: list[InputItem] | None = None
    outputs: list[OutputItem] | None = None


class RunEvent(JobEvent):
    """What happens to a run."""

    run: RunItem
    eventType: EventType | None = None  # noqa: N815


class DatasetEvent(_Event):
    """What a dataset is, at design time."""

    dataset: DatasetItem


Event = RunEvent | JobEvent | DatasetEvent


def parse_json(body: bytes) -> Any:
    """JSON as Python values.

    Raises: InvalidEvent, saying where it is none.
    """
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise InvalidEvent(f"the body is no JSON: {error}", remedy="send an event or an array of events") from None


def read_event(given: Any, place: str = "$") -> Event:
    """One event of JSON values; `place` is its JSON path in the body.

    Raises: InvalidEvent, naming what is wrong by its JSON path.
    """
    if not isinstance(given, dict):
        raise InvalidEvent(f"{place}: expected an object (found {_shown(given)})", remedy=_REMEDY)
    kind = _kind(given, place)
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        found = error.errors(include_url=False)
        said = [_complaint(item, place) for item in found[:_SHOWN]]
        said += [f"and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
        raise InvalidEvent("; ".join(said), remedy=_REMEDY) from None


def _kind(given: dict[str, Any], place: str) -> type[Event]:
    for member, kind in (("run", RunEvent), ("dataset", DatasetEvent), ("job", JobEvent)):
        if member in given:
            return kind
    raise InvalidEvent(f"{place}: an event has a run, a job or a dataset, and this has none", remedy=_REMEDY)


def _complaint(item: Any, place: str) -> str:
    path = place + "".join(_step(part) for part in item["loc"] if part != "[key]")
    what = str(item["msg"]).removeprefix("Value error, ")
    found = "" if item["type"] == "missing" else f" (found {_shown(item['input'])})"
    return f"{path}: {what[:1].lower()}{what[1:]}{found}"


def _step(part: int | str) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    return f".{part}" if part.replace("_", "a").isalnum() else "[" + repr(part) + "]"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
