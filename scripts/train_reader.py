"""Trains the reader on the examples of evals.training.reader.mixture.

    python -m venv train && train/bin/pip install -r scripts/export_requirements.txt
    PYTHONPATH=. train/bin/python scripts/train_reader.py --examples FILE.jsonl ... --out FOLDER --steps 4000

FOLDER gets `checkpoint.pt`, every few minutes, and `log.txt`; the same command continues from the checkpoint, and a
larger --steps prolongs the run. The learning rate is constant. A run with --initial-weights CHECKPOINT --cool lowers it
to 0 over its steps; the weights of that run are exported. Each checkpoint also has the moving mean of the weights.

On a machine with other work, two processes of one thread are faster than one process of two threads, which waits for
the slower thread at every operation: `torchrun --nproc-per-node 2 scripts/train_reader.py --threads 1 ...`.
"""

import argparse
import os
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.distributed
from reader_network import HEADS_OF_TASKS, NO_SENTENCE, QUESTION_COLUMN, STATEMENT_COLUMN, Reader, load_start
from torch.nn import functional

from evals.training.reader.examples import DEBATE_QUESTIONS, QUESTION, ReaderExample, read_examples
from rag.reading.layout import ReaderInput, encode_inputs

MODELS = Path(__file__).parent.parent / "rag" / "models"
SEED = 7
MAX_TOKENS = 256
PADDING_STEP = 8
# The runs up to c2 (docs/reader.md) had 1,536.
TOKENS_PER_BATCH = 3_072
EXAMPLES_PER_BATCH = 24
SHUFFLED_EXAMPLES = 2_048
LEARNING_RATE = 1e-4
HEAD_LEARNING_RATE = 5e-4
WARM_UP_STEPS = 50
WEIGHT_DECAY = 0.01
MEAN_DECAY = 0.99
STEPS_PER_MEAN = 4
CHECKPOINT_SECONDS = 300
STEPS_PER_LOG = 25
# A step's loss is the sum over its examples divided by this, so that every example counts the same.
EXAMPLES_PER_STEP = 12
SENTENCE_WEIGHT, CHOICE_WEIGHT = 1.0, 0.5
# The choice among the sentences of all passages of a question, relative to the choice within one passage.
GROUP_WEIGHT = 2.0


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors of some examples."""

    ids: torch.Tensor
    segments: torch.Tensor
    places: torch.Tensor
    sentences: torch.Tensor
    gold: torch.Tensor
    has_gold: torch.Tensor
    labels: torch.Tensor
    columns: torch.Tensor
    # For each text, the number of its group.
    groups: torch.Tensor


def collate(
    inputs: Sequence[ReaderInput], examples: Sequence[ReaderExample], groups: Sequence[int] | None = None
) -> Batch:
    """Pads the inputs to one width. Without `groups` each example is a group of its own."""
    width = padded_width(max(len(row.token_ids) for row in inputs))
    most = max(1, max(len(row.sentences) for row in inputs))
    ids = torch.zeros(len(inputs), width, dtype=torch.long)
    segments, places = torch.full_like(ids, -1), torch.zeros_like(ids)
    sentences = torch.zeros(len(inputs), most, width)
    gold = torch.zeros(len(inputs), most)
    for number, (row, example) in enumerate(zip(inputs, examples, strict=True)):
        length = len(row.token_ids)
        ids[number, :length] = torch.tensor(row.token_ids)
        segments[number, :length] = torch.tensor(row.segments)
        places[number, :length] = torch.tensor(row.places)
        for position, (start, end) in enumerate(row.sentences):
            sentences[number, position, start:end] = 1
        for position in example.gold or ():
            if position < len(row.sentences):
                gold[number, position] = 1
    has_gold = torch.tensor([example.gold is not None for example in examples])
    labels = torch.tensor([float(example.label) for example in examples])
    columns = torch.tensor([QUESTION_COLUMN if e.kind == QUESTION else STATEMENT_COLUMN for e in examples])
    numbers = torch.tensor(range(len(inputs)) if groups is None else groups)
    return Batch(ids, segments, places, sentences, gold, has_gold, labels, columns, numbers)


def padded_width(tokens: int) -> int:
    """The number of tokens to which an example is padded."""
    return -(-tokens // PADDING_STEP) * PADDING_STEP


def make_groups(examples: Sequence[ReaderExample]) -> list[list[int]]:
    """The numbers of the examples, those of one question on a debate together."""
    groups: dict[tuple[str, str], list[int]] = {}
    for number, example in enumerate(examples):
        key = (example.group, example.query) if example.source == DEBATE_QUESTIONS else ("", str(number))
        groups.setdefault(key, []).append(number)
    return list(groups.values())


def make_batches(
    lengths: Sequence[int], groups: Sequence[list[int]], chance: random.Random
) -> Iterator[list[list[int]]]:
    """Batches groups of similar length, 2,048 at a time, in random order."""
    longest = [max(lengths[number] for number in group) for group in groups]
    for start in range(0, len(groups), SHUFFLED_EXAMPLES):
        chosen = range(start, min(start + SHUFFLED_EXAMPLES, len(groups)))
        batches: list[list[list[int]]] = [[]]
        size = 0
        for place in sorted(chosen, key=lambda place: longest[place]):
            size += len(groups[place])
            if batches[-1] and (size > EXAMPLES_PER_BATCH or size * padded_width(longest[place]) > TOKENS_PER_BATCH):
                batches.append([])
                size = len(groups[place])
            batches[-1].append(groups[place])
        chance.shuffle(batches)
        yield from batches


def share_groups(groups: Sequence[list[int]], processes: int) -> list[list[list[int]]]:
    """The groups of a batch for each process, with about as many examples each."""
    shares: list[list[list[int]]] = [[] for _ in range(processes)]
    for group in sorted(groups, key=len, reverse=True):
        min(shares, key=lambda share: sum(map(len, share))).append(group)
    return shares


def endless_batches(lengths: Sequence[int], groups: Sequence[list[int]], seed: int) -> Iterator[list[list[int]]]:
    """The batches of epoch after epoch, the same for the same seed."""
    epoch = 0
    while True:
        chance = random.Random(seed * 1_000 + epoch)  # noqa: S311  (reproducible, nothing to guard)
        order = list(groups)
        chance.shuffle(order)
        yield from make_batches(lengths, order, chance)
        epoch += 1


def label_weights(examples: Sequence[ReaderExample]) -> torch.Tensor:
    """Weights that give both labels of a set of statements the same total weight.

    So 0.5 is the threshold in each set. Questions have weight 1.
    """
    counts: dict[tuple[str, bool], int] = {}
    for example in examples:
        counts[example.source, example.label] = counts.get((example.source, example.label), 0) + 1
    weights = []
    for example in examples:
        same, other = counts[example.source, example.label], counts.get((example.source, not example.label), 0)
        balanced = (same + other) / (2 * same) if other else 1.0
        weights.append(1.0 if example.kind == QUESTION else balanced)
    return torch.tensor(weights)


def losses(model: Reader, batch: Batch, weights: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The summed losses of passages, of sentences, and of the choice among sentences."""
    sentence_logits, passage_logits = model(batch.ids, batch.segments, batch.places, batch.sentences)
    rows = torch.arange(len(batch.columns))
    passage = functional.binary_cross_entropy_with_logits(
        passage_logits[rows, batch.columns], batch.labels, weights, reduction="sum"
    )
    logits = sentence_logits[rows, :, batch.columns]
    exists = (batch.sentences.sum(2) > 0).float()
    each = functional.binary_cross_entropy_with_logits(logits.clamp(min=-30), batch.gold, reduction="none") * exists
    marked = batch.has_gold.float()
    sentence = (each.sum(1) / exists.sum(1).clamp(min=1) * marked).sum()
    answers = logits.masked_fill(batch.gold == 0, NO_SENTENCE)
    chosen = torch.logsumexp(answers, 1) - torch.logsumexp(logits, 1)
    choice = -(chosen * marked * (batch.gold.sum(1) > 0)).sum()
    for group in batch.groups.unique():
        same = batch.groups == group
        if same.sum() > 1 and batch.gold[same].any():
            # The sentences of all passages compete: retrieval ranks them together.
            chosen = torch.logsumexp(answers[same].flatten(), 0) - torch.logsumexp(logits[same].flatten(), 0)
            choice = choice - GROUP_WEIGHT * chosen
    return passage, sentence, choice


def main() -> None:
    """Trains from the start, or from the checkpoint where there is one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=Path, nargs="+", required=True, help="files of examples")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoint and log")
    parser.add_argument("--steps", type=int, required=True, help="length of the run")
    parser.add_argument("--initial-weights", type=Path, help="bundled model in ONNX, or checkpoint of an earlier run")
    parser.add_argument("--cool", action="store_true", help="bring the learning rate down to 0 over the run")
    parser.add_argument("--rate", type=float, default=LEARNING_RATE, help="learning rate of the body")
    parser.add_argument("--frozen-layers", type=int, default=0, help="the lowest layers, which are not trained")
    parser.add_argument("--seed", type=int, default=SEED, help="seed of batches and weights")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--bfloat16", action="store_true", help="the layers compute in bfloat16")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    processes, own = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0"))
    if processes > 1:
        torch.distributed.init_process_group("gloo")

    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(MODELS / "tokenizer.json"))
    examples = [example for path in options.examples for example in read_examples(path)]
    rows = [(example.kind, example.query, example.heading, example.sentences) for example in examples]
    inputs = encode_inputs(tokenizer, rows, MAX_TOKENS)
    kept = [number for number, row in enumerate(inputs) if _is_whole(row, examples[number])]
    examples, inputs = [examples[number] for number in kept], [inputs[number] for number in kept]
    weights = label_weights(examples)

    model = Reader(options.frozen_layers)
    model.in_bfloat16 = options.bfloat16
    _load(model, options.initial_weights or MODELS / "all-MiniLM-L6-v2.onnx")
    model.words.requires_grad_(False)  # half of all weights, and there is too little data for them
    if options.frozen_layers:
        for part in (model.places, model.kinds, model.norm, *model.layers[: options.frozen_layers]):
            part.requires_grad_(False)
    heads = [value for name, value in model.named_parameters() if name.split(".")[0] in HEADS_OF_TASKS]
    body = [
        value
        for name, value in model.named_parameters()
        if name.split(".")[0] not in HEADS_OF_TASKS and value.requires_grad
    ]
    rates = [{"params": body, "lr": options.rate}, {"params": heads, "lr": HEAD_LEARNING_RATE}]
    full_rates = [group["lr"] for group in rates]
    optimizer = torch.optim.AdamW(rates, weight_decay=WEIGHT_DECAY, betas=(0.9, 0.98))
    trained = {name: value for name, value in model.named_parameters() if value.requires_grad}
    mean = {name: value.detach().clone() for name, value in trained.items()}

    step, read = 0, 0
    checkpoint = options.out / "checkpoint.pt"
    if checkpoint.is_file():
        state = torch.load(checkpoint, map_location="cpu", weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        mean, step, read = state["mean"], state["step"], state["read"]
    batches = endless_batches([len(row.token_ids) for row in inputs], make_groups(examples), options.seed)
    for _ in range(step):
        next(batches)

    log = (options.out / "log.txt" if own == 0 else Path(os.devnull)).open("a", encoding="utf-8")
    print(f"{len(examples)} examples, from step {step}, {vars(options)}", file=log, flush=True)
    began, saved, read_before = time.monotonic(), time.monotonic(), read
    sums, counted = [0.0, 0.0, 0.0], 0
    model.train()
    while step < options.steps:
        groups = next(batches)
        rate = min(1.0, (step + 1) / WARM_UP_STEPS)
        if options.cool:
            rate = min(rate, (options.steps - step) / options.steps)
        for parameters, full in zip(optimizer.param_groups, full_rates, strict=True):
            parameters["lr"] = full * rate
        share = share_groups(groups, processes)[own]
        part = [number for group in share for number in group]
        places = [place for place, group in enumerate(share) for _ in group]
        optimizer.zero_grad(set_to_none=True)
        if part:
            batch = collate([inputs[number] for number in part], [examples[number] for number in part], places)
            passage, sentence, choice = losses(model, batch, weights[part])
            loss = (passage + SENTENCE_WEIGHT * sentence + CHOICE_WEIGHT * choice) / EXAMPLES_PER_STEP
            loss.backward()
            for position, value in enumerate((passage, sentence, choice)):
                sums[position] += value.item()
            counted += len(part)
        if processes > 1:
            _add_gradients([*body, *heads])
        torch.nn.utils.clip_grad_norm_([*body, *heads], 1.0)
        optimizer.step()
        step += 1
        read += sum(map(len, groups))
        if step % STEPS_PER_MEAN == 0:
            decay = min(MEAN_DECAY, step / (step + 20))
            with torch.no_grad():
                for name, value in trained.items():
                    mean[name].lerp_(value, 1 - decay)
        if step % STEPS_PER_LOG == 0:
            pace = (read - read_before) / (time.monotonic() - began)
            parts = " ".join(f"{value / max(1, counted):.4f}" for value in sums)
            now = time.strftime("%H:%M:%S")
            print(f"{now} step {step} read {read} losses {parts} {pace:.1f}/s", file=log, flush=True)
            sums, counted = [0.0, 0.0, 0.0], 0
        if own == 0 and (time.monotonic() - saved > CHECKPOINT_SECONDS or step == options.steps):
            _save(checkpoint, model, optimizer, mean, step, read)
            saved = time.monotonic()


def _is_whole(row: ReaderInput, example: ReaderExample) -> bool:
    """Whether a part of the passage fits, with all of its sentences that answer."""
    return 0 < len(row.sentences) > max(example.gold or (0,))


def _add_gradients(parameters: Sequence[torch.nn.Parameter]) -> None:
    """Sums each gradient over all processes."""
    gradients = [torch.zeros_like(value) if value.grad is None else value.grad for value in parameters]
    flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
    torch.distributed.all_reduce(flat)
    for value, part in zip(parameters, flat.split([value.numel() for value in parameters]), strict=True):
        value.grad = part.view_as(value)


def _load(model: Reader, start: Path) -> None:
    if start.suffix == ".onnx":
        missing, unexpected = model.load_state_dict(load_start(start), strict=False)
        unknown = [name for name in missing if name.split(".")[0] not in HEADS_OF_TASKS]
        if unknown or unexpected:
            raise SystemExit(f"{start} does not fit: {unknown}, {unexpected}")
    else:
        model.load_state_dict(torch.load(start, map_location="cpu", weights_only=True)["model"])


def _save(path: Path, model: Reader, optimizer: Any, mean: dict[str, torch.Tensor], step: int, read: int) -> None:
    """Writes the checkpoint atomically: to another file first, then renamed."""
    part = path.with_suffix(".part")
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "mean": mean, "step": step, "read": read}
    torch.save(state, part)
    part.replace(path)


if __name__ == "__main__":
    main()
