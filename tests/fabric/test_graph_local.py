"""What only the embedded store does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fabric.errors import GraphCorrupt, GraphError, GraphLocked, QueryError
from fabric.graph.local import LocalGraph
from fabric.graph.store import Update
from tests.fabric.graphs import holds, put

A = "http://example.org/graph/a"
FACT = ("<http://example.org/s>", "<http://example.org/p>", '"x"')
OTHER = ("<http://example.org/s>", "<http://example.org/p>", '"y"')

OPEN = """
import sys
from pathlib import Path
from fabric.errors import GraphLocked
from fabric.graph.local import LocalGraph
try:
    LocalGraph(Path(sys.argv[1]))
except GraphLocked as error:
    print(error.code)
"""


def test_what_was_written_is_there_when_opened_again(tmp_path: Path) -> None:
    store = LocalGraph(tmp_path / "graph")
    put(store, A, FACT)
    store.close()
    again = LocalGraph(tmp_path / "graph")
    assert holds(again, A) == {FACT}
    again.close()


def test_a_folder_is_open_once_in_a_process(tmp_path: Path) -> None:
    store = LocalGraph(tmp_path / "graph")
    with pytest.raises(GraphLocked):
        LocalGraph(tmp_path / "graph")
    store.close()


def test_a_folder_is_open_in_one_process(tmp_path: Path) -> None:
    store = LocalGraph(tmp_path / "graph")
    done = subprocess.run([sys.executable, "-c", OPEN, tmp_path / "graph"], capture_output=True, text=True, check=False)
    assert done.stdout == "GraphLocked\n", done.stderr
    store.close()


def test_a_snapshot_stands_by_itself(tmp_path: Path) -> None:
    store = LocalGraph(tmp_path / "graph")
    put(store, A, FACT)
    store.snapshot(tmp_path / "copy")
    put(store, A, OTHER)
    copy = LocalGraph(tmp_path / "copy")
    change = Update()
    change.remove(A, [FACT])
    copy.update(change)
    assert holds(copy, A) == set()
    assert holds(store, A) == {FACT, OTHER}
    copy.close()
    store.close()


def test_a_snapshot_replaces_nothing(tmp_path: Path) -> None:
    store = LocalGraph(tmp_path / "graph")
    (tmp_path / "copy").mkdir()
    with pytest.raises(GraphError):
        store.snapshot(tmp_path / "copy")
    store.close()


def test_a_store_opened_for_reading_takes_no_update(tmp_path: Path) -> None:
    store = LocalGraph(tmp_path / "graph")
    put(store, A, FACT)
    store.close()
    reader = LocalGraph(tmp_path / "graph", read_only=True)
    assert holds(reader, A) == {FACT}
    with pytest.raises(GraphError):
        put(reader, A, OTHER)
    reader.close()


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = LocalGraph(tmp_path / "graph")
    store.close()
    store.close()
    for use in (lambda: store.query("ASK {}"), lambda: list(store.match()), lambda: put(store, A, FACT), store.flush):
        with pytest.raises(GraphError, match="closed"):
            use()


@pytest.mark.parametrize("damage", ["CURRENT", "MANIFEST-*"])
def test_a_damaged_store_says_so(tmp_path: Path, damage: str) -> None:
    store = LocalGraph(tmp_path / "graph")
    put(store, A, FACT)
    store.close()
    for file in (tmp_path / "graph").glob(damage):
        file.write_bytes(b"nonsense\n" * 20)
    with pytest.raises(GraphCorrupt) as caught:
        LocalGraph(tmp_path / "graph")
    assert "restore" in caught.value.remedy


def test_a_folder_that_is_none_says_so(tmp_path: Path) -> None:
    (tmp_path / "graph").write_text("a file", encoding="utf-8")
    with pytest.raises(GraphError):
        LocalGraph(tmp_path / "graph")


def test_a_malformed_graph_name_is_refused() -> None:
    store = LocalGraph()
    with pytest.raises(QueryError, match="malformed name"):
        store.query("ASK {}", graphs=["not an iri"])
    with pytest.raises(GraphError):
        list(store.match("not an iri"))


def test_rdflib_sees_the_same_quads() -> None:
    store = LocalGraph()
    put(store, A, FACT)
    assert {str(o) for _, _, o in store.rdflib().triples((None, None, None))} == {"x"}
