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
    from playwright.sync_api import Browser

__all__ = ["PATIENCE", "chromium", "serving"]

PATIENCE = 120.0
"""Seconds until a server that does not start, or a page that is not drawn, ends the measurement."""


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
