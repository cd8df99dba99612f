"""The dbt connector: its options, its check, and the order in which a project is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, StringConstraints

from connectors.dbt.artifacts import (
    NEWEST,
    Folder,
    manifest_version,
    read_catalog,
    read_nodes,
    without_password,
)
from connectors.dbt.checks import checks
from connectors.dbt.datasets import catalogs, dataset_record, lineage, warehouses
from connectors.dbt.jobs import concepts, dashboards, jobs
from connectors.dbt.project import Owners, Project
from connectors.dbt.results import Results, results
from connectors.dbt.schema import CatalogEntry, Node
from fabric.connector import Config, Connector
from fabric.errors import SettingsError
from fabric.model import Problem, Record, Source

__all__ = ["DbtConfig", "DbtConnector"]

Namespace = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True), AfterValidator(without_password)]


class DbtConfig(Config):
    """Options of the dbt connector."""

    path: str = Field(
        min_length=1,
        description="The project's target folder, or the project folder that holds it; a path or an fsspec URL.",
    )
    namespace: Namespace = Field(
        description="Namespace of the warehouse the models are built in, by OpenLineage naming: postgres://host:5432, "
        "snowflake://organisation-account, bigquery, duckdb:///absolute/path.duckdb."
    )
    source_namespaces: dict[str, Namespace] = Field(
        default_factory=dict,
        description="Namespaces of those dbt sources that live in another system, by source name or by database.",
    )
    project_name: str | None = Field(
        default=None, min_length=1, description="Name of the project; by default the one in the manifest."
    )


class DbtConnector(Connector[DbtConfig]):
    """Reads manifest.json and, where present, catalog.json, run_results.json and sources.json."""

    name: ClassVar[str] = "dbt"
    title: ClassVar[str] = "dbt project"
    Config: ClassVar[type[Config]] = DbtConfig

    def check(self) -> str:
        """Read the manifest; say which project and how many of each resource it holds."""
        folder = Folder(self.config.path)
        manifest = folder.manifest()
        version = manifest_version(manifest, folder.shown)
        counts = Counter(node.resource_type for node in read_nodes(manifest) if isinstance(node, Node))
        held = ", ".join(f"{kind} {count}" for kind, count in counts.most_common())
        dbt = _metadata(manifest).get("dbt_version")
        return f"dbt {dbt} project {self._project_name(manifest)} (manifest v{version}): {held or 'no nodes'}"

    def harvest(self) -> Iterator[Record | Problem]:
        """Yield the project, its datasets and jobs, then what its last runs and tests said."""
        folder = Folder(self.config.path)
        manifest = folder.manifest()
        version = manifest_version(manifest, folder.shown)
        if version > NEWEST:
            yield Problem(
                subject="manifest.json",
                reason=f"its version is {version}, newer than {NEWEST}, the newest known; it was read as that one",
            )
        last = Results(folder.read("run_results.json"), "run_results.json")
        nodes = []
        for node in read_nodes(manifest):
            if isinstance(node, Problem):
                yield node
            else:
                nodes.append(last.compiled(node))
        metadata = _metadata(manifest)
        project = Project(
            nodes,
            name=self._project_name(manifest),
            adapter=str(metadata.get("adapter_type") or ""),
            namespace=self.config.namespace,
            elsewhere=self.config.source_namespaces,
        )
        groups = manifest.get("groups")
        owners = Owners(groups if isinstance(groups, dict) else {}, nodes)
        yield from project.problems()
        yield from self._systems(project, metadata)
        yield from self._assets(project, folder, owners, last)
        yield from owners.agents()

    def _systems(self, project: Project, metadata: Mapping[str, Any]) -> Iterator[Record]:
        version = metadata.get("dbt_version")
        yield Source(
            namespace=_system(project), title=project.name, platform="dbt", version=str(version) if version else None
        )
        yield from warehouses(project)
        yield from catalogs(project)

    def _assets(self, project: Project, folder: Folder, owners: Owners, last: Results) -> Iterator[Record | Problem]:
        entries: dict[str, CatalogEntry] = {}
        for found in read_catalog(folder.read("catalog.json") or {}):
            if isinstance(found, Problem):
                yield found
            else:
                entries[found[0]] = found[1]
        fields = {}
        for relation, nodes in project.relations():
            entry = next((entries[node.unique_id] for node in nodes if node.unique_id in entries), CatalogEntry())
            record = dataset_record(project, relation, nodes, entry, owners.of)
            fields[record.ref] = record.fields
            yield record
        yield from jobs(project, _system(project), owners.of)
        yield from lineage(project)
        yield from dashboards(project, owners.of)
        yield from concepts(project)
        tests = {check.name: check for check in checks(project, fields)}
        yield from tests.values()
        yield from results(project, tests, last, Results(folder.read("sources.json"), "sources.json"))

    def _project_name(self, manifest: Mapping[str, Any]) -> str:
        name = self.config.project_name or _metadata(manifest).get("project_name")
        if not name:
            raise SettingsError(
                "the manifest does not name its project, as those of older dbt versions do not",
                remedy="give the option 'project_name'",
            )
        return str(name)


def _metadata(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = manifest.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _system(project: Project) -> str:
    """Namespace of the source that the project is."""
    return f"dbt://{project.name}"
