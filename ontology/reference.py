"""The reference of the ontology, written from its files: `python -m ontology.reference [--html] [--output FILE]`."""

from __future__ import annotations

import argparse
import html
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rdflib import DCTERMS, OWL, RDF, RDFS, SDO, SH, SKOS, Graph, URIRef
from rdflib.term import Node

import ontology
from ontology.borrowed import vocabularies

__all__ = ["as_html", "as_markdown", "main"]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `level` counts from 1."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table; a row's `anchors` entry is its identifier on the HTML page."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    anchors: tuple[str, ...] = ()


_STYLE = (
    "body{font-family:sans-serif;max-width:70em;margin:auto;padding:1em}"
    "td,th{text-align:left;vertical-align:top;padding:.2em .6em}"
)

Block = Heading | Table | str
"""Text marks code by backquotes, in headings, cells and paragraphs alike."""


def as_markdown() -> str:
    """The reference as Markdown."""
    note = "<!-- Written by `python -m ontology.reference --output docs/reference/ontology.md`; do not edit. -->"
    return "\n\n".join([note, *(_markdown(block) for block in _blocks())]) + "\n"


def as_html() -> str:
    """The reference as one HTML page, on which every class and property has its local name as identifier."""
    body = "\n".join(_html(block) for block in _blocks())
    head = f'<meta charset="utf-8"><title>Fabric ontology</title><style>{_STYLE}</style>'
    return f'<!doctype html>\n<html lang="en">\n<head>{head}</head>\n<body>\n{body}\n</body>\n</html>\n'


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the reference to a file, or to standard output where none is named."""
    parser = argparse.ArgumentParser(prog="python -m ontology.reference", description="Write the ontology's reference.")
    parser.add_argument("--html", action="store_true", help="write an HTML page instead of Markdown")
    parser.add_argument("--output", type=Path, help="file to write; standard output where none is named")
    options = parser.parse_args(arguments)
    text = as_html() if options.html else as_markdown()
    if options.output is None:
        sys.stdout.write(text)
    else:
        options.output.write_text(text, encoding="utf-8")


class _Names:
    """Compact names by the prefixes that the files declare."""

    def __init__(self, graphs: Iterable[Graph]) -> None:
        declared = {str(iri): prefix for graph in graphs for prefix, iri in graph.namespaces()}
        self._prefixes = sorted(declared.items(), key=lambda item: (-len(item[0]), item[0]))

    def of(self, node: Node | None) -> str:
        """The compact name as code; nothing for nothing."""
        if node is None:
            return ""
        for namespace, prefix in self._prefixes:
            if str(node).startswith(namespace):
                return f"`{prefix}:{str(node)[len(namespace) :]}`"
        return f"`{node}`"

    def all(self, nodes: Iterable[Node]) -> str:
        """Compact names, sorted, with commas between."""
        return ", ".join(sorted(self.of(node) for node in nodes))


def _blocks() -> Iterator[Block]:
    graphs = [ontology.graph(name) for name in ontology.GRAPHS]
    fab, names = ontology.graph("fab"), _Names(graphs)
    header = next(fab.subjects(RDF.type, OWL.Ontology))
    yield Heading(1, "Ontology")
    yield f"{fab.value(header, DCTERMS.description)} Version {fab.value(header, OWL.versionInfo)}."
    yield f"Terms are `fab:` (`{ontology.FAB}`), shapes `fabs:` (`{ontology.FABS}`), concepts under `{ontology.FABV}`."
    yield Heading(2, "Classes")
    yield _classes(fab, names)
    yield Heading(2, "Properties")
    yield _properties(fab, names)
    yield Heading(2, "Concept schemes")
    yield from _schemes(ontology.graph("schemes"))
    yield Heading(2, "Shapes")
    yield "What a record must look like to enter the knowledge graph (SHACL); a record that breaks one is refused."
    yield from _shapes(ontology.graph("shapes"), names)
    yield Heading(2, "Audit shapes")
    yield "These need SHACL-SPARQL and are for audits of whole graphs."
    yield _audits(ontology.graph("audit"), names)
    yield Heading(2, "Borrowed vocabularies")
    yield "Terms of other vocabularies that the ontology, the schemes, the shapes and the JSON-LD context use."
    yield _borrowed(graphs)


def _described(graph: Graph, *kinds: URIRef) -> list[Node]:
    return sorted(
        {node for kind in kinds for node in graph.subjects(RDF.type, kind)}, key=lambda node: str(node).lower()
    )


def _local(node: Node) -> str:
    return re.split("[#/]", str(node))[-1]


def _classes(fab: Graph, names: _Names) -> Table:
    terms = _described(fab, OWL.Class)
    rows = (
        (names.of(term), names.all(fab.objects(term, RDFS.subClassOf)), str(fab.value(term, RDFS.comment)))
        for term in terms
    )
    return Table(("Class", "Subclass of", "Meaning"), tuple(rows), tuple(map(_local, terms)))


def _properties(fab: Graph, names: _Names) -> Table:
    terms = _described(fab, OWL.ObjectProperty, OWL.DatatypeProperty)
    rows = (
        (
            names.of(term),
            names.all([*fab.objects(term, RDFS.domain), *fab.objects(term, SDO.domainIncludes)]),
            names.all([*fab.objects(term, RDFS.range), *fab.objects(term, SDO.rangeIncludes)]),
            names.all(fab.objects(term, RDFS.subPropertyOf)),
            str(fab.value(term, RDFS.comment)),
        )
        for term in terms
    )
    head = ("Property", "Of", "Value", "Subproperty of", "Meaning")
    return Table(head, tuple(rows), tuple(map(_local, terms)))


def _schemes(graph: Graph) -> Iterator[Block]:
    for scheme in _described(graph, SKOS.ConceptScheme):
        yield Heading(3, str(graph.value(scheme, DCTERMS.title)))
        yield f"{graph.value(scheme, SKOS.definition)} Concepts are `{scheme}/…`."
        concepts = sorted(graph.subjects(SKOS.inScheme, scheme), key=str)
        rows = (
            (
                f"`{graph.value(node, SKOS.notation)}`",
                str(graph.value(node, SKOS.prefLabel)),
                str(graph.value(node, SKOS.definition)),
            )
            for node in concepts
        )
        yield Table(("Notation", "Label", "Meaning"), tuple(rows))


def _shapes(graph: Graph, names: _Names) -> Iterator[Block]:
    for shape in _described(graph, SH.NodeShape):
        yield Heading(3, names.of(shape))
        targets = names.all(graph.objects(shape, SH.targetClass))
        subjects = names.all(graph.objects(shape, SH.targetSubjectsOf))
        about = "; ".join(part for part in (targets, f"whatever has {subjects}" if subjects else "") if part)
        message = graph.value(shape, SH.message)
        yield f"For {about}." + (f" Demands: {message}." if message else "")
        rules = sorted(graph.objects(shape, SH.property), key=str)
        rows = ((names.of(rule), _path(graph, rule, names), str(graph.value(rule, SH.message))) for rule in rules)
        yield Table(("Shape", "Property", "Demands"), tuple(rows))


def _path(graph: Graph, rule: Node, names: _Names) -> str:
    path = graph.value(rule, SH.path)
    inverse = graph.value(path, SH.inversePath)
    return f"inverse of {names.of(inverse)}" if inverse else names.of(path)


def _audits(graph: Graph, names: _Names) -> Table:
    rows = (
        (names.of(shape), names.all(graph.objects(shape, SH.targetSubjectsOf)), str(graph.value(rule, SH.message)))
        for shape in _described(graph, SH.NodeShape)
        for rule in graph.objects(shape, SH.sparql)
    )
    return Table(("Shape", "For whatever has", "Demands"), tuple(rows))


def _borrowed(graphs: Iterable[Graph]) -> Table:
    used = {str(node) for graph in graphs for triple in graph for node in triple if isinstance(node, URIRef)}
    used |= _context_iris(ontology.context()["@context"])
    rows = []
    for vocabulary in sorted(vocabularies().values(), key=lambda item: item.title.lower()):
        terms = sorted(name for name in vocabulary.names if vocabulary.namespace + name in used)
        if terms:
            rows.append(
                (
                    vocabulary.title,
                    f"`{vocabulary.namespace}`",
                    vocabulary.version,
                    ", ".join(f"`{name}`" for name in terms),
                )
            )
    return Table(("Vocabulary", "Namespace", "Version", "Terms"), tuple(rows))


def _context_iris(context: dict[str, object]) -> set[str]:
    values = (value["@id"] if isinstance(value, dict) else value for value in context.values())
    pairs = (str(value).split(":", 1) for value in values if ":" in str(value))
    return {f"{context[prefix]}{name}" for prefix, name in pairs if prefix in context}


def _markdown(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.level} {block.text}"
    if isinstance(block, str):
        return block
    lines = [block.head, tuple("---" for _ in block.head), *block.rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def _html(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{_inline(block.text)}</h{block.level}>"
    if isinstance(block, str):
        return f"<p>{_inline(block)}</p>"
    head = "".join(f"<th>{_inline(cell)}</th>" for cell in block.head)
    anchors = block.anchors or ("",) * len(block.rows)
    return f"<table>\n<tr>{head}</tr>\n{''.join(map(_html_row, block.rows, anchors))}</table>"


def _html_row(row: tuple[str, ...], anchor: str) -> str:
    cells = "".join(f"<td>{_inline(cell)}</td>" for cell in row)
    return f'<tr id="{html.escape(anchor)}">{cells}</tr>\n' if anchor else f"<tr>{cells}</tr>\n"


def _inline(text: str) -> str:
    return re.sub("`([^`]*)`", r"<code>\1</code>", html.escape(text))


if __name__ == "__main__":
    main()
