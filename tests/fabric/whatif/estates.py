"""A shop: a database with a table, a view and a dashboard, and a dbt project on the same warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fabric.history import Change
from fabric.identity import Iris
from fabric.model import Agent, Dashboard, Record, agent
from fabric.ntriples import token
from fabric.settings import Settings
from fabric.whatif.answer import Difference
from fabric.whatif.proposals import Manifest, Proposal
from fabric.workspace import Workspace
from tests.fabric.graphs import Quad, dump
from tests.fabric.scripted import NAMESPACE, ref, table, write
from tests.fabric.whatif.projects import catalog, manifest, put

__all__ = ["ANN", "EMAIL", "Estate", "broken", "edges", "made"]

ANN = agent("ann@example.org")
EMAIL = "https://w3id.org/dpv/pd#EmailAddress"


@dataclass(frozen=True, slots=True)
class Estate:
    """The shop, harvested."""

    folder: Path
    workspace: Workspace

    @property
    def iris(self) -> Iris:
        return self.workspace.iris

    def iri(self, name: str, column: str | None = None) -> str:
        return self.iris.field(ref(name), column) if column else self.iris.asset(ref(name))

    def ask(self, *proposals: Proposal) -> Difference:
        """What would differ; the graph and its history are as before, and nothing is left of the branch."""
        before, number = self.dump(), self.workspace.history.last()
        try:
            return self.workspace.whatif.ask(proposals)
        finally:
            assert (self.dump(), self.workspace.history.last()) == (before, number)
            assert list((self.folder / "data").glob("branches/*")) == []

    def manifest(self, text: str, catalog: str | None = None) -> Difference:
        return self.ask(Manifest(text, catalog))

    def dump(self) -> set[Quad]:
        return dump(self.workspace.graph, self.iris)

    def say(self, subject: str, predicate: str, value: str) -> None:
        """State something as a person would."""
        triple = (f"<{subject}>", token(predicate), f"<{value}>")
        draft = self.workspace.committer.begin("curate", "curated", remember=False)
        draft.add([Change(subject, self.iris.graph("curated"), (triple,), ())])
        self.workspace.committer.seal(draft)


@contextmanager
def made(folder: Path, **settings: Any) -> Iterator[Estate]:
    """The estate in a new folder."""
    with Workspace(Settings(data_dir=folder / "data", semantic=False, **settings)) as workspace:
        estate = Estate(folder, workspace)
        script = write(folder / "script", *_database())
        workspace.sources.register("shop", "scripted", {"script": str(script)})
        target = put(folder / "target", manifest(), catalog())
        workspace.sources.register("project", "dbt", {"path": str(target), "namespace": NAMESPACE})
        for source in ("shop", "project"):
            run = workspace.harvest(source)
            assert (run.state, run.report.refused) == ("complete", []), run
        yield estate


def _database() -> list[Record]:
    orders = table("orders", columns=("id", "customer", "amount", "email"))
    fields = [replace(one, personal_data=frozenset({EMAIL})) if one.name == "email" else one for one in orders.fields]
    view = table("big_orders", columns=("id", "amount"))
    return [
        Agent(name=ANN.name, title="Ann"),
        replace(orders, fields=tuple(fields)),
        replace(
            view,
            kind="view",
            definition="SELECT id, amount FROM orders WHERE amount > 9",
            owners=frozenset({ANN}),
        ),
        Dashboard(namespace="shop", name="sales", title="Sales", reads=frozenset({ref("big_orders")})),
    ]


def broken(found: Difference) -> dict[str, str]:
    """Reasons by title, but for jobs, which have the titles of the models they make."""
    return {one.asset.title: one.reason for one in found.broken if one.asset.kind != "job"}


def edges(found: Difference, level: str, *, added: bool) -> set[tuple[str, str]]:
    """By the last part of their ends."""
    some = found.edges_added if added else found.edges_removed
    return {(_short(one.start), _short(one.end)) for one in some if one.level == level}


def _short(iri: str) -> str:
    asset, _, field = iri.partition("/field/")
    name = asset.rpartition("/")[2].rpartition(".")[2]
    return f"{name}.{field}" if field else name
