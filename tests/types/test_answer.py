"""Answers and events as values: what they print, what JSON they give, and pieces of text that are strings."""

from dataclasses import replace
from datetime import date

import pytest

from rag.types.answer import Answer, AnswerStep, Citation, Statement, TextDelta
from rag.types.article import ArticleRef
from rag.types.catalogue import Freshness
from rag.types.ingest import FollowedSource
from rag.types.passage import RankedPassage
from rag.types.understanding import Kind, Understanding

TEXT = "Prices rose. They fell again."
ARTICLE = ArticleRef("a", "Prices", "A. Writer", "The Review", date(2024, 6, 1), None)
PASSAGE = RankedPassage("p", ARTICLE, 0, len(TEXT), TEXT, 1.0, 1.0, 1.0)
SOURCE = "[1] A. Writer, “Prices” (The Review, 2024-06-01)"


def _answer(writer: str, *verdicts: str) -> Answer:
    statements = tuple(
        Statement(f"Statement {number}.", (1,), 0.9, verdict)  # type: ignore[arg-type]
        for number, verdict in enumerate(verdicts, 1)
    )
    citation = Citation(1, ARTICLE, "Prices rose.", 0, 12, PASSAGE, 0.9)
    return Answer("Why?", "Why?", "So [1].", False, None, statements, (citation,), writer)


def test_an_answer_prints_its_text_and_its_sources() -> None:
    assert str(_answer("llm:m", "supported")) == f"So [1].\n\n{SOURCE}"


def test_flagged_sentences_of_a_model_are_listed_with_their_verdicts() -> None:
    answer = replace(_answer("llm:m", "supported", "partly", "unsupported"), notice="cut")
    assert answer.footer() == [
        SOURCE,
        "Check: 1 of 3 sentences are supported by what they cite.\n"
        "- only partly supported: Statement 2.\n- not supported: Statement 3.",
        "Note: cut",
    ]


def test_quotes_are_verbatim_and_never_called_supported() -> None:
    assert _answer("quotes", "supported", "supported").check_summary() == "quoted verbatim"
    changed = _answer("quotes", "supported", "unsupported")
    assert changed.footer()[1] == "Check: 1 of 2 quotes are verbatim.\n- not verbatim: Statement 2."
    assert "supported" not in str(changed)


OTHER = ArticleRef("b", "Wages", "B. Writer", "The Review", date(2024, 5, 1), None)


def test_articles_not_quoted_are_named_once_and_those_near_an_abstention_are_not() -> None:
    answer = replace(_answer("quotes", "supported"), nearest=(OTHER, ARTICLE))
    assert answer.footer()[1] == "Also on this: B. Writer, “Wages” (May 2024); A. Writer, “Prices” (June 2024)"
    assert replace(answer, abstained=True, citations=()).footer() == []


@pytest.mark.parametrize(
    ("asked", "standalone", "understood", "lines"),
    [
        ("why, prices?", "Why prices", Understanding(), []),
        ("And wages?", "Why did wages fall?", Understanding(), ["Understood as: Why did wages fall?"]),
        ("why prces", "Why prices", Understanding(corrected=(("prces", "prices"),)), ["Corrected: prces → prices"]),
        (
            "why prces in 2023",
            "Why did prices rise in 2023?",
            Understanding(corrected=(("prces", "prices"),), searched="articles of 2023"),
            ["Understood as: Why did prices rise in 2023?", "Searched: articles of 2023", "Corrected: prces → prices"],
        ),
    ],
)
def test_how_a_question_was_understood_is_said_where_it_differs(
    asked: str, standalone: str, understood: Understanding, lines: list[str]
) -> None:
    answer = replace(_answer("quotes"), question=asked, standalone_question=standalone, understood=understood)
    assert answer.understanding_lines() == lines
    assert answer.footer()[1:] == (["\n".join(lines)] if lines else [])


def test_only_a_question_with_words_that_were_not_asked_comes_from_the_conversation() -> None:
    spelled = Understanding(corrected=(("prces", "prices"),))
    assert not spelled.adds_words("please tell me why prces rose", "why prices rose")
    assert spelled.adds_words("and prces?", "And why did prices rise?")


@pytest.mark.parametrize("kind", ["talk", "collection"])
def test_what_is_counted_or_only_said_is_never_called_quoted(kind: Kind) -> None:
    answer = replace(_answer("quotes", "supported"), kind=kind)
    assert not answer.is_quoted
    assert answer.check_summary() == ""
    assert str(answer) == f"So [1].\n\n{SOURCE}"


def test_the_verdicts_in_json_are_the_same_for_quotes_and_models() -> None:
    for writer in ("quotes", "llm:m"):
        statement = _answer(writer, "partly").to_dict()["statements"][0]
        assert statement == {"text": "Statement 1.", "citations": [1], "support": 0.9, "verdict": "partly"}


@pytest.mark.parametrize(
    ("step", "text"),
    [
        (AnswerStep("searching", 1240), "searching 1,240 passages"),
        (AnswerStep("searching", 0), "searching 0 passages"),
        (AnswerStep("reading", 6), "reading 6"),
        (AnswerStep("writing", 0), "writing"),
        (AnswerStep("checking", 1), "checking 1 sentence"),
    ],
)
def test_a_step_reads_as_a_person_is_told(step: AnswerStep, text: str) -> None:
    assert str(step) == text


def test_a_text_delta_is_a_string_with_a_type_of_its_own() -> None:
    delta = TextDelta("So ")
    assert isinstance(delta, str)
    assert delta == "So "
    assert type(delta.text) is str
    assert "".join([delta, TextDelta("it is.")]) == "So it is."
    with pytest.raises(AttributeError):
        delta.other = 1  # type: ignore[attr-defined]


def test_a_source_has_its_article_s_correction_and_the_version_of_a_changed_text() -> None:
    corrected = replace(ARTICLE, correction="the year was 1919.", version=3, updated=date(2024, 7, 5))
    answer = _answer("quotes", "supported")
    citation = replace(answer.citations[0], article=corrected)
    assert replace(answer, citations=(citation,)).footer() == [
        f"{SOURCE} Text as of 5 July 2024 (version 3). Correction: the year was 1919."
    ]
    printed = citation.to_dict()
    assert (printed["correction"], printed["version"], printed["updated"]) == ("the year was 1919.", 3, "2024-07-05")


def test_every_answer_but_talk_says_how_new_the_library_is_also_a_refusal() -> None:
    fresh = Freshness(date(2024, 6, 1), (FollowedSource("https://example.org/feed"),), ("it is old",))
    line = "Newest article: 1 June 2024; last look at https://example.org/feed: none yet.\nWarning: it is old."
    answer = replace(_answer("quotes", "supported"), freshness=fresh)
    assert answer.footer()[-1] == line
    assert replace(answer, abstained=True, citations=()).footer() == [line]
    assert replace(answer, kind="talk", citations=()).footer() == []
    assert answer.to_dict()["freshness"] == {
        "newest": "2024-06-01",
        "sources": [{"source": "https://example.org/feed", "looked": None, "failure": None}],
        "warnings": ["it is old"],
    }
