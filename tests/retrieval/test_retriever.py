"""Hybrid retrieval over a small library: filters, order, scores, sentences, near-duplicates."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from rag.errors import RagError
from rag.index.base import Scope
from rag.retrieval.filtered_search import FilteredVectorSearch
from rag.retrieval.filters import Filters
from rag.retrieval.ranking import passage_scores
from rag.retrieval.results import Retrieval
from rag.retrieval.retriever import Retriever
from rag.settings import load_settings
from rag.types.ingest import LoadedArticle
from rag.workspace import Workspace
from tests.support.library.articles import article, loaded_articles

QUESTION = "Why was gas from the old pipeline stopped?"
COPY = "copy-of-article-2"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Ten articles, and a copy of one of them under another id."""
    with Workspace(load_settings(home=tmp_path_factory.mktemp("retriever")), empty=True) as opened:
        copy = replace(article(2), id=COPY, author="The Wire")
        opened.indexer.add([*loaded_articles(*range(10)), LoadedArticle(copy, f"/made/{COPY}", has_own_id=True)])
        yield opened


@pytest.fixture(scope="module")
def retriever(workspace: Workspace) -> Retriever:
    return workspace.retriever


@pytest.fixture(scope="module")
def retrieval(retriever: Retriever) -> Retrieval:
    return retriever.retrieve(QUESTION, 6, Filters())


def test_the_passages_on_the_subject_come_first(retrieval: Retrieval) -> None:
    assert retrieval.passages[0].article_id in ("article-2", "article-7", COPY)
    scores = [passage.score for passage in retrieval.passages]
    assert scores == sorted(scores, reverse=True)


def test_no_more_than_k_passages_come_back(retriever: Retriever) -> None:
    assert len(retriever.retrieve(QUESTION, 2, Filters()).passages) == 2


@pytest.mark.parametrize("k", [0, -1, 1.5, "3", None])
def test_a_k_that_is_no_positive_integer_is_refused(retriever: Retriever, k: object) -> None:
    with pytest.raises(RagError, match="ask for one passage at least"):
        retriever.retrieve(QUESTION, k, Filters())  # type: ignore[arg-type]


def test_every_passage_and_sentence_is_a_slice_of_its_article(retrieval: Retrieval, workspace: Workspace) -> None:
    texts = workspace.library.articles([passage.article_id for passage in retrieval.passages])
    for passage, sentences in zip(retrieval.passages, retrieval.sentences, strict=True):
        text = texts[passage.article_id].text
        assert text[passage.start : passage.end] == passage.text
        assert sentences
        assert all(text[sentence.start : sentence.end] == sentence.text for sentence in sentences)


def test_highlights_are_the_best_sentences_of_the_passages(retrieval: Retrieval) -> None:
    highlighted = [
        (highlight.start, highlight.end, highlight.score)
        for passage in retrieval.passages
        for highlight in passage.sentences
    ]
    every = {
        (sentence.start, sentence.end, round(sentence.score, 6))
        for sentences in retrieval.sentences
        for sentence in sentences
    }
    assert highlighted
    assert set(highlighted) <= every
    assert max(score for *_, score in every) in [score for *_, score in highlighted]


def test_the_vector_score_is_the_cosine_to_the_question(retrieval: Retrieval, workspace: Workspace) -> None:
    question = workspace.encoder.encode([QUESTION])[0]
    stored = workspace.library.passages([passage.id for passage in retrieval.passages])
    for passage in retrieval.passages:
        assert passage.vector_score == pytest.approx(float(stored[passage.id].vector @ question), abs=1e-6)


def test_the_fulltext_score_is_zero_without_a_shared_word(retriever: Retriever) -> None:
    passages = retriever.retrieve("zeppelin", 5, Filters()).passages
    assert passages
    assert all(passage.fulltext_score == 0.0 for passage in passages)


def test_a_copy_of_an_article_is_shown_once(retriever: Retriever) -> None:
    passages = retriever.retrieve("observer 2 lot 201 was sold", 20, Filters()).passages
    texts = [passage.text for passage in passages]
    assert len(texts) == len(set(texts))


def test_filters_admit_only_their_articles(retriever: Retriever) -> None:
    filters = Filters.parse(author="column 1", since="2024-01-01")
    retrieval = retriever.retrieve(QUESTION, 10, filters)
    assert retrieval.filters == filters
    assert retrieval.scope.authors == ("Column 1",)
    assert retrieval.passages
    assert {passage.article.author for passage in retrieval.passages} == {"Column 1"}


def test_filters_that_match_no_article_give_an_empty_retrieval(retriever: Retriever) -> None:
    retrieval = retriever.retrieve(QUESTION, 10, Filters.parse(author="Quibbleton"))
    assert (retrieval.passages, retrieval.sentences) == ((), ())
    assert retrieval.scope == Scope(authors=())
    assert "pipelin" in retrieval.idf


def test_words_that_occur_nowhere_are_reported_as_unknown(retriever: Retriever) -> None:
    assert retriever.retrieve("Did Quibbleton stop the gas?", 3, Filters()).unknown_terms == ("quibbleton",)


def test_a_vector_search_with_other_limits_can_be_passed_in(workspace: Workspace, retriever: Retriever) -> None:
    vector_search = FilteredVectorSearch(workspace.library, workspace.vectors, workspace.fulltext, max_exact_passages=0)
    other = Retriever(workspace.library, workspace.vectors, workspace.fulltext, workspace.encoder, vector_search)
    filters = Filters.parse(source="The Test Review")
    expected = [passage.id for passage in retriever.retrieve(QUESTION, 5, filters).passages]
    assert [passage.id for passage in other.retrieve(QUESTION, 5, filters).passages] == expected


def test_candidate_signals_rank_as_retrieve_does(retriever: Retriever, retrieval: Retrieval) -> None:
    passages, signals = retriever.candidate_signals(QUESTION)
    scores = passage_scores(signals)
    assert len(passages) == len(scores)
    assert passages[int(np.argmax(scores))].id == retrieval.passages[0].id


def test_sentences_are_compared_without_their_vectors(retrieval: Retrieval) -> None:
    sentence = retrieval.sentences[0][0]
    assert replace(sentence, vector=np.zeros_like(sentence.vector)) == sentence
    assert "vector" not in repr(sentence)
