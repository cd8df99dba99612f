"""What a question of what if is answered with."""

from __future__ import annotations

from dataclasses import dataclass

from fabric.tracing.answer import Level, Named
from fabric.tracing.impact import Impacted

__all__ = ["BrokenContract", "Difference", "EdgeChange", "Gone", "Reached"]


@dataclass(frozen=True, slots=True, order=True)
class EdgeChange:
    """A way of the data, from `start` to `end` (assets, or fields at the level `column`), that comes or goes."""

    level: Level
    start: str
    end: str
    influence: bool


@dataclass(frozen=True, slots=True)
class Gone:
    """A dataset, or one of its fields (IRI), that would not be there any more."""

    asset: Named
    field: str | None


@dataclass(frozen=True, slots=True)
class BrokenContract:
    """A contract of an asset that loses something, or that reads what is gone."""

    contract: Named
    asset: Named
    reason: str


@dataclass(frozen=True, slots=True)
class Reached:
    """A field that would hold personal data of a category (IRI of DPV-PD), and the fields it would come from."""

    asset: Named
    field: str
    category: str
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What would differ. `broken` reads what would be gone; `affected` lies behind, or reads a table by unknown columns.

    `warnings` say what could not be told.
    """

    changes: tuple[str, ...]
    gone: tuple[Gone, ...]
    edges_added: tuple[EdgeChange, ...]
    edges_removed: tuple[EdgeChange, ...]
    broken: tuple[Impacted, ...]
    affected: tuple[Impacted, ...]
    contracts: tuple[BrokenContract, ...]
    reached: tuple[Reached, ...]
    owners: tuple[Named, ...]
    warnings: tuple[str, ...]
