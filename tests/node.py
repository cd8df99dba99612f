"""Running Node with the explorer's packages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

__all__ = ["EXPLORER", "node"]

EXPLORER = Path(__file__).parents[1] / "api" / "explorer"


def node(script: Path, *arguments: str, timeout: float = 60) -> str:
    """What a script prints that gets the explorer's folder and the arguments; the test is skipped where Node is missing."""
    binary = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
    if binary is None or not (EXPLORER / "node_modules").is_dir():
        report = pytest.fail if os.environ.get("CI") else pytest.skip
        report("Node or the explorer's packages are missing: run `make web`")
    done = subprocess.run(
        [binary, str(script), str(EXPLORER), *arguments], capture_output=True, text=True, timeout=timeout, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
