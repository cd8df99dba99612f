"""What is read out of scripts, procedures and forms of single dialects; and that no text of theirs goes by in silence."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabric.lineage import SqlLineage, Table, read_sql

DATA = tomllib.loads(Path(__file__).with_name("dialects.toml").read_text(encoding="utf-8"))
KNOWN = {Table(name): columns for name, columns in DATA["known"].items()}
WORDS = """select from where ( ) , ; a b t o insert into with as case when end begin declare if then else loop for in exec
    execute immediate fetch go set @x = merge using on matched update delete output inserted replace rename table to prepare 'x'
    ' " $$ $1 {{ {% %} delimiter // unload copy create procedure function trigger view task bulk exchange""".split()  # noqa: SIM905


def edges(found: SqlLineage) -> set[str]:
    return {
        f"{f'{e.target_table}.' if e.target_table else ''}{e.target} <- {e.source.table}.{e.source.name}"
        + ("" if e.kind == "identity" else f" {e.kind}")
        for e in found.edges
    }


@pytest.mark.parametrize("case", DATA["case"], ids=lambda case: case["name"])
def test_reads_what_the_dialect_says(case: dict[str, Any]) -> None:
    found = read_sql(case["sql"], dialect=case["dialect"], schema=KNOWN)
    assert found.complete
    assert edges(found) == set(case["edges"])
    assert sorted(map(str, found.reads)) == case["reads"]
    assert sorted(map(str, found.writes)) == case["writes"]
    assert [problem.reason[:40] for problem in found.problems] == case.get("said", [])


@pytest.mark.parametrize(
    ("dialect", "sql", "said"),
    [
        ("tsql", "EXEC sp_executesql @sql", "at run time"),
        ("tsql", "DECLARE @q varchar(9) = 'select ' + @c\nEXEC (@q)", "at run time"),
        ("postgres", "do $$ begin execute format('insert into %I select 1', x); end $$", "at run time"),
        ("oracle", "begin execute immediate 'insert into ' || x; end;", "at run time"),
        ("mysql", "prepare st from @s", "at run time"),
        ("tsql", "INSERT INTO o EXEC dbo.p", "dbo.p gives is not known"),
        ("duckdb", "select * from mine(1)", "'mine' gives is not known"),
        (
            "oracle",
            "select * from t match_recognize (measures x.a as m pattern (x) define x as x.a > 1)",
            "MATCH_RECOGNIZE",
        ),
        ("postgres", "select 'a from t; select b from t", "never closed"),
    ],
)
def test_what_cannot_be_known_is_said(dialect: str, sql: str, said: str) -> None:
    problems = read_sql(sql, dialect=dialect, schema=KNOWN).problems
    assert [said in problem.reason for problem in problems].count(True) == 1


def test_a_quote_that_is_never_closed_is_placed_and_the_rest_is_read() -> None:
    found = read_sql("select b\nfrom t where a = 'x;\nselect x from s", schema=KNOWN)
    assert (found.problems[0].line, found.problems[0].column) == (2, 18)
    assert {str(table) for table in found.reads} == {"t", "s"}


def test_a_warning_has_the_place_of_the_word() -> None:
    (warning,) = read_sql("select id\n  , nope\nfrom t", schema=KNOWN).problems
    assert (warning.line, warning.column) == (2, 5)


@pytest.mark.parametrize("dialect", ["postgres", "tsql"])
def test_every_statement_of_a_long_script_is_read(dialect: str) -> None:
    found = read_sql("insert into o (k) select a from t where id = 1;\n" * 2_000, dialect=dialect, schema=KNOWN)
    assert len(found.statements) == 2_000
    assert edges(found) == {"o.k <- t.a"}


@given(
    st.sampled_from(["tsql", "snowflake", "mysql", "oracle", "bigquery"]), st.lists(st.sampled_from(WORDS), max_size=25)
)
@settings(max_examples=300, deadline=None)
def test_any_words_of_any_dialect_get_an_answer(dialect: str, words: list[str]) -> None:
    read_sql(" ".join(words), dialect=dialect, schema=KNOWN)
    read_sql("\n".join(words), dialect=dialect)
