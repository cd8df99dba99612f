"""The audit log in GraphQL."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from api.access.people import Role
from api.graphql.guarding import need_role
from api.graphql.paging import Connection, at_most, connection
from api.graphql.types import Info, on_workspace
from fabric import audit
from fabric.workspace import Workspace

__all__ = ["AuditQuery"]

_MOST = 500


@strawberry.type(description="One operation: who did it, by which program, with what, and how it ended.")
class AuditEntry:
    """One operation; `via` is cli, local, token or oidc, `outcome` done, refused or failed."""

    id: strawberry.ID
    at: datetime
    who: str
    role: str
    via: str
    client: str
    operation: str
    arguments: JSON
    outcome: str
    error: str | None


@strawberry.type
class AuditQuery:
    """What can be asked of the audit log."""

    @strawberry.field(
        description="Who did what, newest first, at most 500 at once; secrets are left out. For administrators."
    )
    async def audit_log(
        self,
        info: Info,
        first: int = 50,
        after: str | None = None,
        who: str | None = None,
        operation: str | None = None,
    ) -> Connection[AuditEntry]:
        """Who did what."""
        need_role(info.context, Role.ADMIN, "the audit log")
        at_most(first, _MOST)

        def read(workspace: Workspace) -> Connection[AuditEntry]:
            found = workspace.audit.entries(first + 1, after=after, who=who, operation=operation)
            total = workspace.audit.count(who=who, operation=operation)
            return connection(found, first, total, node=_entry, cursor=lambda one: str(one.id), after=after)

        return await on_workspace(info, read)


def _entry(found: audit.Entry) -> AuditEntry:
    return AuditEntry(
        id=strawberry.ID(str(found.id)),
        at=found.at,
        who=found.who,
        role=found.role,
        via=found.via,
        client=found.client,
        operation=found.operation,
        arguments=dict(found.arguments),  # type: ignore[arg-type]
        outcome=found.outcome,
        error=found.error,
    )
