"""Where SQL texts come from: files of a folder, a log of JSON lines, `pg_stat_statements` of a PostgreSQL server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fabric.connector import require
from fabric.errors import AccessDenied, SettingsError, Unreachable, Unreadable
from fabric.model import Problem

__all__ = ["Text", "files", "logged", "observed"]

_LONGEST = 5_000_000
_STATEMENTS = """SELECT query, calls FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
WHERE d.datname = current_database() AND query !~ '^(<insufficient|BEGIN|COMMIT|ROLLBACK|SET |SHOW |DISCARD)' ORDER BY calls DESC"""


@dataclass(frozen=True, slots=True)
class Text:
    """One SQL text. `name` is a file's path within its folder; None for a query that was observed."""

    sql: str
    name: str | None = None


def files(root: Path) -> Iterator[Text | Problem]:
    """The `.sql` files beneath a folder, or one file, in the order of their names.

    Raises: Unreadable where there is no such file or folder.
    """
    if not root.exists():
        raise Unreadable(f"there is no file or folder {str(root)!r}", remedy="correct the option 'path'")
    found = sorted(root.rglob("*.sql")) if root.is_dir() else [root]
    for file in found:
        name = file.relative_to(root).as_posix() if root.is_dir() else file.name
        try:
            if file.stat().st_size > _LONGEST:
                yield Problem(
                    subject=name, reason=f"the file has more than {_LONGEST:,} bytes and was not read; split it"
                )
                continue
            yield Text(file.read_text(encoding="utf-8-sig"), name)
        except UnicodeDecodeError as error:
            yield Problem(subject=name, reason=f"the file is not UTF-8: {error.reason}; convert it")
        except OSError as error:
            yield Problem(subject=name, reason=f"the file cannot be read: {error.strerror}")


def logged(file: Path, field: str) -> Iterator[Text | Problem]:
    """The queries of a log of JSON lines, by the field that holds them.

    Raises: Unreadable where there is no such file.
    """
    try:
        lines = file.open(encoding="utf-8")
    except OSError as error:
        raise Unreadable(
            f"the log {str(file)!r} cannot be read: {error.strerror}", remedy="correct the option 'path'"
        ) from error
    with lines:
        for number, line in enumerate(lines, start=1):
            try:
                row = json.loads(line) if line.strip() else {field: ""}
                sql = row[field]
            except (ValueError, KeyError, TypeError):
                yield Problem(
                    subject=f"{file.name}, line {number}",
                    reason=f"the line is no JSON object with a field {field!r}; correct it, or set the option 'field'",
                )
                continue
            if isinstance(sql, str) and sql.strip():
                yield Text(sql)


def observed(url: str) -> Iterator[Text]:
    """What a PostgreSQL database has run, by its statistics of statements, the most frequent first; constants are not in it.

    Raises: Unreachable, AccessDenied, Unreadable, MissingExtra, SettingsError.
    """
    driver: Any = require("psycopg", "postgres")
    try:
        with driver.connect(url, connect_timeout=10, application_name="fabric") as connection:
            for query, _calls in connection.execute(_STATEMENTS):
                yield Text(query)
    except driver.errors.UndefinedTable:
        raise Unreadable(
            "the database has no pg_stat_statements",
            remedy="run CREATE EXTENSION pg_stat_statements in it, as a superuser",
        ) from None
    except driver.errors.ObjectNotInPrerequisiteState:
        raise Unreadable(
            "the server does not collect statistics of statements",
            remedy="add pg_stat_statements to shared_preload_libraries and restart the server",
        ) from None
    except driver.errors.InsufficientPrivilege as error:
        raise AccessDenied(
            f"the user may not read pg_stat_statements: {error.diag.message_primary}",
            remedy="grant it pg_read_all_stats",
        ) from None
    except driver.ProgrammingError as error:
        raise SettingsError(
            f"the option url is no PostgreSQL URL: {type(error).__name__}",
            remedy="write it as postgresql://user@host:5432/database",
        ) from None
    except driver.OperationalError as error:
        state = error.sqlstate or ""
        if state.startswith("28") or "authentication failed" in str(error):
            raise AccessDenied("the server refuses the user", remedy="check the user and the password") from None
        raise Unreachable(
            "the PostgreSQL server does not answer", remedy="check host, port and database of the url"
        ) from None
