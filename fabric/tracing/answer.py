"""What questions about lineage are answered with.

Those of which an answer holds tens of thousands are named tuples, which are made in a third of the time of a frozen dataclass.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

__all__ = ["Direction", "Edge", "Field", "Level", "Lineage", "Named", "Node", "Path", "Provenance"]

Direction = Literal["upstream", "downstream", "both"]
Level = Literal["table", "column"]


@dataclass(frozen=True, slots=True)
class Named:
    """An asset with what is needed to show it."""

    iri: str
    kind: str
    title: str


class Field(NamedTuple):
    """A field that has an edge in the answer. `path` is raw (see `fabric.model.Field`)."""

    iri: str
    path: str
    name: str
    datatype: str | None


class Node(NamedTuple):
    """An asset of the answer.

    `distance` counts steps: 0 the root, negative upstream, positive downstream. `upstream_count` and `downstream_count` are all
    its direct neighbours, also those that are not in the answer.
    """

    iri: str
    title: str
    kind: str
    dataset_kind: str | None
    platform: str | None
    domain: str | None
    container: Named | None
    distance: int
    upstream_count: int
    downstream_count: int
    field_count: int
    fields: tuple[Field, ...]
    removed: datetime | None


class Provenance(NamedTuple):
    """Who says an edge: the source (or `curated`, `inferred`), its named graph, and the run that last wrote that graph.

    `sql` is the definition of the job or view that the data flows through; `rule` names the rule that inferred the edge.
    """

    source: str
    graph: str
    run: str | None
    at: datetime | None
    job: Named | None
    sql: str | None
    rule: str | None
    curated: bool


class Edge(NamedTuple):
    """A way that data takes from `start` (upstream) to `end`.

    `influence` means that no value flows: `start` filters or joins. `via` are assets that filters hid, where the edge stands
    for a way through them.
    """

    start: str
    end: str
    level: Level
    influence: bool
    expression: str | None
    transformation: str | None
    masking: bool | None
    provenance: tuple[Provenance, ...]
    via: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lineage:
    """A page of an answer: `total_nodes` and `total_edges` are over all pages, `cursor` is where the next page begins."""

    root: Node
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    total_nodes: int
    total_edges: int
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Path:
    """One way; `nodes` begin with its start and end with its end."""

    nodes: tuple[str, ...]
    edges: tuple[Edge, ...]
