"""Lineage out of SQL text: which tables and columns each statement reads and writes, and how."""

from fabric.lineage.script import read_sql
from fabric.lineage.statement import Column, ColumnEdge, Influence, Output, Problem, SqlLineage, Statement, Table

__all__ = [
    "Column",
    "ColumnEdge",
    "Influence",
    "Output",
    "Problem",
    "SqlLineage",
    "Statement",
    "Table",
    "read_sql",
]
