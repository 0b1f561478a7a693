"""Fits the tagger of subjects, and compares it with the rules.

    python -m evals.training.intent.fit_slots [--to rag/models/intents.npz]

Each half of the collections is held out once; the stored weights are fitted on all of them. With --to, the arrays are
added to the file, whose other arrays stay.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from evals.training.intent.fit_turns import PreparedTurn, halves, prepare
from evals.training.intent.turns import load_catalogues, load_turns
from rag.answering.intent.turns.slot_tagger import TAGS, SlotTagger, Tag, features_of, tokens_of
from rag.text.analyzer import content_terms

KINDS = ("collection", "author", "views", "timeline")
MIN_FREQUENCY = 2
INVERSE_REGULARIZATION = 1.0


def labelled_tokens(prepared: PreparedTurn) -> list[tuple[list[str], Tag]]:
    """The features and the label of each token."""
    turn = prepared.turn
    tokens = tokens_of(turn.question, prepared.mentions)
    spans: list[tuple[int, int, Tag]] = [
        (slot.start, slot.end, "subject" if slot.name == "subject" else "mention")
        for slot in turn.slots
        if slot.name in ("subject", "mention")
    ]
    rows: list[tuple[list[str], Tag]] = []
    previous = "start"
    for index, token in enumerate(tokens):
        tag = next((tag for start, end, tag in spans if start <= token.start and token.end <= end), TAGS[0])
        rows.append((list(features_of(tokens, index, previous)), tag))
        previous = tag
    return rows


def fit_weights(turns: Sequence[PreparedTurn]) -> dict[str, Any]:
    """The arrays of the tagger."""
    rows = [row for turn in turns for row in labelled_tokens(turn)]
    counts = Counter(name for features, _ in rows for name in features)
    vectorizer = DictVectorizer()
    matrix = vectorizer.fit_transform(
        [{name: 1.0 for name in features if counts[name] >= MIN_FREQUENCY} for features, _ in rows]
    )
    regression = LogisticRegression(C=INVERSE_REGULARIZATION, max_iter=1000)
    regression.fit(matrix, [tag for _, tag in rows])
    order = [list(regression.classes_).index(tag) for tag in TAGS]
    bias_row = list(vectorizer.get_feature_names_out()).index("bias")
    weights = regression.coef_[order].T
    weights[bias_row] += regression.intercept_[order]
    return {"slots": weights.astype(np.float16), "slot_features": np.array(vectorizer.get_feature_names_out().tolist())}


def subject_agreement(turns: Sequence[PreparedTurn], subject_of: Callable[[PreparedTurn], str]) -> list[float]:
    """The agreement (F1) of the found subject with the label, for each turn."""
    scores = []
    for prepared in turns:
        wanted = set(content_terms(" ".join((*prepared.turn.words("subject"), *prepared.turn.words("mention")))))
        given = set(content_terms(subject_of(prepared)))
        size = len(wanted) + len(given)
        scores.append(2 * len(wanted & given) / size if size else 1.0)
    return scores


def by_rule(prepared: PreparedTurn) -> str:
    """The subject by the rules of the intent, with the topics of the scope."""
    topics = [value for mention in prepared.mentions if mention.part == "topics" for value in mention.values]
    return " ".join((prepared.rule.subject, prepared.rule.about, *topics)) if prepared.rule.kind in KINDS else ""


def report(turns: Sequence[PreparedTurn]) -> str:
    """The table of agreement on held-out collections, in Markdown."""
    agreement: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in ("alone", "depends", "all")}
    for names in halves(list({turn.turn.collection for turn in turns})):
        tagger = tagger_of(fit_weights([turn for turn in turns if turn.turn.collection not in names]))

        def by_tagger(prepared: PreparedTurn, tagger: SlotTagger = tagger) -> str:
            slots = tagger.tag(prepared.turn.question, prepared.mentions)
            return f"{slots.subject} {slots.mention}"

        for group, depends in (("alone", (False,)), ("depends", (True,)), ("all", (False, True))):
            chosen = [turn for turn in turns if turn.turn.collection in names and turn.turn.depends in depends]
            agreement[group][0].extend(subject_agreement(chosen, by_rule))
            agreement[group][1].extend(subject_agreement(chosen, by_tagger))
    lines = [
        "| turns | number | rules: F1, % | same terms, % | tagger: F1, % | same terms, % |",
        "|---|---|---|---|---|---|",
    ]
    for group, (rules, tagger_scores) in agreement.items():
        cells = (
            f"{100 * sum(s) / len(s):.1f} | {100 * sum(x == 1 for x in s) / len(s):.1f}" for s in (rules, tagger_scores)
        )
        lines.append(f"| {group} | {len(rules)} | {' | '.join(cells)} |")
    return "\n".join(lines)


def tagger_of(weights: dict[str, Any]) -> SlotTagger:
    """The tagger of fitted weights, as it is read from the file."""
    return SlotTagger(weights["slots"].astype(np.float32), weights["slot_features"].tolist())


def main() -> None:
    """Reports the agreement on each held-out collection; fits on all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, help="file to which the weights are added, fitted on all collections")
    arguments = parser.parse_args()
    catalogues = load_catalogues()
    turns = [prepare(turn, catalogues[turn.collection]) for turn in load_turns() if turn.kind in KINDS]
    print(report(turns))
    if arguments.to:
        with np.load(arguments.to, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        np.savez_compressed(arguments.to, **(arrays | fit_weights(turns)))


if __name__ == "__main__":
    main()
