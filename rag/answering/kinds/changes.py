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
    r"write)|"
    r"no longer (?:think|believe|hold)|(?:I|[Ww]e) (?:have )?(?:revised?|reversed?|corrected?|withdrew|withdrawn)|"
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


def changed_mind(quotes: Sequence[Quote]) -> str | None:
    """The author of a quote that says that its author's view has changed."""
    changed = (quote.passage.article.author for quote in quotes if CHANGES.search(quote.text))
    return next((author for author in changed if author), None)
