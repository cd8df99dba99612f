"""A dbt project as a whole: which of its nodes are datasets, under which identity, and what stands upstream of what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.dbt.naming import adapter_of, relation_parts, stored_files, table_name
from connectors.dbt.schema import Node
from fabric.model import Agent, Problem, Ref, agent, dataset, job

__all__ = ["Owners", "Project", "Relation"]

_STORED = frozenset({"model", "seed", "snapshot", "source"})
_UNSTORED = frozenset({"ephemeral", "test", "inline"})


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view: its identity, the parts of its name outermost first, and dbt's name of its platform.

    Files that dbt reads have no adapter: their system and folders are the files connector's to describe.
    """

    ref: Ref
    parts: tuple[str, ...]
    adapter: str


class Project:
    """The nodes of a manifest by their unique id.

    `name` is the namespace of the project's jobs, `namespace` that of its datasets, `elsewhere` the namespaces of those
    dbt sources (by source name or database) that live in another system.
    """

    def __init__(
        self, nodes: Iterable[Node], *, name: str, adapter: str, namespace: str, elsewhere: Mapping[str, str]
    ) -> None:
        self.name = name
        self.adapter = adapter
        self.nodes = {node.unique_id: node for node in nodes}
        self._relations = {
            node.unique_id: _relation(node, adapter, namespace, elsewhere)
            for node in self.nodes.values()
            if _is_stored(node)
        }
        self._names = {
            node.name: node.unique_id for node in self.nodes.values() if node.resource_type in _STORED - {"source"}
        }

    def dataset(self, unique_id: str) -> Ref | None:
        """Identity of the table or view of a node; None for what is not stored, such as an ephemeral model."""
        relation = self._relations.get(unique_id)
        return relation.ref if relation else None

    def named(self, name: str) -> Node | None:
        """The model, seed or snapshot that `ref('name')` means."""
        return self.nodes.get(self._names.get(name, ""))

    def relations(self) -> Iterator[tuple[Relation, list[Node]]]:
        """Each table or view with the nodes that describe it, those that write it first.

        A table may be both one package's seed and a source that another package declares.
        """
        groups: dict[Ref, list[Node]] = {}
        for unique_id, relation in self._relations.items():
            groups.setdefault(relation.ref, []).append(self.nodes[unique_id])
        for nodes in groups.values():
            ordered = sorted(nodes, key=lambda node: (node.resource_type == "source", node.unique_id))
            yield self._relations[ordered[0].unique_id], ordered

    def writers(self) -> Iterator[tuple[Node, Ref]]:
        """The models, seeds and snapshots that dbt builds, with the dataset each writes."""
        for unique_id, relation in self._relations.items():
            if self.nodes[unique_id].resource_type != "source":
                yield self.nodes[unique_id], relation.ref

    def job(self, node: Node) -> Ref:
        """Identity of the job that builds a model, seed or snapshot."""
        return job(self.name, f"dbt.{node.unique_id}")

    def upstream(self, node: Node) -> frozenset[Ref]:
        """The datasets a node reads. What is not stored, such as ephemeral models and metrics, gives way to its own."""
        found: set[Ref] = set()
        seen = {node.unique_id}
        waiting = list(node.depends_on.nodes)
        while waiting:
            unique_id = waiting.pop()
            if unique_id in seen:
                continue
            seen.add(unique_id)
            ref = self.dataset(unique_id)
            if ref is not None:
                found.add(ref)
            elif unique_id in self.nodes:
                waiting.extend(self.nodes[unique_id].depends_on.nodes)
        return frozenset(found)

    def problems(self) -> Iterator[Problem]:
        """Dependencies on nodes that the manifest does not hold."""
        for node in self.nodes.values():
            missing = sorted(set(node.depends_on.nodes) - self.nodes.keys())
            if missing:
                yield Problem(
                    subject=node.unique_id,
                    reason=f"it depends on {', '.join(missing)}, which manifest.json does not hold or holds malformed; "
                    "write it anew with `dbt parse`",
                )


class Owners:
    """Who owns what, and the agents met on the way."""

    def __init__(self, groups: Mapping[str, Any], nodes: Iterable[Node]) -> None:
        self._agents: dict[Ref, Agent] = {}
        self._groups = {
            str(group.get("name") or unique_id): group.get("owner")
            for unique_id, group in groups.items()
            if isinstance(group, dict)
        }
        # An owner named without an address is the one of that name whose address another place tells.
        self._emails: dict[str, str] = {}
        for owner in (*self._groups.values(), *(node.owner for node in nodes)):
            if isinstance(owner, dict) and owner.get("name") and isinstance(owner.get("email"), str):
                self._emails.setdefault(str(owner["name"]).strip(), owner["email"].strip())

    def of(self, node: Node) -> frozenset[Ref]:
        """Owners by `meta.owner`, by the node's group, and by an exposure's `owner`."""
        metas = (node.meta or {}, node.config.get("meta") or {})
        found = {ref for meta in metas if isinstance(meta, dict) for ref in self._read(meta.get("owner"))}
        found |= self._read(node.owner)
        group = node.group or node.config.get("group")
        if isinstance(group, str):
            found |= self._read(self._groups.get(group), team=group)
        return frozenset(found)

    def agents(self) -> Iterator[Agent]:
        """Every agent named so far, once."""
        yield from self._agents.values()

    def _read(self, owner: object, team: str = "") -> set[Ref]:
        if isinstance(owner, list):
            return {ref for item in owner for ref in self._read(item, team)}
        if isinstance(owner, str):
            return self._add(owner, owner if "@" in owner else "", team)
        if not isinstance(owner, dict):
            return set()
        name, emails = str(owner.get("name") or team), owner.get("email")
        listed = emails if isinstance(emails, list) else [emails]
        return {ref for email in listed for ref in self._add(name, str(email or ""), team)}

    def _add(self, name: str, email: str, team: str) -> set[Ref]:
        name, email = name.strip(), email.strip()
        email = email or self._emails.get(name, "")
        if not (name or email):
            return set()
        known = self._agents.get(ref := agent(email or name))
        if known is None or (known.title == known.name and name):
            self._agents[ref] = Agent(
                name=ref.name,
                title=name or email,
                email=email or None,
                team=bool(team) or (known is not None and known.team),
            )
        return {ref}


def _is_stored(node: Node) -> bool:
    return node.resource_type in _STORED and node.materialized not in _UNSTORED


def _location(node: Node) -> str:
    """Where a source says that its files are: dbt-duckdb's `external_location`, or dbt-external-tables' `location`."""
    meta = node.config.get("meta") or node.meta or {}
    return str(meta.get("external_location") or (node.external or {}).get("location") or "")


def _relation(node: Node, adapter: str, namespace: str, elsewhere: Mapping[str, str]) -> Relation:
    other = None
    if node.resource_type == "source":
        files = stored_files(_location(node))
        if files:
            return Relation(dataset(*files), (files[1].rpartition("/")[2],), "")
        other = elsewhere.get(node.source_name or "") or elsewhere.get(node.database or "")
    if other:
        adapter = adapter_of(other)
    parts = relation_parts(node, adapter)
    return Relation(dataset(other or namespace, table_name(parts, adapter)), parts, adapter)
