"""Measuring a whole process: wall time, processor time and peak memory as the kernel accounts for them."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

__all__ = ["Cost", "Failed", "Measured", "measure", "summary"]


class Failed(Exception):
    """What is measured cannot run or ended with an error, so that its figures mean nothing."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took: `wall` and `cpu` in seconds (user and system, children included), `peak` in MB of 2**20 bytes."""

    wall: float
    cpu: float
    peak: float


@dataclass(frozen=True, slots=True)
class Measured:
    """The cost of a process and what it printed."""

    cost: Cost
    output: str


def measure(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Measured:
    """Run a command to its end. The variables of `environment` are added to those of this process.

    Linux counts the peak of the process that forks into that of the program it starts; therefore this process must stay
    smaller than what it measures: read large outputs elsewhere.

    Raises: Failed, where the command's exit status is not 0.
    """
    with tempfile.TemporaryFile() as output:
        begin = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode(errors="replace")
    if process.returncode:
        raise Failed(f"{' '.join(command[:6])} ... ended with {process.returncode}:\n{text[-3000:]}")
    return Measured(Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024), text)


def summary(costs: Sequence[Cost]) -> Cost:
    """The median of each figure."""
    return Cost(median(c.wall for c in costs), median(c.cpu for c in costs), median(c.peak for c in costs))
