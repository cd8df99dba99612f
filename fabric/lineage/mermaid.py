"""Draws lineage as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html)."""

from __future__ import annotations

from collections import defaultdict

from fabric.lineage.statement import SqlLineage, Table

__all__ = ["as_mermaid"]

_RESULT = "result"


def as_mermaid(lineage: SqlLineage) -> str:
    """Tables as boxes of their columns, from left to right; dotted arrows from what only decides on rows."""
    columns: dict[str, dict[str, str]] = defaultdict(dict)

    def node(table: Table | None, column: str) -> str:
        held = columns[str(table) if table else _RESULT]
        if column not in held:
            held[column] = f"c{sum(map(len, columns.values()))}"
        return held[column]

    arrows = []
    for edge in lineage.edges:
        start, end = node(edge.source.table, edge.source.name), node(edge.target_table, edge.target)
        arrows.append(f"  {start} --> {end}" if edge.kind == "identity" else f"  {start} -- {edge.kind} --> {end}")
    targets = {str(edge.target_table) if edge.target_table else _RESULT for edge in lineage.edges}
    boxes = {name: f"t{number}" for number, name in enumerate([*columns, *(t for t in targets if t not in columns)])}
    for item in dict.fromkeys((i.source, i.target_table, i.clause) for i in lineage.influences):
        source, target, clause = item
        box = boxes.get(str(target) if target else _RESULT)
        if box is not None:
            arrows.append(f"  {node(source.table, source.name)} -. {clause} .-> {box}")
    for name in columns:
        boxes.setdefault(name, f"t{len(boxes)}")
    lines = ["flowchart LR"]
    for name, held in columns.items():
        lines.append(f"  subgraph {boxes[name]}[{_label(name)}]")
        lines += [f"    {key}[{_label(column)}]" for column, key in held.items()]
        lines.append("  end")
    for table in sorted((lineage.reads | lineage.writes), key=str):
        if str(table) not in boxes:
            boxes[str(table)] = f"t{len(boxes)}"
            lines.append(f"  {boxes[str(table)]}[{_label(str(table))}]")
    return "\n".join([*lines, *arrows]) + "\n"


def _label(text: str) -> str:
    return '"' + text.replace("&", "&amp;").replace('"', "&quot;").replace("\n", " ")[:80] + '"'
