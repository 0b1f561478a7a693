"""Example questions: those of the bundled corpus, else made of the articles' own fields."""

from dataclasses import replace

from rag.answering.kinds.example_questions import example_questions
from rag.types.article import ArticleRef
from rag.types.catalogue import CataloguedArticle

REF = ArticleRef("a", "Notes on pipelines, number 2", "Column 1", "The Review", None, None)


def test_without_the_bundled_corpus_examples_are_made_of_the_articles_fields() -> None:
    signed = CataloguedArticle(REF, ("chips", "pipeline"))
    unsigned = CataloguedArticle(replace(REF, author=None), ("chips",))
    assert example_questions([signed, unsigned]) == [
        "What does Column 1 say about pipeline?",
        "What does “Notes on pipelines, number 2” say?",
    ]
    off_topic = CataloguedArticle(REF, ("chips",))
    assert example_questions([off_topic]) == ["What does “Notes on pipelines, number 2” say?"]
    assert example_questions([]) == []
