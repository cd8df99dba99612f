"""Harvest runs as the graph tells of them: each ended one is a `prov:Activity` in `graph/meta`.

Its IRI is the one that facts and tombstones name as what wrote them.

A bounded number of each source's is kept there. Runs are no assets: they have no `dct:identifier` and are in no history.
"""

from __future__ import annotations

import threading

from fabric import ntriples
from fabric.graph.store import GraphStore, Update
from fabric.identity import Iris
from fabric.model import Job, Ref, Run, RunStatus
from fabric.ntriples import Triple, token
from fabric.rdf import IDENTIFIER, encode
from fabric.runs import HarvestRun, Runs

__all__ = ["Activities"]

_STATUS: dict[str, RunStatus] = {
    "complete": "complete",
    "partial": "complete",
    "failed": "failed",
    "cancelled": "aborted",
}
_GENERATED, _COMMIT = token("prov:generated"), token("fab:commit")


class Activities:
    """Publishes runs; keeps the newest `keep` of each source and the newest that changed something."""

    def __init__(self, graph: GraphStore, runs: Runs, iris: Iris, keep: int) -> None:
        self._graph, self._runs, self._iris, self._keep = graph, runs, iris, keep
        self._lock = threading.Lock()

    def publish(self) -> None:
        """Bring what ended and is not in the graph yet into it, and take out what is too old. Safe to repeat.

        Raises: GraphUnavailable, StorageFull, GraphError; it is made up for with the next run.
        """
        with self._lock:
            new = self._runs.unpublished()
            for run in new:
                self._say(run)
            self._runs.publish([run.id for run in new])
            for source in sorted({run.source for run in new}):
                for run in self._runs.published(source, beyond=self._keep):
                    self._forget(run)
                self._runs.prune(source, self._keep)

    def _say(self, run: HarvestRun) -> None:
        change, meta = Update(), self._iris.graph("meta")
        held = self._held(run)
        want = self._triples(run)
        change.remove(meta, [triple for triple in held if triple not in want])
        change.add(meta, [triple for triple in want if triple not in held])
        self._graph.update(change)

    def _forget(self, run: HarvestRun) -> None:
        change = Update()
        change.remove(self._iris.graph("meta"), self._held(run))
        if len(change):
            self._graph.update(change)
        self._runs.publish([run.id], published=False)

    def _held(self, run: HarvestRun) -> list[Triple]:
        meta = self._iris.graph("meta")
        return [triple for triple, _graph in self._graph.match(self._iris.run(run.id), graph=meta)]

    def _triples(self, run: HarvestRun) -> list[Triple]:
        job = Ref("job", "fabric", f"harvest/{run.source}")
        activity = Run(
            namespace="fabric",
            name=run.id,
            job=job,
            status=_STATUS[run.state],
            started=run.started,
            ended=run.ended,
            message=_message(run),
        )
        what = Job(namespace="fabric", name=job.name, title=f"Harvest of {run.source}")
        subject = f"<{self._iris.run(run.id)}>"
        said = [t for record in (activity, what) for t in encode(record, self._iris) if t[1] != IDENTIFIER]
        if run.report.commit is not None:
            said.append((subject, _COMMIT, ntriples.integer(run.report.commit)))
            said.append((subject, _GENERATED, f"<{self._iris.harvest_graph(run.source)}>"))
        return said


def _message(run: HarvestRun) -> str:
    counts = run.report
    done = (
        f"{counts.records} records, {counts.changed} changed, {counts.tombstoned} gone, {len(counts.refused)} refused"
    )
    return f"{run.state}: {run.error or done}"
