"""Values of a Croissant document, which is JSON-LD of a prescribed shape: names without their prefixes, texts, lists, dates."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

__all__ = ["compacted", "listed", "moment", "size", "text", "texts"]

_SIZE = re.compile(r"([\d.]+)\s*(B|KB|MB|GB|TB|KiB|MiB|GiB|TiB)?", re.IGNORECASE)
_UNITS = {
    unit: base**power
    for base, mark in ((1000, ""), (1024, "i"))
    for power, unit in enumerate(["b" if not mark else "ib", *(f"{p}{mark}b" for p in "kmgt")])
}
_SPACES = (
    "https://schema.org/",
    "http://schema.org/",
    "http://mlcommons.org/croissant/",
    "http://purl.org/dc/terms/",
    "sc:",
    "schema:",
    "cr:",
    "dct:",
)


def compacted(value: Any, context: object = None) -> Any:
    """The document with bare names: `cr:field` and `field` are one, `@id` is `id`, `sc:Integer` as a type `Integer`.

    `context` is the document's own, whose aliases of names are followed; one that is to be fetched is not.
    """
    return _compacted(value, _aliases(context))


def _aliases(context: object) -> dict[str, str]:
    entries = context if isinstance(context, list) else [context]
    aliases: dict[str, str] = {}
    for entry in entries:
        for name, meaning in entry.items() if isinstance(entry, dict) else ():
            target = meaning.get("@id") if isinstance(meaning, dict) else meaning
            if isinstance(target, str) and not name.startswith("@") and not target.endswith(("/", "#")):
                aliases[name] = _bare(target)
    return aliases


def _compacted(value: Any, aliases: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_compacted(one, aliases) for one in value]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    for key, inner in value.items():
        name = aliases.get(key) or _bare(key)
        if name in {"type", "dataType"}:
            found[name] = _type(inner)
        elif name == "data":
            found[name] = inner
        else:
            found[name] = _compacted(inner, aliases)
    return found


def _type(value: Any) -> Any:
    names = value if isinstance(value, list) else [value]
    bare = [_bare(str(one.get("@id") if isinstance(one, dict) else one)) for one in names]
    return bare[0] if len(bare) == 1 else bare


def _bare(name: str) -> str:
    if name.startswith("@"):
        return name[1:]
    return next((name.removeprefix(space) for space in _SPACES if name.startswith(space)), name)


def listed(value: Any) -> list[Any]:
    """A list as it is, one value as a list of it, nothing as an empty one."""
    return value if isinstance(value, list) else [] if value is None else [value]


def text(value: Any) -> str | None:
    """The first text: of a literal, of a literal with its language, of a thing its name, else its IRI."""
    return next(iter(texts(value)), None)


def texts(value: Any) -> list[str]:
    """All texts, none of them empty."""
    found = []
    for one in listed(value):
        if isinstance(one, dict):
            one = one.get("value") or one.get("name") or one.get("id")
        if isinstance(one, str | int | float) and not isinstance(one, bool) and str(one).strip():
            found.append(str(one).strip())
    return found


def moment(value: Any) -> datetime | None:
    """An ISO 8601 date or time, in UTC where it names no zone; None for what is none."""
    try:
        read = datetime.fromisoformat(text(value) or "")
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def size(value: Any) -> int | None:
    """Bytes of `12 B` or `3.5 MB`; None for what is no size."""
    match = _SIZE.fullmatch(text(value) or "")
    if match is None:
        return None
    try:
        return int(float(match[1]) * _UNITS[(match[2] or "B").lower()])
    except ValueError:
        return None
