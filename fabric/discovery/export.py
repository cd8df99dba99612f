"""`python -m fabric.discovery.export FOLDER FILE`: a sentence-transformers model as ONNX with int8 weights.

The whole model is exported, with its pooling and normalization. Weights are quantized per channel and to 7 bits, so that processors
without VNNI instructions do not saturate (https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html).
"""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

__all__ = ["export"]


def export(folder: Path, file: Path) -> None:
    """Write the model in `folder` to `file`; inputs `input_ids` and `attention_mask` (int64, batch x length)."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(
        str(folder), device="cpu", local_files_only=True, model_kwargs={"attn_implementation": "eager"}
    )

    class Whole(torch.nn.Module):
        """From token ids to unit vectors."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            """The sentence embedding, unit length."""
            vector = self.model({"input_ids": input_ids, "attention_mask": attention_mask})["sentence_embedding"]
            return torch.nn.functional.normalize(vector, dim=-1)

    ids = torch.randint(1000, 2000, (2, 7))
    axes = {0: "batch", 1: "length"}
    with tempfile.TemporaryDirectory(dir=file.parent) as scratch:
        full, small = Path(scratch, "full.onnx"), Path(scratch, "small.onnx")
        torch.onnx.export(
            Whole().eval(),
            (ids, torch.ones_like(ids)),
            str(full),
            input_names=["input_ids", "attention_mask"],
            output_names=["embedding"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "embedding": {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(full, small, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
        small.replace(file)


if __name__ == "__main__":
    os.environ["HF_HUB_OFFLINE"] = "1"
    warnings.simplefilter("ignore")
    export(Path(sys.argv[1]), Path(sys.argv[2]))
