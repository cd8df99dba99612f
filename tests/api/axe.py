"""Accessibility of a page, as axe finds it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

__all__ = ["serious"]

_AXE = Path(__file__).parents[2] / "api/explorer/node_modules/axe-core/axe.min.js"
_SETTLED = """() => Promise.allSettled(document.getAnimations()
    .filter(one => one.effect.getComputedTiming().endTime !== Infinity).map(one => one.finished))"""
"""Colours in transition have contrasts of their own."""


def serious(page: Page) -> list[str]:
    """What axe finds serious or critical on the page as it is."""
    page.evaluate(_AXE.read_text(encoding="utf-8"))  # the server's policy keeps a script tag from running
    page.evaluate(_SETTLED)
    found: list[str] = page.evaluate(
        "axe.run().then(r => r.violations.filter(v => ['serious', 'critical'].includes(v.impact))"
        ".map(v => `${v.id}: ${v.nodes[0].html}`))"
    )
    return found
