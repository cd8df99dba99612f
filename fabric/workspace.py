"""A data directory, opened: everything Fabric knows, and what can be done with it.

data_dir/graph/        the quad store
data_dir/state.db      sources, runs, history; with FABRIC_STATE_URL in another database
data_dir/queue.db      the server's queue of harvests; can be deleted, is built anew from the runs
data_dir/index/        words and vectors; can be deleted, is built anew
data_dir/snapshots/    copies of the graph at past commits
data_dir/readers/      copies of the graph that queries read; links to its files, and gone once it is closed
data_dir/branches/     copies of the graph on which changes are tried, for moments
data_dir/secret.key    encrypts secrets
data_dir/lock          held by the one process that has it open
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import FileLock, Timeout

import ontology
from fabric.activities import Activities
from fabric.assets import Assets
from fabric.audit import Audit
from fabric.commit import Committer
from fabric.curation import Curation
from fabric.discovery.encoder import OnnxEncoder, model_folder
from fabric.discovery.generations import Generations, kept_vectors, kept_words, postgres_vectors
from fabric.discovery.indexing import Indexer
from fabric.discovery.popularity import Popularity
from fabric.discovery.search import Search
from fabric.discovery.similar import Neighbours
from fabric.errors import FabricError, GraphLocked, SettingsError, StorageFull
from fabric.graph.local import LocalGraph
from fabric.graph.questions import Limits
from fabric.graph.remote import RemoteGraph
from fabric.graph.store import GraphStore
from fabric.harvest import Harvester, Report
from fabric.harvests import Harvests, Listener
from fabric.history import History
from fabric.identity import DEFAULT_BASE, Iris
from fabric.inference import LabelRule
from fabric.openlineage.applying import Applier
from fabric.openlineage.inbox import Inbox
from fabric.openlineage.publishing import Publisher
from fabric.openlineage.writing import Writer
from fabric.queries import Queries
from fabric.records import Records
from fabric.runs import HarvestRun, Runs
from fabric.schedules import Schedules
from fabric.settings import Settings
from fabric.shapes import Shapes
from fabric.snapshots import Snapshots, files
from fabric.sources import RegisteredSource, Sources
from fabric.sqlreader import SqlReader
from fabric.state import State
from fabric.tracing.questions import Tracing
from fabric.tracing.tracer import Tracer
from fabric.vault import Vault
from fabric.whatif.branch import Branches
from fabric.whatif.questions import WhatIf
from fabric.workers import Workers

__all__ = ["Workspace"]

_log = logging.getLogger(__name__)


class Workspace:
    """An open data directory; made where there is none. Use as a context manager. Safe to share between threads.

    Raises: GraphLocked, GraphCorrupt, StorageFull, SettingsError.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        folder = settings.data_dir
        _make(folder)
        self._lock = FileLock(folder / "lock", thread_local=False)
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise GraphLocked(
                f"another process has {str(folder)!r} open", remedy="stop it, or set FABRIC_DATA_DIR to another folder"
            ) from None
        with ExitStack() as opened:
            opened.callback(self._lock.release)
            self._open(folder, opened)
            self._opened = opened.pop_all()

    def _open(self, folder: Path, opened: ExitStack) -> None:
        settings = self.settings
        self.state = State(settings.state_url or f"sqlite:///{folder.resolve() / 'state.db'}")
        opened.callback(self.state.close)
        opened.enter_context(self.state.claimed(alone=settings.graph_query_url is None))
        self.workers = Workers(self.state, settings.worker_timeout)
        self.workers.join()
        opened.callback(self.workers.leave)
        self.iris = Iris(_base(self.state, settings.base_iri))
        self.graph = _graph(settings, folder)
        opened.callback(self.graph.close)
        self.audit = Audit(self.state)
        self.history = History(self.state)
        rule = LabelRule(self.graph, self.iris)
        self.committer = Committer(self.graph, self.state, self.iris, rule, worker=self.workers.id)
        self.committer.recover(self.workers.alive())
        self.shapes = Shapes(ontology.graph("shapes"))
        self.harvester = Harvester(self.graph, self.state, self.committer, self.shapes, self.iris)
        opened.callback(self.harvester.close)
        records = Records(self.state, self.iris) if isinstance(self.graph, LocalGraph) else None
        self.assets = Assets(self.graph, self.history, self.iris, records)
        self.sql = SqlReader(self.graph, self.assets, self.iris)
        opened.callback(self.sql.close)
        self.curation = Curation(self.graph, self.committer, self.assets, self.iris)
        self.snapshots = Snapshots(
            self.graph,
            self.history,
            self.committer,
            self.iris,
            folder / "snapshots",
            embedded=isinstance(self.graph, LocalGraph),
        )
        self.queries = Queries(
            self.graph,
            self.snapshots,
            folder / "readers",
            Limits(settings.sparql_timeout, settings.sparql_memory),
            federation=settings.sparql_federation,
        )
        opened.callback(self.queries.close)
        self.tracer = Tracer(self.graph, self.history, self.committer, self.snapshots, self.iris)
        self.tracing = Tracing(self.tracer, self.graph, self.history, self.assets, self.iris)
        self.vault = vault = Vault(settings.secret_key_file or folder / "secret.key")
        if self.state.shared:
            _agree(self.state, vault)
        self.sources = Sources(self.state, vault)
        branches = Branches(
            self.state, self.committer, self.tracer, self.snapshots, self.shapes, self.iris, folder / "branches"
        )
        branches.sweep()
        self.whatif = WhatIf(branches, self.sources, self.state, self.iris)
        self.schedules = Schedules(self.state)
        self.runs = Runs(self.state, self.workers.id)
        self.runs.abandon(self.workers.alive())
        activities = Activities(self.graph, self.runs, self.iris, settings.runs_kept)
        self.inbox = Inbox(self.state)
        opened.callback(self.inbox.close)
        self.applier = Applier(
            self.state,
            self.inbox,
            Writer(self.graph, self.state, self.committer, self.shapes, self.iris),
            Publisher(self.graph, self.shapes, self.iris),
            self.history,
            self.iris,
            settings.openlineage_runs_kept,
        )
        self.harvests = Harvests(
            self.harvester,
            self.sources,
            self.runs,
            activities,
            at_once=settings.harvests_at_once,
            attempts=settings.harvest_attempts,
            retry_seconds=settings.harvest_retry_seconds,
            listener=self._sender(opened),
        )
        self.encoder = OnnxEncoder(model_folder(settings.embedding_model), settings.models_dir)
        self._open_search(folder / "index", opened)
        self.committer.listen(self._snapshot_now_and_then)

    def _sender(self, opened: ExitStack) -> Listener | None:
        settings = self.settings
        if settings.openlineage_url is None:
            return None
        from fabric.openlineage.sender import Sender  # OpenLineage's client takes 0.3 s to import

        sender = Sender(
            settings.openlineage_url,
            settings.openlineage_api_key.get_secret_value() if settings.openlineage_api_key else None,
            self.iris.base,
            attempts=settings.openlineage_attempts,
            seconds=settings.openlineage_timeout,
            note=lambda run_id, text: self.runs.log(run_id, [("warning", text)]),
        )
        opened.callback(sender.close)
        return sender

    def _open_search(self, folder: Path, opened: ExitStack) -> None:
        settings, models = self.settings, self.settings.models_dir
        vectors: Generations | None = None
        if settings.semantic and settings.vectors_url is not None:
            url = settings.vectors_url.get_secret_value()
            vectors = postgres_vectors(url, self.encoder, lambda name: OnnxEncoder.kept(name, models))
        elif settings.semantic:
            vectors = kept_vectors(folder, self.encoder, lambda name: OnnxEncoder.kept(name, models))
        if vectors is not None:
            opened.callback(vectors.close)
        words = kept_words(folder)
        popularity = Popularity(self.graph)
        self.search = Search(words, vectors, popularity)
        self.neighbours = Neighbours(words, vectors)
        self.indexer = Indexer(self.assets, self.history, words, vectors, popularity)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop running harvests, which change nothing then, and release the data directory."""
        self.harvests.close()
        self._opened.close()

    def test_source(self, name: str) -> str:
        """Reach a source; returns the line that its connector says. Raises: SourceError, SettingsError, UnknownSource."""
        return self.sources.connector(name).check()

    def harvest(self, name: str, *, progress: Callable[[Report], None] = lambda _report: None) -> HarvestRun:
        """Harvest a source and wait for it.

        Raises: HarvestRunning, UnknownSource. How it ended, also badly, is in the run.
        """
        return self.harvests.harvest(name, progress)

    def start_harvest(self, name: str, trigger: str = "request") -> HarvestRun:
        """Harvest a source in the background, or queue that where a server does; returns the run as it begins.

        Raises: HarvestRunning, UnknownSource.
        """
        return self.harvests.start(name, trigger)

    def await_run(self, run_id: str, seconds: float) -> HarvestRun:
        """A run, once it has ended or so many seconds have passed. Raises: InputError where there is none."""
        return self.harvests.wait(run_id, seconds)

    def cancel_harvest(self, name: str) -> bool:
        """Ask the queued or running harvest of a source to stop; False where there is none."""
        run = self.runs.active(name)
        return run is not None and self.harvests.cancel(run.id)

    def retry_run(self, run_id: str) -> HarvestRun:
        """Harvest a run's source anew. Raises: HarvestRunning, UnknownSource, InputError where there is no such run."""
        return self.harvests.start(self.runs.get(run_id).source, "retry")

    def schedule_source(self, name: str, cron: str | None) -> RegisteredSource:
        """Have the server harvest a source by a cron expression in UTC, or with None no longer.

        Raises: SettingsError where the expression is malformed or never due, UnknownSource.
        """
        self.sources.get(name)
        self.schedules.set(name, cron)
        return self.sources.get(name)

    def remove_source(self, name: str) -> Report:
        """Remove a source and, with tombstones, what only it described.

        Raises: HarvestRunning while it is harvested, UnknownSource.
        """
        return self.harvests.remove(name)

    def warm(self) -> None:
        """Load the embedding model, so that the first search need not wait for it."""
        if self.settings.semantic:
            self.encoder.encode(["warm"])

    def backup(self, target: Path) -> None:
        """Copy graph, state and key to the folder `target`, consistently, while work goes on.

        Raises: SettingsError where `target` exists, GraphError, StorageFull.
        """
        if target.exists():
            raise SettingsError(f"the backup folder {str(target)!r} exists already", remedy="name a new one")
        partial = target.with_name(target.name + ".new")
        shutil.rmtree(partial, ignore_errors=True)
        _make(partial)
        with self.committer.hold(), _gone_on_failure(partial):
            self.state.backup(partial / "state.db")
            self.graph.snapshot(partial / "graph")
        key = self.settings.secret_key_file or self.settings.data_dir / "secret.key"
        with files(target):
            if key.exists():
                shutil.copy2(key, partial / "secret.key")
            partial.rename(target)

    def _snapshot_now_and_then(self, number: int) -> None:
        every = self.settings.snapshot_every
        if every and number % every == 0 and isinstance(self.graph, LocalGraph):
            try:
                self.snapshots.take()
                self.snapshots.keep(self.settings.snapshots_kept)
            except FabricError as error:
                _log.warning("no snapshot was taken at commit %s: %s", number, error)


def restore(backup: Path, data_dir: Path) -> None:
    """Make a data directory from a backup.

    Raises: SettingsError where the backup is none or the directory holds something, StorageFull, GraphError.
    """
    if not (backup / "state.db").is_file():
        raise SettingsError(
            f"{str(backup)!r} is no backup: it holds no state.db", remedy="name a folder that fabric backup made"
        )
    if data_dir.exists() and any(entry.name != "lock" for entry in data_dir.iterdir()):
        raise SettingsError(
            f"the data directory {str(data_dir)!r} is not empty",
            remedy="move it away or set FABRIC_DATA_DIR to a new one",
        )
    partial = data_dir.with_name(data_dir.name + ".new")
    shutil.rmtree(partial, ignore_errors=True)
    with files(data_dir):
        shutil.copytree(backup, partial)
        shutil.rmtree(data_dir, ignore_errors=True)
        partial.rename(data_dir)


@contextmanager
def _gone_on_failure(folder: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if error.errno == 28:  # ENOSPC
            raise StorageFull(f"no space left for {str(folder)!r}", remedy="free space") from error
        raise SettingsError(
            f"the folder {str(folder)!r} cannot be made: {error.strerror}", remedy="set FABRIC_DATA_DIR"
        ) from error


def _agree(state: State, vault: Vault) -> None:
    """See that all who share the state have the same key."""
    with state.locked("key"):
        known = state.get("secret_key")
        fingerprint = vault.agree(known)
        if known is None:
            state.put("secret_key", fingerprint)


def _base(state: State, wanted: str | None) -> str:
    stored = state.get("base_iri")
    if stored is None:
        stored = Iris(wanted or DEFAULT_BASE).base
        state.put("base_iri", stored)
    elif wanted is not None and Iris(wanted).base != stored:
        raise SettingsError(
            f"this data directory's IRIs begin with {stored!r}, not {wanted!r}",
            remedy="unset FABRIC_BASE_IRI or use a new FABRIC_DATA_DIR",
        )
    return stored


def _graph(settings: Settings, folder: Path) -> GraphStore:
    query, update = settings.graph_query_url, settings.graph_update_url
    if query is None and update is None:
        return LocalGraph(folder / "graph")
    if query is None or update is None:
        raise SettingsError("a SPARQL server needs both FABRIC_GRAPH_QUERY_URL and FABRIC_GRAPH_UPDATE_URL")
    token: Mapping[str, Any] = {"token": settings.graph_token.get_secret_value()} if settings.graph_token else {}
    return RemoteGraph(query, update, **token)
