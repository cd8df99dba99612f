from __future__ import annotations

import socket
import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy.engine import make_url

from fabric.errors import AccessDenied, SettingsError, Unreachable
from fabric.model import Field, Grant, Index, Key, Source
from tests.connectors.contract import check_contract
from tests.connectors.sql.databases import catalogs, connector, datasets, harvested, problems
from tests.services import mariadb_connection, mariadb_database, mariadb_url

pytestmark = pytest.mark.service

SHOP = (
    "CREATE TABLE customers (id int unsigned AUTO_INCREMENT PRIMARY KEY, country char(2) NOT NULL, number int NOT NULL,"
    " note varchar(20) DEFAULT 'it''s' COMMENT 'What was said', vip tinyint(1), flags bit(8),"
    " twice int GENERATED ALWAYS AS (number * 2) VIRTUAL, UNIQUE KEY who (country, number)) COMMENT 'Who buys'",
    "CREATE TABLE orders (id bigint PRIMARY KEY, country char(2), number int, state enum('open', 'paid'),"
    " KEY by_state (state), KEY by_customer (country, number), UNIQUE KEY who (number, id),"
    " CONSTRAINT who FOREIGN KEY (country, number) REFERENCES customers (country, number))",
    "CREATE TABLE events (at date, kind int) PARTITION BY RANGE (year(at))"
    " (PARTITION p0 VALUES LESS THAN (2020), PARTITION p1 VALUES LESS THAN MAXVALUE)",
    "CREATE TABLE counted (x int) ENGINE = Aria",
    "INSERT INTO counted VALUES (1), (2), (3)",
    "CREATE SEQUENCE numbers",
    "CREATE VIEW open_orders AS SELECT id, number FROM orders WHERE state = 'open'",
)


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    with mariadb_database(*SHOP) as url:
        yield url


@pytest.fixture(scope="module")
def name(shop: str) -> str:
    return str(make_url(shop).database)


def _connections(database: str) -> int:
    with mariadb_connection(mariadb_url()) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE DB = %s", (database,))
        return int(cursor.fetchone()[0])


def test_keeps_the_contract(shop: str, name: str) -> None:
    check_contract(connector(shop), connections=lambda: _connections(name))


def test_check_says_version_database_and_tables(shop: str, name: str) -> None:
    line = connector(shop).check()

    assert line.startswith("MariaDB ")
    assert line.endswith(f", database {name}, 4 tables visible")


def test_server_and_database_are_described(shop: str, name: str) -> None:
    items = harvested(shop)

    source = next(item for item in items if isinstance(item, Source))
    assert source.platform == "mariadb"
    assert source.namespace.startswith("mysql://")
    assert set(catalogs(items)) == {name}


def test_columns_have_types_defaults_and_comments(shop: str, name: str) -> None:
    customers = datasets(harvested(shop))[f"{name}.customers"]

    assert customers.description == "Who buys"
    fields = {field.name: field for field in customers.fields}
    assert [field.ordinal for field in customers.fields] == list(range(1, 8))
    assert fields["id"] == Field(
        name="id",
        ordinal=1,
        datatype="integer",
        native_type="int(10) unsigned",
        required=True,
        default="AUTO_INCREMENT",
    )
    assert fields["note"].default == "'it''s'"
    assert fields["note"].description == "What was said"
    assert fields["vip"].datatype == "boolean"
    assert fields["vip"].default is None
    assert fields["flags"].datatype == "binary"
    assert fields["twice"].default == "GENERATED ALWAYS AS (`number` * 2) VIRTUAL"


def test_keys_may_be_composite_and_share_a_name(shop: str, name: str) -> None:
    found = datasets(harvested(shop))

    assert found[f"{name}.customers"].keys == {
        Key(name="PRIMARY", columns=("id",), primary=True),
        Key(name="who", columns=("country", "number")),
    }
    orders = found[f"{name}.orders"]
    assert Key(name="who", columns=("number", "id")) in orders.keys
    (reference,) = orders.references
    assert reference.name == "who"
    assert reference.columns == ("country", "number")
    assert reference.target.name == f"{name}.customers"
    assert Index(name="by_state", columns=("state",), method="btree") in orders.indexes


def test_views_have_their_query_and_sequences_are_left_out(shop: str, name: str) -> None:
    found = datasets(harvested(shop))

    assert f"{name}.numbers" not in found
    view = found[f"{name}.open_orders"]
    assert view.kind == "view"
    assert "`orders`" in str(view.definition)
    assert [field.name for field in view.fields] == ["id", "number"]


def test_partitions_and_counts(shop: str, name: str) -> None:
    found = datasets(harvested(shop))

    assert found[f"{name}.events"].partition_count == 2
    assert found[f"{name}.events"].partition_columns == ("at",)
    assert found[f"{name}.counted"].row_count == 3
    assert found[f"{name}.counted"].row_count_exact is True
    assert found[f"{name}.orders"].row_count_exact is False
    assert found[f"{name}.orders"].byte_size
    assert all(dataset.byte_size is None for dataset in datasets(harvested(shop, sizes=False)).values())


def test_patterns_choose_tables(shop: str, name: str) -> None:
    assert set(datasets(harvested(shop, include="*.o*", exclude="*.open_*"))) == {f"{name}.orders"}


def test_a_url_without_database_reads_all(shop: str, name: str) -> None:
    items = harvested(mariadb_url(), databases=f"{name}*")

    assert f"{name}.orders" in datasets(items)
    assert set(catalogs(harvested(mariadb_url(), databases=f"{name},mysql"))) == {name}
    assert not catalogs(harvested(mariadb_url(), databases=name, include="nothing"))
    assert "mysql.db" in datasets(harvested(mariadb_url(), databases="mysql", system_schemas=True))


def test_odd_names_and_keys_across_databases() -> None:
    with mariadb_database("CREATE TABLE parent (id int PRIMARY KEY)") as above:
        parent = make_url(above).database
        statements = (
            "CREATE TABLE `a/b.ü'\"` (`we``ird.x` int PRIMARY KEY)",
            "CREATE TABLE Upper (x int)",
            "CREATE TABLE upper (x int, y int)",
            "CREATE TABLE _low (x int)",
            f"CREATE TABLE child (id int, FOREIGN KEY (id) REFERENCES `{parent}`.parent (id))",
        )
        with mariadb_database(*statements) as url:
            name = make_url(url).database
            found = datasets(check_contract(connector(url)))

    assert found[f"{name}.a/b.ü'\""].fields[0].name == "we`ird.x"
    assert len(found[f"{name}.upper"].fields) == 2
    assert len(found[f"{name}.Upper"].fields) == 1
    (reference,) = found[f"{name}.child"].references
    assert reference.target.name == f"{parent}.parent"


def test_a_broken_view_is_a_problem_and_the_rest_is_read() -> None:
    statements = ("CREATE TABLE gone (x int)", "CREATE VIEW broken AS SELECT x FROM gone", "DROP TABLE gone")
    with mariadb_database("CREATE TABLE kept (x int)", *statements) as url:
        name = make_url(url).database
        items = harvested(url)

    assert [problem.subject for problem in problems(items)] == [f"{name}.broken"]
    assert set(datasets(items)) == {f"{name}.kept", f"{name}.broken"}


def test_grants_and_refusals() -> None:
    user = f"fabric_{uuid.uuid4().hex[:8]}"
    with mariadb_database("CREATE TABLE seen (x int)", "CREATE TABLE hidden (x int)") as url:
        name = make_url(url).database
        with mariadb_connection(mariadb_url()) as admin:
            cursor = admin.cursor()
            cursor.execute(f"CREATE USER '{user}'@'%' IDENTIFIED BY 'opensesame'")
            try:
                cursor.execute(f"GRANT SELECT ON `{name}`.seen TO '{user}'@'%'")
                own = make_url(url).set(username=user, password=None).render_as_string(hide_password=False)
                items = check_contract(connector(own, password="opensesame"))
                with pytest.raises(AccessDenied) as wrong:
                    connector(own, password="hunter22").check()
                with pytest.raises(AccessDenied):
                    connector(str(make_url(own).set(database="mysql")), password="opensesame").check()
            finally:
                cursor.execute(f"DROP USER '{user}'@'%'")

    assert set(datasets(items)) == {f"{name}.seen"}
    grant = Grant(grantee=f"'{user}'@'%'", privileges=frozenset({"SELECT"}))
    assert datasets(items)[f"{name}.seen"].grants == {grant}
    assert "hunter22" not in str(wrong.value)


def test_an_unknown_database_is_named(shop: str) -> None:
    with pytest.raises(SettingsError, match="no database 'no_such_db'"):
        connector(make_url(shop).set(database="no_such_db").render_as_string(hide_password=False)).check()
    with pytest.raises(SettingsError, match="no_such_db"):
        harvested(shop, databases="no_such_db")


def test_a_closed_port_and_an_unknown_host_are_unreachable() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    for place in (f"127.0.0.1:{port}", "host.invalid"):
        with pytest.raises(Unreachable) as caught:
            connector(f"mysql://me:hunter22@{place}/db").check()
        assert "hunter22" not in str(caught.value)


def test_a_connection_lost_half_way_is_unreachable(shop: str, name: str) -> None:
    harvest = connector(shop).harvest()
    assert isinstance(next(harvest), Source)
    with mariadb_connection(mariadb_url()) as admin, admin.cursor() as cursor:
        cursor.execute("SELECT ID FROM information_schema.PROCESSLIST WHERE DB = %s", (name,))
        for (connection,) in cursor.fetchall():
            cursor.execute(f"KILL {connection}")

    with pytest.raises(Unreachable):
        list(harvest)


def test_a_parameter_that_the_client_does_not_know_is_refused(shop: str) -> None:
    with pytest.raises(SettingsError, match="does not know"):
        connector(f"{shop}?colour=red").check()
