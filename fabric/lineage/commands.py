"""Statements that sqlglot does not parse, understood by their words, and put as statements that it does parse where they can be."""
# ruff: noqa: S608 - the statements are read, never run

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Command", "understood"]

_PART = r"(?:\w[\w$@#]*|[#@]+\w+|`[^`]+`|\"[^\"]+\"|\[[^\]]+\])"
_NAME = rf"{_PART}(?:\s*\.\s*{_PART})*"
_QUERY = r"(?P<query>\(*\s*(?:select|with|values|sel)\b.*)"


@dataclass(frozen=True, slots=True)
class Command:
    """What the words say: names of tables or 'files', pairs of renamed names, statements to be read instead, what is uncertain."""

    kind: str
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    renames: tuple[tuple[str, str], ...] = ()
    swap: bool = False
    instead: tuple[str, ...] = ()
    note: str = ""


def understood(text: str) -> Command | None:
    """The command that a text is; None for others."""
    for pattern, make in _PATTERNS:
        match = pattern.match(text)
        if match is not None:
            return make(match)
    return None


def _pairs(match: re.Match[str]) -> Command:
    pairs = [re.split(r"\s+to\s+", pair.strip(), flags=re.IGNORECASE) for pair in match["pairs"].split(",")]
    return Command("alter-rename", renames=tuple((p[0], p[1].split()[0]) for p in pairs if len(p) == 2))


def _renamed(match: re.Match[str]) -> Command:
    place = match["one"].rpartition(".")[0]
    return Command("alter-rename", renames=((match["one"], f"{place}.{match['other']}".lstrip(".")),))


def _exchange(match: re.Match[str]) -> Command:
    return Command("swap", renames=((match["one"], match["other"]),), swap=True)


def _moved(kind: str) -> Callable[[re.Match[str]], Command]:
    return lambda match: Command(kind, (match["source"],), (match["target"],))


def _instead(kind: str, *forms: str) -> Callable[[re.Match[str]], Command]:
    def make(match: re.Match[str]) -> Command:
        groups = {name: value or "" for name, value in match.groupdict().items()}
        return Command(kind, instead=tuple(form.format(**groups) for form in forms))

    return make


def _view(match: re.Match[str]) -> Command:
    name, columns, query = match["target"], match["columns"] or "", _whole(match["query"])
    if match["recursive"]:
        bare = name.split(".")[-1]
        query = f"WITH RECURSIVE {bare}{columns} AS ({query}) SELECT * FROM {bare}"
    return Command("create-view", instead=(f"CREATE VIEW {name} {columns} AS {query}",))


def _whole(query: str) -> str:
    """A query without the words that some dialects put after it."""
    return re.sub(
        r"\s+with\s+(?:(?:no\s+)?data|(?:local\s+|cascaded\s+)?check\s+option|read\s+only)\b.*$",
        "",
        query,
        flags=re.I | re.S,
    )


def _export(match: re.Match[str]) -> Command:
    return Command("export", writes=(f"'{match['path']}'",), instead=(match["query"],))


def _outfile(match: re.Match[str]) -> Command:
    return Command("export", writes=(f"'{match['path']}'",), instead=(f"{match['before']} {match['after']}",))


def _unload(match: re.Match[str]) -> Command:
    query = match["query"].replace("''", "'").replace("\\'", "'")
    return Command("unload", writes=(f"'{match['path']}'",), instead=(query,))


def _procedure(match: re.Match[str]) -> Command:
    note = f"what the procedure {match['source']} gives is not known"
    return Command("insert", writes=(match["target"],), note=note)


def _output(match: re.Match[str]) -> Command:
    """DELETE with OUTPUT, as a copy of the rows and their deletion."""
    table, rest = match["target"], match["rest"]
    copied = (
        f"INSERT INTO {match['into']} {match['columns'] or ''} SELECT {match['given']} FROM {table} AS deleted {rest}"
    )
    return Command("delete", instead=(copied, f"DELETE FROM {table} {rest}"))


_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Command]], ...] = tuple(
    (re.compile(rf"\s*{pattern}\s*;?\s*$", re.IGNORECASE | re.DOTALL), make)
    for pattern, make in (
        (r"rename\s+tables?\s+(?P<pairs>.+?)", _pairs),
        (
            r"exec(?:ute)?\s+(?:\w+\.)*sp_rename\s+(?:@objname\s*=\s*)?N?'(?P<one>[^']+)'\s*,\s*(?:@newname\s*=\s*)?N?'(?P<other>[^']+)'",
            _renamed,
        ),
        (rf"exchange\s+tables\s+(?P<one>{_NAME})\s+and\s+(?P<other>{_NAME}).*", _exchange),
        (
            rf"alter\s+table\s+(?P<target>{_NAME})\s+exchange\s+(?:sub)?partition\b.*?\bwith\s+table\s+(?P<source>{_NAME}).*",
            _moved("swap"),
        ),
        (rf"alter\s+table\s+(?P<source>{_NAME})\s+switch\b.*?\bto\s+(?P<target>{_NAME}).*", _moved("swap")),
        (rf"alter\s+table\s+(?P<target>{_NAME})\s+append\s+from\s+(?P<source>{_NAME}).*", _moved("insert")),
        (
            rf"alter\s+table\s+(?P<target>{_NAME})\s+update\s+(?P<rest>.+)",
            _instead("update", "UPDATE {target} SET {rest}"),
        ),
        (
            rf"alter\s+table\s+(?P<target>{_NAME})\s+delete\s+(?P<rest>where.+)",
            _instead("delete", "DELETE FROM {target} {rest}"),
        ),
        (r"unload\s*\(\s*'(?P<query>.*?)'\s*\)\s*to\s+'(?P<path>[^']*)'.*", _unload),
        (
            r"replace\s+(?:low_priority\s+|delayed\s+)?(?:into\s+)?(?P<rest>.+)",
            _instead("insert", "INSERT INTO {rest}"),
        ),
        (
            rf"create\s+(?:or\s+(?:replace|alter)\s+)?(?:[\w=]+\s+)*?(?P<recursive>recursive\s+)?view\s+(?:if\s+not\s+exists\s+)?"
            rf"(?P<target>{_NAME})\s*(?P<columns>\([^()]*\))?[^()]*?(?:\([^()]*\)[^()]*?)*?\bas\s*{_QUERY}",
            _view,
        ),
        (
            rf"create\s+(?:or\s+replace\s+)?stream\s+(?:if\s+not\s+exists\s+)?(?P<target>{_NAME})\b.*?\bon\s+"
            rf"(?:table|view|external\s+table|stage)\s+(?P<source>{_NAME}).*",
            _moved("create-stream"),
        ),
        (
            r"create\s+(?:or\s+replace\s+)?task\s.*?\bas\s+(?P<rest>(?:insert|merge|update|delete|with|select|create|copy)\b.*)",
            _instead("task", "{rest}"),
        ),
        (
            r"create\s+(?:or\s+replace\s+)?rule\s.*?\bdo\s+(?:also\s+|instead\s+)?(?P<rest>(?:insert|update|delete|select)\b.*)",
            _instead("rule", "{rest}"),
        ),
        (rf"export\s+data\b.*?\buri\s*=\s*['\"](?P<path>[^'\"]+)['\"].*?\bas\s+{_QUERY}", _export),
        (rf"insert\s+overwrite\s+(?:local\s+)?directory\s+'(?P<path>[^']+)'.*?{_QUERY}", _export),
        (
            r"merge\s+with\s+schema\s+evolution\s+into\s+(?P<rest>.+)",
            _instead("merge", "MERGE INTO {rest}"),
        ),
        (
            rf"merge\s+into\s+(?P<target>{_NAME})\s+using\s+(?P<source>{_NAME})\s.*\bremove\s+duplicates",
            _instead("merge", "INSERT INTO {target} SELECT * FROM {source}"),
        ),
        (
            rf"load\s+data\s.*?\binfile\s+(?P<source>'[^']+').*?\binto\s+table\s+(?P<target>{_NAME}).*",
            _moved("load"),
        ),
        (
            r"(?P<before>select\b.*?)\binto\s+(?:outfile|dumpfile)\s+'(?P<path>[^']+)'(?P<after>.*)",
            _outfile,
        ),
        (rf"bulk\s+insert\s+(?P<target>{_NAME})\s+from\s+(?P<source>N?'[^']+').*", _moved("load")),
        (
            rf"insert\s+(?:into\s+)?(?P<target>{_NAME})\s*(?:\([^()]*\))?\s*exec(?:ute)?\s+(?P<source>{_NAME}).*",
            _procedure,
        ),
        (
            rf"update\s+(?P<target>{_NAME})\s+from\s+(?P<source>.+?)\s+set\s+(?P<set>.+?)(?P<rest>\s+where\s.+)?",
            _instead("update", "UPDATE {target} SET {set} FROM {source} {rest}"),
        ),
        (
            rf"delete\s+(?:from\s+)?(?P<target>{_NAME})\s+output\s+(?P<given>.+?)\s+into\s+(?P<into>{_NAME})"
            rf"\s*(?P<columns>\([^()]*\))?(?P<rest>.*)",
            _output,
        ),
    )
)
