"""What is long, odd, gone or slow, in a real Chromium against a real server."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.api.explorer import ask, open_asset, open_tab
from tests.processes import fabric, serving

pytestmark = pytest.mark.browser
_FIELDS = 10_000
_LONG, _HEBREW = "n" * 250, "לקוחות"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("odd")
    lake = folder / "lake"
    lake.mkdir()
    lake.joinpath("wide.csv").write_text(",".join(f"c{n}" for n in range(_FIELDS)) + "\n", encoding="utf-8")
    _tables(folder / "odd.db", f'CREATE TABLE "{_LONG}" ("{_HEBREW}" TEXT); CREATE TABLE leaving (id INTEGER);')
    fabric(folder / "data", "source", "add", "lake", "files", "-o", f"path={lake}")
    fabric(folder / "data", "source", "add", "odd", "sql", "-o", f"url=sqlite:///{folder / 'odd.db'}")
    fabric(folder / "data", "harvest")
    _tables(folder / "odd.db", "DROP TABLE leaving;")
    fabric(folder / "data", "harvest", "odd")
    with serving(folder / "data") as url:
        httpx.post(f"{url}/index", params={"semantic": "false"}, timeout=60).raise_for_status()
        yield url


def _tables(file: Path, script: str) -> None:
    with sqlite3.connect(file) as database:
        database.executescript(script)
    database.close()


def iri_of(address: str, title: str) -> str:
    edges = ask(address, '{search(query:"",first:50,kinds:["dataset"]){edges{node{iri title}}}}')["search"]["edges"]
    return next(str(edge["node"]["iri"]) for edge in edges if edge["node"]["title"] == title)


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_ten_thousand_columns_are_drawn_as_they_are_needed(address: str, page: Page) -> None:
    open_asset(page, address, iri_of(address, "wide"))
    rows = page.get_by_test_id("field-row")
    rows.first.wait_for()
    expect(page.get_by_role("tabpanel")).to_contain_text("10,000 columns")
    assert rows.count() < 200
    page.get_by_label("Filter columns").fill("c9999")
    expect(rows).to_have_count(1)


def test_long_and_right_to_left_names_fit_a_phone(address: str, page: Page) -> None:
    page.set_viewport_size({"width": 380, "height": 800})
    open_asset(page, address, iri_of(address, _LONG))
    expect(page.get_by_test_id("field-row")).to_contain_text(_HEBREW)
    assert fits(page)
    page.goto(f"{address}/#/?kind=dataset")
    page.get_by_test_id("result").first.wait_for()
    assert fits(page)


def test_a_link_to_a_removed_asset_shows_what_was_last_known(address: str, page: Page) -> None:
    namespace = iri_of(address, _LONG).removesuffix(_LONG)
    open_asset(page, address, f"{namespace}leaving")
    expect(page.get_by_test_id("removed")).to_contain_text("no longer found")
    open_tab(page, "history")
    expect(page.get_by_test_id("change").first).to_be_visible()


def test_a_slow_answer_shows_its_place_until_it_comes(address: str, page: Page) -> None:
    held: list[Route] = []
    page.route("**/graphql", lambda route: held.append(route))
    page.goto(f"{address}/#/?q=wide")
    expect(page.get_by_text("Searching", exact=True)).to_be_attached()
    for route in held:
        route.continue_()
    page.unroute("**/graphql")
    expect(page.get_by_test_id("result").first).to_contain_text("wide")


def test_a_server_that_comes_back_is_asked_again(address: str, page: Page) -> None:
    page.route("**/graphql", lambda route: route.abort())
    page.goto(f"{address}/#/sources")
    expect(page.get_by_test_id("error")).to_contain_text("does not answer")
    page.unroute("**/graphql")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_test_id("source")).to_have_count(2)
