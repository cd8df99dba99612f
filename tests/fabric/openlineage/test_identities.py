"""Names that symlinks and renames join are one dataset, and it is the one that a harvest found."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from fabric.model import Dataset, Job, Ref, dataset
from fabric.workspace import Workspace
from tests.fabric.openlineage.events import SHOP, run_event, schema
from tests.fabric.openlineage.events import dataset as item
from tests.fabric.openlineage.taking import edge, facts, get, run, table, take

LAKE = "s3://lake"
FILES = dataset(LAKE, "raw/orders")


def linked(name: str, path: Path) -> dict[str, Any]:
    """Files in the lake that are also a table of a SQLite database."""
    link = {"namespace": f"sqlite://{path}", "name": name, "type": "TABLE"}
    return item("raw/orders", LAKE, symlinks={"identifiers": [link]}, schema=schema(id="int"))


def made(path: Path) -> Path:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, amount REAL)")
    connection.close()
    return path


def harvested(workspace: Workspace, path: Path) -> Ref:
    workspace.sources.register("db", "sql", {"url": f"sqlite:///{path}"})
    assert workspace.harvest("db").state == "complete"
    return dataset(f"sqlite://{path}", "orders")


def test_an_event_meets_a_harvested_table_by_its_name(workspace: Workspace, tmp_path: Path) -> None:
    path = made(tmp_path / "shop.db")
    found = harvested(workspace, path)
    take(
        workspace, run_event("COMPLETE", "08:00:00", inputs=[item("orders", f"sqlite://{path}")], outputs=[item("out")])
    )
    asset = workspace.assets.get(workspace.iris.asset(found))
    assert asset.sources == ("db", "openlineage")
    assert edge(workspace, dataset(SHOP, "out"), found) is not None


def test_a_symlink_leads_to_the_harvested_table(workspace: Workspace, tmp_path: Path) -> None:
    path = made(tmp_path / "shop.db")
    found = harvested(workspace, path)
    take(workspace, run_event("COMPLETE", "08:00:00", inputs=[linked("orders", path)], outputs=[item("out")]))
    assert edge(workspace, dataset(SHOP, "out"), found) is not None
    assert run(workspace, 1).used == {found}
    assert workspace.assets.find(workspace.iris.asset(FILES)) is None


def test_a_table_harvested_later_takes_over_what_events_said(workspace: Workspace, tmp_path: Path) -> None:
    path = made(tmp_path / "shop.db")
    take(workspace, run_event("COMPLETE", "08:00:00", inputs=[linked("orders", path)], outputs=[item("out")]))
    assert edge(workspace, dataset(SHOP, "out"), FILES) is not None
    found = harvested(workspace, path)
    workspace.applier.catch_up()
    assert edge(workspace, dataset(SHOP, "out"), found) is not None
    assert edge(workspace, dataset(SHOP, "out"), FILES) is None
    assert get(workspace, Ref("job", "shop", "load"), Job).reads == {found}
    left = workspace.assets.get(workspace.iris.asset(FILES))
    assert left.removed is not None
    assert any(fact.triple[1].endswith("isReplacedBy>") for fact in left.facts)


def test_jobs_that_use_either_name_meet(workspace: Workspace) -> None:
    link = {"namespace": SHOP, "name": "shop.public.orders", "type": "TABLE"}
    take(workspace, run_event("COMPLETE", "08:00:00", inputs=[item("shop.public.orders")], outputs=[item("a")]))
    files = item("raw/orders", LAKE, symlinks={"identifiers": [link]})
    take(workspace, run_event("COMPLETE", "09:00:00", run=2, job="write", inputs=[item("b")], outputs=[files]))
    assert edge(workspace, dataset(SHOP, "a"), FILES) is not None
    assert edge(workspace, FILES, dataset(SHOP, "b")) is not None
    assert get(workspace, Ref("job", "shop", "load"), Job).reads == {FILES}


def change(name: str, what: str, before: str | None = None) -> dict[str, Any]:
    facet: dict[str, Any] = {"lifecycleStateChange": what}
    if before is not None:
        facet["previousIdentifier"] = {"namespace": SHOP, "name": before}
    return item(name, lifecycleStateChange=facet)


def renames() -> list[dict[str, Any]]:
    return [
        run_event("COMPLETE", "08:00:00", inputs=[item("shop.public.orders")], outputs=[item("shop.public.old")]),
        run_event(
            "COMPLETE", "09:00:00", run=2, job="alter", outputs=[change("shop.public.new", "RENAME", "shop.public.old")]
        ),
    ]


def test_a_renamed_table_keeps_its_lineage_and_the_old_name_points_to_the_new(workspace: Workspace) -> None:
    take(workspace, *renames())
    assert edge(workspace, table("new"), table("orders")) is not None
    assert get(workspace, Ref("job", "shop", "load"), Job).writes == {table("new")}
    assert workspace.assets.find(workspace.iris.asset(table("old"))) is None


def test_a_rename_matters_the_same_in_steps_and_in_any_order(workspace: Workspace) -> None:
    first, second = renames()
    take(workspace, first)
    take(workspace, second)
    left = workspace.assets.get(workspace.iris.asset(table("old")))
    assert left.removed is not None
    expected = {(t, g) for t, g in facts(workspace) if not g.endswith("/tombstones")}
    settings = workspace.settings.model_copy(update={"data_dir": workspace.settings.data_dir / "other"})
    with Workspace(settings) as other:
        take(other, second)
        take(other, first)
        assert facts(other) == expected


def test_a_dropped_table_leaves_a_tombstone_and_comes_back(workspace: Workspace) -> None:
    take(workspace, renames()[0])
    take(workspace, run_event("COMPLETE", "09:00:00", run=2, job="drop", outputs=[change("shop.public.old", "DROP")]))
    assert workspace.assets.get(workspace.iris.asset(table("old"))).removed is not None
    assert edge(workspace, table("old"), table("orders")) is None
    take(
        workspace,
        run_event(
            "COMPLETE", "10:00:00", run=3, inputs=[item("shop.public.orders")], outputs=[item("shop.public.old")]
        ),
    )
    assert workspace.assets.get(workspace.iris.asset(table("old"))).removed is None
    assert get(workspace, table("old"), Dataset).title == "old"
    assert edge(workspace, table("old"), table("orders")) is not None
