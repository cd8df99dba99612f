"""The processes that share one state database: who is alive, who is gone.

Each gives a sign of life now and then. One that has not for `patience` seconds is taken for gone, and its harvests are taken over;
should it only have been slow, it finds that out before its commit is brought in (see `fabric.runs`). A SQLite database has one
process, which needs no signs of life.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import uuid

from sqlalchemy import delete, insert, select, update

from fabric.errors import FabricError
from fabric.state import State, workers

__all__ = ["Workers"]

_BEATS = 5
_log = logging.getLogger(__name__)


class Workers:
    """This process among the others; `id` names it. It is counted in on `join`, and out on `leave`."""

    def __init__(self, state: State, patience: float) -> None:
        self._state, self._patience = state, patience
        self.id = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def join(self) -> None:
        """Begin to give signs of life."""
        if not self._state.shared:
            return
        self._beat()
        self._thread = threading.Thread(target=self._work, name="heartbeat", daemon=True)
        self._thread.start()

    def leave(self) -> None:
        """Say that this process ends."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            with self._state.begin() as connection:
                connection.execute(delete(workers).where(workers.c.id == self.id))

    def alive(self) -> list[str]:
        """Who is alive, this process among them."""
        if not self._state.shared:
            return [self.id]
        limit = self._state.moment(self._patience)
        with self._state.read() as connection:
            others = connection.execute(select(workers.c.id).where(workers.c.beat >= limit)).scalars()
            return [self.id, *(one for one in others if one != self.id)]

    def bury(self) -> list[str]:
        """Count out who is gone; returns them."""
        if not self._state.shared:
            return []
        limit = self._state.moment(self._patience)
        with self._state.begin() as connection:
            gone = delete(workers).where(workers.c.beat < limit, workers.c.id != self.id).returning(workers.c.id)
            return list(connection.execute(gone).scalars())

    def _work(self) -> None:
        while not self._stopping.wait(self._patience / _BEATS):
            try:
                self._beat()
            except FabricError as error:
                _log.warning("no sign of life was given: %s", error.what)

    def _beat(self) -> None:
        now = self._state.moment()
        with self._state.begin() as connection:
            if not connection.execute(update(workers).where(workers.c.id == self.id).values(beat=now)).rowcount:
                connection.execute(insert(workers).values(id=self.id, beat=now))
