"""A reader logs in with a real browser and comes back to where they were."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.api.access.serving import SECRETS, TOKENS
from tests.api.axe import serious
from tests.processes import serving

pytestmark = pytest.mark.browser


def test_the_explorer_asks_to_log_in_and_goes_on_where_it_was(tmp_path: Path, page: Page) -> None:
    with serving(tmp_path, FABRIC_API_TOKENS=TOKENS) as url:
        page.goto(url)
        expect(page).to_have_title("Log in - Fabric")
        assert serious(page) == []
        page.get_by_label("Token").fill("wrong-0123456789abcdef")
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("alert")).to_contain_text("not known here")
        page.get_by_label("Token").fill(SECRETS["editor"])
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_test_id("search-input")).to_be_visible()
        page.context.clear_cookies()
        page.get_by_test_id("search-input").fill("orders")
        expect(page).to_have_title("Log in - Fabric")
        page.get_by_label("Token").fill(SECRETS["editor"])
        page.get_by_role("button", name="Log in").click()
        expect(page).to_have_url(re.compile("/#/.*q=orders"))
        page.goto(f"{url}/login")
        page.get_by_role("button", name="Log out").click()
        expect(page.get_by_label("Token")).to_be_visible()
