"""Each check of a conversation's turn: what passes it, what fails it, and what is said then."""

from datetime import date
from typing import Any

import pytest

from evals.datasets.conversations import Expectation
from evals.metrics.turn_checks import CHECKS, asked_checks, failed_checks
from evals.result import StoredAnswer
from rag.types.article import Article

RAIN, SNOW = "In Rome it rained all day.", "In Oslo it snowed all night."
LIBRARY = {
    "rain": Article("rain", "A Day of Rain", f"{RAIN} Umbrellas sold out.", "Ana Bell", "The Review", date(2024, 3, 1)),
    "snow": Article("snow", "A “Night” of Snow", f"{SNOW} Ploughs ran.", "Carl Dorn", "The Review", date(2025, 6, 2)),
}

PASSAGE = {"id": "rain-0", "text": RAIN}


def _answer(*cited: str, text: str = "So it is.", **fields: Any) -> StoredAnswer:
    """An answer with one statement for each cited article, which quotes its first sentence."""
    quotes = {"rain": RAIN, "snow": SNOW}
    citations = [
        {"number": number, "article_id": name, "title": LIBRARY[name].title, "author": LIBRARY[name].author,
         "quote": quotes[name], "start": 0, "end": len(quotes[name]),
         "passage": {"id": f"{name}-0", "text": quotes[name]}}
        for number, name in enumerate(cited, 1)
    ]  # fmt: skip
    statements = [
        {"text": quotes[name], "citations": [number], "verdict": "supported"} for number, name in enumerate(cited, 1)
    ]
    answer = {
        "standalone_question": "Why?", "answer": text, "abstained": False, "kind": "fact", "citations": citations,
        "statements": statements, "timings_ms": {"total": 1.0}, **fields,
    }  # fmt: skip
    return StoredAnswer.model_validate(answer)


def _failures(answer: StoredAnswer, **expect: Any) -> dict[str, str]:
    expected = Expectation.model_validate({"kind": ["fact"], **expect})
    return {failed.check: failed.why for failed in failed_checks(expected, answer, LIBRARY)}


GOLD = [{"article": "rain", "quote": RAIN}]
BY_AUTHOR = [{"author": "Ana Bell", "statements": [0]}, {"author": "Carl Dorn", "statements": [1]}]
MIXED = [{"author": "Ana Bell", "statements": [0, 1]}, {"author": "Carl Dorn", "statements": []}]
CORRECTED = {"corrected": [["umbrela", "Umbrella"]], "scope": {"authors": ["Ana Bell"]}}


@pytest.mark.parametrize(
    ("expect", "right", "wrong", "why"),
    [
        ({"kind": ["views", "fact"]}, _answer(), _answer(kind="talk"), "is talk, not views or fact"),
        ({"abstain": False}, _answer(), _answer(abstained=True, reason="no article says so"), "no article says so"),
        ({"abstain": True}, _answer(abstained=True), _answer(), "answered what cannot be known"),
        ({"must_cite": ["rain", ["snow", "Ana Bell"]]}, _answer("rain"), _answer("snow"), "cites nothing of rain"),
        ({"first": ["Carl Dorn"]}, _answer("snow", "rain"), _answer("rain", "snow"), "begins with rain"),
        ({"first": ["rain"]}, _answer(text="First A Day of Rain"), _answer(), "begins with no article"),
        ({"order": "oldest_first"}, _answer("rain", "snow"), _answer("snow", "rain"), "2024-03-01 stands after 2025"),
        ({"order": "newest_first"}, _answer("snow", "rain"), _answer("rain", "snow"), "2025-06-02 stands after 2024"),
        ({"only": {"authors": ["Ana Bell"]}}, _answer("rain"), _answer("rain", "snow"), "snow (Carl Dorn, 2025-06-02)"),
        ({"only": {"articles": ["rain"]}}, _answer("rain"), _answer("snow"), "goes beyond its scope"),
        ({"only": {"since": "2025-01-01"}}, _answer("snow"), _answer("rain"), "goes beyond its scope: rain"),
        ({"only": {"until": "2024-12-31"}}, _answer("rain"), _answer("snow"), "goes beyond its scope: snow"),
        ({"names": ["rain"]}, _answer(text="“a day of rain”, 2024"), _answer(text="A day"), "does not name rain"),
        ({"names": ["snow"]}, _answer("rain", text='A "Night" of Snow'), _answer("rain"), "does not name snow"),
        ({"citations": [1, 1]}, _answer("rain"), _answer("rain", "snow"), "2 citations, not 1 to 1"),
        ({"citations": [0, 0]}, _answer(), _answer("rain"), "1 citations, not 0 to 0"),
        ({"min_authors": 2}, _answer("rain", "snow"), _answer("rain"), "1 authors, not 2"),
        ({"sections_by_author": True}, _answer("rain", "snow", sections=BY_AUTHOR),
         _answer("rain", "snow", sections=MIXED), "the section of Ana Bell cites Ana Bell, Carl Dorn"),
        ({"sections_by_author": True}, _answer("rain", "snow", sections=BY_AUTHOR), _answer("rain"), "not grouped"),
        ({"quote_any": GOLD}, _answer("rain"), _answer("snow"), f"such as “{RAIN}”"),
        ({"must_say": [r"\b3\b|three"]}, _answer(text="Three rained."), _answer(text="It rained [3]."), "does not say"),
        ({"must_not_say": ["sorry"]}, _answer(), _answer(text="Sorry!"), "says “Sorry”"),
        ({"corrected": [["umbrela", "umbrella|umbrellas"]]}, _answer(understood=CORRECTED), _answer(),
         "does not correct umbrela → umbrella|umbrellas"),
        ({"corrected": []}, _answer(), _answer(understood=CORRECTED), "corrects 'umbrela' to 'Umbrella'"),
        ({"scope": {"authors": ["Ana Bell"]}}, _answer(understood=CORRECTED), _answer(), "the authors as any, not Ana"),
        ({"scope": {"authors": []}}, _answer(), _answer(understood=CORRECTED), "Ana Bell, not as any"),
    ],
)  # fmt: skip
def test_each_check_passes_and_fails_with_its_reason(
    expect: dict[str, Any], right: StoredAnswer, wrong: StoredAnswer, why: str
) -> None:
    (name,) = expect
    assert name in CHECKS
    assert name not in _failures(right, **expect)
    assert why in _failures(wrong, **expect)[name]


def test_quotes_in_their_article_s_order_pass_and_others_fail() -> None:
    second = {"number": 2, "article_id": "rain", "title": "t", "quote": "x", "start": 30, "end": 40, "passage": PASSAGE}
    first = {**second, "number": 1, "start": 0, "end": 10}
    assert "order" not in _failures(_answer(citations=[first, second]), order="article")
    assert "30" in _failures(_answer(citations=[second, first]), order="article")["order"]


def test_titles_count_as_cited_only_where_nothing_is_cited_or_declined() -> None:
    only = {"only": {"articles": ["rain"]}}
    assert "only" in _failures(_answer(text="See A Night of Snow and A “Night” of Snow"), **only)
    assert "only" not in _failures(_answer("rain", text="Also: A “Night” of Snow"), **only)
    declined = _answer(text="Nearest: A “Night” of Snow", abstained=True)
    assert "only" not in _failures(declined, abstain="may", **only)


def test_a_quote_that_covers_less_than_half_of_the_sentence_is_no_quote() -> None:
    part = {
        "number": 1,
        "article_id": "rain",
        "title": "t",
        "quote": RAIN[:10],
        "start": 0,
        "end": 10,
        "passage": PASSAGE,
    }
    assert "quote_any" in _failures(_answer(citations=[part]), quote_any=GOLD)


def test_headings_reason_and_notice_are_part_of_the_text() -> None:
    answer = _answer(sections=[{"title": "Ana Bell", "statements": []}], notice="left out: Carl", reason="too late")
    assert _failures(answer, must_say=["ana bell", "left out", "too late"]) == {}


def test_what_is_not_expected_is_not_checked() -> None:
    assert asked_checks(Expectation(kind=("fact",))) == ["kind", "abstain"]
    assert asked_checks(Expectation(kind=("fact",), abstain="may", corrected=())) == ["kind", "corrected"]
