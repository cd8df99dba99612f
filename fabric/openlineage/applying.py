"""Events from the inbox into the graph, in batches, each safe to repeat after a crash at any moment.

An event leaves the inbox when all that follows from it is in the graph. What must be written though no event in the inbox says so,
such as the edges of a dataset that got another name, is marked, in the transaction that is the reason for it, until it is written.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from fabric.errors import FabricError, InputError
from fabric.history import History
from fabric.identity import Iris
from fabric.model import Lineage, Ref, dataset
from fabric.openlineage import describing
from fabric.openlineage.documents import Document, Documents, Row, digest
from fabric.openlineage.edges import Edges, Pair
from fabric.openlineage.identities import SOURCE, Identities, aliases, is_gone
from fabric.openlineage.inbox import Inbox, Waiting
from fabric.openlineage.merging import Merge, dataset_key, job_key, run_key
from fabric.openlineage.publishing import Publisher
from fabric.openlineage.writing import Write, Writer
from fabric.state import State

__all__ = ["BATCH", "Applier"]

BATCH = 1000
"""Most events that are taken into the graph at once."""
_POSITION = "openlineage_commit"
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Work:
    """What a batch has to bring into step with its documents; `renamed` datasets may go by another name than before."""

    renamed: set[Ref] = field(default_factory=set)
    datasets: set[Ref] = field(default_factory=set)
    jobs: set[tuple[str, str]] = field(default_factory=set)
    edges: set[tuple[Ref, Ref]] = field(default_factory=set)
    old_runs: set[tuple[str, str]] = field(default_factory=set)
    marks: list[Row] = field(default_factory=list)


class Applier:
    """Takes events into the graph. One at a time; other processes that share the state are kept out meanwhile."""

    def __init__(
        self,
        state: State,
        inbox: Inbox,
        writer: Writer,
        publisher: Publisher,
        history: History,
        iris: Iris,
        runs_kept: int,
    ) -> None:
        self._state, self._inbox, self._writer, self._publisher = state, inbox, writer, publisher
        self._history, self._iris, self._runs_kept = history, iris, runs_kept
        self._documents = Documents(state)

    def catch_up(self, most: int | None = None) -> int:
        """Take in what waits, or at most so many events; returns how many.

        An event that cannot be taken in is set aside with the reason.
        Raises: StorageFull, GraphUnavailable, GraphError; what could not be taken in waits.
        """
        taken = 0
        with self._state.locked(SOURCE):
            self._meet_harvests()
            while most is None or taken < most:
                some = self._inbox.first(BATCH if most is None else min(BATCH, most - taken))
                if not some:
                    break
                self._take(some)
                taken += len(some)
        return taken

    def _take(self, some: Sequence[Waiting]) -> None:
        try:
            self._apply(some)
        except FabricError as error:
            if not isinstance(error, InputError):
                raise
            self._divide(some, error)
        except Exception as error:  # noqa: BLE001 - one strange event must not keep all others waiting
            self._divide(some, error)

    def _divide(self, some: Sequence[Waiting], error: Exception) -> None:
        """Find the event at fault."""
        if len(some) > 1:
            self._take(some[: len(some) // 2])
            self._take(some[len(some) // 2 :])
            return
        _log.error("an OpenLineage event cannot be taken in", exc_info=error)
        self._inbox.fail(some[0].id, f"{type(error).__name__}: {error}")

    def _apply(self, some: Sequence[Waiting]) -> None:
        merge = Merge(self._documents)
        merge.take((one.event, one.received) for one in some)
        self._documents.save(merge.changed())
        work = self._marked()
        work.datasets |= {dataset(*one["ref"]) for one in merge.datasets.values()}
        work.jobs |= {(one["ref"][0], one["ref"][1]) for one in merge.jobs.values()}
        self._rename(work)
        self._crowd(work, {job_key(*one["job"][1]) for one in merge.runs.values()})
        self._bring(work, list(merge.runs.values()))
        self._inbox.done([one.id for one in some])

    def _meet_harvests(self) -> None:
        """Go over the datasets with several names of which a harvest has just described or forgotten one."""
        last, known = self._history.last(), int(self._state.get(_POSITION) or 0)
        work = self._marked()
        if last > known:
            refs = (self._iris.ref(root) for root in self._history.roots(after=known))
            keys = [dataset_key(ref) for ref in refs if ref is not None and ref.kind == "dataset"]
            rows = [*self._documents.owned("alias", keys), *self._documents.about("alias", keys)]
            work.renamed |= {dataset(*row.document[end]) for row in rows for end in ("of", "is")}
        if work.renamed or work.marks:
            self._rename(work)
            self._bring(work, [])
        if last > known:
            self._state.put(_POSITION, str(last))

    def _marked(self) -> _Work:
        work = _Work(marks=self._documents.all("mark"))
        for row in work.marks:
            said = row.document
            work.renamed |= {dataset(*one) for one in said.get("datasets", ())}
            work.jobs |= {(one[0], one[1]) for one in said.get("jobs", ())}
            work.edges |= {(dataset(*down), dataset(*up)) for down, up in said.get("edges", ())}
            work.old_runs |= {(one[0], one[1]) for one in said.get("runs", ())}
        return work

    def _rename(self, work: _Work) -> None:
        """Note the names that datasets have now, and what else must change for it."""
        work.datasets |= work.renamed
        found = self._documents.load("dataset", {dataset_key(ref) for ref in work.datasets})
        wanted = {row.key: row for document in found.values() for row in aliases(document)}
        held = {row.key: row for row in self._documents.owned("alias", found)}
        fresh = [row for key, row in wanted.items() if key not in held or held[key].document != row.document]
        stale = [row for key, row in held.items() if key not in wanted]
        touched = {dataset(*row.document[end]) for row in (*fresh, *stale) for end in ("of", "is")}
        names = Identities(self._state, self._documents)
        names.load(touched)
        touched = {member for ref in touched for member in names.members(ref)}
        if fresh or stale:
            mark = _mark(work, datasets=[[ref.namespace, ref.name] for ref in touched])
            self._documents.save([*fresh, mark], stale)
        work.renamed |= touched
        work.datasets |= touched
        names = Identities(self._state, self._documents)
        names.load(work.datasets)
        several = {ref for ref in work.datasets if len(names.members(ref)) > 1}
        work.datasets |= {member for ref in several for member in names.members(ref)}
        gone = {dataset(*one["ref"]) for one in found.values() if "gone" in one}
        keys = {dataset_key(ref) for ref in work.datasets if ref in work.renamed | several | gone}
        for row in self._documents.about("use", keys):
            namespace, name = row.document["by"]
            if row.document["kind"] == "job":
                work.jobs.add((namespace, name))
            else:
                work.datasets.add(dataset(namespace, name))

    def _crowd(self, work: _Work, jobs: Iterable[bytes]) -> None:
        """Let go of the oldest runs of these jobs."""
        old = self._documents.crowded(set(jobs), self._runs_kept)
        if old:
            refs = [[row.document["job"][1][0], row.document["id"]] for row in old]
            self._documents.save([_mark(work, runs=refs)], old)
            work.old_runs |= {(one[0], one[1]) for one in refs}

    def _bring(self, work: _Work, runs: list[Document]) -> None:
        """Write to the graph what the documents say of this."""
        jobs = self._documents.load("job", {job_key(*one) for one in work.jobs})
        datasets = self._documents.load("dataset", {dataset_key(ref) for ref in work.datasets})
        names = Identities(self._state, self._documents)
        named = {ref for one in (*jobs.values(), *datasets.values()) for ref in describing.named_by(one)}
        runs = [*runs, *self._runs_with(work.renamed, {run_key(run["job"][1][0], run["id"]) for run in runs})]
        used = {dataset(*one) for run in runs for one in (*run["in"], *run["out"])}
        names.load(work.datasets | named | used)
        alive = self._alive(names, named)
        noted = Edges(self._documents)
        work.edges |= noted.note(jobs, datasets, names.of, alive.__contains__, lambda pairs: _mark_edges(work, pairs))
        write = Write(gone=dict.fromkeys((Lineage(downstream=down, upstream=up).ref for down, up in work.edges)))
        write.records.extend(noted.read(work.edges))
        self._datasets(write, work.datasets, names)
        for document in jobs.values():
            write.records.extend(describing.job_records(document, names.of))
        problems = self._writer.write(write)
        shown = [one for one in runs if (one["job"][1][0], one["id"]) not in work.old_runs]
        problems += self._publisher.publish(
            (describing.run_record(one, names.of) for one in shown),
            (Ref("run", namespace, run_id) for namespace, run_id in work.old_runs),
        )
        for problem in problems:
            _log.warning("an OpenLineage record was refused: %s", problem)
            self._inbox.report(problem)
        self._documents.save([], work.marks)

    def _runs_with(self, renamed: set[Ref], known: set[bytes]) -> list[Document]:
        """The other runs of jobs that use these datasets."""
        rows = self._documents.about("use", {dataset_key(ref) for ref in renamed})
        using = {row.owner for row in rows if row.owner is not None}
        return [row.document for row in self._documents.owned("run", using) if row.key not in known]

    def _alive(self, names: Identities, named: set[Ref]) -> set[Ref]:
        """Those of the datasets, by the names they go by, that are not gone."""
        members = {member for ref in named for member in names.members(ref)}
        found = self._documents.load("dataset", {dataset_key(ref) for ref in members})
        return {names.of(dataset(*one["ref"])) for one in found.values() if not is_gone(one)}

    def _datasets(self, write: Write, refs: set[Ref], names: Identities) -> None:
        members = {member for ref in refs for member in names.members(ref)}
        found = self._documents.load("dataset", {dataset_key(ref) for ref in members})
        groups: dict[Ref, list[Document]] = {}
        for ref in refs:
            groups.setdefault(names.of(ref), [])
        for document in found.values():
            ref = dataset(*document["ref"])
            chosen = names.of(ref)
            groups.setdefault(chosen, []).append(document)
            if chosen != ref:
                write.gone.update(dict.fromkeys([ref], chosen))
                write.gone.update(dict.fromkeys(describing.check_refs(ref, [document])))
        for ref, held in groups.items():
            if held and not all(map(is_gone, held)):
                write.records.extend(describing.dataset_records(ref, held))
            else:
                write.gone.update(dict.fromkeys([ref, *describing.check_refs(ref, held)]))
        for ref in members:
            if names.of(ref) != ref:
                write.gone.setdefault(ref, names.of(ref))


def _mark(work: _Work, **said: Iterable[Any]) -> Row:
    document = {name: sorted(items) for name, items in said.items()}
    row = Row("mark", digest(repr(document)), document)
    work.marks.append(row)
    return row


def _mark_edges(work: _Work, pairs: Iterable[Pair]) -> Row:
    return _mark(work, edges=[[[down.namespace, down.name], [up.namespace, up.name]] for down, up in pairs])
