"""The explorer in a real Chromium against a real server."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, Route, expect

from tests.api.axe import serious
from tests.api.estate import make_lake

pytestmark = pytest.mark.browser
_PAGES = {"": "estate", "?q=customers": "result", "sources": "source", "sparql": "query-editor"}


def test_a_search_leads_to_an_assets_columns(address: str, page: Page) -> None:
    page.goto(address)
    page.get_by_test_id("search-input").press_sequentially("total amount")
    expect(page.get_by_test_id("result").first).to_contain_text("orders")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("asset-title")).to_have_text("orders")
    expect(page.get_by_test_id("field-row")).to_contain_text(["order_id", "customer_id", "total_amount"])
    expect(page.get_by_test_id("field-row").first).to_contain_text("Number of the order.")


def test_a_facet_narrows_the_results(address: str, page: Page) -> None:
    page.goto(f"{address}/#/?q=customers")
    page.get_by_test_id("facet-value").filter(has_text="Dataset").click()
    expect(page).to_have_url(f"{address}/#/?q=customers&kind=dataset")
    expect(page.get_by_test_id("result").filter(has_not_text="Dataset")).to_have_count(0)


def test_an_assets_own_link_opens_its_page(address: str, page: Page, customers: str) -> None:
    page.goto(address + customers.removeprefix("http://localhost:8642"))
    expect(page.get_by_test_id("asset-title")).to_have_text("customers")


def test_the_sources_page_harvests(address: str, page: Page) -> None:
    page.goto(f"{address}/#/sources")
    page.get_by_test_id("harvest").click()
    expect(page.get_by_test_id("source")).to_contain_text("complete")


def test_a_source_is_registered_tested_and_removed_by_forms(address: str, page: Page, tmp_path: Path) -> None:
    page.goto(f"{address}/#/sources")
    page.get_by_test_id("add-source").click()
    form = page.get_by_test_id("source-form")
    form.get_by_label("Name", exact=True).fill("second")
    form.get_by_label("Connector").select_option("files")
    form.locator("input[name=path]").fill(str(make_lake(tmp_path / "second")))
    assert serious(page) == []
    form.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Test second").click()
    card = page.locator("[data-source=second]")
    expect(card.get_by_role("status").first).not_to_be_empty()
    page.get_by_role("button", name="Remove second").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    expect(card).to_have_count(0)


def test_a_query_is_answered_as_a_table_of_assets(address: str, page: Page) -> None:
    page.goto(f"{address}/#/sparql")
    page.get_by_test_id("run-query").click()
    expect(page.get_by_test_id("answer")).to_contain_text("2 rows")


@pytest.mark.parametrize("width", [1280, 380], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_and_nothing_overflows(
    address: str, page: Page, customers: str, width: int, scheme: Any
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    places = {**_PAGES, f"asset?iri={quote(customers, safe='')}": "field-row"}
    found: dict[str, list[str]] = {}
    for place, hook in places.items():
        page.goto(f"{address}/#/{place}")
        page.get_by_test_id(hook).first.wait_for()
        found[place] = serious(page)
        if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
            found[place].append("wider than the window")
    assert not any(found.values()), found


def test_a_failing_server_is_told_with_a_way_to_retry(address: str, page: Page) -> None:
    def fail(route: Route) -> None:
        route.fulfill(status=500, body="broken")

    page.route("**/graphql", fail)
    page.goto(f"{address}/#/sources")
    expect(page.get_by_test_id("error")).to_contain_text("500")
    page.unroute("**/graphql")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_test_id("source").first).to_be_visible()


def test_an_unknown_asset_is_told_kindly(address: str, page: Page) -> None:
    page.goto(f"{address}/#/asset?iri=http%3A%2F%2Flocalhost%3A8642%2Fid%2Fdataset%2Fnone%2Fgone")
    expect(page.get_by_role("main")).to_contain_text("The graph knows no such asset")
