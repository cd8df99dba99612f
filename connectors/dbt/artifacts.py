"""Reads the files dbt writes to its target folder (https://docs.getdbt.com/reference/artifacts/dbt-artifacts)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import fsspec
from pydantic import BaseModel, ValidationError

from connectors.dbt.schema import CatalogEntry, Node, Result
from fabric.errors import AccessDenied, MissingExtra, SettingsError, Unreachable, Unreadable
from fabric.model import Problem

__all__ = [
    "NEWEST",
    "OLDEST",
    "Folder",
    "manifest_version",
    "read_catalog",
    "read_nodes",
    "read_results",
    "without_password",
]

OLDEST, NEWEST = 9, 12
_SECTIONS = ("nodes", "sources", "exposures", "metrics", "semantic_models", "saved_queries", "functions")
_USERINFO = re.compile(r"^(\w[\w+.-]*://)[^/@]*@")
P = TypeVar("P", bound=BaseModel)
_VERSION = re.compile(r"/manifest/v(\d+)(?:\.json)?$")


class Folder:
    """A dbt project's target folder, or a project folder that holds one, at a path or an fsspec URL."""

    def __init__(self, path: str) -> None:
        self.path = path.rstrip("/") or "/"
        self.shown = without_password(self.path)

    def manifest(self) -> dict[str, Any]:
        """The manifest, which every project has.

        Raises: Unreadable, naming the folder, where there is none.
        """
        found = self.read("manifest.json")
        if found is None:
            raise Unreadable(
                f"there is no manifest.json in {self.shown} or {self.shown}/target",
                remedy="correct the option 'path' or run `dbt parse` (or `dbt docs generate`) in the project",
            )
        return found

    def read(self, name: str) -> dict[str, Any] | None:
        """The artifact called `name`, or None where dbt has not written it.

        Raises: Unreadable, Unreachable, AccessDenied, MissingExtra, SettingsError.
        """
        for path in (f"{self.path}/{name}", f"{self.path}/target/{name}"):
            content = _content(path)
            if content is not None:
                return _object(content, without_password(path))
        return None


def without_password(url: str) -> str:
    """A URL without the user information it may carry; a path as it is."""
    return _USERINFO.sub(r"\1", url)


def manifest_version(manifest: Mapping[str, Any], path: str) -> int:
    """Version of the manifest's schema, `OLDEST` at least; it may be newer than `NEWEST`.

    Raises: Unreadable.
    """
    metadata = manifest.get("metadata")
    named = metadata.get("dbt_schema_version") if isinstance(metadata, dict) else None
    match = _VERSION.search(named) if isinstance(named, str) else None
    if match is None:
        raise Unreadable(
            f"manifest.json of {path} names no schema version (metadata.dbt_schema_version is {named!r})",
            remedy="write it anew with `dbt parse`",
        )
    version = int(match.group(1))
    if version < OLDEST:
        raise Unreadable(
            f"manifest.json of {path} is of version {version}; versions from {OLDEST} on are read",
            remedy="write it anew with dbt 1.5 or later",
        )
    return version


def read_nodes(manifest: Mapping[str, Any]) -> Iterator[Node | Problem]:
    """Every resource of the manifest; a malformed one as a problem that names it."""
    for section in _SECTIONS:
        yield from _parsed(manifest, section, Node, "manifest.json")


def read_catalog(content: Mapping[str, Any]) -> Iterator[tuple[str, CatalogEntry] | Problem]:
    """Entries of catalog.json by the unique id of the node they belong to."""
    for section in ("nodes", "sources"):
        entries = content.get(section) or {}
        for unique_id, parsed in zip(entries, _parsed(content, section, CatalogEntry, "catalog.json"), strict=True):
            yield parsed if isinstance(parsed, Problem) else (unique_id, parsed)


def read_results(content: Mapping[str, Any], name: str) -> Iterator[Result | Problem]:
    """Results in run_results.json or sources.json, whichever `name` says."""
    return _parsed(content, "results", Result, name)


def _parsed(content: Mapping[str, Any], section: str, model: type[P], name: str) -> Iterator[P | Problem]:
    entries = content.get(section) or {}
    if not isinstance(entries, dict | list):
        raise Unreadable(
            f"{section!r} in {name} is {type(entries).__name__}, not a list of entries", remedy="write it anew with dbt"
        )
    for key, entry in entries.items() if isinstance(entries, dict) else enumerate(entries):
        try:
            yield model.model_validate(entry)
        except ValidationError as error:
            named = entry.get("unique_id") if isinstance(entry, dict) else None
            yield Problem(subject=str(named or key), reason=f"its entry in {name} is malformed: {_reasons(error)}")


def _reasons(error: ValidationError) -> str:
    items = error.errors(include_url=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, item['loc'])) or 'the entry'}: {item['msg']}" for item in items)


def _content(path: str) -> bytes | None:
    shown = without_password(path)
    try:
        with fsspec.open(path, "rb") as file:
            content: bytes = file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError as error:
        raise AccessDenied(f"{shown} may not be read", remedy="grant this process the right to read it") from error
    except ImportError as error:
        raise MissingExtra(
            f"no driver is installed for {shown}: {error}", remedy="install the fsspec driver it names"
        ) from error
    except ValueError as error:
        raise SettingsError(f"{shown!r} is no path or URL: {error}", remedy="correct the option 'path'") from error
    except Exception as error:
        raise Unreachable(
            f"{shown} cannot be read: {type(error).__name__}: {error}", remedy="try again, or correct the option 'path'"
        ) from error
    return content


def _object(content: bytes, path: str) -> dict[str, Any]:
    try:
        value = json.loads(content)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise Unreadable(
            f"{path} is not JSON: {error}", remedy="write it anew with `dbt parse` or `dbt docs generate`"
        ) from error
    if not isinstance(value, dict):
        raise Unreadable(f"{path} holds {type(value).__name__}, not an object", remedy="write it anew with dbt")
    return value
