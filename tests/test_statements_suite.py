"""The labelled statements: well formed, true to the corpus, and split as the questions are."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from evals import suite
from evals.statements import LabelledStatement, load, misquoted
from evals.suite import SPLITS, SuiteError
from rag.readers import Reading, read
from rag.sentences import sentence_spans
from rag.settings import bundled, load_settings

WANTED = {
    "true": 60, "number": 12, "name": 12, "attribution": 12, "elsewhere": 12, "negation": 6, "direction": 6,
    "overreach": 6,
}  # fmt: skip
MOST_TRUE_OF_ONE_ARTICLE = 3
MOST_SENTENCES = 3

LINE = {
    "id": "a-true-1", "subject": "a", "kind": "true", "statement": "It rained in Rome.", "cites": "a",
    "quote": "In Rome it rained.",
}  # fmt: skip


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    found = read([bundled("corpus") / "articles"], load_settings())
    return {one.article.id: one.article.text for one in found if isinstance(one, Reading)}


@pytest.fixture(scope="module")
def statements() -> dict[str, list[LabelledStatement]]:
    return {split: load(split) for split in SPLITS}


def test_every_quote_stands_in_its_article_exactly_once(
    statements: dict[str, list[LabelledStatement]], texts: dict[str, str]
) -> None:
    assert list(misquoted([one for some in statements.values() for one in some], texts)) == []


def test_a_quote_of_two_places_or_none_is_found_out() -> None:
    one = LabelledStatement.model_validate(LINE)
    assert len(list(misquoted([one], {"a": "In Rome it rained. In Rome it rained."}))) == 1
    assert len(list(misquoted([one], {"b": "In Rome it rained."}))) == 1
    assert list(misquoted([one], {"a": "In Rome it rained."})) == []


def test_quotes_are_a_few_whole_sentences_of_one_paragraph(
    statements: dict[str, list[LabelledStatement]], texts: dict[str, str]
) -> None:
    for one in (one for some in statements.values() for one in some):
        before, after = texts[one.cites].split(one.quote)
        assert re.search(r"(?:^|[.?!]|\n)\s*$", before), one.id
        assert re.match(r"\s|$", after), one.id
        assert one.quote[-1] in ".?!", one.id
        assert "\n" not in one.quote, one.id
        assert len(sentence_spans(one.quote)) <= MOST_SENTENCES, one.id


def test_there_are_as_many_of_every_kind_as_wanted_in_each_split(
    statements: dict[str, list[LabelledStatement]],
) -> None:
    for split, some in statements.items():
        assert Counter(one.kind for one in some) == WANTED, split


def test_the_true_ones_are_spread_over_every_article_of_the_split(
    statements: dict[str, list[LabelledStatement]], texts: dict[str, str]
) -> None:
    of_one = Counter(one.cites for some in statements.values() for one in some if one.true)
    assert [article for article, number in of_one.items() if number > MOST_TRUE_OF_ONE_ARTICLE] == []
    assert set(of_one) == set(texts)


def test_ids_say_subject_and_kind_and_are_unique_over_both_splits(
    statements: dict[str, list[LabelledStatement]],
) -> None:
    everything = [one for some in statements.values() for one in some]
    assert len({one.id for one in everything}) == len(everything)
    assert [one.id for one in everything if not re.fullmatch(rf"{one.subject}-{one.kind}-\d+", one.id)] == []


def test_the_split_is_that_of_the_questions(statements: dict[str, list[LabelledStatement]]) -> None:
    """Else what an article of the test split says would be tuned on."""
    subjects = {split: {case.subject for case in suite.load("commentary", split)} for split in SPLITS}
    for split, other in (SPLITS, SPLITS[::-1]):
        assert {one.subject for one in statements[split]} == subjects[split]
        for one in statements[split]:
            assert not any(one.cites.startswith(f"{subject}-") for subject in subjects[other]), one.id


def test_no_statement_stands_twice_or_is_copied_from_what_it_cites(
    statements: dict[str, list[LabelledStatement]],
) -> None:
    everything = [one for some in statements.values() for one in some]
    assert len({one.statement for one in everything}) == len(everything)
    assert [one.id for one in everything if one.statement.rstrip(".") in one.quote] == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"kind": "lie"}, "kind"),
        ({"kind": "number"}, "an invented statement has `why`"),
        ({"why": "it did not"}, "a true statement has no `why`"),
        ({"quote": ""}, "quote"),
        ({"article": "a"}, "article"),
    ],
)
def test_a_line_that_is_no_statement_is_named(tmp_path: Path, changed: dict[str, str], said: str) -> None:
    (tmp_path / "dev.jsonl").write_text("\n" + json.dumps({**LINE, **changed}) + "\n")
    with pytest.raises(SuiteError, match=rf"dev.jsonl:2: .*{said}"):
        load("dev", tmp_path)


def test_the_same_id_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dev.jsonl").write_text(f"{json.dumps(LINE)}\n" * 2)
    with pytest.raises(SuiteError, match="stands twice"):
        load("dev", tmp_path)


def test_a_split_that_is_not_there_is_named() -> None:
    with pytest.raises(SuiteError, match="no suite at"):
        load("nothing")
