"""Runs the demo's dbt project; a script for the interpreter that has dbt, which need not be Fabric's own.

Called as `run_dbt.py PROJECT`, with the variables that the project's `profiles.yml` names in the environment. Leaves
`manifest.json`, `run_results.json` and `catalog.json` in `PROJECT/target`. Ends with 0 when every model was built, also
where a test found wrong data: some do.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import threading
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner

_SCANNER = "duckdb_extension_postgres_scanner"
_BUILT = {"success", "pass", "warn", "fail", "no-op"}


def main(project: Path) -> int:
    """Build and test everything, then describe it."""
    threading.Thread(target=_end_with_caller, daemon=True).start()
    _link_scanner(Path(os.environ["FABRIC_DEMO_EXTENSIONS"]))
    place = ["--project-dir", str(project), "--profiles-dir", str(project)]
    target = project / "target"
    runner = dbtRunner()
    built = runner.invoke(["--no-version-check", "build", *place, "--target-path", str(target)])
    if built.exception:
        raise built.exception
    results: Any = built.result
    if not results or any(str(result.status) not in _BUILT for result in results):
        return 1
    # Elsewhere, since it overwrites the manifest and leaves the compiled SQL out.
    described = target / "described"
    runner.invoke(["--no-version-check", "docs", "generate", "--no-compile", *place, "--target-path", str(described)])
    (described / "catalog.json").replace(target / "catalog.json")
    shutil.rmtree(described)
    return 0


def _end_with_caller() -> None:
    """Leave nothing running that still writes when the caller was killed: then standard input ends."""
    while os.read(0, 1):
        pass
    os._exit(1)


def _link_scanner(extensions: Path) -> None:
    """Let DuckDB find its PostgreSQL extension where the package put it, so that nothing is downloaded."""
    import duckdb

    spec = importlib.util.find_spec(_SCANNER)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"No module named {_SCANNER!r}", name=_SCANNER)
    with duckdb.connect() as connection:
        row = connection.sql("SELECT version(), platform FROM pragma_platform()").fetchone()
    assert row is not None
    version, platform = row
    name = "postgres_scanner.duckdb_extension"
    link = extensions / version / platform / name
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(Path(spec.origin).parent / "extensions" / version / name)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
