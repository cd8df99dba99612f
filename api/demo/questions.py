"""Questions to ask of the demo: how a newcomer would put them, in none of the names the data uses."""

from __future__ import annotations

__all__ = ["QUESTIONS"]

QUESTIONS = (
    "which airports have the worst departure delays",
    "wind and visibility at the origin airport by hour",
    "aircraft age and manufacturer",
)
