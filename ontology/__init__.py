"""Fabric's ontology, shapes, concept schemes and JSON-LD context, read from the installed package.

`fab` holds the terms that no established vocabulary names, `shapes` what a record must look like (SHACL), `schemes` the
concepts to choose from (SKOS), `audit` the shapes that need SPARQL. Nothing is read before it is asked for.
"""

from __future__ import annotations

import json
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from rdflib import Graph

__all__ = ["FAB", "FABS", "FABV", "GRAPHS", "GraphName", "context", "graph", "path", "text"]

FAB: Final = "https://w3id.org/kgfabric/ns#"
"""Namespace of Fabric's classes and properties."""
FABV: Final = "https://w3id.org/kgfabric/concept/"
"""Namespace of Fabric's concepts: a scheme is `{FABV}{scheme}`, a concept `{FABV}{scheme}/{notation}`."""
FABS: Final = "https://w3id.org/kgfabric/shapes#"
"""Namespace of Fabric's shapes."""

GraphName = Literal["audit", "fab", "schemes", "shapes"]
GRAPHS: Final[tuple[GraphName, ...]] = ("audit", "fab", "schemes", "shapes")


def path(name: str) -> Traversable:
    """Where the file `name` lies, such as `fab.ttl`, `context.jsonld` or `vocabularies/mls.txt`."""
    return files(__name__).joinpath(*name.split("/"))


def text(name: str) -> str:
    """The text of the file `name` (see `path`).

    Raises: FileNotFoundError.
    """
    return path(name).read_text(encoding="utf-8")


def graph(name: GraphName) -> Graph:
    """The named part as a new graph of its own, with the prefixes its file declares."""
    # Reading text needs no rdflib, whose import takes about 0.15 s.
    from rdflib import Graph

    return Graph(bind_namespaces="none").parse(data=text(f"{name}.ttl"), format="turtle")


def context() -> dict[str, Any]:
    """The JSON-LD 1.1 context document: `{"@context": {...}}`."""
    document: dict[str, Any] = json.loads(text("context.jsonld"))
    return document
