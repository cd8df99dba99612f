"""The explorer's lineage page in a real Chromium against a real server."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote
from xml.etree import ElementTree

import httpx
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.api.axe import serious
from tests.api.lineage_estate import SPOKES, harvested
from tests.processes import fabric, serving

pytestmark = pytest.mark.browser
_ESTATE = """
CREATE TABLE raw_orders (id INTEGER, amount REAL, note TEXT);
CREATE VIEW stg_orders AS SELECT id, amount * 100 AS cents FROM raw_orders;
CREATE VIEW mart_sales AS SELECT sum(cents) AS total FROM stg_orders;
CREATE VIEW mart_count AS SELECT count(id) AS orders FROM stg_orders;
CREATE TABLE alone (id INTEGER);
CREATE TABLE step0 (id INTEGER);
CREATE VIEW step1 AS SELECT id FROM step0;
CREATE VIEW step2 AS SELECT id FROM step1;
CREATE VIEW step3 AS SELECT id FROM step2;
CREATE VIEW step4 AS SELECT id FROM step3;
CREATE VIEW step5 AS SELECT id FROM step4;
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


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The larger estate, served."""
    folder = tmp_path_factory.mktemp("lineage_shop")
    iris = harvested(folder / "data")
    with serving(folder / "data") as url:
        yield Shop(url, iris)


@dataclass(frozen=True, slots=True)
class Shop:
    """Where the larger estate is served, and the IRI of each of its tables."""

    address: str
    iris: dict[str, str]

    def open(self, page: Page, name: str, query: str = "") -> None:
        page.goto(f"{self.address}/#/lineage/{quote(self.iris[name], safe='')}{query}")
        page.get_by_test_id("minimap").or_(page.get_by_test_id("lineage-card")).first.wait_for()


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
    lit = page.locator("[data-testid=lineage-column][data-tone=lit]")
    expect(lit).to_have_count(2)
    expect(lit.last).to_contain_text("cents")
    assert serious(page) == []
    page.get_by_role("button", name="From raw_orders to stg_orders").first.press("Enter")
    expect(page.get_by_test_id("edge-panel")).to_contain_text("amount * 100")
    expect(page.get_by_test_id("edge-panel")).to_contain_text("shop")


def open_lineage(page: Page, address: str, title: str, query: str = "") -> None:
    page.goto(f"{address}/#/lineage/{quote(iri_of(address, title), safe='')}{query}")
    page.get_by_test_id("lineage").wait_for()


def card(page: Page, title: str) -> Locator:
    return page.get_by_test_id("lineage").get_by_role("link", name=title, exact=True)


def test_show_all_fits_all_into_view(address: str, page: Page) -> None:
    open_lineage(page, address, "step0", "?depth=1")
    cards = page.get_by_test_id("lineage-card")
    expect(cards).to_have_count(2)
    page.get_by_role("button", name="Show all").click()
    expect(cards).to_have_count(6)
    for number in range(6):
        expect(card(page, f"step{number}")).to_be_in_viewport()
    page.get_by_test_id("minimap").click(position={"x": 5, "y": 5})
    expect(card(page, "step5")).not_to_be_in_viewport()
    page.get_by_role("button", name="Fit all into view").click()
    expect(card(page, "step5")).to_be_in_viewport()


def test_the_keyboard_moves_opens_and_closes(address: str, page: Page) -> None:
    open_lineage(page, address, "stg_orders")
    expect(page.get_by_test_id("lineage-card")).to_have_count(4)
    page.keyboard.press("ArrowUp")
    expect(card(page, "stg_orders")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(card(page, "raw_orders")).to_be_focused()
    page.keyboard.press(" ")
    expect(page.get_by_test_id("lineage-column")).to_have_count(2)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(page.locator("[data-card]:focus")).to_contain_text("mart_")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("to the next card of the same column")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.get_by_label("Find in the graph")).to_be_focused()
    page.keyboard.type("raw")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Find in the graph")).to_have_value("")
    page.get_by_label("Find in the graph").fill("raw")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("asset-title")).to_have_text("raw_orders")


def test_a_card_is_found_by_name_on_a_phone(address: str, page: Page) -> None:
    page.set_viewport_size({"width": 380, "height": 800})
    page.goto(f"{address}/#/lineage/{quote(iri_of(address, 'stg_orders'), safe='')}")
    expect(card(page, "mart_sales")).to_be_in_viewport()
    page.get_by_label("Find in the graph").fill("mart_s")
    page.keyboard.press("Enter")
    expect(card(page, "mart_sales")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_an_asset_without_lineage_says_so_and_so_does_an_unknown_one(address: str, page: Page) -> None:
    page.goto(f"{address}/#/lineage/{quote(iri_of(address, 'alone'), safe='')}")
    expect(page.get_by_text("No lineage is known of alone")).to_be_visible()
    page.goto(f"{address}/#/lineage/{quote('http://example.org/nothing', safe='')}")
    expect(page.get_by_test_id("error")).to_contain_text("Could not show the lineage")


def test_filters_and_collapsed_jobs_narrow_and_stand_in_the_link(shop: Shop, page: Page) -> None:
    shop.open(page, "raw.orders", "?depth=all")
    cards = page.get_by_test_id("lineage-card")
    expect(cards).to_have_count(6)
    page.get_by_label("Collapse jobs").check()
    expect(cards).to_have_count(5)
    expect(page.get_by_test_id("lineage-status")).to_contain_text("1 hidden by filters")
    page.get_by_role("button", name="From orders to orders").press("Enter")
    expect(page.get_by_test_id("edge-panel")).to_contain_text("INSERT INTO mart.orders")
    page.keyboard.press("Escape")
    page.get_by_test_id("lineage-filters").click()
    page.get_by_role("checkbox", name="Dashboard").check()
    expect(cards).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="From orders to Revenue by day")).to_have_count(1)
    expect(page).to_have_url(re.compile("kind=dashboard.*jobs=collapsed|jobs=collapsed.*kind=dashboard"))
    page.reload()
    expect(cards).to_have_count(2)
    page.get_by_test_id("lineage-filters").click()
    assert serious(page) == []
    page.get_by_role("button", name="Clear filters").click()
    expect(cards).to_have_count(5)


def test_schemas_are_groups_that_open_and_close(shop: Shop, page: Page) -> None:
    shop.open(page, "raw.orders", "?depth=all")
    page.get_by_label("Groups").select_option("schema")
    groups = page.get_by_test_id("lineage-group")
    expect(groups).to_have_count(3)
    page.get_by_role("button", name="Open mart 3 assets").click()
    expect(page.get_by_test_id("lineage-frame")).to_contain_text("mart")
    expect(page.get_by_test_id("lineage-card")).to_have_count(4)
    assert serious(page) == []
    page.get_by_role("button", name="Close mart").click()
    expect(page.get_by_test_id("lineage-card")).to_have_count(1)
    page.get_by_role("button", name="From orders to airflow").press("Enter")
    expect(page.get_by_test_id("edge-panel")).to_contain_text("orders → load_orders")
    page.get_by_label("Groups").select_option("domain")
    expect(page.get_by_role("button", name="Open No domain 5 assets")).to_be_visible()


def test_a_hub_is_grouped_and_any_of_its_neighbours_is_found(shop: Shop, page: Page) -> None:
    shop.open(page, "hub.hub")
    expect(page.get_by_test_id("lineage-status")).to_contain_text("2,002 assets · more than 2,000, so they are grouped")
    page.get_by_label("Find in the graph").fill("t1999")
    page.keyboard.press("Enter")
    expect(card(page, "t1999")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(card(page, "hub")).to_be_focused()
    expect(page.get_by_role("button", name=f"Open hub {SPOKES - 1:,} assets")).to_have_count(1)


def test_a_cycle_is_drawn(shop: Shop, page: Page) -> None:
    shop.open(page, "raw.chicken", "?depth=all")
    expect(page.get_by_test_id("lineage-card")).to_have_count(2)
    expect(page.locator(".react-flow__edge")).to_have_count(2)


def test_all_ways_between_two_are_lit(shop: Shop, page: Page) -> None:
    shop.open(page, "raw.orders", "?depth=all")
    page.get_by_role("button", name="Ways between two").click()
    panel = page.get_by_test_id("ways-panel")
    card(page, "orders").first.click()
    card(page, "revenue").click()
    expect(panel).to_contain_text("way")
    expect(page.locator("[data-testid=lineage-card][data-tone=way]")).to_have_count(4)
    expect(page.locator("[data-testid=lineage-card][data-tone=dim]")).to_contain_text("loyal")
    assert serious(page) == []
    page.reload()
    expect(panel).to_contain_text("load_orders")
    panel.get_by_role("button", name="Swap").click()
    expect(panel).to_contain_text("No data flows from the first to the second.")
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)


def test_what_a_change_breaks_is_red_and_its_owners_are_named(shop: Shop, page: Page) -> None:
    shop.open(page, "raw.orders", "?depth=all")
    page.get_by_role("button", name="Impact").click()
    panel = page.get_by_test_id("impact-panel")
    panel.get_by_label("Column").select_option("amount")
    panel.get_by_role("button", name="Show what breaks").click()
    expect(panel.get_by_role("region", name="Owners to tell")).to_contain_text("Ann")
    expect(page.locator("[data-testid=lineage-card][data-tone=broken]")).to_contain_text(["orders"])
    expect(page.locator("[data-testid=lineage-card][data-tone=affected]")).to_have_count(3)
    assert serious(page) == []
    page.reload()
    expect(panel.get_by_role("region", name="Owners to tell")).to_contain_text("Bo")
    card(page, "orders").last.click()
    panel.get_by_label("Change").select_option("Rename a column")
    panel.get_by_label("New name").fill("euros")
    panel.get_by_label("Column").select_option("amount")
    panel.get_by_role("button", name="Show what breaks").click()
    expect(panel).to_contain_text("total derives from amount")


def test_the_slider_goes_back_to_what_was(shop: Shop, page: Page) -> None:
    shop.open(page, "raw.orders", "?depth=all")
    cards = page.get_by_test_id("lineage-card")
    expect(cards).to_have_count(6)
    expect(page.get_by_test_id("as-of")).to_have_text("Now")
    page.get_by_label("As of").focus()
    page.keyboard.press("Home")
    expect(page).to_have_url(re.compile("asOf="))
    shop.open(page, "mart.orders", "?depth=1&asOf=" + page.url.partition("asOf=")[2])
    expect(card(page, "old")).to_have_count(1)
    expect(page.get_by_role("button", name="Impact")).to_be_disabled()
    page.get_by_role("button", name="Back to now").click()
    expect(card(page, "old")).to_have_count(0)


def test_a_large_drawing_is_painted_and_comes_near(shop: Shop, page: Page) -> None:
    shop.open(page, "hub.hub", "?group=none")
    lineage = page.get_by_test_id("lineage")
    expect(lineage).to_have_attribute("data-drawn", f"{SPOKES + 1}")
    expect(page.get_by_test_id("painted")).to_be_visible()
    expect(page.get_by_test_id("lineage-card")).to_have_count(0)
    assert page.evaluate(_INKED) > 1000
    box = lineage.bounding_box()
    assert box is not None
    page.keyboard.press("ArrowRight")
    expect(card(page, "hub")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-card]:focus")).to_contain_text("t")
    assert page.get_by_test_id("lineage-card").count() < 200
    assert serious(page) == []


_INKED = """() => { const canvas = document.querySelector('[data-testid=painted]');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let inked = 0; for (let at = 3; at < data.length; at += 4) inked += data[at] > 0; return inked }"""


@pytest.mark.parametrize("kind", ["SVG", "PNG"])
def test_the_drawing_is_saved_as_a_picture(shop: Shop, page: Page, kind: str, tmp_path: Path) -> None:
    shop.open(page, "raw.orders", "?depth=all")
    page.get_by_role("button", name="Share").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Save as {kind}").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert path.name == f"lineage of orders.{kind.lower()}"
    content = path.read_bytes()
    if kind == "PNG":
        assert content.startswith(b"\x89PNG")
        assert len(content) > 5000
    else:
        drawn = ElementTree.fromstring(content)
        texts = {one.text for one in drawn.iter("{http://www.w3.org/2000/svg}text")}
        assert {"orders", "load_orders", "revenue", "Revenue by day"} <= texts
        assert len(list(drawn.iter("{http://www.w3.org/2000/svg}path"))) == 6
        colours = {one.get("fill") for one in drawn.iter("{http://www.w3.org/2000/svg}rect")} - {None, "none"}
        assert colours
        assert all(str(colour).startswith("rgb(") for colour in colours)


@pytest.mark.parametrize(("scheme", "accent"), [("light", [15, 99, 115, 255]), ("dark", [118, 200, 214, 255])])
def test_what_is_painted_has_the_colours_of_the_page(
    shop: Shop, page: Page, scheme: Literal["light", "dark"], accent: list[int]
) -> None:
    page.emulate_media(color_scheme=scheme)
    shop.open(page, "raw.orders", "?depth=all")
    page.wait_for_function(
        """wanted => {
            const canvas = document.querySelector('[data-testid=minimap] canvas');
            const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            for (let at = 0; at < data.length; at += 4)
                if (wanted.every((value, part) => Math.abs(data[at + part] - value) < 3)) return true;
            return false;
        }""",
        arg=accent,
    )


def test_a_slow_or_failing_server_leaves_no_blank_page(shop: Shop, page: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        if "query Lineage(" in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    page.route("**/graphql", hold)
    page.goto(f"{shop.address}/#/lineage/{quote(shop.iris['raw.orders'], safe='')}?depth=1")
    expect(page.get_by_text("Following the lineage")).to_contain_text("The server is still at it", timeout=15_000)
    held.pop().continue_()
    expect(page.get_by_test_id("lineage-card")).to_have_count(3)
    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_test_id("lineage-status")).to_contain_text("loading more")
    expect(page.get_by_test_id("lineage-card")).to_have_count(3)
    held.pop().fulfill(status=500, body="broken")
    expect(page.get_by_test_id("error")).to_contain_text("500")
    expect(page.get_by_test_id("lineage-card")).to_have_count(3)


def test_a_long_name_stays_in_its_card(shop: Shop, page: Page) -> None:
    shop.open(page, "raw.named")
    cards = page.get_by_test_id("lineage-card")
    expect(cards).to_have_count(2)
    title = page.locator("[data-card]", has_text="a very long name").bounding_box()
    box = cards.filter(has_text="a very long name").bounding_box()
    assert title is not None
    assert box is not None
    assert title["x"] + title["width"] < box["x"] + box["width"]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("width", [1280, 380], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_the_lineage_page(shop: Shop, page: Page, width: int, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    field = quote(f"{shop.iris['raw.orders']}/field/amount", safe="")
    shop.open(page, "raw.orders", f"?depth=all&ask=impact&change=DROP_COLUMN&of={field}")
    expect(page.get_by_test_id("impact-panel")).to_contain_text("Tell")
    if (pictures := os.environ.get("FABRIC_TEST_PICTURES")) and (width, scheme) == (1280, "light"):
        page.screenshot(path=Path(pictures) / "lineage.png", animations="disabled")
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Keys").click()
    assert serious(page) == []
