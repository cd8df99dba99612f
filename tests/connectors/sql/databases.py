"""Databases that the tests of the SQL connector make, and ways to look at what was harvested."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connectors.sql import SqlConnector
from fabric.connector import read_config
from fabric.model import Catalog, Dataset, Lineage, Problem, Record

__all__ = ["POSTGRES_SHOP", "catalogs", "connector", "datasets", "harvested", "lineage", "problems"]

POSTGRES_SHOP = (
    "CREATE SCHEMA sales",
    "COMMENT ON SCHEMA sales IS 'What was sold'",
    "CREATE TYPE sales.status AS ENUM ('open', 'paid')",
    "CREATE DOMAIN sales.email AS varchar(200) CHECK (value LIKE '%@%')",
    "CREATE DOMAIN sales.work_email AS sales.email",
    "CREATE TABLE customers (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, country char(2) NOT NULL,"
    " number int NOT NULL, mail sales.work_email, note text DEFAULT 'none', UNIQUE (country, number))",
    "COMMENT ON TABLE customers IS 'Who buys'",
    "COMMENT ON COLUMN customers.mail IS 'Where bills go'",
    "CREATE TABLE sales.orders (id bigint PRIMARY KEY, country char(2), number int, state sales.status,"
    " amounts numeric(10,2)[], placed timestamptz DEFAULT now(), flags bit(3),"
    " year int GENERATED ALWAYS AS (number + 1) STORED,"
    " CONSTRAINT orders_customer FOREIGN KEY (country, number) REFERENCES customers (country, number))",
    "CREATE INDEX orders_state ON sales.orders (state, (lower(country)))",
    "CREATE INDEX orders_placed ON sales.orders USING brin (placed)",
    "CREATE VIEW sales.open_orders AS SELECT o.id, c.mail FROM sales.orders o JOIN customers c USING (country, number)",
    "CREATE MATERIALIZED VIEW sales.per_country AS SELECT country, count(*) FROM sales.open_orders"
    " JOIN sales.orders USING (id) GROUP BY country",
    "CREATE TABLE events (at date NOT NULL, kind int, body jsonb, PRIMARY KEY (at, kind)) PARTITION BY RANGE (at)",
    "CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
    "CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')"
    " PARTITION BY LIST (kind)",
    "CREATE TABLE events_2026_1 PARTITION OF events_2026 FOR VALUES IN (1)",
    "CREATE TABLE events_2026_2 PARTITION OF events_2026 FOR VALUES IN (2)",
    "CREATE TABLE replies (at date, kind int, FOREIGN KEY (at, kind) REFERENCES events)",
    "CREATE VIEW last_year AS SELECT at FROM events_2025",
    "INSERT INTO events SELECT date '2025-01-01' + n, 1 FROM generate_series(0, 99) n",
    "CREATE TABLE nothing ()",
    "CREATE FOREIGN DATA WRAPPER elsewhere",
    "CREATE SERVER far FOREIGN DATA WRAPPER elsewhere",
    "CREATE FOREIGN TABLE sales.remote (x int) SERVER far",
    "GRANT SELECT ON customers TO PUBLIC",
    "ANALYZE",
)


def connector(url: str, **options: Any) -> SqlConnector:
    """The connector for `url`, made as a user makes it: through validated options."""
    return SqlConnector(read_config(SqlConnector, {"url": url, **options}))  # type: ignore[arg-type]


def harvested(url: str, **options: Any) -> list[Record | Problem]:
    """All that the connector yields."""
    return list(connector(url, **options).harvest())


def datasets(items: Iterable[Record | Problem]) -> dict[str, Dataset]:
    """The datasets by name."""
    return {item.name: item for item in items if isinstance(item, Dataset)}


def catalogs(items: Iterable[Record | Problem]) -> dict[str, Catalog]:
    """The catalogs by name."""
    return {item.name: item for item in items if isinstance(item, Catalog)}


def lineage(items: Iterable[Record | Problem]) -> set[tuple[str, str]]:
    """Pairs of names, downstream and upstream."""
    return {(item.downstream.name, item.upstream.name) for item in items if isinstance(item, Lineage)}


def problems(items: Iterable[Record | Problem]) -> list[Problem]:
    """The problems."""
    return [item for item in items if isinstance(item, Problem)]
