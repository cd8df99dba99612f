from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
from rdflib import OWL, RDF

import ontology
from ontology import reference

COMMITTED = Path(__file__).parents[2] / "docs" / "reference" / "ontology.md"


class Page(HTMLParser):
    """Collects the identifiers and checks that tags are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.identifiers: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.identifiers += [value for name, value in attrs if name == "id" and value]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_committed_reference_is_current() -> None:
    remedy = "run: python -m ontology.reference --output docs/reference/ontology.md"
    assert COMMITTED.read_text(encoding="utf-8") == reference.as_markdown(), remedy


def test_the_reference_is_the_same_each_time() -> None:
    assert reference.as_markdown() == reference.as_markdown()


def test_the_reference_names_every_term_shape_and_concept() -> None:
    text = reference.as_markdown()
    for name, prefix, iri in (("fab", "fab:", ontology.FAB), ("shapes", "fabs:", ontology.FABS)):
        graph: ontology.GraphName = "fab" if name == "fab" else "shapes"
        for node in ontology.graph(graph).subjects(RDF.type):
            if str(node).startswith(iri):
                assert f"`{prefix}{str(node).removeprefix(iri)}`" in text
    for node in ontology.graph("schemes").subjects():
        assert str(node).rsplit("/", 1)[-1] in text


def test_every_row_of_a_markdown_table_has_as_many_cells_as_its_head() -> None:
    width = 0
    for line in reference.as_markdown().splitlines():
        cells = line.replace("\\|", "").count("|") if line.startswith("|") else 0
        assert not width or not cells or cells == width
        width = cells


def test_the_page_is_wellformed_and_has_an_anchor_for_every_term() -> None:
    page = Page()
    page.feed(reference.as_html())
    graph = ontology.graph("fab")
    kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
    terms = {str(node).removeprefix(ontology.FAB) for kind in kinds for node in graph.subjects(RDF.type, kind)}
    assert page.open == []
    assert sorted(page.identifiers) == sorted(terms)


def test_the_command_writes_to_a_file_or_to_standard_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reference.main(["--html", "--output", str(tmp_path / "page.html")])
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == reference.as_html()
    reference.main([])
    assert capsys.readouterr().out == reference.as_markdown()
