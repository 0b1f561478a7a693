"""Builds the debate on a question from one library.

The parts are: the authors and articles on the question (rag.answering), a position of each article, its stance, the
replies of the authors to each other, and the pairs of a reply with the sentence that it answers. No language model is
asked, and every quote is a slice of its article.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Unpack

from rag.answering.evidence import Abstention, Quote
from rag.answering.pipeline import AnswerPipeline
from rag.debate.debate import Debate, DebateRow, Position, QuotePair, Reply, Stance, month_counts
from rag.debate.numbering import CitationNumbers
from rag.debate.pairing import answered_sentence
from rag.debate.positions import best_sentence
from rag.debate.replies import FoundReply, find_replies
from rag.debate.stances import StanceReader
from rag.errors import RagError
from rag.reading.passage_reader import PassageReader
from rag.retrieval.filters import Filters
from rag.retrieval.passage_readings import read_passages
from rag.retrieval.results import Retrieval
from rag.settings import Settings
from rag.types.article import ArticleRef
from rag.types.passage import RankedPassage, Span, StoredPassage
from rag.types.question import FilterArgs, check_filter_names
from rag.types.understanding import UnderstoodPart, check_part_names
from rag.verification.verifier import Verifier
from rag.workspace import Workspace

MIN_AUTHORS = 2
# Articles of one author on one question.
MAX_ARTICLES_OF_ONE_AUTHOR = 4
MAX_REPLIES_OF_ONE_AUTHOR = 4
# Passages of each article that the trained reader reads.
READ_PASSAGES = 2
MAX_PAIRS = 8
# A sentence of fewer characters says too little to be what somebody answers ("Fairness first.").
MIN_ANSWERED_CHARACTERS = 30


@dataclass(frozen=True, slots=True)
class _HeardArticle:
    """An article of the debate with its passages, and the offsets of its sentences."""

    author: str
    ref: ArticleRef
    part: Retrieval
    text: str
    passages: tuple[StoredPassage, ...]
    sentences: tuple[Span, ...]

    def sentence_texts(self) -> list[str]:
        return [self.text[start:end] for start, end in self.sentences]

    def quote(self, first: int, last: int) -> Quote:
        """The sentences `first` to `last` - 1 as a quote."""
        start, end = self.sentences[first][0], self.sentences[last - 1][1]
        inside = [stored.passage for stored in self.passages if stored.passage.start <= start < stored.passage.end]
        passage = inside[0]
        ranked = RankedPassage(passage.id, self.ref, passage.start, passage.end, passage.text, 0.0, 0.0, 0.0)
        return Quote(ranked, start, end, self.text[start:end], 1.0)


class DebateBuilder:
    """Builds debates. Thread-safe."""

    def __init__(
        self, workspace: Workspace, reader: PassageReader, verifier: Verifier, pipeline: AnswerPipeline
    ) -> None:
        self._workspace = workspace
        self._reader = reader
        self._stances = StanceReader(verifier)
        self._pipeline = pipeline

    def build(self, question: str, k: int, filters: Filters, ignore: frozenset[UnderstoodPart] = frozenset()) -> Debate:
        """The debate on `question`, or the reason why there is none.

        Raises RagError for a `k` under 1, LibraryError when the library cannot be used.
        """
        if k < 1:
            raise RagError(f"k is {k}; ask for one passage at least")
        turn, views = self._pipeline.views(question, k, filters, self._workspace.retrieve, ignore)
        understood = turn.understanding
        if isinstance(views, Abstention):
            return Debate(question, reason=views.reason, understood=understood)
        heard = self._heard(views)
        authors = _newest_first(heard)
        if len(authors) < MIN_AUTHORS:
            only = f"only {authors[0]} has" if authors else "nobody has"
            return Debate(question, reason=f"{only} written on this", understood=understood)
        numbers = CitationNumbers()
        positions = self._positions(understood.question or question, heard)
        replies = {author: self._replies(heard, author) for author in authors}
        rows = []
        for author in authors:
            rows.append(
                DebateRow(
                    author,
                    tuple(Position(numbers.cite(quote), stance) for quote, stance in positions[author]),
                    tuple(
                        Reply(reply.to, numbers.cite(article.quote(reply.first, reply.last)), reply.relation)
                        for article, reply in replies[author]
                    ),
                )
            )
        pairs = self._pairs(heard, [reply for of_author in replies.values() for reply in of_author], numbers)
        months = month_counts(article.ref.published for article in heard)
        return Debate(question, tuple(rows), pairs, months, numbers.citations, understood=understood)

    def _heard(self, views: Mapping[str, Sequence[Retrieval]]) -> list[_HeardArticle]:
        """The articles of the debate; one that has changed since the search is left out."""
        chosen = [
            (author, part.passages[0].article, part)
            for author, parts in views.items()
            for part in parts[:MAX_ARTICLES_OF_ONE_AUTHOR]
        ]
        texts = self._workspace.library.articles([ref.id for _, ref, _ in chosen])
        heard = []
        for author, ref, part in chosen:
            stored = tuple(self._workspace.library.article_passages(ref.id))
            text = texts[ref.id].text if ref.id in texts else ""
            if not stored or any(text[each.passage.start : each.passage.end] != each.passage.text for each in stored):
                continue
            sentences = tuple(span for each in stored for span in each.passage.sentences)
            heard.append(_HeardArticle(author, ref, part, text, stored, sentences))
        return heard

    def _positions(self, question: str, heard: Sequence[_HeardArticle]) -> dict[str, list[tuple[Quote, Stance | None]]]:
        ordered = sorted(heard, key=lambda each: _day(each.ref), reverse=True)
        parts = [read_passages(self._reader, article.part, READ_PASSAGES) for article in ordered]
        changes = [self._stances.change(part) for part in parts]
        authors = list(dict.fromkeys(article.author for article in heard))
        stances = self._stances.stances(question, [article.sentence_texts() for article in ordered], authors)
        positions: dict[str, list[tuple[Quote, Stance | None]]] = {}
        for article, part, change, stated in zip(ordered, parts, changes, stances, strict=True):
            others = [author for author in authors if author != article.author]
            shown: tuple[Quote, Stance | None] = (best_sentence(part, others), None)
            if change:
                shown = change, "changed"
            elif stated:
                shown = article.quote(stated[1], stated[1] + 1), stated[0]
            positions.setdefault(article.author, []).append(shown)
        return positions

    def _replies(self, heard: Sequence[_HeardArticle], author: str) -> list[tuple[_HeardArticle, FoundReply]]:
        """The replies of `author` to the others, the newest article first."""
        others = list(dict.fromkeys(article.author for article in heard if article.author != author))
        titles = {article.ref.title: article.author for article in heard if article.author != author}
        replies = [
            (article, reply)
            for article in sorted(heard, key=lambda each: _day(each.ref), reverse=True)
            if article.author == author
            for reply in find_replies(article.text, article.sentences, others, titles)
        ]
        # A reply that takes a side says most.
        replies.sort(key=lambda each: each[1].relation is None)
        return replies[:MAX_REPLIES_OF_ONE_AUTHOR]

    def _pairs(
        self,
        heard: Sequence[_HeardArticle],
        replies: Sequence[tuple[_HeardArticle, FoundReply]],
        numbers: CitationNumbers,
    ) -> tuple[QuotePair, ...]:
        pairs = []
        for article, reply in replies:
            if reply.relation is None:
                continue
            answered = self._answered(article, reply, heard)
            if answered:
                pairs.append((reply.relation, answered, article.quote(reply.first, reply.last)))
        pairs.sort(key=lambda pair: pair[0] != "contradiction")
        return tuple(
            QuotePair(relation, numbers.cite(earlier), numbers.cite(later))
            for relation, earlier, later in pairs[:MAX_PAIRS]
        )

    def _answered(self, article: _HeardArticle, reply: FoundReply, heard: Sequence[_HeardArticle]) -> Quote | None:
        """The earlier sentence of the other author that the reply answers."""
        sentences = [article.text[start:end] for start, end in article.sentences[reply.first : reply.last]]
        candidates = [
            (other, index)
            for other in heard
            if other.author == reply.to and _day(other.ref) <= _day(article.ref)
            for index, (start, end) in enumerate(other.sentences)
            if end - start >= MIN_ANSWERED_CHARACTERS
        ]
        texts = [other.sentence_texts()[index] for other, index in candidates]
        nearest = answered_sentence(sentences, texts, self._workspace.encoder)
        if nearest is None:
            return None
        other, index = candidates[nearest[0]]
        return other.quote(index, index + 1)


class DebateMethods:
    """The engine's method for debates.

    The engine gives the builder, the settings, and the check of a question.
    """

    settings: Settings
    _debate_builder: DebateBuilder

    def debate(
        self,
        question: str,
        *,
        k: int | None = None,
        ignore: Collection[UnderstoodPart] = (),
        **filters: Unpack[FilterArgs],
    ) -> Debate:
        """Who holds what on `question`, who answers whom, and since when.

        The parts in `ignore` are left out when the question is understood. Without a debate it has the reason. It needs
        no language model. Raises what `ask` raises.
        """
        check_filter_names(filters)
        ignored = check_part_names(ignore)
        passages = self.settings.passages if k is None else k
        return self._debate_builder.build(self._bounded_question(question), passages, Filters.parse(**filters), ignored)

    def _bounded_question(self, question: str) -> str:
        """`question` as it can be stored."""
        raise NotImplementedError


def _newest_first(heard: Sequence[_HeardArticle]) -> list[str]:
    """The authors of `heard`, the one with the newest article first."""
    by_day = sorted(heard, key=lambda each: (_day(each.ref), each.ref.id), reverse=True)
    return list(dict.fromkeys(article.author for article in by_day))


def _day(ref: ArticleRef) -> int:
    """The day as a number; an article without a date is the oldest."""
    return ref.published.toordinal() if ref.published else 0
