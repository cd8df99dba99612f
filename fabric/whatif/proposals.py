"""Changes that can be tried."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DropColumn", "DropTable", "Manifest", "Proposal", "Redefine", "RenameColumn"]


@dataclass(frozen=True, slots=True)
class DropTable:
    """A table or view is dropped; `iri` is that of the dataset."""

    iri: str

    def __str__(self) -> str:
        return "drop table"


@dataclass(frozen=True, slots=True)
class DropColumn:
    """A column is dropped; `iri` is that of the field."""

    iri: str

    def __str__(self) -> str:
        return "drop column"


@dataclass(frozen=True, slots=True)
class RenameColumn:
    """A column gets another name; `iri` is that of the field."""

    iri: str
    new_name: str

    def __str__(self) -> str:
        return "rename column"


@dataclass(frozen=True, slots=True)
class Redefine:
    """A view or model gets another definition; `iri` is that of the dataset."""

    iri: str
    sql: str

    def __str__(self) -> str:
        return "redefine"


@dataclass(frozen=True, slots=True)
class Manifest:
    """A dbt project gets another manifest.json, and maybe another catalog.json; both are given as text.

    `source` is the registered source that reads the project; where it is None, the only one of the connector dbt.
    """

    manifest: str
    catalog: str | None = None
    source: str | None = None

    def __str__(self) -> str:
        return "new manifest"


Proposal = DropTable | DropColumn | RenameColumn | Redefine | Manifest
