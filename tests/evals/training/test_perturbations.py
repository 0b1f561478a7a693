"""Pairs made by rule: the same for the same seed, each false statement false in the way its kind says."""

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import astuple

import pytest

from evals.training.build_training_set import build_planted_pairs, load_corpus
from evals.training.falsify import (
    MINIMAL,
    VARIED,
    Maker,
    SourceSentence,
    Style,
    add_detail,
    change_date,
    change_name,
    change_number,
    deny,
    exchange_cause,
    exchange_names,
    give_to_another,
    join_wrongly,
    names_in,
    remove_hedge,
    reverse,
)
from evals.training.perturbations import contrast_pairs, perturbed_pairs

# The pairs that the shipped weights were fitted on. Another hash means: fit the weights again, and say so.
CONTRASTS = "88f3ab6207b44c57a41de692256ea8ea3051716629cdaad5b05fd95b6eb4784c"
PLANTED = "ccaa095e9dbc329e3e513bdfc91385305ea80c2c2fe606051001ed34dc1753e5"
PLANTED_HELD_OUT = "c76c36d12fc56fba5c00352c3a7967e9c9333279a24e189618f94e383882aef8"


def _hash(pairs: Sequence[object], fields: int | None = None) -> str:
    rows = [astuple(pair)[:fields] for pair in pairs]  # type: ignore[call-overload]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()


def _source(text: str, others: Sequence[str] = ()) -> SourceSentence:
    names = sorted({name for sentence in (text, *others) for name in names_in(sentence)})
    return SourceSentence(text, [text, *others], 0, names, ())


def _made(maker: Maker, text: str, others: Sequence[str] = (), style: Style = VARIED) -> set[str | None]:
    """What a maker gives over many seeds."""
    return {maker(_source(text, others), random.Random(seed), style) for seed in range(60)}


def test_the_contrasts_of_the_corpus_are_those_that_the_weights_were_fitted_on() -> None:
    pairs = contrast_pairs(load_corpus())
    assert sum(pair.is_supported for pair in pairs) * 2 == len(pairs) == 1_772
    # Later sets of several statements to a response added `response`, which is empty here.
    assert {pair.response for pair in pairs} == {""}
    assert _hash(pairs, fields=4) == CONTRASTS


def test_the_planted_pairs_are_those_that_the_weights_were_fitted_on() -> None:
    trained, held_out = build_planted_pairs(None)
    assert {pair.document for pair in trained} & {pair.document for pair in held_out} == set()
    assert (_hash(trained), _hash(held_out)) == (PLANTED, PLANTED_HELD_OUT)


def test_a_false_statement_stands_beside_the_true_one_it_was_made_of() -> None:
    sentences = [
        f"In March the ministry in Rome bought {number} ships from Seoul because the old ones leaked."
        for number in ("12", "30", "45")
    ]
    pairs = perturbed_pairs("a", sentences, "made", random.Random(3), rounds=4)
    assert pairs
    assert all(pair.document == "a" and pair.source.startswith("made:") for pair in pairs)
    for true, false in zip(pairs[::2], pairs[1::2], strict=True):
        assert (true.is_supported, false.is_supported) == (True, False)
        assert true.evidence == false.evidence
        assert true.source == false.source
        assert true.statement != false.statement


@pytest.mark.parametrize("style", [VARIED, MINIMAL], ids=["varied", "minimal"])
def test_a_number_a_denial_an_opposite_and_a_hedge_are_changed_in_both_styles(style: Style) -> None:
    numbers = _made(change_number, "The port took 12 ships.", style=style)
    assert "The port took 12 ships." not in numbers
    assert all(text and text.startswith("The port took ") and text.endswith(" ships.") for text in numbers)
    assert _made(change_number, "The port took ships.", style=style) == {None}
    assert "The port was not closed." in _made(deny, "The port was closed.", style=style)
    assert _made(deny, "The port was not closed.", style=style) == {"The port was closed."}
    assert _made(reverse, "Prices rose.", style=style) == {"Prices fell."}
    assert _made(remove_hedge, "Prices may rise.", style=style) == {"Prices will rise."}
    assert _made(remove_hedge, "Prices rise.", style=style) == {None}


def test_the_minimal_style_takes_the_first_match_and_few_words() -> None:
    assert _made(deny, "It was said that it is so.", style=MINIMAL) == {"It was not said that it is so."}
    assert len(_made(deny, "It was said that it is so.")) > 1
    assert _made(reverse, "The northern port.", style=MINIMAL) == {None}
    assert _made(reverse, "The northern port.") == {"The southern port."}


def test_names_are_those_of_the_article_and_lists_are_left_alone() -> None:
    others = ["A delegation from Tokyo came.", "A delegation from Rome went."]
    assert _made(change_name, "The pact that Seoul wanted was signed.", others) == {
        "The pact that Tokyo wanted was signed.",
        "The pact that Rome wanted was signed.",
    }
    assert _made(change_name, "The pact was signed.", others) == {None}
    assert _made(exchange_names, "The envoy left Seoul for Tokyo.") == {"The envoy left Tokyo for Seoul."}
    assert _made(exchange_names, "The envoy left Seoul and Tokyo.") == {None}


def test_dates_views_and_causes_are_changed() -> None:
    dates = _made(change_date, "It opened on Monday.")
    assert "It opened on Friday." in dates
    assert "It opened on Monday." not in dates
    views = _made(give_to_another, "Ana Bell argued that it failed.", ["Others went to Carl Dorn."])
    assert views == {"Carl Dorn argued that it failed."}
    cause = "The bakeries closed for the winter because the price of flour had doubled."
    assert _made(exchange_cause, cause) == {
        "The price of flour had doubled because the bakeries closed for the winter.",
    }


def test_parts_of_other_sentences_are_joined_or_added() -> None:
    near = ["The ministry of trade was closed for a week."]
    assert _made(join_wrongly, "The harbour office is open to everyone.", near) == {
        "The harbour office was closed for a week.",
    }
    distant = ["One.", "Two.", "Three.", "Four.", "The delegates had met before in Geneva."]
    assert _made(add_detail, "The talks broke down.", distant) == {"The talks broke down in Geneva."}
    assert _made(add_detail, "The talks broke down.", distant[:4]) == {None}
