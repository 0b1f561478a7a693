"""Measures a reader on the sets of evals.training.reader.measuring_sets.

    PYTHONPATH=. train/bin/python scripts/measure_reader.py --weights CHECKPOINT.pt [--mean] --sets FOLDER

The weights are a checkpoint of scripts/train_reader.py, with --mean the moving mean that it holds, or an exported
model in ONNX.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from reader_network import QUESTION_COLUMN, STATEMENT_COLUMN, Reader
from train_reader import MODELS, Batch, collate

from evals.training.reader.examples import QUESTION, ReaderExample, read_examples
from evals.training.reader.measures import ExampleReading, measure_questions, measure_statements
from rag.reading.layout import encode_inputs

BATCH = 8
# From a batch to the logits of sentences, (texts, sentences, 2), and passages, (texts, 2).
Model = Callable[[Batch], tuple[np.ndarray, np.ndarray]]


def open_checkpoint(path: Path, *, mean: bool) -> Model:
    """A checkpoint's model."""
    state = torch.load(path, map_location="cpu", weights_only=True)
    model = Reader()
    model.load_state_dict({**state["model"], **(state["mean"] if mean else {})})
    model.eval()

    def run(batch: Batch) -> tuple[np.ndarray, np.ndarray]:
        with torch.inference_mode():
            sentences, passages = model(batch.ids, batch.segments, batch.places, batch.sentences)
        return sentences.numpy(), passages.numpy()

    return run


def open_export(path: Path, threads: int) -> Model:
    """An exported model."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def run(batch: Batch) -> tuple[np.ndarray, np.ndarray]:
        feed = {"input_ids": batch.ids, "segments": batch.segments, "token_places": batch.places}
        arrays = {name: value.numpy().astype(np.int32) for name, value in feed.items()}
        sentences, passages = session.run(None, {**arrays, "sentence_mask": batch.sentences.numpy()})
        return sentences, passages

    return run


def read_all(model: Model, examples: Sequence[ReaderExample], max_tokens: int) -> list[ExampleReading]:
    """The model's reading of each example."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(MODELS / "tokenizer.json"))
    rows = [(example.kind, example.query, example.heading, example.sentences) for example in examples]
    inputs = encode_inputs(tokenizer, rows, max_tokens)
    readings: dict[int, ExampleReading] = {}
    order = sorted(range(len(inputs)), key=lambda number: len(inputs[number].token_ids))
    for start in range(0, len(order), BATCH):
        numbers = order[start : start + BATCH]
        chosen = [examples[number] for number in numbers]
        sentences, passages = model(collate([inputs[number] for number in numbers], chosen))
        for row, (number, example) in enumerate(zip(numbers, chosen, strict=True)):
            column = QUESTION_COLUMN if example.kind == QUESTION else STATEMENT_COLUMN
            read = len(inputs[number].sentences)
            logits = tuple(float(value) for value in sentences[row, :read, column])
            readings[number] = ExampleReading(logits, float(passages[row, column]))
    return [readings[number] for number in range(len(examples))]


def main() -> None:
    """Prints the figures of each set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--mean", action="store_true")
    parser.add_argument("--sets", type=Path, required=True)
    parser.add_argument("--only", default="", help="sets whose name holds this")
    parser.add_argument("--max-tokens", type=int, default=320)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.weights.suffix == ".onnx":
        model = open_export(options.weights, options.threads)
    else:
        model = open_checkpoint(options.weights, mean=options.mean)
    for path in sorted(path for path in options.sets.glob("*.jsonl") if options.only in path.stem):
        examples = [example for example in read_examples(path) if example.sentences]
        readings = read_all(model, examples, options.max_tokens)
        if examples[0].kind == QUESTION:
            f = measure_questions(examples, readings)
            print(
                f"{path.stem:28} n {f.questions:5} answered AUC {f.area:.3f} declined at 5% {f.declined:.3f} "
                f"first {f.first:.3f} in three {f.first_three:.3f}", flush=True,
            )  # fmt: skip
        else:
            g = measure_statements(examples, readings)
            print(
                f"{path.stem:28} n {g.statements:5} AUC {g.area:.3f} response {g.response_area:.3f} "
                f"balanced {g.balanced_accuracy:.3f} calibration {g.calibration_error:.3f}", flush=True,
            )  # fmt: skip


if __name__ == "__main__":
    main()
