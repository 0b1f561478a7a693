"""`rag ask` and `rag search`: the answers, their JSON, the filters, any question at all."""

import re
from pathlib import Path

import pytest

from rag import open_engine
from rag.text.citation_markers import marker_numbers
from tests.support.command_line import ANSWER, ANSWERED, DECLINED, SEARCH, Rag, assert_shape, result_of, start_command


def test_an_answer_has_exactly_the_keys_and_types_of_the_contract(bundled: Path, rag: Rag) -> None:
    result = rag("--home", bundled, "ask", ANSWERED, "--json")
    assert (result.code, result.err) == (0, "")
    answer = result.document
    assert_shape(answer, ANSWER)
    assert answer["question"] == answer["standalone_question"] == ANSWERED
    assert answer["writer"] == "quotes"
    assert not answer["abstained"]
    assert answer["reason"] is None
    assert answer["citations"]
    assert all(0 <= statement["support"] <= 1 for statement in answer["statements"])
    assert answer["timings_ms"]["total"] > 0


def test_the_retrieved_passages_come_when_they_are_asked_for(bundled: Path, rag: Rag) -> None:
    answered, declined = (
        rag("--home", bundled, "ask", question, "--json", "--with-passages").document
        for question in (ANSWERED, DECLINED)
    )
    assert_shape(answered["passages"], SEARCH["passages"])
    cited = {citation["passage"]["id"] for citation in answered["citations"]}
    assert cited < {passage["id"] for passage in answered["passages"]}
    assert len(declined["passages"]) == 6
    assert "passages" not in rag("--home", bundled, "ask", ANSWERED, "--json").document


def test_every_quote_is_the_article_s_own_words(bundled: Path, rag: Rag) -> None:
    answer = rag("--home", bundled, "ask", ANSWERED, "--json").document
    with open_engine(bundled) as engine:
        for citation in answer["citations"]:
            stored = engine.article(citation["article_id"])
            assert stored is not None
            assert stored.text[citation["start"] : citation["end"]] == citation["quote"]
            passage = citation["passage"]
            assert stored.text[passage["start"] : passage["end"]] == passage["text"]


def test_markers_and_citations_are_numbered_in_order_of_first_use(bundled: Path, rag: Rag) -> None:
    answer = rag("--home", bundled, "ask", ANSWERED, "--json").document
    used = list(dict.fromkeys(marker_numbers(answer["answer"])))
    assert len(used) > 1
    assert used == [citation["number"] for citation in answer["citations"]] == list(range(1, len(used) + 1))
    assert {number for statement in answer["statements"] for number in statement["citations"]} == set(used)


def test_an_abstention_is_a_result_with_a_reason_and_no_citations(bundled: Path, rag: Rag) -> None:
    result = rag("--home", bundled, "ask", DECLINED, "--json")
    assert result.code == 0
    assert_shape(result.document, ANSWER)
    assert result.document["abstained"]
    assert result.document["reason"]
    assert result.document["citations"] == result.document["statements"] == []
    assert result.document["reason"] in rag("--home", bundled, "ask", DECLINED).out


def test_an_answer_for_people_ends_with_its_numbered_sources_and_its_freshness(bundled: Path, rag: Rag) -> None:
    result = rag("--home", bundled, "ask", ANSWERED)
    assert (result.code, result.err) == (0, "")
    text, sources, freshness = result.out.rstrip("\n").rsplit("\n\n", 2)
    assert freshness == "Newest article: 13 November 2025."
    assert [f"[{number}]" for number in dict.fromkeys(marker_numbers(text))] == [
        line.split(" ", 1)[0] for line in sources.splitlines()
    ]


def test_k_limits_the_passages(bundled: Path, rag: Rag) -> None:
    assert len(rag("--home", bundled, "search", ANSWERED, "-k", "3", "--json").document["passages"]) == 3
    answer = rag("--home", bundled, "ask", ANSWERED, "-k", "1", "--json").document
    assert len({citation["passage"]["id"] for citation in answer["citations"]}) == 1


def test_a_search_is_as_the_contract_says_and_best_first(bundled: Path, rag: Rag) -> None:
    result = rag("--home", bundled, "search", ANSWERED, "--json")
    assert (result.code, result.err) == (0, "")
    assert_shape(result.document, SEARCH)
    passages = result.document["passages"]
    assert len(passages) == 10
    assert [row["score"] for row in passages] == sorted((row["score"] for row in passages), reverse=True)
    for row in passages:
        assert all(row["start"] <= mark["start"] < mark["end"] <= row["end"] for mark in row["sentences"])
    assert passages[0]["sentences"]


def test_a_search_for_people_numbers_its_passages(bundled: Path, rag: Rag) -> None:
    result = rag("--home", bundled, "search", ANSWERED, "-k", "2")
    assert re.findall(r"^(\d+)\. ", result.out, re.MULTILINE) == ["1", "2"]


@pytest.mark.parametrize(
    ("filters", "admitted"),
    [
        (["--author", "column 1"], {1, 4, 7, 10}),
        (["--source", "the test review"], set(range(12))),
        (["--topic", "grain"], {0, 5, 10}),
        (["--since", "2024-11-11"], {10, 11}),
        (["--until", "2024-02-02"], {0, 1}),
        (["--since", "2024-03-03", "--until", "2024-04-04"], {2, 3}),
        (["--author", "Column 1", "--topic", "grain", "--until", "2024-12-31"], {10}),
        (["--author", "nobody"], set()),
    ],
)
def test_filters_admit_what_they_name_and_nothing_else(
    home: Path, rag: Rag, filters: list[str], admitted: set[int]
) -> None:
    result = rag("--home", home, "search", "which lot was sold", "-k", "50", "--json", *filters).document
    assert {row["article_id"] for row in result["passages"]} == {f"article-{number}" for number in admitted}
    answer = rag("--home", home, "ask", "Which lot was sold?", "--json", *filters).document
    assert {citation["article_id"] for citation in answer["citations"]} <= {f"article-{number}" for number in admitted}
    assert answer["abstained"] == (not admitted)


def test_a_question_declined_within_its_scope_says_how_to_search_without_it(bundled: Path, rag: Rag) -> None:
    result = rag("--home", bundled, "ask", "What did House Rules say about Montréal in 1999?")
    assert result.code == 0
    assert "\n\nSearched: articles of 1999 by House Rules\n" in result.out
    assert result.err == "To search without articles of 1999 by House Rules, add: --ignore authors,dates\n"


def test_parts_of_how_a_question_is_understood_are_left_out(bundled: Path, rag: Rag) -> None:
    asked = "What did House Rules write about Montréal in 2024?"
    scope = rag("--home", bundled, "ask", asked, "--json").document["understood"]["scope"]
    assert (scope["authors"], scope["since"]) == (["House Rules"], "2024-01-01")
    scope = rag("--home", bundled, "ask", asked, "--json", "--ignore", "dates, spelling").document["understood"][
        "scope"
    ]
    assert (scope["authors"], scope["since"]) == (["House Rules"], None)
    refused = rag("--home", bundled, "ask", asked, "--ignore", "dates,author").error_line
    assert refused.startswith("rag: --ignore: 'author' cannot be ignored; the parts are conversation, spelling,")


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize(
    ("dates", "says"),
    [
        (["--since", "someday"], "since 'someday' is not a date; write it as 2024-06-30"),
        (["--until", "2024-13-45"], "until '2024-13-45' is not a date"),
        (["--since", ""], "since '' is not a date"),
        (["--since", "2024-05-01", "--until", "2024-04-30"], "since 2024-05-01 is after until 2024-04-30"),
    ],
)
def test_a_wrong_date_is_one_line(home: Path, rag: Rag, command: str, dates: list[str], says: str) -> None:
    assert says in rag("--home", home, command, "what was sold", *dates).error_line


@pytest.mark.parametrize(
    "question",
    [
        "", "   \n\t ", "why did beijing keep its distance " * 110, "x" * 4_000, "为什么北京与该条约保持距离？",
        "Почему Пекин держится в стороне?", "لماذا حافظت بكين على مسافة؟", "🙂🙃 👩‍👩‍👧‍👦",
        '" ( ) AND OR NOT : * ^ ~ [ ] { } \\ /', "title:Beijing AND (distance OR", "the of and to is it",
        "'; DROP TABLE articles; --", "<script>alert('Beijing')</script>", '{"question": ["Beijing", null', "--home",
        "Beijing \ud800 distance", "\udc80", "Beijing\x00distance", "%s %d {0} [bold]Beijing[/bold] [1]",
    ],
    ids=lambda question: ascii(question[:24]),
)  # fmt: skip
def test_any_question_is_answered_or_declined(bundled: Path, rag: Rag, question: str) -> None:
    for command, shape in (("ask", ANSWER), ("search", SEARCH)):
        result = rag("--home", bundled, command, "--json", "--", question)
        assert (result.code, result.err) == (0, "")
        assert_shape(result.document, shape)


@pytest.mark.parametrize("command", ["ask", "search"])
def test_a_question_that_is_too_long_is_one_line(home: Path, rag: Rag, command: str) -> None:
    refused = rag("--home", home, command, "why " * 1_001).error_line
    assert refused == "rag: the question is 4,004 characters long; ask it in at most 4,000\n"


def test_a_question_in_broken_bytes_is_answered_or_declined(home: Path) -> None:
    result = result_of(start_command("--home", home, "ask", "--json", b"Which caf\xe9 was sold?"))
    assert result.code == 0, result.err
    assert_shape(result.document, ANSWER)
