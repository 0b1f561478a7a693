"""Questions to begin with, which the articles that are there answer."""

from collections.abc import Sequence

from rag.rows import Holding
from rag.settings import bundled

# The first questions that README.md proposes; tests/test_readme.py holds the two together.
EXAMPLES = (
    "Why does China dislike the pact?",
    "What did the Swiss peace summit achieve?",
    "Which countries did not sign the Bürgenstock communiqué?",
    "How many containers did North Korea send to Russia?",
    "Is BRICS an alliance?",
    "Who pays for America's tariffs?",
    "Why did Hard Power change its mind about the frozen Russian reserves?",
    "Why does Barrels and Grids think the price cap was never meant to bite?",
    "How did the vote on Chinese electric cars go?",
    "Why was the aid bill for Ukraine delayed?",
)
SHOWN = 6


def examples(held: Sequence[Holding]) -> list[str]:
    """Those of the bundled corpus where it is there whole; else questions made of the newest articles' own fields."""
    corpus = {path.stem for path in (bundled("corpus") / "articles").glob("*.md")}
    if corpus and corpus <= {one.id for one in held}:
        return list(EXAMPLES[:SHOWN])
    return list(dict.fromkeys(_question(one) for one in held))[:SHOWN]


def _question(one: Holding) -> str:
    if one.author and one.topics:
        return f"What does {one.author} say about {one.topics[0]}?"
    return f"What does “{one.title}” say?"
