"""The peer of the harvest benchmark: DataHub's command line, which reads the same database to its file sink.

It is installed once, into an environment of its own, since its dependencies clash with others' (about 300 MB).
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks._processes import Measured, measure
from benchmarks._warehouse import Warehouse

__all__ = ["VERSION", "features", "ingest", "installed"]

VERSION = "1.7.0.17"
# In the peer's favour: it would ask for newer versions of itself, which takes up to three seconds where no network is.
_LAUNCH = (
    "import sys; from datahub.upgrade import upgrade; upgrade.check_upgrade_post = lambda **_: None; "
    "from datahub.entrypoints import main; sys.exit(main())"
)


def installed(folder: Path) -> Path:
    """The Python of an environment in `folder` that has DataHub; made where there is none."""
    python = folder / "bin" / "python"
    if not (folder / f"installed-{VERSION}").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        subprocess.run(
            [str(python), "-m", "pip", "install", "--quiet", f"acryl-datahub[postgres]=={VERSION}"], check=True
        )
        (folder / f"installed-{VERSION}").touch()
    return python


def ingest(python: Path, warehouse: Warehouse, output: Path, *, lineage: bool) -> Measured:
    """Read the database into the file `output`; `lineage` says whether views are parsed for their tables and columns."""
    url = urlsplit(warehouse.url)
    config = {
        "host_port": f"{url.hostname or '127.0.0.1'}:{url.port or 5432}",
        "database": warehouse.name,
        "username": url.username,
        "password": url.password or "",
        # Without the first, the second does nothing; and turning only the second off leaves column lineage on.
        "include_view_lineage": lineage,
        "include_view_column_lineage": lineage,
    }
    recipe = {
        "source": {"type": "postgres", "config": config},
        "sink": {"type": "file", "config": {"filename": str(output)}},
    }
    written = output.with_suffix(".recipe.json")
    written.write_text(json.dumps(recipe), encoding="utf-8")
    options = ["ingest", "run", "-c", str(written), "--no-spinner", "--no-progress", "--no-default-report"]
    return measure(
        [str(python), "-c", _LAUNCH, *options],
        {"DATAHUB_TELEMETRY_ENABLED": "false", "HOME": str(output.parent)},
    )


def features(output: Path) -> dict[str, int]:
    """How much of what the file holds; it is read in a process of its own, see `measure`."""
    counted = subprocess.run(
        [sys.executable, "-m", "benchmarks._datahub", str(output)], check=True, capture_output=True, text=True
    )
    read: dict[str, int] = json.loads(counted.stdout)
    return read


def _count(events: list[dict[str, Any]]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for name, aspect in (pair for event in events for pair in _aspects(event)):
        _count_aspect(found, name, aspect)
    return dict(found)


def _aspects(event: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Aspects by bare name: an event holds one, or a snapshot of several."""
    snapshot = event.get("proposedSnapshot")
    if isinstance(snapshot, dict):
        (body,) = snapshot.values()
        return [
            (name.rpartition(".")[2].casefold(), value) for aspect in body["aspects"] for name, value in aspect.items()
        ]
    aspect = event.get("aspect")
    value = aspect.get("json", {}) if isinstance(aspect, dict) else {}
    return [(str(event.get("aspectName")).casefold(), value)]


def _count_aspect(found: Counter[str], name: str, aspect: dict[str, Any]) -> None:
    if name == "schemametadata":
        fields = aspect.get("fields") or ()
        found["tables and views"] += 1
        found["columns"] += len(fields)
        found["column comments"] += sum(bool(field.get("description")) for field in fields)
        found["primary keys"] += any(field.get("isPartOfKey") for field in fields)
        found["foreign keys"] += len(aspect.get("foreignKeys") or ())
    elif name == "datasetproperties":
        found["table comments"] += bool(aspect.get("description"))
    elif name == "viewproperties":
        found["view definitions"] += 1
    elif name == "containerproperties":
        found["databases and schemas"] += 1
    elif name == "ownership":
        found["owners"] += len(aspect.get("owners") or ())
    elif name == "upstreamlineage":
        found["view lineage, tables"] += len(aspect.get("upstreams") or ())
        found["view lineage, columns"] += sum(
            len(edge.get("upstreams") or ()) for edge in (aspect.get("fineGrainedLineages") or ())
        )


if __name__ == "__main__":
    print(json.dumps(_count(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))
