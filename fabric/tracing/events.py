"""Lineage as OpenLineage events (https://openlineage.io/spec/2-0-2/OpenLineage.json): one JobEvent a job, which says at design time
what the job reads and writes, with column lineage where it is known.

OpenLineage knows jobs and datasets alone. What is neither, such as a dashboard, is a dataset of that type; a view, which
nothing but itself makes, is written by a job of its own name.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import unquote

from openlineage.client.event_v2 import InputDataset, Job, JobEvent, OutputDataset
from openlineage.client.facet_v2 import (
    DatasetFacet,
    JobFacet,
    column_lineage_dataset,
    dataset_type_dataset,
    sql_job,
)
from openlineage.client.serde import Serde

from fabric.identity import Iris
from fabric.tracing.answer import Edge, Lineage, Node

__all__ = ["as_openlineage"]

_SUBTYPES = {None: "IDENTITY", "identity": "IDENTITY", "aggregation": "AGGREGATION"}


@dataclass(slots=True)
class _Made:
    """What a job does: what it reads, and by what it writes, the edges that lead there."""

    inputs: dict[str, None] = field(default_factory=dict)
    outputs: dict[str, list[Edge]] = field(default_factory=lambda: defaultdict(list))
    sql: str | None = None
    at: datetime | None = None


def as_openlineage(found: Lineage, iris: Iris, now: datetime) -> str:
    """The events as a JSON array; each has the time when its lineage was last said, or `now` where that is not known."""
    nodes = {node.iri: node for node in found.nodes}
    made = _jobs(found, iris, {iri for iri, node in nodes.items() if node.kind == "job"})
    events = [_event(job, what, nodes, iris, now) for job, what in made.items()]
    return json.dumps([Serde.to_dict(event) for event in events], indent=2, ensure_ascii=False) + "\n"


def _jobs(found: Lineage, iris: Iris, jobs: set[str]) -> dict[str, _Made]:
    """By job, or by dataset that nothing else makes, what it does."""
    made: dict[str, _Made] = defaultdict(_Made)
    between: dict[tuple[str, str], list[Edge]] = defaultdict(list)
    for edge in found.edges:
        start, end = iris.root(edge.start) or edge.start, iris.root(edge.end) or edge.end
        if end in jobs:
            made[end].inputs[start] = None
            _note(made[end], edge)
        elif start in jobs:
            made[start].outputs[end] += ()
            _note(made[start], edge)
        else:
            between[start, end].append(edge)
    writers: dict[str, list[str]] = defaultdict(list)
    for job, what in made.items():
        for output in what.outputs:
            writers[output].append(job)
    for (start, end), edges in between.items():
        said = [who.job.iri for edge in edges for who in edge.provenance if who.job is not None]
        said += [job for job in writers.get(end, ()) if start in made[job].inputs]
        for job in dict.fromkeys(said or [end]):
            made[job].inputs[start] = None
            made[job].outputs[end] += edges
            for edge in edges:
                _note(made[job], edge)
    return made


def _note(made: _Made, edge: Edge) -> None:
    for who in edge.provenance:
        made.sql = made.sql or who.sql
        made.at = max(filter(None, (made.at, who.at)), default=None)


def _event(job: str, made: _Made, nodes: dict[str, Node], iris: Iris, now: datetime) -> JobEvent:
    namespace, name = _name(job, iris)
    facets: dict[str, JobFacet] = {"sql": sql_job.SQLJobFacet(query=made.sql)} if made.sql else {}
    return JobEvent(
        eventTime=(made.at or now).isoformat(),
        producer=iris.base,
        job=Job(namespace=namespace, name=name, facets=facets),
        inputs=[InputDataset(*_name(iri, iris), facets=_type(nodes.get(iri))) for iri in made.inputs],
        outputs=[
            OutputDataset(*_name(iri, iris), facets=_type(nodes.get(iri)) | _columns(edges, iris))
            for iri, edges in made.outputs.items()
        ],
    )


def _name(iri: str, iris: Iris) -> tuple[str, str]:
    """Namespace and name, which are those that OpenLineage gave or would give; a foreign IRI is a name of `external`."""
    ref = iris.ref(iri)
    return (ref.namespace, ref.name) if ref else ("external", iri)


def _type(node: Node | None) -> dict[str, DatasetFacet]:
    if node is None or (node.kind == "dataset" and node.dataset_kind in {None, "dataset"}):
        return {}
    kind = (node.dataset_kind or node.kind).replace("-", "_").upper()
    return {"datasetType": dataset_type_dataset.DatasetTypeDatasetFacet(datasetType=kind)}


def _columns(edges: list[Edge], iris: Iris) -> dict[str, DatasetFacet]:
    fields: dict[str, list[column_lineage_dataset.InputField]] = defaultdict(list)
    whole: list[column_lineage_dataset.InputField] = []
    for edge in edges:
        origin, target = iris.part(edge.start), iris.part(edge.end)
        if origin is None:
            continue
        (whole if target is None else fields[_path(edge.end)]).append(_input(edge, iris))
    if not fields and not whole:
        return {}
    known = {path: column_lineage_dataset.Fields(inputFields=inputs) for path, inputs in fields.items()}
    return {"columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet(fields=known, dataset=whole)}


def _input(edge: Edge, iris: Iris) -> column_lineage_dataset.InputField:
    namespace, name = _name(iris.root(edge.start) or edge.start, iris)
    how = column_lineage_dataset.Transformation(
        type="INDIRECT" if edge.influence else "DIRECT",
        subtype=None if edge.influence else _SUBTYPES.get(edge.transformation, "TRANSFORMATION"),
        description=edge.expression,
        masking=edge.masking,
    )
    return column_lineage_dataset.InputField(namespace, name, _path(edge.start), [how])


def _path(field: str) -> str:
    return unquote(field.rpartition("/")[2])
