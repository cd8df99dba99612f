"""Queries drawn at random from a grammar over three small tables: joins, WITH, set operations, windows, subqueries and more."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

__all__ = ["TABLES", "draw_queries"]

TABLES = """
CREATE TABLE orders AS SELECT i AS id, i % 7 AS customer_id, i * 3 % 11 AS amount, i % 4 AS kind, 'n' || i % 5 AS note,
    DATE '2026-01-01' + (i * 5 % 40)::INTEGER AS day, [i, i % 3] AS parts FROM range(40) t(i);
CREATE TABLE customers AS SELECT i AS id, 'c' || i * 7 % 10 AS name, i % 3 AS region, i * 2 % 9 AS score,
    i % 5 AS parent FROM range(12) t(i);
CREATE TABLE items AS SELECT i AS id, i % 40 AS order_id, i % 6 AS qty, (i * 13 % 17)::DOUBLE AS price, 'p' || i % 8 AS product
    FROM range(90) t(i);
"""
_NUMBERS = {
    "orders": ["id", "customer_id", "amount", "kind"],
    "customers": ["id", "region", "score", "parent"],
    "items": ["id", "order_id", "qty", "price"],
}
_TEXTS = {"orders": ["note"], "customers": ["name"], "items": ["product"]}
_KEYS = {
    ("orders", "customers"): "{a}.customer_id = {b}.id",
    ("items", "orders"): "{a}.order_id = {b}.id",
    ("customers", "customers"): "{a}.parent = {b}.id",
}


def draw_queries(count: int, seed: int = 7) -> Iterator[tuple[str, str]]:
    """So many queries with their names, always the same for one seed."""
    for number in range(count):
        drawn = _Draw(random.Random(f"{seed}/{number}"))
        yield f"drawn {number}", drawn.query()


class _Draw:
    def __init__(self, dice: random.Random) -> None:
        self._dice, self._count = dice, 0

    def query(self) -> str:
        """One query of a form drawn at random."""
        forms: list[Callable[[], str]] = [
            self._plain, self._joined, self._grouped, self._window, self._with, self._set, self._nested, self._correlated,
            self._unnested, self._lateral, self._pivoted, self._unpivoted, self._starred, self._recursive, self._using,
            self._limited,
        ]  # fmt: skip
        return self._dice.choice(forms)()

    def _pick(self, *options: str) -> str:
        return self._dice.choice(options)

    def _table(self) -> str:
        return self._pick(*_NUMBERS)

    def _number(self, table: str, alias: str) -> str:
        column = f"{alias}.{self._pick(*_NUMBERS[table])}"
        other = f"{alias}.{self._pick(*_NUMBERS[table])}"
        return self._pick(
            column, column, f"{column} + {other}", f"coalesce({column}, {other})", f"abs({column} - 3)",
            f"CASE WHEN {column} > 2 THEN {other} ELSE 0 END", f"greatest({column}, {other})", f"CAST({column} AS BIGINT) * 2",
        )  # fmt: skip

    def _text(self, table: str, alias: str) -> str:
        column = f"{alias}.{self._pick(*_TEXTS[table])}"
        return self._pick(column, f"upper({column})", f"{column} || '-'", f"substr({column}, 2)", f"md5({column})")

    def _condition(self, table: str, alias: str) -> str:
        column = f"{alias}.{self._pick(*_NUMBERS[table])}"
        return self._pick(
            f"{column} > 2", f"{column} IN (SELECT region FROM customers)", f"{column} BETWEEN 1 AND 6",
            f"EXISTS (SELECT 1 FROM items x WHERE x.qty = {column})", f"{column} % 2 = 0 OR {alias}.id < 5",
        )  # fmt: skip

    def _plain(self) -> str:
        table = self._table()
        where = f" WHERE {self._condition(table, 't')}" if self._dice.random() < 0.6 else ""
        distinct = "DISTINCT " if self._dice.random() < 0.2 else ""
        return f"SELECT {distinct}{self._number(table, 't')} AS a, {self._text(table, 't')} AS b, 1 AS c FROM {table} t{where}"

    def _joined(self) -> str:
        one, other = self._dice.choice(list(_KEYS))
        join = self._pick("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN")
        on = _KEYS[(one, other)].format(a="l", b="r")
        chosen = f"{self._number(one, 'l')} AS a, {self._text(other, 'r')} AS b, {self._number(other, 'r')} AS c"
        where = f" WHERE {self._condition(one, 'l')}" if self._dice.random() < 0.4 else ""
        return f"SELECT {chosen} FROM {one} l {join} {other} r ON {on}{where}"

    def _grouped(self) -> str:
        table = self._table()
        key, value = self._pick(*_NUMBERS[table]), self._number(table, "t")
        having = " HAVING count(*) > 1" if self._dice.random() < 0.4 else ""
        inside = self._pick("sum", "max", "avg", "count", "min")
        return (
            f"SELECT t.{key} AS k, {inside}({value}) AS v, count(DISTINCT {self._text(table, 't')}) AS n "
            f"FROM {table} t GROUP BY t.{key}{having}"
        )

    def _window(self) -> str:
        table = self._table()
        by, order = self._pick(*_NUMBERS[table]), self._pick(*_NUMBERS[table])
        call = self._pick(
            "row_number()", f"sum({self._number(table, 't')})", f"lag({self._number(table, 't')})", "rank()"
        )
        qualify = (
            f" QUALIFY row_number() OVER (PARTITION BY t.{by} ORDER BY t.id) <= 2" if self._dice.random() < 0.4 else ""
        )
        return f"SELECT t.id, {call} OVER (PARTITION BY t.{by} ORDER BY t.{order}, t.id) AS w FROM {table} t{qualify}"

    def _with(self) -> str:
        inner, table = self._pick("a", "b"), self._table()
        return (
            f"WITH one AS ({self._plain()}), two (x, y) AS (SELECT {inner}, count(*) FROM one GROUP BY {inner}), "
            f"three AS (SELECT {self._number(table, 't')} AS z FROM {table} t) "
            f"SELECT two.x, two.y + 1 AS y, (SELECT max(z) FROM three) AS m FROM two"
        )

    def _set(self) -> str:
        operation = self._pick("UNION ALL", "UNION", "EXCEPT", "INTERSECT", "UNION ALL BY NAME")
        one, other = self._table(), self._table()
        return (
            f"SELECT {self._number(one, 't')} AS a, {self._text(one, 't')} AS b FROM {one} t {operation} "
            f"SELECT {self._number(other, 'u')} AS a, {self._text(other, 'u')} AS b FROM {other} u"
        )

    def _nested(self) -> str:
        return f"SELECT q.a + 1 AS a, q.b FROM (SELECT p.* FROM ({self._plain()}) p WHERE p.a IS NOT NULL) q"

    def _correlated(self) -> str:
        inside = self._pick("sum(i.qty)", "max(i.price)", "count(*)", "min(i.product)")
        return (
            f"SELECT o.id, (SELECT {inside} FROM items i WHERE i.order_id = o.id) AS s, "
            f"{self._number('orders', 'o')} AS n FROM orders o WHERE o.amount > (SELECT avg(score) FROM customers c "
            f"WHERE c.region = o.kind)"
        )

    def _unnested(self) -> str:
        return self._pick(
            "SELECT o.id, u.part + 1 AS part FROM orders o, unnest(o.parts) AS u(part)",
            "SELECT o.note, unnest(o.parts) AS part FROM orders o",
            "SELECT list_sum(list_transform(o.parts, lambda x: x + o.kind)) AS s, o.day FROM orders o",
        )

    def _lateral(self) -> str:
        return (
            f"SELECT c.name, l.top, {self._number('customers', 'c')} AS n FROM customers c, LATERAL (SELECT max(o.amount) AS top "
            f"FROM orders o WHERE o.customer_id = c.id) l"
        )

    def _pivoted(self) -> str:
        inside = self._pick("sum(amount)", "max(customer_id)", "count(note)")
        chosen = "SELECT kind, day, amount, note, customer_id FROM orders"
        return f"SELECT * FROM ({chosen}) PIVOT ({inside} FOR kind IN (0, 1, 2) GROUP BY day)"

    def _unpivoted(self) -> str:
        return self._pick(
            "SELECT id, what, v FROM (SELECT id, qty::DOUBLE AS qty, price FROM items) UNPIVOT (v FOR what IN (qty, price))",
            "UNPIVOT (SELECT id, score, parent FROM customers) ON score, parent INTO NAME what VALUE v",
        )

    def _starred(self) -> str:
        return self._pick(
            "SELECT * EXCLUDE (note) REPLACE (amount * 2 AS amount) FROM orders",
            "SELECT o.* EXCLUDE (parts), c.name FROM orders o JOIN customers c ON c.id = o.customer_id",
            "FROM items SELECT *, qty * price AS total WHERE qty > 0",
            "SELECT * RENAME (name AS title) FROM customers",
        )

    def _recursive(self) -> str:
        return (
            "WITH RECURSIVE up(id, root, depth) AS (SELECT id, name, 0 FROM customers WHERE id = 0 UNION ALL "
            "SELECT c.id, up.root || c.region, up.depth + 1 FROM customers c JOIN up ON c.parent = up.id "
            "WHERE up.depth < 3 AND c.id > up.id) "
            f"SELECT {self._pick('root', 'id', 'depth')} AS r, depth FROM up"
        )

    def _using(self) -> str:
        join = self._pick("JOIN", "LEFT JOIN", "FULL JOIN", "RIGHT JOIN")
        return f"SELECT id, amount, score, name FROM orders {join} customers USING (id)"

    def _limited(self) -> str:
        table = self._table()
        order = self._pick(*_NUMBERS[table])
        return f"SELECT {self._number(table, 't')} AS a, t.id FROM {table} t ORDER BY t.{order} DESC, t.id LIMIT 5"
