"""The engine: what holds of every answer, filters, streams, threads, and its parts as LlamaIndex sees them."""

import asyncio
import json
import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from llama_index.core.schema import QueryBundle

from rag import Answer, QueryEngine, RagError, open_engine
from rag.engine import workspace_of
from rag.errors import LibraryDamaged
from rag.retrieval.ranking import passage_scores
from tests.conftest import shared
from tests.support.answer_invariants import assert_quoted_invariants
from tests.support.library.articles import article, write_jsonl


@pytest.fixture(scope="module")
def engine(home: Path) -> Iterator[QueryEngine]:
    """Over the bundled corpus."""
    with open_engine(home) as opened:
        yield opened


QUESTIONS = (
    "Why does China dislike the pact?",
    "What did the Swiss peace summit achieve?",
    "How many containers did North Korea send to Russia?",
    "Who argues that export controls leak?",
    "Do sanctions on Russian oil work?",
    "India",
    "What is the capital of Mongolia?",
)


@pytest.mark.parametrize("question", QUESTIONS)
def test_quotes_are_verbatim_and_every_marker_has_its_citation(engine: QueryEngine, question: str) -> None:
    assert_quoted_invariants(engine.ask(question), engine)


@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.text(max_size=200))
@example("")
@example("   \n\t ")
@example("why " * 1_000)
@example("中国为什么不喜欢这个条约？")
@example("Почему Китаю не нравится договор?")
@example('title:"a AND (b OR *) NOT c~2^3 [x TO y] {z} \\ /')
@example("\ud800 lone surrogate")
@example("[1] [2] <b>China</b> pact [3]")
@example("the of and is")
def test_any_text_is_answered_or_declined(engine: QueryEngine, question: str) -> None:
    answer = engine.ask(question)
    assert_quoted_invariants(answer, engine)
    json.dumps(answer.to_dict())
    assert answer.question == question.encode("utf-8", "replace").decode()


def test_the_example_question_is_answered_from_the_bundled_corpus(engine: QueryEngine) -> None:
    answer = engine.ask("Why does China dislike the pact?")
    assert not answer.abstained
    assert "loosens Beijing's hold" in answer.citations[0].quote
    assert answer.citations[0].article.author == "The Asia Desk"
    assert "The Asia Desk (The Bundled Review, July 2024) argues" in answer.text


def test_every_way_to_ask_gives_the_retrieved_passages_when_asked_to(engine: QueryEngine) -> None:
    question = "Why does China dislike the pact?"
    whole = engine.ask(question, with_passages=True)
    assert whole.passages is not None
    assert {citation.passage.id for citation in whole.citations} <= {passage.id for passage in whole.passages}
    *_, streamed = engine.chat().stream(question, with_passages=True)
    awaited = asyncio.run(engine.aask(question, with_passages=True))
    assert isinstance(streamed, Answer)
    assert streamed.passages == awaited.passages == whole.passages
    assert engine.ask("hello", with_passages=True).passages == ()
    assert engine.ask(question).passages is None


def test_the_example_question_is_answered_from_a_column_pasted_from_the_web(tmp_path: Path) -> None:
    column = shared("articles/putin-kim-connection.txt")
    with open_engine(tmp_path / "home", empty=True) as engine:
        engine.add(column)
        answer = engine.ask("Why does China dislike the pact?")
        assert_quoted_invariants(answer, engine)
        quotes = " ".join(citation.quote for citation in answer.citations)
        assert "emboldening Kim" in quotes or "creating problems for Beijing" in quotes
        assert answer.citations[0].article.author == "Ian Bremmer"
        assert answer.text.startswith("Ian Bremmer (TIME) ")
        for furniture in ("3 minute read", "Must-Reads", "Contact us", "Opinions expressed", "Columbia University"):
            passages = engine.search(furniture, k=5)
            assert not any(furniture in passage.text for passage in passages), furniture


def test_filters_bind_the_answer(engine: QueryEngine) -> None:
    answer = engine.ask("What did the Swiss peace summit achieve?", author="hard power")
    assert {citation.article.author for citation in answer.citations} == {"Hard Power"}
    late = engine.ask("What did the Swiss peace summit achieve?", since="2025-01-01")
    assert all(citation.article.published and citation.article.published.year == 2025 for citation in late.citations)


def test_a_filter_that_admits_nothing_is_the_reason(engine: QueryEngine) -> None:
    answer = engine.ask("Why does China dislike the pact?", author="Absent Author")
    assert answer.abstained
    assert answer.reason == "no article is by the author “Absent Author”"


def test_a_name_that_no_article_mentions_is_the_reason(engine: QueryEngine) -> None:
    answer = engine.ask("What did Zaphod Beeblebrox say about the pact?")
    assert answer.abstained
    assert "Zaphod" in (answer.reason or "")
    assert answer.nearest


@pytest.mark.parametrize(
    "question", ["What does Paul Krugman say about tariffs?", "What is Stiglitz's view of tariffs?"]
)
def test_the_view_of_a_person_that_no_article_mentions_is_not_given(engine: QueryEngine, question: str) -> None:
    answer = engine.ask(question)
    assert answer.abstained
    assert re.search("no article mentions “(Krugman|Stiglitz)", answer.reason or "")


def test_a_query_without_words_finds_nothing(engine: QueryEngine) -> None:
    assert engine.search("") == engine.search(" ?! ") == []
    assert engine.ask("").nearest == ()


def test_an_impossible_date_is_one_clear_error(engine: QueryEngine) -> None:
    with pytest.raises(RagError, match="since 'soonish' is not a date"):
        engine.ask("Why?", since="soonish")


def test_an_empty_library_says_how_to_fill_it(tmp_path: Path) -> None:
    with open_engine(tmp_path / "home", empty=True) as engine:
        answer = engine.ask("Why does China dislike the pact?")
    assert answer.abstained
    assert "rag add PATH" in (answer.reason or "")


def test_text_in_an_article_that_looks_like_a_marker_is_none(tmp_path: Path) -> None:
    text = "Regulators fined the dairy cooperative twice [7] because inspectors found water in milk [1, 2]."
    (tmp_path / "milk.md").write_text(f"---\ntitle: Milk\nauthor: A <b>bold</b> [3] writer\n---\n{text}")
    with open_engine(tmp_path / "home", empty=True) as engine:
        engine.add(tmp_path / "milk.md")
        answer = engine.ask("Why was the dairy cooperative fined?")
        assert_quoted_invariants(answer, engine)
        assert len(answer.citations) == 1
        assert "[7]" in answer.citations[0].quote


def test_a_stream_ends_with_the_answer_and_adds_up_to_its_text(engine: QueryEngine) -> None:
    *pieces, answer = engine.stream(QUESTIONS[4])
    assert isinstance(answer, Answer)
    assert "".join(str(piece) for piece in pieces) == answer.text
    assert len(pieces) > 1


def test_the_async_methods_give_the_same_answer(engine: QueryEngine) -> None:
    async def both() -> tuple[Answer, list[object]]:
        return await engine.aask(QUESTIONS[0]), [piece async for piece in engine.astream(QUESTIONS[0])]

    answer, pieces = asyncio.run(both())
    expected = engine.ask(QUESTIONS[0])
    assert answer.text == expected.text == pieces[-1].text  # type: ignore[attr-defined]


def test_threads_may_share_an_engine(engine: QueryEngine) -> None:
    expected = {question: engine.ask(question).text for question in QUESTIONS}
    with ThreadPoolExecutor(8) as pool:
        for question, answer in zip(QUESTIONS * 4, pool.map(engine.ask, QUESTIONS * 4), strict=True):
            assert answer.text == expected[question]


def test_the_same_question_has_the_same_answer(engine: QueryEngine) -> None:
    first, second = engine.ask(QUESTIONS[4]), engine.ask(QUESTIONS[4])
    assert first.citations == second.citations


def test_a_follow_up_is_understood_from_the_turn_before(engine: QueryEngine) -> None:
    chat = engine.chat()
    chat.ask("Why does China dislike the pact between Russia and North Korea?")
    answer = chat.ask("And Japan?")
    assert "pact" in answer.standalone_question
    assert answer.question == "And Japan?"
    assert len(chat.turns) == 2
    assert_quoted_invariants(answer, engine)


def test_it_is_a_llama_index_query_engine_and_retriever(engine: QueryEngine) -> None:
    response = engine.query(QUESTIONS[0])
    assert re.search(r"\[1\]", str(response))
    assert response.source_nodes[0].node.metadata["author"] == "The Asia Desk"
    nodes = engine.as_retriever(k=3).retrieve(QueryBundle(QUESTIONS[0]))
    assert len(nodes) == 3
    node = nodes[0].node
    article = engine.article(node.metadata["article_id"])
    assert article is not None
    assert article.text[node.start_char_idx : node.end_char_idx] == node.get_content()


def test_highlights_lie_inside_their_passages_and_are_whole_sentences(engine: QueryEngine) -> None:
    passages = engine.search("energy sanctions", k=8)
    assert [passage.score for passage in passages] == sorted((passage.score for passage in passages), reverse=True)
    assert any(passage.sentences for passage in passages)
    for passage in passages:
        for sentence in passage.sentences:
            assert passage.start <= sentence.start < sentence.end <= passage.end
            assert passage.text[sentence.end - passage.start - 1] in '.!?”"’)]:;'


def test_a_question_that_names_an_author_finds_that_author(engine: QueryEngine) -> None:
    passages = engine.search("What does Long Shadows make of North Korea's treaty?", k=3)
    assert passages[0].article.author == "Long Shadows"


def test_syndicated_copies_are_shown_once(tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "wire.jsonl", [article(1)])
    copies = source.read_text() + source.read_text().replace('"article-1"', '"copy"').replace("Column 1", "Wire")
    source.write_text(copies + write_jsonl(tmp_path / "more.jsonl", [article(2), article(3)]).read_text())
    with open_engine(tmp_path / "home", empty=True) as engine:
        engine.add(source)
        assert engine.counts().articles == 4
        texts = [passage.text for passage in engine.search("lot 101 was sold, observer 1", k=10)]
        assert len(texts) == len(set(texts))


def test_an_index_that_breaks_under_a_running_engine_is_rebuilt_and_asked_again(tmp_path: Path) -> None:
    with open_engine(tmp_path / "home", empty=True) as engine:
        engine.add(write_jsonl(tmp_path / "a.jsonl", [article(number) for number in range(4)]))
        (tmp_path / "home" / "fulltext.json").unlink()
        (tmp_path / "home" / "vectors.json").unlink()
        assert engine.search("observer 2 lot 201", k=1)[0].article_id == "article-2"
        assert engine.check() == []


def test_a_word_of_a_removed_article_is_unknown_again(tmp_path: Path) -> None:
    odd = tmp_path / "odd.md"
    odd.write_text("# Odd\n\nThe zeppelin of Quibbleton landed in the meadow at noon.\n")
    with open_engine(tmp_path / "home", empty=True) as engine:
        engine.add(write_jsonl(tmp_path / "a.jsonl", [article(number) for number in range(4)]), odd)
        assert not engine.ask("When did the zeppelin of Quibbleton land?").abstained
        engine.remove("odd")
        answer = engine.ask("When did the zeppelin of Quibbleton land?")
        assert answer.abstained
        assert "Quibbleton" in (answer.reason or "")


@pytest.mark.parametrize("k", [0, -1])
def test_less_than_one_passage_is_refused(engine: QueryEngine, k: int) -> None:
    with pytest.raises(RagError, match=f"k is {k}"):
        engine.ask("Why?", k=k)
    with pytest.raises(RagError, match=f"k is {k}"):
        engine.search("Why?", k=k)


def test_a_damaged_passage_is_an_error_and_starts_no_rebuild(tmp_path: Path) -> None:
    with open_engine(tmp_path / "home", empty=True) as engine:
        engine.add(write_jsonl(tmp_path / "a.jsonl", [article(number) for number in range(4)]))
        with sqlite3.connect(tmp_path / "home" / "library.sqlite") as damaged:
            damaged.execute("UPDATE passages SET vector = x'00'")
        manifests = [tmp_path / "home" / name for name in ("vectors.json", "fulltext.json")]
        before = [manifest.read_bytes() for manifest in manifests]
        with pytest.raises(LibraryDamaged):
            engine.ask("When was lot 201 sold?")
        assert [manifest.read_bytes() for manifest in manifests] == before


def test_the_signals_of_the_candidates_rank_as_the_search_does(engine: QueryEngine) -> None:
    passages, signals = workspace_of(engine).retriever.candidate_signals(QUESTIONS[0])
    scores = passage_scores(signals)
    best = passages[int(scores.argmax())]
    assert best.id == engine.search(QUESTIONS[0], k=1)[0].id
    assert len(passages) == len(scores)
