"""What a branch's changes take away and bring, triple by triple, and which datasets and fields are gone by it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fabric.history import Change
from fabric.ntriples import Triple, read_literal, token
from fabric.tracing.answer import Named
from fabric.whatif.answer import Gone
from fabric.whatif.branch import Branch

__all__ = ["Losses"]

_PARTS = frozenset({token("fab:hasField"), token("cr:subField")})
_IDENTIFIER, _TITLE, _WRITES = token("dct:identifier"), token("dct:title"), token("fab:writes")
Quad = tuple[Triple, str]


class Losses:
    """The net differences of some commits.

    A dataset or field is gone where a source that said it says it no longer, and nobody else does, or the source is who makes it:
    a model that a dbt project drops is gone, even while the database still has its table.
    """

    def __init__(self, branch: Branch, changes: Iterable[Change]) -> None:
        self._branch = branch
        self.added, self.removed = _net(changes)
        self._ignored = {branch.iris.graph(name) for name in ("tombstones", "meta")}
        self._made = {(graph, triple[2][1:-1]) for triple, graph in self.removed if triple[1] == _WRITES}
        self._titles = {t[0][1:-1]: read_literal(t[2])[0] for t, _ in sorted(self.removed) if t[1] == _TITLE}
        self.roots: set[str] = set()
        """IRIs of the datasets that are gone."""
        self.fields: dict[str, str] = {}
        """By IRI of a field that is gone from a dataset that stays, the dataset's."""
        for (subject, predicate, value), graph in sorted(self.removed):
            ref = branch.iris.ref(subject[1:-1])
            if graph in self._ignored or branch.iris.source_of(graph) == "inferred":
                continue
            if predicate == _IDENTIFIER and ref is not None and ref.kind == "dataset":
                if self._is_gone(subject, predicate, value, graph, subject[1:-1]):
                    self.roots.add(subject[1:-1])
            elif predicate in _PARTS:
                root = branch.iris.root(subject[1:-1]) or ""
                if self._is_gone(subject, predicate, value, graph, root):
                    self.fields[value[1:-1]] = root
        self.fields = {field: root for field, root in self.fields.items() if root not in self.roots}

    def named(self, iri: str) -> Named:
        """A dataset by the title that it has or had."""
        link = self._branch.assets.links([iri])[iri]
        return Named(iri, link.ref.kind, self._titles.get(iri, link.title) if iri in self.roots else link.title)

    def listed(self) -> Iterator[Gone]:
        """All that is gone, datasets first."""
        yield from sorted((Gone(self.named(iri), None) for iri in self.roots), key=lambda one: one.asset.title)
        yield from (Gone(self.named(root), field) for field, root in sorted(self.fields.items()))

    def _is_gone(self, subject: str, predicate: str, value: str, graph: str, root: str) -> bool:
        found = self._branch.graph.match(subject[1:-1], predicate, value)
        others = any(other not in self._ignored for _, other in found)
        return not others or root in self._branch.decided or self._writes(graph, root)

    def _writes(self, graph: str, root: str) -> bool:
        """Whether the source of the graph makes the dataset or made it, rather than finding it."""
        if (graph, root) in self._made:
            return True
        return any(True for _ in self._branch.graph.match(None, _WRITES, f"<{root}>", graph))


def _net(changes: Iterable[Change]) -> tuple[set[Quad], set[Quad]]:
    added, removed = set[Quad](), set[Quad]()
    for change in changes:
        for quad in ((triple, change.graph) for triple in change.removed):
            (added.remove if quad in added else removed.add)(quad)
        for quad in ((triple, change.graph) for triple in change.added):
            (removed.remove if quad in removed else added.add)(quad)
    return added, removed
