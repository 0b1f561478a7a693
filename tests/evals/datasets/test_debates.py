"""The labelled debates: true to the corpus, of two authors each, split by subject as the questions are."""

from collections import Counter

import pytest

from evals.benchmarks.debates.labels import LabelledQuotePair, find_misquotes, load_pairs, load_positions
from evals.benchmarks.debates.measure import table_rows
from evals.datasets.articles import bundled_articles
from evals.datasets.cases import SPLITS, load_cases

MIN_PAIRS, MIN_POSITIONS = 80, 60


@pytest.fixture(scope="module")
def pairs() -> dict[str, list[LabelledQuotePair]]:
    return {split: load_pairs(split) for split in SPLITS}


def test_every_quote_is_in_its_article(pairs: dict[str, list[LabelledQuotePair]], texts: dict[str, str]) -> None:
    assert [line for split in SPLITS for line in find_misquotes(pairs[split], texts)] == []
    broken = pairs["dev"][0].model_copy(
        update={"later": pairs["dev"][0].later.model_copy(update={"quote": "nobody wrote this"})}
    )
    assert len(list(find_misquotes([broken], texts))) == 1


def test_a_pair_is_of_two_authors_in_the_order_of_their_days(pairs: dict[str, list[LabelledQuotePair]]) -> None:
    articles = {article.id: article for article in bundled_articles()}
    for pair in (pair for split in SPLITS for pair in pairs[split]):
        earlier, later = articles[pair.earlier.article], articles[pair.later.article]
        assert earlier.author != later.author
        assert earlier.published is not None
        assert later.published is not None
        assert earlier.published <= later.published


def test_there_are_enough_labels_of_every_kind(pairs: dict[str, list[LabelledQuotePair]]) -> None:
    labels = Counter(pair.label for split in SPLITS for pair in pairs[split])
    assert sum(labels.values()) >= MIN_PAIRS
    assert min(labels.values()) >= 40
    positions = [position for split in SPLITS for position in load_positions(split)]
    assert len(positions) >= MIN_POSITIONS
    assert len({position.label for position in positions}) == 5


def test_no_subject_is_in_both_halves_and_each_is_in_the_half_of_the_questions(
    pairs: dict[str, list[LabelledQuotePair]],
) -> None:
    for split in SPLITS:
        subjects = {pair.subject for pair in pairs[split]} | {each.subject for each in load_positions(split)}
        assert subjects <= {case.subject for case in load_cases("commentary", split)}


def test_the_table_counts_what_is_shown_and_what_is_right() -> None:
    verdicts = [("agree", "agree"), ("neither", "agree"), ("contradict", None), ("neither", None)]
    assert table_rows(verdicts, ("agree", "contradict")) == [
        ("agree", "2", "1", "50.0", "1", "100.0"),
        ("contradict", "0", "0", "–", "1", "0.0"),
        ("all", "2", "1", "50.0", "2", "50.0"),
    ]
