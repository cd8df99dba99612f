"""Lineage as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html) and as a graph in DOT
(https://graphviz.org/doc/info/lang.html)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote

from fabric.tracing.answer import Edge, Lineage, Node

__all__ = ["as_dot", "as_mermaid"]

_SPECIAL = re.compile(r"[\"#&<>`\\]")
_BREAKS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


def as_mermaid(found: Lineage) -> str:
    """Assets from left to right, as boxes of their columns where those have edges; dotted arrows where no value flows."""
    names = _names(found)
    lines = ["flowchart LR"]
    for node in found.nodes:
        if node.fields:
            lines.append(f"  subgraph {names[node.iri]}[{_mermaid(_title(node))}]")
            lines += [f"    {names[field.iri]}[{_mermaid(field.path)}]" for field in node.fields]
            lines.append("  end")
        else:
            lines.append(f"  {names[node.iri]}[{_mermaid(_title(node))}]")
    lines += [f"  {names[iri]}[{_mermaid(_elsewhere(iri))}]" for iri in _others(found)]
    for edge in found.edges:
        said = _said(edge)
        label = f"|{_mermaid(said)}|" if said else ""
        lines.append(f"  {names[edge.start]} {'-.->' if edge.influence else '-->'}{label} {names[edge.end]}")
    return "\n".join(lines) + "\n"


def as_dot(found: Lineage) -> str:
    """The same for Graphviz; each node has the asset's IRI as its URL."""
    names = _names(found)
    ends = {end for edge in found.edges for end in (edge.start, edge.end)}
    lines = ["digraph lineage {", "  rankdir=LR;", "  node [shape=box];"]
    for node in found.nodes:
        if node.fields:
            lines += _cluster(node, names, touched=node.iri in ends)
        else:
            lines.append(f"  {names[node.iri]} [label={_dot(_title(node))}, URL={_dot(node.iri)}];")
    lines += [f"  {names[iri]} [label={_dot(_elsewhere(iri))}, URL={_dot(iri)}];" for iri in _others(found)]
    for edge in found.edges:
        said = _said(edge)
        style = [f"label={_dot(said)}"] if said else []
        style += ["style=dashed"] if edge.influence else []
        shown = f" [{', '.join(style)}]" if style else ""
        lines.append(f"  {names[edge.start]} -> {names[edge.end]}{shown};")
    return "\n".join([*lines, "}"]) + "\n"


def _cluster(node: Node, names: Mapping[str, str], *, touched: bool) -> list[str]:
    """The asset's columns in a box; an arrow cannot end at the box, so that the asset is a node in it where one does."""
    lines = [
        f"  subgraph cluster_{names[node.iri]} {{",
        f"    label={_dot(_title(node))};",
        f"    URL={_dot(node.iri)};",
    ]
    if touched:
        lines.append(f"    {names[node.iri]} [label={_dot(node.title)}, shape=plaintext];")
    lines += [f"    {names[one.iri]} [label={_dot(one.path)}, URL={_dot(one.iri)}];" for one in node.fields]
    return [*lines, "  }"]


def _names(found: Lineage) -> dict[str, str]:
    """Short names of assets and columns by IRI."""
    iris = [iri for node in found.nodes for iri in (node.iri, *(field.iri for field in node.fields))]
    return {iri: f"n{number}" for number, iri in enumerate([*iris, *_others(found)])}


def _others(found: Lineage) -> list[str]:
    """Ends of edges that are on another page of the answer."""
    here = {iri for node in found.nodes for iri in (node.iri, *(field.iri for field in node.fields))}
    return sorted({end for edge in found.edges for end in (edge.start, edge.end)} - here)


def _elsewhere(iri: str) -> str:
    asset, _, field = iri.partition("/field/")
    name = unquote(asset.rpartition("/")[2])
    return f"{name}.{unquote(field)}" if field else name


def _title(node: Node) -> str:
    return f"{node.title} ({' '.join(filter(None, (node.platform, node.dataset_kind or node.kind)))})"


def _said(edge: Edge) -> str:
    """How a column is made of another; a job's name, where it is no node itself; nothing for a copy."""
    if edge.influence:
        return "filters or joins"
    jobs = dict.fromkeys(who.job.title for who in edge.provenance if who.job is not None)
    said = edge.expression or edge.transformation or (", ".join(jobs) if edge.level == "table" else "")
    return f"{said} (masked)" if edge.masking and said else "masked" if edge.masking else said


def _mermaid(text: str) -> str:
    """A quoted text; what Mermaid or its HTML would read as more is written by its code point."""
    return '"' + _SPECIAL.sub(lambda found: f"#{ord(found[0])};", _BREAKS.sub(" ", text)) + '"'


def _dot(text: str) -> str:
    return '"' + _BREAKS.sub(" ", text).replace("\\", "\\\\").replace('"', '\\"') + '"'
