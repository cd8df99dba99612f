"""A project's data tests and its rules of source freshness, as checks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.dbt.datasets import column_name
from connectors.dbt.project import Project
from connectors.dbt.schema import Node
from fabric.model import Check, Field, Ref

__all__ = ["checks", "freshness_name"]

# First match wins. A duplicate or an orphan contradicts another row, hence consistency; a value outside its domain
# is invalid whatever the other rows say.
_DIMENSIONS = (
    (re.compile(r"not_null|at_least_one|not_empty|_to_exist$|not_accepted_null"), "completeness"),
    (re.compile(r"recency|fresh|recent"), "timeliness"),
    (re.compile(r"uniq|relationship|equal|cardinality|duplicate|_pair|sequential|mutually_exclusive"), "consistency"),
    (
        re.compile(r"accepted|range|between|in_set|regex|like|of_type|in_type|expression_is_true|length|format"),
        "validity",
    ),
)


def checks(project: Project, fields: Mapping[Ref, tuple[Field, ...]]) -> Iterator[Check]:
    """A check of every data test and every source with a freshness rule.

    A test of what is not stored, an ephemeral model for one, has no dataset and is no check. `fields` are those of each
    dataset.
    """
    for node in project.nodes.values():
        if node.resource_type == "test":
            subject = _subject(project, node)
            if subject:
                yield _test(project, node, subject, fields.get(subject, ()))
        elif node.resource_type == "source" and (rule := _freshness_rule(node)):
            subject = project.dataset(node.unique_id)
            if subject:
                yield _freshness(project, node, subject, rule)


def freshness_name(unique_id: str) -> str:
    """Name of the check of a source's freshness."""
    return f"freshness.{unique_id}"


def _test(project: Project, node: Node, subject: Ref, fields: tuple[Field, ...]) -> Check:
    kind = node.test_metadata.name if node.test_metadata else ""
    severity = node.config.get("severity")
    return Check(
        namespace=project.name,
        name=node.unique_id,
        title=node.name,
        subject=subject,
        column=column_name(node.column_name, fields),
        description=(node.description or "").strip() or None,
        dimension=next((dimension for pattern, dimension in _DIMENSIONS if pattern.search(kind)), None)
        if kind
        else None,
        definition=(node.compiled_code or node.raw_code or "").strip() or None,
        severity=severity.lower() if isinstance(severity, str) else None,
    )


def _freshness(project: Project, node: Node, subject: Ref, rule: str) -> Check:
    return Check(
        namespace=project.name,
        name=freshness_name(node.unique_id),
        title=f"freshness of {node.source_name}.{node.name}" if node.source_name else f"freshness of {node.name}",
        subject=subject,
        dimension="timeliness",
        definition=rule,
        severity="error" if "error after" in rule else "warn",
    )


def _freshness_rule(node: Node) -> str:
    limits = []
    for level in ("warn", "error"):
        limit: Any = (node.freshness or {}).get(f"{level}_after")
        if isinstance(limit, dict) and limit.get("count") is not None:
            period = f"{limit.get('period') or 'day'}{'' if limit['count'] == 1 else 's'}"
            limits.append(f"{level} after {limit['count']} {period}")
    return "; ".join(limits)


def _subject(project: Project, node: Node) -> Ref | None:
    """What a test is attached to; for one that is attached to nothing, the first stored node it reads."""
    attached = node.attached_node
    if attached is None and node.file_key_name:
        named = project.named(node.file_key_name.rpartition(".")[2])
        attached = named.unique_id if named else None
    if attached is not None:
        return project.dataset(attached)
    return next((ref for upstream in node.depends_on.nodes if (ref := project.dataset(upstream))), None)
