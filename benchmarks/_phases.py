"""One process that harvests a registered source phase by phase.

`python -m benchmarks._phases DATA_DIR SOURCE URL TABLES` prints JSON.

The connector is read twice: once with its records mapped and validated, nothing kept, and once for the harvest proper.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

_BEGIN = time.perf_counter()
from benchmarks._warehouse import Warehouse  # noqa: E402
from fabric.commit import Committer, Draft  # noqa: E402 - the imports are what is timed
from fabric.harvest import Harvester  # noqa: E402
from fabric.model import Problem  # noqa: E402
from fabric.rdf import encode  # noqa: E402
from fabric.settings import read_settings  # noqa: E402
from fabric.workspace import Workspace  # noqa: E402

__all__ = ["main"]

_IMPORTED = time.perf_counter() - _BEGIN


class _TimedCommitter(Committer):
    seconds = 0.0

    def seal(self, draft: Draft, at: datetime | None = None) -> int | None:
        begin = time.perf_counter()
        try:
            return super().seal(draft, at)
        finally:
            self.seconds += time.perf_counter() - begin


def main(data_dir: Path, source: str, database: Warehouse) -> dict[str, float]:
    """Seconds by phase; then of harvests again in the same process, as a server does them."""
    took = {"imports": _IMPORTED}
    with _timed(took, "opening the data directory"):
        workspace = Workspace(read_settings(data_dir=data_dir))
    with workspace:
        took |= _read(workspace, source)
        committer = _TimedCommitter(workspace.graph, workspace.state, workspace.iris)
        harvester = Harvester(workspace.graph, workspace.state, committer, workspace.shapes, workspace.iris)
        with _timed(took, "whole first harvest"):
            _harvest(workspace, harvester, source)
        took["of it, commit"] = committer.seconds
        with _timed(took, "whole harvest again, unchanged"):
            _harvest(workspace, harvester, source)
        with database.changed(0.01), _timed(took, "whole harvest again, 1 % changed"):
            _harvest(workspace, harvester, source)
        with _timed(took, "word index"):
            workspace.indexer.catch_up(semantic=False)
    return took


def _harvest(workspace: Workspace, harvester: Harvester, source: str) -> None:
    run_id = workspace.runs.start(source)
    workspace.runs.end(run_id, "complete", harvester.run(source, workspace.sources.connector(source), run_id))


def _read(workspace: Workspace, source: str) -> dict[str, float]:
    """The connector alone, mapping to triples, validation."""
    took = {"connector alone": 0.0, "mapping to triples": 0.0, "validation": 0.0}
    records = workspace.sources.connector(source).harvest()
    while True:
        with _timed(took, "connector alone"):
            record = next(records, None)
        if record is None:
            return took
        if isinstance(record, Problem):
            continue
        with _timed(took, "mapping to triples"):
            triples = encode(record, workspace.iris)
        with _timed(took, "validation"):
            workspace.shapes.validate(triples)


@contextmanager
def _timed(took: dict[str, float], name: str) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    took[name] = took.get(name, 0.0) + time.perf_counter() - begin


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2], Warehouse(sys.argv[3], int(sys.argv[4])))))
