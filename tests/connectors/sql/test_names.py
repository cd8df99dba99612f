from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sql.names import Scope, catalog_name, table_name
from connectors.sql.target import target_of
from fabric.connector import connector_class, read_config, secret_options
from fabric.errors import SettingsError
from tests.connectors.sql.databases import connector

PARTS = st.tuples(*[st.text(alphabet='ab."', min_size=1, max_size=4)] * 3)


@given(PARTS, PARTS)
def test_two_tables_never_share_a_name(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert (table_name(*one) == table_name(*other)) == (one == other)
    assert (catalog_name(*one) == catalog_name(*other)) == (one == other)
    assert catalog_name(*one[:1]) != catalog_name(*other[:2])


def test_plain_names_are_joined_by_dots() -> None:
    assert table_name("db", "public", "orders.2026") == "db.public.orders.2026"
    assert table_name("db", "my.schema", "t") == 'db."my.schema".t'


@pytest.mark.parametrize(
    ("include", "exclude", "parts", "expected"),
    [
        ((), (), ("shop", "public", "t"), True),
        (("public.*",), (), ("shop", "public", "t"), True),
        (("shop.*",), (), ("shop", "public", "t"), True),
        (("shop.public.t",), (), ("shop", "public", "t"), True),
        (("t",), (), ("shop", "public", "t"), False),
        (("PUBLIC.*",), (), ("shop", "public", "t"), False),
        (("*.fact_?",), (), ("shop", "dw", "fact_1"), True),
        (("*",), ("*.tmp_*",), ("shop", "dw", "tmp_1"), False),
        ((), ("dw.*",), ("shop", "dw", "x"), False),
        (("shop.*",), (), ("shop", "t"), True),
        (("t",), (), ("shop", "t"), False),
        (("t",), (), ("t",), True),
        (("[ab]*",), (), ("beta",), True),
    ],
)
def test_patterns(include: tuple[str, ...], exclude: tuple[str, ...], parts: tuple[str, ...], expected: bool) -> None:
    assert Scope(include=include, exclude=exclude).table(*parts) is expected


def test_a_pattern_that_excludes_all_of_a_schema_or_database_excludes_it() -> None:
    scope = Scope(databases=("*",), exclude=("hr.*", "old*.*"))

    assert not scope.schema("shop", "hr")
    assert scope.schema("shop", "public")
    assert not scope.database("old_shop")
    assert scope.database("shop")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://db.example.org/shop", "postgres://db.example.org:5432"),
        ("postgresql+psycopg2://u:p@DB.Example.org:6543/shop", "postgres://db.example.org:6543"),
        ("postgres://u@h/shop", "postgres://h:5432"),
        ("postgresql:///shop", "postgres://localhost:5432"),
        ("postgresql:///shop?host=/run/postgresql", "postgres://localhost:5432"),
        ("postgresql://u@/shop?host=a:5433,b:5434", "postgres://a:5433"),
        ("postgresql://u@[::1]/shop", "postgres://[::1]:5432"),
        ("mysql://h", "mysql://h:3306"),
        ("mariadb+pymysql://h:3307/shop", "mysql://h:3307"),
        ("sqlite:////data/shop.db", "sqlite:///data/shop.db"),
        ("sqlite:///shop.db", f"sqlite://{Path('shop.db').absolute()}"),
        ("duckdb:////data/shop.duckdb", "duckdb:///data/shop.duckdb"),
        ("mssql+pyodbc://h/shop", "mssql://h:1433"),
        ("exotic://h/shop", "exotic://h"),
    ],
)
def test_the_namespace_follows_openlineage(url: str, expected: str) -> None:
    assert target_of(connector(url).config).namespace == expected


def test_namespace_and_platform_may_be_set() -> None:
    target = target_of(
        connector("postgresql://tunnel/shop", namespace="postgres://real:5432", platform="alloydb").config
    )

    assert target.namespace == "postgres://real:5432"
    assert target.platform("postgresql") == "alloydb"


def test_the_database_in_the_url_is_no_pattern() -> None:
    scope = target_of(connector("postgresql://h/a*b").config).scope

    assert scope.database("a*b")
    assert not scope.database("axb")


def test_the_separate_password_wins_and_is_never_shown() -> None:
    made = connector("postgresql://u:old-secret@h/shop", password="new-secret")

    target = target_of(made.config)
    assert target.url.password == "new-secret"
    assert target.clean("wrong new-secret\n given") == "wrong *** given"
    for text in (repr(made.config), repr(target.url), str(made.config)):
        assert "secret" not in text.replace("SecretStr", "")


@pytest.mark.parametrize("url", ["nonsense-with-hunter22", "postgresql://u:hunter22@h:port/db"])
def test_a_malformed_url_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(SettingsError, match="dialect://") as caught:
        connector(url)
    assert "hunter22" not in str(caught.value)


def test_lists_may_be_given_as_text() -> None:
    assert connector("sqlite:///x", include="a.*, b.*,").config.include == ("a.*", "b.*")


def test_the_connector_is_installed_under_its_name() -> None:
    found = connector_class("sql")

    assert found.name == "sql"
    assert secret_options(found) == {"url", "password"}
    assert read_config(found, {"url": "sqlite:///x.db"})


def test_every_option_is_documented() -> None:
    page = Path(__file__).parents[3].joinpath("docs", "connectors", "sql.md").read_text(encoding="utf-8")

    for name in connector_class("sql").Config.model_fields:
        assert f"| `{name}` |" in page
