"""Builds all-MiniLM-L6-v2's BERT as an ONNX graph.

It is stored in int8 and computed in float32. Weights are int8 values with float32 scales, one for each row of the
embedding table and one for each column of the matrices. ONNX Runtime turns them back into float32 when it loads the
file.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

LAYERS, HEADS, WIDTH = 6, 12, 384
FUSED = "com.microsoft"


class Graph:
    """Collects the nodes and stored values of a model.

    Every method returns the name of what it added.
    """

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
        """Stores `values` as int8 with one float32 scale along `axis`; returns both names."""
        scales = np.maximum(np.abs(values).max(axis=axis, keepdims=True), 1e-12) / 127
        quantised = np.rint(values / scales).astype(np.int8)
        return self.store(f"{name}.int8", quantised), self.store(f"{name}.scale", scales.astype(np.float32))

    def matrix(self, name: str, values: np.ndarray) -> str:
        quantised, scales = self.int8(name, values, axis=0)
        return self.add("Mul", [self.add("Cast", [quantised], f"{name}.float", to=TensorProto.FLOAT), scales], name)


def body(graph: Graph, types: str = "", places: str = "", apart: tuple[str, int] = ("", 0)) -> str:
    """Adds embeddings and layers; returns the output's name.

    The inputs are `input_ids` and `attention_mask`, (texts, tokens). `types` names an input of 0 and 1 with the text of
    each token (first or second); without it all belong to the first. `places` names an input with each token's
    position; without it positions are counted. `apart` names a mask, (texts, tokens, tokens), and the number of the
    lowest layers that use it. The output is last_hidden_state, (texts, tokens, 384).
    """
    state = _embeddings(graph, types, places)
    for number in range(LAYERS):
        mask = apart[0] if number < apart[1] else "attention_mask"
        state = _layer(graph, f"encoder.layer.{number}.", state, mask, last=number == LAYERS - 1)
    return state


def model(graph: Graph, name: str, inputs: tuple[str, ...], output: str, shape: list[str | int]) -> onnx.ModelProto:
    """Makes a model of the graph.

    It has int32 inputs, (texts, tokens), and one float output of `shape`.
    """
    infos = [helper.make_tensor_value_info(input_name, TensorProto.INT32, ["texts", "tokens"]) for input_name in inputs]
    output_info = helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)
    return helper.make_model(
        helper.make_graph(graph.nodes, name, infos, [output_info], graph.stored),
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)],
        ir_version=8,
    )


def _embeddings(graph: Graph, types: str, counted: str) -> str:
    # The rows are gathered as int8 and turned into float32 afterwards, so that the table stays small in memory, too.
    table, scales = graph.int8("words", graph.weights["embeddings.word_embeddings.weight"], axis=1)
    rows = graph.add("Cast", [graph.add("Gather", [table, "input_ids"], "rows.int8")], "rows", to=TensorProto.FLOAT)
    words = graph.add("Mul", [rows, graph.add("Gather", [scales, "input_ids"], "rows.scale")], "words.float")
    places = graph.weights["embeddings.position_embeddings.weight"]
    kinds = graph.weights["embeddings.token_type_embeddings.weight"].astype(np.float32)
    places = places if types else places + kinds[0]
    graph.store("places", places.astype(np.float32))
    for name, value in (("zero", 0), ("one", 1), ("two", 2)):
        graph.store(name, np.array([value], dtype=np.int64))
    if counted:
        graph.add("Gather", ["places", counted], "places.here")
    else:
        graph.add("Slice", [graph.add("Shape", ["input_ids"], "shape"), "one", "two"], "length")
        graph.add("Slice", ["places", "zero", "length", "zero"], "places.here")
    norm = [graph.vector(f"embeddings.LayerNorm.{part}") for part in ("weight", "bias")]
    total = graph.add("Add", [words, "places.here"], "embedded")
    if types:
        kind = graph.add("Gather", [graph.store("kinds", kinds), types], "kinds.here")
        total = graph.add("Add", [total, kind], "embedded.kinds")
    return graph.add("LayerNormalization", [total, *norm], "state.0", axis=-1, epsilon=1e-12)


def _layer(graph: Graph, name: str, state: str, mask: str, *, last: bool) -> str:
    weights, parts = graph.weights, ("query", "key", "value")
    joined = np.concatenate([weights[f"{name}attention.self.{part}.weight"].T for part in parts], axis=1)
    bias = np.concatenate([weights[f"{name}attention.self.{part}.bias"] for part in parts])
    attended = graph.add(
        "Attention",
        [
            state,
            graph.matrix(f"{name}qkv", joined),
            graph.store(f"{name}qkv.bias", bias.astype(np.float32)),
            mask,
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
