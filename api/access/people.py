"""Who asks, and what they may do."""

from __future__ import annotations

import getpass
import os
from dataclasses import dataclass
from enum import IntEnum

from fabric.errors import Forbidden

__all__ = ["LOCAL", "Person", "Role", "need", "operator", "read_role"]


class Role(IntEnum):
    """What somebody may do; each role may do what those below it may."""

    VIEWER = 1
    """Read."""
    EDITOR = 2
    """Say something of assets, and harvest what is registered."""
    ADMIN = 3
    """Register and remove sources, back up, read the audit log."""

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who asks, be it a program; `via` is how they are known: token, oidc, cli or local."""

    name: str
    role: Role
    via: str


LOCAL = Person("local", Role.ADMIN, "local")
"""Whoever reaches a server without a login, which listens on loopback only."""


def operator() -> Person:
    """Who runs this process and has opened the data directory with it."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container's user need not have a name
        name = f"uid {os.getuid()}"
    return Person(name, Role.ADMIN, "cli")


def need(person: Person, role: Role, what: str) -> None:
    """Refuse where the person's role does not allow `what`. Raises: Forbidden."""
    if person.role < role:
        raise Forbidden(
            f"{what} needs the role {role}, and {person.name!r} is {person.role}",
            remedy=f"ask an administrator of this server for the role {role}",
        )


def read_role(name: str) -> Role | None:
    """The role of that name; None where there is none."""
    return Role.__members__.get(name.strip().upper()) if name.strip().islower() else None
