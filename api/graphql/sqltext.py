"""Lineage of SQL that is given: its GraphQL types and field."""

from __future__ import annotations

import strawberry

from api.graphql.types import Info, on_workspace
from fabric import lineage as core
from fabric.errors import InputError
from fabric.lineage.mermaid import as_mermaid

__all__ = ["SqlQuery"]

_LONGEST = 1_000_000


@strawberry.type(description="An output column and one that it derives from.")
class SqlEdge:
    """An output column and one that it derives from."""

    target_table: str | None
    target: str
    source_table: str
    source: str
    kind: str
    expression: str | None


@strawberry.type(description="A column that decides on rows, by the clause it stands in.")
class SqlInfluence:
    """A column that decides on rows."""

    target_table: str | None
    source_table: str
    source: str
    clause: str


@strawberry.type(description="What could not be read, or only with a guess.")
class SqlProblem:
    """What could not be read."""

    reason: str
    line: int
    column: int
    severity: str
    statement: str


@strawberry.type(description="One statement of the text.")
class SqlStatement:
    """One statement of the text."""

    kind: str
    line: int
    reads: list[str]
    writes: list[str]
    outputs: list[str]
    guessed: bool


@strawberry.type(description="Lineage of a SQL text, end to end: temporary tables are seen through.")
class SqlLineage:
    """Lineage of a SQL text."""

    complete: bool
    reads: list[str]
    writes: list[str]
    edges: list[SqlEdge]
    influences: list[SqlInfluence]
    statements: list[SqlStatement]
    problems: list[SqlProblem]
    mermaid: str


@strawberry.type
class SqlQuery:
    """What can be asked of SQL."""

    @strawberry.field(
        description="Lineage of a SQL text of any dialect; with a dataset namespace, by the columns of its datasets in the graph."
    )
    async def sql_lineage(
        self, info: Info, sql: str, dialect: str | None = None, namespace: str | None = None
    ) -> SqlLineage:
        """Lineage of a SQL text."""
        if len(sql) > _LONGEST:
            raise InputError(
                f"the SQL has {len(sql):,} characters, more than {_LONGEST:,}",
                remedy="read it in parts, statement by statement",
            )
        return _shown(await on_workspace(info, lambda w: w.sql.read(sql, dialect=dialect, namespace=namespace)))


def _shown(found: core.SqlLineage) -> SqlLineage:
    def name(table: core.Table | None) -> str | None:
        return None if table is None else str(table)

    return SqlLineage(
        complete=found.complete,
        reads=sorted(map(str, found.reads)),
        writes=sorted(map(str, found.writes)),
        edges=[
            SqlEdge(
                target_table=name(e.target_table),
                target=e.target,
                source_table=str(e.source.table),
                source=e.source.name,
                kind=e.kind,
                expression=e.expression,
            )
            for e in found.edges
        ],
        influences=[
            SqlInfluence(
                target_table=name(i.target_table),
                source_table=str(i.source.table),
                source=i.source.name,
                clause=i.clause,
            )
            for i in found.influences
        ],
        statements=[
            SqlStatement(
                kind=s.kind,
                line=s.line,
                reads=sorted(map(str, s.reads)),
                writes=sorted(map(str, s.writes)),
                outputs=[output.name for output in s.outputs],
                guessed=s.guessed,
            )
            for s in found.statements
        ],
        problems=[
            SqlProblem(reason=p.reason, line=p.line, column=p.column, severity=p.severity, statement=p.statement)
            for p in found.problems
        ],
        mermaid=as_mermaid(found),
    )
