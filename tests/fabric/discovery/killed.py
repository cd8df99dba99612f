"""Indexing in a process of its own that is killed at any moment, and what must hold afterwards."""

from __future__ import annotations

import json
import multiprocessing
import sqlite3
import time
from contextlib import closing
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path

import tantivy

from fabric.discovery import indexing
from fabric.settings import Settings
from fabric.workspace import Workspace

__all__ = ["contents", "context", "index", "open_workspace"]

_PATIENCE = 60
BATCH = 6
"""So few assets a write, that many writes can be interrupted."""


def context() -> ForkServerContext:
    """Makes processes that have everything imported already."""
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload([__name__, "onnxruntime", "faiss", "tokenizers", "pyroaring"])
    return made


def open_workspace(folder: Path) -> Workspace:
    indexing.BATCH = BATCH
    return Workspace(Settings(data_dir=folder, snapshot_every=0))


def index(made: ForkServerContext, folder: Path, kill_after: float | None = None) -> float:
    """Index in a new process, killed after so many seconds of work; returns how long it worked, -1 where it died."""
    here, there = made.Pipe()
    process = made.Process(target=_child, args=(folder, there))
    process.start()
    there.close()
    try:
        assert here.poll(_PATIENCE), "the child did not start"
        here.recv()
        if kill_after is not None and not here.poll(kill_after):
            process.kill()
        process.join(_PATIENCE)
        return float(here.recv()) if process.exitcode == 0 else -1
    finally:
        process.kill()
        process.join()
        here.close()


def _child(folder: Path, parent: Connection) -> None:
    with open_workspace(folder) as workspace:
        workspace.warm()
        parent.send("ready")
        start = time.monotonic()
        workspace.indexer.catch_up()
        parent.send(time.monotonic() - start)
        parent.close()


def contents(folder: Path) -> tuple[dict[str, str], dict[str, tuple[bytes, str, bytes]], dict[str, str]]:
    """Everything in both indexes, exactly: stored documents (and the position), vectors to the bit, and marks."""
    words = next((folder / "index").glob("words-*"))
    searcher = tantivy.Index.open(str(words)).searcher()
    hits = searcher.search(tantivy.Query.all_query(), 100_000).hits
    stored = [(one["iri"][0], one["stored"][0]) for one in (searcher.doc(address) for _score, address in hits)]
    assert len(stored) == len(dict(stored)), "a document is there twice"
    file = next((folder / "index").glob("vectors-*.db"))
    with closing(sqlite3.connect(file)) as db:
        rows = db.execute("SELECT iri, digest, facets, value FROM vector").fetchall()
        marks = dict(db.execute("SELECT name, value FROM mark").fetchall())
    assert json.loads(dict(stored)["position"]) == int(marks["position"])
    return dict(stored), {iri: (digest, facets, value) for iri, digest, facets, value in rows}, marks
