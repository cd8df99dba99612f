"""The edges between datasets, each as the jobs and datasets that state it say it together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fabric.model import ColumnLineage, Lineage, Ref, dataset, job
from fabric.openlineage import describing
from fabric.openlineage.documents import Document, Documents, Row, digest
from fabric.openlineage.merging import dataset_key

__all__ = ["Edges", "Pair"]

Pair = tuple[Ref, Ref]
"""Downstream and upstream."""
Named = Mapping[bytes, Document]


class Edges:
    """Notes who states which edge, and who uses which dataset."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def note(
        self,
        jobs: Named,
        datasets: Named,
        identify: Callable[[Ref], Ref],
        alive: Callable[[Ref], bool],
        mark: Callable[[Iterable[Pair]], Row],
    ) -> set[Pair]:
        """Note what these jobs and datasets state now; returns the edges that may be others than before.

        Edges that change are marked in the transaction that changes them.
        """
        wanted, uses = _stated(jobs, datasets, identify, alive), dict[bytes, Row]()
        for kind, named in (("job", jobs), ("dataset", datasets)):
            for key, document in named.items():
                uses.update(_uses(kind, key, document))
        owners = [*jobs, *datasets]
        held = {row.key: row for row in self._documents.owned("edge", owners)}
        used = {row.key: row for row in self._documents.owned("use", owners)}
        fresh = [row for key, row in wanted.items() if key not in held or held[key].document != row.document]
        stale = [row for key, row in held.items() if key not in wanted]
        touched = {_ends(row) for row in (*fresh, *stale)}
        self._documents.save(
            [*fresh, *(row for key, row in uses.items() if key not in used), *([mark(touched)] if touched else [])],
            [*stale, *(row for key, row in used.items() if key not in uses)],
        )
        return touched | {_ends(row) for row in wanted.values()}

    def read(self, pairs: Iterable[Pair]) -> list[Lineage]:
        """Those of the edges that anybody states."""
        found: dict[Pair, list[Lineage]] = {}
        for row in self._documents.about("edge", {_edge_key(*pair) for pair in pairs}):
            found.setdefault(_ends(row), []).append(_lineage(row.document))
        return [describing.joined(parts) for parts in found.values()]


def _stated(
    jobs: Named, datasets: Named, identify: Callable[[Ref], Ref], alive: Callable[[Ref], bool]
) -> dict[bytes, Row]:
    rows = [
        _edge_row(key, lineage)
        for key, document in jobs.items()
        for lineage in describing.job_edges(document, identify, alive)
    ]
    rows += [
        _edge_row(key, lineage)
        for key, document in datasets.items()
        for lineage in describing.static_edges(dataset(*document["ref"]), document, identify, alive)
    ]
    return {row.key: row for row in rows}


def _edge_key(downstream: Ref, upstream: Ref) -> bytes:
    return digest(downstream.namespace, downstream.name, upstream.namespace, upstream.name)


def _edge_row(owner: bytes, lineage: Lineage) -> Row:
    down, up = lineage.downstream, lineage.upstream
    columns = [
        [one.downstream, one.upstream, one.expression, one.transformation, one.masking] for one in lineage.columns
    ]
    document = {
        "down": [down.namespace, down.name],
        "up": [up.namespace, up.name],
        "columns": sorted(columns, key=str),
        "influences": sorted(lineage.influences),
        "job": [lineage.job.namespace, lineage.job.name] if lineage.job else None,
    }
    pair = _edge_key(down, up)
    return Row("edge", digest(owner.hex(), pair.hex()), document, owner, pair)


def _uses(kind: str, owner: bytes, document: Document) -> dict[bytes, Row]:
    """That the document of a job or dataset names others."""
    refs = describing.named_by(document) - ({dataset(*document["ref"])} if kind == "dataset" else set())
    rows = [
        Row(
            "use",
            digest(owner.hex(), ref.namespace, ref.name),
            {"kind": kind, "by": document["ref"]},
            owner,
            dataset_key(ref),
        )
        for ref in refs
    ]
    return {row.key: row for row in rows}


def _ends(row: Row) -> tuple[Ref, Ref]:
    return dataset(*row.document["down"]), dataset(*row.document["up"])


def _lineage(document: Document) -> Lineage:
    return Lineage(
        downstream=dataset(*document["down"]),
        upstream=dataset(*document["up"]),
        columns=frozenset(ColumnLineage(**_column(one)) for one in document["columns"]),
        influences=frozenset(document["influences"]),
        job=job(*document["job"]) if document["job"] else None,
    )


def _column(values: list[Any]) -> dict[str, Any]:
    return dict(zip(("downstream", "upstream", "expression", "transformation", "masking"), values, strict=True))
