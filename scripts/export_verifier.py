"""Exports the verifier's cross-encoder from a training run.

Its parity with the trained model is measured.

    train/bin/python scripts/export_verifier.py --checkpoints FILE.pt ... --pairs FILE.jsonl

The checkpoints are those of scripts/train_verifier.py; the weights of several are averaged (Izmailov et al., 2018), and
with --mean their moving means are. Parity is measured over the first 200 pairs. The tokenizer is the encoder's file.
The regression over the cross-encoder's logit, and the figures of the card, come from `python -m evals bench verifier`.
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
from train_verifier import collate, encode_pairs
from verifier_network import CrossEncoderModel

MODELS = Path(__file__).parent.parent / "rag" / "models"
# Logits of the exported file may differ by this much from the trained ones: 0.1 is at most 0.025 of support.
MAX_LOGIT_DIFFERENCE = 0.1
PARITY_PAIRS = 200


def build(weights: dict[str, np.ndarray]) -> onnx.ModelProto:
    """Builds the cross-encoder's model.

    It takes token ids, mask and statement marks, (pairs, tokens), and gives a logit of support, (pairs, 1).
    """
    inputs = ("input_ids", "attention_mask", "is_statement")
    named = {name.removeprefix("body."): values for name, values in weights.items() if name.startswith("body.")}
    graph = Graph(named)
    states = body(graph, types="is_statement")
    for name, value in (("first", 0), ("places.axis", 1), ("last", 2)):
        graph.store(name, np.array([value], dtype=np.int64))
    # The names of nodes and values are part of the exported file, whose checksum the card gives.
    marked = graph.add("Cast", ["is_statement"], "marked", to=TensorProto.FLOAT)
    is_statement = graph.add("Unsqueeze", [marked, "last"], "mine")
    statement_states = graph.add("Mul", [states, is_statement], "kept")
    total = graph.add("ReduceSum", [statement_states, "places.axis"], "total", keepdims=0)
    count = graph.add("ReduceSum", [is_statement, "places.axis"], "count", keepdims=0)
    mean = graph.add("Div", [total, count], "mean")
    # Tokens of the evidence get very low values, so that they are never the maximum.
    unit, far = (graph.store(name, np.array([value], dtype=np.float32)) for name, value in (("unit", 1), ("far", 1e4)))
    not_statement = graph.add("Sub", [is_statement, unit], "apart")
    lowered = graph.add("Mul", [not_statement, far], "below")
    raised = graph.add("Add", [states, lowered], "raised")
    maximum = graph.add("ReduceMax", [raised], "largest", axes=[1], keepdims=0)
    first_token = graph.add("Gather", [states, "first"], "token", axis=1)
    opening = graph.add("Squeeze", [first_token, "places.axis"], "opening")
    joined = graph.add("Concat", [opening, mean, maximum], "joined", axis=1)
    head = graph.store("head", weights["head.weight"].T.astype(np.float32))
    product = graph.add("MatMul", [joined, head], "product")
    bias = graph.store("head.bias", weights["head.bias"].astype(np.float32))
    logit = graph.add("Add", [product, bias], "logit")
    assert states == "last_hidden_state"
    assert len(weights["head.weight"][0]) == 3 * WIDTH
    return model(graph, "verifier", inputs, logit, ["pairs", 1])


def average_weights(checkpoints: list[Path], kind: str = "model") -> dict[str, torch.Tensor]:
    """The mean of each weight over the checkpoints.

    `kind` is "model" for the latest weights of each, "mean" for their moving means.
    """
    states = [torch.load(path, map_location="cpu", weights_only=True)[kind] for path in checkpoints]
    return {name: torch.stack([state[name].float() for state in states]).mean(0) for name in states[0]}


def main() -> None:
    """Exports the model, and fails if it differs too much."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoints", type=Path, nargs="+", required=True)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--mean", action="store_true", help="export the moving means")
    parser.add_argument("--to", type=Path, default=MODELS / "verifier.onnx")
    options = parser.parse_args()

    import onnxruntime
    from tokenizers import Tokenizer

    state = average_weights(options.checkpoints, "mean" if options.mean else "model")
    onnx.save(build({name: value.float().numpy() for name, value in state.items()}), str(options.to))
    trained = CrossEncoderModel()
    trained.load_state_dict(state)
    trained.eval()
    tokenizer = Tokenizer.from_file(str(MODELS / "tokenizer.json"))
    session = onnxruntime.InferenceSession(str(options.to), providers=["CPUExecutionProvider"])
    differences = []
    for line in options.pairs.read_text(encoding="utf-8").splitlines()[:PARITY_PAIRS]:
        pair = json.loads(line)
        ids, types, mask = collate(encode_pairs(tokenizer, [(pair["statement"], pair["evidence"])]))
        with torch.inference_mode():
            expected = float(trained(ids, types, mask)[0])
        feed = {"input_ids": ids, "attention_mask": mask, "is_statement": types}
        (logits,) = session.run(None, {name: value.numpy().astype(np.int32) for name, value in feed.items()})
        differences.append(abs(float(logits[0, 0]) - expected))
    with options.to.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    print(f"{options.to.name}: {options.to.stat().st_size / 1e6:.2f} MB, sha256 {digest}")
    mean, largest = np.mean(differences), max(differences)
    print(f"logits differ by {mean:.4f} on average, {largest:.4f} at most, over {len(differences)} pairs")
    if mean > MAX_LOGIT_DIFFERENCE:
        sys.exit("the exported file differs too much from the trained model")


if __name__ == "__main__":
    main()
