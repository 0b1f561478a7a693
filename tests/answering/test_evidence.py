"""Which sentences are quoted: whole and verbatim, with those they depend on, each point once; and when none is."""

from rag import QueryEngine, open_engine
from rag.answering.evidence import MAX_QUOTE_SENTENCES, Abstention, select_evidence, select_quotes
from rag.retrieval.filters import Filters
from rag.text.sentences import sentence_spans
from rag.workspace import Workspace
from tests.answering.conftest import Retrieve


def test_quotes_are_runs_of_whole_sentences(engine: QueryEngine) -> None:
    answer = engine.ask("What did engineers find in the dam's northern wall?")
    assert answer.citations
    for citation in answer.citations:
        article = engine.article(citation.article.id)
        assert article is not None
        spans = sentence_spans(article.text)
        inside = [span for span in spans if citation.start <= span[0] and span[1] <= citation.end]
        assert (inside[0][0], inside[-1][1]) == (citation.start, citation.end)
        assert len(inside) <= MAX_QUOTE_SENTENCES + 1


def test_a_sentence_that_depends_on_the_one_before_is_quoted_with_it(engine: QueryEngine) -> None:
    answer = engine.ask("Who closed the road beneath the dam?")
    quote = next(citation.quote for citation in answer.citations if "closed the road" in citation.quote)
    assert quote.startswith("Engineers found cracks")


def test_the_same_point_is_made_once(engine: QueryEngine) -> None:
    answer = engine.ask("What did engineers find in the dam's northern wall last spring?")
    assert sum("found cracks" in citation.quote for citation in answer.citations) == 1


def test_a_question_in_the_text_passes_its_score_on_to_its_answer(engine: QueryEngine) -> None:
    answer = engine.ask("What would it cost to mend the wall of the dam?")
    assert "40 million crowns" in answer.citations[0].quote


def test_no_more_quotes_than_the_setting_allows(engine: QueryEngine) -> None:
    few = engine.settings.model_copy(update={"max_quotes": 1})
    with open_engine(settings=few) as again:
        assert len(again.ask("What is known of the dam's wall?").citations) == 1


def test_the_best_quote_comes_first_and_scores_do_not_rise(engine: QueryEngine) -> None:
    answer = engine.ask("Why did the ministry refuse to lower the water of the dam?")
    assert "farmers downstream" in answer.citations[0].quote
    scores = [citation.score for citation in answer.citations]
    assert scores == sorted(scores, reverse=True)


def test_an_abstention_names_the_nearest_articles(engine: QueryEngine) -> None:
    answer = engine.ask("Which orchestra opened the festival in Salzburg?")
    assert answer.abstained
    assert "Salzburg" in (answer.reason or "")
    assert "Nearest: " in answer.text


def test_related_articles_that_do_not_answer_are_said_to_be_related(engine: QueryEngine) -> None:
    answer = engine.ask("Does the mayor sing in the hotel?")
    assert answer.abstained
    assert answer.reason == "related articles do not answer it"


def test_a_subject_in_small_letters_that_no_article_mentions_is_named(engine: QueryEngine) -> None:
    answer = engine.ask("how long is the tunnel under quibbleton")
    assert answer.abstained
    assert "“quibbleton”" in (answer.reason or "")


def test_ordinary_words_that_no_article_has_are_not_named_as_missing(engine: QueryEngine) -> None:
    answer = engine.ask("how long is the tunnel under the mountain")
    assert answer.abstained
    assert answer.reason == "related articles do not answer it"


def test_the_threshold_is_a_setting(engine: QueryEngine) -> None:
    question = "Which orchestra opened the festival in Salzburg?"
    low = engine.answerability(question)
    assert 0 < low < 0.5 < engine.answerability("What did engineers find in the dam's northern wall?") < 1
    daring = engine.settings.model_copy(update={"abstain_below": 0.0})
    with open_engine(settings=daring) as again:
        assert not again.ask(question).abstained


def test_equal_scores_keep_the_order_of_passages(retrieve: Retrieve) -> None:
    retrieval = retrieve("What did engineers find in the dam's northern wall last spring?")
    quotes = select_quotes(retrieval, 5)
    assert [quote.score for quote in quotes] == sorted((quote.score for quote in quotes), reverse=True)
    assert all(quote.passage.text[quote.start - quote.passage.start :].startswith(quote.text) for quote in quotes)


def test_an_unmatched_filter_is_named_in_the_reason(workspace: Workspace) -> None:
    retrieval = workspace.retrieve("Who closed the road?", 6, Filters.parse(author="Nobody"))
    evidence = select_evidence(retrieval, 5, 0.5)
    assert isinstance(evidence, Abstention)
    assert evidence.reason == "no article is by the author “Nobody”"
    assert evidence.nearest == ()


def test_a_question_without_words_is_not_answered(retrieve: Retrieve) -> None:
    evidence = select_evidence(retrieve("?!"), 5, 0.0)
    assert isinstance(evidence, Abstention)
    assert evidence.reason == "the question has no word to search for"
