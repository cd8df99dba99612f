"""The command palette, saved searches and looks, in a real Chromium against a real server."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.api.axe import serious
from tests.api.explorer import open_asset

pytestmark = pytest.mark.browser


def command(page: Page, text: str) -> None:
    """Open the palette, type, and take the first choice, by keyboard alone."""
    page.keyboard.press("Control+k")
    page.get_by_placeholder("Jump to an asset, or do something").fill(text)
    page.get_by_role("option").filter(has_text=text.split()[-1]).first.wait_for()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("palette")).to_have_count(0)


def test_it_jumps_to_an_asset(address: str, page: Page) -> None:
    page.goto(f"{address}/#/sources")
    page.get_by_test_id("source").wait_for()
    command(page, "customers")
    expect(page.get_by_test_id("asset-title")).to_contain_text("customers")


def test_it_harvests_and_opens_pages(address: str, page: Page) -> None:
    page.goto(address)
    page.get_by_test_id("estate").wait_for()
    command(page, "harvest lake")
    expect(page.get_by_test_id("toast")).to_contain_text("Harvesting lake")
    command(page, "SPARQL")
    expect(page.get_by_test_id("query-editor")).to_be_visible()


def test_it_acts_on_the_open_asset(address: str, page: Page, customers: str) -> None:
    context: BrowserContext = page.context
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    open_asset(page, address, customers)
    command(page, "Copy IRI")
    expect(page.get_by_test_id("toast")).to_contain_text("Copy IRI")
    assert page.evaluate("navigator.clipboard.readText()") == customers
    command(page, "edit description")
    expect(page.get_by_role("textbox", name="Description")).to_be_focused()
    page.keyboard.press("Escape")
    command(page, "facts in SPARQL")
    expect(page.get_by_test_id("query-editor")).to_contain_text(customers)


def test_the_chosen_looks_stay(address: str, page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(address)
    page.get_by_test_id("estate").wait_for()
    background = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(background)
    command(page, "light and dark")
    page.reload()
    page.get_by_test_id("estate").wait_for()
    assert page.evaluate(background) != light
    command(page, "as the system has it")
    assert page.evaluate(background) == light


def test_a_search_is_saved_found_again_and_forgotten(address: str, page: Page) -> None:
    page.goto(f"{address}/#/?q=customers&kind=dataset")
    page.get_by_test_id("save-search").click()
    page.get_by_label("Name").fill("my people")
    assert serious(page) == []
    page.keyboard.press("Enter")
    page.goto(f"{address}/#/sources")
    page.get_by_test_id("source").wait_for()
    command(page, "my people")
    expect(page).to_have_url(f"{address}/#/?q=customers&kind=dataset")
    page.goto(f"{address}/#/")
    page.get_by_test_id("saved-searches").get_by_role("link", name="my people").wait_for()
    page.get_by_role("button", name="Forget my people").click()
    expect(page.get_by_test_id("saved-searches")).to_have_count(0)
