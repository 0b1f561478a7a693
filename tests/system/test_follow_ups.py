"""Follow-ups over the bundled corpus: each is understood as its conversation means it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import Answer, QueryEngine, open_engine


@pytest.fixture(scope="module")
def engine(home: Path) -> Iterator[QueryEngine]:
    with open_engine(home) as opened:
        yield opened


def _last(engine: QueryEngine, *turns: str) -> Answer:
    chat = engine.chat()
    return [chat.ask(turn) for turn in turns][-1]


def test_who_answers_an_article_lists_who_mentions_its_author_afterwards(engine: QueryEngine) -> None:
    answer = _last(engine, "summarise “A Price Cap Built for Slack Markets”", "and who answers it?")
    assert answer.kind == "collection"
    assert answer.text.startswith("6 articles mention “Barrels and Grids” since July 2023")
    assert all(citation.article.author != "Barrels and Grids" for citation in answer.citations)


def test_the_author_after_a_summary_is_the_article_s(engine: QueryEngine) -> None:
    summary = engine.ask("explain the enrichment gap to me like i'm five")
    assert (summary.kind, summary.abstained) == ("article", False)
    turns = ("explain the enrichment gap to me like i'm five", "what should be done according to the author?")
    answer = _last(engine, *turns)
    assert not answer.abstained
    assert {citation.article.title for citation in answer.citations} == {"The Enrichment Gap"}


def test_the_whole_name_of_an_author_is_looked_for(engine: QueryEngine) -> None:
    answer = engine.ask("which articles mention The Other Majority since 2025?")
    assert answer.text.startswith("5 articles mention “The Other Majority” since 2025")


def test_the_author_who_limits_the_articles_is_not_what_they_mention(engine: QueryEngine) -> None:
    answer = engine.ask("articles by The Sanctions Ledger that mention sanctions")
    assert answer.understood.scope.authors == ("The Sanctions Ledger",)
    assert answer.text.startswith("5 articles mention “sanctions” by The Sanctions Ledger")


def test_a_request_for_arguments_is_no_talk(engine: QueryEngine) -> None:
    answer = _last(engine, "is the oil price cap a success or a failure?", "give me three arguments that it failed")
    assert answer.standalone_question == "Give me three arguments that the oil price cap failed"
    assert answer.kind != "talk"
    assert answer.understood.corrected == ()


def test_a_change_of_mind_is_looked_for_on_the_subject_of_the_conversation(engine: QueryEngine) -> None:
    answer = _last(engine, "tell me about confiscating the frozen russian assets", "has anyone changed their mind?")
    assert [citation.article.author for citation in answer.citations] == ["Hard Power"]
    assert "The advice was wrong" in answer.citations[0].quote


def test_after_a_request_for_the_words_the_subject_is_the_one_before(engine: QueryEngine) -> None:
    subject = "tell me about confiscating the frozen russian assets"
    answer = _last(engine, subject, "quote me the exact sentence where house rules says so", "how much money is it")
    assert "300 billion dollars" in answer.text
