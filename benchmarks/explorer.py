"""The explorer in a browser: first load, search from the last key to the drawn answer, layout shift, a graph of 5,000.

    python -m benchmarks explorer [--assets 100000] [--queries 30]

Tables of three columns, named by a vocabulary with Zipf's frequencies, stand in schemas of 5,000. The server is the real one,
searching by words, and the browser Chromium by Playwright. "Script" is what the first page fetches until it is drawn, each file
compressed by gzip. A query is typed a key every 30 ms; its time is from the last key, by the page's own clock, to the frame that
shows its answer, the 180 ms in which the page waits for another key included. Layout shift is the browser's own sum (CLS) for a
page opened from nothing.
"""

from __future__ import annotations

import argparse
import gzip
import random
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
import numpy as np

from benchmarks._given import Given
from benchmarks._report import Target, heading, machine, paragraph, progress, table, targets
from benchmarks._serving import PATIENCE, chromium, frames_while_dragged, serving
from fabric.model import Catalog, Dataset, Field, catalog
from fabric.settings import read_settings
from fabric.workspace import Workspace

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["run"]

_WORDS = Path(__file__).with_name("words.txt").read_text(encoding="utf-8").split()
_SERVER = "postgres://estate:5432"
_SCHEMA = 5000
_SHIFTS = """window.shift_ = 0;
new PerformanceObserver(list => list.getEntries().forEach(e => { if (!e.hadRecentInput) window.shift_ += e.value }))
  .observe({type: 'layout-shift', buffered: true})"""
_KEYS = "document.addEventListener('keydown', () => { window.key_ = performance.now() }, true)"
_ANSWERED = """query => new Promise(done => { const look = () => {
  const said = document.querySelector('[data-testid=total]')?.textContent ?? '';
  const busy = document.querySelector('ol[aria-busy=true]');
  said.endsWith(`for ${query}`) && !busy ? requestAnimationFrame(() => done(performance.now() - window.key_))
    : requestAnimationFrame(look) }; look() })"""


def run(options: list[str]) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks explorer", description=__doc__)
    parser.add_argument("--assets", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=30)
    given = parser.parse_args(options)
    with tempfile.TemporaryDirectory() as folder:
        progress(f"harvesting {given.assets:,} assets")
        with Workspace(read_settings(data_dir=Path(folder), semantic=False)) as workspace:
            records = _estate(given.assets)
            workspace.harvester.run("estate", Given(records), "benchmark")
            schema = workspace.iris.asset(catalog(_SERVER, "db.schema0"))
            some = workspace.iris.asset(records[-1].ref)
        with serving(Path(folder)) as address, chromium() as browser:
            progress("indexing")
            httpx.post(f"{address}/index", params={"semantic": "false"}, timeout=1800).raise_for_status()
            progress("looking")
            script, first = _first_load(browser, address)
            took = _search(browser, address, given.queries)
            shifts = _shifts(browser, address, some)
            arranged, frames = _graph(browser, f"{address}/#/graph/{quote(schema, safe='')}")
    heading("The explorer")
    paragraph(f"{machine('kgfabric', 'playwright')} {given.assets:,} tables.")
    nodes = min(_SCHEMA, given.assets)
    table(
        ("what", "measured"),
        [
            ("script of the first page, kB compressed", f"{script:.0f}"),
            ("first page drawn, ms", f"{first:.0f}"),
            ("last key to drawn answer, p50 ms", f"{np.percentile(took, 50):.0f}"),
            ("last key to drawn answer, p95 ms", f"{np.percentile(took, 95):.0f}"),
            *((f"layout shift, {page}", f"{shift:.3f}") for page, shift in shifts.items()),
            (f"graph of {nodes:,}: opened until arranged, s", f"{arranged:.1f}"),
            (f"graph of {nodes:,}: frames a second while dragged", f"{frames:.0f}"),
        ],
    )
    targets(
        [
            Target("script of the first page", script, 300, " kB"),
            Target("last key to drawn answer, p95", float(np.percentile(took, 95)), 500, " ms"),
            Target("layout shift of any page", max(shifts.values()), 0.1),
        ]
    )


def _page(browser: Browser) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(PATIENCE * 1000)
    return page


def _first_load(browser: Browser, address: str) -> tuple[float, float]:
    """kB of compressed script until the first page is drawn, and ms until then."""
    page = _page(browser)
    scripts: list[Any] = []
    page.on("response", lambda answer: scripts.append(answer) if answer.url.endswith(".js") else None)
    page.goto(address)
    page.get_by_test_id("estate").wait_for()
    drawn = float(page.evaluate("performance.now()"))
    size = sum(len(gzip.compress(answer.body())) for answer in scripts)
    page.close()
    return size / 1000, drawn


def _search(browser: Browser, address: str, count: int) -> list[float]:
    """ms from the last key of each query to the frame that shows its answer."""
    drawn = random.Random(11)
    page = _page(browser)
    page.add_init_script(_KEYS)
    page.goto(address)
    box = page.get_by_test_id("search-input")
    box.wait_for()
    took = []
    for _ in range(count + 3):
        query = " ".join(drawn.choices(_WORDS, k=drawn.randint(1, 3)))
        box.fill("")
        page.get_by_test_id("estate").wait_for()
        box.press_sequentially(query, delay=30)
        took.append(float(page.evaluate(_ANSWERED, query)))
    page.close()
    return took[3:]


def _shifts(browser: Browser, address: str, iri: str) -> dict[str, float]:
    """The layout shift of each page, opened from nothing."""
    places = {
        "first page": ("", "estate"),
        "search": ("?q=order", "result"),
        "asset": (f"asset?iri={quote(iri, safe='')}", "field-row"),
        "sources": ("sources", "add-source"),
        "SPARQL": ("sparql", "query-editor"),
    }
    found = {}
    for name, (place, hook) in places.items():
        page = _page(browser)
        page.add_init_script(_SHIFTS)
        page.goto(f"{address}/#/{place}")
        page.get_by_test_id(hook).first.wait_for()
        page.wait_for_load_state("networkidle")
        found[name] = float(page.evaluate("window.shift_"))
        page.close()
    return found


def _graph(browser: Browser, address: str) -> tuple[float, float]:
    """Seconds until a schema's graph is arranged, and frames a second while it is dragged."""
    page = _page(browser)
    begin = time.perf_counter()
    page.goto(address)
    page.locator("[data-testid=graph-drawing][data-arranged]").wait_for()
    arranged = time.perf_counter() - begin
    frames = frames_while_dragged(page.get_by_test_id("graph-drawing"))
    page.close()
    return arranged, frames


def _estate(assets: int) -> list[Catalog | Dataset]:
    drawn = random.Random(3)
    weights = [1 / (rank + 3) for rank in range(len(_WORDS))]

    def some(least: int, most: int) -> list[str]:
        return drawn.choices(_WORDS, weights, k=drawn.randint(least, most))

    schemas = [f"db.schema{number}" for number in range((assets - 1) // _SCHEMA + 1)]
    records: list[Catalog | Dataset] = [Catalog(namespace=_SERVER, name=name, title=name[3:]) for name in schemas]
    for number in range(assets):
        schema, title = schemas[number // _SCHEMA], "_".join((*some(1, 3), str(number)))
        records.append(
            Dataset(
                namespace=_SERVER,
                name=f"{schema}.{title}",
                title=title,
                platform="postgresql",
                description=" ".join(some(6, 14)).capitalize() + ".",
                part_of=catalog(_SERVER, schema),
                fields=tuple(Field(name=f"{'_'.join(some(1, 2))}_{place}", ordinal=place + 1) for place in range(3)),
            )
        )
    return records
