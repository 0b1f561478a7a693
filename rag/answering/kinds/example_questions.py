"""Example questions, which the articles in the library answer."""

from collections.abc import Sequence

from rag.package_data import bundled_folder
from rag.text.analyzer import distinct_terms, terms
from rag.types.catalogue import CataloguedArticle

# The first questions that README.md proposes; tests/project/test_readme.py compares the two.
BUNDLED_QUESTIONS = (
    "Why does China dislike the pact?",
    "What did the Swiss peace summit achieve?",
    "Which countries did not sign the Bürgenstock communiqué?",
    "How many containers did North Korea send to Russia?",
    "Is BRICS an alliance?",
    "Who pays for America's tariffs?",
    "Why did Hard Power change its mind about the frozen Russian reserves?",
    "Why does Barrels and Grids think the price cap was never meant to bite?",
    "How did the vote on Chinese electric cars go?",
    "What do export controls on chips achieve?",
)
MAX_EXAMPLES = 6


def example_questions(articles: Sequence[CataloguedArticle]) -> list[str]:
    """At most MAX_EXAMPLES questions about `articles`, newest first.

    If the whole bundled corpus is among them, they are BUNDLED_QUESTIONS. Otherwise they are made from the articles'
    authors, topics and titles.
    """
    bundled_ids = {path.stem for path in (bundled_folder("corpus") / "articles").glob("*.md")}
    if bundled_ids and bundled_ids <= {article.ref.id for article in articles}:
        return list(BUNDLED_QUESTIONS[:MAX_EXAMPLES])
    return list(dict.fromkeys(_question_about(article) for article in articles))[:MAX_EXAMPLES]


def _question_about(article: CataloguedArticle) -> str:
    # A topic may be a word that the article never uses. A topic that is in the title is certainly its subject.
    title = distinct_terms(article.ref.title)
    topic = next((topic for topic in article.topics if title.issuperset(terms(topic))), None)
    if article.ref.author and topic:
        return f"What does {article.ref.author} say about {topic}?"
    return f"What does “{article.ref.title}” say?"
