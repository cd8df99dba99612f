"""The DCAT connector: its options, its check, and the pages it reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import ClassVar, Literal
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr
from rdflib import DCAT
from rdflib.term import Node

from connectors.dcat.fetch import Document, Reader, authority, joined, without_password
from connectors.dcat.parse import Format, format_of, parse
from connectors.dcat.records import CATALOGS, DATASETS, PLATFORM, Catalogue
from connectors.dcat.statements import HYDRA, Statements
from fabric.connector import Config, Connector
from fabric.errors import Unreadable
from fabric.model import Problem, Record, Source

__all__ = ["DcatConfig", "DcatConnector"]


class DcatConfig(Config):
    """Options of the DCAT connector."""

    url: str = Field(min_length=1, description="The catalogue: a file path, or an http or https URL.")
    format: Literal["auto", Format] = Field(
        default="auto", description="Serialization; `auto` goes by media type, suffix and first bytes."
    )
    namespace: str | None = Field(
        default=None,
        min_length=1,
        description="Namespace of the catalogue's assets; by default scheme and host of the catalogue's IRI, else of "
        "the URL, else the file's name.",
    )
    language: str = Field(
        default="en", min_length=2, description="Language tag of the titles, descriptions and keywords to keep."
    )
    token: SecretStr | None = Field(default=None, description="Bearer token, sent to the host of `url` only.")
    timeout: float = Field(default=30, gt=0, description="Seconds to wait for an answer.")


class DcatConnector(Connector[DcatConfig]):
    """Reads a catalogue, all its pages, and yields its catalogs, datasets, services and agents."""

    name: ClassVar[str] = "dcat"
    title: ClassVar[str] = "DCAT catalogue"
    Config: ClassVar[type[Config]] = DcatConfig

    def check(self) -> str:
        """Read the first page; say what it holds."""
        statements = Statements(self.config.language)
        with self._reader() as reader:
            document = reader.get(reader.start)
            further = self._read(document, reader, statements)
        _refuse_other(statements, document)
        form = format_of(document, self.config.format)
        count = len(statements.instances(*DATASETS))
        more = ", and there are further pages" if further else ""
        return f"DCAT catalogue {_title(statements, document)!r} ({form}): {count} datasets{more}"

    def harvest(self) -> Iterator[Record | Problem]:
        """Yield what the pages say together. A catalogue is held in memory while it is read."""
        statements = Statements(self.config.language)
        with self._reader() as reader:
            first = reader.get(reader.start)
            further = self._read(first, reader, statements)
            seen = {reader.start, first.url}
            while further is not None and further not in seen:
                if urlsplit(further).scheme == "file" or authority(further) != authority(first.url):
                    yield Problem(
                        subject=without_password(further),
                        reason=f"this next page is not on the host of {without_password(first.url)} and was not read; "
                        "harvest it as a source of its own",
                    )
                    break
                seen.add(further)
                further = self._read(reader.get(further), reader, statements)
        _refuse_other(statements, first)
        namespace = self.config.namespace or _namespace(statements, first)
        yield Source(
            namespace=namespace,
            title=_title(statements, first),
            platform=PLATFORM,
            endpoint=without_password(first.url),
        )
        yield from Catalogue(statements, namespace).records()

    def _read(self, document: Document, reader: Reader, statements: Statements) -> str | None:
        """Take in a page; the URL of the next one by the HTTP header `Link` (LDP Paging) or by `hydra:next`."""
        triples = list(parse(document, format_of(document, self.config.format), reader))
        statements.add(triples)
        named = sorted(str(value) for _, name, value in triples if name in (HYDRA.next, HYDRA.nextPage))
        found = document.following or next(iter(named), None)
        return joined(document.url, found) if found else None

    def _reader(self) -> Reader:
        return Reader(self.config.url, token=self.config.token, timeout=self.config.timeout)


def _refuse_other(statements: Statements, document: Document) -> None:
    """An empty or unrelated document is no catalogue from which everything was removed."""
    if not statements.instances(*CATALOGS, *DATASETS):
        raise Unreadable(
            f"{without_password(document.url)} describes no dcat:Catalog and no dcat:Dataset",
            remedy="correct the option 'url'",
        )


def _catalogue(statements: Statements) -> Node | None:
    """The catalogue that holds the others, the first by IRI."""
    found = statements.instances(*CATALOGS)
    held = {node for holder in found for node in statements.values(holder, DCAT.catalog)}
    return next((node for node in found if node not in held), next(iter(found), None))


def _title(statements: Statements, document: Document) -> str:
    catalogue = _catalogue(statements)
    title = statements.name(catalogue) if catalogue else None
    return title or _file_name(document.url) or without_password(document.url)


def _namespace(statements: Statements, document: Document) -> str:
    for iri in (str(_catalogue(statements)), document.url):
        parts = urlsplit(iri)
        if parts.scheme in {"http", "https"} and parts.netloc:
            return f"{parts.scheme}://{authority(iri)}"
    return _file_name(document.url) or without_password(document.url)


def _file_name(url: str) -> str:
    return unquote(PurePosixPath(urlsplit(url).path).name)
