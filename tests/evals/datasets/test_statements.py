"""The labelled statements: well formed, true to the corpus, and split as the questions are."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from evals.datasets.cases import SPLITS, SuiteError, load_cases
from evals.datasets.statements import LabelledStatement, find_misquotes, load_statements
from rag.text.sentences import sentence_spans

PER_SPLIT = {
    "true": 60, "number": 12, "name": 12, "attribution": 12, "elsewhere": 12, "negation": 6, "direction": 6,
    "overreach": 6, "dateline": 8, "reader": 7, "universal": 8, "columnist": 8, "marker": 5, "lookalike": 8,
}  # fmt: skip
MAX_TRUE_PER_ARTICLE = 3
MAX_SENTENCES = 3

LINE = {
    "id": "a-true-1", "subject": "a", "kind": "true", "statement": "It rained in Rome.", "cites": "a",
    "quote": "In Rome it rained.",
}  # fmt: skip


@pytest.fixture(scope="module")
def by_split() -> dict[str, list[LabelledStatement]]:
    return {split: load_statements(split) for split in SPLITS}


@pytest.fixture(scope="module")
def statements(by_split: dict[str, list[LabelledStatement]]) -> list[LabelledStatement]:
    return [statement for rows in by_split.values() for statement in rows]


def test_every_quote_stands_in_its_article_exactly_once(
    statements: list[LabelledStatement], texts: dict[str, str]
) -> None:
    assert list(find_misquotes(statements, texts)) == []


def test_a_quote_that_stands_twice_or_nowhere_is_a_misquote() -> None:
    statement = LabelledStatement.model_validate(LINE)
    assert len(list(find_misquotes([statement], {"a": "In Rome it rained. In Rome it rained."}))) == 1
    assert len(list(find_misquotes([statement], {"b": "In Rome it rained."}))) == 1
    assert list(find_misquotes([statement], {"a": "In Rome it rained."})) == []


def test_quotes_are_a_few_whole_sentences_of_one_paragraph(
    statements: list[LabelledStatement], texts: dict[str, str]
) -> None:
    for statement in statements:
        before, after = texts[statement.cites].split(statement.quote)
        assert re.search(r"(?:^|[.?!]|\n)\s*$", before), statement.id
        assert re.match(r"\s|$", after), statement.id
        assert statement.quote[-1] in ".?!", statement.id
        assert "\n" not in statement.quote, statement.id
        assert len(sentence_spans(statement.quote)) <= MAX_SENTENCES, statement.id


def test_each_split_has_as_many_of_every_kind_as_it_should(by_split: dict[str, list[LabelledStatement]]) -> None:
    for split, rows in by_split.items():
        assert Counter(row.kind for row in rows) == PER_SPLIT, split


def test_the_true_ones_are_spread_over_every_article_of_the_split(
    statements: list[LabelledStatement], texts: dict[str, str]
) -> None:
    per_article = Counter(statement.cites for statement in statements if statement.kind == "true")
    assert [article for article, number in per_article.items() if number > MAX_TRUE_PER_ARTICLE] == []
    assert set(per_article) == set(texts)


def test_ids_say_subject_and_kind_and_are_unique_over_both_splits(statements: list[LabelledStatement]) -> None:
    assert len({statement.id for statement in statements}) == len(statements)
    assert [row.id for row in statements if not re.fullmatch(rf"{row.subject}-{row.kind}-\d+", row.id)] == []


def test_the_split_is_that_of_the_questions(by_split: dict[str, list[LabelledStatement]]) -> None:
    """Else what an article of the test split says would be tuned on."""
    subjects = {split: {case.subject for case in load_cases("commentary", split)} for split in SPLITS}
    for split, other in (SPLITS, SPLITS[::-1]):
        assert {statement.subject for statement in by_split[split]} == subjects[split]
        for statement in by_split[split]:
            assert not any(statement.cites.startswith(f"{subject}-") for subject in subjects[other]), statement.id


def test_no_statement_stands_twice_or_is_copied_from_what_it_cites(statements: list[LabelledStatement]) -> None:
    assert len({statement.statement for statement in statements}) == len(statements)
    assert [row.id for row in statements if row.statement.rstrip(".") in row.quote] == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"kind": "lie"}, "kind"),
        ({"kind": "number"}, "an invented statement has `why`"),
        ({"why": "it did not"}, "a true statement has no `why`"),
        ({"quote": ""}, "quote"),
        ({"article": "a"}, "article"),
    ],
)
def test_a_line_that_is_no_statement_is_named(tmp_path: Path, changed: dict[str, str], message: str) -> None:
    (tmp_path / "dev.jsonl").write_text("\n" + json.dumps({**LINE, **changed}) + "\n")
    with pytest.raises(SuiteError, match=rf"dev.jsonl:2: .*{message}"):
        load_statements("dev", tmp_path)


def test_the_same_id_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dev.jsonl").write_text(f"{json.dumps(LINE)}\n" * 2)
    with pytest.raises(SuiteError, match="stands twice"):
        load_statements("dev", tmp_path)


def test_a_split_that_is_not_there_is_named() -> None:
    with pytest.raises(SuiteError, match="no suite at"):
        load_statements("nothing")
