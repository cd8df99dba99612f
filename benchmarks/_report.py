"""Printing: Markdown tables, verdicts, and the machine that figures belong to."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version

__all__ = ["Target", "heading", "machine", "paragraph", "progress", "table", "targets"]


@dataclass(frozen=True, slots=True)
class Target:
    """A number to hold: `figure` measured, at least or at most `bound`."""

    name: str
    figure: float
    bound: float
    unit: str = ""
    at_least: bool = False

    @property
    def held(self) -> bool:
        """Whether the figure keeps the bound."""
        return self.figure >= self.bound if self.at_least else self.figure <= self.bound


def targets(held: Iterable[Target]) -> None:
    """Print each target with PASS or MISS."""
    rows = [
        (
            one.name,
            f"{one.figure:.3g}{one.unit}",
            f"{'at least' if one.at_least else 'at most'} {one.bound:g}{one.unit}",
            "PASS" if one.held else "MISS",
        )
        for one in held
    ]
    table(("target", "measured", "asked", "verdict"), rows)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a Markdown table; all columns but the first are aligned to the right."""
    print(f"| {' | '.join(head)} |")
    print(f"|---|{'--:|' * (len(head) - 1)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    print(flush=True)


def heading(text: str) -> None:
    """Print a heading."""
    print(f"### {text}\n", flush=True)


def paragraph(text: str) -> None:
    """Print a paragraph."""
    print(f"{text}\n", flush=True)


def progress(text: str) -> None:
    """Say on the error stream what is being done, so that the output stays Markdown."""
    print(f"... {text}", file=sys.stderr, flush=True)


def machine(*packages: str) -> str:
    """This machine, how busy it is, and versions of installed packages."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}; {versions}. Load average at the start {os.getloadavg()[0]:.1f}."
    )
