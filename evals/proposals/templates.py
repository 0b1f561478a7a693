"""Questions from an article by rule: a reason that it gives, a number that it counts, a view that it takes."""

import re
from collections.abc import Callable, Iterator

from evals.proposals.proposal import Proposal, by, quotable, slug
from evals.suite import Gold, Kind
from rag.article import Article
from rag.attribution import verb
from rag.sentences import sentence_spans

REVIEW = (
    "made by rule: put the question into a reader's words, not the article's; put the points into your own; mark every "
    "other quote that answers it; then take this field off"
)
# A statement of five words or more, its reason, and nothing before them that would need a sentence before.
_REASON = re.compile(
    r"^(?P<what>(?!It\b|This\b|That\b|They\b|He\b|She\b)[A-Z][^,;:]{20,120}),? because (?P<why>[^;]+)[.]$"
)
_COUNTED = re.compile(
    r"\b(?i:\d[\d,.]*(?: (?:million|billion|thousand))?|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|"
    r"thirty|forty|fifty|eighty|ninety) (?P<what>(?:[a-z]+ )?[a-z]{3,}s)\b"
)
_LOOSE = re.compile(r"^(?:But|And|Yet|So|Still|Then|Nor|It|This|That|They|He|She|These|Those|Here|There|Both|Such)\b")


def proposed(article: Article, most: int) -> Iterator[Proposal]:
    """`most` at most, the kinds in turn, each with its gold quote."""
    sentences = [article.text[start:end] for start, end in sentence_spans(article.text)]
    # White space inside a sentence would make the question and the point hard to read; another sentence will do.
    sentences = [one for one in sentences if quotable(article, one) and "\n" not in one and '"' not in one]
    by_kind = [[found for one in sentences if (found := make(article, one))] for make in _MAKERS]
    for rank in range(max(map(len, by_kind), default=0)):
        for some in by_kind:
            if rank < len(some) and most > 0:
                most -= 1
                yield some[rank]


def _why(article: Article, sentence: str) -> Proposal | None:
    found = _REASON.match(sentence)
    if not found:
        return None
    what = _lowered(found["what"], article)
    return _case(article, "why", f"Why does {by(article)} say that {what}?", sentence, f"Because {found['why']}")


def _fact(article: Article, sentence: str) -> Proposal | None:
    found = _COUNTED.search(sentence)
    if not found:
        return None
    question = f"How many {found['what']} does {by(article)} speak of in “{article.title}”?"
    return _case(article, "fact", question, sentence, f"{found[0][0].upper()}{found[0][1:]}")


def _who(article: Article, sentence: str) -> Proposal | None:
    if not article.author or verb(sentence) != "argues" or _LOOSE.match(sentence) or not 40 <= len(sentence) <= 160:
        return None
    view = _lowered(sentence.rstrip("."), article)
    return _case(article, "who_argues", f"Who argues that {view}?", sentence, f"{article.author} does")


_MAKERS: tuple[Callable[[Article, str], Proposal | None], ...] = (_why, _fact, _who)


def _case(article: Article, kind: Kind, question: str, quote: str, point: str) -> Proposal:
    return Proposal(
        id=f"{slug(article.id)}-{kind.replace('_', '-')}", subject=article.id, kind=kind, question=question,
        gold=((Gold(article=article.id, quote=quote),),), points=(point,), review=REVIEW,
    )  # fmt: skip


def _lowered(text: str, article: Article) -> str:
    """Without its capital, where the article writes its first word small elsewhere."""
    first = text.split(" ", 1)[0].lower()
    return first + text[len(first) :] if re.search(rf"\b{re.escape(first)}\b", article.text) else text
