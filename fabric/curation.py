"""What people say of assets: kept in `graph/curated`, apart from every harvest, and winning over it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from fabric import ntriples
from fabric.assets import Asset, Assets
from fabric.commit import Committer
from fabric.errors import InputError
from fabric.graph.store import GraphStore
from fabric.history import Change
from fabric.identity import Iris
from fabric.model import Concept, Ref, agent, concept
from fabric.ntriples import TYPE, Triple, token
from fabric.rdf import encode

__all__ = ["MOST", "Curation", "Saying"]

MOST = 1000
"""So many assets can be spoken of at once."""
_LABEL = {"concept": "skos:prefLabel", "agent": "foaf:name"}
_DOMAIN, _GLOSSARY = "domain", "glossary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What is said of an asset.

    An empty `title` or `description` takes the curated one back. Owners are names, e-mails or IRIs of agents; domains and glossary
    terms are names or IRIs of concepts. A domain or term that nothing is known of is made, in the scheme `domain` or `glossary`.
    """

    title: str | None = None
    description: str | None = None
    add_tags: Collection[str] = ()
    remove_tags: Collection[str] = ()
    add_owners: Collection[str] = ()
    remove_owners: Collection[str] = ()
    add_domains: Collection[str] = ()
    remove_domains: Collection[str] = ()
    add_terms: Collection[str] = ()
    remove_terms: Collection[str] = ()


class Curation:
    """Writes curated facts, each call one commit."""

    def __init__(self, graph: GraphStore, committer: Committer, assets: Assets, iris: Iris) -> None:
        self._graph, self._committer, self._assets, self._iris = graph, committer, assets, iris

    def curate(self, iri: str, **said: Any) -> int | None:
        """Say something of one asset, by the names of `Saying`; see `say`."""
        return self.say([iri], Saying(**said))

    def say(self, iris: Collection[str], saying: Saying) -> int | None:
        """Say the same of existing assets, of all or, where that fails for one, of none.

        Returns the commit's number, or None where nothing changed.

        Raises: UnknownAsset; InputError where a tag, owner, domain or term to remove was not curated, or for more than
        `MOST` assets.
        """
        if len(iris) > MOST:
            raise InputError(f"{len(iris)} assets are spoken of at once", remedy=f"at most {MOST} in one call")
        with self._committer.hold():
            changes = [self._made(ref) for ref in self._unknown(saying)]
            changes += [change for iri in dict.fromkeys(iris) if (change := self._said(iri, saying)) is not None]
            return self._commit(changes) if any(change.root in iris for change in changes) else None

    def _said(self, iri: str, saying: Saying) -> Change | None:
        asset, graph = self._assets.get(iri), self._iris.graph("curated")
        now = {triple for triple, _ in self._graph.match(iri, graph=graph)}
        want = set(now)
        subject = f"<{iri}>"
        described = "skos:definition" if asset.ref.kind == "concept" else "dct:description"
        _single(want, subject, _LABEL.get(asset.ref.kind, "dct:title"), saying.title)
        _single(want, subject, described, saying.description)
        foreign = set()
        for predicate, add, remove in self._lists(saying):
            gone = {(subject, token(predicate), one) for one in remove}
            foreign |= gone - want
            want = want - gone | {(subject, token(predicate), one) for one in add}
        if foreign:
            raise _not_curated(asset, foreign)
        return None if want == now else Change(iri, graph, tuple(sorted(want - now)), tuple(sorted(now - want)))

    def _lists(self, saying: Saying) -> list[tuple[str, list[str], list[str]]]:
        """What is added to and removed from each property that can have many values, as tokens."""
        return [
            (
                "dcat:keyword",
                [ntriples.text(_word(tag)) for tag in saying.add_tags],
                [ntriples.text(tag) for tag in saying.remove_tags],
            ),
            ("fab:owner", self._agents(saying.add_owners), self._agents(saying.remove_owners)),
            (
                "fab:inDomain",
                self._concepts(saying.add_domains, _DOMAIN),
                self._concepts(saying.remove_domains, _DOMAIN),
            ),
            (
                "dct:subject",
                self._concepts(saying.add_terms, _GLOSSARY),
                self._concepts(saying.remove_terms, _GLOSSARY),
            ),
        ]

    def _agents(self, given: Iterable[str]) -> list[str]:
        return [f"<{self._iris.asset(self._named(one, agent(one.strip())))}>" for one in given]

    def _concepts(self, given: Iterable[str], scheme: str) -> list[str]:
        return [f"<{self._iris.asset(self._named(one, concept(scheme, one.strip())))}>" for one in given]

    def _named(self, text: str, by_name: Ref) -> Ref:
        """The agent or concept that a name or IRI means."""
        meant = self._iris.ref(_word(text))
        if meant is not None and meant.kind != by_name.kind:
            raise InputError(f"{text!r} is a {meant.kind}, where a {by_name.kind} is expected")
        return by_name if meant is None else meant

    def _unknown(self, saying: Saying) -> list[Ref]:
        """Domains and terms to be added that the graph says nothing of."""
        wanted = [self._named(one, concept(_DOMAIN, one.strip())) for one in saying.add_domains]
        wanted += [self._named(one, concept(_GLOSSARY, one.strip())) for one in saying.add_terms]
        return [ref for ref in dict.fromkeys(wanted) if self._assets.find(self._iris.asset(ref)) is None]

    def _made(self, ref: Ref) -> Change:
        iri = self._iris.asset(ref)
        triples = encode(Concept(namespace=ref.namespace, name=ref.name, title=ref.name), self._iris)
        if ref.namespace == _DOMAIN:
            triples.append((f"<{iri}>", TYPE, token("fab:Domain")))
        return Change(iri, self._iris.graph("curated"), tuple(sorted(triples)))

    def _commit(self, changes: list[Change]) -> int | None:
        draft = self._committer.begin("curate", "curated", remember=False)
        try:
            draft.add(changes)
            return self._committer.seal(draft)
        except BaseException:
            self._committer.drop(draft)
            raise


def _single(want: set[Triple], subject: str, predicate: str, value: str | None) -> None:
    if value is None:
        return
    want.difference_update([triple for triple in want if triple[1] == token(predicate)])
    if value.strip():
        want.add((subject, token(predicate), ntriples.text(value.strip())))


def _not_curated(asset: Asset, foreign: Iterable[Triple]) -> InputError:
    said = ", ".join(sorted(triple[2] for triple in foreign))
    return InputError(
        f"{said} was not curated for {asset.ref.name!r}", remedy="what a source says is changed in the source"
    )


def _word(text: str) -> str:
    if not text.strip():
        raise InputError("a tag, owner, domain or term is empty", remedy="give at least one visible character")
    return text.strip()
