"""The explorer's lineage page in a real Chromium against a real server."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.api.axe import serious
from tests.processes import fabric, serving

pytestmark = pytest.mark.browser
_ESTATE = """
CREATE TABLE raw_orders (id INTEGER, amount REAL, note TEXT);
CREATE VIEW stg_orders AS SELECT id, amount * 100 AS cents FROM raw_orders;
CREATE VIEW mart_sales AS SELECT sum(cents) AS total FROM stg_orders;
CREATE VIEW mart_count AS SELECT count(id) AS orders FROM stg_orders;
CREATE TABLE alone (id INTEGER);
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("lineage_page")
    with sqlite3.connect(folder / "shop.db") as database:
        database.executescript(_ESTATE)
    database.close()
    fabric(folder / "data", "source", "add", "shop", "sql", "-o", f"url=sqlite:///{folder / 'shop.db'}")
    fabric(folder / "data", "harvest")
    with serving(folder / "data") as url:
        yield url


def iri_of(address: str, title: str) -> str:
    document = 'query($q:String!){search(query:$q,kinds:["dataset"]){edges{node{iri title}}}}'
    answer = httpx.post(f"{address}/graphql", json={"query": document, "variables": {"q": title}}, timeout=60).json()
    return next(
        str(edge["node"]["iri"]) for edge in answer["data"]["search"]["edges"] if edge["node"]["title"] == title
    )


def test_lineage_is_expanded_opened_lit_and_explained(address: str, page: Page) -> None:
    page.goto(f"{address}/#/asset?iri={quote(iri_of(address, 'raw_orders'), safe='')}")
    page.get_by_role("link", name="Lineage", exact=True).click()
    cards = page.get_by_test_id("lineage-card")
    expect(cards).to_have_count(4)
    page.get_by_label("Depth").select_option("1")
    expect(cards).to_have_count(2)
    page.get_by_role("button", name="Show 2 more downstream of stg_orders").click()
    expect(cards).to_have_count(4)
    page.get_by_role("button", name="Show all").click()
    page.get_by_role("button", name="Columns of raw_orders").click()
    page.get_by_role("button", name="Columns of stg_orders").click()
    page.get_by_role("button", name="amount", exact=True).focus()
    lit = page.locator("[data-testid=lineage-column][data-lit]")
    expect(lit).to_have_count(2)
    expect(lit.last).to_contain_text("cents")
    assert serious(page) == []
    page.get_by_role("button", name="From raw_orders to stg_orders").first.press("Enter")
    expect(page.get_by_test_id("edge-panel")).to_contain_text("amount * 100")
    expect(page.get_by_test_id("edge-panel")).to_contain_text("shop")


def test_a_card_is_found_by_name_on_a_phone(address: str, page: Page) -> None:
    page.set_viewport_size({"width": 380, "height": 800})
    page.goto(f"{address}/#/lineage/{quote(iri_of(address, 'stg_orders'), safe='')}")
    expect(page.get_by_role("link", name="mart_sales")).to_be_in_viewport()
    page.get_by_label("Find in the graph").fill("mart_s")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="mart_sales")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_an_asset_without_lineage_says_so_and_so_does_an_unknown_one(address: str, page: Page) -> None:
    page.goto(f"{address}/#/lineage/{quote(iri_of(address, 'alone'), safe='')}")
    expect(page.get_by_text("No lineage is known of alone")).to_be_visible()
    page.goto(f"{address}/#/lineage/{quote('http://example.org/nothing', safe='')}")
    expect(page.get_by_test_id("error")).to_contain_text("Could not show the lineage")
