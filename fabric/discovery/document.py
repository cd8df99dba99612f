"""An asset as a searchable document, and the words of identifiers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from fabric.assets import Asset
from fabric.model import Agent, Dataset, Field, Lineage, Ref
from fabric.terms import compact

__all__ = ["FACETS", "Document", "document", "stems", "words"]

FACETS = ("kind", "platform", "source", "tag", "domain", "owner")
"""What results are counted and narrowed by."""

UNSEARCHED = frozenset({"run", "check-result"})
"""Kinds that are not documents of their own."""
_PIECES = re.compile(r"[^\W\d_]+|[0-9]+")


@dataclass(frozen=True, slots=True)
class Document:
    """What is searched of one asset.

    `fields`, `field_types` and `field_notes` are names, logical types and descriptions of its fields; `container` is the IRI of
    what it is part of; `rows` their number, 0 where it is not known exactly.
    """

    iri: str
    kind: str
    title: str
    name: str
    description: str
    platform: str
    sources: tuple[str, ...]
    tags: tuple[str, ...]
    fields: tuple[str, ...]
    field_notes: tuple[str, ...]
    people: tuple[str, ...]
    container: str = ""
    field_types: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    rows: int = 0

    @property
    def facets(self) -> dict[str, tuple[str, ...]]:
        """Its values of each of `FACETS`."""
        platform = (self.platform,) if self.platform else ()
        values = ((self.kind,), platform, self.sources, self.tags, self.domains, self.owners)
        return dict(zip(FACETS, values, strict=True))

    @property
    def passage(self) -> str:
        """The text that stands for the asset's meaning: title, description, tags, then fields; the model reads about 250 words."""
        parts = [" ".join(words(self.title)), self.description, " ".join(self.tags)]
        noted = {i: note for i, note in enumerate(self.field_notes) if note}
        listed = [
            " ".join(words(name)) + (f" ({noted[i]})" if i in noted else "") for i, name in enumerate(self.fields[:60])
        ]
        return ". ".join(part for part in (*parts, ", ".join(listed)) if part)

    @property
    def digest(self) -> bytes:
        """Changes when the passage does."""
        return hashlib.blake2b(self.passage.encode(), digest_size=16).digest()


def words(text: str) -> list[str]:
    """The words of a text or identifier: snake_case, camelCase, dots and digits are boundaries."""
    return [word for piece in _PIECES.findall(text) for word in _camel(piece)]


def _camel(piece: str) -> list[str]:
    """The words of camelCase and HTTPServer: `["HTTP", "Server"]`."""
    if piece.islower() or piece[1:].islower() or piece.isupper() or piece.isdigit():
        return [piece]
    found, start = [], 0
    for at in range(1, len(piece)):
        after_lower = piece[at].isupper() and not piece[at - 1].isupper()
        before_lower = piece[at].isupper() and piece[at + 1 : at + 2].islower()
        if after_lower or (before_lower and piece[at - 1].isupper()):
            found.append(piece[start:at])
            start = at
    return [*found, piece[start:]]


_STOP = frozenset({
    "a", "an", "and", "are", "as", "at", "by", "for", "from", "how", "in", "is", "it", "of", "on", "or", "that", "the", "to",
    "was", "what", "when", "where", "which", "who", "with",
})  # fmt: skip


def stems(parts: Iterable[str]) -> set[str]:
    """Words as they are compared: lower case, without a plural's s, without the commonest words."""
    return {part.lower().removesuffix("s") for part in parts} - _STOP


def document(asset: Asset) -> Document | None:
    """The document of an asset; None where it is not searched or was removed."""
    record = asset.record
    if asset.ref.kind in UNSEARCHED or record is None or asset.removed is not None or isinstance(record, Lineage):
        return None
    fields = list(_flat(record.fields)) if isinstance(record, Dataset) else []
    owners: frozenset[Ref] = getattr(record, "owners", frozenset())
    people = [owner.name for owner in owners] + ([record.email] if isinstance(record, Agent) and record.email else [])
    return Document(
        iri=asset.iri,
        kind=asset.ref.kind,
        title=asset.title,
        name=asset.ref.name,
        description=getattr(record, "description", None) or "",
        platform=getattr(record, "platform", None) or "",
        sources=tuple(name for name in asset.sources if name != "curated"),
        tags=tuple(sorted({*getattr(record, "tags", ()), *map(compact, getattr(record, "themes", ()))})),
        fields=tuple(field.name for field in fields),
        field_notes=tuple(field.description or "" for field in fields),
        people=tuple(sorted(people)),
        container=next(iter(asset.pointers("dct:isPartOf")), ""),
        field_types=tuple(field.datatype for field in fields),
        domains=tuple(sorted({unquote(iri.rsplit("/", 1)[-1]) for iri in asset.pointers("fab:inDomain")})),
        owners=tuple(sorted({owner.name for owner in owners})),
        rows=(record.row_count or 0) if isinstance(record, Dataset) and record.row_count_exact else 0,
    )


def _flat(fields: tuple[Field, ...]) -> list[Field]:
    return [one for field in fields for one in (field, *_flat(field.fields))]
