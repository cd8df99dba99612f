"""Answers about lineage in forms that other tools read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from fabric.identity import Iris
from fabric.tracing.answer import Lineage
from fabric.tracing.drawings import as_dot, as_mermaid
from fabric.tracing.prov import as_prov

__all__ = ["Format", "export"]

Format = Literal["mermaid", "dot", "openlineage", "prov"]


def export(found: Lineage, form: Format, iris: Iris, now: datetime | None = None) -> str:
    """A page of lineage as a Mermaid flowchart, a DOT graph, a JSON array of OpenLineage events, or PROV in Turtle.

    `now` dates events of edges of which it is not known when they were said.
    """
    if form == "mermaid":
        return as_mermaid(found)
    if form == "dot":
        return as_dot(found)
    if form == "prov":
        return as_prov(found)
    from fabric.tracing.events import as_openlineage  # OpenLineage's classes take 0.2 s to import

    return as_openlineage(found, iris, now or datetime.now(UTC))
