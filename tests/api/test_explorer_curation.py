"""Curation in place, in a real Chromium against a real server."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.api.axe import serious
from tests.api.explorer import ask, open_asset, open_tab

pytestmark = pytest.mark.browser
_CURATE = "mutation($i:ID!,$t:String,$d:String){curate(iri:$i,title:$t,description:$d){iri}}"


def undo(page: Page, what: str) -> None:
    toast = page.get_by_test_id("toast").filter(has_text=what)
    toast.get_by_role("button", name="Undo").click()
    page.get_by_test_id("toast").filter(has_text="Undone").wait_for()


def test_a_description_is_written_in_place_with_a_preview_and_undone(address: str, page: Page, customers: str) -> None:
    open_asset(page, address, customers)
    page.get_by_role("button", name="Edit description").click()
    page.get_by_role("textbox", name="Description").fill("Who **buys**.")
    expect(page.get_by_label("Preview").locator("strong")).to_have_text("buys")
    assert serious(page) == []
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("description").locator("strong")).to_have_text("buys")
    expect(page.get_by_test_id("said")).to_have_text("Said by people")
    undo(page, "Description saved")
    expect(page.get_by_test_id("description")).to_have_count(0)


def test_tags_and_owners_are_added_removed_and_undone(address: str, page: Page, customers: str) -> None:
    open_asset(page, address, customers)
    page.get_by_role("button", name="Add a tag").click()
    page.get_by_label("New tag").fill("crm, gold")
    page.keyboard.press("Enter")
    tags = page.get_by_test_id("tags")
    expect(tags).to_contain_text("crm")
    tags.get_by_role("button", name="Remove the tag crm").click()
    expect(tags).not_to_contain_text("crm")
    expect(tags).to_contain_text("gold")
    page.get_by_role("button", name="Add an owner").click()
    page.get_by_label("New owner").fill("ada@example.org")
    page.keyboard.press("Enter")
    owners = page.get_by_test_id("owners")
    expect(owners.get_by_role("link", name="ada@example.org")).to_be_visible()
    owners.get_by_role("button", name="Remove the owner ada@example.org").click()
    expect(owners).not_to_contain_text("ada@example.org")
    undo(page, "Owner ada@example.org removed")
    expect(owners.get_by_role("link", name="ada@example.org")).to_be_visible()
    open_tab(page, "history")
    expect(page.get_by_test_id("change").first).to_contain_text("curated")


@pytest.mark.parametrize(("one", "name"), [("domain", "Retail"), ("term", "Churn rate")])
def test_domains_and_terms_are_added_and_removed(address: str, page: Page, customers: str, one: str, name: str) -> None:
    open_asset(page, address, customers)
    page.get_by_role("button", name=f"Add a {one}").click()
    page.get_by_label(f"New {one}").fill(name)
    page.keyboard.press("Enter")
    listed = page.get_by_test_id(f"{one}s")
    expect(listed.get_by_role("link", name=name)).to_be_visible()
    listed.get_by_role("button", name=f"Remove the {one} {name}").click()
    expect(listed).not_to_contain_text(name)


def test_a_title_is_edited_by_keyboard_alone(address: str, page: Page, customers: str) -> None:
    open_asset(page, address, customers)
    page.get_by_role("button", name="Edit title").press("Enter")
    page.keyboard.press("Control+A")
    page.keyboard.type("Those who buy")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("asset-title")).to_have_text("Those who buy")
    undo(page, "Title saved")
    expect(page.get_by_test_id("asset-title")).to_have_text("customers")


def test_what_the_server_refuses_is_taken_back_and_said(address: str, page: Page, customers: str) -> None:
    open_asset(page, address, customers)
    page.route("**/graphql", lambda route: route.fulfill(status=503, body="no"))
    page.get_by_role("button", name="Edit title").click()
    page.get_by_role("textbox", name="Title").fill("never")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("toast")).to_contain_text("Not saved")
    expect(page.get_by_test_id("asset-title")).to_have_text("customers")


def test_scripts_in_a_description_do_not_run_and_long_names_fit(address: str, page: Page, customers: str) -> None:
    bad = "<script>window.ran = 1</script><img src=x onerror='window.ran = 1'> [x](javascript:window.ran=1) שלום"
    ask(address, _CURATE, i=customers, t="n" * 500, d=bad)
    try:
        page.set_viewport_size({"width": 380, "height": 800})
        open_asset(page, address, customers)
        expect(page.get_by_test_id("description")).to_contain_text("שלום")
        assert page.evaluate("window.ran") is None
        assert page.locator("[data-testid=description] :is(script, img, a[href^=javascript])").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    finally:
        ask(address, _CURATE, i=customers, t="", d="")


def test_two_moments_are_compared_and_each_fact_says_where_from(address: str, page: Page, customers: str) -> None:
    ask(address, _CURATE, i=customers, t="", d="Compared.")
    try:
        open_asset(page, address, customers, "&tab=history")
        page.get_by_text("Compare two moments").click()
        found = page.get_by_test_id("difference").filter(has_text="dct:description")
        expect(found).to_contain_text("Compared.")
        expect(found).to_contain_text("people")
        page.get_by_label("From", exact=True).select_option("now")
        expect(page.get_by_test_id("compare")).to_contain_text("Nothing differs.")
        assert serious(page) == []
    finally:
        ask(address, _CURATE, i=customers, t="", d="")
