"""Makes rag/models/verifier.onnx out of a training run, and measures its parity with what was trained.

    train/bin/python scripts/export_verifier.py --checkpoints FILE.pt ... --pairs FILE.jsonl

The checkpoints are what scripts/train_verifier.py wrote; of several the weights' mean is taken (Izmailov et al., 2018).
Parity is measured over the first 200 of the pairs. The tokenizer is
the encoder's file. The card and the last, small regression come from `python -m evals bench verifier`.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from minilm_graph import WIDTH, Graph, body, model
from onnx import TensorProto
from train_verifier import CrossEncoder, collated, encoded

MODELS = Path(__file__).parent.parent / "rag" / "models"
# Logits of the stored file may differ by this much from the trained ones: 0.1 is at most 0.025 of support.
MOST_APART = 0.1


def build(weights: dict[str, np.ndarray]) -> onnx.ModelProto:
    """Token ids, mask and which of them are the statement's (pairs, tokens) to a logit of support (pairs, 1)."""
    inputs = ("input_ids", "attention_mask", "is_statement")
    named = {name.removeprefix("body."): values for name, values in weights.items() if name.startswith("body.")}
    graph = Graph(named)
    states = body(graph, types="is_statement")
    for name, value in (("first", 0), ("places.axis", 1), ("last", 2)):
        graph.store(name, np.array([value], dtype=np.int64))
    marked = graph.add("Cast", ["is_statement"], "marked", to=TensorProto.FLOAT)
    mine = graph.add("Unsqueeze", [marked, "last"], "mine")
    total = graph.add("ReduceSum", [graph.add("Mul", [states, mine], "kept"), "places.axis"], "total", keepdims=0)
    count = graph.add("ReduceSum", [mine, "places.axis"], "count", keepdims=0)
    mean = graph.add("Div", [total, count], "mean")
    # Tokens of the evidence are put far below every other before the largest is taken.
    apart = graph.add("Sub", [mine, graph.store("unit", np.array([1], dtype=np.float32))], "apart")
    below = graph.add("Mul", [apart, graph.store("far", np.array([1e4], dtype=np.float32))], "below")
    largest = graph.add("ReduceMax", [graph.add("Add", [states, below], "raised")], "largest", axes=[1], keepdims=0)
    token = graph.add("Gather", [states, "first"], "token", axis=1)
    opening = graph.add("Squeeze", [token, "places.axis"], "opening")
    joined = graph.add("Concat", [opening, mean, largest], "joined", axis=1)
    head = graph.store("head", weights["head.weight"].T.astype(np.float32))
    product = graph.add("MatMul", [joined, head], "product")
    bias = graph.store("head.bias", weights["head.bias"].astype(np.float32))
    logit = graph.add("Add", [product, bias], "logit")
    assert states == "last_hidden_state"
    assert len(weights["head.weight"][0]) == 3 * WIDTH
    return model(graph, "verifier", inputs, logit, ["pairs", 1])


def averaged(checkpoints: list[Path]) -> dict[str, torch.Tensor]:
    """The mean of each weight over the checkpoints."""
    states = [torch.load(path, map_location="cpu", weights_only=True)["model"] for path in checkpoints]
    return {name: torch.stack([state[name].float() for state in states]).mean(0) for name in states[0]}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--checkpoints", type=Path, nargs="+", required=True)
    arguments.add_argument("--pairs", type=Path, required=True)
    arguments.add_argument("--to", type=Path, default=MODELS / "verifier.onnx")
    given = arguments.parse_args()

    import onnxruntime
    from tokenizers import Tokenizer

    state = averaged(given.checkpoints)
    onnx.save(build({name: value.float().numpy() for name, value in state.items()}), str(given.to))
    trained = CrossEncoder()
    trained.load_state_dict(state)
    trained.eval()
    tokenizer = Tokenizer.from_file(str(MODELS / "tokenizer.json"))
    session = onnxruntime.InferenceSession(str(given.to), providers=["CPUExecutionProvider"])
    apart = []
    for line in given.pairs.read_text(encoding="utf-8").splitlines()[:200]:
        pair = json.loads(line)
        ids, types, mask = collated(encoded(tokenizer, [(pair["statement"], pair["evidence"])]))
        with torch.inference_mode():
            expected = float(trained(ids, types, mask)[0])
        feed = {"input_ids": ids, "attention_mask": mask, "is_statement": types}
        (logits,) = session.run(None, {name: value.numpy().astype(np.int32) for name, value in feed.items()})
        apart.append(abs(float(logits[0, 0]) - expected))
    with given.to.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    print(f"{given.to.name}: {given.to.stat().st_size / 1e6:.2f} MB, sha256 {digest}")
    print(f"logits differ by {np.mean(apart):.4f} on average, {max(apart):.4f} at most, over {len(apart)} pairs")
    if np.mean(apart) > MOST_APART:
        sys.exit("the stored file is too far from what was trained")


if __name__ == "__main__":
    main()
