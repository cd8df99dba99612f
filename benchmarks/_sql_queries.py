"""Queries made at random, by seed: a relation is a table or an operation over smaller relations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

import duckdb

__all__ = ["query", "small_tables"]

_TABLES: Mapping[str, Mapping[str, str]] = {
    "person": {"id": "INTEGER", "team": "INTEGER", "name": "VARCHAR", "pay": "INTEGER", "boss": "INTEGER"},
    "team": {"team": "INTEGER", "title": "VARCHAR", "city": "VARCHAR", "budget": "INTEGER"},
    "sale": {"sale": "INTEGER", "id": "INTEGER", "amount": "INTEGER", "region": "VARCHAR", "parts": "INTEGER[]"},
}
_ROWS = 24


def small_tables() -> duckdb.DuckDBPyConnection:
    """A database in memory with the tables that made queries read: `_ROWS` rows each, whose values repeat."""
    database = duckdb.connect()
    for name, columns in _TABLES.items():
        values = [_values(place, type_, place == 0) for place, type_ in enumerate(columns.values())]
        listed = ", ".join(f"{value} AS {column}" for value, column in zip(values, columns, strict=True))
        database.execute(f"CREATE TABLE {name} AS SELECT {listed} FROM range({_ROWS}) AS made(i)")
    return database


def _values(place: int, type_: str, unique: bool) -> str:
    spread = f"((i * {2 * place + 3} + {place}) % {7 + place})"
    if type_ == "VARCHAR":
        return f"'{'abcde'[place]}' || {spread}"
    if type_ == "INTEGER[]":
        return f"[CAST(i AS INTEGER), CAST({spread} AS INTEGER)]"
    return "CAST(i AS INTEGER)" if unique else f"CAST({spread} AS INTEGER)"


@dataclass(frozen=True, slots=True)
class _Relation:
    """A SELECT without a trailing clause, and its columns by type."""

    sql: str
    columns: Mapping[str, str]

    def of(self, *types: str) -> list[str]:
        return [name for name, type_ in self.columns.items() if type_ in types]


def query(seed: int, depth: int = 3) -> str:
    """The query of a seed; the same seed gives the same text in every process."""
    maker = _Maker(Random(seed))
    relation = maker.relation(depth)
    if maker.named:
        ctes = ", ".join(f"{name} AS ({sql})" for name, sql in maker.named.items())
        return f"WITH {ctes} {relation.sql}"
    return relation.sql


class _Maker:
    """One query in the making; `named` are its CTEs so far."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._count = 0
        self.named: dict[str, str] = {}

    def relation(self, depth: int) -> _Relation:
        if depth == 0:
            return self._table()
        operations = (
            self._project, self._filter, self._join, self._using, self._group, self._window, self._union,
            self._subquery, self._lateral, self._unnest, self._pivot, self._cte, self._distinct, self._star,
        )  # fmt: skip
        return self._random.choice(operations)(depth - 1)

    def _name(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._count}"

    def _pick(self, names: list[str]) -> str:
        return self._random.choice(names)

    def _number(self, relation: _Relation, alias: str) -> str:
        names = relation.of("INTEGER")
        return f"{alias}.{self._pick(names)}" if names else "1"

    def _table(self) -> _Relation:
        name = self._pick(list(_TABLES))
        return _Relation(f"SELECT * FROM {name}", _TABLES[name])

    def _expression(self, relation: _Relation, alias: str) -> tuple[str, str]:
        number, other = self._number(relation, alias), self._number(relation, alias)
        texts = relation.of("VARCHAR")
        made = [
            (number, "INTEGER"),
            (f"{number} + 2 * {other}", "INTEGER"),
            (f"CASE WHEN {number} > 5 THEN {other} ELSE -1 END", "INTEGER"),
            (f"coalesce({number}, {other}, 0)", "INTEGER"),
            (f"'n' || {number}", "VARCHAR"),
            ("7", "INTEGER"),
        ]
        if texts:
            text = f"{alias}.{self._pick(texts)}"
            made += [
                (text, "VARCHAR"),
                (f"upper({text}) || '-' || {number}", "VARCHAR"),
                (f"length({text})", "INTEGER"),
            ]
        return self._random.choice(made)

    def _listed(self, relation: _Relation, alias: str, most: int = 4) -> tuple[str, dict[str, str]]:
        parts, columns = [], {}
        for _ in range(self._random.randint(1, most)):
            expression, type_ = self._expression(relation, alias)
            name = self._name("c")
            parts.append(f"{expression} AS {name}")
            columns[name] = type_
        return ", ".join(parts), columns

    def _project(self, depth: int) -> _Relation:
        inner, alias = self.relation(depth), self._name("t")
        listed, columns = self._listed(inner, alias)
        return _Relation(f"SELECT {listed} FROM ({inner.sql}) AS {alias}", columns)

    def _filter(self, depth: int) -> _Relation:
        inner, alias = self.relation(depth), self._name("t")
        test = f"{self._number(inner, alias)} % 3 <> 1"
        return _Relation(f"SELECT * FROM ({inner.sql}) AS {alias} WHERE {test}", inner.columns)

    def _join(self, depth: int) -> _Relation:
        left, right = self.relation(depth), self.relation(0)
        one, two = self._name("t"), self._name("t")
        kind = self._pick(["JOIN", "LEFT JOIN", "FULL JOIN"])
        first, first_columns = self._listed(left, one, 3)
        second, second_columns = self._listed(right, two, 3)
        on = f"{self._number(left, one)} = {self._number(right, two)}"
        return _Relation(
            f"SELECT {first}, {second} FROM ({left.sql}) AS {one} {kind} ({right.sql}) AS {two} ON {on}",
            {**first_columns, **second_columns},
        )

    def _using(self, _: int) -> _Relation:
        kind = self._pick(["JOIN", "LEFT JOIN", "FULL JOIN"])
        table, key = self._pick(["team", "sale"]), "team"
        if table == "sale":
            key = "id"
        own = _TABLES[table]
        extra = self._pick([name for name in own if name != key])
        return _Relation(
            f"SELECT {key}, name, {extra} FROM person {kind} {table} USING ({key})",
            {key: "INTEGER", "name": "VARCHAR", extra: own[extra]},
        )

    def _group(self, depth: int) -> _Relation:
        inner, alias = self.relation(depth), self._name("t")
        key, type_ = self._expression(inner, alias)
        call = self._pick(["sum", "max", "count", "min"])
        name, total = self._name("c"), self._name("c")
        having = self._pick(["", " HAVING count(*) > 1"])
        number = self._number(inner, alias)
        return _Relation(
            f"SELECT {key} AS {name}, CAST({call}({number}) AS INTEGER) AS {total} "
            f"FROM ({inner.sql}) AS {alias} GROUP BY ALL{having}",
            {name: type_, total: "INTEGER"},
        )

    def _window(self, depth: int) -> _Relation:
        inner, alias = self.relation(depth), self._name("t")
        name, kept = self._name("c"), self._name("c")
        by, number = self._number(inner, alias), self._number(inner, alias)
        return _Relation(
            f"SELECT {self._number(inner, alias)} AS {kept}, "
            f"CAST(sum({number}) OVER (PARTITION BY {by}) AS INTEGER) AS {name} FROM ({inner.sql}) AS {alias}",
            {kept: "INTEGER", name: "INTEGER"},
        )

    def _union(self, depth: int) -> _Relation:
        kind = self._pick(["UNION", "UNION ALL", "EXCEPT", "INTERSECT"])
        left, right = self.relation(depth), self.relation(0)
        one, two, name = self._name("t"), self._name("t"), self._name("c")
        return _Relation(
            f"SELECT {self._number(left, one)} AS {name} FROM ({left.sql}) AS {one} {kind} "
            f"SELECT {self._number(right, two)} FROM ({right.sql}) AS {two}",
            {name: "INTEGER"},
        )

    def _subquery(self, depth: int) -> _Relation:
        inner, alias, name = self.relation(depth), self._name("t"), self._name("c")
        number = self._number(inner, alias)
        scalar = f"(SELECT max(p.pay) FROM person AS p WHERE p.team = {number})"
        test = self._pick([f"{number} IN (SELECT id FROM sale)", "EXISTS (SELECT 1 FROM team WHERE budget > 3)"])
        return _Relation(
            f"SELECT {number} AS {name}, {scalar} AS {name}m FROM ({inner.sql}) AS {alias} WHERE {test}",
            {name: "INTEGER", f"{name}m": "INTEGER"},
        )

    def _lateral(self, depth: int) -> _Relation:
        inner, alias, side = self.relation(depth), self._name("t"), self._name("t")
        name, number = self._name("c"), self._number(inner, alias)
        lateral = f"LATERAL (SELECT {number} + s.amount AS v FROM sale AS s WHERE s.id = {number}) AS {side}"
        return _Relation(
            f"SELECT {self._number(inner, alias)} AS {name}, {side}.v AS {name}v FROM ({inner.sql}) AS {alias}, {lateral}",
            {name: "INTEGER", f"{name}v": "INTEGER"},
        )

    def _unnest(self, _: int) -> _Relation:
        name, alias = self._name("c"), self._name("t")
        return self._random.choice(
            [
                _Relation(
                    f"SELECT sale, {alias}.part AS {name} FROM sale, UNNEST(parts) AS {alias}(part)",
                    {"sale": "INTEGER", name: "INTEGER"},
                ),
                _Relation(f"SELECT amount, unnest(parts) AS {name} FROM sale", {"amount": "INTEGER", name: "INTEGER"}),
            ]
        )

    def _pivot(self, _: int) -> _Relation:
        return self._random.choice(
            [
                _Relation(
                    "SELECT * FROM (SELECT id, region, amount FROM sale) "
                    "PIVOT (sum(amount) FOR region IN ('d0' AS zero, 'd1' AS one))",
                    {"id": "INTEGER"},
                ),
                _Relation(
                    "SELECT * FROM (SELECT id, pay, boss FROM person) UNPIVOT (v FOR what IN (pay, boss))",
                    {"id": "INTEGER", "what": "VARCHAR", "v": "INTEGER"},
                ),
            ]
        )

    def _cte(self, depth: int) -> _Relation:
        inner, name = self.relation(depth), self._name("w")
        self.named[name] = inner.sql
        return _Relation(f"SELECT * FROM {name}", inner.columns)

    def _distinct(self, depth: int) -> _Relation:
        inner, alias = self.relation(depth), self._name("t")
        listed, columns = self._listed(inner, alias, 2)
        return _Relation(f"SELECT DISTINCT {listed} FROM ({inner.sql}) AS {alias}", columns)

    def _star(self, depth: int) -> _Relation:
        inner, alias, name = self.relation(depth), self._name("t"), self._name("c")
        expression, type_ = self._expression(inner, alias)
        return _Relation(
            f"SELECT {alias}.*, {expression} AS {name} FROM ({inner.sql}) AS {alias}", {**inner.columns, name: type_}
        )
