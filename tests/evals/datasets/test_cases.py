"""The golden questions: well formed, true to the corpus, and split without a leak."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from evals.datasets.cases import SPLITS, Case, Gold, SuiteError, TextSpan, covers_gold, find_misquotes, load_cases

MIN_CASES = {
    "why": 40, "fact": 35, "who_argues": 15, "compare": 20, "change": 10, "follow_up": 10, "unanswerable": 25,
    "false_premise": 5,
}  # fmt: skip
MIN_STATEMENT_WORDS = 4
# What begins so needs its question for a subject, is a subordinate clause, or hangs on a label of up to four words.
DEPENDENT_START = re.compile(
    r"(?:He|She|It|They|We|You|That|This|These|Those|Because)\b"
    r"|(?:\S+ ){0,3}\S+: "
)


@pytest.fixture(scope="module")
def cases() -> dict[str, list[Case]]:
    return {split: load_cases("commentary", split) for split in SPLITS}


def _all(cases: dict[str, list[Case]]) -> list[Case]:
    return [case for split_cases in cases.values() for case in split_cases]


def _quotes(case: Case) -> list[Gold]:
    return [gold for group in case.gold for gold in group]


def _is_whole_statement(text: str) -> bool:
    starts_well = text[:1].isupper() or text[:1].isdigit()
    return starts_well and len(text.split()) >= MIN_STATEMENT_WORDS and not DEPENDENT_START.match(text)


def test_every_gold_quote_stands_in_its_article_exactly_once(
    cases: dict[str, list[Case]], texts: dict[str, str]
) -> None:
    assert list(find_misquotes(_all(cases), texts)) == []


def test_a_quote_that_stands_twice_or_nowhere_is_a_misquote() -> None:
    case = Case.model_validate(
        {
            "id": "a-1", "subject": "a", "kind": "fact", "question": "What?", "answerable": True, "points": ["x"],
            "gold": [[{"article": "a", "quote": "the same words"}, {"article": "b", "quote": "the same words"}]],
        }
    )  # fmt: skip
    assert len(list(find_misquotes([case], {"a": "the same words, the same words"}))) == 2
    assert list(find_misquotes([case], {"a": "the same words", "b": "and the same words"})) == []


def test_half_of_a_quote_in_its_article_covers_it() -> None:
    quote = TextSpan("a", 10, 20)
    assert covers_gold(quote, TextSpan("a", 15, 90))
    assert not covers_gold(quote, TextSpan("a", 16, 90))
    assert not covers_gold(quote, TextSpan("b", 10, 20))


def test_ids_are_unique_over_both_splits_and_no_subject_is_in_both(cases: dict[str, list[Case]]) -> None:
    ids = Counter(case.id for case in _all(cases))
    assert [case_id for case_id, times in ids.items() if times > 1] == []
    subjects = [{case.subject for case in cases[split]} for split in SPLITS]
    assert not subjects[0] & subjects[1]


def test_no_gold_of_one_split_lies_in_a_subject_of_the_other(cases: dict[str, list[Case]]) -> None:
    """Else what an article of the test split says would be tuned on."""
    for split, other in (SPLITS, SPLITS[::-1]):
        other_subjects = {case.subject for case in cases[other]}
        for case in cases[split]:
            for gold in _quotes(case):
                assert not any(gold.article.startswith(f"{subject}-") for subject in other_subjects), case.id


def test_there_are_enough_cases_of_every_kind(cases: dict[str, list[Case]]) -> None:
    kinds = Counter(case.kind for case in _all(cases))
    assert sum(kinds.values()) >= 160
    assert {kind: number for kind, number in MIN_CASES.items() if kinds[kind] < number} == {}


def test_points_are_in_other_words_than_the_articles(cases: dict[str, list[Case]], texts: dict[str, str]) -> None:
    corpus = "\n".join(texts.values())
    for case in _all(cases):
        assert not [point for point in case.points if len(point.split()) > 8 and point in corpus], case.id


def test_what_must_not_be_said_is_whole_statements(cases: dict[str, list[Case]]) -> None:
    """Else the judge, which does not see the question, finds a fragment in any quote that has its words."""
    statements = [(case.id, text) for case in _all(cases) for text in case.must_not]
    assert [(case_id, text) for case_id, text in statements if not _is_whole_statement(text)] == []


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("34 per cent of Germans thought the closure wrong", True),
        ("Valery Gerasimov led the troops", True),
        ("34 per cent", False),
        ("the vote passed narrowly in June", False),
        ("It opened to the public in 1959", False),
        ("That the vote of 2025 was lost", False),
        ("February 2023: 141 votes in favour, 7 against", False),
    ],
)
def test_a_fragment_is_no_whole_statement(text: str, whole: bool) -> None:
    assert _is_whole_statement(text) is whole


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "is not JSON"),
        ('{"id": "A b"}', "id"),
        ('{"id": "a", "subject": "s", "kind": "riddle", "question": "?", "answerable": false}', "kind"),
        ('{"id": "a", "subject": "s", "kind": "why", "answerable": false}', "one of the two"),
        ('{"id": "a", "subject": "s", "kind": "why", "question": "?", "answerable": true}', "gold"),
    ],
)
def test_a_line_that_is_no_case_is_named(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "dev.jsonl").write_text("\n" + line + "\n")
    with pytest.raises(SuiteError, match=rf"dev.jsonl:2: .*{message}"):
        load_cases(tmp_path, "dev")


def test_the_same_id_twice_is_refused(tmp_path: Path) -> None:
    line = json.dumps({"id": "a", "subject": "s", "kind": "unanswerable", "question": "?", "answerable": False})
    (tmp_path / "dev.jsonl").write_text(f"{line}\n{line}\n")
    with pytest.raises(SuiteError, match="stands twice"):
        load_cases(tmp_path, "dev")


def test_a_suite_that_is_not_there_is_named() -> None:
    with pytest.raises(SuiteError, match="no suite at"):
        load_cases("nothing", "dev")
