"""Answers to questions about the collection, computed and never estimated.

The numbers are counted in the catalogue and the full-text index; no language model is involved. A named article is
cited by its opening words, so that a user can open it.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from rag.answering.intent.classifier import Intent
from rag.retrieval.catalogue_search import CatalogueSearch, FoundArticles
from rag.retrieval.filters import Filters
from rag.types.article import ArticleRef, day_in_words, month_and_year
from rag.types.catalogue import CataloguedArticle

MAX_LISTED = 10
MAX_NEWEST = 3
MAX_VALUES = 12
# Articles that mention two things: "Belgium and Euroclear".
_BOTH = re.compile(r"(?:both )?(?P<left>.+?) and (?P<right>.+)", re.IGNORECASE)

_EITHER = re.compile(r"(?:either )?(?P<left>.+?) or (?P<right>.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CatalogueLine:
    """A line of an answer; `article` is the article that it cites, if any."""

    text: str
    article: ArticleRef | None = None


@dataclass(frozen=True, slots=True)
class CatalogueAnswer:
    """The lines of an answer about the collection: a heading, then a list."""

    heading: CatalogueLine
    lines: tuple[CatalogueLine, ...] = ()


# Finds the articles nearest to a subject, for a subject that no article is about.
Nearest = Callable[[str, Filters], Sequence[ArticleRef]]


def answer_from_catalogue(
    intent: Intent, catalogue: CatalogueSearch, filters: Filters, described: str, nearest: Nearest
) -> CatalogueAnswer:
    """The answer to a question about the collection.

    `described` is the scope of the question in words ("articles of 2023 by Hard Power"), "" for all articles.
    """
    if intent.action == "unknown_author":
        return CatalogueAnswer(CatalogueLine(f"No article of the collection is by {intent.subject}."))
    if intent.subject and intent.action in ("about", "topics", "count_topics", "sources", "count_sources", "period"):
        intent = replace(intent, action="list")  # "do you have anything on …?" is a request for the articles
    lookup = _find(intent, catalogue, filters)
    articles = lookup.articles
    if intent.action == "compared_days":
        return _compared_days(intent, articles)
    if intent.action == "beyond_list":
        return CatalogueAnswer(
            CatalogueLine(f"The list has only {_plural(len(articles), 'article')}:"), _lines(articles)
        )
    if intent.action in ("who_wrote", "when_published"):
        ids = {article.ref.id for article in articles} or {ref.id for ref in nearest(intent.subject, filters)[:1]}
        return _about_titles(intent, [each for each in catalogue.in_scope(filters) if each.ref.id in ids])
    if intent.action == "about":
        return _overview(articles)
    if intent.action == "period":
        return _period(articles)
    if intent.action == "count_years":
        return _years(articles, f"{_on(intent)}{_in_scope(described)}")
    if intent.action == "compared_counts":
        return _compared_counts(articles, filters.in_words.authors, f"{_on(intent)}{_topics(filters)}")
    if intent.action in ("authors", "count_authors"):
        return _values(articles, "author", lambda article: [article.ref.author], intent, described)
    if intent.action in ("sources", "count_sources"):
        return _values(articles, "publication", lambda article: [article.ref.source], intent, described)
    if intent.action in ("topics", "count_topics"):
        return _values(articles, "topic", lambda article: article.topics, intent, described)
    if not articles:
        return CatalogueAnswer(
            CatalogueLine(f"{_quantity(0, lookup)}{_on(intent, is_single=True)}{_in_scope(described)}.")
        )
    if intent.action in ("newest", "oldest"):
        return _first_of(intent, articles, described)
    heading = f"{_quantity(len(articles), lookup)}{_on(intent, is_single=len(articles) == 1)}{_in_scope(described)}"
    listed = (articles[::-1] if intent.is_ascending else articles)[:MAX_LISTED]
    end = "oldest" if intent.is_ascending else "newest"
    more = (
        f"; the {len(listed)} {end} are" if len(articles) > len(listed) else f", {end} first" if len(listed) > 1 else ""
    )
    if intent.action == "count" and not (intent.subject or described):
        authors = {article.ref.author for article in articles if article.ref.author}
        return CatalogueAnswer(CatalogueLine(f"{heading}, by {_plural(len(authors), 'author')}{_span(articles)}."))
    return CatalogueAnswer(CatalogueLine(f"{heading}{more}:"), _lines(listed))


def holdings(articles: Sequence[CataloguedArticle]) -> str:
    """Describes the collection's content in one sentence."""
    if not articles:
        return "The collection holds no articles yet; add some with: rag add PATH."
    authors = {article.ref.author for article in articles if article.ref.author}
    by = f" by {_plural(len(authors), 'author')}" if authors else ""
    topics = [topic for topic, _ in Counter(topic for article in articles for topic in article.topics).most_common(4)]
    on = f". Frequent topics are {_enumerate(topics)}" if topics else ""
    return f"The collection holds {_plural(len(articles), 'article')}{by}{_span(articles)}{on}."


def article_line(ref: ArticleRef) -> str:
    """An article in one line: “title” by author (publication, day)."""
    details = ", ".join(part for part in (ref.source, ref.published.isoformat() if ref.published else None) if part)
    by = f" by {ref.author}" if ref.author else ""
    return f"“{ref.title}”{by}" + (f" ({details})" if details else "")


def _find(intent: Intent, catalogue: CatalogueSearch, filters: Filters) -> FoundArticles:
    """The articles that the question asks for, without those on what it leaves out."""
    if not intent.without:
        return _find_on(intent, catalogue, filters)
    lookup = _find_on(intent, catalogue, filters)
    left_out = {article.ref.id for article in catalogue.about(intent.without, filters).articles}
    articles = tuple(article for article in lookup.articles if article.ref.id not in left_out)
    return replace(lookup, articles=articles)


def _find_on(intent: Intent, catalogue: CatalogueSearch, filters: Filters) -> FoundArticles:
    if not intent.subject:
        return FoundArticles(catalogue.in_scope(filters))
    if intent.is_mention:
        whole = catalogue.mentioning(intent.subject, filters)
        if intent.about:
            about = catalogue.about(intent.about, filters)
            on_it = {article.ref.id for article in about.articles}
            articles = tuple(article for article in whole.articles if article.ref.id in on_it)
            return FoundArticles(articles, whole.is_complete and about.is_complete)
        either = _EITHER.fullmatch(intent.subject)
        if either and not whole.articles:
            lookups = [catalogue.mentioning(either[side], filters) for side in ("left", "right")]
            ids = {article.ref.id for lookup in lookups for article in lookup.articles}
            articles = tuple(article for article in catalogue.in_scope(filters) if article.ref.id in ids)
            return FoundArticles(articles, all(lookup.is_complete for lookup in lookups))
        both = _BOTH.fullmatch(intent.subject)
        if whole.articles or both is None:
            return whole
        left, right = (catalogue.mentioning(both[side], filters) for side in ("left", "right"))
        ids = {article.ref.id for article in right.articles}
        articles = tuple(article for article in left.articles if article.ref.id in ids)
        return FoundArticles(articles, left.is_complete and right.is_complete)
    return catalogue.about(intent.subject, filters)


def _lines(articles: Iterable[CataloguedArticle]) -> tuple[CatalogueLine, ...]:
    return tuple(CatalogueLine(article_line(each.ref), each.ref) for each in articles)


def _compared_days(intent: Intent, articles: Sequence[CataloguedArticle]) -> CatalogueAnswer:
    """Which of the articles is older or newer, and the day of each."""
    undated = [article.ref.title for article in articles if not article.ref.published]
    if undated or not articles:
        return CatalogueAnswer(
            CatalogueLine(f"“{undated[0]}” has no date." if undated else "No article has this title.")
        )
    ordered = articles[::-1] if intent.is_ascending else articles
    days = {article.ref.published for article in articles}
    what = "oldest" if intent.is_ascending else "newest"
    what = what if len(articles) > 2 else "older" if intent.is_ascending else "newer"
    first = ordered[0].ref
    heading = f"“{first.title}” is the {what} one:" if len(days) > 1 else "They were published on the same day:"
    return CatalogueAnswer(CatalogueLine(heading), _lines(ordered))


def _about_titles(intent: Intent, articles: Sequence[CataloguedArticle]) -> CatalogueAnswer:
    lines = []
    for article in articles[:MAX_LISTED]:
        ref = article.ref
        day = day_in_words(ref.published)
        place = f" in {ref.source}" if ref.source else ""
        if intent.action == "who_wrote":
            who = f"is by {ref.author}" if ref.author else "names no author"
            lines.append(CatalogueLine(f"“{ref.title}” {who}{f' ({day})' if day else ''}.", ref))
        else:
            when = f"was published on {day}{place}" if day else "has no date"
            lines.append(CatalogueLine(f"“{ref.title}”{f' by {ref.author}' if ref.author else ''} {when}.", ref))
    if not lines:
        return CatalogueAnswer(CatalogueLine("No article within the filters has this title."))
    return CatalogueAnswer(lines[0], tuple(lines[1:]))


def _overview(articles: Sequence[CataloguedArticle]) -> CatalogueAnswer:
    counted = Counter(topic for article in articles for topic in article.topics)
    lines = [CatalogueLine(f"{topic}: {_plural(count, 'article')}") for topic, count in counted.most_common(MAX_VALUES)]
    if not lines:
        lines = [CatalogueLine(article_line(article.ref), article.ref) for article in articles[:MAX_NEWEST]]
    return CatalogueAnswer(CatalogueLine(holdings(articles)), tuple(lines))


def _period(articles: Sequence[CataloguedArticle]) -> CatalogueAnswer:
    dated = [article.ref for article in articles if article.ref.published]
    if not dated:
        return CatalogueAnswer(CatalogueLine("No article of the collection has a date."))
    newest, oldest = dated[0], dated[-1]
    return CatalogueAnswer(
        CatalogueLine(f"The articles were{_span(articles).removeprefix(',')}."),
        (
            CatalogueLine(f"The newest: {article_line(newest)}", newest),
            CatalogueLine(f"The oldest: {article_line(oldest)}", oldest),
        ),
    )


def _values(
    articles: Sequence[CataloguedArticle],
    name: str,
    values_of: Callable[[CataloguedArticle], Iterable[str | None]],
    intent: Intent,
    described: str,
) -> CatalogueAnswer:
    is_on_topic = not intent.subject and described.startswith("articles on ")
    on = _in_scope(described) if is_on_topic and name == "author" else _on(intent)
    counted = Counter(value for article in articles for value in values_of(article) if value)
    if not counted:
        return CatalogueAnswer(CatalogueLine(f"No article{on} names its {name}."))
    shown = (counted.most_common()[::-1] if intent.is_ascending else counted.most_common())[:MAX_VALUES]
    end = "least" if intent.is_ascending else "most"
    more = f"; the {len(shown)} {end} frequent are" if len(counted) > len(shown) else ""
    writes = " write" if on and name == "author" and len(counted) > 1 and not intent.is_mention else ""
    heading = f"{_plural(len(counted), name)}{writes}{on}{more}:"
    if name == "author" and not on and (described or sum(counted.values()) > len(counted) > 1):
        limited = _in_scope(described) if described else ""
        heading = f"{_plural(len(counted), name)} of {_plural(len(articles), 'article')}{limited}{more}:"
    return CatalogueAnswer(
        CatalogueLine(heading), tuple(CatalogueLine(f"{value}: {_plural(count, 'article')}") for value, count in shown)
    )


def _compared_counts(articles: Sequence[CataloguedArticle], authors: Sequence[str], on: str) -> CatalogueAnswer:
    """The number of articles of each of `authors`; the heading names the first."""
    counted = {author: sum(article.ref.author == author for article in articles) for author in authors}
    most = max(counted.values(), default=0)
    first = [author for author, count in counted.items() if count == most]
    if len(first) == len(counted):
        heading = f"{_enumerate(first)} have written equally many articles{on}:"
    else:
        heading = f"{_enumerate(first)} {'has' if len(first) == 1 else 'have'} written most{on}:"
    lines = [
        CatalogueLine(f"{author}: {_plural(count, 'article') if count else 'no article'}")
        for author, count in sorted(counted.items(), key=lambda item: -item[1])
    ]
    return CatalogueAnswer(CatalogueLine(heading), tuple(lines))


def _years(articles: Sequence[CataloguedArticle], limited: str) -> CatalogueAnswer:
    """The number of articles of each year; the heading names the fullest."""
    counted = Counter(article.ref.published.year for article in articles if article.ref.published)
    if not counted:
        return CatalogueAnswer(CatalogueLine(f"No article{limited} has a date."))
    most = max(counted.values())
    fullest = _enumerate([str(year) for year in sorted(counted) if counted[year] == most])
    heading = f"{_plural(sum(counted.values()), 'article')}{limited}, most of them of {fullest}:"
    if len(counted) == 1:
        return CatalogueAnswer(CatalogueLine(f"{_plural(most, 'article')}{limited}, all of {fullest}."))
    lines = (CatalogueLine(f"{year}: {_plural(counted[year], 'article')}") for year in sorted(counted, reverse=True))
    return CatalogueAnswer(CatalogueLine(heading), tuple(lines))


def _first_of(intent: Intent, articles: Sequence[CataloguedArticle], described: str) -> CatalogueAnswer:
    dated = [article for article in articles if article.ref.published] or list(articles)
    ordered = dated if intent.action == "newest" else dated[::-1]
    refs = [article.ref for article in ordered[: intent.limit or MAX_NEWEST]]
    if intent.limit > 1:
        quantity = f"{len(refs)} {intent.action} articles" if len(refs) > 1 else f"only {intent.action} article"
        heading = CatalogueLine(f"The {quantity}{_on(intent)}{_in_scope(described)}:")
        return CatalogueAnswer(heading, tuple(CatalogueLine(article_line(ref), ref) for ref in refs))
    what = f"The {intent.action} article{_that(intent)}{_in_scope(described)} is {article_line(refs[0])}."
    following = "Before it" if intent.action == "newest" else "After it"
    return CatalogueAnswer(
        CatalogueLine(what, refs[0]), tuple(CatalogueLine(f"{following}: {article_line(ref)}", ref) for ref in refs[1:])
    )


def _quantity(count: int, lookup: FoundArticles) -> str:
    at_least = "" if lookup.is_complete else "At least "
    return f"{at_least}{_plural(count, 'article')}" if count else "No article"


def _on(intent: Intent, *, is_single: bool = False) -> str:
    without = f" and not on “{intent.without}”" if intent.without else ""
    if not intent.subject:
        return without.removeprefix(" and")
    verb = "mentions" if is_single else "mention"
    about = f" on “{intent.about}”" if intent.about else ""
    return f"{about} {verb} “{intent.subject}”{without}" if intent.is_mention else f" on “{intent.subject}”{without}"


def _that(intent: Intent) -> str:
    """`_on` for a relative clause about one article."""
    on = _on(intent, is_single=True)
    return on.replace(" mentions ", " that mentions ", 1) if intent.is_mention else on


def _topics(filters: Filters) -> str:
    return f" on {_enumerate(filters.in_words.topics)}" if filters.in_words.topics else ""


def _in_scope(described: str) -> str:
    if not described:
        return " in the collection"
    limited = described.removeprefix("articles ")
    return f" among {limited}" if limited.startswith("“") else f" {limited}"


def _span(articles: Sequence[CataloguedArticle]) -> str:
    days = sorted(article.ref.published for article in articles if article.ref.published)
    if not days:
        return ""
    first, last = month_and_year(days[0]), month_and_year(days[-1])
    return f", published from {first} to {last}" if first != last else f", published in {first}"


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _enumerate(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
