"""An index of another model is built beside the one that serves."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TypeAlias

import pytest

from fabric.discovery.encoder import Encoder, OnnxEncoder, model_folder
from fabric.discovery.generations import Generations, kept_vectors, kept_words, postgres_vectors
from fabric.discovery.vectors import Vectors
from fabric.settings import Settings
from fabric.workspace import Workspace
from tests.fabric.discovery.documents import made
from tests.fabric.discovery.models import Counting
from tests.fabric.scripted import install, table, write

Open: TypeAlias = Callable[[str], Generations]
DOCUMENTS = [
    made("clients", description="People who buy from us."),
    made("rainfall", description="Millimetres of rain by station and day."),
]


@pytest.fixture
def encoders(model: OnnxEncoder) -> dict[str, Encoder]:
    return {name: Counting(model, name) for name in ("before", "after")}


@pytest.fixture(params=["faiss", "pgvector"])
def opened(request: pytest.FixtureRequest, tmp_path: Path, encoders: dict[str, Encoder]) -> Iterator[Open]:
    """Opens the index of the model named, with both models at hand."""
    url = request.getfixturevalue("pgvector") if request.param == "pgvector" else ""
    with ExitStack() as closing_all:

        def open_(name: str) -> Generations:
            if url:
                made = postgres_vectors(url, encoders[name], encoders.get)
            else:
                made = kept_vectors(tmp_path, encoders[name], encoders.get)
            for one in made.members:
                closing_all.callback(one.close)
            return made

        yield open_


def test_the_old_index_serves_until_the_new_one_is_ready(opened: Open) -> None:
    opened("before").write(DOCUMENTS, [], 7)
    both = opened("after")
    assert (both.model, both.position(), len(both.members)) == ("before", 7, 2)
    assert both.search("precipitation", {}, 1)[0][0] == "urn:rainfall"
    old, new = both.members
    new.write(DOCUMENTS[:1], [], 0)  # a batch of many
    both.settle()
    assert both.model == "before"
    old.write([made("storms", description="Heavy rain.")], [], 8)
    new.write([*DOCUMENTS[1:], made("storms", description="Heavy rain.")], [], 8)
    both.settle()
    assert (both.model, both.position(), both.count(), len(both.members)) == ("after", 8, 3, 1)
    again = opened("after")
    assert (again.model, len(again.members)) == ("after", 1)
    again.drop()


def test_an_index_whose_model_is_gone_is_deleted(tmp_path: Path, model: OnnxEncoder) -> None:
    kept_vectors(tmp_path, Counting(model, "before"), lambda _name: None).write(DOCUMENTS, [], 7)
    (tmp_path / "vectors.db").touch()
    after = kept_vectors(tmp_path, Counting(model, "after"), lambda _name: None)
    assert (after.model, after.position()) == ("after", 0)
    assert [file.name for file in tmp_path.iterdir()] == ["vectors-after.db"]


def test_a_file_that_another_model_wrote_is_emptied(tmp_path: Path, model: OnnxEncoder) -> None:
    Vectors(tmp_path / "v.db", Counting(model, "before")).write(DOCUMENTS, [], 7)
    assert Vectors(tmp_path / "v.db", Counting(model, "after")).count() == 0


def test_word_indexes_of_another_version_are_deleted(tmp_path: Path) -> None:
    (tmp_path / "words").mkdir()
    kept_words(tmp_path).write(DOCUMENTS, [], 1)
    assert not (tmp_path / "words").exists()
    assert kept_words(tmp_path).position() == 1


def test_a_model_changed_in_its_folder_is_noticed_and_the_index_rebuilt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path / "installed", monkeypatch)
    folder, cache = tmp_path / "model", tmp_path / "cache"
    shutil.copytree(model_folder("builtin"), folder)
    names = [OnnxEncoder(folder, cache / "models").name]
    _put_in_cache(names[0], cache / "models")
    settings = Settings(data_dir=tmp_path / "data", embedding_model=str(folder), cache_dir=cache)
    script = write(tmp_path / "script", table("rainfall", "Millimetres of rain"), table("clients", "Who buys from us"))
    with Workspace(settings) as workspace:
        workspace.sources.register("shop", "scripted", {"script": str(script)})
        workspace.harvest("shop")
        workspace.indexer.catch_up()
    with (folder / "model.safetensors").open("ab") as weights:
        weights.write(b"\0")  # other weights, as far as anyone can tell
    names.append(OnnxEncoder(folder, cache / "models").name)
    _put_in_cache(names[1], cache / "models")
    with Workspace(settings) as workspace:
        assert workspace.search.search("precipitation").found[0].document.title == "rainfall"
        assert _models(tmp_path / "data") == sorted(names)
        workspace.indexer.catch_up()
        assert _models(tmp_path / "data") == [names[1]]
        assert workspace.search.search("precipitation").found[0].document.title == "rainfall"


def test_an_index_that_is_ahead_of_the_log_is_built_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "installed", monkeypatch)
    script = write(tmp_path / "script", table("rainfall"))
    with Workspace(Settings(data_dir=tmp_path / "data", semantic=False)) as workspace:
        workspace.sources.register("shop", "scripted", {"script": str(script)})
        workspace.harvest("shop")
    kept_words(tmp_path / "data" / "index").write(DOCUMENTS, [], 9)
    with Workspace(Settings(data_dir=tmp_path / "data", semantic=False)) as workspace:
        workspace.indexer.catch_up()
        found = workspace.search.search("")
    assert (found.total, found.found[0].document.title) == (1, "rainfall")


def _put_in_cache(name: str, cache: Path) -> None:
    """Give a model by that name the export of the packaged one, which takes ten seconds to make."""
    kept = OnnxEncoder(model_folder("builtin"), Settings().models_dir)
    kept.encode(["warm"])
    cache.mkdir(parents=True, exist_ok=True)
    for suffix in (".onnx", ".json"):
        shutil.copy(Settings().models_dir / f"{kept.name}{suffix}", cache / f"{name}{suffix}")


def _models(data: Path) -> list[str]:
    found = []
    for file in (data / "index").glob("vectors-*.db"):
        with closing(sqlite3.connect(file)) as db:
            found.append(str(db.execute("SELECT value FROM mark WHERE name = 'model'").fetchone()[0]))
    return sorted(found)
