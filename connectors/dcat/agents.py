"""Publishers and contact points of a catalogue."""

from __future__ import annotations

from collections.abc import Iterator

from rdflib import FOAF, ORG, URIRef
from rdflib.term import Node

from connectors.dcat.statements import SCHEMA, VCARD, Statements
from fabric.model import Agent, Ref, agent

__all__ = ["Agents"]

_PERSONS = frozenset({FOAF.Person, VCARD.Individual, *(space.Person for space in SCHEMA)})
_TEAMS = frozenset(
    {
        *(FOAF.Organization, FOAF.Group, ORG.Organization, ORG.FormalOrganization, ORG.OrganizationalUnit),
        *(VCARD.Organization, VCARD.Group, *(space.Organization for space in SCHEMA)),
    }
)
_EMAILS = (FOAF.mbox, VCARD.hasEmail, VCARD.email, *(space.email for space in SCHEMA))
_NAMES = (FOAF.name, VCARD.fn, VCARD["organization-name"])


class Agents:
    """The agents met while a catalogue is read, each once."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._agents: dict[Ref, Agent] = {}

    def named(self, nodes: list[Node], *, team: bool) -> list[Ref]:
        """Identities of the agents the nodes stand for; `team` is assumed where a node does not say what it is."""
        return [ref for node in nodes if (ref := self._add(node, team=team))]

    def agents(self) -> Iterator[Agent]:
        """Every agent named so far, once."""
        yield from self._agents.values()

    def _add(self, node: Node, *, team: bool) -> Ref | None:
        email = self._email(node)
        iri = str(node) if isinstance(node, URIRef) and not str(node).startswith("mailto:") else ""
        name = self._statements.text(node, *_NAMES) or self._statements.label(node)
        # The end of an IRI, which may be a mere number, serves as a title, not as an identity.
        identity = email or self._statements.name(node) or iri or name
        if not identity:
            return None
        kinds = self._statements.classes(node)
        ref = agent(identity)
        known = Agent(
            name=identity,
            title=(name if "@" not in name else "") or identity,
            team=bool(kinds & _TEAMS) or (team and not kinds & _PERSONS),
            email=email,
        )
        self._agents.setdefault(ref, known)
        return ref

    def _email(self, node: Node) -> str | None:
        if str(node).startswith("mailto:"):
            return str(node).removeprefix("mailto:")
        for value in self._statements.values(node, *_EMAILS):
            nested = self._statements.values(value, VCARD.value)
            text = str((nested or [value])[0]).strip().removeprefix("mailto:")
            if "@" in text:
                return text
        return None
