"""Finds the sentences in which an author states a change of mind."""

import re
from collections.abc import Sequence

from rag.answering.evidence import Quote
from rag.retrieval.results import Retrieval

# The search text for a change of mind without a subject.
CHANGE_OF_MIND = "This column was wrong. It has changed its mind and corrects what it argued before."
CHANGES = re.compile(
    r"\b(?:chang(?:e|ed|ing) (?:my|our|its|his|her|this column['’]s) (?:own )?mind|(?:I|[Ww]e) (?:was|were) wrong|"
    r"(?:I|[Ww]e|[Tt]his column) (?:used to|once) (?:think|thought|argue|argued|believe|believed|hold|held|wrote|"
    r"write|ask(?:ed)? for|call(?:ed)? for|want(?:ed)?|support(?:ed)?|oppose[d]?|defend(?:ed)?|favou?r(?:ed)?)|"
    r"no longer (?:think|believe|hold)|(?:I|[Ww]e|[Tt]his column) no longer (?:supports?|wants?|favou?rs?|defends?|"
    r"opposes?)|(?:I|[Ww]e) (?:have )?(?:revised?|"
    r"reversed?|corrected?|withdrew|withdrawn)|"
    r"(?:correct|withdraw|revise) (?:my|our|the) (?:earlier|own|former|sum|view|figure)|"
    r"(?:I|[Ww]e|[Tt]his column) argued (?:then|at the time|before|earlier|in (?:19|20)\d\d|a year ago|last)|"
    r"(?:[Tt]he|[Mm]y|[Oo]ur|[Tt]hat|[Ii]ts|[Tt]his column['’]s) (?:\w+ )?(?:advice|judge?ment|forecast|prediction|"
    r"verdict|sum|argument|"
    r"expectation|estimate|reading) (?:was|were|has been|had been|proved|has proved|turned out(?: to be)?) (?:wrong|"
    r"mistaken|false|too \w+)|(?:was|were|is) (?:my|our|this column['’]s) (?:\w+ )?(?:mistake|error|blind spot)|"
    r"(?:I|[Ww]e|[Tt]his column) (?:now )?(?:has|have) to correct|(?:I|[Ww]e|[Tt]his column) (?:misjudged|erred|was "
    r"mistaken|"
    r"were mistaken|got (?:it|this|that) wrong))\b"
)

_TAKEN_BACK = re.compile(
    r"\b(?:wrong|mistak\w+|errors?|erred|no longer|chang\w+ (?:\w+ ){1,3}mind|correct\w*|withdr[ae]w\w*|revis\w+|"
    r"revers\w+|misjudged|blind spot|false)\b",
    re.IGNORECASE,
)


def turning_points(retrieval: Retrieval, about: frozenset[str], max_each: int) -> list[Quote]:
    """Quotes the first `max_each` sentences of each article that state a change.

    If `about` is not empty, only these articles are searched.
    """
    quotes: dict[str, dict[int, Quote]] = {}
    for passage, sentences in zip(retrieval.passages, retrieval.sentences, strict=True):
        article = passage.article.id
        for sentence in sentences if not about or article in about else ():
            if CHANGES.search(sentence.text):
                score = round(min(1.0, max(0.0, sentence.answer_score)), 4)
                quote = Quote(passage, sentence.start, sentence.end, sentence.text, score)
                quotes.setdefault(article, {}).setdefault(sentence.start, quote)
    return [each[start] for each in quotes.values() for start in sorted(each)[:max_each]]


def takes_back(text: str) -> bool:
    """Whether an author takes a view back, and does not only recall it."""
    return CHANGES.search(text) is not None and _TAKEN_BACK.search(text) is not None


def has_changed(author: str) -> str:
    """Says that an author's view has changed."""
    return f"The view of {author} has changed: compare the dates."


def view_of_today_first(quotes: Sequence[Quote]) -> tuple[list[Quote], str | None]:
    """The quotes, with a change of mind before the older view of the same author.

    The second value is the author whose view has changed; None if no quote shows it.
    """
    ordered, changed = list(quotes), None
    for quote in quotes:
        article = quote.passage.article
        if not (article.author and article.published and takes_back(quote.text)):
            continue
        older = (
            position
            for position, other in enumerate(ordered)
            if other.passage.article.author == article.author
            and other.passage.article.published
            and other.passage.article.published < article.published
        )
        if (first := next(older, None)) is not None:
            changed = article.author
            if first < ordered.index(quote):
                ordered.remove(quote)
                ordered.insert(first, quote)
    return ordered, changed


def changed_mind(quotes: Sequence[Quote]) -> str | None:
    """The author of a quote that says that its author's view has changed."""
    changed = (quote.passage.article.author for quote in quotes if CHANGES.search(quote.text))
    return next((author for author in changed if author), None)
