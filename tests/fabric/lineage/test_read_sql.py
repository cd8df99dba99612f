"""What is read out of SQL, by examples, and what is said of SQL that cannot be read."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabric.errors import InputError
from fabric.lineage import SqlLineage, Table, read_sql
from fabric.lineage.mermaid import as_mermaid

DATA = tomllib.loads(Path(__file__).with_name("cases.toml").read_text(encoding="utf-8"))
KNOWN = {Table(*reversed(name.split("."))): columns for name, columns in DATA["known"].items()}


WORDS = """select from where ( ) , ; a b t insert into with as case when end join on union 'x' " -- /* $$""".split()  # noqa: SIM905


def edges(found: SqlLineage) -> set[str]:
    return {
        f"{f'{e.target_table}.' if e.target_table else ''}{e.target} <- {e.source.table}.{e.source.name}"
        + ("" if e.kind == "identity" else f" {e.kind}")
        for e in found.edges
    }


@pytest.mark.parametrize("case", DATA["case"], ids=lambda case: case["name"])
def test_reads_what_the_text_says(case: dict[str, Any]) -> None:
    found = read_sql(case["sql"], dialect=case.get("dialect"), schema=KNOWN if case.get("schema", True) else None)
    assert found.complete
    if "edges" in case:
        assert edges(found) == set(case["edges"])
    if "influences" in case:
        assert {f"{i.source.table}.{i.source.name} {i.clause}" for i in found.influences} == set(case["influences"])
    if "constants" in case:
        assert [o.name for s in found.statements for o in s.outputs if o.constant] == case["constants"]
    for what in ("reads", "writes"):
        if what in case:
            assert {str(table) for table in getattr(found, what)} == set(case[what])


def test_what_cannot_be_parsed_is_said_with_its_place_and_the_rest_is_read() -> None:
    found = read_sql(
        "insert into o select a from t;\nselect b, from where (;\ninsert into p select b from t", schema=KNOWN
    )
    (problem,) = [p for p in found.problems if p.severity == "error"]
    assert (problem.line, problem.statement) == (2, "select b, from where (")
    assert not found.complete
    assert {str(table) for table in found.writes} == {"o", "p"}


def test_a_statement_that_cannot_be_parsed_still_names_its_tables() -> None:
    found = read_sql("insert into o selec a fom x join t on ((1", schema=KNOWN)
    (statement,) = found.statements
    assert statement.guessed
    assert ({str(t) for t in statement.reads}, {str(t) for t in statement.writes}) == ({"t"}, {"o"})
    assert not found.complete


def test_another_dialect_is_tried_and_said() -> None:
    found = read_sql("select `a` from `t`", dialect="postgres", schema=KNOWN)
    assert edges(found) == {"a <- t.a"}
    assert [p.severity for p in found.problems] == ["warning"]
    assert "instead" in found.problems[0].reason


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("select id from t join s on t.id = s.id", "'id' may be of 2 sources"),
        ("select nope from t", "'nope' is in no source"),
        ("select k.a from t", "'k' names no source"),
        ("select t.nope from t", "'t' has no column 'nope'"),
        ("select {{ cents('x') }} as c from t", "template"),
    ],
)
def test_what_is_not_certain_is_a_warning_with_its_place(sql: str, said: str) -> None:
    found = read_sql(sql, schema=KNOWN)
    (warning,) = [p for p in found.problems if said in p.reason]
    assert warning.severity == "warning"
    assert (warning.line, warning.column >= 1) == (1, True)
    assert found.complete


def test_a_column_that_is_not_found_is_no_constant() -> None:
    (statement,) = read_sql("select nope, 1 as one from t", schema=KNOWN).statements
    assert [(o.name, o.constant) for o in statement.outputs] == [("nope", False), ("one", True)]


def test_sql_that_is_put_together_at_run_time_is_said() -> None:
    body = "create function f() returns void language plpgsql as $$ begin execute 'drop ' || x; end $$"
    assert "at run time" in read_sql(body, dialect="postgres").problems[0].reason


def test_an_unknown_dialect_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match="'klingon' is no SQL dialect") as caught:
        read_sql("select 1", dialect="klingon")
    assert "postgres" in str(caught.value)


@pytest.mark.parametrize("nested", ["(" * 3_000 + "1" + ")" * 3_000, "x" + "+1" * 5_000])
def test_deep_nesting_is_an_answer_and_no_crash(nested: str) -> None:
    found = read_sql(f"insert into o select {nested} from t", schema=KNOWN)
    assert {str(t) for t in found.writes} == {"o"}
    assert {str(t) for t in found.reads} == {"t"}


def test_names_follow_the_dialects_rule_for_case() -> None:
    sql = 'select A, "A" as quoted from T'
    assert edges(read_sql(sql, dialect="postgres")) == {"a <- t.a", "quoted <- t.A"}
    assert edges(read_sql(sql, dialect="oracle")) == {"A <- T.A", "QUOTED <- T.A"}


def test_names_are_completed_by_the_defaults() -> None:
    found = read_sql("select a from t", catalog="db", default_schema="public")
    assert {str(table) for table in found.reads} == {"db.public.t"}


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_gets_an_answer(text: str) -> None:
    read_sql(text)


@given(
    st.lists(
        st.sampled_from(
            [
                "select",
                "from",
                "where",
                "(",
                ")",
                ",",
                ";",
                "a",
                "b",
                "t",
                "insert",
                "into",
                "with",
                "as",
                "case",
                "when",
                "end",
                "join",
                "on",
                "union",
                "'x'",
                '"',
                "--",
                "/*",
                "$$",
            ]
        )
    )
)
@settings(max_examples=250, deadline=None)
def test_any_words_of_sql_get_an_answer(words: list[str]) -> None:
    read_sql(" ".join(words), dialect="postgres")


def test_draws_tables_columns_and_what_decides_on_rows() -> None:
    drawn = as_mermaid(read_sql('insert into o select sum(a) as "n" from t where b > 1', schema=KNOWN))
    assert drawn.splitlines() == [
        "flowchart LR",
        '  subgraph t0["t"]',
        '    c0["a"]',
        '    c2["b"]',
        "  end",
        '  subgraph t1["o"]',
        '    c1["n"]',
        "  end",
        "  c0 -- aggregation --> c1",
        "  c2 -. filter .-> t1",
    ]
