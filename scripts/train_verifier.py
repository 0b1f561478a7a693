"""Trains the verifier's cross-encoder on pairs of statement and evidence.

Training starts from all-MiniLM-L6-v2's weights.

    python -m venv train && train/bin/pip install -r scripts/export_requirements.txt
    train/bin/python scripts/train_verifier.py --pairs FILE.jsonl ... --out FOLDER [--epochs 1.5]

The pairs are those of `python -m evals.training.build_training_set`. FOLDER gets `checkpoint.pt`, every few minutes,
and `log.txt`; the same command continues from the checkpoint. Two idle cores read about 30 pairs a second.
"""

import argparse
import json
import math
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import nn
from verifier_network import CrossEncoderModel
from verifier_weights import published_weights, read_weights

SEED = 5
MAX_TOKENS = 192
MAX_STATEMENT_TOKENS = 64
PADDING_STEP = 16
TOKENS_PER_BATCH = 3_072
PAIRS_PER_BATCH = 64
SHUFFLED_PAIRS = 2_048
LEARNING_RATE = 1e-4
HEAD_LEARNING_RATE = 5e-4
WARM_UP_STEPS = 150
# The learning rate is constant and falls to 0 over this last part of the run, so that a run can be shortened or
# prolonged.
COOL_DOWN = 0.3
WEIGHT_DECAY = 0.01
CHECKPOINT_SECONDS = 150
STEPS_PER_LOG = 10
# A step's loss is the sum over its pairs divided by this, so that every pair counts the same in batches of any size.
PAIRS_PER_STEP = 32
# How often the pairs of a set are seen in an epoch; below 1, a share of the set is drawn.
SAMPLING_RATES = {
    "citint": 0.2, "factcg": 0.7, "factcheck_gpt": 0.6, "fever": 0.6, "fm2": 1.0, "mnli": 0.7, "snli": 0.15,
    "summedits": 0.7, "symmetric": 0.7, "wice_tokens": 1.0,
    "corpus": 0.8, "squad": 0.6, "factcg_text": 0.45, "wice_text": 0.5, "summedits_text": 0.5,
}  # fmt: skip
# The second stage (--start): what real models and our own writers get wrong, and a share of the first stage's sets, so
# that they are not forgotten.
SECOND_RATES = {
    "ragtruth": 2.0, "ragtruth_planted": 0.5, "own_excerpt": 0.7, "own_quote": 0.4,
    "citint": 0.05, "factcg": 0.1, "factcheck_gpt": 0.05, "fever": 0.015, "fm2": 0.06, "mnli": 0.015, "snli": 0.0,
    "summedits": 0.35, "symmetric": 0.05, "wice_tokens": 0.4,
    "corpus": 0.04, "squad": 0.02, "factcg_text": 0.02, "wice_text": 0.04, "summedits_text": 0.06,
}  # fmt: skip
# Layers that the second stage leaves as they are: a step takes a third less time.
FROZEN_LAYERS = 3
# Decay of the moving mean of the weights, which is saved beside them.
MEAN_DECAY = 0.99


def encode_pairs(tokenizer: Any, pairs: list[tuple[str, str]]) -> list[tuple[list[int], int]]:
    """Token ids of each (statement, evidence), and where its statement starts.

    They are [CLS] evidence [SEP] statement [SEP]. The evidence is cut to fit.
    """
    texts = list(dict.fromkeys(text for pair in pairs for text in pair))
    encodings = tokenizer.encode_batch(texts, add_special_tokens=False)
    ids = {text: encoding.ids for text, encoding in zip(texts, encodings, strict=True)}
    first, separator = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    rows = []
    for statement, evidence in pairs:
        statement_ids = ids[statement][:MAX_STATEMENT_TOKENS]
        evidence_ids = ids[evidence][: MAX_TOKENS - 3 - len(statement_ids)]
        row = [first, *evidence_ids, separator, *statement_ids, separator]
        rows.append((row, len(evidence_ids) + 2))
    return rows


def padded_width(tokens: int) -> int:
    """The number of tokens to which a pair is padded.

    There are few widths, because each new shape is compiled.
    """
    return -(-tokens // PADDING_STEP) * PADDING_STEP


def make_batches(lengths: dict[int, int], order: list[int], chance: random.Random) -> Iterator[list[int]]:
    """Batches pairs of similar length, about 3,072 tokens each.

    The batches of 2,048 pairs come in random order.
    """
    waiting: dict[int, list[int]] = {}
    for start in range(0, len(order), SHUFFLED_PAIRS):
        full: list[list[int]] = []
        for number in order[start : start + SHUFFLED_PAIRS]:
            width = padded_width(lengths[number])
            bucket = waiting.setdefault(width, [])
            bucket.append(number)
            if len(bucket) == min(PAIRS_PER_BATCH, TOKENS_PER_BATCH // width):
                full.append(waiting.pop(width))
        chance.shuffle(full)
        yield from full


def collate(rows: list[tuple[list[int], int]]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Token ids, types and mask of a batch, each (pairs, tokens)."""
    width = padded_width(max(len(ids) for ids, _ in rows))
    ids = torch.zeros(len(rows), width, dtype=torch.long)
    types, mask = torch.zeros_like(ids), torch.zeros_like(ids)
    for number, (row, statement_start) in enumerate(rows):
        ids[number, : len(row)] = torch.tensor(row)
        types[number, statement_start : len(row)] = 1
        mask[number, : len(row)] = 1
    return ids, types, mask


def draw_pairs(
    pairs: list[dict[str, Any]], rates: dict[str, float], epochs: float, chance: random.Random
) -> list[list[int]]:
    """The numbers of the pairs of each epoch, shuffled.

    `rates` says how often the pairs of a set are seen in an epoch.
    """
    drawn = []
    for _ in range(math.ceil(epochs)):
        order = []
        for number, pair in enumerate(pairs):
            times = rates.get(pair["source"].split(":")[0], 1.0)
            order += [number] * (int(times) + (chance.random() < times % 1))
        chance.shuffle(order)
        drawn.append(order)
    return drawn


def plan_batches(
    drawn: list[list[int]], lengths: dict[int, int], epochs: float, chance: random.Random
) -> list[list[int]]:
    """The batches of the whole run, in order."""
    planned: list[list[int]] = []
    for epoch, order in enumerate(drawn):
        epoch_batches = list(make_batches(lengths, order, chance))
        planned += epoch_batches[: int(len(epoch_batches) * min(1.0, epochs - epoch))]
    return planned


def learning_rate_share(step: int, steps: int) -> float:
    """The share of the full learning rate at a step.

    It is warm-up, level, linear cool-down (Hägele et al., 2024).
    """
    return min(1.0, (step + 1) / WARM_UP_STEPS, (steps - step) / max(1.0, COOL_DOWN * steps))


def pair_weights(pairs: list[dict[str, Any]]) -> list[float]:
    """Weights with which both labels of a set count the same.

    0.5 is then the threshold in every set.
    """
    counts: dict[tuple[str, int], int] = {}
    for pair in pairs:
        group = pair["source"].split(":")[0]
        counts[group, pair["label"]] = counts.get((group, pair["label"]), 0) + 1
    weights = []
    for pair in pairs:
        group = pair["source"].split(":")[0]
        same, other = counts[group, pair["label"]], counts.get((group, 1 - pair["label"]), 0)
        weights.append((same + other) / (2 * same) if other else 1.0)
    return weights


def main() -> None:
    """Trains from the start, or from the checkpoint where there is one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, nargs="+", required=True, help="files of pairs")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoint and log")
    parser.add_argument("--epochs", type=float, default=1.5, help="length of the run")
    parser.add_argument("--start", type=Path, help="second stage, from this checkpoint or exported file")
    parser.add_argument("--bfloat16", action="store_true", help="compute in bfloat16, if the processor can")
    parser.add_argument("--threads", type=int, default=0, help="threads, 0 for one per processor")
    parser.add_argument("--rate", type=float, default=LEARNING_RATE, help="learning rate of the body")
    parser.add_argument("--seed", type=int, default=SEED, help="seed of batches and weights")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)

    from tokenizers import Tokenizer

    torch.manual_seed(options.seed)
    if options.threads:
        torch.set_num_threads(options.threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer = Tokenizer.from_file(str(Path(__file__).parent.parent / "rag" / "models" / "tokenizer.json"))
    pairs = [json.loads(line) for path in options.pairs for line in path.read_text(encoding="utf-8").splitlines()]
    weights = pair_weights(pairs)
    chance = random.Random(options.seed)  # noqa: S311  (reproducible, nothing to guard)
    drawn = draw_pairs(pairs, SECOND_RATES if options.start else SAMPLING_RATES, options.epochs, chance)
    used = sorted({number for order in drawn for number in order})
    texts = [(pairs[number]["statement"], pairs[number]["evidence"]) for number in used]
    rows = dict(zip(used, encode_pairs(tokenizer, texts), strict=True))
    planned = plan_batches(drawn, {number: len(ids) for number, (ids, _) in rows.items()}, options.epochs, chance)

    model = CrossEncoderModel()
    if options.start:
        model.load_state_dict(read_weights(options.start))
        model.body.embeddings.requires_grad_(False)
        for layer in model.body.encoder["layer"][:FROZEN_LAYERS]:
            layer.requires_grad_(False)
    else:
        model.body.load_state_dict(published_weights())
    model.to(device).train()
    # The word embeddings stay as published: they are half of all weights, and there is too little data to train them.
    model.body.embeddings.word_embeddings.weight.requires_grad_(False)
    moving_mean = {name: value.detach().clone() for name, value in model.state_dict().items()}
    body = [value for value in model.body.parameters() if value.requires_grad]
    optimizer = torch.optim.AdamW(
        [{"params": body}, {"params": model.head.parameters()}],
        lr=options.rate, weight_decay=WEIGHT_DECAY, fused=True,
    )  # fmt: skip
    first_step = 0
    checkpoint = options.out / "checkpoint.pt"
    if checkpoint.is_file():
        kept = torch.load(checkpoint, map_location=device, weights_only=True)
        model.load_state_dict(kept["model"])
        optimizer.load_state_dict(kept["optimizer"])
        moving_mean = kept["mean"]
        first_step = kept["done"]

    def save(step: int) -> None:
        state = {
            "model": model.state_dict(), "mean": moving_mean, "optimizer": optimizer.state_dict(), "done": step,
        }  # fmt: skip
        torch.save(state, checkpoint.with_suffix(".part"))
        checkpoint.with_suffix(".part").replace(checkpoint)

    with (options.out / "log.txt").open("a", encoding="utf-8") as log:

        def write_log(text: str) -> None:
            print(f"{time.strftime('%H:%M:%S')} {text}", file=log, flush=True)

        write_log(
            f"{len(pairs)} pairs, {sum(map(len, planned))} updates in {len(planned)} steps, from step {first_step}"
        )
        saved_at, losses, seen, since = time.monotonic(), [], 0, time.monotonic()
        for step in range(first_step, len(planned)):
            batch = planned[step]
            for group, rate in zip(optimizer.param_groups, (options.rate, HEAD_LEARNING_RATE), strict=True):
                group["lr"] = rate * learning_rate_share(step, len(planned))
            ids, types, mask = (tensor.to(device) for tensor in collate([rows[number] for number in batch]))
            labels = torch.tensor([float(pairs[number]["label"]) for number in batch], device=device)
            batch_weights = torch.tensor([weights[number] for number in batch], device=device)
            with torch.autocast(device, dtype=torch.bfloat16, enabled=options.bfloat16):
                logits = model(ids, types, mask)
            losses_of_pairs = nn.functional.binary_cross_entropy_with_logits(logits.float(), labels, reduction="none")
            ((losses_of_pairs * batch_weights).sum() / PAIRS_PER_STEP).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            with torch.no_grad():
                for name, value in model.named_parameters():
                    if value.requires_grad:
                        moving_mean[name].lerp_(value, 1 - min(MEAN_DECAY, (step + 1) / (step + 10)))
            losses.append(float((losses_of_pairs * batch_weights).mean().detach()))
            seen += len(batch)
            if len(losses) == STEPS_PER_LOG:
                speed = seen / (time.monotonic() - since)
                write_log(f"step {step + 1}/{len(planned)} loss {sum(losses) / STEPS_PER_LOG:.4f} {speed:.1f} pairs/s")
                losses, seen, since = [], 0, time.monotonic()
            if time.monotonic() - saved_at > CHECKPOINT_SECONDS:
                save(step + 1)
                saved_at = time.monotonic()
        save(len(planned))
        write_log("done")


if __name__ == "__main__":
    main()
