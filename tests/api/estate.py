"""A little estate of files, and an application over a data directory of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from starlette.testclient import TestClient

from api.app import make_app
from fabric.settings import Settings

__all__ = ["ask", "harvest", "make_lake", "opened", "settings"]


def make_lake(folder: Path) -> Path:
    """Two tables: orders (Parquet) and customers (CSV)."""
    folder.mkdir(parents=True, exist_ok=True)
    columns = pa.schema(
        [
            pa.field("order_id", pa.int64(), nullable=False, metadata={"description": "Number of the order."}),
            pa.field("customer_id", pa.int64()),
            pa.field("total_amount", pa.float64()),
        ]
    )
    pq.write_table(pa.table([[1, 2], [7, 8], [9.5, 1.0]], schema=columns), folder / "orders.parquet")
    (folder / "customers.csv").write_text("customer_id,email\n7,a@example.org\n8,b@example.org\n", encoding="utf-8")
    return folder


def settings(folder: Path, **given: Any) -> Settings:
    """Settings for tests: no embedding model unless asked for."""
    return Settings(data_dir=folder, **{"semantic": False, **given})


@contextmanager
def opened(folder: Path, **given: Any) -> Iterator[TestClient]:
    """A client of the application over the data directory."""
    with TestClient(make_app(settings(folder, **given), indexing=False), base_url="http://localhost") as client:
        yield client


def ask(client: TestClient, document: str, **variables: Any) -> dict[str, Any]:
    """The data of a GraphQL operation that must succeed."""
    body = client.post("/graphql", json={"query": document, "variables": variables}).json()
    assert not body.get("errors"), body
    data: dict[str, Any] = body["data"]
    return data


def harvest(client: TestClient, name: str, connector: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Register and harvest a source, wait for its end, and index it; returns the run."""
    document = (
        "mutation($n:String!,$c:String!,$o:JSON!){registerSource(name:$n,connector:$c,options:$o,replace:true){name}}"
    )
    ask(client, document, n=name, c=connector, o=dict(options))
    run = client.app.state.workspace.harvest(name)  # type: ignore[attr-defined]
    client.post("/index", params={"semantic": "false"})
    found: dict[str, Any] = ask(
        client, "query($i:ID!){run(id:$i){id state records added commit problems error}}", i=run.id
    )["run"]
    return found
