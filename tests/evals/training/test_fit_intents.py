"""Fitting the classifier of intents: the labelled questions, and what is reported of them."""

from evals.training.intent.examples import Example, load_examples, load_golden_questions
from evals.training.intent.fit_intents import HeldOutIntent, report, report_unsure
from rag.answering.intent.classifier import Intent
from rag.answering.intent.intent_model import ScoredIntent
from rag.types.understanding import KINDS, Kind


def _outcome(
    catalogue: str,
    labels: tuple[Kind, ...],
    rule: Kind,
    likeliest: Kind,
    decided: Kind,
    probability: float = 0.7,
    question: str = "a question",
) -> HeldOutIntent:
    example = Example(catalogue, labels, "", question, question, (), Intent(rule), is_talk=False)
    probabilities = {kind: probability if kind == likeliest else (1 - probability) / 6 for kind in KINDS}
    return HeldOutIntent(example, ScoredIntent(probabilities, {}), Intent(decided))


def test_the_report_has_the_accuracy_by_catalogue_and_the_precision_by_kind() -> None:
    lines = report(
        [
            _outcome("food", ("views",), "views", "views", "views"),
            _outcome("food", ("fact", "views"), "views", "fact", "fact"),
            _outcome("food", ("fact",), "views", "fact", "fact"),
            _outcome("sport", ("talk",), "fact", "talk", "fact"),
        ]
    ).splitlines()
    assert "| food | 3 | 66.7 | 100.0 | 100.0 |" in lines
    assert "| sport | 1 | 0.0 | 100.0 | 0.0 |" in lines
    assert "| all | 4 | 50.0 | 100.0 | 75.0 |" in lines
    assert "| views | 3 | 66.7 | 1 | 100.0 |" in lines
    assert "| fact | 1 | 0.0 | 3 | 66.7 |" in lines
    assert "| author | 0 | – | 0 | – |" in lines


def test_the_report_counts_the_questions_that_a_language_model_would_be_asked_about() -> None:
    outcomes = [
        _outcome("food", ("views",), "fact", "fact", "fact", 0.5),
        _outcome("food", ("fact",), "fact", "fact", "fact", 0.95),
        _outcome("food", ("fact",), "fact", "views", "fact", 0.95, "why is bread dear"),
        _outcome("food", ("views",), "views", "views", "views", 0.3),
    ]
    lines = report_unsure(outcomes, outcomes[:3]).splitlines()
    assert "| unsure: a language model is asked | 1 | 25.0 | 0.0 |" in lines
    assert "| sure | 1 | 25.0 | 100.0 |" in lines
    assert "| kept by the rules, as long or as one for a reason | 1 | 25.0 | 100.0 |" in lines
    assert "| 0.5 to 0.6 | 1 | 0.0 |" in lines
    assert lines[-1] == "Of 3 golden questions, 1 are unsure; were none kept, 2 would be."


def test_the_golden_questions_are_prepared_with_the_names_of_the_bundled_articles() -> None:
    golden = load_golden_questions()
    assert len(golden) > 50
    assert any("the author" in example.masked for example in golden)


def test_the_labels_are_kinds_and_the_rules_recognise_names_of_the_catalogue() -> None:
    examples = load_examples()
    assert {kind for example in examples for kind in example.kinds} == set(KINDS)
    assert len({example.catalogue for example in examples}) == 3
    assert any(example.is_talk for example in examples)
    named = [example for example in examples if any(mention.part == "authors" for mention in example.mentions)]
    assert any("the author" in example.masked for example in named)
