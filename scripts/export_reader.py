"""Exports a trained reader as an ONNX model in int8, computed in float32.

    PYTHONPATH=. train/bin/python scripts/export_reader.py --checkpoints RUN/checkpoint.pt ... --examples FILE.jsonl
        --to reader.onnx

Values that the encoder's file in the same folder has already are not stored again, but referred to by their offset in
that file. So the two files belong together. The exported weights are the mean of the checkpoints; with --mean, of their
moving means. The logits of some examples are compared with the trained model's.
"""

import argparse
import hashlib
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import onnx
import torch
from measure_reader import open_export
from minilm_graph import LAYERS, Graph, body
from onnx import TensorProto, helper
from reader_network import LAYERS_APART, MAX_EXPONENT, NO_SENTENCE, QUERY_SEGMENT, Reader
from train_reader import MODELS, collate

from evals.training.reader.examples import read_examples
from rag.reading.layout import encode_inputs

PARITY_EXAMPLES = 60
MAX_LOGIT_DIFFERENCE = 0.05
ENCODER = "all-MiniLM-L6-v2.onnx"
# Values of fewer bytes are always stored.
MIN_SHARED_BYTES = 4_096


def build(state: dict[str, np.ndarray]) -> onnx.ModelProto:
    """The reader as a graph.

    Inputs: `input_ids`, `segments` and `token_places`, (texts, tokens), int32, where the segment of padding is -1;
    `sentence_mask`, (texts, sentences, tokens), float32. Outputs: `sentence_logits`, (texts, sentences, 2), and
    `passage_logits`, (texts, 2).
    """
    graph = Graph(bert_names(state))
    add_masks(graph)
    states = body(graph, types="is_query", places="token_places", apart=("same_segment", LAYERS_APART))
    add_heads(graph, state, states)
    integers = [
        helper.make_tensor_value_info(name, TensorProto.INT32, ["texts", "tokens"])
        for name in ("input_ids", "segments", "token_places")
    ]
    masks = helper.make_tensor_value_info("sentence_mask", TensorProto.FLOAT, ["texts", "sentences", "tokens"])
    outputs = [
        helper.make_tensor_value_info("sentence_logits", TensorProto.FLOAT, ["texts", "sentences", 2]),
        helper.make_tensor_value_info("passage_logits", TensorProto.FLOAT, ["texts", 2]),
    ]
    return helper.make_model(
        helper.make_graph(graph.nodes, "reader", [*integers, masks], outputs, graph.stored),
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)],
        ir_version=8,
    )


def add_masks(graph: Graph) -> None:
    """Adds masks: existing tokens, the query's tokens, pairs in the same segment."""
    for name, value in (("padding", -1), ("query.segment", QUERY_SEGMENT)):
        graph.store(name, np.array([value], dtype=np.int32))
    for name, value in (("axis.1", 1), ("axis.2", 2)):
        graph.store(name, np.array([value], dtype=np.int64))
    rows = graph.add("Unsqueeze", ["segments", "axis.2"], "segments.rows")
    columns = graph.add("Unsqueeze", ["segments", "axis.1"], "segments.columns")
    exists = graph.add("Greater", ["segments", "padding"], "exists")
    for condition, name in (
        (exists, "attention_mask"),
        (graph.add("Equal", ["segments", "query.segment"], "queried"), "is_query"),
        (graph.add("Equal", [rows, columns], "same"), "same_segment"),
    ):
        graph.add("Cast", [condition], name, to=TensorProto.INT32)


def bert_names(state: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The body's weights by the names of the published BERT (scripts/minilm_graph.py)."""
    weights = {
        "embeddings.word_embeddings.weight": state["words.weight"],
        "embeddings.position_embeddings.weight": state["places.weight"],
        "embeddings.token_type_embeddings.weight": state["kinds.weight"],
        "embeddings.LayerNorm.weight": state["norm.weight"],
        "embeddings.LayerNorm.bias": state["norm.bias"],
    }
    for number in range(LAYERS):
        own, published = f"layers.{number}.", f"encoder.layer.{number}."
        for part in ("weight", "bias"):
            for name, values in zip(
                ("query", "key", "value"), np.split(state[f"{own}qkv.{part}"], 3, axis=0), strict=True
            ):
                weights[f"{published}attention.self.{name}.{part}"] = values
            weights[f"{published}attention.output.dense.{part}"] = state[f"{own}attended.{part}"]
            weights[f"{published}attention.output.LayerNorm.{part}"] = state[f"{own}attended_norm.{part}"]
            weights[f"{published}intermediate.dense.{part}"] = state[f"{own}inner.{part}"]
            weights[f"{published}output.dense.{part}"] = state[f"{own}outer.{part}"]
            weights[f"{published}output.LayerNorm.{part}"] = state[f"{own}outer_norm.{part}"]
    return weights


def add_heads(graph: Graph, state: dict[str, np.ndarray], states: str) -> None:
    """Adds both heads, as `reader_network.Reader.forward` computes them."""

    def linear(values: str, name: str, output: str) -> str:
        product = graph.add("MatMul", [values, graph.matrix(f"{name}.matrix", state[f"{name}.weight"].T)], f"{name}.xw")
        bias = graph.store(f"{name}.bias", state[f"{name}.bias"].astype(np.float32))
        return graph.add("Add", [product, bias], output)

    def gelu(values: str, name: str) -> str:
        half = graph.add("Mul", [values, scalar("gelu.half", 0.5)], f"{name}.half")
        root = graph.add("Mul", [values, scalar("gelu.root", 0.5**0.5)], f"{name}.root")
        error = graph.add("Add", [graph.add("Erf", [root], f"{name}.erf"), scalar("unit", 1.0)], f"{name}.erf.1")
        return graph.add("Mul", [half, error], f"{name}.gelu")

    stored = {"axis.1", "axis.2"}

    def scalar(name: str, value: float) -> str:
        if name not in stored:
            stored.add(name)
            graph.store(name, np.array(value, dtype=np.float32))
        return name

    def integers(name: str, *values: int) -> str:
        if name not in stored:
            stored.add(name)
            graph.store(name, np.array(values, dtype=np.int64))
        return name

    def cut(values: str, output: str) -> str:
        low = graph.add("Max", [values, scalar("exp.low", -MAX_EXPONENT)], f"{output}.low")
        return graph.add("Min", [low, scalar("exp.high", MAX_EXPONENT)], output)

    def cosine(rows: str, row: str) -> str:
        norms = [graph.add("ReduceL2", [values], f"{values}.norm", axes=[2], keepdims=1) for values in (rows, row)]
        product = graph.add("ReduceSum", [graph.add("Mul", [rows, row], "cosine.each"), integers("axis.2", 2)], "dot")
        lengths = graph.add("Max", [graph.add("Mul", norms, "cosine.norms"), scalar("tiny", 1e-9)], "cosine.norms.1")
        return graph.add("Div", [product, lengths], "cosine")

    # The query's states: first token, mean, maximum.
    query = graph.add("Cast", ["is_query"], "query.float", to=TensorProto.FLOAT)
    column = graph.add("Unsqueeze", [query, integers("axis.2", 2)], "query.column")
    own = graph.add("Mul", [states, column], "query.states")
    total = graph.add("ReduceSum", [own, integers("axis.1", 1)], "query.sum", keepdims=0)
    length = graph.add("ReduceSum", [query, integers("axis.1", 1)], "query.length", keepdims=1)
    mean = graph.add("Div", [total, graph.add("Max", [length, scalar("unit", 1.0)], "query.length.1")], "query.mean")
    other = graph.add("Sub", [column, scalar("unit", 1.0)], "query.other")
    far = graph.add("Mul", [other, scalar("far", -NO_SENTENCE)], "query.far")
    only = graph.add("Add", [states, far], "query.only")
    largest = graph.add("ReduceMax", [only], "query.max", axes=[1], keepdims=0)
    first_row = graph.add("Gather", [states, integers("zeroth", 0)], "first.row", axis=1)
    first = graph.add("Squeeze", [first_row, integers("axis.1", 1)], "first")
    seen = graph.add("Concat", [first, mean, largest], "seen", axis=1)

    # The sentences' states.
    lengths = graph.add("ReduceSum", ["sentence_mask", integers("axis.2", 2)], "sentence.length", keepdims=1)
    at_least = graph.add("Max", [lengths, scalar("unit", 1.0)], "sentence.length.1")
    summed = graph.add("MatMul", ["sentence_mask", states], "sentence.sum")
    sentence_mean = graph.add("Div", [summed, at_least], "sentence.mean")
    features = cut(linear(states, "token_features", "features"), "features.cut")
    exponents = graph.add("MatMul", ["sentence_mask", graph.add("Exp", [features], "features.exp")], "sentence.exp")
    nearly = graph.add("Add", [exponents, scalar("tiny", 1e-9)], "sentence.exp.1")
    mean_row = graph.add("Unsqueeze", [mean, integers("axis.1", 1)], "query.mean.row")
    zeros = graph.add("Mul", [sentence_mean, scalar("nought", 0.0)], "sentence.zeros")
    parts = [
        sentence_mean,
        graph.add("Mul", [sentence_mean, mean_row], "sentence.product"),
        graph.add("Add", [zeros, mean_row], "query.repeated"),
        graph.add("Add", [zeros, first_row], "first.repeated"),
        graph.add("Log", [nearly], "sentence.max"),
    ]
    joined = graph.add("Concat", parts, "sentence.joined", axis=2)
    hidden = gelu(linear(joined, "sentence_hidden", "sentence.hidden"), "sentence.hidden")
    missing = graph.add("Equal", [lengths, scalar("nought", 0.0)], "sentence.missing")
    raw = linear(hidden, "sentence_out", "sentence.raw")
    scale = graph.store("cosine_scale", state["cosine_scale"].astype(np.float32))
    alike = graph.add("Add", [raw, graph.add("Mul", [cosine(sentence_mean, mean_row), scale], "cosine.part")], "alike")
    logits = graph.add("Where", [missing, scalar("none", NO_SENTENCE), alike], "sentence_logits")

    # The passage.
    kept = graph.add("Where", [missing, scalar("nought", 0.0), hidden], "sentence.kept")
    best = graph.add("ReduceMax", [kept], "best.hidden", axes=[1], keepdims=0)
    best_logit = cut(graph.add("ReduceLogSumExp", [logits], "best.logit", axes=[1], keepdims=0), "best.cut")
    passage_joined = graph.add("Concat", [seen, best], "passage.joined", axis=1)
    passage = gelu(linear(passage_joined, "passage_hidden", "passage.hidden"), "passage.hidden")
    indirect = linear(passage, "passage_out", "passage.out")
    both = graph.add("Add", [indirect, linear(seen, "passage_direct", "passage.direct")], "passage.both")
    share = graph.store("best_sentence", state["best_sentence"].astype(np.float32))
    graph.add("Add", [both, graph.add("Mul", [best_logit, share], "best.share")], "passage_logits")


def share_weights(model: onnx.ModelProto, encoder: Path) -> int:
    """Replaces each value that the encoder's file has too by a reference.

    Only values with the same bytes are replaced. Returns the number of these bytes.

    The table of words and the lower layers are not trained, and are three quarters of all.
    """
    stored = encoder.read_bytes()
    known = {tensor.name: tensor.raw_data for tensor in onnx.load(str(encoder)).graph.initializer}
    shared = 0
    for tensor in model.graph.initializer:
        values = tensor.raw_data
        if len(values) < MIN_SHARED_BYTES or known.get(tensor.name) != values or stored.count(values) != 1:
            continue
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in (("location", encoder.name), ("offset", stored.index(values)), ("length", len(values))):
            tensor.external_data.add(key=key, value=str(value))
        shared += len(values)
    return shared


def average_weights(checkpoints: list[Path], *, mean: bool) -> dict[str, torch.Tensor]:
    """The mean of each weight over the checkpoints."""
    loaded = [torch.load(path, map_location="cpu", weights_only=True) for path in checkpoints]
    states = [{**part["model"], **(part["mean"] if mean else {})} for part in loaded]
    return {name: torch.stack([state[name].float() for state in states]).mean(0) for name in states[0]}


def main() -> None:
    """Exports the model, and fails if it differs too much."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoints", type=Path, nargs="+", required=True)
    parser.add_argument("--mean", action="store_true")
    parser.add_argument("--examples", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    options = parser.parse_args()

    from tokenizers import Tokenizer

    state = average_weights(options.checkpoints, mean=options.mean)
    encoder = options.to.parent / ENCODER
    if not encoder.is_file():
        sys.exit(f"{options.to} must lie beside {ENCODER}, whose values it refers to")
    trained = Reader()
    trained.load_state_dict(state)
    trained.eval()
    tokenizer = Tokenizer.from_file(str(MODELS / "tokenizer.json"))
    examples = list(islice(read_examples(options.examples), 2 * PARITY_EXAMPLES))
    rows = [(example.kind, example.query, example.heading, example.sentences) for example in examples]
    batches = [collate([row], [e]) for row, e in zip(encode_inputs(tokenizer, rows), examples, strict=True)]
    with torch.inference_mode():
        expected = [trained(batch.ids, batch.segments, batch.places, batch.sentences) for batch in batches]
    weights = {name: value.numpy() for name, value in state.items()}

    def differences(chosen: slice) -> tuple[np.ndarray, np.ndarray]:
        """Trained minus exported, of sentences and of passages, each (logits, 2)."""
        model = build(weights)
        shared = share_weights(model, encoder)
        print(f"{shared / 1e6:.2f} MB are the encoder's")
        options.to.write_bytes(model.SerializeToString())
        exported = open_export(options.to, 1)
        found = [exported(batch) for batch in batches[chosen]]
        return tuple(  # type: ignore[return-value]
            np.concatenate([wanted[part].numpy().reshape(-1, 2) - read[part].reshape(-1, 2)
                            for wanted, read in zip(expected[chosen], found, strict=True)])
            for part in (0, 1)
        )  # fmt: skip

    # Rounding shifts all cosines by a similar amount. The shift over the first examples is subtracted in the biases,
    # and the other examples measure the remaining difference.
    sentences, passages = differences(slice(PARITY_EXAMPLES))
    weights["sentence_out.bias"] = weights["sentence_out.bias"] + sentences.mean(0)
    weights["passage_out.bias"] = weights["passage_out.bias"] + passages.mean(0)
    left = np.abs(np.concatenate(differences(slice(PARITY_EXAMPLES, None))))
    digest = hashlib.sha256(options.to.read_bytes()).hexdigest()
    print(f"{options.to.name}: {options.to.stat().st_size / 1e6:.2f} MB, sha256 {digest}")
    mean, largest = left.mean(), left.max()
    print(f"logits differ by {mean:.4f} on average, {largest:.4f} at most, over {len(examples) // 2} examples")
    if mean > MAX_LOGIT_DIFFERENCE:
        sys.exit("the exported file differs too much from the trained model")


if __name__ == "__main__":
    main()
