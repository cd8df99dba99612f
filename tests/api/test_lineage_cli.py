"""Lineage on the command line, over a database of views."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import fabric, serving

ODD = 'odd "[na/me]" 🦆'
SHOP = f"""
    CREATE TABLE product (sku TEXT PRIMARY KEY, name TEXT, price NUMERIC);
    CREATE TABLE stock (sku TEXT REFERENCES product (sku), quantity INTEGER);
    CREATE VIEW low_stock AS SELECT sku, sum(quantity) AS quantity FROM stock GROUP BY sku HAVING sum(quantity) < 10;
    CREATE VIEW reorder AS SELECT p.name, l.quantity FROM low_stock l JOIN product p ON p.sku = l.sku;
    CREATE VIEW "{ODD.replace('"', '""')}" AS SELECT name, price FROM product;
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data directory that holds the shop, served."""
    folder = tmp_path_factory.mktemp("lineage-cli")
    with sqlite3.connect(folder / "shop.db") as shop:
        shop.executescript(SHOP)
    shop.close()
    fabric(folder / "data", "source", "add", "shop", "sql", "-o", f"url=sqlite:///{folder}/shop.db")
    fabric(folder / "data", "harvest")
    with serving(folder / "data"):
        yield folder / "data"


def test_lineage_is_drawn_as_a_tree_up_and_down(data: Path) -> None:
    assert fabric(data, "lineage", "show", "low_stock").stdout.splitlines() == [
        "low_stock  view sqlite main",
        "├── upstream",
        "│   └── stock  table sqlite main",
        "└── downstream",
        "    └── reorder  view sqlite main",
    ]
    assert f"── {ODD}  view" in fabric(data, "lineage", "show", "product").stdout


def test_lineage_can_be_narrowed(data: Path) -> None:
    assert "upstream" not in fabric(data, "lineage", "show", "low_stock", "--direction", "downstream").stdout
    assert "stock  table" not in fabric(data, "lineage", "show", "reorder", "--depth", "1").stdout
    assert "product" not in fabric(data, "lineage", "show", "reorder", "--through", "low_stock").stdout
    assert (
        "nothing was known"
        in fabric(data, "lineage", "show", "stock", "--as-of", "2001-01-01T00:00:00Z", check=False).stderr
    )


def test_lineage_of_columns_says_how_each_is_made(data: Path) -> None:
    rows = fabric(data, "lineage", "show", "stock", "--column", "QUANTITY").stdout.splitlines()
    assert [" ".join(row.split()) for row in rows] == [
        "column from how said by",
        "low_stock stock.quantity filters or joins shop",
        "low_stock.quantity stock.quantity SUM(quantity) shop",
        "reorder.quantity low_stock.quantity copy shop",
    ]


def test_an_asset_without_lineage_says_so(data: Path) -> None:
    assert "no lineage is known of it" in fabric(data, "lineage", "show", "main").stdout


def test_ways_and_causes(data: Path) -> None:
    ways = fabric(data, "lineage", "paths", "stock", "reorder", "--level", "column").stdout.splitlines()
    assert "stock.quantity -> low_stock.quantity -> reorder.quantity" in ways
    assert "no data flows" in fabric(data, "lineage", "paths", "reorder", "stock").stdout
    assert "nothing is known to be wrong" in fabric(data, "lineage", "why", "reorder").stdout


def test_impact_tells_what_breaks_and_what_lies_behind(data: Path) -> None:
    said = fabric(data, "impact", "drop-column", "stock", "quantity").stdout
    assert said.startswith("drop column quantity of stock: 1 broken, 1 affected")
    assert "low_stock  view  quantity derives from quantity" in said
    assert "drop table product: 3 broken" in fabric(data, "impact", "drop-table", "product").stdout
    renamed = json.loads(fabric(data, "impact", "rename-column", "stock", "quantity", "amount", "--json").stdout)
    assert [one["asset"]["title"] for one in renamed["broken"]] == ["low_stock"]
    assert "as bigint" in fabric(data, "impact", "retype-column", "stock", "quantity", "bigint").stdout


def test_answers_for_programs_are_whole(data: Path) -> None:
    found = json.loads(fabric(data, "lineage", "show", "product", "--json").stdout)
    assert found["totalNodes"] == len(found["nodes"]) == 3
    assert json.loads(fabric(data, "lineage", "paths", "stock", "reorder", "--json").stdout)[0]["edges"]
    assert json.loads(fabric(data, "lineage", "why", "reorder", "--json").stdout) == []


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("mermaid", "flowchart LR\n"),
        ("dot", "digraph lineage {\n"),
        ("openlineage", '[\n  {\n    "eventTime"'),
        ("prov", "@prefix fab:"),
    ],
)
def test_lineage_is_exported(data: Path, form: str, said: str) -> None:
    assert fabric(data, "lineage", "show", "product", "--format", form).stdout.startswith(said)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["lineage", "show", "nope"], "fits no asset"),
        (["lineage", "paths", "stock", "nope"], "fits no asset"),
        (["lineage", "show", "http://localhost:8642/id/dataset/a/b"], "nothing is known"),
        (["lineage", "show", "stock", "--column", "nope"], "its columns are sku, quantity"),
        (["lineage", "show", "stock", "--format", "dot", "--json"], "cannot both be given"),
        (["impact", "drop-column", "stock", "nope"], "its columns are sku, quantity"),
        (["impact", "rename-column", "stock", "quantity", "sku"], "has a column 'sku' already"),
    ],
)
def test_what_is_not_there_is_named_with_a_remedy(data: Path, arguments: list[str], said: str) -> None:
    done = fabric(data, *arguments, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert "  -> " in done.stderr
