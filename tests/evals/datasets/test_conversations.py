"""The conversations: well formed, true to the corpus, split by subject, and as many as the README says."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from evals.datasets.articles import bundled_articles
from evals.datasets.cases import SPLITS, SUITES, SuiteError, load_cases
from evals.datasets.conversations import (
    ChatTurn,
    Conversation,
    find_faults,
    holds_conversations,
    load_conversations,
)
from rag.types.understanding import KINDS

# Asked about the library as a whole, in both splits: their answers are in no article's text.
SHARED_SUBJECTS = {"talk", "catalogue"}
MIN_TURNS, MIN_LONG_CONVERSATIONS, MAX_TURNS = 170, 40, 4
EXPECT = {"kind": ["fact"], "quote_any": [{"article": "a", "quote": "In Rome it rained."}]}
LINE = {"id": "a-1", "subject": "a", "turns": [{"ask": "did it rain?", "expect": EXPECT}]}


@pytest.fixture(scope="module")
def by_split() -> dict[str, list[Conversation]]:
    return {split: load_conversations(split) for split in SPLITS}


def _turns(conversations: list[Conversation]) -> Iterator[ChatTurn]:
    for conversation in conversations:
        yield from conversation.turns


def test_every_author_article_and_quote_is_in_the_corpus(
    by_split: dict[str, list[Conversation]], texts: dict[str, str]
) -> None:
    authors = {article.author for article in bundled_articles() if article.author}
    for rows in by_split.values():
        assert list(find_faults(rows, texts, authors)) == []


def test_a_name_or_a_quote_that_the_library_lacks_is_a_fault() -> None:
    row = Conversation.model_validate(LINE)
    assert list(find_faults([row], {"a": "In Rome it rained."}, ())) == []
    assert len(list(find_faults([row], {"a": "In Rome it snowed."}, ()))) == 1
    turn = {"ask": "x", "expect": {"kind": ["fact"], "must_cite": [["Ana", "b"]], "only": {"authors": ["Carl"]}}}
    named = Conversation.model_validate({**LINE, "turns": [turn]})
    assert len(list(find_faults([named], {}, ()))) == 3
    assert list(find_faults([named], {"b": ""}, {"Ana", "Carl"})) == []


def test_the_split_is_that_of_the_questions_but_for_the_library_itself(
    by_split: dict[str, list[Conversation]],
) -> None:
    for split, rows in by_split.items():
        subjects = {case.subject for case in load_cases("commentary", split)}
        assert {row.subject for row in rows} == subjects | SHARED_SUBJECTS
        assert [row.id for row in rows if not re.fullmatch(rf"{split}-{row.subject}-\d+", row.id)] == []


def test_a_turn_s_sentences_are_of_its_own_split(by_split: dict[str, list[Conversation]]) -> None:
    """A sentence of the other split may be an alternative, never the only answer."""
    for split, rows in by_split.items():
        own = {case.subject for case in load_cases("commentary", split)}
        for row in rows:
            for turn in row.turns:
                articles = {gold.article for gold in turn.expect.quote_any}
                is_own = [_subject(article) in own for article in articles]
                assert not articles or any(is_own), f"{row.id}: {turn.ask}"


def test_both_splits_have_every_kind_and_together_enough_turns(by_split: dict[str, list[Conversation]]) -> None:
    for rows in by_split.values():
        assert {turn.kind for turn in _turns(rows)} == set(KINDS)
    every = [row for rows in by_split.values() for row in rows]
    assert len(list(_turns(every))) >= MIN_TURNS
    assert sum(len(row.turns) > 1 for row in every) >= MIN_LONG_CONVERSATIONS
    assert max(len(row.turns) for row in every) <= MAX_TURNS


def test_the_readme_counts_the_turns_as_they_are(by_split: dict[str, list[Conversation]]) -> None:
    card = (SUITES / "chat" / "README.md").read_text(encoding="utf-8")
    counted: dict[str, list[int]] = {"conversations": [], "of two to four turns": [], "turns": []}
    for rows in by_split.values():
        kinds = Counter(turn.kind for turn in _turns(rows))
        counted["conversations"].append(len(rows))
        counted["of two to four turns"].append(sum(len(row.turns) > 1 for row in rows))
        counted["turns"].append(kinds.total())
        for kind, number in kinds.items():
            counted.setdefault(kind, []).append(number)
    for name, numbers in counted.items():
        assert f"| {name} | {' | '.join(map(str, numbers))} |" in card


def test_nothing_is_asked_twice_and_nothing_is_copied_from_an_article(
    by_split: dict[str, list[Conversation]], texts: dict[str, str]
) -> None:
    alone = [row.turns[0].ask.casefold() for rows in by_split.values() for row in rows]
    assert [ask for ask, number in Counter(alone).items() if number > 1] == []
    corpus = "\n".join(texts.values()).casefold()
    assert [ask for ask in alone if len(ask.split()) >= 6 and ask.strip("?. ") in corpus] == []


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ({"kind": ["riddle"]}, "kind"),
        ({"kind": []}, "kind"),
        ({"kind": ["fact"], "must_say": ["("]}, "is no regular expression"),
        ({"kind": ["fact"], "mood": "good"}, "mood"),
        ({"kind": ["fact"], "abstain": "perhaps"}, "abstain"),
    ],
)
def test_an_expectation_that_cannot_be_checked_is_named(tmp_path: Path, expect: object, message: str) -> None:
    line = {**LINE, "turns": [{"ask": "did it rain?", "expect": expect}]}
    (tmp_path / "dev.jsonl").write_text(json.dumps(line) + "\n")
    with pytest.raises(SuiteError, match=rf"dev.jsonl:1: .*{message}"):
        load_conversations("dev", tmp_path)


def test_a_suite_of_conversations_is_told_from_one_of_questions(tmp_path: Path) -> None:
    assert holds_conversations("chat", "dev")
    assert not holds_conversations("commentary", "dev")
    (tmp_path / "dev.jsonl").write_text("\nno json\n")
    assert not holds_conversations(tmp_path, "dev")
    (tmp_path / "test.jsonl").write_text("")
    assert not holds_conversations(tmp_path, "test")
    with pytest.raises(SuiteError, match="no suite at"):
        holds_conversations(tmp_path, "nothing")


def _subject(article: str) -> str:
    # The digest's name does not begin with its subject.
    subjects = {case.subject for split in SPLITS for case in load_cases("commentary", split)}
    return next((subject for subject in subjects if article.startswith(f"{subject}-")), "nk-treaty")
