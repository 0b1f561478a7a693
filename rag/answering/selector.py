"""Finds the material of an answer: by the kind of the question, in the library.

Talk and questions about the collection are answered at once. For every other kind this module selects the quotes of the
answer, or gives the reason why there are none.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from rag.answering.answerability import unknown_words
from rag.answering.assembly import catalogue_answer
from rag.answering.evidence import (
    NARROW_ABSTAIN_SHARE,
    UNANSWERED,
    Abstention,
    Quote,
    nearest_articles,
    score_or_abstain,
    select_quotes,
)
from rag.answering.intent.follow_up.question_parts import content_words
from rag.answering.intent.frames.holders import asked_holder
from rag.answering.intent.horizon import asks_when_it_will, lies_beyond
from rag.answering.intent.scope_wording import describe_scope
from rag.answering.intent.understanding import UnderstoodTurn
from rag.answering.kinds.authors_on_subject import authors_on_subject
from rag.answering.kinds.changes import CHANGE_OF_MIND, has_changed, view_of_today_first
from rag.answering.kinds.collection import answer_from_catalogue, holdings
from rag.answering.kinds.example_questions import example_questions
from rag.answering.kinds.foretelling import foretells_a_time, speaks_of_its_years
from rag.answering.kinds.selection import Selection
from rag.answering.kinds.summary import summary_quotes
from rag.answering.kinds.talk import talk_answer
from rag.answering.kinds.views import (
    ViewRequest,
    other_authors,
    select_author,
    select_timeline,
    select_views,
)
from rag.embedding.base import Encoder
from rag.embedding.query_vectors import QueryVectors
from rag.index.fulltext import FullTextIndex
from rag.reading.passage_reader import PassageReader
from rag.retrieval.catalogue_search import CatalogueSearch
from rag.retrieval.filters import Filters
from rag.retrieval.passage_readings import read_passages
from rag.retrieval.results import Retrieval
from rag.settings import Settings
from rag.storage.library import Library
from rag.text.analyzer import content_terms
from rag.types.answer import Answer
from rag.types.article import ArticleRef, month_and_year
from rag.types.passage import RankedPassage
from rag.types.understanding import Understanding

T = TypeVar("T")
MAX_EXAMPLES = 3
MAX_NEAREST = 3
# A scope of so few articles leaves little to confuse.
MAX_NARROW_ARTICLES = 3
# A question of so few content terms after an answer ("how did the minister react?") means the articles of that answer
# if their best sentence has this share of the best sentence's score in the library.
MAX_TERSE_TERMS = 2
TERSE_SHARE = 0.65


class SearchableLibrary(Protocol):
    """What answering needs of an opened library; `rag.workspace.Workspace` is one."""

    @property
    def library(self) -> Library: ...
    @property
    def catalogue(self) -> CatalogueSearch: ...
    @property
    def fulltext(self) -> FullTextIndex: ...
    @property
    def query_vectors(self) -> QueryVectors: ...
    @property
    def encoder(self) -> Encoder: ...

    def passage_count(self) -> int:
        """The number of passages that are searched."""
        ...

    def retrieve(self, question: str, k: int, filters: Filters) -> Retrieval:
        """The `k` best passages for `question` within `filters`, best first."""
        ...

    def search_safely(self, search: Callable[[], T]) -> T:
        """Runs `search`, again after a repair where it finds an index damaged."""
        ...


class AnswerSelector:
    """Selects what answers a question. Thread-safe."""

    def __init__(self, library: SearchableLibrary, reader: PassageReader, settings: Settings) -> None:
        self._library = library
        self._reader = reader
        self._settings = settings

    def immediate_answer(self, asked: str, turn: UnderstoodTurn, filters: Filters) -> Answer | None:
        """The answer to talk, or to a question about the collection; None for any other."""
        catalogue = self._library.catalogue
        if turn.intent.kind == "talk":
            articles = catalogue.in_scope(Filters())
            examples = example_questions(articles)[:MAX_EXAMPLES]
            return talk_answer(asked, turn.intent.action, holdings(articles), examples, turn.language or "")
        if turn.intent.kind == "collection":
            filters = replace(filters, in_words=turn.understanding.scope)
            described = turn.understanding.searched
            computed = answer_from_catalogue(turn.intent, catalogue, filters, described, self._nearest)
            return catalogue_answer(asked, turn, computed, self._opening)
        return None

    def select(
        self, turn: UnderstoodTurn, k: int, filters: Filters, *, abstain_below: float | None = None
    ) -> Selection | Abstention:
        """The material of the answer to any other question, or an abstention.

        `k` passages are read for a question of fact. A question whose answerability is below `abstain_below`, by
        default the setting, is declined. Raises what retrieval raises.
        """
        threshold = self._settings.abstain_below if abstain_below is None else abstain_below
        selected = self._select(turn, k, filters, threshold)
        if isinstance(selected, Abstention) and turn.narrower_search not in ("", turn.search):
            again = self._select(replace(turn, search=turn.narrower_search), k, filters, threshold)
            return selected if isinstance(again, Abstention) else again
        return selected

    def select_in_conversation(
        self, turn: UnderstoodTurn, k: int, filters: Filters, *, abstain_below: float | None = None
    ) -> tuple[UnderstoodTurn, Selection | Abstention]:
        """The selected material, and the turn with the scope that it comes from.

        A question that the library does not answer is asked again of the articles that the turn before names: its
        words may lack what those articles are about ("how long did it take?"). A terse question is asked of them first.
        `abstain_below` is as for `select`.
        """
        articles = turn.previous_articles[:MAX_NARROW_ARTICLES]
        continued = self._continued(turn, articles, k, filters) if articles else None
        if continued:
            selected = self.select(continued, k, filters, abstain_below=abstain_below)
            if not isinstance(selected, Abstention):
                return replace(continued, understanding=self.with_scope_in_words(continued.understanding)), selected
        selected = self.select(turn, k, filters, abstain_below=abstain_below)
        if not (isinstance(selected, Abstention) and selected.reason == UNANSWERED and articles):
            return turn, selected
        limited = turn.limited_to(articles)
        again = self.select(limited, k, filters, abstain_below=abstain_below)
        if isinstance(again, Abstention):
            return turn, selected
        return replace(limited, understanding=self.with_scope_in_words(limited.understanding)), again

    def _continued(
        self, turn: UnderstoodTurn, articles: tuple[str, ...], k: int, filters: Filters
    ) -> UnderstoodTurn | None:
        """A terse question, limited to the articles before; None for any other.

        "How did the minister react?" looks complete, but does not say to what. It is taken to go on about the articles
        before if they answer it about as well as the whole library does. A question with a name that no article
        mentions is about something else.
        """
        is_terse = turn.previous_question and 0 < len(content_terms(turn.search)) <= MAX_TERSE_TERMS
        if not (is_terse or turn.is_on_articles):
            return None
        everywhere = self._library.retrieve(turn.search, k, filters)
        if unknown_words(everywhere):
            return None
        limited = turn.limited_to(articles)
        within = self._library.retrieve(turn.search, k, replace(filters, in_words=limited.understanding.scope))
        if not (everywhere.passages and within.passages):
            return None
        behind = everywhere.passages[0].score - within.passages[0].score
        if _best_score(within) - behind < TERSE_SHARE * _best_score(everywhere):
            return None
        search = f"{turn.search} ({' '.join(content_words(turn.previous_question, without=turn.search))})"
        return replace(limited, narrower_search=search)

    def _select(self, turn: UnderstoodTurn, k: int, filters: Filters, abstain_below: float) -> Selection | Abstention:
        filters = replace(filters, in_words=turn.understanding.scope)
        kind = turn.intent.kind
        if kind == "article" and turn.intent.action == "described":
            return self._described(turn, filters, abstain_below)
        if kind == "article" and turn.intent.action == "summary":
            return self._summary(turn, filters)
        if kind in ("views", "author", "timeline"):
            request = self.view_request(turn, k, filters, abstain_below)
            select = {"views": select_views, "author": select_author, "timeline": select_timeline}[kind]
            # Several views need many passages. Only the passages of a single author are few enough for the trained
            # reader.
            return select(request, self._retrieve_and_read if kind == "author" else self._library.retrieve)
        return self._fact(turn, k, filters, abstain_below)

    def view_request(self, turn: UnderstoodTurn, k: int, filters: Filters, abstain_below: float) -> ViewRequest:
        """The request for views; `filters` have the question's own limits."""
        kind = turn.intent.kind
        named = turn.understanding.scope.authors or turn.authors_named
        if kind == "views" and len(named) == 1:
            named = ()  # "who agrees with X?" asks for the others
        everyone = replace(filters, in_words=replace(filters.in_words, authors=()))
        lookup = self._library.catalogue.about(turn.intent.subject, everyone) if turn.intent.subject else None
        about = frozenset(article.ref.id for article in lookup.articles) if lookup else frozenset()
        asks_for_change = turn.intent.action == "change"
        search = CHANGE_OF_MIND if asks_for_change and not turn.intent.subject else turn.search
        on_it = about if lookup and lookup.is_about else frozenset()
        if kind == "timeline" and len(turn.intent.subject.split()) > 1:
            phrase = self._library.catalogue.mentioning(turn.intent.subject, everyone)
            on_it |= {article.ref.id for article in phrase.articles}
        written = authors_on_subject(named, turn.intent.subject, self._library.catalogue, everyone)
        if kind == "author" and written.mentioning:
            # No article of the author is on the subject: only those that mention it can say something.
            filters = replace(filters, in_words=replace(filters.in_words, articles=written.mentioning))
        return ViewRequest(
            search, named, about, k, filters, abstain_below, asks_for_change, on_it, turn.question, written.silent
        )

    def with_scope_in_words(self, understanding: Understanding) -> Understanding:
        """`understanding` with its scope in words, and the titles of the articles in it."""
        scope = understanding.scope
        if not scope:
            return understanding
        refs = self._library.library.article_refs(list(scope.articles))
        titles = {article: refs[article].title for article in scope.articles if article in refs}
        return replace(understanding, searched=describe_scope(scope, titles), titles=tuple(titles.values()))

    # -- inside -------------------------------------------------------------------------------------------------------

    def _retrieve_and_read(self, question: str, k: int, filters: Filters) -> Retrieval:
        """As the library's `retrieve`, with the first passages read by the trained reader."""
        return read_passages(self._reader, self._library.retrieve(question, k, filters), self._settings.read_passages)

    def _fact(self, turn: UnderstoodTurn, k: int, filters: Filters, abstain_below: float) -> Selection | Abstention:
        retrieval = self._retrieve_and_read(turn.search, k, filters)
        days = self._library.catalogue.days()
        is_beyond = lies_beyond(turn.search, days[1] if days else None) and not speaks_of_its_years(retrieval)
        if days and (is_beyond or (asks_when_it_will(turn.search) and not foretells_a_time(retrieval))):
            reason = f"the articles end in {month_and_year(days[1])} and cannot tell"
            return Abstention(reason, nearest_articles(retrieval.passages), 0.0)
        is_narrow = 1 <= len(turn.understanding.scope.articles) <= MAX_NARROW_ARTICLES
        score = score_or_abstain(retrieval, abstain_below * (NARROW_ABSTAIN_SHARE if is_narrow else 1))
        if isinstance(score, Abstention):
            holder = asked_holder(turn.question)
            # "No article mentions this name" is a better reason than "no article is by this author", unless the
            # question asks for what the author has written.
            says_more = score.reason != UNANSWERED and not (holder and holder.is_writer)
            unknown = () if says_more or not retrieval.passages else _unknown_holder(turn, ())
            return replace(score, reason=_as_reason(unknown[0])) if unknown else score
        quotes, changed = view_of_today_first(select_quotes(retrieval, self._settings.max_quotes))
        closing = (*_unknown_holder(turn, quotes), *([has_changed(changed)] if changed else []))
        limited = filters.author or turn.understanding.scope.authors or turn.understanding.scope.articles
        also = () if limited else other_authors(retrieval, quotes)
        return Selection(turn.intent.kind, retrieval, tuple(quotes), retrieval.passages, score, closing, also)

    def _summary(self, turn: UnderstoodTurn, filters: Filters) -> Selection | Abstention:
        if not filters.in_words.articles:
            nearest = tuple(self._nearest(turn.intent.subject, filters)) if turn.intent.subject else ()
            return Abstention(f"no article has the title “{turn.intent.subject}”", nearest, 0.0)
        articles = self._library.catalogue.in_scope(filters)
        if not articles:
            return Abstention("no article has this title within the filters", (), 0.0)
        return self._summary_of(articles[0].ref, turn, filters)

    def _described(self, turn: UnderstoodTurn, filters: Filters, abstain_below: float) -> Selection | Abstention:
        """The summary of the article that is about the subject of the question."""
        retrieval = self._library.retrieve(turn.intent.subject, MAX_NEAREST * 2, filters)
        score = score_or_abstain(retrieval, NARROW_ABSTAIN_SHARE * abstain_below)
        if isinstance(score, Abstention):
            return score
        # A description is no quotation: what a passage means counts as much as its words.
        ref = max(retrieval.passages, key=lambda passage: passage.score + passage.vector_score).article
        selection = self._summary_of(ref, turn, filters)
        return replace(selection, closing=(f"This is a summary of “{ref.title}”.",))

    def _summary_of(self, ref: ArticleRef, turn: UnderstoodTurn, filters: Filters) -> Selection:
        stored = self._library.library.article_passages(ref.id)
        quotes = summary_quotes(ref, stored, self._library.encoder.encode([ref.title])[0])
        of_article = replace(filters, in_words=replace(filters.in_words, articles=(ref.id,)))
        retrieval = self._library.retrieve(turn.question, max(1, len(stored)), of_article)
        passages = sorted(retrieval.passages, key=lambda passage: passage.start)
        return Selection("article", retrieval, tuple(quotes), tuple(passages), 1.0)

    def _nearest(self, subject: str, filters: Filters) -> Sequence[ArticleRef]:
        passages = self._library.retrieve(subject, MAX_NEAREST * 2, filters).passages
        return list({passage.article.id: passage.article for passage in passages}.values())[:MAX_NEAREST]

    def _opening(self, ref: ArticleRef) -> Quote | None:
        """The first sentence of an article; None for an article that was removed."""
        stored = self._library.library.article_passages(ref.id)
        if not stored or not stored[0].passage.sentences:
            return None
        passage = stored[0].passage
        start, end = passage.sentences[0]
        ranked = RankedPassage(passage.id, ref, passage.start, passage.end, passage.text, 0.0, 0.0, 0.0)
        return Quote(ranked, start, end, passage.text[start - passage.start : end - passage.start], 1.0)


def _best_score(retrieval: Retrieval) -> float:
    return max((sentence.score for of_passage in retrieval.sentences for sentence in of_passage), default=0.0)


def _as_reason(sentence: str) -> str:
    return f"{sentence[:1].lower()}{sentence[1:].rstrip('.')}"


def _unknown_holder(turn: UnderstoodTurn, quotes: Sequence[Quote]) -> tuple[str, ...]:
    """Says that the collection has no article by the source that the question names.

    If a quote mentions the name, it is a person whose words the articles report, and nothing is said. If the question
    asks for what the source has written, it is said in any case.
    """
    asked = asked_holder(turn.question)
    if asked is None or turn.authors_named or turn.understanding.scope.sources:
        return ()
    name = re.sub(r"^the ", "", asked.name, flags=re.IGNORECASE)
    if not asked.is_writer and any(name in quote.text for quote in quotes):
        return ()
    return (f"No article of the collection is by {asked.name}.",)
