"""The explorer in a real Chromium against a real server."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from tests.api.estate import make_lake
from tests.processes import fabric, serving

pytestmark = pytest.mark.browser
_PATIENCE = 20


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("explorer")
    fabric(folder / "data", "source", "add", "lake", "files", "-o", f"path={make_lake(folder / 'lake')}")
    fabric(folder / "data", "harvest")
    with serving(folder / "data") as url:
        yield url


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    binary, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if binary is None or driver is None:
        report = pytest.fail if os.environ.get("CI") else pytest.skip
        report("chromium and chromedriver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = str(binary)
    for flag in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1280,900",
        f"--user-data-dir={tmp_path_factory.mktemp('chromium')}",
    ):  # fmt: skip
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    opened = webdriver.Chrome(options=options, service=webdriver.ChromeService(str(driver)))
    yield opened
    opened.quit()


def shown(browser: webdriver.Chrome, test_id: str) -> list[WebElement]:
    """Elements with that hook, once there are any."""
    place = (By.CSS_SELECTOR, f"[data-testid={test_id}]")
    found: list[WebElement] = WebDriverWait(browser, _PATIENCE).until(lambda page: page.find_elements(*place))
    return found


def until_text(browser: webdriver.Chrome, test_id: str, text: str) -> None:
    """Wait until the first element with that hook holds the text."""
    WebDriverWait(browser, _PATIENCE).until(lambda _page: text in shown(browser, test_id)[0].text)


def test_a_search_leads_to_an_assets_columns(address: str, browser: webdriver.Chrome) -> None:
    browser.get(address)
    box = shown(browser, "search-input")[0]
    box.send_keys("total amount")
    until_text(browser, "result", "orders")
    box.send_keys(Keys.ARROW_DOWN, Keys.ENTER)
    until_text(browser, "asset-title", "orders")
    rows = [row.text for row in shown(browser, "field-row")]
    assert [row.split()[0] for row in rows] == ["order_id", "customer_id", "total_amount"]
    assert "Number of the order." in rows[0]


def test_a_facet_narrows_the_results(address: str, browser: webdriver.Chrome) -> None:
    browser.get(f"{address}/#/?q=customers")
    WebDriverWait(browser, _PATIENCE).until(lambda _page: len(shown(browser, "result")) > 1)
    next(value for value in shown(browser, "facet-value") if "dataset" in value.text.lower()).click()
    WebDriverWait(browser, _PATIENCE).until(
        lambda _page: all("dataset" in one.text.lower() for one in shown(browser, "result"))
    )


def test_an_assets_own_link_opens_its_page(address: str, browser: webdriver.Chrome) -> None:
    found = fabric_iri(address)
    browser.get(address + found)
    until_text(browser, "asset-title", "customers")


def fabric_iri(address: str) -> str:
    import httpx

    document = '{search(query:"customers",kinds:["dataset"]){edges{node{iri}}}}'
    answer = httpx.post(f"{address}/graphql", json={"query": document}).json()
    iri: str = answer["data"]["search"]["edges"][0]["node"]["iri"]
    return iri.removeprefix("http://localhost:8642")


def test_the_sources_page_harvests(address: str, browser: webdriver.Chrome, tmp_path: Path) -> None:
    browser.get(f"{address}/#/sources")
    buttons = WebDriverWait(browser, _PATIENCE).until(
        lambda page: [one for one in page.find_elements(By.TAG_NAME, "button") if "Harvest" in one.text]
    )
    buttons[0].click()
    WebDriverWait(browser, _PATIENCE).until(
        lambda page: "complete" in page.find_element(By.TAG_NAME, "body").text.lower()
    )


def test_nothing_failed_in_the_console(browser: webdriver.Chrome) -> None:
    severe = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]  # type: ignore[no-untyped-call]
    assert severe == []
