"""The contract between Fabric and a connector, and the registry of installed ones.

A connector is found by its entry point in the group `kgfabric.connectors`; built-in ones come through the same door as a
stranger's. Loading one imports its module, never its third-party packages: those are imported by `require` when used.
"""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any, ClassVar, Generic, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, SecretBytes, SecretStr, ValidationError

from fabric.errors import MissingExtra, SettingsError, UnknownConnector
from fabric.model import Problem, Record, Ref

__all__ = [
    "GROUP", "Config", "Connector", "Item", "Unchanged", "Versioned", "connector_class", "connector_names",
    "each_once", "read_config", "require", "secret_options",
]  # fmt: skip

GROUP = "kgfabric.connectors"


class Config(BaseModel):
    """Base of every connector's options.

    Unknown options are refused. Give each field a `description` (it is shown in the form, the help and the docs) and make
    passwords, tokens and keys `SecretStr`: those are stored encrypted and never shown. Options may be given as `env:NAME`
    or `file:PATH`; what the connector sees is already resolved.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Versioned:
    """A record with a version: any text that changes whenever the record does, such as a digest of the source's own rows."""

    record: Record
    version: str


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The record of that identity is still there and its version is the known one, so that it need not be built."""

    ref: Ref


Item = Record | Versioned | Unchanged | Problem
"""What `Connector.harvest_changes` yields."""

C = TypeVar("C", bound=Config)


class Connector(ABC, Generic[C]):
    """Reads one source system.

    Subclasses set `name` (lower case, as in the entry point), `title`, and `Config`, and are built with a validated config.
    They open connections in `check` and `harvest`, not in `__init__`, and close them before returning.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    Config: ClassVar[type[Config]]

    def __init__(self, config: C) -> None:
        self.config = config

    @abstractmethod
    def check(self) -> str:
        """Reach the system with the given options; return one line that says what was found (product, version).

        Raises: Unreachable, AccessDenied, Unreadable, MissingExtra, SettingsError.
        """

    @abstractmethod
    def harvest(self) -> Iterator[Record | Problem]:
        """Yield what the system holds, as a stream, in bounded memory and in no particular order.

        Every record is yielded once. Returning normally says "this is everything": what is no longer yielded is
        tombstoned, unless a `Problem` was yielded. Raising says the harvest failed: nothing is changed.

        Raises: Unreachable, AccessDenied, Unreadable, MissingExtra, SettingsError.
        """

    def harvest_changes(self, known: Mapping[Ref, str]) -> Iterator[Item]:
        """The same as `harvest` for a source harvested before; `known` holds the versions that records then came with.

        Override it where the source can tell cheaply what has not changed: yield `Unchanged` for that, and `Versioned`
        records for the rest. A record that is yielded in no form is gone.
        """
        del known
        yield from self.harvest()


def each_once(told: Iterable[tuple[str, Record | Problem]]) -> Iterator[Record | Problem]:
    """Records, given with the place that tells of each, such as a document.

    Of those that are of one asset the first is yielded. A second dataset is a problem.
    """
    seen: dict[Ref, str] = {}
    for place, record in told:
        if isinstance(record, Problem):
            yield record
        elif record.ref not in seen:
            seen[record.ref] = place
            yield record
        elif record.ref.kind == "dataset":
            reason = f"{record.ref.name!r} is described by {seen[record.ref]} as well; keep one of the two"
            yield Problem(subject=place, reason=reason)


def require(module: str, extra: str) -> ModuleType:
    """Import a connector's third-party `module`.

    Raises: MissingExtra, naming the line that installs it.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise MissingExtra(
            f"the Python package {module!r} is not installed", remedy=f"pip install 'kgfabric[{extra}]'"
        ) from error


def connector_names() -> list[str]:
    """Names of all installed connectors, sorted; nothing is imported."""
    return sorted(_entries())


def connector_class(name: str) -> type[Connector[Any]]:
    """The connector installed under `name`.

    Raises: UnknownConnector.
    """
    entries = _entries()
    if name not in entries:
        raise UnknownConnector(
            f"no connector is named {name!r}; installed are {', '.join(sorted(entries)) or 'none'}",
            remedy="correct the name or install the package that brings the connector",
        )
    try:
        loaded = entries[name].load()
    except (AttributeError, ImportError) as error:
        raise UnknownConnector(
            f"the connector {name!r} cannot be loaded from {entries[name].value!r}: {error}",
            remedy="correct, upgrade or uninstall the package that declares it",
        ) from error
    if not (isinstance(loaded, type) and issubclass(loaded, Connector)):
        raise UnknownConnector(
            f"the entry point {name!r} of {GROUP} is {loaded!r}, which is no subclass of fabric.connector.Connector",
            remedy="correct or uninstall the package that declares it",
        )
    return loaded


def read_config(
    connector: type[Connector[Any]], options: Mapping[str, object], *, given: Mapping[str, object] | None = None
) -> Config:
    """Validate `options` against the connector's `Config`.

    `given` are the options before references were resolved: complaints show these, not what they refer to.

    Raises: SettingsError, naming each wrong option and what was expected, never a secret's value.
    """
    try:
        return connector.Config.model_validate(dict(options))
    except ValidationError as error:
        known = ", ".join(connector.Config.model_fields)
        raise SettingsError(
            f"the options of connector {connector.name!r} are wrong: "
            + "; ".join(
                _complaint(connector.Config, item, options, given or options)
                for item in error.errors(include_url=False)
            ),
            remedy=f"known options are {known}",
        ) from None


def secret_options(connector: type[Connector[Any]]) -> frozenset[str]:
    """Names of the options that hold secrets."""
    return frozenset(name for name, field in connector.Config.model_fields.items() if _is_secret(field.annotation))


def _is_secret(annotation: Any, within: frozenset[type] = frozenset()) -> bool:
    """Whether values of the type hold a secret, be it within a collection or another model."""
    if isinstance(annotation, type) and issubclass(annotation, (SecretStr, SecretBytes)):
        return True
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation not in within:
        return any(_is_secret(field.annotation, within | {annotation}) for field in annotation.model_fields.values())
    return any(_is_secret(part, within) for part in get_args(annotation))


def _entries() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def _complaint(config: type[Config], item: Any, options: Mapping[str, object], given: Mapping[str, object]) -> str:
    place = ".".join(str(part) for part in item["loc"]) or "options"
    name = str(item["loc"][0]) if item["loc"] else ""
    field = config.model_fields.get(name)
    # What is no field of its own, such as all options together, may hold a secret.
    hidden = field is None or _is_secret(field.annotation) or item["type"] in {"missing", "extra_forbidden"}
    value = item["input"] if given.get(name) == options.get(name) else given.get(name)
    message = "unknown option" if item["type"] == "extra_forbidden" else item["msg"]
    return f"{place}: {message}" + ("" if hidden else f" (given {value!r})")
