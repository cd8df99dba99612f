"""IRIs of assets and named graphs: `{base}/id/{kind}/{namespace}/{name}`, each part percent-encoded.

Everything but unreserved characters is encoded (RFC 3986, section 2.3), so that a name may hold slashes, quotes or emoji
and the part after an asset's name (`/field/{path}`) can never be taken for another asset.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, unquote

from fabric.errors import InputError, SettingsError
from fabric.model import Ref

__all__ = ["DEFAULT_BASE", "Iris", "escape"]

DEFAULT_BASE = "http://localhost:8642"
_BASE = re.compile(
    r"https?://(?:\[[0-9A-Fa-f:.]+\]|[\w.-]+)(?::[0-9]+)?(?:/(?:[\w.~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*)*"
)
_PLAIN = re.compile(r"[A-Za-z0-9_.~-]*")


@lru_cache(maxsize=65536)
def escape(text: str) -> str:
    """Percent-encode one part of an IRI.

    Raises: InputError where it holds half a surrogate pair, which no Unicode encoding can store.
    """
    if _PLAIN.fullmatch(text):
        return text
    try:
        return quote(text, safe="", errors="strict")
    except UnicodeEncodeError as error:
        raise InputError(
            f"the name {text!a} holds {text[error.start]!a}, half a surrogate pair",
            remedy="correct the encoding at the source",
        ) from None


class Iris:
    """Mints and reads the IRIs under one base, such as `https://data.example.org`."""

    def __init__(self, base: str = DEFAULT_BASE) -> None:
        self.base = base.rstrip("/")
        if not _BASE.fullmatch(self.base):
            raise SettingsError(f"the base IRI {base!r} is no absolute http(s) IRI", remedy="set FABRIC_BASE_IRI")
        self._prefix = f"{self.base}/id/"

    def asset(self, ref: Ref) -> str:
        """The IRI of an asset.

        Raises: InputError where its namespace or name is empty or cannot be encoded.
        """
        if not (ref.namespace and ref.name):
            raise InputError(
                f"a {ref.kind} has the namespace {ref.namespace!r} and the name {ref.name!r}, but neither may be empty",
                remedy="the connector must name it",
            )
        return f"{self._prefix}{ref.kind}/{escape(ref.namespace)}/{escape(ref.name)}"

    def field(self, dataset: Ref, path: str) -> str:
        """The IRI of a field by its path (see `fabric.model.Field`)."""
        return f"{self.asset(dataset)}/field/{escape(path)}"

    def ref(self, iri: str) -> Ref | None:
        """The identity behind an asset's IRI; None where it is no asset of this base."""
        parts = self._parts(iri)
        return Ref(parts[0], unquote(parts[1]), unquote(parts[2])) if len(parts) == 3 and all(parts) else None

    def root(self, iri: str) -> str | None:
        """The asset that a part such as a field belongs to, or the asset itself; None for foreign IRIs."""
        parts = self._parts(iri)
        return self._prefix + "/".join(parts[:3]) if len(parts) >= 3 else None

    def part(self, iri: str) -> tuple[str, str] | None:
        """Segment and raw name of a part: `("field", "arr_delay")`; None for assets and foreign IRIs."""
        parts = self._parts(iri)
        return (parts[3], unquote(parts[4])) if len(parts) == 5 else None

    def harvest_graph(self, source: str) -> str:
        """The named graph that holds what the registered source says."""
        return f"{self.base}/graph/harvest/{escape(source)}"

    def graph(self, name: str) -> str:
        """The named graph `curated`, `tombstones`, `meta`, `ontology`, `runs`, `shapes` or `inferred/RULE`."""
        return f"{self.base}/graph/{name}"

    def source_of(self, graph: str) -> str | None:
        """The registered source whose named graph this is; `curated` for what people said,
        `inferred` for what a rule concluded, `openlineage` for the runs of events; None for others."""
        prefix = f"{self.base}/graph/harvest/"
        if graph.startswith(prefix):
            return unquote(graph[len(prefix) :])
        if graph.startswith(self.graph("inferred/")):
            return "inferred"
        if graph == self.graph("runs"):
            return "openlineage"
        return "curated" if graph == self.graph("curated") else None

    def run(self, run_id: str) -> str:
        """The IRI of one of Fabric's own harvest runs."""
        return self.asset(Ref("run", "fabric", run_id))

    def _parts(self, iri: str) -> list[str]:
        return iri[len(self._prefix) :].split("/") if iri.startswith(self._prefix) else []
