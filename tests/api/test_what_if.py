"""What if, on the command line and in GraphQL."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.estate import ask, opened
from tests.fabric.whatif.projects import COLUMNS, MODELS, catalog, manifest, put
from tests.processes import fabric, serving

SHOP = """
    CREATE TABLE stock (sku TEXT, quantity INTEGER);
    CREATE VIEW low_stock AS SELECT sku, quantity FROM stock WHERE quantity < 10;
    CREATE VIEW report AS SELECT sku, quantity AS left FROM low_stock;
"""
ALTERED = {**MODELS, "stg_orders": "select id, customer, email from shop.public.orders"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data directory that holds a database and a dbt project, served."""
    folder = tmp_path_factory.mktemp("what-if")
    with sqlite3.connect(folder / "shop.db") as shop:
        shop.executescript(SHOP)
    shop.close()
    put(folder / "target", manifest(), catalog())
    fabric(folder / "data", "source", "add", "shop", "sql", "-o", f"url=sqlite:///{folder}/shop.db")
    options = ("-o", f"path={folder}/target", "-o", "namespace=postgres://shop:5432")
    fabric(folder / "data", "source", "add", "project", "dbt", *options)
    fabric(folder / "data", "harvest")
    with serving(folder / "data"):
        yield folder / "data"


def test_a_broken_reader_is_told_and_fails(data: Path) -> None:
    done = fabric(data, "what-if", "--drop-column", "stock.quantity", check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines()[0] == "drop column stock.quantity: 1 gone, 1 broken, 1 affected"
    assert "low_stock  view  quantity derives from quantity; filters or joins by quantity" in done.stdout


def test_what_breaks_nothing_passes(data: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.sql"
    new.write_text("SELECT sku, quantity, sku AS code FROM stock WHERE quantity < 5", encoding="utf-8")
    done = fabric(data, "what-if", "--view", "low_stock", "--sql", str(new))
    assert done.stdout.splitlines() == ["new SQL of low_stock: nothing breaks", "+ stock.sku -> low_stock.code"]
    assert (
        "nothing breaks" in fabric(data, "what-if", "--view", "low_stock", "--sql", "-", stdin=new.read_text()).stdout
    )


def test_a_pull_request_is_guarded_by_its_manifest(data: Path, tmp_path: Path) -> None:
    same = put(tmp_path / "same", manifest())
    assert "nothing differs" in fabric(data, "what-if", "--manifest", str(same / "manifest.json")).stdout
    altered = put(
        tmp_path / "altered", manifest(ALTERED), catalog({**COLUMNS, "stg_orders": ("id", "customer", "email")})
    )
    files = ("--manifest", str(altered / "manifest.json"), "--catalog", str(altered / "catalog.json"))
    for arguments in (files[:2], files):
        done = fabric(data, "what-if", *arguments, "--source", "project", "--json", check=False)
        assert done.returncode == 1
        found = json.loads(done.stdout)
        assert "daily" in {one["asset"]["title"] for one in found["broken"]}
        assert [one["end"].rpartition("/")[2] for one in found["edgesRemoved"] if one["level"] == "COLUMN"]


def test_a_column_is_renamed_and_a_table_dropped(data: Path) -> None:
    renamed = fabric(data, "what-if", "--rename-column", "low_stock.quantity=amount", check=False)
    assert (renamed.returncode, "report" in renamed.stdout) == (1, True)
    assert "+ stock.quantity -> low_stock.amount" in renamed.stdout
    dropped = fabric(data, "what-if", "--drop-table", "report")
    assert dropped.stdout.startswith("drop table report: 1 gone")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "nothing is proposed"),
        (["--drop-table", "nope"], "fits no asset"),
        (["--drop-column", "stock"], "names no column"),
        (["--drop-column", "stock.nope"], "its columns are sku, quantity"),
        (["--rename-column", "stock.sku"], "gives no new name"),
        (["--view", "low_stock"], "each --view needs its --sql"),
        (["--catalog", "catalog.json"], "belong to a --manifest"),
        (["--manifest", "nowhere.json"], "cannot be read"),
        (["--manifest", "-"], "is not JSON"),
        (["--nonsense"], "No such option"),
    ],
)
def test_what_cannot_be_told_exits_with_2(data: Path, arguments: list[str], said: str) -> None:
    done = fabric(data, "what-if", *arguments, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_malformed_manifest_exits_with_2(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "manifest.json"
    file.write_text("{}", encoding="utf-8")
    done = fabric(data, "what-if", "--manifest", str(file), check=False)
    assert (done.returncode, "names no schema version" in done.stderr) == (2, True)


def test_graphql_takes_one_change_at_a_time(data: Path, tmp_path: Path) -> None:
    with opened(tmp_path / "data") as client:
        document = "query($c:[TriedChange!]!){whatIf(changes:$c){changes}}"
        body = client.post("/graphql", json={"query": document, "variables": {"c": [{}]}}).json()
        assert "errors" in body
        gone = {"dropTable": "http://localhost:8642/id/dataset/a/b"}
        body = client.post("/graphql", json={"query": document, "variables": {"c": [gone]}}).json()
        assert body["errors"][0]["extensions"]["code"] == "UnknownAsset"
        assert ask(client, "{status{commit}}")["status"]["commit"] == 0
