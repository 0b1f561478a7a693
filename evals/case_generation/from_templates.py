"""Makes candidate cases from an article by rule.

A sentence is used if it gives a reason, a number or a view.
"""

import re
from collections.abc import Callable, Iterator

from evals.case_generation.candidate import CandidateCase, author_or_title, case_id, is_quotable
from evals.datasets.cases import CaseKind, Gold
from rag.text.attribution import attribution_verb
from rag.text.lexicon import NUMBER_WORDS, alternation
from rag.text.sentences import sentence_spans
from rag.types.article import Article

REVIEW = (
    "made by rule: put the question into a reader's words, not the article's; put the points into your own; mark every "
    "other quote that answers it; then remove this field"
)
# A statement and its reason; a statement that begins with a pronoun would need the sentence before it.
_REASON = re.compile(
    r"^(?P<statement>(?!It\b|This\b|That\b|They\b|He\b|She\b)[A-Z][^,;:]{20,120}),? because (?P<reason>[^;]+)[.]$"
)
# "One" and "dozen" seldom are numbers that a question can ask for.
_AMOUNTS = alternation(word for word, number in NUMBER_WORDS.items() if number > 1 and word != "dozen")
_COUNT = re.compile(
    rf"\b(?i:\d[\d,.]*(?: (?:million|billion|thousand))?|{_AMOUNTS}) (?P<counted>(?:[a-z]+ )?[a-z]{{3,}}s)\b"
)
# Openings that refer to the sentence before.
_REFERRING = re.compile(
    r"^(?:But|And|Yet|So|Still|Then|Nor|It|This|That|They|He|She|These|Those|Here|There|Both|Such)\b"
)
MIN_VIEW_CHARACTERS, MAX_VIEW_CHARACTERS = 40, 160


def candidates_from_rules(article: Article, limit: int) -> Iterator[CandidateCase]:
    """Yields at most `limit` candidates of an article.

    The kinds alternate; each candidate has its gold quote.
    """
    sentences = [article.text[start:end] for start, end in sentence_spans(article.text)]
    # Line breaks and quotation marks would make the question and the point hard to read, so such a sentence is skipped.
    usable = [text for text in sentences if is_quotable(article, text) and "\n" not in text and '"' not in text]
    by_kind = [[case for text in usable if (case := make(article, text)) is not None] for make in _MAKERS]
    for rank in range(max(map(len, by_kind), default=0)):
        for candidates in by_kind:
            if rank < len(candidates) and limit > 0:
                limit -= 1
                yield candidates[rank]


def _why(article: Article, sentence: str) -> CandidateCase | None:
    match = _REASON.match(sentence)
    if match is None:
        return None
    statement = _lower_first(match["statement"], article)
    question = f"Why does {author_or_title(article)} say that {statement}?"
    return _candidate(article, "why", question, sentence, f"Because {match['reason']}")


def _fact(article: Article, sentence: str) -> CandidateCase | None:
    match = _COUNT.search(sentence)
    if match is None:
        return None
    question = f"How many {match['counted']} does {author_or_title(article)} speak of in “{article.title}”?"
    return _candidate(article, "fact", question, sentence, f"{match[0][0].upper()}{match[0][1:]}")


def _who_argues(article: Article, sentence: str) -> CandidateCase | None:
    is_view = attribution_verb(sentence) == "argues" and not _REFERRING.match(sentence)
    if not article.author or not is_view or not MIN_VIEW_CHARACTERS <= len(sentence) <= MAX_VIEW_CHARACTERS:
        return None
    view = _lower_first(sentence.rstrip("."), article)
    return _candidate(article, "who_argues", f"Who argues that {view}?", sentence, f"{article.author} does")


_MAKERS: tuple[Callable[[Article, str], CandidateCase | None], ...] = (_why, _fact, _who_argues)


def _candidate(article: Article, kind: CaseKind, question: str, quote: str, point: str) -> CandidateCase:
    return CandidateCase(
        id=case_id(article.id, kind), subject=article.id, kind=kind, question=question,
        gold=((Gold(article=article.id, quote=quote),),), points=(point,), review=REVIEW,
    )  # fmt: skip


def _lower_first(text: str, article: Article) -> str:
    """Lower-cases the first word if the article also writes it in lower case."""
    first = text.split(" ", 1)[0].lower()
    return first + text[len(first) :] if re.search(rf"\b{re.escape(first)}\b", article.text) else text
