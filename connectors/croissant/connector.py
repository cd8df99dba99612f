"""The Croissant connector: its options, its check, and the documents it reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import httpx
from pydantic import Field

from connectors.croissant.description import PLATFORM, Description
from connectors.croissant.values import compacted
from fabric.connector import Config, Connector, each_once
from fabric.errors import AccessDenied, Unreachable, Unreadable
from fabric.model import Dataset, Problem, Record, Source

__all__ = ["CroissantConfig", "CroissantConnector"]

_CONFORMS = "http://mlcommons.org/croissant/1"
_Found = tuple[str, dict[str, Any]]


class CroissantConfig(Config):
    """Options of the Croissant connector."""

    path: str = Field(
        min_length=1,
        description="A Croissant document as a file or an http or https URL, or a folder of them (.json, .jsonld) at any depth.",
    )
    namespace: str = Field(
        default="croissant",
        min_length=1,
        description="Namespace of the datasets, such as the name of the hub they are from.",
    )
    timeout: float = Field(default=30, gt=0, description="Seconds to wait for an answer.")


class CroissantConnector(Connector[CroissantConfig]):
    """Reads Croissant documents, and yields a dataset with fields and distributions for each, and the people named."""

    name: ClassVar[str] = "croissant"
    title: ClassVar[str] = "Croissant"
    Config: ClassVar[type[Config]] = CroissantConfig

    def check(self) -> str:
        """Read the documents; say how many datasets they describe."""
        found = [one for one in self._datasets() if not isinstance(one, Problem)]
        if not found:
            raise Unreadable(f"{self._place()} describes no dataset in Croissant", remedy="correct the option 'path'")
        return f"{len(found)} datasets in Croissant"

    def harvest(self) -> Iterator[Record | Problem]:
        """Yield each dataset as it is read; of two with one name, the second is a problem."""
        yield Source(namespace=self.config.namespace, title=self.config.namespace, platform=PLATFORM)
        described = False
        for record in each_once(self._told()):
            described = described or isinstance(record, Dataset)
            yield record
        if not described:
            raise Unreadable(f"{self._place()} describes no dataset in Croissant", remedy="correct the option 'path'")

    def _told(self) -> Iterator[tuple[str, Record | Problem]]:
        for found in self._datasets():
            if isinstance(found, Problem):
                yield found.subject, found
                continue
            place, document = found
            for record in Description(document, place, self.config.namespace).records():
                yield place, record

    def _datasets(self) -> Iterator[_Found | Problem]:
        for place, content in self._contents():
            try:
                document = json.loads(content)
            except (ValueError, RecursionError) as error:
                yield Problem(subject=place, reason=f"this is no JSON: {error}")
                continue
            yield from _described(place, document)

    def _contents(self) -> Iterator[tuple[str, bytes]]:
        if urlsplit(self.config.path).scheme in {"http", "https"}:
            yield self._place(), self._fetched()
            return
        root = Path(self.config.path).expanduser()
        if not root.exists():
            raise Unreachable(f"{root} is not there", remedy="correct the option 'path'")
        files = [root] if root.is_file() else sorted(f for f in root.rglob("*.json*") if f.is_file())
        for file in files:
            try:
                yield str(file), file.read_bytes()
            except PermissionError as error:
                raise AccessDenied(
                    f"{file} may not be read", remedy="grant this process the right to read it"
                ) from error
            except OSError as error:
                raise Unreachable(f"{file} cannot be read: {error.strerror or error}", remedy="try again") from error

    def _fetched(self) -> bytes:
        shown = self._place()
        try:
            answer = httpx.get(self.config.path, timeout=self.config.timeout, follow_redirects=True)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(f"{shown} cannot be reached: {error}", remedy="correct the option 'path'") from error
        if answer.status_code in {401, 403}:
            raise AccessDenied(f"{shown} answers {answer.status_code}", remedy="save the document, and name the file")
        if not answer.is_success:
            raise Unreachable(f"{shown} answers {answer.status_code}", remedy="correct the option 'path'")
        return answer.content

    def _place(self) -> str:
        """The path, or the URL without user and password."""
        parts = urlsplit(self.config.path)
        if parts.scheme not in {"http", "https"}:
            return self.config.path
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _described(place: str, document: object) -> Iterator[_Found | Problem]:
    """Datasets of a document, on its own or in an `@graph`; documents of other kinds are left aside."""
    if not isinstance(document, dict):
        return
    members = document.get("@graph")
    for one in members if isinstance(members, list) else [document]:
        if not isinstance(one, dict):
            continue
        dataset = compacted(one, document.get("@context"))
        if dataset.get("type") != "Dataset" or "conformsTo" not in dataset:
            continue
        versions = dataset["conformsTo"] if isinstance(dataset["conformsTo"], list) else [dataset["conformsTo"]]
        names = [str(v.get("id") if isinstance(v, dict) else v) for v in versions]
        if any(name.startswith(_CONFORMS) for name in names):
            yield place, dataset
        elif any("croissant" in name for name in names):
            yield Problem(subject=place, reason=f"it conforms to {', '.join(names)}; only Croissant 1 is read")
