"""From a folder of articles to a cited answer.

python examples/own_articles.py            # makes a library in the folder `ferry-library`
"""

import sys
from pathlib import Path

from rag import open_engine

ARTICLES = Path(__file__).parent / "articles"


def main(home: str) -> None:
    """Adds the articles, asks, and prints where each quoted word stands."""
    with open_engine(home, empty=True) as engine:
        report = engine.add(str(ARTICLES))
        print(f"{len(report.added)} articles added, {len(report.unchanged)} unchanged, {len(report.failed)} failed")

        answer = engine.ask("Why did the council keep the night ferry?")
        print(answer)
        for citation in answer.citations:
            article = engine.article(citation.article.id)
            assert article is not None
            assert article.text[citation.start : citation.end] == citation.quote
            print(f"[{citation.number}] characters {citation.start} to {citation.end} of {article.title!r}")
        print(answer.cite("chicago"))

        # The articles do not say this, so the question is declined with a reason.
        print(engine.ask("Who is the captain of the ferry?"))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "ferry-library")
