"""Finds views that are given to an author whose article is not cited.

An author may be named in another's article: then the quote has to name the author, or point back to a name before it.
"""

import re
from collections.abc import Sequence

from rag.text.analyzer import content_terms, terms
from rag.text.attribution import parse_attribution
from rag.text.entities import authors_named_in, canonicalize_names
from rag.types.article import ArticleRef
from rag.verification.cited_source import CitedSource
from rag.verification.rules.agreement import named_beside_agreement

# Shorter titles ("The gap") are often just words.
MIN_TITLE_WORDS = 3
# Words of a quote by which it goes on about a person or an article named before it.
_POINTS_BACK = re.compile(
    r"\b(?:he|she|they|his|hers?|theirs?|him|them|(?:that|the) (?:column|columnist|author|writer|article|piece))\b",
    re.IGNORECASE,
)


def names_uncited_author(statement: str, authors: Sequence[str], cited: Sequence[CitedSource]) -> bool:
    """Whether `statement` names one of `authors` whom no citation is by or about."""
    named = [author for author in authors_named_in(statement, authors) if author in statement]
    attribution = parse_attribution(statement)
    # "X disagrees, arguing that …" gives the argument to X as "X argues that …" does.
    holder = attribution.holder if attribution else named_beside_agreement(statement)
    return any(
        not any(_is_by_or_about(source, author, is_holder=author in holder) for source in cited) for author in named
    )


def names_uncited_title(statement: str, retrieved: Sequence[ArticleRef], cited: Sequence[CitedSource]) -> bool:
    """Whether `statement` names the title of a retrieved article that is not cited.

    A short title may be words like others. A title that a quote names is the source's own reference.
    """
    cited_ids = {source.article.id for source in cited}
    quotes = " ".join(source.quote for source in cited)
    titles = [article.title for article in retrieved if article.id not in cited_ids]
    return any(len(title.split()) >= MIN_TITLE_WORDS and title in statement and title not in quotes for title in titles)


def sources_of_holder(statement: str, cited: Sequence[CitedSource]) -> list[CitedSource]:
    """The citations that can support what `statement` attributes to someone.

    Where some are by the holder of the view, the others count only if they name the holder. Otherwise all count.
    """
    attribution = parse_attribution(statement)
    holder = set(content_terms(canonicalize_names(attribution.holder))) if attribution else set()
    if attribution is None or not holder or not any(_is_by(source, holder) for source in cited):
        return list(cited)
    # A name is repeated by its last word.
    name = re.compile(rf"\b{re.escape(attribution.holder.split()[-1])}\b")
    return [
        source for source in cited if _is_by(source, holder) or name.search(source.quote) or name.search(source.context)
    ]


def _is_by(source: CitedSource, holder: set[str]) -> bool:
    return holder <= set(terms(f"{source.article.author or ''} {source.article.source or ''}"))


def _is_by_or_about(source: CitedSource, author: str, *, is_holder: bool) -> bool:
    article = source.article
    if authors_named_in(f"{article.author or ''}; {article.source or ''}; {article.title}; {source.quote}", (author,)):
        return True
    # "She disagrees with X" may leave X to the text before the quote; a view of X may not.
    return bool(authors_named_in(source.context, (author,))) and (
        not is_holder or bool(_POINTS_BACK.search(source.quote))
    )
