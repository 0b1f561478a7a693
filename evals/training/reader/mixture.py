"""Writes the examples that the reader is trained on.

Run: python -m evals.training.reader.mixture --data DIR --to FOLDER. DIR holds reader/, support/, wice/ and qa/ as
published. FOLDER gets public.jsonl, and of our own data (evals/training/data) commentary.jsonl and debates.jsonl.

Long passages are cut to a window with the sentences that answer; an example may come in several windows.
"""

import argparse
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from evals.training.reader.absent_answers import NearestPassages, without_gold
from evals.training.reader.commentary import read_commentary
from evals.training.reader.debates import read_debate_statements, read_debates
from evals.training.reader.examples import QUESTION, STATEMENT, ReaderExample, write_examples
from evals.training.reader.question_sets import read_question_sets
from evals.training.reader.statement_sets import read_statement_sets

SEED = 23
# Minimum and maximum words of a window: the time of a step grows with its tokens.
_WINDOW_WORDS = (60, 150)
_COMMENTARY_WINDOW_WORDS = (90, 190)
# The share of each set that is used. Our own examples are then a fourth to a third of the mixture, and no set of short
# statements, which the initial weights were trained on already, outweighs the questions.
SHARES = {
    "fairytaleqa": 0.6, "hotpot": 0.5,
    "factcg": 0.3, "fm2": 0.15, "summedits": 0.25, "wice_tokens": 0.4, "mnli": 0.03, "fever": 0.03, "symmetric": 0.1,
    "citint": 0.05, "factcheck_gpt": 0.1, "planted": 0.01, "snli": 0.01,
}  # fmt: skip
# For each set, the number of questions without an answer that are made for each answered question, by each of the two
# ways.
DELETED = {"commentary_questions": 0.15, "squad2": 0.15, "sentence_set": 0.25, "kpa": 0.1}
NEAREST = {
    "commentary_questions": 0.15, "squad2": 0.1, "sentence_set": 0.25,
    "qadiscourse": 0.0, "hotpot": 0.0, "kpa": 0.0, "qmsum": 0.0,
}  # fmt: skip
_MADE = 0.3
# The passages that do not answer, for each question on a debate.
_OTHER_PASSAGES = 2
# Of our own true statements, the share that is also read without the sentences that support it.
EVIDENCE_DELETED = 0.2


def cut_to_window(example: ReaderExample, words: int, chance: random.Random) -> ReaderExample:
    """The sentences around those that answer, at most about `words` words.

    If no sentence answers, the window is at a random position.

    A statement keeps all sentences that it is about, or the whole passage if these are not marked.
    """
    lengths = [len(text.split()) for text in example.sentences]
    gold = example.gold or ()
    if sum(lengths) <= words or (example.kind == STATEMENT and not gold):
        return example
    if example.kind == STATEMENT:
        start, end = min(gold), max(gold) + 1
    else:
        start = chance.choice(gold) if gold else chance.randrange(len(lengths))
        end = start + 1
    while sum(lengths[start:end]) < words:
        can_precede, can_follow = start > 0, end < len(lengths)
        if not can_precede and not can_follow:
            break
        if can_precede and (not can_follow or chance.random() < 0.5):
            start -= 1
        else:
            end += 1
    kept = tuple(position - start for position in gold if start <= position < end)
    gold_kept = None if example.gold is None else kept
    return replace(example, sentences=example.sentences[start:end], gold=gold_kept)


def with_absent_answers(examples: Sequence[ReaderExample], chance: random.Random) -> Iterator[ReaderExample]:
    """The questions, with the questions without an answer that are made from them."""
    by_source: dict[str, list[ReaderExample]] = defaultdict(list)
    for example in examples:
        by_source[example.source].append(example)
    for source, own in by_source.items():
        passages = NearestPassages(own)
        for example in own:
            yield example
            if not example.label:
                continue
            if chance.random() < DELETED.get(source, _MADE):
                unanswered = without_gold(example)
                if unanswered:
                    yield unanswered
            if chance.random() < NEAREST.get(source, _MADE):
                unanswered = passages.nearest(example, chance)
                if unanswered:
                    yield unanswered


def windows(
    examples: Iterable[ReaderExample], words: tuple[int, int], chance: random.Random
) -> Iterator[ReaderExample]:
    """Each example, cut to a window of a length drawn for it."""
    for example in examples:
        yield cut_to_window(example, chance.randint(*words), chance)


def sample_sets(examples: Iterable[ReaderExample], chance: random.Random) -> Iterator[ReaderExample]:
    """The share of each set in the mixture.

    Examples that were made from a set count to that set.
    """
    for example in examples:
        if chance.random() < SHARES.get(example.source.split(":")[0], 1.0):
            yield example


def commentary_examples(chance: random.Random) -> list[ReaderExample]:
    """Our own examples that are not held out, with those made from them."""
    own = [example for example, is_held_out in read_commentary() if not is_held_out]
    statements = [example for example in own if example.kind == STATEMENT]
    supported = [example for example in statements if example.label and chance.random() < EVIDENCE_DELETED]
    unsupported = [deleted for deleted in map(without_gold, supported) if deleted]
    questions = with_absent_answers([example for example in own if example.kind == QUESTION], chance)
    return list(windows([*questions, *statements, *unsupported], _COMMENTARY_WINDOW_WORDS, chance))


def debate_examples(chance: random.Random) -> list[ReaderExample]:
    """The questions and statements on our own debates that are not held out.

    Each question comes with the passages that answer it and with two others of its debate, drawn at random: with all
    five, four of five examples would have no answer.
    """
    groups: dict[str, list[ReaderExample]] = defaultdict(list)
    for example, is_held_out in read_debates():
        if not is_held_out:
            groups[example.group].append(example)
    kept: list[ReaderExample] = []
    for group in groups.values():
        others = [example for example in group if not example.label]
        drawn = chance.sample(others, min(_OTHER_PASSAGES, len(others)))
        kept += [example for example in group if example.label or example in drawn]
    kept += [example for example, is_held_out in read_debate_statements() if not is_held_out]
    return list(windows(kept, _COMMENTARY_WINDOW_WORDS, chance))


def public_examples(data: Path, chance: random.Random) -> list[ReaderExample]:
    """The examples of the public sets, with those made from them."""
    questions = with_absent_answers(list(read_question_sets(data)), chance)
    sampled = sample_sets([*questions, *read_statement_sets(data)], chance)
    return list(windows(sampled, _WINDOW_WORDS, chance))


def main(argv: Sequence[str] | None = None) -> None:
    """Writes the files, and prints how many examples of each set they have."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder with the public sets as published; without it none is read")
    parser.add_argument("--to", type=Path, required=True, help="folder to write to")
    parser.add_argument(
        "--seed", type=int, default=SEED, help="another one draws other windows and other absent answers"
    )
    options = parser.parse_args(argv)
    options.to.mkdir(parents=True, exist_ok=True)
    own = commentary_examples(random.Random(options.seed))  # noqa: S311  (reproducible, nothing to guard)
    _write(own, options.to / "commentary.jsonl")
    _write(debate_examples(random.Random(options.seed)), options.to / "debates.jsonl")  # noqa: S311
    if options.data:
        public = public_examples(options.data, random.Random(options.seed))  # noqa: S311
        _write(public, options.to / "public.jsonl")


def _write(examples: Sequence[ReaderExample], path: Path) -> None:
    print(f"{path.name}: {write_examples(examples, path)} examples")
    counts = Counter((example.kind, example.source, example.label) for example in examples)
    for (kind, source, label), count in sorted(counts.items()):
        print(f"{kind:10} {source:32} {'yes' if label else 'no':4} {count}")
    answered = [example.label for example in examples if example.kind == QUESTION]
    print(f"questions without an answer: {1 - sum(answered) / len(answered):.3f}")


if __name__ == "__main__":
    main()
