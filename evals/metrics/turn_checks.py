"""Checks one answer of a conversation against its requirements.

Every check is a function of the stored answer and the catalogue, without engine, judge or clock. A failed check gives
its reason in a few words.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from evals.datasets.cases import TextSpan, covers_gold
from evals.datasets.conversations import Expectation, Named
from evals.result import StoredAnswer
from rag.text.citation_markers import strip_markers
from rag.types.article import Article

MAX_SHOWN = 3


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """A failed check with its reason in a few words."""

    check: str
    why: str


@dataclass(frozen=True, slots=True)
class TurnAnswer:
    """An answer with the library's articles by id."""

    answer: StoredAnswer
    library: Mapping[str, Article]

    @property
    def text(self) -> str:
        """The complete text of the answer as users see it, without markers."""
        answer = self.answer
        headings = [part for section in answer.sections for part in (section.title, section.author) if part]
        return strip_markers("\n".join(filter(None, (*headings, answer.text, answer.reason, answer.notice))))

    @property
    def titled(self) -> list[str]:
        """The ids of the articles whose titles are in the text, in the text's order."""
        text = _plain(self.text)
        positions = {article.id: text.find(_plain(article.title).strip('"')) for article in self.library.values()}
        return sorted((name for name, place in positions.items() if place >= 0), key=lambda name: positions[name])

    @property
    def articles(self) -> list[str]:
        """The ids of the articles that the answer is about, with repeats.

        They are the cited articles. If an answer cites none, they are those whose titles are in its text.
        """
        cited = [citation.article_id for citation in self.answer.citations]
        return cited if cited or self.answer.abstained else self.titled

    def is_of(self, article: str, named: str) -> bool:
        """Whether `named` is the article's id or its author."""
        return article == named or (article in self.library and self.library[article].author == named)


def failed_checks(expected: Expectation, answer: StoredAnswer, library: Mapping[str, Article]) -> list[FailedCheck]:
    """The checks of `expected` that `answer` fails."""
    given = TurnAnswer(answer, library)
    failed = []
    for name in asked_checks(expected):
        why = _CHECKS[name](expected, given)
        if why is not None:
            failed.append(FailedCheck(name, why))
    return failed


def asked_checks(expected: Expectation) -> list[str]:
    """The names of the checks that `expected` has; they are its field names."""
    asked = []
    for name in _CHECKS:
        value = getattr(expected, name)
        is_asked = {"abstain": value != "may", "corrected": value is not None}.get(name, bool(value))
        if is_asked:
            asked.append(name)
    return asked


def _kind(expected: Expectation, given: TurnAnswer) -> str | None:
    if given.answer.kind in expected.kind:
        return None
    return f"is {given.answer.kind}, not {' or '.join(expected.kind)}"


def _abstain(expected: Expectation, given: TurnAnswer) -> str | None:
    if given.answer.abstained == expected.abstain:
        return None
    return f"declined: {given.answer.reason}" if given.answer.abstained else "answered what cannot be known"


def _must_cite(expected: Expectation, given: TurnAnswer) -> str | None:
    return _missing(expected.must_cite, given, given.articles, "cites nothing of")


def _names(expected: Expectation, given: TurnAnswer) -> str | None:
    cited = [citation.article_id for citation in given.answer.citations]
    return _missing(expected.names, given, [*cited, *given.titled], "does not name")


def _missing(wanted: Iterable[Named], given: TurnAnswer, articles: Sequence[str], what: str) -> str | None:
    missing = []
    for alternatives in wanted:
        names = (alternatives,) if isinstance(alternatives, str) else alternatives
        if not any(given.is_of(article, name) for article in articles for name in names):
            missing.append(" or ".join(names))
    return f"{what} {_listed(missing)}" if missing else None


def _first(expected: Expectation, given: TurnAnswer) -> str | None:
    articles = given.articles
    if articles and any(given.is_of(articles[0], name) for name in expected.first):
        return None
    return f"begins with {articles[0] if articles else 'no article'}, not {' or '.join(expected.first)}"


def _order(expected: Expectation, given: TurnAnswer) -> str | None:
    if expected.order == "article":
        places = [(citation.article_id, citation.start) for citation in given.answer.citations]
        for (article_id, start), (next_id, next_start) in pairwise(places):
            if article_id == next_id and next_start < start:
                return f"the quote at {next_start} of {article_id} stands after the one at {start}"
        return None
    dates = [article.published for article in map(given.library.get, given.articles) if article and article.published]
    for one_day, next_day in pairwise(dates):
        if next_day < one_day if expected.order == "oldest_first" else next_day > one_day:
            return f"{next_day} stands after {one_day}"
    return None


def _only(expected: Expectation, given: TurnAnswer) -> str | None:
    only, outside = expected.only, []
    assert only is not None
    for name in dict.fromkeys(given.articles):
        article = given.library.get(name)
        fits = article is not None and (
            (not only.authors or article.author in only.authors)
            and (not only.articles or article.id in only.articles)
            and (only.since is None or (article.published is not None and article.published >= only.since))
            and (only.until is None or (article.published is not None and article.published <= only.until))
        )
        if not fits:
            outside.append(f"{name} ({article.author}, {article.published})" if article else name)
    return f"goes beyond its scope: {_listed(outside)}" if outside else None


def _citations(expected: Expectation, given: TurnAnswer) -> str | None:
    assert expected.citations is not None
    (fewest, most), number = expected.citations, len(given.answer.citations)
    return None if fewest <= number <= most else f"{number} citations, not {fewest} to {most}"


def _min_authors(expected: Expectation, given: TurnAnswer) -> str | None:
    authors = {given.library[name].author for name in given.articles if name in given.library}
    if len(authors) >= (expected.min_authors or 0):
        return None
    return f"{len(authors)} authors, not {expected.min_authors} or more"


def _sections_by_author(expected: Expectation, given: TurnAnswer) -> str | None:
    answer = given.answer
    by_number = {citation.number: citation.author for citation in answer.citations}
    headed = set()
    for section in answer.sections:
        numbers = [
            number
            for index in section.statements
            if 0 <= index < len(answer.statements)
            for number in answer.statements[index].citations
        ]
        cited = {by_number[number] for number in numbers if number in by_number}
        if cited - {section.author}:
            return f"the section of {section.author} cites {_listed(sorted(map(str, cited)))}"
        headed.add(section.author)
    return None if len(headed - {None}) > 1 else "not grouped by author"


def _quote_any(expected: Expectation, given: TurnAnswer) -> str | None:
    quoted = [TextSpan(citation.article_id, citation.start, citation.end) for citation in given.answer.citations]
    for gold in expected.quote_any:
        start = given.library[gold.article].text.index(gold.quote)
        wanted = TextSpan(gold.article, start, start + len(gold.quote))
        if any(covers_gold(wanted, span) for span in quoted):
            return None
    return f"quotes none of the sentences that answer, such as “{expected.quote_any[0].quote}”"


def _must_say(expected: Expectation, given: TurnAnswer) -> str | None:
    text = given.text
    missing = [pattern for pattern in expected.must_say if not re.search(pattern, text, re.IGNORECASE)]
    return f"does not say {_listed(missing)}" if missing else None


def _must_not_say(expected: Expectation, given: TurnAnswer) -> str | None:
    for pattern in expected.must_not_say:
        match = re.search(pattern, given.text, re.IGNORECASE)
        if match:
            return f"says “{match[0]}”"
    return None


def _corrected(expected: Expectation, given: TurnAnswer) -> str | None:
    pairs = given.answer.understood.corrected
    if not expected.corrected:
        return f"corrects {pairs[0][0]!r} to {pairs[0][1]!r}" if pairs and expected.corrected is not None else None
    missing = []
    for typed, right in expected.corrected or ():
        readings = [set(_plain(read).split()) for written, read in pairs if _plain(typed) in _plain(written).split()]
        if not any(set(_plain(right).split("|")) & reading for reading in readings):
            missing.append(f"{typed} → {right}")
    return f"does not correct {_listed(missing)}" if missing else None


def _scope(expected: Expectation, given: TurnAnswer) -> str | None:
    wanted = expected.scope.authors if expected.scope else None
    understood = given.answer.understood.scope.authors
    if wanted is None or set(wanted) == set(understood):
        return None
    return f"understands the authors {_listed(understood) or 'as any'}, not {_listed(wanted) or 'as any'}"


# In the order of the report.
_CHECKS: Mapping[str, Callable[[Expectation, TurnAnswer], str | None]] = {
    "kind": _kind,
    "abstain": _abstain,
    "must_cite": _must_cite,
    "first": _first,
    "order": _order,
    "only": _only,
    "names": _names,
    "citations": _citations,
    "min_authors": _min_authors,
    "sections_by_author": _sections_by_author,
    "quote_any": _quote_any,
    "must_say": _must_say,
    "must_not_say": _must_not_say,
    "corrected": _corrected,
    "scope": _scope,
}
CHECKS = tuple(_CHECKS)


def _plain(text: str) -> str:
    """Lower case without accents, with straight quotation marks and single spaces."""
    decomposed = unicodedata.normalize("NFKD", text.translate(str.maketrans("“”‘’", "\"\"''")))
    return " ".join("".join(sign for sign in decomposed if not unicodedata.combining(sign)).casefold().split())


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MAX_SHOWN} more" if len(names) > MAX_SHOWN else ""
    return ", ".join(names[:MAX_SHOWN]) + more
