"""What schema.org's and Croissant's documents share: people, dates and values, as JSON-LD."""

from __future__ import annotations

from typing import Any

from fabric.exchange.selection import Selection
from fabric.model import Dataset

__all__ = ["Document", "described", "people", "said"]

Document = dict[str, Any]


def said(values: Document) -> Document:
    """Without what is not known."""
    return {name: value for name, value in values.items() if value not in (None, [], "")}


def described(iri: str, record: Dataset) -> Document:
    """What a dataset says of itself in schema.org's terms, which both formats use."""
    return said(
        {
            "@id": iri,
            "name": record.title,
            "description": record.description,
            "identifier": record.name,
            "keywords": sorted(record.tags),
            "license": record.license,
            "url": record.landing_page,
            "inLanguage": sorted(record.language),
            "datePublished": record.issued.isoformat() if record.issued else None,
            "dateModified": record.modified.isoformat() if record.modified else None,
        }
    )


def people(selection: Selection, record: Dataset) -> Document:
    """Owners as creators, and the publisher."""
    creators = [_agent(selection, ref) for ref in sorted(record.owners)]
    publisher = _agent(selection, record.publisher) if record.publisher is not None else None
    return said({"creator": creators, "publisher": publisher})


def _agent(selection: Selection, ref: Any) -> Document:
    agent = selection.agent(ref)
    kind = "Organization" if agent.team else "Person"
    return said({"@id": selection.iris.asset(ref), "@type": kind, "name": agent.title, "email": agent.email})
