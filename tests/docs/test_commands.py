"""What a reader is told to type works, in order, from an empty folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, pages
from tests.docs.session import run_page

TUTORIAL = ROOT / "docs" / "tutorials" / "first-steps.md"
HOW_TO = ROOT / "docs" / "how-to"
FROM_NOTHING = [TUTORIAL, ROOT / "README.md", HOW_TO / "write-a-connector.md"]
AFTER_TUTORIAL = [page for page in pages() if page.parent == HOW_TO and page not in FROM_NOTHING]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Path, Future[None]]]:
    """All pages, each run in a folder of its own, two at a time; how-tos in copies of the folder that the tutorial leaves."""
    place = tmp_path_factory.mktemp("docs")
    with ThreadPoolExecutor(2) as pool:
        started = {page: pool.submit(run_page, page, _folder(place, page)) for page in FROM_NOTHING}
        started[TUTORIAL].exception()
        for page in AFTER_TUTORIAL:
            shutil.copytree(_folder(place, TUTORIAL), place / page.stem / "folder")
            started[page] = pool.submit(run_page, page, place / page.stem / "folder")
        yield started


def _folder(place: Path, page: Path) -> Path:
    folder = place / page.stem / "folder"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.parametrize("page", [*FROM_NOTHING, *AFTER_TUTORIAL], ids=lambda page: page.stem)
def test_what_a_page_has_the_reader_type_does_what_it_shows(page: Path, runs: dict[Path, Future[None]]) -> None:
    runs[page].result()
