"""Documents to search in tests."""

from __future__ import annotations

from typing import Any

from fabric.discovery.document import Document

__all__ = ["made"]


def made(title: str, **given: Any) -> Document:
    """A table of that title; its IRI is `urn:{title}` unless given."""
    values: dict[str, Any] = {
        "iri": f"urn:{title}", "kind": "dataset", "title": title, "name": f"shop.public.{title}", "description": "",
        "platform": "postgresql", "sources": ("shop",), "tags": (), "fields": (), "field_notes": (), "people": (),
    }  # fmt: skip
    values.update(given)
    values["field_notes"] = values["field_notes"] or ("",) * len(values["fields"])
    return Document(**values)
