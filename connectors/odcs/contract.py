"""Records of one contract (https://bitol-io.github.io/open-data-contract-standard/v3.1.0/)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

import yaml

from connectors.odcs.properties import custom, fields_of, listed, said
from fabric.exchange.odcs import TITLE
from fabric.model import (
    Agent,
    Check,
    Dataset,
    DatasetKind,
    Key,
    Problem,
    Record,
    Ref,
    Reference,
    Source,
    dataset,
    source,
)

__all__ = ["Contract"]

_KINDS = {
    "topic": "stream",
    "document": "dataset",
    "object": "dataset",
    **{kind: kind for kind in get_args(DatasetKind)},
}
_PLATFORMS = {"postgres": "postgresql", "sqlserver": "mssql"}
_PORTS = {"postgres": 5432, "postgresql": 5432, "mysql": 3306, "sqlserver": 1433}
_SCHEMES = {"postgresql": "postgres", "sqlserver": "mssql"}
_DIMENSIONS = {"accuracy", "completeness", "validity", "timeliness", "consistency"}


class Contract:
    """One document. `place` names it in problems; `namespace` outweighs what it says itself."""

    def __init__(self, document: Mapping[str, Any], place: str, namespace: str | None) -> None:
        self._document, self._place = document, place
        server = next(iter(listed(document.get("servers"))), {})
        self._server = server
        self._own = custom(document, "fabricNamespace")
        self._namespace = namespace or self._own or _namespace(server) or said(document, "id") or place
        self._objects = [one for one in listed(document.get("schema")) if said(one, "name")]
        self._refs = {said(one, "name") or "": dataset(self._namespace, self._name(one)) for one in self._objects}
        self._people = list(self._team())

    def records(self) -> Iterator[Record | Problem]:
        """The place, the people, the datasets and the checks."""
        kind = said(self._server, "type") or "odcs"
        title = said(self._document, "name") or said(self._document, "dataProduct") or self._namespace
        yield Source(namespace=self._namespace, title=title, platform=_PLATFORMS.get(kind, kind.lower()))
        yield from self._people
        for one in listed(self._document.get("schema")):
            if said(one, "name"):
                yield self._dataset(one)
                yield from self._checks(one)
            else:
                yield Problem(subject=self._place, reason="an object of the schema has no name; give it one")

    def _name(self, one: Mapping[str, Any]) -> str:
        """As the database names it; a contract that Fabric wrote has whole names."""
        physical = said(one, "physicalName") or said(one, "name") or ""
        above = [said(self._server, "database"), said(self._server, "schema")]
        if self._own or said(self._server, "type") not in _PORTS or "." in physical:
            return physical
        return ".".join([*filter(None, above), physical])

    def _dataset(self, one: Mapping[str, Any]) -> Dataset:
        fields, keys, partitions = fields_of(one)
        kind = _KINDS.get((said(one, "physicalType") or "").lower(), "dataset")
        platform = said(self._server, "type")
        return Dataset(
            namespace=self._namespace,
            name=self._name(one),
            title=custom(one, TITLE) or said(one, "businessName") or said(one, "name") or "",
            kind=kind,
            description=said(one, "description") or self._purpose(),
            platform=_PLATFORMS.get(platform, platform.lower()) if platform else None,
            part_of=source(self._namespace),
            fields=fields,
            keys=frozenset([Key(name="primary", columns=keys, primary=True)] if keys else []),
            references=frozenset(self._references(one)),
            partition_columns=partitions,
            owners=frozenset(person.ref for person in self._people),
            tags=frozenset(map(str, one.get("tags") or ())),
        )

    def _purpose(self) -> str | None:
        """What the contract says it is for, where it is about one thing only."""
        about = self._document.get("description")
        if len(self._objects) != 1 or not isinstance(about, Mapping):
            return None
        return said(about, "purpose")

    def _references(self, one: Mapping[str, Any]) -> Iterator[Reference]:
        taken: set[str] = set()
        for relation in self._relations(one):
            from_, to = (_ends(relation.get(side)) for side in ("from", "to"))
            if not from_ or len(from_) != len(to) or "" in {column for _, column in to}:
                continue
            holder = to[0][0]
            elsewhere = custom(relation, "namespace")
            known = self._refs.get(holder) or dataset(self._namespace, self._name({"name": holder}))
            target = dataset(elsewhere, holder) if elsewhere else known
            name = custom(relation, "name") or "_".join(column for _, column in from_)
            if not holder or name in taken:
                continue
            taken.add(name)
            yield Reference(
                name=name,
                columns=tuple(column for _, column in from_),
                target=target,
                target_columns=tuple(column for _, column in to),
            )

    def _relations(self, one: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """Those of the object, and those of its properties with the property as their beginning."""
        yield from listed(one.get("relationships"))
        for prop in listed(one.get("properties")):
            for relation in listed(prop.get("relationships")):
                yield {**relation, "from": f"{said(one, 'name')}.{said(prop, 'name')}"}

    def _checks(self, one: Mapping[str, Any]) -> Iterator[Check]:
        ref = self._refs[said(one, "name") or ""]
        yield from self._checks_of(ref, None, one)
        for prop in listed(one.get("properties")):
            if said(prop, "name"):
                yield from self._checks_of(ref, said(prop, "name"), prop)

    def _checks_of(self, subject: Ref, column: str | None, holder: Mapping[str, Any]) -> Iterator[Check]:
        for number, rule in enumerate(listed(holder.get("quality")), 1):
            title = said(rule, "name") or said(rule, "metric") or said(rule, "rule") or said(rule, "type") or "quality"
            dimension = said(rule, "dimension")
            yield Check(
                namespace=subject.namespace,
                name=f"{subject.name}/{column or ''}/{number}",
                title=title,
                subject=subject,
                column=column,
                description=said(rule, "description"),
                dimension=dimension if dimension in _DIMENSIONS else None,
                definition=yaml.safe_dump(dict(rule), allow_unicode=True, sort_keys=False),
                severity=said(rule, "severity"),
            )

    def _team(self) -> Iterator[Agent]:
        """Who is in the team; from version 3.1 on, the team may have a name and its members under it."""
        team = self._document.get("team")
        members = listed(team.get("members")) if isinstance(team, Mapping) else listed(team)
        seen: set[str] = set()
        for member in members:
            name = said(member, "username")
            if name and name not in seen and not said(member, "dateOut"):
                seen.add(name)
                email = name if "@" in name else None
                yield Agent(name=name, title=said(member, "name") or name, email=email)


def _ends(side: object) -> list[tuple[str, str]]:
    """Object and property of each end, of `object.property`."""
    ends = [side] if isinstance(side, str) else side if isinstance(side, list) else []
    pairs = [str(end).rpartition(".") for end in ends]
    return [(before, after) for before, _, after in pairs]


def _namespace(server: Mapping[str, Any]) -> str | None:
    """In OpenLineage's naming: `postgres://host:port`, `kafka://host:port`, `s3://bucket`; else None."""
    kind, host = (said(server, "type") or "").lower(), said(server, "host")
    if kind in _PORTS and host:
        return f"{_SCHEMES.get(kind, kind)}://{host}:{said(server, 'port') or _PORTS[kind]}"
    if kind == "kafka" and host:
        return f"kafka://{host}"
    location = said(server, "location") or ""
    if kind in {"s3", "gcs", "azure"} and "://" in location:
        scheme, _, rest = location.partition("://")
        return f"{scheme}://{rest.split('/')[0]}"
    return None
