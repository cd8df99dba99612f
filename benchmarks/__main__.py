"""`python -m benchmarks` runs all benchmarks, `python -m benchmarks NAME [OPTION ...]` one, `--list` only names them."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys

import benchmarks
from benchmarks._processes import Failed

__all__ = ["main", "names"]


def names() -> list[str]:
    """Names of all benchmarks: the public modules of this package."""
    return sorted(
        module.name for module in pkgutil.iter_modules(benchmarks.__path__) if not module.name.startswith("_")
    )


def main(arguments: list[str]) -> int:
    """Run what the arguments name; returns the exit status."""
    if not arguments:
        _list()
        return max((_run_apart(name) for name in names()), default=0)
    name, *options = arguments
    if name in names():
        return _run(name, options)
    _list()
    if name in {"--list", "-h", "--help"}:
        return 0
    print(f"benchmarks: {name!r} is no benchmark", file=sys.stderr)
    return 2


def _list() -> None:
    print("usage: python -m benchmarks [--list | NAME [OPTION ...]]\n")
    for name in names():
        summary = (importlib.import_module(f"benchmarks.{name}").__doc__ or "").partition("\n")[0]
        print(f"  {name:12} {summary}")
    print(flush=True)


def _run(name: str, options: list[str]) -> int:
    try:
        importlib.import_module(f"benchmarks.{name}").run(options)
    except Failed as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    return 0


def _run_apart(name: str) -> int:
    """Run one in a process of its own, so that the memory of none shows in the figures of the next."""
    return subprocess.run([sys.executable, "-m", "benchmarks", name], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
