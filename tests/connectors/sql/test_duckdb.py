from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from fabric.errors import Unreachable, Unreadable
from fabric.model import Field, Index, Key, Source
from tests.connectors.contract import check_contract
from tests.connectors.sql.databases import catalogs, connector, datasets, harvested

SHOP = """
CREATE SCHEMA sales;
CREATE TABLE customers (country VARCHAR, number INTEGER, name VARCHAR DEFAULT 'none', weight DECIMAL(5, 2),
  flags BIT, address STRUCT(street VARCHAR, phones STRUCT(kind VARCHAR, number BIGINT)[]), tags VARCHAR[],
  PRIMARY KEY (country, number), UNIQUE (name));
COMMENT ON TABLE customers IS 'Who buys';
COMMENT ON COLUMN customers.weight IS 'In kilograms';
CREATE TABLE orders (id BIGINT, country VARCHAR, number INTEGER, "odd,name" INTEGER,
  FOREIGN KEY (country, number) REFERENCES customers (country, number));
CREATE INDEX by_country ON orders (country, "odd,name", (number + 1));
CREATE VIEW sales.open_orders AS SELECT id FROM main.orders;
INSERT INTO customers (country, number, name) SELECT 'DE', range, range FROM range(50);
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _make(tmp_path_factory.mktemp("duckdb") / "shop.duckdb", SHOP)


def _make(path: Path, script: str) -> Path:
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute(script)
    return path


def _url(path: Path) -> str:
    return f"duckdb:///{path}"


def _open_files(path: Path) -> int:
    return sum(os.path.realpath(opened) == str(path) for opened in Path("/proc/self/fd").iterdir())


def test_keeps_the_contract(shop: Path) -> None:
    check_contract(connector(_url(shop)), connections=lambda: _open_files(shop))


def test_check_says_version_database_and_tables(shop: Path) -> None:
    assert connector(_url(shop)).check() == f"DuckDB {duckdb.__version__}, database shop, 2 tables visible"


def test_the_file_is_the_source_and_names_have_three_parts(shop: Path) -> None:
    items = harvested(_url(shop))

    source = next(item for item in items if isinstance(item, Source))
    assert source.namespace == f"duckdb://{shop}"
    assert set(catalogs(items)) == {"shop", "shop.main", "shop.sales"}
    assert set(datasets(items)) == {"shop.main.customers", "shop.main.orders", "shop.sales.open_orders"}


def test_columns_have_types_comments_and_nested_fields(shop: Path) -> None:
    customers = datasets(harvested(_url(shop)))["shop.main.customers"]

    assert customers.description == "Who buys"
    assert customers.row_count == 50
    fields = {field.name: field for field in customers.fields}
    assert fields["country"].required is True
    assert fields["name"].default == "'none'"
    assert fields["weight"] == Field(
        name="weight",
        ordinal=4,
        datatype="decimal",
        native_type="DECIMAL(5,2)",
        required=False,
        description="In kilograms",
    )
    assert fields["flags"].datatype == "string"
    assert fields["tags"].datatype == "array"
    assert fields["address"].datatype == "object"
    street, phones = fields["address"].fields
    assert street == Field(name="street", ordinal=1, datatype="string", native_type="VARCHAR")
    assert phones.datatype == "array"
    assert [field.name for field in phones.fields] == ["kind", "number"]


def test_keys_and_indexes(shop: Path) -> None:
    found = datasets(harvested(_url(shop)))

    assert (
        Key(name="customers_country_number_pkey", columns=("country", "number"), primary=True)
        in found["shop.main.customers"].keys
    )
    orders = found["shop.main.orders"]
    (reference,) = orders.references
    assert reference.target.name == "shop.main.customers"
    assert reference.target_columns == ("country", "number")
    assert orders.indexes == {Index(name="by_country", columns=("country", "odd,name", "((number + 1))"), method="art")}


def test_views_have_their_statement(shop: Path) -> None:
    view = datasets(harvested(_url(shop)))["shop.sales.open_orders"]

    assert view.kind == "view"
    assert "SELECT id FROM main.orders" in str(view.definition)
    assert view.fields[0].required is None


def test_patterns_choose_tables_and_schemas(shop: Path) -> None:
    items = harvested(_url(shop), include="sales.*")

    assert set(datasets(items)) == {"shop.sales.open_orders"}
    assert set(catalogs(items)) == {"shop", "shop.sales"}


def test_odd_names_and_ten_thousand_columns(tmp_path: Path) -> None:
    odd = ('we"ird', "a/b.c", "ünï😀", "b.c")
    columns = ", ".join(f"c{number} INTEGER" for number in range(10_000))
    script = 'CREATE SCHEMA "s.a"; CREATE TABLE "s.a"."b" (x INTEGER); CREATE SCHEMA s;'
    script += "".join('CREATE TABLE s."{0}" ("{0}" INTEGER);'.format(name.replace('"', '""')) for name in odd)
    path = _make(tmp_path / "x.duckdb", f"{script} CREATE TABLE wide ({columns})")

    found = datasets(check_contract(connector(_url(path))))

    assert set(found) == {f"x.s.{name}" for name in odd} | {'x."s.a".b', "x.main.wide"}
    assert len(found["x.main.wide"].fields) == 10_000


def test_a_missing_file_is_unreachable_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="there is no duckdb file"):
        connector(_url(tmp_path / "missing.duckdb")).check()
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_no_database_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "letter.duckdb"
    path.write_text("Dear Sir or Madam, " * 500)

    with pytest.raises(Unreadable, match="not a valid DuckDB"):
        connector(_url(path)).check()


def test_a_file_that_is_open_for_writing_is_retryable(tmp_path: Path) -> None:
    path = _make(tmp_path / "x.duckdb", "CREATE TABLE t (x INTEGER)")
    with closing(duckdb.connect(str(path))), pytest.raises(Unreachable, match="open for writing"):
        connector(_url(path)).check()
    script = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout
        assert writer.stdout.readline() == b"open\n"
        with pytest.raises(Unreachable, match="open for writing"):
            connector(_url(path)).check()
        writer.communicate(b"")
