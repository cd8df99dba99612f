"""The documentation is whole: links lead somewhere, blocks are well formed, everything has its place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import graphql
import pyoxigraph
import pytest
import yaml
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from typer.main import get_command

from api.app import make_app
from api.cli import app
from api.graphql.schema import make_schema
from api.reference import pages as written_pages
from fabric.connector import connector_class, connector_names
from fabric.errors import FabricError
from fabric.settings import Settings
from fabric.terms import PREFIXES
from tests.docs.pages import ROOT, Block, anchors, blocks, links, pages, text_of

BLOCKS = [block for page in pages() for block in blocks(page)]
PREFIX_LINES = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())


def _name(item: Path | Block) -> str:
    return f"{item.page.stem}-{item.line}" if isinstance(item, Block) else str(item.relative_to(ROOT))


@pytest.mark.parametrize("page", pages(), ids=_name)
def test_links_lead_to_pages_headings_and_files_that_exist(page: Path) -> None:
    for link in links(page):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link} of {page.name}"
        assert not anchor or anchor in anchors(target), f"{link} of {page.name}"


def test_the_index_leads_to_every_page() -> None:
    index = ROOT / "docs" / "index.md"
    linked = {(index.parent / link).resolve() for link in links(index)}
    assert {page for page in pages() if page not in linked} == {index, ROOT / "README.md"}


@pytest.mark.parametrize("page", pages(), ids=_name)
def test_every_fence_is_closed(page: Path) -> None:
    fences = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("```")]
    assert len(fences) == 2 * len(list(blocks(page)))


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.language == "json"], ids=_name)
def test_json_is_json(block: Block) -> None:
    json.loads(block.text)


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.language == "yaml"], ids=_name)
def test_yaml_is_yaml_and_options_are_the_connectors(block: Block) -> None:
    document: dict[str, Any] = yaml.safe_load(block.text)
    described = [(block.page.stem, document)] if block.page.parent.name == "connectors" else _sources(document)
    for connector, options in described:
        assert set(options) <= set(connector_class(connector).Config.model_fields)


def _sources(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(one["connector"], one["options"]) for one in document["sources"].values()]


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.language == "sparql"], ids=_name)
def test_sparql_is_sparql(block: Block) -> None:
    pyoxigraph.Store().query(PREFIX_LINES + block.text)


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.language == "python"], ids=_name)
def test_python_runs(block: Block) -> None:
    exec(compile(block.text, _name(block), "exec"), {"__name__": "example"})


def test_graphql_operations_fit_the_schema() -> None:
    schema = graphql.build_schema(make_schema().as_str())
    operations = [block for block in BLOCKS if block.language == "graphql" and block.page.parent.name != "reference"]
    assert operations
    for block in operations:
        assert graphql.validate(schema, graphql.parse(block.text)) == [], _name(block)


@pytest.mark.parametrize("name", sorted(written_pages()))
def test_written_reference_is_current(name: str) -> None:
    assert text_of(f"docs/reference/{name}") == written_pages()[name], "run python -m api.reference"


def test_every_connector_has_a_page_with_all_its_options() -> None:
    for name in connector_names():
        page = text_of(f"docs/connectors/{name}.md")
        missing = [option for option in connector_class(name).Config.model_fields if f"`{option}`" not in page]
        assert not missing, f"docs/connectors/{name}.md lacks {missing}"


def test_every_command_has_a_section() -> None:
    page = text_of("docs/reference/cli.md")
    command: Any = get_command(app)
    for name, one in command.commands.items():
        for words in [f"{name} {inner}" for inner in getattr(one, "commands", ())] or [name]:
            assert f"\n## fabric {words}\n" in page


def test_every_setting_is_described() -> None:
    page = text_of("docs/reference/settings.md")
    assert not [name for name in Settings.model_fields if f"`FABRIC_{name.upper()}`" not in page]


def test_every_route_is_described(tmp_path: Path) -> None:
    page = text_of("docs/reference/http.md")
    for path in _paths(make_app(Settings(data_dir=tmp_path), indexing=False).routes):
        assert f"| `{path}` |" in page


def _paths(routes: list[BaseRoute], before: str = "") -> Iterator[str]:
    for route in routes:
        assert isinstance(route, Route | Mount | WebSocketRoute)
        if isinstance(route, Mount) and route.routes:
            yield from _paths(route.routes, before + route.path)
        else:
            yield (before + route.path).replace(":path", "") or "/"


def test_every_error_is_described() -> None:
    page = text_of("docs/reference/errors.md")

    def codes(kind: type[FabricError]) -> set[str]:
        below = (child for child in kind.__subclasses__() if child.__module__ == kind.__module__)
        return {kind.__name__}.union(*map(codes, below))

    assert not [code for code in codes(FabricError) if f"| `{code}` |" not in page]
