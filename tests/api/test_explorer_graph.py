"""The graph around an asset, in a real Chromium against a real server."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.api.axe import serious
from tests.api.explorer import open_asset

pytestmark = pytest.mark.browser


def test_the_neighbourhood_is_drawn_and_grows_by_keyboard(address: str, page: Page, customers: str) -> None:
    open_asset(page, address, customers)
    page.get_by_role("link", name="Graph", exact=True).press("Enter")
    expect(page.get_by_test_id("graph-size")).to_contain_text("2 assets, 1 edge")
    page.get_by_test_id("graph-panel").get_by_role("button", name="lake").press("Enter")
    page.get_by_role("button", name="Show its neighbours").press("Enter")
    expect(page.get_by_test_id("graph-size")).to_contain_text("4 assets, 3 edges")
    expect(page.get_by_test_id("graph-panel")).to_contain_text("orders")
    expect(page.get_by_test_id("graph-drawing")).to_have_attribute("data-arranged", "2")
    assert serious(page) == []


def test_an_unknown_asset_has_no_graph(address: str, page: Page) -> None:
    page.goto(f"{address}/#/graph/{quote('http://example.org/nothing', safe='')}")
    expect(page.get_by_role("main")).to_contain_text("The graph knows no such asset")
