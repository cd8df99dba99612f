"""The peer of the SQL lineage benchmark: DataHub's parser, in an environment of its own.

`traced` starts this very file in the peer's Python, where nothing of this project is importable: the file therefore imports
at its top level the standard library only.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

__all__ = ["VERSION", "installed", "traced"]

VERSION = "1.7.0.17"
_PLATFORMS = {"tsql": "mssql", "sparksql": "spark", None: "postgres"}


def installed(folder: Path) -> Path:
    """The Python of an environment in `folder` that has the peer's parser; made where there is none (about 300 MB)."""
    python = folder / "bin" / "python"
    if not (folder / f"installed-{VERSION}").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        package = f"acryl-datahub[sql-parser]=={VERSION}"
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", package], check=True)
        (folder / f"installed-{VERSION}").touch()
    return python


def traced(python: Path, jobs: Iterable[tuple[str, str | None, dict[str, list[str]]]], rounds: int) -> dict[str, Any]:
    """What the peer finds for SQL, dialect and schema of each job, and the seconds of each round over all of them."""
    lines = json.dumps({"jobs": [list(job) for job in jobs], "rounds": rounds})
    ended = subprocess.run(
        [str(python), "-I", __file__],
        input=lines,
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "DATAHUB_TELEMETRY_ENABLED": "false"},
    )
    answer: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return answer


def _serve() -> None:
    """Read jobs from standard input; answer with one line of JSON."""
    asked = json.load(sys.stdin)
    parsers = [_parser(*job) for job in asked["jobs"]]
    results, seconds = [], []
    for _ in range(asked["rounds"]):
        _forget()
        begin = time.perf_counter()
        results = [parse() for parse in parsers]
        seconds.append(time.perf_counter() - begin)
    print(json.dumps({"results": results, "seconds": seconds}))


def _forget() -> None:
    """Empty the peer's caches, which else answer every round but the first: ours has none here either."""
    from datahub.sql_parsing import sqlglot_lineage, sqlglot_utils  # type: ignore[import-not-found]

    sqlglot_lineage._sqlglot_lineage_cached.cache_clear()
    sqlglot_utils._parse_statement.cache_clear()
    sqlglot_utils.try_format_query.cache_clear()


def _parser(sql: str, dialect: str | None, schema: dict[str, list[str]]) -> Any:
    """A call that parses one text.

    Building the schema is not counted, and statements are parted beforehand: both in the peer's favour.
    """
    import sqlglot
    from datahub.sql_parsing.schema_resolver import SchemaResolver  # type: ignore[import-not-found]
    from datahub.sql_parsing.sqlglot_lineage import sqlglot_lineage  # type: ignore[import-not-found]

    platform = _PLATFORMS.get(dialect, dialect)
    resolver = SchemaResolver(platform=platform, env="PROD")
    for table, columns in schema.items():
        urn = f"urn:li:dataset:(urn:li:dataPlatform:{platform},{table},PROD)"
        resolver.add_raw_schema_info(urn, dict.fromkeys(columns, "VARCHAR"))
    try:
        parts = [part.sql(dialect=dialect) for part in sqlglot.parse(sql, read=dialect) if part]
    except Exception:  # noqa: BLE001 - whatever the peer raises counts as its error
        parts = [sql]

    def parse() -> dict[str, Any]:
        reads, writes, edges, errors = set(), set(), set(), 0
        for part in parts:
            try:
                found = sqlglot_lineage(part, schema_resolver=resolver, override_dialect=dialect)
            except Exception:  # noqa: BLE001 - whatever the peer raises counts as its error
                errors += 1
                continue
            errors += found.debug_info.error is not None
            reads |= set(map(_name, found.in_tables))
            writes |= set(map(_name, found.out_tables))
            for info in found.column_lineage or ():
                target = _name(info.downstream.table) if info.downstream.table else ""
                edges |= {(_name(up.table), up.column, target, info.downstream.column) for up in info.upstreams}
        return {"reads": sorted(reads), "writes": sorted(writes), "edges": sorted(edges), "errors": errors}

    return parse


def _name(urn: str) -> str:
    return urn.partition("urn:li:dataPlatform:")[2].partition(",")[2].rpartition(",")[0]


if __name__ == "__main__":
    _serve()
