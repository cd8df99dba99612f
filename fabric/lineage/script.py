"""Reads a script statement by statement, and puts the statements together to lineage from end to end."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ErrorLevel, ParseError, SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from fabric.lineage.effects import Effects
from fabric.lineage.filling import Effect
from fabric.lineage.guessing import guess_tables
from fabric.lineage.names import KnownTables, Names, find_dialect
from fabric.lineage.relation import OutputColumn, Relation
from fabric.lineage.scope import Setting
from fabric.lineage.splitting import Piece, split
from fabric.lineage.statement import ColumnEdge, Influence, Problem, SqlLineage, Statement, Table
from fabric.lineage.templates import filled
from fabric.lineage.variables import Routine

__all__ = ["read_sql"]

_OTHERS = ("", "databricks", "postgres", "tsql", "snowflake", "bigquery", "mysql", "oracle", "duckdb", "clickhouse")
_LONG = 100_000
# Besides its own errors, sqlglot's parser stumbles over some texts with Python's.
_FAILURES = (SqlglotError, RecursionError, IndexError, KeyError, AttributeError, TypeError, ValueError, AssertionError)
_TOKEN = re.compile(r"<Token [^>]*?text: ([^,]*),[^>]*>")
Schema = Mapping[Table, Sequence[str]]


def read_sql(
    text: str,
    *,
    dialect: str | None = None,
    schema: Schema | None = None,
    catalog: str | None = None,
    default_schema: str | None = None,
) -> SqlLineage:
    """Lineage of a SQL text of one or more statements.

    `schema` gives columns of tables, in order; without it `select *` cannot be expanded and a column of several tables is taken to
    come from all. `catalog` and `default_schema` complete names. What cannot be parsed is among the problems, with the tables that
    its words name.

    A text can make the parser work for long: put a limit to texts of strangers by `fabric.lineage.pool`.

    Raises: InputError for a dialect that is not known.
    """
    found = find_dialect(dialect)
    names = Names(found, dialect, catalog, default_schema)
    script = _Script(found, names, KnownTables(schema or {}))
    with _quiet():
        script.run(filled(text, script.problems))
    return script.result()


class _Script:
    def __init__(self, dialect: Dialect, names: Names, known: KnownTables) -> None:
        self._dialect, self._names, self._known = dialect, names, known
        self._temporary: dict[Table, Relation] = {}
        self._values: dict[str, Relation] = {}
        self._routine: Routine | None = None
        self._transact = type(dialect).__name__ in {"TSQL", "Fabric"}
        self._hidden: set[Table] = set()
        self._renamed: dict[Table, Table] = {}
        self._statements: list[Statement] = []
        self.problems: list[Problem] = []

    def run(self, text: str) -> None:
        """Read all statements."""
        pieces = list(split(text, self._dialect, self.problems))
        self._dropped = [
            (n, tables) for n, (piece, _) in enumerate(pieces) if (tables := _drops(piece, self._names, self._dialect))
        ]
        for number, (piece, source) in enumerate(pieces):
            self._read(number, piece, source)

    def _read(self, number: int, piece: Piece, source: str) -> None:
        text = piece.text(source)
        self._enter(piece)
        if piece.fetched:
            self._keep(piece.into, self._values.get(piece.fetched))
            return
        try:
            parsed = self._dialect.parser(error_level=ErrorLevel.IMMEDIATE).parse(self._tokens(piece, source), source)
        except _FAILURES as error:
            if self._by_words(number, piece, text):
                return
            parsed = self._by_another_dialect(text, error, piece)
            if not parsed:
                self._guess(piece, text, error)
                return
        for node in parsed:
            if node is not None:
                self._take(number, node, piece, text)

    def _tokens(self, piece: Piece, source: str) -> list[Token]:
        """The tokens as sqlglot gives them for a command: its word, and the rest as one text."""
        first, *rest = piece.tokens
        if not rest or first.token_type not in self._dialect.tokenizer_class.COMMANDS:
            return list(piece.tokens)
        start, end = rest[0].start, rest[-1].end
        whole = source[start : end + 1]
        return [first, Token(TokenType.STRING, whole, line=rest[0].line, col=rest[0].col, start=start, end=end)]

    def _by_words(self, number: int, piece: Piece, text: str) -> bool:
        """Take a statement that sqlglot does not parse by its words."""
        effects = self._effects(piece)
        try:
            effect = effects.by_words(text)
        except _FAILURES:
            return False
        if effect is not None:
            self._do(number, effect, effects, piece, text)
        return effect is not None

    def _effects(self, piece: Piece) -> Effects:
        return Effects(Setting(self._dialect, self._names, self._known, self._temporary, self._values, piece.line))

    def _by_another_dialect(self, text: str, error: Exception, piece: Piece) -> list[exp.Expr | None]:
        """The statement by the first dialect that takes it, which is said; none for long texts and deep ones."""
        if len(text) > _LONG or isinstance(error, RecursionError):
            return []
        for name in _OTHERS:
            try:
                parsed = Dialect.get_or_raise(name).parse(text, error_level=ErrorLevel.IMMEDIATE)
            except _FAILURES:
                continue
            if parsed and not any(isinstance(node, exp.Command) for node in parsed):
                reason, line, column = _reason(error, piece)
                told = f"{reason}; read as {name or 'generic SQL'} instead"
                self.problems.append(Problem(told, line, column, text[:200], "warning"))
                return list(parsed)
        return []

    def _take(self, number: int, node: exp.Expr, piece: Piece, text: str) -> None:
        effects = self._effects(piece)
        try:
            effect = effects.of(node, text)
        except _FAILURES as error:
            self._guess(piece, text, error)
            return
        if effect is None:
            if not self._by_words(number, piece, text):
                self._guess(piece, text, None)
            return
        self._do(number, effect, effects, piece, text)

    def _do(self, number: int, effect: Effect, effects: Effects, piece: Piece, text: str) -> None:
        self.problems += [_within(problem, text) for problem in effects.problems]
        self._make(number, effect)
        for made in effect.statements:
            self._note(made, piece, text)
        if piece.rows and effect.row is not None:
            self._values[piece.rows] = effect.row
        elif effect.row is not None:
            self._keep(piece.into, effect.row)
            for column in effect.row.columns:
                if column.name.startswith("@"):
                    self._values[column.name.lower()] = Relation([column])
        for old, new in effect.renames:
            self._rename(old, new, swap=effect.swap)
        for table in effect.drops:
            self._temporary.pop(table, None)

    def _enter(self, piece: Piece) -> None:
        """Know the variables of the script or body that a piece is of."""
        if piece.routine is not self._routine:
            self._routine, self._values = piece.routine, {}
            if piece.routine.table:
                table = self._names.table(exp.to_table(piece.routine.table, dialect=self._dialect))
                row = Relation.of_table(table, self._known.columns(table))
                self._values.update(dict.fromkeys(("new", "old", "inserted", "deleted"), row))
        for name in piece.routine.names:
            self._values.setdefault(name, Relation([OutputColumn(name)]))

    def _keep(self, names: Sequence[str], row: Relation | None) -> None:
        """Keep a row's columns in variables, or the row whole in one."""
        columns = row.columns if row is not None else []
        if row is not None and len(names) == 1 and len(columns) > 1:
            self._values[names[0]] = row
            return
        for name, column in zip(names, columns, strict=False):
            self._values[name] = Relation([OutputColumn(name, column.origins)])

    def _make(self, number: int, effect: Effect) -> None:
        for table, relation in effect.makes.items():
            columns = [column.name for column in relation.columns]
            temporary = effect.temporary or (self._transact and table.name.startswith(("#", "@")))
            if temporary or self._is_dropped(table, number) or table in self._temporary:
                deciding = tuple(
                    (item.source, item.clause)
                    for made in effect.statements
                    for item in made.influences
                    if item.target_table == table
                )
                before = self._temporary[table].deciding if table in self._temporary and not temporary else ()
                held = self._temporary.get(table)
                self._temporary[table] = (
                    relation if held is None or effect.creates else held.union(relation, by_name=True)
                )
                self._temporary[table].deciding = tuple(dict.fromkeys((*before, *deciding)))
                self._hidden.add(table)
            if effect.creates and columns and "*" not in columns:
                self._known.add(table, columns)

    def _note(self, made: Statement, piece: Piece, text: str) -> None:
        place = Statement(
            made.kind,
            made.reads,
            made.writes,
            made.edges,
            made.influences,
            made.outputs,
            piece.line,
            text,
            made.guessed,
        )
        self._statements.append(place)

    def _is_dropped(self, table: Table, number: int) -> bool:
        """Whether the script itself drops the table later, so that it serves the script alone."""
        return any(later > number and table in tables for later, tables in self._dropped)

    def _rename(self, old: Table, new: Table, *, swap: bool) -> None:
        mapping = {old: new, new: old} if swap else {old: new}
        for original, now in list(self._renamed.items()):
            self._renamed[original] = mapping.get(now, now)
        for table in {t for statement in self._statements for t in statement.writes} - self._renamed.keys():
            if table in mapping:
                self._renamed[table] = mapping[table]
        if not swap and old in self._temporary:
            self._temporary[new] = self._temporary.pop(old)

    def _guess(self, piece: Piece, text: str, error: Exception | None) -> None:
        reads, writes = guess_tables(piece.tokens, self._names)
        if error is None:
            if not (reads or writes):
                return
            reason, line, column = (
                f"statements that begin with {piece.tokens[0].text.upper()} are not understood",
                piece.line,
                1,
            )
        else:
            reason, line, column = _reason(error, piece)
        told = "its tables are read off its words" if reads or writes else "nothing is known of it"
        self.problems.append(Problem(f"{reason}; {told}", line, column, text[:200]))
        seen = {table for table in reads if table not in self._temporary}
        self._statements.append(
            Statement("unparsed", frozenset(seen), writes, (), (), (), piece.line, text, guessed=True)
        )

    def result(self) -> SqlLineage:
        """Everything read, end to end."""
        edges: dict[ColumnEdge, None] = {}
        influences: dict[Influence, None] = {}
        reads: set[Table] = set()
        writes: set[Table] = set()
        for statement in self._statements:
            reads |= statement.reads - self._hidden
            writes |= {self._renamed.get(table, table) for table in statement.writes - self._hidden}
            for edge in statement.edges:
                if edge.target_table not in self._hidden and edge.source.table not in self._hidden:
                    target = self._renamed.get(edge.target_table, edge.target_table) if edge.target_table else None
                    edges[ColumnEdge(edge.target, target, edge.source, edge.kind, edge.expression)] = None
            for item in statement.influences:
                if item.target_table not in self._hidden:
                    target = self._renamed.get(item.target_table, item.target_table) if item.target_table else None
                    influences[Influence(target, item.source, item.clause)] = None
        return SqlLineage(
            tuple(self._statements),
            frozenset(reads),
            frozenset(writes),
            tuple(edges),
            tuple(influences),
            tuple(self.problems),
        )


def _drops(piece: Piece, names: Names, dialect: Dialect) -> set[Table]:
    words = [token.text.upper() for token in piece.tokens[:2]]
    if words[:1] != ["DROP"] or words[1:] not in (["TABLE"], ["VIEW"]):
        return set()
    try:
        (node,) = dialect.parser().parse(list(piece.tokens), "")
    except (SqlglotError, ValueError):
        return set()
    return {names.table(table) for table in node.find_all(exp.Table)} if node is not None else set()


def _reason(error: Exception, piece: Piece) -> tuple[str, int, int]:
    if isinstance(error, ParseError) and error.errors:
        first = error.errors[0]
        at = f" at {first['highlight']!r}" if first.get("highlight") else ""
        line, column = first.get("line") or piece.line, first.get("col") or 1
        column = max(1, column - len(str(first.get("highlight") or " ")) + 1)
        said = _TOKEN.sub(r"'\1'", str(first.get("description") or "it cannot be parsed").rstrip("."))
        return f"{said}{at}", line, column
    if isinstance(error, RecursionError):
        return "it is nested too deeply to be parsed", piece.line, 1
    return "the parser fails on it", piece.line, 1


def _within(problem: Problem, text: str) -> Problem:
    return replace(problem, statement=text[:200])


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """sqlglot logs what it falls back on; that is among the problems here."""
    logger = logging.getLogger("sqlglot")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before
