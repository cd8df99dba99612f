"""Drawing lineages of 200 to 20,000 assets in a browser: first picture, all of it, frames while panning, memory.

    python -m benchmarks lineage_page [--assets 200 2000 5000 20000]

Tables of two columns stand in ten layers; each derives from two of the layer before, and all of the second from the root. The
server is the real one, the browser Chromium by Playwright, in a window of 1400 x 900. "First picture" is from the navigation of a
browser that has nothing in its cache to a drawing of one step; "all" from the press of "Show all" to the drawing of everything, and
"answer" is the part of it that the server's answer took to arrive. Above 10,000 assets the page groups, and a drawing is one of
groups. Frames are counted while the drawing is dragged about for three seconds, once with all in view and once near enough to read.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

from benchmarks._given import Given
from benchmarks._report import Target, heading, machine, paragraph, progress, table, targets
from benchmarks._serving import PATIENCE, chromium, frames_while_dragged, serving
from fabric.model import Catalog, Dataset, Field, Lineage, Record, Ref, catalog, dataset
from fabric.settings import read_settings
from fabric.workspace import Workspace

__all__ = ["run"]

_LAYERS = 10
_SERVER = "postgres://estate:5432"
_DRAWN = """n => { const page = document.querySelector('[data-testid=lineage]');
  const said = document.querySelector('[data-testid=lineage-status]')?.textContent ?? '';
  return page && Number(page.dataset.drawn) >= n.drawn && said.startsWith(n.assets) && !said.includes('…') }"""
_ANSWER = """() => Math.max(...performance.getEntriesByType('resource')
  .filter(entry => entry.name.endsWith('/graphql')).map(entry => entry.duration))"""


def run(options: list[str]) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks lineage_page", description=__doc__)
    parser.add_argument("--assets", type=int, nargs="+", default=[200, 2000, 5000, 20_000])
    given = parser.parse_args(options)
    heading("Drawing lineage in the explorer")
    paragraph(machine("kgfabric", "playwright"))
    figures = {assets: _measure(assets) for assets in given.assets}
    table(
        (
            "assets",
            "drawn",
            "first picture s",
            "all s",
            "answer s",
            "frames a second, all",
            "frames a second, near",
            "memory MB",
        ),
        [
            (
                f"{assets:,}",
                f"{found[0]:,.0f}",
                *(f"{one:.2f}" for one in found[1:4]),
                *(f"{one:.0f}" for one in found[4:]),
            )
            for assets, found in figures.items()
        ],
    )
    if 2000 in figures:
        targets([Target("all of 2,000 assets drawn, s", figures[2000][2], 2)])


def _measure(assets: int) -> tuple[float, ...]:
    progress(f"harvesting {assets:,} assets")
    with tempfile.TemporaryDirectory() as folder:
        with Workspace(read_settings(data_dir=Path(folder), semantic=False)) as workspace:
            records, root = _estate(assets)
            workspace.harvester.run("estate", Given(records), "benchmark")
            iri = workspace.iris.asset(root)
        with serving(Path(folder)) as address:
            progress(f"drawing {assets:,} assets")
            return _draw(f"{address}/#/lineage/{quote(iri, safe='')}?depth=1&group=none", assets)


def _draw(address: str, assets: int) -> tuple[float, ...]:
    """Cards drawn; seconds to the first picture, to all, of the answer; frames a second from afar and near; MB of script memory."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(PATIENCE * 1000)
        begin = time.perf_counter()
        page.goto(address)
        page.wait_for_function(_DRAWN, arg={"drawn": 2, "assets": ""})
        first = time.perf_counter() - begin
        page.evaluate("() => performance.clearResourceTimings()")
        begin = time.perf_counter()
        page.get_by_role("button", name="Show all").click()
        drawn = assets if assets <= 10_000 else 2
        page.wait_for_function(_DRAWN, arg={"drawn": drawn, "assets": f"{assets:,}"})
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
        whole = time.perf_counter() - begin
        answer = page.evaluate(_ANSWER) / 1000
        shown = float(page.get_by_test_id("lineage").get_attribute("data-drawn") or 0)
        afar = frames_while_dragged(page.get_by_test_id("lineage"), from_top=20)
        page.get_by_label("Find in the graph").fill("layer4")
        page.keyboard.press("Enter")
        near = frames_while_dragged(page.get_by_test_id("lineage"), from_top=20)
        session = page.context.new_cdp_session(page)
        session.send("HeapProfiler.collectGarbage")
        session.send("Performance.enable")
        metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    return shown, first, whole, answer, afar, near, metrics["JSHeapUsedSize"] / 1e6


def _estate(assets: int) -> tuple[list[Record], Ref]:
    """Records of so many tables, and the root, from which all others derive."""
    drawn = random.Random(7)
    width = (assets - 1) // (_LAYERS - 1)
    sizes = [1, *[width] * (_LAYERS - 2), assets - 1 - width * (_LAYERS - 2)]
    layers = [[_table(f"layer{n}", f"t{place}") for place in range(size)] for n, size in enumerate(sizes)]
    pairs: set[tuple[Ref, Ref]] = set()
    for depth, (above, below) in enumerate(pairwise(layers)):
        for at, one in enumerate(below):
            origins = {above[0].ref} if not depth else {above[at % width].ref, drawn.choice(above).ref}
            pairs |= {(origin, one.ref) for origin in origins}
    schemas = [Catalog(namespace=_SERVER, name=f"db.layer{n}", title=f"layer{n}") for n in range(_LAYERS)]
    records: list[Record] = [*schemas, *(one for layer in layers for one in layer)]
    records += [Lineage(upstream=start, downstream=end) for start, end in sorted(pairs)]
    return records, layers[0][0].ref


def _table(schema: str, name: str) -> Dataset:
    ref = dataset(_SERVER, f"db.{schema}.{name}")
    return Dataset(
        namespace=ref.namespace,
        name=ref.name,
        title=f"{schema}_{name}",
        platform="postgresql",
        part_of=catalog(_SERVER, f"db.{schema}"),
        fields=tuple(Field(name=f"c{n}", ordinal=n + 1) for n in range(2)),
    )


if __name__ == "__main__":
    run([])
