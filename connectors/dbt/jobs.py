"""The jobs of a dbt project, its exposures and its metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from connectors.dbt.project import Project
from connectors.dbt.schema import Node
from fabric.model import Concept, Dashboard, Job, Ref, source

__all__ = ["concepts", "dashboards", "jobs"]


def jobs(project: Project, system: str, owners: Callable[[Node], frozenset[Ref]]) -> Iterator[Job]:
    """A job for every model, seed and snapshot; `system` is the namespace of the project's source."""
    for node, written in project.writers():
        ref = project.job(node)
        yield Job(
            namespace=ref.namespace,
            name=ref.name,
            title=node.name,
            description=(node.description or "").strip() or None,
            platform="dbt",
            part_of=source(system),
            definition=(node.raw_code or "").strip() or None,
            reads=project.upstream(node),
            writes=frozenset({written}),
            owners=owners(node),
            tags=frozenset(node.tags),
        )


def dashboards(project: Project, owners: Callable[[Node], frozenset[Ref]]) -> Iterator[Dashboard]:
    """The project's exposures."""
    for node in project.nodes.values():
        if node.resource_type == "exposure":
            yield Dashboard(
                namespace=project.name,
                name=node.unique_id,
                title=node.label or node.name,
                description=(node.description or "").strip() or None,
                platform="dbt",
                url=node.url or None,
                reads=project.upstream(node),
                owners=owners(node),
                tags=frozenset(node.tags),
            )


def concepts(project: Project) -> Iterator[Concept]:
    """The project's metrics, as terms of its own glossary."""
    for node in project.nodes.values():
        if node.resource_type == "metric":
            yield Concept(
                namespace=project.name,
                name=node.unique_id,
                title=node.label or node.name,
                description=(node.description or "").strip() or None,
                alternatives=frozenset({node.name} - {node.label or node.name}),
            )
