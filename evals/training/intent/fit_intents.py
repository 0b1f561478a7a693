"""Fits the classifier of intents, and measures it on unseen collections.

    python -m evals.training.intent.fit_intents [--to rag/models/intents.npz]

Each catalogue is held out once; the stored weights are fitted on all of them. The report has the accuracy of the kind
at run time, from rules and regression together, and of each alone. Spelling and language are not part of it, because
the invented catalogues have no articles with words.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from evals.training.intent.examples import Example, load_examples, load_golden_questions
from rag.answering.intent.classifier import Intent
from rag.answering.intent.intent_model import (
    VECTOR_SCALE,
    WORD_SCALE,
    IntentModel,
    ScoredIntent,
    bundled_intent_model,
    decide,
    keeps_rule,
    shape_features,
    word_grams,
)
from rag.answering.intent.model_reading import MIN_SURE_PROBABILITY, is_unsure
from rag.embedding.factory import open_encoder
from rag.settings import load_settings
from rag.types.understanding import KINDS, Kind

MAX_WORDS, MIN_FREQUENCY = 400, 3
INVERSE_REGULARIZATION = 0.3


@dataclass(frozen=True)
class HeldOutIntent:
    """The classification of an example when its catalogue is held out.

    `scored` is the regression's verdict, `decided` the intent at run time.
    """

    example: Example
    scored: ScoredIntent
    decided: Intent

    @property
    def likeliest(self) -> Kind:
        return max(self.scored.probabilities, key=lambda kind: self.scored.probabilities[kind])

    @property
    def is_unsure(self) -> bool:
        """Whether a language model would be asked, if there were one."""
        example = self.example
        return not example.is_talk and is_unsure(example.rule, self.decided, self.scored, example.question)

    @property
    def probability(self) -> float:
        """The regression's probability of the kind that is used."""
        return self.scored.probabilities[self.decided.kind]

    @property
    def is_used_right(self) -> bool:
        return self.is_right(self.decided.kind)

    def is_right(self, kind: Kind) -> bool:
        return kind in self.example.kinds


def frequent_words(examples: list[Example]) -> list[str]:
    """The words and pairs of words that are frequent enough for features."""
    counts = Counter(gram for example in examples for gram in word_grams(example.masked))
    frequent = [gram for gram, count in counts.most_common() if count >= MIN_FREQUENCY]
    return sorted(frequent[:MAX_WORDS])


def feature_matrix(examples: list[Example], vectors: Any, words: list[str]) -> Any:
    """The features of the examples, (examples, features)."""
    columns = {word: column for column, word in enumerate(words)}
    present = np.zeros((len(examples), len(words)))
    for row, example in enumerate(examples):
        for gram in word_grams(example.masked):
            if gram in columns:
                present[row, columns[gram]] = WORD_SCALE
    shapes = np.stack([shape_features(example.masked, example.rule, example.mentions) for example in examples])
    return np.hstack([VECTOR_SCALE * vectors, shapes, present])


def fit(features: Any, labels: list[str]) -> LogisticRegression:
    return LogisticRegression(C=INVERSE_REGULARIZATION, max_iter=3000).fit(features, labels)


def fit_weights(examples: list[Example], vectors: Any) -> dict[str, Any]:
    """The arrays of rag/models/intents.npz, except the encoder's fingerprint."""
    words = frequent_words(examples)
    features = feature_matrix(examples, vectors, words)
    kinds = fit(features, [example.kinds[0] for example in examples])
    order = [list(kinds.classes_).index(kind) for kind in KINDS]
    with_action = [row for row, example in enumerate(examples) if example.action]
    labels = [f"{examples[row].kinds[0]}/{examples[row].action}" for row in with_action]
    actions = fit(features[with_action], labels)
    return {
        "kinds": kinds.coef_[order].astype(np.float16), "kind_biases": kinds.intercept_[order].astype(np.float32),
        "actions": actions.coef_.astype(np.float16), "action_biases": actions.intercept_.astype(np.float32),
        "words": np.array(words), "action_names": np.array(actions.classes_.tolist()),
    }  # fmt: skip


def hold_out(name: str, examples: list[Example], vectors: Any) -> list[HeldOutIntent]:
    """Classifies the questions of catalogue `name`.

    The weights are fitted on the other catalogues.
    """
    train = [row for row, example in enumerate(examples) if example.catalogue != name]
    test = [row for row, example in enumerate(examples) if example.catalogue == name]
    weights = fit_weights([examples[row] for row in train], vectors[train])
    arrays = {key: weights[key].astype(np.float32) for key in ("kinds", "kind_biases", "actions", "action_biases")}
    model = IntentModel(arrays, weights["words"].tolist(), weights["action_names"].tolist())
    return [classify_example(model, examples[row], vectors[row]) for row in test]


def classify_example(model: IntentModel, example: Example, vector: Any) -> HeldOutIntent:
    """Classifies an example by rules and regression, as at run time."""
    scored = model.score(example.masked, vector, example.rule, example.mentions)
    is_decided = example.is_talk or not any(character.isalnum() for character in example.question)
    intent = example.rule if is_decided else decide(example.rule, scored, example.question, example.mentions)
    return HeldOutIntent(example, scored, intent)


def report(outcomes: Sequence[HeldOutIntent]) -> str:
    """The tables of accuracy by catalogue and of precision by kind, in Markdown."""
    lines = ["| held out | questions | rules alone | regression alone | as used |", "|---|---|---|---|---|"]
    for name in [*sorted({outcome.example.catalogue for outcome in outcomes}), ""]:
        chosen = [outcome for outcome in outcomes if name in ("", outcome.example.catalogue)]
        by_rule, alone, used = (
            percent([outcome.is_right(kind) for outcome, kind in zip(chosen, kinds, strict=True)])
            for kinds in (
                [outcome.example.rule.kind for outcome in chosen],
                [outcome.likeliest for outcome in chosen],
                [outcome.decided.kind for outcome in chosen],
            )
        )
        lines.append(f"| {name or 'all'} | {len(chosen)} | {by_rule} | {alone} | {used} |")
    lines += ["", "| kind | rules say it | of these right | as used | of these right |", "|---|---|---|---|---|"]
    for kind in KINDS:
        by_rules = [outcome.is_right(kind) for outcome in outcomes if outcome.example.rule.kind == kind]
        decided = [outcome.is_right(kind) for outcome in outcomes if outcome.decided.kind == kind]
        lines.append(f"| {kind} | {len(by_rules)} | {percent(by_rules)} | {len(decided)} | {percent(decided)} |")
    return "\n".join(lines)


def report_unsure(outcomes: Sequence[HeldOutIntent], golden: Sequence[HeldOutIntent]) -> str:
    """The tables of the questions about which a model is asked, in Markdown.

    `golden` are the golden questions, classified with the shipped weights.
    """
    unknown = [outcome for outcome in outcomes if outcome.example.rule.kind == "fact"]
    kept = [outcome for outcome in unknown if keeps_rule(outcome.example.question)]
    lines = ["| no rule knows the question | questions | % of all | as used, right |", "|---|---|---|---|"]
    for name, chosen in (
        ("unsure: a language model is asked", [outcome for outcome in unknown if outcome.is_unsure]),
        ("sure", [outcome for outcome in unknown if not outcome.is_unsure and outcome not in kept]),
        ("kept by the rules, as long or as one for a reason", kept),
    ):
        share = 100 * len(chosen) / len(outcomes)
        lines.append(f"| {name} | {len(chosen)} | {share:.1f} | {percent([each.is_used_right for each in chosen])} |")
    lines += ["", "| probability of the kind used, none kept | questions | as used, right |", "|---|---|---|"]
    for low in range(10):
        chosen = [
            outcome for outcome in unknown if outcome not in kept and low == min(9, int(10 * outcome.probability))
        ]
        right = percent([outcome.is_used_right for outcome in chosen])
        lines.append(f"| {low / 10:.1f} to {(low + 1) / 10:.1f} | {len(chosen)} | {right} |")
    asked = sum(outcome.is_unsure for outcome in golden)
    improbable = sum(each.example.rule.kind == "fact" and each.probability < MIN_SURE_PROBABILITY for each in golden)
    lines += ["", f"Of {len(golden)} golden questions, {asked} are unsure; were none kept, {improbable} would be."]
    return "\n".join(lines)


def percent(right: Sequence[bool]) -> str:
    """The share of true values in percent; a dash for none."""
    return f"{100 * sum(right) / len(right):.1f}" if right else "–"


def main() -> None:
    """Reports the accuracy on each held-out catalogue; fits on all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, help="file for the weights, fitted on all catalogues")
    arguments = parser.parse_args()
    examples = load_examples()
    encoder = open_encoder(load_settings())
    vectors = encoder.encode([example.masked for example in examples])
    names = sorted({example.catalogue for example in examples})
    outcomes = [outcome for name in names for outcome in hold_out(name, examples, vectors)]
    golden = load_golden_questions()
    in_use, _ = bundled_intent_model()
    golden_vectors = encoder.encode([example.masked for example in golden])
    golden_outcomes = [classify_example(in_use, *pair) for pair in zip(golden, golden_vectors, strict=True)]
    print(report(outcomes), report_unsure(outcomes, golden_outcomes), sep="\n\n")
    if arguments.to:
        np.savez_compressed(arguments.to, **fit_weights(examples, vectors), encoder=np.array(encoder.fingerprint))


if __name__ == "__main__":
    main()
