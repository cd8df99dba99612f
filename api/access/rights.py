"""Which role each operation needs."""

from __future__ import annotations

from api.access.people import Role

__all__ = ["mutation_role", "route_role"]

_EDITORS = frozenset(
    {"cancelHarvest", "cancelRun", "curate", "curateAll", "harvestSource", "retryRun", "scheduleSource", "testSource"}
)
_READ = frozenset({"GET", "HEAD", "OPTIONS"})
_ASKED_BY_POST = frozenset({"/graphql", "/sparql"})
"""Routes where a POST may be a question; `/graphql` looks at each mutation itself."""


def mutation_role(name: str) -> Role:
    """The role for a GraphQL mutation: one that is not named here is for administrators."""
    return Role.EDITOR if name in _EDITORS else Role.ADMIN


def route_role(method: str, path: str) -> Role:
    """The role for a request: reading is for all, what may change something for editors."""
    return Role.VIEWER if method in _READ or path in _ASKED_BY_POST else Role.EDITOR
