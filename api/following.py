"""Work that follows what happens: done in a thread of its own whenever it is woken, and once at the start."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from fabric.errors import FabricError

__all__ = ["Follower"]

_log = logging.getLogger(__name__)


class Follower:
    """Calls `work` until it is stopped, each time that `wake` was called since the call before.

    `work` is given what tells whether it should stop. Where it fails, `failed` is logged; it is tried again after `again` seconds,
    or with None when it is woken next.
    """

    def __init__(
        self, name: str, work: Callable[[Callable[[], bool]], None], failed: str, again: float | None = None
    ) -> None:
        self._work, self._failed, self._again = work, failed, again
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin, with work at once."""
        self.wake()
        self._thread.start()

    def wake(self) -> None:
        """Have the work done again."""
        self._wake.set()

    def stop(self) -> None:
        """End after the work that is being done."""
        self._stopping.set()
        self.wake()
        self._thread.join()

    def _run(self) -> None:
        pause: float | None = None
        while True:
            self._wake.wait(pause)
            self._wake.clear()
            if self._stopping.is_set():
                return
            pause = None
            try:
                self._work(self._stopping.is_set)
            except FabricError:
                _log.exception(self._failed)
                pause = self._again
