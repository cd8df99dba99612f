"""What of the graph is exchanged: datasets and the catalogs that hold them, with the people named in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fabric.assets import Asset, Assets
from fabric.errors import UnknownAsset
from fabric.identity import Iris
from fabric.model import Agent, Catalog, Dataset, Ref

__all__ = ["KINDS", "Selection", "gather"]

KINDS = frozenset({"dataset", "catalog"})


@dataclass(frozen=True, slots=True)
class Selection:
    """Living datasets and catalogs by IRI, each with its lineage, and the agents that they name."""

    iris: Iris
    assets: dict[str, Asset]
    agents: dict[Ref, Agent]

    def datasets(self) -> Iterator[tuple[str, Dataset]]:
        """The datasets, with their IRIs, in the order asked for."""
        for iri, asset in self.assets.items():
            if isinstance(asset.record, Dataset):
                yield iri, asset.record

    def catalogs(self) -> Iterator[tuple[str, Catalog]]:
        """The catalogs, with their IRIs, in the order asked for."""
        for iri, asset in self.assets.items():
            if isinstance(asset.record, Catalog):
                yield iri, asset.record

    def owners(self, record: Dataset | Catalog) -> list[tuple[str, Agent]]:
        """Who owns it: IRIs and what is known of them, in the order of their names."""
        return [(self.iris.asset(ref), self.agent(ref)) for ref in sorted(record.owners)]

    def agent(self, ref: Ref) -> Agent:
        """An agent, by name alone where nothing else is known."""
        return self.agents.get(ref) or Agent(namespace=ref.namespace, name=ref.name, title=ref.name)


def gather(assets: Assets, iris: Iris, wanted: Iterable[str]) -> Selection:
    """The datasets and catalogs of these IRIs. What is gone, or of another kind, is left out.

    Raises: UnknownAsset where nothing is known of one.
    """
    asked = list(dict.fromkeys(wanted))
    found = assets.many(asked)
    for iri in asked:
        if iri not in found:
            raise UnknownAsset(f"nothing is known of <{iri}>", remedy="find it: fabric search WORDS")
    kept = {
        iri: found[iri]
        for iri in asked
        if found[iri].removed is None and isinstance(found[iri].record, Dataset | Catalog)
    }
    named: set[Ref] = set()
    for asset in kept.values():
        if isinstance(asset.record, Dataset | Catalog):
            named |= asset.record.owners
        if isinstance(asset.record, Dataset) and asset.record.publisher is not None:
            named.add(asset.record.publisher)
    people = assets.many(iris.asset(ref) for ref in sorted(named))
    agents = {one.record.ref: one.record for one in people.values() if isinstance(one.record, Agent)}
    return Selection(iris, kept, agents)
