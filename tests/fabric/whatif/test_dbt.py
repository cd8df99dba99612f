"""A project that the real dbt compiles, before and after its models are changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from fabric.whatif.answer import Difference
from fabric.whatif.proposals import Manifest
from fabric.workspace import Workspace
from tests.connectors.dbt.bakery import MISSING, build_bakery, run_dbt
from tests.fabric.crashing import open_workspace
from tests.fabric.whatif.estates import broken, edges

pytestmark = pytest.mark.skipif(MISSING and not os.environ.get("CI"), reason="dbt-duckdb is not installed")


@pytest.fixture(scope="module")
def bakery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_bakery(tmp_path_factory.mktemp("what-if-dbt") / "bakery")


@pytest.fixture(scope="module")
def workspace(bakery: Path) -> Iterator[Workspace]:
    """The project as it was built, harvested."""
    with open_workspace(bakery.parent / "data") as workspace:
        options = {"path": str(bakery / "target"), "namespace": f"duckdb://{bakery / 'bakery.duckdb'}"}
        workspace.sources.register("bakery", "dbt", options)
        assert workspace.harvest("bakery").state == "complete"
        yield workspace


def proposed(workspace: Workspace, bakery: Path, model: str, old: str, new: str) -> Difference:
    """What would differ were a model's text altered; the project is as before afterwards."""
    file = bakery / "models" / f"{model}.sql"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    try:
        run_dbt(bakery, "compile", "--target-path", "proposed")
    finally:
        file.write_text(text, encoding="utf-8")
    return workspace.whatif.ask([Manifest((bakery / "proposed" / "manifest.json").read_text(encoding="utf-8"))])


def test_an_unchanged_project_differs_in_nothing(workspace: Workspace, bakery: Path) -> None:
    found = proposed(workspace, bakery, "top_products", "revenue", "revenue")
    assert (found.gone, found.edges_added, found.edges_removed, broken(found)) == ((), (), (), {})


def test_a_column_that_a_model_gives_up_breaks_the_model_that_sums_it(workspace: Workspace, bakery: Path) -> None:
    found = proposed(workspace, bakery, "daily_revenue", "as revenue", "as takings")
    assert "the column 'revenue' is in no source of the query" in broken(found)["top_products"]
    assert [one.field and one.field.rpartition("/")[2] for one in found.gone] == ["revenue"]
    assert ("sales.quantity", "daily_revenue.takings") in edges(found, "column", added=True)


def test_a_model_that_takes_more_breaks_nothing(workspace: Workspace, bakery: Path) -> None:
    found = proposed(workspace, bakery, "product_facts", "name, price", "name, price, price * 2 as double")
    assert (found.gone, broken(found)) == ((), {})
    assert edges(found, "column", added=True) == {("products.price", "product_facts.double")}
