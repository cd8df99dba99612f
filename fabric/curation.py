"""What people say of assets: kept in `graph/curated`, apart from every harvest, and winning over it."""

from __future__ import annotations

from collections.abc import Iterable

from fabric import ntriples
from fabric.assets import Assets
from fabric.commit import Committer
from fabric.errors import InputError
from fabric.graph.store import GraphStore
from fabric.history import Change
from fabric.identity import Iris
from fabric.model import Ref, agent
from fabric.ntriples import Triple, token

__all__ = ["Curation"]

_LABEL = {"concept": "skos:prefLabel", "agent": "foaf:name"}


class Curation:
    """Writes curated facts, each call one commit."""

    def __init__(self, graph: GraphStore, committer: Committer, assets: Assets, iris: Iris) -> None:
        self._graph, self._committer, self._assets, self._iris = graph, committer, assets, iris

    def curate(
        self,
        iri: str,
        *,
        title: str | None = None,
        description: str | None = None,
        add_tags: Iterable[str] = (),
        remove_tags: Iterable[str] = (),
        add_owners: Iterable[str] = (),
        remove_owners: Iterable[str] = (),
    ) -> int | None:
        """Say something of an existing asset.

        An empty `title` or `description` takes the curated one back; owners are names or e-mails.

        Returns the commit's number, or None where nothing changed.

        Raises: UnknownAsset, InputError where a tag or owner to remove was not curated.
        """
        with self._committer.hold():
            asset = self._assets.get(iri)
            graph = self._iris.graph("curated")
            now = {triple for triple, _ in self._graph.match(iri, graph=graph)}
            want = set(now)
            subject = f"<{iri}>"
            concept = asset.ref.kind == "concept"
            self._single(want, subject, token(_LABEL.get(asset.ref.kind, "dct:title")), title)
            self._single(want, subject, token("skos:definition" if concept else "dct:description"), description)
            self._many(want, asset.ref, {_keyword(subject, _word(tag)) for tag in add_tags},
                       {_keyword(subject, tag) for tag in remove_tags})  # fmt: skip
            self._many(
                want,
                asset.ref,
                {self._owner(subject, name) for name in add_owners},
                {self._owner(subject, name) for name in remove_owners},
            )
            return self._commit(iri, now, want) if want != now else None

    def _commit(self, iri: str, now: set[Triple], want: set[Triple]) -> int | None:
        draft = self._committer.begin("curate", "curated", remember=False)
        try:
            change = Change(iri, self._iris.graph("curated"), tuple(sorted(want - now)), tuple(sorted(now - want)))
            draft.add([change])
            return self._committer.seal(draft)
        except BaseException:
            self._committer.drop(draft)
            raise

    def _owner(self, subject: str, name: str) -> Triple:
        return subject, token("fab:owner"), f"<{self._iris.asset(agent(_word(name)))}>"

    @staticmethod
    def _single(want: set[Triple], subject: str, predicate: str, value: str | None) -> None:
        if value is None:
            return
        want.difference_update([triple for triple in want if triple[1] == predicate])
        if value.strip():
            want.add((subject, predicate, ntriples.text(value.strip())))

    @staticmethod
    def _many(want: set[Triple], ref: Ref, add: set[Triple], remove: set[Triple]) -> None:
        foreign = remove - want
        if foreign:
            said = ", ".join(sorted(triple[2] for triple in foreign))
            raise InputError(
                f"{said} was not curated for {ref.name!r}", remedy="what a source says is changed in the source"
            )
        want -= remove
        want |= add


def _keyword(subject: str, tag: str) -> Triple:
    return subject, token("dcat:keyword"), ntriples.text(tag)


def _word(text: str) -> str:
    if not text.strip():
        raise InputError("a tag or owner is empty", remedy="give at least one visible character")
    return text.strip()
