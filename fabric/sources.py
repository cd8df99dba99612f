"""The register of sources: which connector reads what, with which options."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from fabric.connector import Connector, connector_class, read_config, secret_options
from fabric.errors import SettingsError, SourceExists, UnknownSource
from fabric.redaction import HIDDEN, password_in
from fabric.state import State, sources
from fabric.vault import Vault, resolve

__all__ = ["RegisteredSource", "Sources"]

_WRAPPED = "sealed"
_RESERVED = frozenset({"curated", "openlineage"})
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


@dataclass(frozen=True, slots=True)
class RegisteredSource:
    """A source as shown: `options` without its secrets' values; `schedule` and `next_fire` as in `fabric.schedules`."""

    name: str
    connector: str
    options: Mapping[str, Any]
    created: datetime
    schedule: str | None = None
    next_fire: datetime | None = None


class Sources:
    """Registers, lists and builds the connectors of sources."""

    def __init__(self, state: State, vault: Vault) -> None:
        self._state, self._vault = state, vault

    def register(
        self, name: str, connector: str, options: Mapping[str, Any], *, replace: bool = False
    ) -> RegisteredSource:
        """Store a source after its options were validated; nothing is connected to.

        Raises: SettingsError, UnknownConnector, SourceExists.
        """
        if not _NAME.fullmatch(name) or name in _RESERVED:
            raise SettingsError(
                f"{name!r} cannot be a source's name",
                remedy="use up to 63 lower-case letters, digits, '.', '_' and '-'; not 'curated' or 'openlineage'",
            )
        kind = connector_class(connector)
        hidden = secret_options(kind)
        options = self._kept(name, options, hidden) if replace else dict(options)
        _refuse_masks(options, hidden)
        _refuse_passwords(options, hidden)
        read_config(kind, _resolved(options), given=options)
        stored = {
            key: self._seal(value) if key in hidden and value is not None else value for key, value in options.items()
        }
        row = {"name": name, "connector": connector, "options": json.dumps(stored), "created": datetime.now(UTC)}
        with self._state.begin() as connection:
            changed = update(sources).where(sources.c.name == name).values(row)  # a schedule stays
            try:
                if not (replace and connection.execute(changed).rowcount):
                    connection.execute(insert(sources).values(row))
            except IntegrityError:
                raise SourceExists(
                    f"a source named {name!r} is registered already",
                    remedy="choose another name or remove it: fabric source remove",
                ) from None
        return self.get(name)

    def all(self) -> list[RegisteredSource]:
        """All sources, by name."""
        with self._state.read() as connection:
            return [self._shown(row) for row in connection.execute(select(sources).order_by(sources.c.name))]

    def get(self, name: str) -> RegisteredSource:
        """One source. Raises: UnknownSource."""
        return self._shown(self._row(name))

    def connector(self, name: str) -> Connector[Any]:
        """The source's connector, with secrets and references resolved.

        Raises: UnknownSource, UnknownConnector, SettingsError.
        """
        row = self._row(name)
        kind = connector_class(row.connector)
        hidden = secret_options(kind)
        opened = {key: self._open(value) if key in hidden else value for key, value in json.loads(row.options).items()}
        return kind(read_config(kind, _resolved(opened), given=opened))

    def delete(self, name: str) -> None:
        """Forget a source's registration. Raises: UnknownSource."""
        self._row(name)
        with self._state.begin() as connection:
            connection.execute(delete(sources).where(sources.c.name == name))

    def _seal(self, value: Any) -> Any:
        """What to store for a secret option; one that is no text, such as an object, is wrapped to be read back as such."""
        return self._vault.seal(value) if isinstance(value, str) else {_WRAPPED: self._vault.seal(json.dumps(value))}

    def _open(self, stored: Any) -> Any:
        if isinstance(stored, dict):
            return json.loads(self._vault.open(stored[_WRAPPED]))
        return stored if stored is None else self._vault.open(stored)

    def _kept(self, name: str, options: Mapping[str, Any], hidden: frozenset[str]) -> dict[str, Any]:
        """The options, where a secret given as shown (`***`) keeps its stored value."""
        with self._state.read() as connection:
            old = connection.execute(select(sources.c.options).where(sources.c.name == name)).scalar()
        stored = json.loads(old) if old else {}
        return {
            key: self._open(stored[key]) if value == HIDDEN and key in hidden and key in stored else value
            for key, value in options.items()
        }

    def _row(self, name: str) -> Any:
        with self._state.read() as connection:
            row = connection.execute(select(sources).where(sources.c.name == name)).first()
        if row is None:
            known = ", ".join(source.name for source in self.all()) or "none"
            raise UnknownSource(f"no source is named {name!r}; registered are {known}", remedy="fabric source list")
        return row

    def _shown(self, row: Any) -> RegisteredSource:
        options = {key: _masked(value) for key, value in json.loads(row.options).items()}
        return RegisteredSource(row.name, row.connector, options, row.created, row.schedule, row.next_fire)


def _masked(value: Any) -> Any:
    sealed = value.get(_WRAPPED) if isinstance(value, dict) else value
    return HIDDEN if isinstance(sealed, str) and sealed.startswith("sealed:") else value


def _refuse_masks(options: Mapping[str, Any], hidden: frozenset[str]) -> None:
    for key in sorted(hidden):
        if options.get(key) == HIDDEN:
            raise SettingsError(
                f"option {key!r} is given as {HIDDEN}, but no value of it is stored",
                remedy="give the secret, env:NAME or file:PATH",
            )


def _refuse_passwords(options: Mapping[str, Any], hidden: frozenset[str]) -> None:
    """An option that is no secret is stored and shown as it stands, so a URL in it may hold no password."""
    for key, value in options.items():
        if key not in hidden and password_in(value):
            raise SettingsError(
                f"the URL in option {key!r} holds a password or token, and that option is shown to everybody",
                remedy="give the whole URL as env:NAME or file:PATH, or the secret in an option that is for secrets",
            )


def _resolved(options: Mapping[str, Any]) -> dict[str, Any]:
    return {key: resolve(value) if isinstance(value, str) else value for key, value in options.items()}
