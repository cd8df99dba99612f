"""Branches: copies of the graph, made in moments, on which changes are committed as on the graph itself.

A branch has a folder of its own below that of all branches: the store, which shares its files with the graph's as long as neither
changes them, and a state database with those records that a harvest must know. Both are deleted at its end; what a killed process
left is deleted when the data directory is opened.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Select, insert, literal, select

from fabric.assets import Assets
from fabric.commit import Committer
from fabric.connector import Connector
from fabric.graph.store import GraphStore
from fabric.harvest import Harvester
from fabric.history import Change, History, unpack
from fabric.identity import Iris
from fabric.inference import LabelRule
from fabric.lineage.pool import LineagePool
from fabric.model import Dataset, Ref
from fabric.rdf import decode
from fabric.shapes import Shapes
from fabric.snapshots import Snapshots, files
from fabric.state import State, commits, records
from fabric.tracing.tracer import Tracer, View

__all__ = ["RUN", "Branch", "Branches"]

RUN = "what-if"
_BATCH = 1_000
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Branch:
    """A copy of the graph and what changes it. `view` is lineage as of before any change.

    `missing` has, by view or model, what its new SQL reads that would not be there; `redefined` are the datasets that the changes
    say anew, so that what they read is known, and of the `decided` what others say of their columns does not count.
    """

    folder: Path
    graph: GraphStore
    iris: Iris
    history: History
    committer: Committer
    harvester: Harvester
    pool: LineagePool
    assets: Assets
    view: View
    stored: Stored
    missing: dict[str, list[str]] = field(default_factory=dict)
    redefined: set[str] = field(default_factory=set)
    decided: set[str] = field(default_factory=set)
    warnings: list[str] = field(default_factory=list)

    def commit(self, changes: Collection[Change]) -> None:
        """Commit differences, with what is inferred from them."""
        draft = self.committer.begin(RUN, RUN, remember=False)
        try:
            draft.add(changes)
            self.committer.seal(draft)
        except BaseException:
            self.committer.drop(draft)
            raise

    def harvest(self, source: str, connector: Connector[Any]) -> None:
        """Harvest as the registered source; what could not be taken in becomes a warning."""
        report = self.harvester.run(source, connector, RUN)
        self.warnings += [*report.problems, *report.refused, *report.warnings]

    def changes(self) -> list[Change]:
        """What was committed, in order."""
        return list(self.history.between(self.view.number, self.history.last()))


class Stored:
    """The records that sources left, as far as a branch knows them."""

    def __init__(self, state: State, iris: Iris) -> None:
        self._state, self._iris = state, iris

    def refs(self, source: str) -> list[Ref]:
        """The assets that a source describes."""
        chosen = select(records.c.root).where(records.c.source == source, records.c.label != "")
        with self._state.read() as connection:
            roots = connection.execute(chosen).scalars().all()
        return [ref for ref in map(self._iris.ref, roots) if ref is not None]

    def datasets(self, source: str, root: str | None = None) -> Mapping[Ref, Dataset]:
        """The datasets that a source describes, or one of them."""
        chosen = select(records.c.triples).where(records.c.source == source, records.c.label != "")
        if root is not None:
            chosen = chosen.where(records.c.root == root)
        found = {}
        with self._state.read() as connection:
            for blob in connection.execute(chosen).scalars():
                for record in decode(unpack(blob), self._iris):
                    if isinstance(record, Dataset):
                        found[record.ref] = record
        return found

    def sources(self, root: str) -> list[str]:
        """The sources that describe an asset, by name."""
        chosen = select(records.c.source).where(records.c.root == root, records.c.label != "").distinct()
        with self._state.read() as connection:
            return sorted(connection.execute(chosen).scalars())


class Branches:
    """Makes branches of one data directory, in `folder`. Safe to share between threads."""

    def __init__(
        self,
        state: State,
        committer: Committer,
        tracer: Tracer,
        snapshots: Snapshots,
        shapes: Shapes,
        iris: Iris,
        folder: Path,
    ) -> None:
        self._state, self._committer, self._tracer, self._snapshots = state, committer, tracer, snapshots
        self._shapes, self._iris, self._folder = shapes, iris, folder

    def sweep(self) -> None:
        """Delete what killed processes left."""
        shutil.rmtree(self._folder, ignore_errors=True)

    @contextmanager
    def open(self, sources: Collection[str] = ()) -> Iterator[Branch]:
        """A branch of the graph as it is now, on which these sources can be harvested.

        Raises: GraphError, StorageFull.
        """
        with ExitStack() as opened:
            with files(self._folder):
                self._folder.mkdir(parents=True, exist_ok=True)
                made = tempfile.TemporaryDirectory(dir=self._folder, prefix="branch-", ignore_cleanup_errors=True)
            folder = Path(opened.enter_context(made))
            state = State(f"sqlite:///{(folder / 'state.db').resolve()}")
            opened.callback(state.close)
            # In this order, as in a committing thread, which tells the tracer.
            with self._committer.hold(), self._tracer.view() as view:
                graph = self._snapshots.branch(folder / "graph")
                opened.callback(graph.close)
                _copy(self._state, state, sources, view.number)
                copied = view.copy()
            history = History(state)
            committer = Committer(graph, state, self._iris, LabelRule(graph, self._iris))
            harvester = Harvester(graph, state, committer, self._shapes, self._iris)
            opened.callback(harvester.close)
            pool = opened.enter_context(LineagePool(1))
            yield Branch(
                folder,
                graph,
                self._iris,
                history,
                committer,
                harvester,
                pool,
                Assets(graph, history, self._iris),
                copied,
                Stored(state, self._iris),
            )


def _copy(live: State, branch: State, sources: Collection[str], number: int) -> None:
    """Copy the records of some sources, note who else describes the same, and let commits go on from the number."""
    chosen = list(records.c)
    own = select(*chosen).where(records.c.source.in_(sources))
    keys = select(records.c.key).where(records.c.source.in_(sources))
    others = select(*chosen[:-1], literal(b"").label("triples")).where(
        records.c.source.not_in(sources), records.c.key.in_(keys)
    )
    with branch.begin() as connection:
        if number:
            row = {"number": number, "state": "done", "kind": RUN, "source": RUN, "at": datetime.now(UTC)}
            connection.execute(insert(commits).values(row))
        for rows in (own, others) if sources else ():
            for some in _batches(live, rows):
                connection.execute(insert(records), some)


def _batches(live: State, chosen: Select[Any]) -> Iterator[list[dict[str, Any]]]:
    with live.read() as connection:
        found = connection.execution_options(yield_per=_BATCH).execute(chosen).mappings()
        for some in found.partitions(_BATCH):
            yield [dict(row) for row in some]
