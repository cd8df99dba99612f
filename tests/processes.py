"""Running `fabric` as a process, as a user does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

__all__ = ["fabric", "serving"]

_PATIENCE = 60.0


def fabric(
    data_dir: Path, *arguments: str, check: bool = True, stdin: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end; the embedding model is off unless the environment says otherwise."""
    done = subprocess.run(
        [sys.executable, "-m", "api.cli", *arguments],
        env=_environment(data_dir, environment),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert not check or done.returncode == 0, done.stderr + done.stdout
    return done


@contextmanager
def serving(data_dir: Path, log: Path | None = None, /, **environment: str) -> Iterator[str]:
    """Run the server on a free port; gives its address, and stops it at the end. It tells all it does into the file `log`."""
    command = [sys.executable, "-m", "api.cli", *(["--verbose"] if log else []), "serve", "--port", "0"]
    with (
        log.open("w", encoding="utf-8") if log else nullcontext(subprocess.PIPE) as output,
        subprocess.Popen(
            command, env=_environment(data_dir, environment), stdout=output, stderr=subprocess.STDOUT, text=True
        ) as process,
    ):
        try:
            yield _address(process, data_dir / "server.json")
        finally:
            process.terminate()
            process.communicate(timeout=_PATIENCE)


def _address(process: subprocess.Popen[str], note: Path) -> str:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"the server ended: {process.stdout.read() if process.stdout else ''}")
        try:
            return str(json.loads(note.read_text(encoding="utf-8"))["url"])
        except (OSError, ValueError):
            time.sleep(0.05)
    raise AssertionError("the server did not start in time")


def _environment(data_dir: Path, given: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FABRIC_")}
    return {**kept, "FABRIC_DATA_DIR": str(data_dir), "FABRIC_SEMANTIC": "false", "COLUMNS": "200", **given}
