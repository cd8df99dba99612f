"""Lineage between datasets and fields, to triples and back.

An edge is `prov:wasDerivedFrom`; only where an expression, masking or a job is known, a `prov:Derivation` with a deterministic
IRI says more of it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping

from fabric import model, ntriples
from fabric.codecs import LINK
from fabric.errors import InputError
from fabric.identity import Iris
from fabric.model import Ref
from fabric.ntriples import TYPE, Triple, token

__all__ = ["decode_lineage", "derivation", "encode_lineage"]

Properties = Mapping[str, list[str]]
DERIVED, QUALIFIED = token("prov:wasDerivedFrom"), token("prov:qualifiedDerivation")
INFLUENCED, VIA = token("prov:wasInfluencedBy"), token("fab:viaJob")
DERIVATION, ENTITY = token("prov:Derivation"), token("prov:entity")
EXPRESSION, MASKING = token("fab:expression"), token("fab:masking")
_TRUE = ntriples.boolean(True)  # noqa: FBT003


def encode_lineage(record: model.Lineage, iris: Iris) -> list[Triple]:
    """The edge between two assets, and those between their fields.

    Raises: InputError where both ends are the same.
    """
    down, up = iris.asset(record.downstream), iris.asset(record.upstream)
    if down == up:
        raise InputError(f"{record.downstream} is said to derive from itself", remedy="leave the edge out")
    out: dict[Triple, None] = {(f"<{down}>", DERIVED, f"<{up}>"): None}
    if record.job is not None:
        node = _derivation(down, up, out)
        out[(node, VIA, f"<{iris.asset(record.job)}>")] = None
    for edge in record.columns:
        target, origin = iris.field(record.downstream, edge.downstream), iris.field(record.upstream, edge.upstream)
        out[(f"<{target}>", DERIVED, f"<{origin}>")] = None
        if edge.expression is not None or edge.masking is not None:
            node = _derivation(target, origin, out)
            if edge.expression is not None:
                out[(node, EXPRESSION, ntriples.text(edge.expression))] = None
            if edge.masking is not None:
                out[(node, MASKING, ntriples.boolean(edge.masking))] = None
    for path in record.influences:
        out[(f"<{down}>", INFLUENCED, f"<{iris.field(record.upstream, path)}>")] = None
    return list(out)


def derivation(down: str, up: str) -> str:
    """IRI of the `prov:Derivation` that says more of the edge from the asset or field `up` to `down`."""
    return f"{down}/derivation/{hashlib.blake2b(up.encode(), digest_size=12).hexdigest()}"


def _derivation(down: str, up: str, out: dict[Triple, None]) -> str:
    node = f"<{derivation(down, up)}>"
    out[(f"<{down}>", QUALIFIED, node)] = None
    out[(node, TYPE, DERIVATION)] = None
    out[(node, ENTITY, f"<{up}>")] = None
    return node


def decode_lineage(nodes: Mapping[str, Properties], iris: Iris) -> Iterator[model.Lineage]:
    """The lineage that the nodes (IRI to predicate to tokens) state."""
    columns: dict[tuple[str, str], set[model.ColumnLineage]] = defaultdict(set)
    influences: dict[tuple[str, str], set[str]] = defaultdict(set)
    pairs: dict[tuple[str, str], Ref | None] = {}
    for node, properties in nodes.items():
        for link in properties.get(DERIVED, ()):
            pair, upstream = (iris.root(node) or "", iris.root(link[1:-1]) or ""), link[1:-1]
            detail = _detail(node, upstream, nodes)
            down, up = iris.part(node), iris.part(upstream)
            if down and up:
                columns[pair].add(_column(down[1], up[1], detail))
            elif iris.ref(node) and iris.ref(upstream):
                pairs[pair] = LINK.read(detail[VIA][0], iris) if VIA in detail else None
        for link in properties.get(INFLUENCED, ()):
            part = iris.part(link[1:-1])
            if part:
                influences[(node, iris.root(link[1:-1]) or "")].add(part[1])
    for (down_iri, up_iri), via in pairs.items():
        downstream, origin = iris.ref(down_iri), iris.ref(up_iri)
        if downstream and origin:
            pair = (down_iri, up_iri)
            yield model.Lineage(
                downstream=downstream,
                upstream=origin,
                columns=frozenset(columns[pair]),
                influences=frozenset(influences[pair]),
                job=via,
            )


def _detail(node: str, upstream: str, nodes: Mapping[str, Properties]) -> Properties:
    for link in nodes[node].get(QUALIFIED, ()):
        detail = nodes.get(link[1:-1], {})
        if f"<{upstream}>" in detail.get(ENTITY, ()):
            return detail
    return {}


def _column(downstream: str, upstream: str, detail: Properties) -> model.ColumnLineage:
    return model.ColumnLineage(
        downstream=downstream,
        upstream=upstream,
        expression=ntriples.read_literal(detail[EXPRESSION][0])[0] if EXPRESSION in detail else None,
        masking=detail[MASKING] == [_TRUE] if MASKING in detail else None,
    )
