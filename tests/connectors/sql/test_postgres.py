from __future__ import annotations

import socket
import struct
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy.engine import make_url

from fabric.errors import AccessDenied, SettingsError, Unreachable, Unreadable
from fabric.model import Agent, Catalog, Field, Grant, Key, Problem, Source
from tests.connectors.contract import check_contract
from tests.connectors.sql.databases import (
    POSTGRES_SHOP,
    catalogs,
    connector,
    datasets,
    harvested,
    lineage,
    problems,
)
from tests.services import postgres_database, postgres_url

pytestmark = pytest.mark.service


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    with postgres_database(*POSTGRES_SHOP) as url:
        yield url


@pytest.fixture(scope="module")
def name(shop: str) -> str:
    return str(make_url(shop).database)


def _connections(url: str) -> int:
    database = make_url(url).database
    with psycopg.connect(postgres_url(), autocommit=True) as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
        row = connection.execute(query, (database,)).fetchone()
    return int(row[0]) if row else 0


def test_keeps_the_contract(shop: str) -> None:
    check_contract(connector(shop), connections=lambda: _connections(shop))


def test_check_says_version_database_and_tables(shop: str, name: str) -> None:
    line = connector(shop).check()

    assert line.startswith("PostgreSQL ")
    assert line.endswith(f", database {name}, 6 tables visible")


def test_server_and_schemas_are_described(shop: str, name: str) -> None:
    items = harvested(shop)

    source = next(item for item in items if isinstance(item, Source))
    assert source.platform == "postgresql"
    assert source.version
    assert source.namespace.startswith("postgres://")
    assert set(catalogs(items)) == {name, f"{name}.public", f"{name}.sales"}
    assert catalogs(items)[f"{name}.sales"].description == "What was sold"


def test_columns_have_types_defaults_and_comments(shop: str, name: str) -> None:
    found = datasets(harvested(shop))

    assert found[f"{name}.public.customers"].fields == (
        Field(
            name="id",
            ordinal=1,
            datatype="integer",
            native_type="integer",
            required=True,
            default="GENERATED ALWAYS AS IDENTITY",
        ),
        Field(name="country", ordinal=2, datatype="string", native_type="character(2)", required=True),
        Field(name="number", ordinal=3, datatype="integer", native_type="integer", required=True),
        Field(
            name="mail",
            ordinal=4,
            datatype="string",
            native_type="sales.work_email",
            required=False,
            description="Where bills go",
        ),
        Field(name="note", ordinal=5, datatype="string", native_type="text", required=False, default="'none'::text"),
    )
    orders = {field.name: field for field in found[f"{name}.sales.orders"].fields}
    assert orders["state"].datatype == "string"
    assert orders["amounts"].datatype == "array"
    assert orders["amounts"].native_type == "numeric(10,2)[]"
    assert orders["placed"].datatype == "datetime"
    assert orders["flags"].datatype == "string"
    assert orders["year"].default == "GENERATED ALWAYS AS ((number + 1)) STORED"


def test_keys_may_be_composite_and_cross_schemas(shop: str, name: str) -> None:
    found = datasets(harvested(shop))

    assert found[f"{name}.public.customers"].keys == {
        Key(name="customers_pkey", columns=("id",), primary=True),
        Key(name="customers_country_number_key", columns=("country", "number")),
    }
    (reference,) = found[f"{name}.sales.orders"].references
    assert reference.name == "orders_customer"
    assert reference.columns == ("country", "number")
    assert reference.target.name == f"{name}.public.customers"
    assert reference.target_columns == ("country", "number")


def test_indexes_name_expressions_and_method(shop: str, name: str) -> None:
    indexes = {index.name: index for index in datasets(harvested(shop))[f"{name}.sales.orders"].indexes}

    assert set(indexes) == {"orders_state", "orders_placed"}
    assert indexes["orders_state"].columns == ("state", "lower((country)::text)")
    assert indexes["orders_placed"].method == "brin"


def test_views_have_their_query_and_lineage(shop: str, name: str) -> None:
    items = harvested(shop)
    found = datasets(items)

    assert found[f"{name}.sales.open_orders"].kind == "view"
    assert found[f"{name}.sales.per_country"].kind == "materialized-view"
    assert found[f"{name}.sales.remote"].kind == "external-table"
    assert "FROM (sales.orders o" in str(found[f"{name}.sales.open_orders"].definition)
    assert found[f"{name}.sales.open_orders"].fields[0].required is None
    assert lineage(items) == {
        (f"{name}.sales.open_orders", f"{name}.sales.orders"),
        (f"{name}.sales.open_orders", f"{name}.public.customers"),
        (f"{name}.sales.per_country", f"{name}.sales.open_orders"),
        (f"{name}.sales.per_country", f"{name}.sales.orders"),
        (f"{name}.public.last_year", f"{name}.public.events"),
    }


def test_partitions_are_counted_within_their_table(shop: str, name: str) -> None:
    found = datasets(harvested(shop))

    events = found[f"{name}.public.events"]
    assert not any("events_" in dataset for dataset in found)
    assert events.partition_count == 3
    assert events.partition_columns == ("at",)
    assert events.row_count == 100
    assert events.row_count_exact is False
    assert events.byte_size
    (reference,) = found[f"{name}.public.replies"].references
    assert reference.target.name == f"{name}.public.events"


def test_owners_are_roles_of_the_server_and_grants_leave_them_out(shop: str, name: str) -> None:
    items = harvested(shop)
    customers = datasets(items)[f"{name}.public.customers"]

    owners = {item.ref for item in items if isinstance(item, Agent)}
    assert customers.owners <= owners
    assert all(ref.namespace == customers.namespace for ref in owners)
    assert customers.grants == {Grant(grantee="PUBLIC", privileges=frozenset({"SELECT"}))}


def test_a_table_without_columns_is_a_dataset(shop: str, name: str) -> None:
    assert datasets(harvested(shop))[f"{name}.public.nothing"].fields == ()


def test_sizes_are_left_out_on_request(shop: str) -> None:
    assert all(dataset.byte_size is None for dataset in datasets(harvested(shop, sizes="false")).values())


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"include": "sales.*"}, {"sales.orders", "sales.open_orders", "sales.per_country", "sales.remote"}),
        ({"include": "*.sales.o*"}, {"sales.orders", "sales.open_orders"}),
        ({"include": "sales.*", "exclude": "*.open_*,*.per_*,*.remote"}, {"sales.orders"}),
        ({"include": "nowhere.*"}, set()),
    ],
)
def test_patterns_choose_tables(shop: str, name: str, options: dict[str, str], expected: set[str]) -> None:
    items = harvested(shop, **options)

    assert set(datasets(items)) == {f"{name}.{part}" for part in expected}
    assert f"{name}.public" not in catalogs(items)


def test_an_excluded_schema_does_not_appear(shop: str, name: str) -> None:
    assert f"{name}.sales" not in catalogs(harvested(shop, exclude="sales.*"))


def test_system_schemas_are_read_on_request(shop: str, name: str) -> None:
    found = datasets(harvested(shop, system_schemas="true"))

    assert f"{name}.pg_catalog.pg_class" in found
    assert f"{name}.information_schema.columns" in found


def test_odd_names_stay_as_they_are_and_never_meet() -> None:
    odd = ('we"ird', "a/b", "ünï😀", "with space", "per%cent", "b.c")
    statements = [
        'CREATE SCHEMA "a"',
        'CREATE SCHEMA "a.b"',
        'CREATE TABLE "a.b"."c" (x int)',
        *('CREATE TABLE "a"."{0}" ("{0}" int PRIMARY KEY)'.format(name.replace('"', '""')) for name in odd),
    ]
    with postgres_database(*statements) as url:
        database = make_url(url).database
        found = datasets(check_contract(connector(url)))

    assert set(found) == {f"{database}.a.{name}" for name in odd} | {f'{database}."a.b".c'}
    assert found[f'{database}.a.we"ird'].fields[0].name == 'we"ird'


def test_the_widest_table_is_read() -> None:
    columns = ", ".join(f"c{number} int" for number in range(1600))
    with postgres_database(f"CREATE TABLE wide ({columns})") as url:
        (wide,) = datasets(harvested(url)).values()

    assert [field.ordinal for field in wide.fields] == list(range(1, 1601))


def test_several_databases_are_read_by_pattern() -> None:
    with postgres_database("CREATE TABLE t (x int)") as one, postgres_database("CREATE TABLE t (x int)") as other:
        names = {str(make_url(url).database) for url in (one, other)}
        items = harvested(one, databases=",".join(names))
        matched = harvested(one, databases=",".join(f"*{name[-10:]}" for name in names))

    assert set(datasets(items)) == {f"{name}.public.t" for name in names}
    assert set(matched) == set(items)
    assert len({item.ref for item in items if not isinstance(item, Problem)}) == len(items)


def test_a_database_that_may_not_be_entered_is_a_problem() -> None:
    role = f"fabric_test_{uuid.uuid4().hex[:8]}"
    with postgres_database("CREATE TABLE t (x int)") as open_url, postgres_database() as closed_url:
        opened, closed = (str(make_url(url).database) for url in (open_url, closed_url))
        with psycopg.connect(postgres_url(), autocommit=True) as admin:
            admin.execute(f"CREATE ROLE \"{role}\" LOGIN PASSWORD 'opensesame'".encode())
            try:
                admin.execute(f'REVOKE CONNECT ON DATABASE "{closed}" FROM PUBLIC'.encode())
                url = make_url(open_url).set(username=role, password="opensesame").render_as_string(hide_password=False)
                items = harvested(url, databases=f"{opened},{closed}")
                with pytest.raises(AccessDenied, match="permission denied for database"):
                    harvested(make_url(url).set(database=closed).render_as_string(hide_password=False))
            finally:
                admin.execute(f'DROP ROLE "{role}"'.encode())

    assert [problem.subject for problem in problems(items)] == [closed]
    assert f"{opened}.public.t" in datasets(items)
    assert "opensesame" not in repr(items)


def test_an_unknown_database_is_named(shop: str) -> None:
    url = make_url(shop).set(database="no_such_db").render_as_string(hide_password=False)

    with pytest.raises(SettingsError, match="no database 'no_such_db'"):
        connector(url).check()
    with pytest.raises(SettingsError, match="no database no_such_db"):
        harvested(shop, databases="no_such_db")


def test_an_unknown_role_is_denied(shop: str) -> None:
    url = make_url(shop).set(username="no_such_role", password="hunter22").render_as_string(hide_password=False)

    with pytest.raises(AccessDenied) as caught:
        connector(url).check()
    assert "hunter22" not in str(caught.value)


def test_a_closed_port_and_an_unknown_host_are_unreachable() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    for place in (f"127.0.0.1:{port}", "host.invalid"):
        with pytest.raises(Unreachable) as caught:
            connector(f"postgresql://me:hunter22@{place}/db").check()
        assert caught.value.retryable
        assert "hunter22" not in str(caught.value)


def test_a_refused_password_is_denied_in_any_language() -> None:
    message = (
        b"SFATAL\0VFATAL\0C28P01\0MPasswort-Authentifizierung f\xc3\xbcr Benutzer \xc2\xbbme\xc2\xab fehlgeschlagen\0\0"
    )
    refusal = b"E" + struct.pack("!i", len(message) + 4) + message
    with _server(b"R" + struct.pack("!ii", 8, 3), refusal) as port, pytest.raises(AccessDenied) as caught:
        connector(
            f"postgresql://me@127.0.0.1:{port}/db?sslmode=disable&gssencmode=disable", password="hunter22"
        ).check()
    assert "hunter22" not in str(caught.value)


def test_a_parameter_that_the_client_does_not_know_is_refused(shop: str) -> None:
    with pytest.raises(SettingsError, match="does not know"):
        connector(f"{shop}{'&' if '?' in shop else '?'}colour=red").check()


def test_a_connection_lost_half_way_is_unreachable(shop: str, name: str) -> None:
    harvest = connector(shop).harvest()
    while not isinstance(next(harvest), Catalog):
        pass
    with psycopg.connect(postgres_url(), autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))

    with pytest.raises(Unreachable):
        list(harvest)


def test_a_query_that_takes_too_long_is_unreachable_and_retryable() -> None:
    made = ("CREATE TABLE held (x int)", "CREATE VIEW looking AS SELECT x FROM held")
    with postgres_database(*made) as url, psycopg.connect(url) as holder:
        holder.execute("LOCK TABLE held IN ACCESS EXCLUSIVE MODE")  # reading the view's text waits for the table
        with pytest.raises(Unreachable, match="statement_timeout"):
            harvested(url, statement_timeout=1)


def test_sizes_wait_for_no_lock() -> None:
    with postgres_database("CREATE TABLE held (x int)", "ANALYZE held") as url, psycopg.connect(url) as holder:
        holder.execute("LOCK TABLE held IN ACCESS EXCLUSIVE MODE")
        (held,) = datasets(harvested(url, statement_timeout=1)).values()
        assert held.byte_size == 0


def test_a_server_that_is_too_old_is_refused() -> None:
    parameter = b"server_version\x009.6.1\0"
    greeting = b"R" + struct.pack("!ii", 8, 0) + b"S" + struct.pack("!i", len(parameter) + 4) + parameter
    with _server(greeting + b"Z" + struct.pack("!i", 5) + b"I") as port, pytest.raises(Unreadable, match="reflection"):
        connector(f"postgresql://me@127.0.0.1:{port}/db?sslmode=disable&gssencmode=disable").check()


@contextmanager
def _server(*answers: bytes) -> Iterator[int]:
    """A port that gives one client the answers of a PostgreSQL server that this machine does not run."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            client, _ = listener.accept()
            with client:
                for answer in answers:
                    client.recv(4096)
                    client.sendall(answer)
                client.recv(4096)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            thread.join(10)
