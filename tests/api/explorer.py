"""What the tests of the explorer share."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx
from playwright.sync_api import Page

__all__ = ["ask", "open_asset", "open_tab"]


def ask(address: str, document: str, **variables: Any) -> dict[str, Any]:
    """The data of a GraphQL operation that must succeed."""
    answer = httpx.post(f"{address}/graphql", json={"query": document, "variables": variables}, timeout=60).json()
    assert not answer.get("errors"), answer
    data: dict[str, Any] = answer["data"]
    return data


def open_asset(page: Page, address: str, iri: str, more: str = "") -> None:
    """Open an asset's page and wait for its title; `more` goes on with the address, as in `&tab=facts`."""
    page.goto(f"{address}/#/asset?iri={quote(iri, safe='')}{more}")
    page.get_by_test_id("asset-title").wait_for()


def open_tab(page: Page, name: str) -> None:
    """Open one of the tabs of the asset's page."""
    page.get_by_test_id(f"tab-{name}").click()
