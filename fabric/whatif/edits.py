"""Changes to a table or column, as differences of all the graphs that describe it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from fabric import ntriples
from fabric.assets import Asset
from fabric.errors import InputError, UnknownAsset
from fabric.history import Change
from fabric.model import Dataset
from fabric.ntriples import Triple, token
from fabric.rdf.forms import field_path
from fabric.tracing.adjacency import PREDICATES
from fabric.whatif.branch import Branch
from fabric.whatif.proposals import DropColumn, DropTable, RenameColumn

__all__ = ["dataset_of", "edit", "title_of"]

_NAME = token("csvw:name")
_NOT_SAID = frozenset({"inferred", "tombstones"})


def edit(branch: Branch, proposal: DropTable | DropColumn | RenameColumn) -> None:
    """Commit a proposal to a branch.

    Raises: UnknownAsset, InputError where a table is named instead of a column, or the new name is taken.
    """
    asset = dataset_of(branch, proposal.iri)
    if isinstance(proposal, DropTable):
        if branch.iris.part(proposal.iri) is not None:
            raise InputError(f"<{proposal.iri}> is a column, not a table", remedy="give the IRI of the table to drop")
        branch.commit(_by_graph(asset, [], _said(asset)))
        return
    field = proposal.iri
    removed = [(triple, graph) for triple, graph in _said(asset) if _is_of(triple, field)]
    added = _renamed(branch, asset, proposal, removed) if isinstance(proposal, RenameColumn) else []
    branch.commit(_by_graph(asset, added, removed))


def dataset_of(branch: Branch, iri: str) -> Asset:
    """The dataset of an IRI, or the one that has the field of that IRI.

    Raises: UnknownAsset, InputError where it is another kind of asset.
    """
    root = branch.iris.root(iri)
    asset = branch.assets.find(root) if root is not None else None
    if asset is None or asset.record is None:
        raise UnknownAsset(f"nothing is known of <{iri}>", remedy="find it: fabric search WORDS")
    if not isinstance(asset.record, Dataset):
        raise InputError(f"{asset.title} is a {asset.ref.kind}, not a dataset", remedy="name a table or view")
    if branch.iris.part(iri) is not None and not any(fact.triple[0] == f"<{iri}>" for fact in asset.facts):
        raise UnknownAsset(f"{asset.title} has no column <{iri}>", remedy="see its columns: fabric show")
    return asset


def title_of(branch: Branch, iri: str) -> str:
    """What a proposal names, for people: `stock`, `stock.quantity`. Raises as `dataset_of`."""
    title, part = dataset_of(branch, iri).title, branch.iris.part(iri)
    return title if part is None else f"{title}.{part[1]}"


def _said(asset: Asset) -> list[tuple[Triple, str]]:
    """What sources and people say of it."""
    return [(fact.triple, fact.graph) for fact in asset.facts if fact.source not in _NOT_SAID]


def _is_of(triple: Triple, field: str) -> bool:
    """Whether a triple is about a column or what is nested in it, or points to it as to a part of its dataset."""
    subject, predicate, value = triple
    return _within(subject, field) or (_within(value, field) and predicate not in PREDICATES)


def _within(node: str, field: str) -> bool:
    iri = node[1:-1]
    return iri == field or (node.startswith("<") and iri.startswith((f"{field}/", f"{field}.")))


def _renamed(
    branch: Branch, asset: Asset, proposal: RenameColumn, removed: list[tuple[Triple, str]]
) -> list[tuple[Triple, str]]:
    part = branch.iris.part(proposal.iri)
    if part is None or part[0] != "field":
        raise InputError(f"<{proposal.iri}> is no column", remedy="give the IRI of the column to rename")
    subject = f"<{proposal.iri}>"
    names = {triple[2] for triple, _ in removed if triple[0] == subject and triple[1] == _NAME}
    old = ntriples.read_literal(min(names))[0] if names else part[1]
    path = part[1].removesuffix(field_path("", old)) + field_path("", proposal.new_name)
    new = branch.iris.field(asset.ref, path)
    if not proposal.new_name or any(fact.triple[0] == f"<{new}>" for fact in asset.facts):
        raise InputError(f"{asset.title} has a column {proposal.new_name!r} already", remedy="give another name")

    def moved(node: str) -> str:
        return f"<{new}{node[1 + len(proposal.iri) :]}" if _within(node, proposal.iri) else node

    name = ntriples.text(proposal.new_name)
    return [((moved(s), p, name if (s, p) == (subject, _NAME) else moved(o)), graph) for (s, p, o), graph in removed]


def _by_graph(asset: Asset, added: Iterable[tuple[Triple, str]], removed: Iterable[tuple[Triple, str]]) -> list[Change]:
    plus, minus = defaultdict[str, list[Triple]](list), defaultdict[str, list[Triple]](list)
    for triple, graph in added:
        plus[graph].append(triple)
    for triple, graph in removed:
        minus[graph].append(triple)
    graphs = sorted({*plus, *minus})
    return [Change(asset.iri, graph, tuple(plus[graph]), tuple(minus[graph])) for graph in graphs]
