"""A small dbt project as the artifacts that dbt writes, and an estate that shares its warehouse."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["MODELS", "catalog", "manifest", "put"]

SCHEMA = "https://schemas.getdbt.com/dbt/manifest/v12.json"
MODELS = {
    "stg_orders": "select id, customer, amount, email from shop.public.orders",
    "daily": "select customer, sum(amount) as total from shop.public.stg_orders group by customer",
    "mirror": "select * from shop.public.stg_orders",
    "mailing": "select m.email from shop.public.mirror as m",
}
COLUMNS = {
    "orders": ("id", "customer", "amount", "email"),
    "stg_orders": ("id", "customer", "amount", "email"),
    "daily": ("customer", "total"),
    "mirror": ("id", "customer", "amount", "email"),
    "mailing": ("email",),
}


def manifest(models: Mapping[str, str] = MODELS, **documented: Mapping[str, Any]) -> str:
    """manifest.json with these models, by name; each depends on those that its SQL names. A dashboard shows `daily`."""
    source = "source.shop.till.orders"
    nodes = {}
    for name, sql in models.items():
        unique_id = f"model.shop.{name}"
        upstream = [f"model.shop.{other}" for other in models if other != name and f"public.{other}" in sql]
        upstream += [source] if "public.orders" in sql else []
        nodes[unique_id] = {
            **_node(unique_id, "model", name),
            "compiled_code": sql,
            "config": {"materialized": "view"},
            "depends_on": {"nodes": upstream},
            "columns": {column: {"name": column, **said} for column, said in documented.get(name, {}).items()},
        }
    return json.dumps(
        {
            "metadata": {"dbt_schema_version": SCHEMA, "adapter_type": "postgres", "project_name": "shop"},
            "nodes": nodes,
            "sources": {source: {**_node(source, "source", "orders"), "source_name": "till", "identifier": "orders"}},
            "exposures": {
                "exposure.shop.takings": {
                    "unique_id": "exposure.shop.takings",
                    "resource_type": "exposure",
                    "name": "takings",
                    "depends_on": {"nodes": ["model.shop.daily"] if "daily" in models else []},
                    "owner": {"name": "Ann", "email": "ann@example.org"},
                }
            },
        }
    )


def catalog(columns: Mapping[str, tuple[str, ...]] = COLUMNS) -> str:
    """catalog.json, by table."""

    def entry(name: str) -> dict[str, Any]:
        found = enumerate(columns[name], start=1)
        return {
            "metadata": {"type": "VIEW"},
            "columns": {column: {"name": column, "type": "text", "index": n} for n, column in found},
            "stats": {},
        }

    models = {f"model.shop.{name}": entry(name) for name in columns if name != "orders"}
    return json.dumps({"nodes": models, "sources": {"source.shop.till.orders": entry("orders")}})


def put(folder: Path, manifest: str, catalog: str | None = None) -> Path:
    """A target folder with the artifacts."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(manifest, encoding="utf-8")
    if catalog is not None:
        (folder / "catalog.json").write_text(catalog, encoding="utf-8")
    return folder


def _node(unique_id: str, kind: str, name: str) -> dict[str, Any]:
    return {"unique_id": unique_id, "resource_type": kind, "name": name, "database": "shop", "schema": "public"}
