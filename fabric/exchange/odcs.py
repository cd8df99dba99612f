"""Data contracts in the Open Data Contract Standard 3 of Bitol (https://bitol-io.github.io/open-data-contract-standard/), as YAML.

A contract has one team and one place, so that there is one for all datasets of a namespace that the same people own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import yaml

from fabric.datatypes import logical_type
from fabric.exchange.jsonld import Document, said
from fabric.exchange.selection import Selection
from fabric.model import Dataset, Field, Ref

__all__ = ["API_VERSION", "DATATYPE", "LOGICAL", "TITLE", "contracts", "document"]

API_VERSION = "v3.0.2"
DATATYPE, TITLE = "fabricDatatype", "fabricTitle"
LOGICAL = {
    "array": "array",
    "boolean": "boolean",
    "date": "date",
    "datetime": "timestamp",
    "decimal": "number",
    "double": "number",
    "integer": "integer",
    "object": "object",
    "string": "string",
    "time": "time",
}
"""Our datatypes that the standard has a logical type for; the others are said by a custom property alone."""
_SERVERS = {"postgres": ("postgres", 5432), "mysql": ("mysql", 3306)}


def document(selection: Selection) -> str:
    """The contracts as YAML, one document after the other."""
    return yaml.safe_dump_all(contracts(selection), allow_unicode=True, sort_keys=False, explicit_start=True)


def contracts(selection: Selection) -> Iterator[Document]:
    """One contract for each namespace and set of owners."""
    groups: dict[tuple[str, frozenset[Ref]], list[tuple[str, Dataset]]] = {}
    for iri, record in selection.datasets():
        groups.setdefault((record.namespace, record.owners), []).append((iri, record))
    for (namespace, owners), members in groups.items():
        names = [selection.agent(ref) for ref in sorted(owners)]
        digest = hashlib.sha256("\n".join([namespace, *(ref.name for ref in sorted(owners))]).encode()).hexdigest()
        yield said(
            {
                "apiVersion": API_VERSION,
                "kind": "DataContract",
                "id": f"fabric-{digest[:16]}",
                "name": namespace,
                "version": "1.0.0",
                "status": "active",
                "servers": _servers(namespace, members),
                "schema": [_object(iri, record) for iri, record in members],
                "team": [said({"username": one.email or one.name, "name": one.title}) for one in names],
                "customProperties": [{"property": "fabricNamespace", "value": namespace}],
            }
        )


def _servers(namespace: str, members: list[tuple[str, Dataset]]) -> list[Document]:
    """The database, where the namespace is one's address and all names begin with the same one."""
    parts = urlsplit(namespace)
    if parts.scheme not in _SERVERS or not parts.hostname:
        return []
    kind, port = _SERVERS[parts.scheme]
    firsts = {record.name.split(".")[0] for _, record in members}
    database = {"database": firsts.pop()} if len(firsts) == 1 else {}
    return [{"server": parts.hostname, "type": kind, "host": parts.hostname, "port": parts.port or port, **database}]


def _object(iri: str, record: Dataset) -> Document:
    primary = next((key.columns for key in sorted(record.keys, key=lambda key: key.name) if key.primary), ())
    return said(
        {
            "name": record.name,
            "physicalName": record.name,
            "physicalType": record.kind,
            "description": record.description,
            "tags": sorted(record.tags),
            "authoritativeDefinitions": [{"type": "canonical", "url": iri}],
            "properties": [_property(field, primary, record.partition_columns) for field in record.fields],
            "relationships": [_relationship(record, reference) for reference in sorted(record.references, key=_name)],
            "customProperties": [{"property": TITLE, "value": record.title}] if record.title != record.name else [],
        }
    )


def _name(one: Any) -> str:
    return str(one.name)


def _relationship(record: Dataset, reference: Any) -> Document:
    return {
        "type": "foreignKey",
        "from": [f"{record.name}.{column}" for column in reference.columns],
        "to": [f"{reference.target.name}.{column}" for column in reference.target_columns],
        "customProperties": [
            {"property": "name", "value": reference.name},
            {"property": "namespace", "value": reference.target.namespace},
        ],
    }


def _property(field: Field, primary: tuple[str, ...] = (), partitions: tuple[str, ...] = ()) -> Document:
    logical = LOGICAL.get(field.datatype)
    # Two of our types may be one of theirs; the native type mostly tells which.
    derived = logical_type(field.native_type) if field.native_type else logical
    custom = [] if derived == field.datatype else [{"property": DATATYPE, "value": field.datatype}]
    custom += [{"property": "personalData", "value": one} for one in sorted(field.personal_data)]
    custom += [{"property": "default", "value": field.default}] if field.default is not None else []
    keyed = {"primaryKey": True, "primaryKeyPosition": primary.index(field.name) + 1} if field.name in primary else {}
    parted = (
        {"partitioned": True, "partitionKeyPosition": partitions.index(field.name) + 1}
        if field.name in partitions
        else {}
    )
    return said(
        {
            "name": field.name,
            "logicalType": logical,
            "physicalType": field.native_type,
            "required": field.required,
            **keyed,
            **parted,
            "description": field.description,
            "tags": sorted(field.tags),
            "properties": [_property(child) for child in field.fields],
            "customProperties": custom,
        }
    )
