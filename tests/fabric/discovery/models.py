"""The embedding model in tests."""

from __future__ import annotations

from collections.abc import Sequence

from fabric.discovery.encoder import Encoder, Vectors32

__all__ = ["Counting"]


class Counting:
    """The encoder, by another name where one is given, and which texts it was given."""

    def __init__(self, inner: Encoder, name: str = "") -> None:
        self.inner, self.name, self.texts = inner, name or inner.name, list[str]()

    def encode(self, texts: Sequence[str]) -> Vectors32:
        self.texts += texts
        return self.inner.encode(texts)
