"""The ODCS connector: its options, its check, and the files it reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import yaml
from pydantic import Field

from connectors.odcs.contract import Contract
from fabric.connector import Config, Connector, each_once
from fabric.errors import AccessDenied, Unreachable, Unreadable
from fabric.model import Problem, Record

__all__ = ["OdcsConfig", "OdcsConnector"]

_SUFFIXES = (".yaml", ".yml", ".json")


class OdcsConfig(Config):
    """Options of the ODCS connector."""

    path: str = Field(
        min_length=1, description="A contract, or a folder of contracts (.yaml, .yml, .json) at any depth."
    )
    namespace: str | None = Field(
        default=None,
        min_length=1,
        description="Namespace of the datasets, such as postgres://warehouse:5432; by default that of a contract's server.",
    )


class OdcsConnector(Connector[OdcsConfig]):
    """Reads contracts, and yields the datasets that they are about, with keys, checks and people."""

    name: ClassVar[str] = "odcs"
    title: ClassVar[str] = "Data contracts (ODCS)"
    Config: ClassVar[type[Config]] = OdcsConfig

    def check(self) -> str:
        """Read the contracts; say how many there are."""
        found = list(self._documents())
        contracts = [one for one in found if not isinstance(one, Problem)]
        if not contracts:
            reason = next((f": {one.reason}" for one in found if isinstance(one, Problem)), "")
            raise Unreadable(
                f"{self.config.path} holds no contract with 'kind: DataContract'{reason}",
                remedy="correct the option 'path'",
            )
        problems = len(found) - len(contracts)
        return f"{len(contracts)} data contracts" + (f", and {problems} files that cannot be read" if problems else "")

    def harvest(self) -> Iterator[Record | Problem]:
        """Yield what each contract says, as it is read; of two that describe one thing, the second is a problem."""
        yield from each_once(self._told())

    def _told(self) -> Iterator[tuple[str, Record | Problem]]:
        contracts = 0
        for found in self._documents():
            if isinstance(found, Problem):
                yield found.subject, found
                continue
            place, document = found
            contracts += 1
            for record in Contract(document, place, self.config.namespace).records():
                yield place, record
        if not contracts:
            raise Unreadable(f"{self.config.path} holds no contract", remedy="correct the option 'path'")

    def _documents(self) -> Iterator[tuple[str, Mapping[str, Any]] | Problem]:
        """Contracts with the place of each; documents of other kinds are left aside in a folder."""
        root = Path(self.config.path).expanduser()
        for file in _files(root):
            try:
                documents = list(yaml.safe_load_all(_text(file)))
            except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
                yield Problem(subject=str(file), reason=f"this is no YAML: {' '.join(str(error).split())}")
                continue
            for number, document in enumerate(documents, 1):
                place = str(file) if len(documents) == 1 else f"{file}#{number}"
                if isinstance(document, Mapping) and document.get("kind") == "DataContract":
                    yield (place, document) if _is_three(document) else _other_version(place, document)


def _is_three(document: Mapping[str, Any]) -> bool:
    return str(document.get("apiVersion", "")).startswith("v3.")


def _other_version(place: str, document: Mapping[str, Any]) -> Problem:
    return Problem(subject=place, reason=f"apiVersion is {document.get('apiVersion')!r}; only v3 is read")


def _files(root: Path) -> list[Path]:
    if root.is_dir():
        try:
            return sorted(file for file in root.rglob("*") if file.suffix.lower() in _SUFFIXES and file.is_file())
        except OSError as error:
            raise AccessDenied(f"{root} may not be listed", remedy="grant this process the right to read it") from error
    if not root.exists():
        raise Unreachable(f"{root} is not there", remedy="correct the option 'path'")
    return [root]


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except PermissionError as error:
        raise AccessDenied(f"{file} may not be read", remedy="grant this process the right to read it") from error
    except OSError as error:
        raise Unreachable(f"{file} cannot be read: {error.strerror or error}", remedy="try again") from error
