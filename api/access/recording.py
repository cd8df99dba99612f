"""What somebody does through the server, in the audit log."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from typing import Any

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from api.access.people import Person
from fabric.audit import Outcome, acting
from fabric.errors import FabricError, Forbidden
from fabric.workspace import Workspace

__all__ = ["recorded"]


@asynccontextmanager
async def recorded(
    connection: HTTPConnection, operation: str, arguments: Mapping[str, Any], *, secret: Collection[str] = ()
) -> AsyncIterator[Person]:
    """Write down what the block does and how it ends; commits made in it are of who asks. Gives who that is.

    Raises: what the block raises, and StorageFull or GraphError where it cannot be written down.
    """
    workspace: Workspace = connection.app.state.workspace
    person: Person = connection.scope["user"]

    async def note(outcome: Outcome, error: str | None = None) -> None:
        def write() -> None:
            workspace.audit.note(
                operation,
                arguments,
                who=person.name,
                role=str(person.role),
                via=person.via,
                client=connection.headers.get("user-agent", ""),
                secret=secret,
                outcome=outcome,
                error=error,
            )

        with anyio.CancelScope(shield=True):
            await run_in_threadpool(write)

    try:
        with acting(person.name):
            yield person
    except FabricError as error:
        await note("refused" if isinstance(error, Forbidden) else "failed", error.what)
        raise
    except BaseException as error:
        await note("failed", type(error).__name__)
        raise
    await note("done")
