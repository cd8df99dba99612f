"""Events into documents, so that neither their order nor their repetition matters.

What is said of a thing is kept with its time, `[time, value]`, and the later wins, or of two at the same time the one whose JSON is
greater. Members of sets are only ever added; the first and last times of a run only ever move outwards. So each step gives the
same in any order and however often it is taken.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel

from fabric.model import Ref
from fabric.openlineage.documents import Document, Documents, Kind, Row, digest
from fabric.openlineage.events import ENDED, DatasetEvent, DatasetItem, Event, InputItem, JobEvent, OutputItem, RunEvent
from fabric.openlineage.facets import Assertion, Named
from fabric.openlineage.naming import dataset_ref

__all__ = ["AHEAD", "Merge", "dataset_key", "job_key", "output_name", "run_key"]

AHEAD = timedelta(hours=1)
"""An event may be so far ahead of the server's clock; what is further is ranked by when it came."""


def dataset_key(ref: Ref) -> bytes:
    """The key of a dataset's document."""
    return digest(ref.namespace, ref.name)


def job_key(namespace: str, name: str) -> bytes:
    """The key of a job's document."""
    return digest(namespace, name)


def run_key(namespace: str, run_id: str) -> bytes:
    """The key of a run's document; `namespace` is its job's."""
    return digest(namespace, run_id)


def output_name(ref: Ref) -> str:
    """How a job's document names one of its outputs."""
    return json.dumps([ref.namespace, ref.name])


class Merge:
    """Merges some events. `datasets`, `jobs` and `runs` are the documents they touch, by key, as they are after it."""

    def __init__(self, stored: Documents) -> None:
        self._stored = stored
        self.datasets: dict[bytes, Document] = {}
        self.jobs: dict[bytes, Document] = {}
        self.runs: dict[bytes, Document] = {}
        self._before: dict[tuple[Kind, bytes], str] = {}

    def take(self, events: Iterable[tuple[Event, datetime]]) -> None:
        """Merge events, each with the moment when it came."""
        held = list(events)
        self._load(held)
        for event, received in held:
            stamp = _stamp(received if event.eventTime > received + AHEAD else event.eventTime)
            if isinstance(event, DatasetEvent):
                self._dataset(event.dataset, stamp, static=True)
            else:
                self._job(event, stamp)

    def changed(self) -> list[Row]:
        """The documents that are not as they were."""
        rows = [Row("dataset", key, document) for key, document in self.datasets.items()]
        rows += [Row("job", key, document) for key, document in self.jobs.items()]
        rows += [
            Row("run", key, document, owner=job_key(*document["job"][1]), at=document["last"])
            for key, document in self.runs.items()
        ]
        return [row for row in rows if self._before.get((row.kind, row.key)) != _text(row.document)]

    def _load(self, events: list[tuple[Event, datetime]]) -> None:
        datasets, jobs, runs = dict[bytes, Ref](), dict[bytes, Named](), set[bytes]()
        for event, _received in events:
            for named in _mentioned(event):
                ref = dataset_ref(named)
                datasets[dataset_key(ref)] = ref
            if not isinstance(event, DatasetEvent):
                jobs[job_key(event.job.namespace, event.job.name)] = event.job
            if isinstance(event, RunEvent):
                runs.add(run_key(event.job.namespace, event.run.runId))
                if event.run.facets and event.run.facets.parent:
                    parent = event.run.facets.parent.job
                    jobs[job_key(parent.namespace, parent.name)] = parent
        found = self._held("dataset", datasets)
        self.datasets = {
            key: found.get(key) or {"ref": [ref.namespace, ref.name], "facets": {}, "checks": {}}
            for key, ref in datasets.items()
        }
        found = self._held("job", jobs)
        self.jobs = {
            key: found.get(key) or {"ref": [job.namespace, job.name], "facets": {}, "columns": {}}
            for key, job in jobs.items()
        }
        self.runs = self._held("run", runs)

    def _held(self, kind: Kind, keys: Collection[bytes]) -> dict[bytes, Document]:
        found = self._stored.load(kind, keys)
        self._before.update({(kind, key): _text(document) for key, document in found.items()})
        return found

    def _dataset(self, item: DatasetItem, stamp: str, *, static: bool = False) -> Ref:
        ref = dataset_ref(item)
        document = self.datasets[dataset_key(ref)]
        change = item.facets.lifecycleStateChange if item.facets else None
        if change is not None and change.lifecycleStateChange.upper() == "DROP":
            _settle(document, "gone", stamp, None)
        else:
            _latest(document, "seen", stamp)
        if change is not None and change.lifecycleStateChange.upper() == "RENAME" and change.previousIdentifier:
            before = dataset_ref(change.previousIdentifier)
            if before != ref:
                _settle(self.datasets[dataset_key(before)], "gone", stamp, [ref.namespace, ref.name])
        own = {"lifecycleStateChange", "dataQualityAssertions"} | (set() if static else {"columnLineage"})
        _facets(document["facets"], item.facets, stamp, without=own)
        _checks(document["checks"], item.facets, stamp)
        if isinstance(item, InputItem):
            _facets(document["facets"], item.inputFacets, stamp, without=own)
            _checks(document["checks"], item.inputFacets, stamp)
        for named in _origins(item):
            _latest(self.datasets[dataset_key(dataset_ref(named))], "seen", stamp)
        return ref

    def _job(self, event: JobEvent, stamp: str) -> None:
        job = self.jobs[job_key(event.job.namespace, event.job.name)]
        _latest(job, "seen", stamp)
        _facets(job["facets"], event.job.facets, stamp)
        inputs = [self._dataset(item, stamp) for item in event.inputs or ()]
        outputs = []
        for item in event.outputs or ():
            outputs.append(self._dataset(item, stamp))
            self._columns(job, item, outputs[-1], stamp)
        if isinstance(event, RunEvent):
            self._run(event, job, inputs, outputs, stamp)
        elif inputs or outputs:
            _settle(job, "design", stamp, {"in": _pairs(inputs), "out": _pairs(outputs)})

    def _columns(self, job: Document, item: OutputItem, ref: Ref, stamp: str) -> None:
        for name, value in _said(item.facets):
            if name == "columnLineage":
                _settle(job["columns"], output_name(ref), stamp, value)

    def _run(self, event: RunEvent, job: Document, inputs: list[Ref], outputs: list[Ref], stamp: str) -> None:
        named, key = event.job, run_key(event.job.namespace, event.run.runId)
        at = _stamp(event.eventTime)
        fresh = {"id": event.run.runId, "first": at, "last": stamp, "in": [], "out": [], "facets": {}, "stats": {}}
        run = self.runs.setdefault(key, fresh)
        _settle(run, "job", stamp, [named.namespace, named.name])
        run["first"], run["last"] = min(run["first"], at), max(run["last"], stamp)
        if event.eventType == "START":
            run["started"] = min(run.get("started", at), at)
        elif event.eventType in ENDED:
            _settle(run, "end", at, event.eventType)
            run["done"] = run.get("done", False) or event.eventType == "COMPLETE"
        run["in"], run["out"] = _united(run["in"], inputs), _united(run["out"], outputs)
        _facets(run["facets"], event.run.facets, stamp)
        for item, ref in zip(event.outputs or (), outputs, strict=True):
            for name, value in _said(item.outputFacets):
                if name == "outputStatistics":
                    _settle(run["stats"], output_name(ref), stamp, value)
        parent = event.run.facets.parent.job if event.run.facets and event.run.facets.parent else None
        if parent is not None and (parent.namespace, parent.name) != (named.namespace, named.name):
            _settle(job, "parent", stamp, [parent.namespace, parent.name])
            _latest(self.jobs[job_key(parent.namespace, parent.name)], "seen", stamp)
        if run["in"] or run["out"]:
            _newest(job, run)


def _newest(job: Document, run: Document) -> None:
    """Keep what the job's newest run reads and writes, and its newest successful one.

    Newest is the one with the latest event, which only ever grows, so that the order of events does not matter.
    """
    flow = {"last": run["last"], "run": run["id"], "in": run["in"], "out": run["out"]}
    for name in ("any", "good") if run.get("done") else ("any",):
        held = job.get(name)
        if held is None or held["run"] == run["id"] or (held["last"], held["run"]) < (flow["last"], flow["run"]):
            job[name] = flow


def _mentioned(event: Event) -> Iterator[Named]:
    items: list[DatasetItem] = (
        [event.dataset] if isinstance(event, DatasetEvent) else [*(event.inputs or ()), *(event.outputs or ())]
    )
    for item in items:
        yield item
        yield from _origins(item)
        change = item.facets.lifecycleStateChange if item.facets else None
        if change is not None and change.previousIdentifier:
            yield change.previousIdentifier


def _origins(item: DatasetItem) -> Iterator[Named]:
    """Datasets that a column lineage facet names."""
    facet = item.facets.columnLineage if item.facets else None
    if facet is not None:
        for output in facet.fields.values():
            yield from output.inputFields
        yield from facet.dataset or ()


def _facets(document: Document, facets: BaseModel | None, stamp: str, without: Iterable[str] = ()) -> None:
    for name, value in _said(facets):
        if name not in without:
            _settle(document, name, stamp, value)


def _said(facets: BaseModel | None) -> Iterator[tuple[str, Any]]:
    """The facets given, by name; None for one that is deleted."""
    if facets is None:
        return
    deleted: frozenset[str] = getattr(facets, "deleted", frozenset())
    for member, field in type(facets).model_fields.items():
        name, facet = field.alias or member, getattr(facets, member)
        if isinstance(facet, BaseModel):
            yield name, facet.model_dump(mode="json", exclude_none=True)
        elif name in deleted:
            yield name, None


def _checks(document: Document, facets: Any, stamp: str) -> None:
    found = facets.dataQualityAssertions if facets is not None else None
    for one in found.assertions if found is not None else ():
        _settle(document, _check_name(one), stamp, one.model_dump(mode="json", exclude_none=True))


def _check_name(one: Assertion) -> str:
    return json.dumps([one.name or one.assertion, one.column or ""])


def _settle(document: Document, name: str, stamp: str, value: Any) -> None:
    held = document.get(name)
    if held is None or stamp > held[0] or (stamp == held[0] and _text(value) > _text(held[1])):
        document[name] = [stamp, value]


def _latest(document: Document, name: str, stamp: str) -> None:
    document[name] = max(document.get(name, stamp), stamp)


def _united(held: list[list[str]], refs: Iterable[Ref]) -> list[list[str]]:
    return [list(pair) for pair in sorted({*map(tuple, held), *((ref.namespace, ref.name) for ref in refs)})]


def _pairs(refs: Iterable[Ref]) -> list[list[str]]:
    return _united([], refs)


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
