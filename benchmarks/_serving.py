"""A server of its own process over a data directory, and a browser to look at it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks._processes import Failed

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

__all__ = ["PATIENCE", "chromium", "frames_while_dragged", "serving"]

PATIENCE = 120.0
"""Seconds until a server that does not start, or a page that is not drawn, ends the measurement."""
_FRAMES = """() => new Promise(done => { let frames = 0; const begin = performance.now();
  const next = now => { frames += 1; now - begin < 3000 ? requestAnimationFrame(next) : done(frames / (now - begin) * 1000) };
  requestAnimationFrame(next) })"""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of a server, without a model, that ends with the context.

    Raises: Failed where it does not start.
    """
    environment = {**os.environ, "FABRIC_DATA_DIR": str(folder), "FABRIC_SEMANTIC": "false"}
    command = [sys.executable, "-m", "api.cli", "serve", "--port", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield _address(process, folder / "server.json")
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE)


def _address(process: subprocess.Popen[bytes], note: Path) -> str:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            return str(json.loads(note.read_text(encoding="utf-8"))["url"])
        except (OSError, ValueError):
            time.sleep(0.05)
    raise Failed("the server did not start")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium without a window.

    Raises: Failed where none is installed.
    """
    from playwright.sync_api import sync_playwright

    binary = shutil.which("chromium")
    if binary is None:
        raise Failed("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


def frames_while_dragged(drawing: Locator, *, from_top: float | None = None) -> float:
    """Frames a second while a drawing is dragged about for three seconds, from its middle or so many pixels below its top."""
    page, box = drawing.page, drawing.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + (box["height"] / 2 if from_top is None else from_top)
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(f"() => {{ window.frames_ = ({_FRAMES})() }}")
    deadline = time.perf_counter() + 2.8
    step = 0
    while time.perf_counter() < deadline:
        step += 1
        page.mouse.move(x + (step * 12) % 300, y + (step * 5) % 120)
    found = float(page.evaluate("() => window.frames_"))
    page.mouse.up()
    return found
