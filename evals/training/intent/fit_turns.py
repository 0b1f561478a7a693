"""Fits the model of turns, and measures it on unseen collections.

    python -m evals.training.intent.fit_turns [--to rag/models/intents.npz]

Each half of the collections is held out once; the stored weights are fitted on all of them. With --to, the arrays are
added to the file, whose other arrays stay.
"""

import argparse
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from evals.training.intent.fit_intents import percent
from evals.training.intent.turns import TODAY, LabelledTurn, TurnCatalogue, load_catalogues, load_turns
from rag.answering.intent.classifier import Intent, classify, talk_intent
from rag.answering.intent.intent_model import VECTOR_SCALE, WORD_SCALE, with_common_nouns, word_grams
from rag.answering.intent.question_extraction import extract_question
from rag.answering.intent.scope import Mention, ScopePart, find_scope
from rag.answering.intent.spelling.contractions import with_apostrophes
from rag.answering.intent.turns.turn_model import ASKS, TAKES, TurnBefore, TurnModel, TurnReading, turn_features
from rag.embedding.factory import open_encoder
from rag.settings import load_settings

MAX_WORDS, MIN_FREQUENCY = 300, 3
INVERSE_REGULARIZATION = 3.0
# Each first turn of a conversation is also a turn that stands alone after so many other turns, drawn at random.
TURNS_BEFORE_A_FIRST, SEED = 2, 5
# The labels "listed" and "article" are both articles that an earlier turn names.
_LABELS: dict[str, str] = {"listed": "article"}
_PARTS: dict[str, ScopePart] = {"author": "authors", "source": "sources", "dates": "dates", "articles": "articles"}


@dataclass(frozen=True, slots=True)
class PreparedTurn:
    """A labelled turn, prepared as the engine prepares a turn."""

    turn: LabelledTurn
    masked: str
    mentions: tuple[Mention, ...]
    rule: Intent
    before: TurnBefore

    @property
    def takes(self) -> frozenset[str]:
        return frozenset(_LABELS.get(each, each) for each in self.turn.takes)

    @property
    def asks(self) -> str:
        turn = self.turn
        return turn.action if turn.action in ("list", "count", "newest", "oldest") else turn.kind


def prepare(turn: LabelledTurn, catalogue: TurnCatalogue) -> PreparedTurn:
    """A turn with its features' sources; the turn before is taken as labelled."""
    question = extract_question(with_apostrophes(turn.question)).question
    mentions = find_scope(question, catalogue, TODAY).mentions
    rule = talk_intent(question) or classify(question, mentions)
    return PreparedTurn(turn, with_common_nouns(question, mentions), mentions, rule, _before(turn))


def later_turns(turns: Sequence[LabelledTurn]) -> list[LabelledTurn]:
    """The later turns, and the first ones after turns of other conversations."""
    draw = random.Random(SEED)  # noqa: S311 - no secret
    later = [turn for turn in turns if turn.before]
    for turn in turns:
        if turn.before or turn.kind == "talk":
            continue
        others = [each for each in turns if each.collection == turn.collection]
        later += [replace(turn, before=(other,)) for other in draw.choices(others, k=TURNS_BEFORE_A_FIRST)]
    return later


def _before(turn: LabelledTurn) -> TurnBefore:
    if not turn.before:
        return TurnBefore("", Intent("talk"))
    last = turn.before[-1]
    mentions = tuple(Mention(0, 0, "", part, ()) for name, part in _PARTS.items() if getattr(last.frame, name))
    intent = Intent(last.kind, last.action, last.frame.subject)  # type: ignore[arg-type]  # labels are actions
    return TurnBefore(f"{last.question} {last.frame.subject}", intent, mentions, len(last.names))


def feature_matrix(turns: Sequence[PreparedTurn], vectors: Any, words: list[str]) -> Any:
    """The features of the turns, (turns, features)."""
    columns = {word: column for column, word in enumerate(words)}
    present = np.zeros((len(turns), len(words)))
    for row, turn in enumerate(turns):
        for gram in word_grams(turn.masked):
            if gram in columns:
                present[row, columns[gram]] = WORD_SCALE
    shapes = np.stack([turn_features(each.masked, each.rule, each.mentions, each.before) for each in turns])
    return np.hstack([VECTOR_SCALE * vectors, shapes, present])


def fit_weights(turns: Sequence[PreparedTurn], vectors: Any) -> dict[str, Any]:
    """The arrays of the model, except the encoder's fingerprint."""
    counts = Counter(gram for turn in turns for gram in word_grams(turn.masked))
    words = sorted([gram for gram, count in counts.most_common() if count >= MIN_FREQUENCY][:MAX_WORDS])
    features = feature_matrix(turns, vectors, words)
    regressions = [_fit(features, [turn.turn.depends for turn in turns])]
    depending = [row for row, turn in enumerate(turns) if turn.turn.depends]
    for name in TAKES:
        regressions.append(_fit(features[depending], [name in turns[row].takes for row in depending]))
    asks = _fit(features[depending], [turns[row].asks for row in depending])
    order = [list(asks.classes_).index(each) if each in asks.classes_ else None for each in ASKS]
    missing = np.zeros(features.shape[1]), -20.0
    rows = [missing if place is None else (asks.coef_[place], asks.intercept_[place]) for place in order]
    return {
        "turns": np.stack([each.coef_[0] for each in regressions]).astype(np.float16),
        "turn_biases": np.array([each.intercept_[0] for each in regressions], dtype=np.float32),
        "asks": np.stack([row for row, _ in rows]).astype(np.float16),
        "ask_biases": np.array([bias for _, bias in rows], dtype=np.float32),
        "turn_words": np.array(words),
    }


def _fit(features: Any, labels: Sequence[object]) -> LogisticRegression:
    return LogisticRegression(C=INVERSE_REGULARIZATION, max_iter=1000).fit(features, list(labels))


def halves(names: Sequence[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The two halves of the collections."""
    ordered = sorted(names)
    return frozenset(ordered[::2]), frozenset(ordered[1::2])


def hold_out(
    names: frozenset[str], turns: Sequence[PreparedTurn], vectors: Any
) -> list[tuple[PreparedTurn, TurnReading]]:
    """Reads the turns of the collections `names` with weights fitted on the others."""
    rest = [row for row, turn in enumerate(turns) if turn.turn.collection not in names]
    model = turn_model(fit_weights([turns[row] for row in rest], vectors[rest]))
    return [
        (turn, model.read(turn.masked, vectors[row], turn.rule, turn.mentions, turn.before))
        for row, turn in enumerate(turns)
        if turn.turn.collection in names
    ]


def turn_model(weights: dict[str, Any]) -> TurnModel:
    """The model of fitted weights, as it is read from the file."""
    arrays = {name: weights[name].astype(np.float32) for name in ("turns", "turn_biases", "asks", "ask_biases")}
    return TurnModel(arrays, weights["turn_words"].tolist())


def report(readings: Sequence[tuple[PreparedTurn, TurnReading]]) -> str:
    """The tables on held-out collections, in Markdown."""
    lines = ["| depends, threshold | stands alone: right, % | depends: right, % |", "|---|---|---|"]
    for threshold in (0.2, 0.35, 0.5, 0.65, 0.8, 0.9):
        alone = [reading.depends < threshold for turn, reading in readings if not turn.turn.depends]
        depending = [reading.depends >= threshold for turn, reading in readings if turn.turn.depends]
        lines.append(f"| {threshold} | {percent(alone)} | {percent(depending)} |")
    lines += ["", "| takes over | turns | precision, % | recall, % |", "|---|---|---|---|"]
    depending_turns = [(turn, reading) for turn, reading in readings if turn.turn.depends]
    for name in TAKES:
        labelled = [reading.takes[name] >= 0.5 for turn, reading in depending_turns if name in turn.takes]
        predicted = [name in turn.takes for turn, reading in depending_turns if reading.takes[name] >= 0.5]
        lines.append(f"| {name} | {len(labelled)} | {percent(predicted)} | {percent(labelled)} |")
    lines += ["", "| a follow-up asks for | turns | right, % |", "|---|---|---|"]
    for asked in ("", *ASKS):
        right = [reading.likeliest == turn.asks for turn, reading in depending_turns if asked in ("", turn.asks)]
        lines.append(f"| {asked or 'all'} | {len(right)} | {percent(right)} |")
    return "\n".join(lines)


def main() -> None:
    """Reports the accuracy on each held-out collection; fits on all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, help="file to which the weights are added, fitted on all collections")
    arguments = parser.parse_args()
    catalogues = load_catalogues()
    turns = [prepare(turn, catalogues[turn.collection]) for turn in later_turns(load_turns())]
    encoder = open_encoder(load_settings())
    vectors = encoder.encode([turn.masked for turn in turns])
    print(report([each for half in halves(list(catalogues)) for each in hold_out(half, turns, vectors)]))
    if arguments.to:
        with np.load(arguments.to, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        assert str(arrays["encoder"]) == encoder.fingerprint, "the file is for another encoder"
        np.savez_compressed(arguments.to, **(arrays | fit_weights(turns, vectors)))


if __name__ == "__main__":
    main()
