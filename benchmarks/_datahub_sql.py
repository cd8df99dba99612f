"""DataHub's SQL parser on given texts, run in its own environment: reads JSON lines, prints JSON lines and the seconds it took.

    python _datahub_sql.py < texts.jsonl

A line is {"sql", "dialect", "schema": {table: [column]}}; an answer {"reads", "writes", "edges": [[table, column, table, column]]}.
"""

from __future__ import annotations

import json
import re
import sys
import time
from typing import Any

_URN = re.compile(r"urn:li:dataset:\(urn:li:dataPlatform:[^,]*,(.*),[A-Z]+\)$")


def main() -> None:
    from datahub.sql_parsing.schema_resolver import SchemaResolver  # type: ignore[import-not-found]
    from datahub.sql_parsing.sqlglot_lineage import sqlglot_lineage  # type: ignore[import-not-found]
    from sqlglot import Dialect

    jobs = [json.loads(line) for line in sys.stdin]
    prepared = []
    for job in jobs:
        resolver = SchemaResolver(platform="dbt")  # a platform without rules of its own for names
        for table, columns in (job["schema"] or {}).items():
            urn = resolver.get_urn_for_table(_table(table))
            resolver.add_raw_schema_info(urn, dict.fromkeys(columns, "string"))
        prepared.append((job, resolver))
    answers = []
    begin = time.perf_counter()
    for job, resolver in prepared:
        answers.append(
            sqlglot_lineage(job["sql"], resolver, override_dialect=Dialect.get_or_raise(job["dialect"] or None))
        )
    seconds = time.perf_counter() - begin
    for answer in answers:
        print(json.dumps(_told(answer)))
    print(json.dumps({"seconds": seconds}))


def _table(name: str) -> Any:
    from datahub.sql_parsing._models import _TableName  # type: ignore[import-not-found]

    parts = name.split(".")
    return _TableName(
        database=parts[-3] if len(parts) > 2 else None, db_schema=parts[-2] if len(parts) > 1 else None, table=parts[-1]
    )


def _told(answer: Any) -> dict[str, Any]:
    edges = [
        [_name(origin.table), origin.column, _name(edge.downstream.table), edge.downstream.column]
        for edge in answer.column_lineage or ()
        for origin in edge.upstreams
    ]
    return {
        "reads": [_name(urn) for urn in answer.in_tables],
        "writes": [_name(urn) for urn in answer.out_tables],
        "edges": edges,
    }


def _name(urn: str | None) -> str:
    found = _URN.match(urn or "")
    return found[1] if found else ""


if __name__ == "__main__":
    main()
