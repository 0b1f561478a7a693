"""Selects views: of authors side by side, of one author, or in order of time.

Each view is a verbatim sentence: the sentence of the author's passages that answers best. If the question names an
author, the answer has that author's view, or states that the author has written nothing on the subject.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from rag.answering.answer_type import FREELY_WORDED, answer_type
from rag.answering.evidence import (
    NARROW_ABSTAIN_SHARE,
    Abstention,
    Quote,
    do_overlap,
    nearest_articles,
    score_or_abstain,
    select_quotes,
)
from rag.answering.kinds.changes import CHANGES, changed_mind, has_changed, turning_points
from rag.answering.kinds.selection import MAX_ALSO, Selection, distinct_passages, group_by, merge, restrict
from rag.retrieval.filters import Filters
from rag.retrieval.results import Retrieval
from rag.types.article import ArticleRef
from rag.types.passage import RankedPassage

# `retrieve(question, k, filters)`, as the workspace has it.
Retrieve = Callable[[str, int, Filters], Retrieval]
# Numbers of retrieved passages: to find the authors on a subject, and for one author.
WIDE_PASSAGES = 40
AUTHOR_PASSAGES = 12
# A change of mind is said in words that have little to do with its subject.
CHANGE_PASSAGES = 80
MAX_AUTHORS = 8
MAX_QUOTES_OF_NAMED_AUTHORS = 6
MAX_QUOTES_OF_ONE_AUTHOR = 5
MAX_TURNS_OF_ONE_ARTICLE = 3
MAX_DAYS = 8
# The number of articles about the subject from which a timeline uses no others.
MIN_ARTICLES_ON_IT = 3
# The minimum scores of an article for its view to be included, as shares of the best article's: of its best passage's
# score, or of its best sentence's cosine together with a smaller share of the passage score. They were chosen by eye on
# the retrievals of nine subjects of the bundled corpus; three of them (chips, tariffs, confiscation) are in the test
# half of the chat suite.
SCORE_FLOOR, COSINE_FLOOR, LOW_SCORE_FLOOR = 0.6, 0.83, 0.3
# A second article of one author is quoted if its best sentence has at least this share of the first one's score.
ARTICLE_FLOOR = 0.5
# The answerability of a question that is answered although its passages do not show that they answer it.
UNCERTAIN = 0.5
# The lower minimum for an author that the question names.
# Words alone do not make a view: a passage that has them in another sense has less than this share of the best cosine.
MEANING_FLOOR = 0.45
NAMED_SCORE_FLOOR, NAMED_COSINE_FLOOR = 0.4, 0.7


@dataclass(frozen=True, slots=True)
class ViewRequest:
    """A question for views.

    `question` is the search text. `named` are the authors that the question names. `about` are the ids of the articles
    on the subject, as far as the catalogue shows. `k` is the minimum number of retrieved passages, `filters` limit the
    articles, and a question below `abstain_below` is not answered. `asks_for_change` is whether the question
    asks for a change of mind. `on_it` are the ids of the articles about the subject that do more than mention it.
    `asked` is the whole question. `silent` are the named authors who have written nothing on the subject, as far as the
    catalogue shows.
    """

    question: str
    named: tuple[str, ...]
    about: frozenset[str]
    k: int
    filters: Filters
    abstain_below: float
    asks_for_change: bool = False
    on_it: frozenset[str] = frozenset()
    asked: str = ""
    silent: tuple[str, ...] = ()


def select_views(request: ViewRequest, retrieve: Retrieve) -> Selection | Abstention:
    """The views on a subject, one author after the other.

    Every author who has written on it is included. Authors that the question names come first, in its order.
    """
    everyone = replace(request.filters, in_words=replace(request.filters.in_words, authors=()))
    retrieval = retrieve(request.question, max(request.k, WIDE_PASSAGES), everyone)
    for author in request.named:
        only = replace(everyone, in_words=replace(everyone.in_words, authors=(author,)))
        retrieval = merge(retrieval, retrieve(request.question, request.k, only))
    score = _score_of_subject(retrieval, request, request.abstain_below)
    if isinstance(score, Abstention) and not (request.named and retrieval.passages):
        return score
    answerability = UNCERTAIN if isinstance(score, Abstention) else score
    groups = _by_author(retrieval)
    heard = [name for name in _heard(groups, request) if name not in request.silent]
    if request.named:
        chosen = [name for name in request.named if name in heard]
        others = [name for name in heard if name not in request.named]
    else:
        chosen, others = heard[:MAX_AUTHORS], heard[MAX_AUTHORS:]
    if not chosen:
        if isinstance(score, Abstention):
            return score
        return Abstention(nothing_written_by(request.named), nearest_articles(retrieval.passages), answerability)
    each = max(1, MAX_QUOTES_OF_NAMED_AUTHORS // len(chosen)) if request.named else 1
    quotes = [quote for name in chosen for quote in _quotes_by_article(groups[name], each)]
    silent = [name for name in request.named if name not in heard]
    return Selection(
        "views", retrieval, tuple(quotes), distinct_passages(quotes), answerability,
        closing=(f"{nothing_written_by(silent)}.",) if silent else (),
        also=tuple(_refs([groups[name].passages[0] for name in others])[:MAX_ALSO]),
    )  # fmt: skip


def select_author(request: ViewRequest, retrieve: Retrieve) -> Selection | Abstention:
    """One author's view: quotes of that author alone, the newest article first."""
    is_freely_worded = answer_type(request.asked) in FREELY_WORDED
    passages = CHANGE_PASSAGES if request.asks_for_change else WIDE_PASSAGES if is_freely_worded else AUTHOR_PASSAGES
    retrieval = retrieve(request.question, max(request.k, passages), request.filters)
    if request.silent:
        return Abstention(nothing_written_by(request.silent), nearest_articles(retrieval.passages), 0.0)
    score = _score_of_subject(retrieval, request, NARROW_ABSTAIN_SHARE * request.abstain_below)
    if request.asks_for_change and (turns := turning_points(retrieval, request.about, MAX_TURNS_OF_ONE_ARTICLE)):
        earlier = _quotes_by_article(retrieval, MAX_QUOTES_OF_ONE_AUTHOR - 1) if request.about else []
        turns += [quote for quote in earlier if not any(do_overlap(quote, turn) for turn in turns)]
        turns = _newest_first(turns[:MAX_QUOTES_OF_ONE_AUTHOR])
        answerability = UNCERTAIN if isinstance(score, Abstention) else score
        return Selection(
            "author", retrieval, tuple(turns), distinct_passages(turns), answerability,
            (has_changed(_author(turns[0].passage.article)),),
        )  # fmt: skip
    if isinstance(score, Abstention):
        if request.named and retrieval.passages:
            return replace(score, reason=nothing_written_by(request.named, "that answers this"))
        return score
    quotes = _quotes_by_article(retrieval, MAX_QUOTES_OF_ONE_AUTHOR, request.asked)
    quotes += _turning_point(retrieval, quotes)
    quotes = _newest_first(quotes)
    changed = changed_mind(quotes)
    closing = (has_changed(changed),) if changed else ()
    return Selection("author", retrieval, tuple(quotes), distinct_passages(quotes), score, closing)


def select_timeline(request: ViewRequest, retrieve: Retrieve) -> Selection | Abstention:
    """Selects the views on a subject in the order of their days.

    Each article gives its best sentence; articles without a date are left out.
    """
    passages = CHANGE_PASSAGES if request.asks_for_change else WIDE_PASSAGES
    retrieval = retrieve(request.question, max(request.k, passages), request.filters)
    score = _score_of_subject(retrieval, request, request.abstain_below)
    if request.asks_for_change and (turns := _turns_on(retrieval, request)):
        answerability = UNCERTAIN if isinstance(score, Abstention) else score
        turns = sorted(turns, key=lambda quote: _ordinal(quote.passage.article))
        return Selection("timeline", retrieval, tuple(turns[:MAX_DAYS]), distinct_passages(turns), answerability)
    if isinstance(score, Abstention):
        return score
    groups = {
        name: group
        for name, group in group_by(retrieval, lambda ref: ref.id).items()
        if group.passages[0].article.published
    }
    # If some articles are about the subject, articles that only share words with it are left out.
    on_it = {name: group for name, group in groups.items() if name in request.on_it}
    heard = (
        list(on_it)
        if on_it and isinstance(score_or_abstain(retrieval, request.abstain_below), Abstention)
        else _heard(on_it if len(on_it) >= MIN_ARTICLES_ON_IT else groups, replace(request, about=request.on_it))
    )
    if not heard:
        return Abstention("no article on it has a date", nearest_articles(retrieval.passages), score)
    quotes = [quote for name in heard[:MAX_DAYS] for quote in _quotes_of(groups[name], 1)]
    quotes.sort(key=lambda quote: (quote.passage.article.published, quote.start))
    left_out = [groups[name].passages[0] for name in heard[MAX_DAYS:]]
    return Selection(
        "timeline", retrieval, tuple(quotes), distinct_passages(quotes), score, also=tuple(_refs(left_out)[:MAX_ALSO])
    )


def _turns_on(retrieval: Retrieval, request: ViewRequest) -> list[Quote]:
    """The changes of mind in the articles about the subject, else in relevant ones."""
    if (turns := turning_points(retrieval, request.about, 1)) or not request.about:
        return turns
    relevant = frozenset(_heard(group_by(retrieval, lambda ref: ref.id), request))
    return turning_points(retrieval, relevant, 1) if relevant else []


def _score_of_subject(retrieval: Retrieval, request: ViewRequest, abstain_below: float) -> float | Abstention:
    """The answerability, or an abstention if nothing is about the subject.

    A subject of one word ("VAR") has a low score, whatever has been written on it.
    """
    score = score_or_abstain(retrieval, abstain_below)
    is_about = any(passage.article.id in request.on_it for passage in retrieval.passages)
    return UNCERTAIN if isinstance(score, Abstention) and is_about else score


def debated_views(request: ViewRequest, retrieve: Retrieve) -> dict[str, list[Retrieval]] | Abstention:
    """Every author on the subject, best first, with the parts of the articles."""
    everyone = replace(request.filters, in_words=replace(request.filters.in_words, authors=()))
    retrieval = retrieve(request.question, max(request.k, WIDE_PASSAGES), everyone)
    score = _score_of_subject(retrieval, request, request.abstain_below)
    if isinstance(score, Abstention):
        return score
    articles = group_by(retrieval, lambda ref: ref.id)
    views: dict[str, list[Retrieval]] = {}
    for name in _heard(articles, replace(request, about=request.on_it)):
        views.setdefault(_author(articles[name].passages[0].article), []).append(articles[name])
    return dict(list(views.items())[:MAX_AUTHORS])


def other_authors(retrieval: Retrieval, quotes: Sequence[Quote]) -> tuple[ArticleRef, ...]:
    """Articles of further authors on the same question, the best passage of each.

    Their best sentence is good enough for a view, and their authors are not quoted.
    """
    quoted = {_author(quote.passage.article) for quote in quotes}
    groups = _by_author(retrieval)
    heard = _heard(groups, None)
    refs = [groups[name].passages[0].article for name in heard if name not in quoted]
    return tuple(refs[:MAX_ALSO])


def nothing_written_by(authors: Sequence[str], what: str = "on this") -> str:
    """Says that these authors have written nothing on the subject."""
    names = authors[0] if len(authors) == 1 else f"{', '.join(authors[:-1])} and {authors[-1]}"
    return f"{names} {'has' if len(authors) == 1 else 'have'} written nothing {what}"


def _by_author(retrieval: Retrieval) -> dict[str, Retrieval]:
    return group_by(retrieval, _author)


def _best_score(group: Retrieval) -> float:
    return max((sentence.answer_score for of_passage in group.sentences for sentence in of_passage), default=0.0)


def _author(article: ArticleRef) -> str:
    # An article without an author speaks for itself.
    return article.author or article.title


def _heard(groups: Mapping[str, Retrieval], request: ViewRequest | None) -> list[str]:
    """The names of the groups that are relevant to the subject, best first."""
    relevance = {name: _relevance(group) for name, group in groups.items()}
    best_score = max((score for score, _ in relevance.values()), default=0.0)
    best_cosine = max((cosine for _, cosine in relevance.values()), default=0.0)
    heard = []
    for name, (score, cosine) in relevance.items():
        is_named = request is not None and name in request.named
        is_about = request is not None and any(ref.id in request.about for ref in _refs(groups[name].passages))
        if is_named:
            is_heard = score >= NAMED_SCORE_FLOOR * best_score or cosine >= NAMED_COSINE_FLOOR * best_cosine
        else:
            is_near = cosine >= COSINE_FLOOR * best_cosine or is_about
            is_meant = cosine >= MEANING_FLOOR * best_cosine or is_about
            is_heard = (score >= SCORE_FLOOR * best_score and is_meant) or (
                score >= LOW_SCORE_FLOOR * best_score and is_near
            )
        if is_heard:
            heard.append(name)
    return sorted(heard, key=lambda name: -relevance[name][0])


def _relevance(group: Retrieval) -> tuple[float, float]:
    """The best score of the group's passages, and the best cosine of its sentences."""
    score = max((passage.score for passage in group.passages), default=0.0)
    cosine = max((sentence.cosine for of_passage in group.sentences for sentence in of_passage), default=0.0)
    return score, cosine


def _quotes_of(retrieval: Retrieval, max_quotes: int, asked: str = "") -> list[Quote]:
    return select_quotes(retrieval, max_quotes, asked) if any(retrieval.sentences) else []


def _quotes_by_article(retrieval: Retrieval, max_quotes: int, asked: str = "") -> list[Quote]:
    """The best quotes, beginning with one of each article.

    If a view has changed, the other view is in another article.
    """
    if max_quotes == 1:
        return _quotes_of(_since_the_change_of_mind(retrieval), 1)
    articles = group_by(retrieval, lambda ref: ref.id)
    floor = ARTICLE_FLOOR * max(map(_best_score, articles.values()), default=0.0)
    # The words of a short subject ("AI rules") may occur in a sentence on another subject, so words and meaning are
    # both compared.
    nearest = max((_relevance(article)[1] for article in articles.values()), default=0.0)
    heard = [
        name
        for name in _heard(articles, None)
        if _best_score(articles[name]) >= floor or _relevance(articles[name])[1] >= nearest
    ]
    quotes = [quote for name in heard[:max_quotes] for quote in _quotes_of(articles[name], 1, asked)]
    for quote in _quotes_of(retrieval, max_quotes, asked):
        if len(quotes) < max_quotes and not any(do_overlap(quote, other) for other in quotes):
            quotes.append(quote)
    return quotes


def _since_the_change_of_mind(retrieval: Retrieval) -> Retrieval:
    """The passages of the article in which the author's view changed, if any.

    It is an article on the subject: its best sentence has ARTICLE_FLOOR of the best score.
    """
    floor = ARTICLE_FLOOR * _best_score(retrieval)
    for passage, sentences in zip(retrieval.passages, retrieval.sentences, strict=True):
        if any(CHANGES.search(sentence.text) for sentence in sentences):
            article = passage.article.id
            changed = restrict(
                retrieval, [index for index, other in enumerate(retrieval.passages) if other.article.id == article]
            )
            if _best_score(changed) >= floor:
                return changed
    return retrieval


def _refs(passages: Sequence[RankedPassage]) -> list[ArticleRef]:
    return list({passage.article.id: passage.article for passage in passages}.values())


def _newest_first(quotes: Sequence[Quote]) -> list[Quote]:
    """The quotes by article, the newest article first."""
    undated = [quote for quote in quotes if quote.passage.article.published is None]
    dated = [quote for quote in quotes if quote.passage.article.published is not None]
    dated.sort(key=lambda quote: (_ordinal(quote.passage.article), quote.passage.article.id), reverse=True)
    return dated + undated


def _ordinal(article: ArticleRef) -> int:
    return article.published.toordinal() if article.published else 0


def _turning_point(retrieval: Retrieval, quotes: Sequence[Quote]) -> list[Quote]:
    """The quote in which the author says that the view has changed.

    It is empty if `quotes` has such a quote already.
    """
    if changed_mind(quotes):
        return []
    for passage, sentences in zip(retrieval.passages, retrieval.sentences, strict=True):
        for sentence in sentences:
            is_quoted = any(
                quote.passage.id == passage.id and quote.start <= sentence.start < quote.end for quote in quotes
            )
            if not is_quoted and CHANGES.search(sentence.text):
                score = round(min(1.0, max(0.0, sentence.answer_score)), 4)
                return [Quote(passage, sentence.start, sentence.end, sentence.text, score)]
    return []
