from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from fabric.errors import AccessDenied, SettingsError, Unreachable, Unreadable
from fabric.model import Field, Index, Key, Source
from tests.connectors.contract import check_contract
from tests.connectors.sql.databases import catalogs, connector, datasets, harvested, problems

SHOP = """
CREATE TABLE Customers (id integer PRIMARY KEY AUTOINCREMENT, country char(2) NOT NULL, number int NOT NULL,
  note DEFAULT 'none', weight DOUBLE PRECISION, odd MIDI_TEXTURE, twice int GENERATED ALWAYS AS (number * 2),
  UNIQUE (country, number));
CREATE TABLE orders (year int, id int, country char(2), number int, placed timestamp, owner REFERENCES customers,
  lost REFERENCES missing,
  PRIMARY KEY (id, year), FOREIGN KEY (country, number) REFERENCES customers (country, number)) WITHOUT ROWID;
CREATE INDEX by_country ON orders (country, lower(number));
CREATE UNIQUE INDEX once ON orders (placed);
CREATE VIEW open_orders AS SELECT id, country FROM orders;
INSERT INTO customers (country, number) VALUES ('DE', 1), ('DE', 2);
ANALYZE;
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _make(tmp_path_factory.mktemp("sqlite") / "shop.db", SHOP)


def _make(path: Path, script: str) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    return path


def _url(path: Path) -> str:
    return f"sqlite:///{path}"


def _open_files(path: Path) -> int:
    return sum(os.path.realpath(opened) == str(path) for opened in Path("/proc/self/fd").iterdir())


def test_keeps_the_contract(shop: Path) -> None:
    check_contract(connector(_url(shop)), connections=lambda: _open_files(shop))


def test_check_says_version_database_and_tables(shop: Path) -> None:
    assert connector(_url(shop)).check() == f"SQLite {sqlite3.sqlite_version}, database shop.db, 2 tables visible"


def test_the_file_is_the_source_and_tables_keep_their_bare_name(shop: Path) -> None:
    items = harvested(_url(shop))

    source = next(item for item in items if isinstance(item, Source))
    assert source.namespace == f"sqlite://{shop}"
    assert source.title == "shop.db"
    assert set(catalogs(items)) == {"main"}
    assert set(datasets(items)) == {"Customers", "orders", "open_orders"}


def test_columns_have_declared_types_and_affinities(shop: Path) -> None:
    fields = {field.name: field for field in datasets(harvested(_url(shop)))["Customers"].fields}

    assert fields["country"] == Field(
        name="country", ordinal=2, datatype="string", native_type="char(2)", required=True
    )
    assert fields["note"].native_type is None
    assert fields["note"].datatype == "any"
    assert fields["note"].default == "'none'"
    assert fields["weight"].datatype == "double"
    assert fields["odd"].datatype == "string"
    assert fields["twice"].ordinal == 7


def test_keys_are_composite_ordered_and_follow_sqlites_case_rule(shop: Path) -> None:
    found = datasets(harvested(_url(shop)))

    assert Key(name="PRIMARY", columns=("id",), primary=True) in found["Customers"].keys
    assert ("country", "number") in {key.columns for key in found["Customers"].keys}
    orders = found["orders"]
    assert orders.keys == {Key(name="PRIMARY", columns=("id", "year"), primary=True)}
    references = {reference.name: reference for reference in orders.references}
    assert set(references) == {"fk_country_number", "fk_owner"}
    assert references["fk_country_number"].target_columns == ("country", "number")
    assert references["fk_country_number"].target.name == "Customers"
    assert references["fk_owner"].target_columns == ("id",)
    assert orders.indexes == {
        Index(name="by_country", columns=("country", "<expression>"), method="btree"),
        Index(name="once", columns=("placed",), unique=True, method="btree"),
    }


def test_counts_are_the_last_analysis(shop: Path) -> None:
    customers = datasets(harvested(_url(shop)))["Customers"]

    assert customers.row_count == 2
    assert customers.row_count_exact is False


def test_views_have_their_statement(shop: Path) -> None:
    view = datasets(harvested(_url(shop)))["open_orders"]

    assert view.kind == "view"
    assert view.definition == "CREATE VIEW open_orders AS SELECT id, country FROM orders"
    assert [field.name for field in view.fields] == ["id", "country"]


def test_patterns_choose_tables(shop: Path) -> None:
    assert set(datasets(harvested(_url(shop), include="o*", exclude="open_*"))) == {"orders"}


def test_system_tables_are_read_on_request(shop: Path) -> None:
    assert "sqlite_stat1" in datasets(harvested(_url(shop), system_schemas=True))


def test_odd_names_stay_as_they_are(tmp_path: Path) -> None:
    odd = ('we"ird', "a/b.c", "ünï😀", " space ", "per%cent?#")
    script = "".join('CREATE TABLE "{0}" ("{0}" int);'.format(name.replace('"', '""')) for name in odd)
    path = _make(tmp_path / "odd ?#%.db", script)

    found = datasets(check_contract(connector(f"sqlite:///{str(path).replace('%', '%25').replace('?', '%3F')}")))

    assert set(found) == set(odd)
    assert all(dataset.fields[0].name == name for name, dataset in found.items())


def test_a_database_in_utf_16_is_read(tmp_path: Path) -> None:
    names = ("a", "ab", "é", "ÿ", "中", "😀", "\uff5e")
    script = "PRAGMA encoding = 'UTF-16le';" + "".join(f'CREATE TABLE "{name}" (x int);' for name in names)

    found = datasets(harvested(_url(_make(tmp_path / "x.db", script))))

    assert set(found) == set(names)
    assert all(len(dataset.fields) == 1 for dataset in found.values())


def test_a_wide_table_and_a_virtual_one_are_read(tmp_path: Path) -> None:
    columns = ", ".join(f"c{number} int" for number in range(2000))
    path = _make(
        tmp_path / "x.db", f"CREATE TABLE wide ({columns}); CREATE VIRTUAL TABLE words USING fts5(title, body)"
    )

    found = datasets(check_contract(connector(_url(path))))

    assert len(found["wide"].fields) == 2000
    assert set(found) == {"wide", "words"}
    assert [field.name for field in found["words"].fields] == ["title", "body"]


def test_a_broken_view_is_a_problem_and_the_rest_is_read(tmp_path: Path) -> None:
    script = "CREATE TABLE kept (x int); CREATE VIEW broken AS SELECT x FROM gone; CREATE VIEW good AS SELECT 1 AS one"
    items = harvested(_url(_make(tmp_path / "x.db", script)))

    assert [problem.subject for problem in problems(items)] == ["broken"]
    assert "gone" in problems(items)[0].reason
    assert set(datasets(items)) == {"kept", "broken", "good"}
    assert len(datasets(items)["good"].fields) == 1


@pytest.mark.parametrize("reflection", [False, True])
def test_a_missing_file_is_unreachable_and_not_made(tmp_path: Path, reflection: bool) -> None:
    with pytest.raises(Unreachable, match="there is no sqlite file"):
        connector(_url(tmp_path / "missing.db"), reflection=reflection).check()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("reflection", [False, True])
def test_a_file_that_is_no_database_is_unreadable(tmp_path: Path, reflection: bool) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear Sir or Madam, " * 500)

    with pytest.raises(Unreadable, match="not a database"):
        connector(_url(path), reflection=reflection).check()


def test_a_file_that_is_being_written_is_retryable(tmp_path: Path) -> None:
    path = _make(tmp_path / "x.db", "CREATE TABLE t (x int)")
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Unreachable, match="locked"):
            connector(_url(path), connect_timeout=1).check()


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read every file")
def test_a_file_that_may_not_be_read_is_denied(tmp_path: Path) -> None:
    path = _make(tmp_path / "x.db", "CREATE TABLE t (x int)")
    path.chmod(0)

    with pytest.raises(AccessDenied):
        connector(_url(path)).check()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "duckdb:///:memory:", "duckdb:///md:cloud"])
def test_a_url_without_file_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="names no"):
        connector(url).check()


@pytest.mark.parametrize("reflection", [False, True])
def test_reading_a_database_in_wal_mode_leaves_no_files(tmp_path: Path, reflection: bool) -> None:
    path = _make(tmp_path / "x.db", "PRAGMA journal_mode = wal; CREATE TABLE t (x int)")

    assert "t" in datasets(harvested(_url(path), reflection=reflection))
    assert list(tmp_path.iterdir()) == [path]


def test_a_database_in_wal_mode_is_read_while_it_is_written(tmp_path: Path) -> None:
    path = _make(tmp_path / "x.db", "PRAGMA journal_mode = wal; CREATE TABLE t (x int)")
    with closing(sqlite3.connect(path)) as writer:
        writer.executescript("CREATE TABLE later (x int)")
        assert set(datasets(harvested(_url(path)))) == {"t", "later"}


def test_the_file_is_never_written(shop: Path) -> None:
    before = (shop.read_bytes(), shop.stat().st_mtime_ns)

    harvested(_url(shop))

    assert (shop.read_bytes(), shop.stat().st_mtime_ns) == before
    assert [path.name for path in shop.parent.iterdir()] == ["shop.db"]
