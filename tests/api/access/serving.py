"""A server with a login, as a process, and requests to it."""

from __future__ import annotations

from typing import Any

import httpx

__all__ = ["SECRETS", "TOKENS", "bearer", "graphql"]

SECRETS = {role: f"{role}-0123456789abcdef" for role in ("viewer", "editor", "admin")}
TOKENS = ",".join(
    f"{name}:{role}:{SECRETS[role]}" for name, role in (("vera", "viewer"), ("ed", "editor"), ("ada", "admin"))
)


def bearer(role: str) -> dict[str, str]:
    """Headers of who has the role."""
    return {"Authorization": f"Bearer {SECRETS[role]}"}


def graphql(url: str, role: str | None, document: str, **variables: Any) -> dict[str, Any]:
    """The answer to an operation, with its errors; without a role none is sent."""
    answer = httpx.post(
        f"{url}/graphql", json={"query": document, "variables": variables}, headers=bearer(role) if role else {}
    )
    found: dict[str, Any] = answer.json()
    return found
