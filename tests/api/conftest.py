from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from starlette.testclient import TestClient

from tests.api.estate import harvest, make_lake, opened
from tests.api.explorer import ask
from tests.processes import fabric, serving


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_lake(tmp_path_factory.mktemp("lake"))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, lake: Path) -> Iterator[TestClient]:
    """An application that holds the lake."""
    with opened(tmp_path_factory.mktemp("data")) as client:
        assert harvest(client, "lake", "files", {"path": str(lake)})["state"] == "complete"
        yield client


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    binary = shutil.which("chromium")
    if binary is None:
        report = pytest.fail if os.environ.get("CI") else pytest.skip
        report("chromium is not installed")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=binary, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a browser without history, on which no script may fail and nothing may break the server's policy."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    failures: list[str] = []
    opened.on("pageerror", lambda error: failures.append(str(error)))
    opened.on("console", lambda said: failures.append(said.text) if "Content Security Policy" in said.text else None)
    yield opened
    context.close()
    assert failures == []


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a server shows the lake."""
    folder = tmp_path_factory.mktemp("explorer")
    fabric(folder / "data", "source", "add", "lake", "files", "-o", f"path={make_lake(folder / 'lake')}")
    fabric(folder / "data", "harvest")
    with serving(folder / "data") as url:
        yield url


@pytest.fixture
def customers(address: str) -> str:
    """The IRI of one of the lake's two tables."""
    found = ask(address, '{search(query:"customers",kinds:["dataset"]){edges{node{iri}}}}')
    iri: str = found["search"]["edges"][0]["node"]["iri"]
    return iri
