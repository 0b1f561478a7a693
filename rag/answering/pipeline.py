"""Turns a question into an Answer.

The stages are: understand, retrieve, select evidence, write, cite, check, repair. `AnswerPipeline.events` runs them in
that order and yields events; each decision is made by the part that it calls. If a language model fails, the answer is
made of quotes, and its notice says why.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from rag.answering.assembly import abstaining_answer, cited_answer, quoted_answer
from rag.answering.citation_checker import CitationChecker
from rag.answering.citation_resolver import CitationResolver
from rag.answering.cited_draft import CitedDraft, DraftSentence
from rag.answering.evidence import Abstention, nearest_articles
from rag.answering.intent.classifier import Intent
from rag.answering.intent.intent_model import ScoredIntent, bundled_intent_model
from rag.answering.intent.model_reading import QuestionReader
from rag.answering.intent.scope import Mention
from rag.answering.intent.spelling.correction import SpellingCorrection, correct_spelling
from rag.answering.intent.spelling.vocabulary import LibraryVocabulary
from rag.answering.intent.understanding import UnderstoodTurn, understand
from rag.answering.kinds import extractive_writer
from rag.answering.kinds.selection import Selection
from rag.answering.selector import AnswerSelector, SearchableLibrary
from rag.errors import ModelError, QuestionCancelled, RagError
from rag.generation.answer_forms import with_form
from rag.generation.llm_writer import FailedStatement, LLMWriter, WritingSession
from rag.interrupts.cancellation import Cancellation
from rag.reading.passage_reader import PassageReader
from rag.retrieval.filters import Filters
from rag.settings import Settings
from rag.types.answer import Answer, AnswerStep, Event, TextDelta, Timings, Turn
from rag.types.understanding import UnderstoodPart
from rag.verification.verifier import PARTLY, SUPPORTED

log = logging.getLogger(__name__)

NOTHING_SUPPORTED = "the articles support nothing that the language model wrote"
QUOTES_INSTEAD = "; these are quotes instead"
UNREADABLE = "the language model's answer could not be read; the log says why"
CUT = "the language model's answer was cut at its length limit; raise RAG_LLM_MAX_TOKENS"
RAN_AWAY = "the language model's answer ran on without end and was cut"
# A server may send a whole answer at once, so the deadline is checked after each piece of this many characters.
MAX_PIECE_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """A question with its conversation and the limits of the search.

    `turns` are the earlier turns that the question may refer to. It is answered from `k` passages within `filters`. The
    parts in `ignore` are not read from the question's words. The work stops when `cancellation` is cancelled.
    """

    question: str
    turns: tuple[Turn, ...]
    k: int
    filters: Filters
    ignore: frozenset[UnderstoodPart] = frozenset()
    cancellation: Cancellation | None = None


class StageTimer:
    """Measures how long the stages of one answer take, in milliseconds."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self._stages = {"retrieve": 0.0, "write": 0.0, "verify": 0.0}

    def end(self, stage: Literal["retrieve", "write", "verify"], *, of_it_verifying: float = 0.0) -> None:
        """Counts the time since the last stage ended as the time of `stage`.

        `of_it_verifying` is how many milliseconds of it were spent verifying; they count as "verify".
        """
        now = time.perf_counter()
        self._stages[stage] += (now - self._last) * 1000 - of_it_verifying
        self._stages["verify"] += of_it_verifying
        self._last = now

    def timings(self) -> Timings:
        total = (time.perf_counter() - self._start) * 1000
        return Timings(**{stage: round(took, 2) for stage, took in self._stages.items()}, total=round(total, 2))


@dataclass(slots=True)
class _PipelineRun:
    """The state of one request in the pipeline, from retrieval on.

    `notices` are messages that the reader must see.
    """

    request: AnswerRequest
    turn: UnderstoodTurn
    session: WritingSession | None
    timer: StageTimer
    notices: list[str] = field(default_factory=list)

    def complete(self, answer: Answer) -> Answer:
        """`answer` with the notices, the tokens used and the time taken."""
        return replace(
            answer,
            notice="; ".join(self.notices) or None,
            usage=self.session.usage if self.session else None,
            timings=self.timer.timings(),
        )


class AnswerPipeline:
    """Answers questions from retrieved passages. Thread-safe.

    Without a `writer`, answers are made of quotes. `clock` gives today, from which "last year" is counted.
    """

    def __init__(
        self,
        library: SearchableLibrary,
        reader: PassageReader,
        checker: CitationChecker,
        settings: Settings,
        writer: LLMWriter | None,
        clock: Callable[[], date] = date.today,
    ) -> None:
        self._library = library
        self._selector = AnswerSelector(library, reader, settings)
        self._checker = checker
        self._settings = settings
        self._llm_writer = writer
        self._clock = clock
        self._vocabulary = LibraryVocabulary(library.library, library.fulltext)

    @property
    def writer(self) -> str:
        """The writer of the answers: "quotes", or "llm:MODEL"."""
        return self._llm_writer.name if self._llm_writer else extractive_writer.NAME

    def events(self, request: AnswerRequest) -> Iterator[Event]:
        """Yields the steps and the text as they come, then the Answer.

        Raises RagError for a request that cannot be answered, LibraryError when the library cannot be used. A mistake
        of this package in reading a model's text is logged and leads to quotes; with the setting `strict` it is raised.
        """
        if not isinstance(request.k, int) or request.k < 1:
            raise RagError(f"k is {request.k!a:.40}; ask for one passage at least")
        timer = StageTimer()
        session = self._llm_writer.start_session(request.cancellation) if self._llm_writer else None
        reader = QuestionReader(session, strict=self._settings.strict)
        turn = self._understand(request, reader)
        run = _PipelineRun(request, turn, session, timer, reader.notices)
        immediate = self._selector.immediate_answer(request.question, turn, request.filters)
        if immediate:
            timer.end("retrieve")
            yield from _paragraphs_then_answer(run.complete(immediate))
            return

        yield AnswerStep("searching", self._library.passage_count())
        turn, selection = self._selector.select_in_conversation(turn, request.k, request.filters)
        run.turn = turn
        timer.end("retrieve")
        if isinstance(selection, Abstention):
            yield AnswerStep("reading", 0)
            timer.end("write")
            answer = abstaining_answer(request.question, turn, selection, self.writer)
            yield from _paragraphs_then_answer(run.complete(answer))
            return

        yield AnswerStep("reading", len(selection.passages))
        generated: Answer | None = None
        has_text = False
        if session:
            for event in self._try_to_generate(run, session, selection):
                if isinstance(event, Answer):
                    generated = event
                else:
                    has_text = has_text or (isinstance(event, TextDelta) and bool(event))
                    yield event
        if generated is None:
            yield AnswerStep("checking", len(selection.quotes))
            generated = self._quote(run, selection)
        answer = run.complete(generated)
        if has_text:
            # The user has seen the text already; the Answer has the result of the check.
            yield answer
        else:
            yield from _paragraphs_then_answer(answer)

    def _understand(self, request: AnswerRequest, reader: QuestionReader) -> UnderstoodTurn:
        turn = understand(
            request.question,
            request.turns,
            self._library.catalogue,
            reader=reader,
            correct=self._correct_spelling,
            clock=self._clock(),
            ignore=request.ignore,
            score=self._score_intent,
        )
        return replace(turn, understanding=self._selector.with_scope_in_words(turn.understanding))

    def _score_intent(self, masked: str, rule: Intent, mentions: Sequence[Mention]) -> ScoredIntent | None:
        model, fingerprint = bundled_intent_model()
        if self._library.encoder.fingerprint != fingerprint:
            return None
        return model.score(masked, self._library.query_vectors.vector(masked), rule, mentions)

    def _correct_spelling(self, question: str) -> SpellingCorrection:
        return self._library.search_safely(lambda: correct_spelling(question, self._vocabulary))

    # -- quotes -------------------------------------------------------------------------------------------------------

    def _quote(self, run: _PipelineRun, selection: Selection) -> Answer:
        texts = extractive_writer.statements(selection.quotes)
        run.timer.end("write")
        supports = self._checker.quote_supports(selection.quotes)
        run.timer.end("verify")
        return quoted_answer(run.request.question, run.turn, selection, texts, supports)

    # -- a language model ---------------------------------------------------------------------------------------------

    def _try_to_generate(self, run: _PipelineRun, session: WritingSession, selection: Selection) -> Iterator[Event]:
        """The events of a language model's answer.

        They end without an Answer if the model fails.
        """
        try:
            yield from self._generate(run, session, selection)
        except QuestionCancelled:
            raise
        except RagError as error:
            # The model or another server failed. If it had already failed while reading the question, that reason is
            # shown.
            run.notices = [f"{run.notices[0] if run.notices else error}{QUOTES_INSTEAD}"]
        except Exception:
            if self._settings.strict:
                raise
            # The user gets an answer in any case, even if a model's text reveals a defect of this package.
            log.exception("a model's answer could not be read")
            run.notices = [f"{UNREADABLE}{QUOTES_INSTEAD}"]

    def _generate(self, run: _PipelineRun, session: WritingSession, selection: Selection) -> Iterator[Event]:
        """Yields the events of a language model's answer.

        Raises ModelError if the articles support nothing of what the model writes.
        """
        question = with_form(run.turn.question, selection.kind)
        passages = session.passages_that_fit(question, selection.passages)
        resolver = CitationResolver(self._library.encoder, selection.retrieval, passages)

        yield AnswerStep("writing", 0)
        draft = CitedDraft(resolver, self._checker)
        with closing(session.write(question, passages)) as pieces:
            for piece in _cut_into_pieces(pieces):
                yield from (TextDelta(text) for text in draft.feed(piece))
                session.check_time()
                if draft.is_over:
                    break
        yield from (TextDelta(text) for text in draft.finish(was_cut=session.was_cut))
        run.timer.end("write", of_it_verifying=draft.checking_ms)
        if draft.says_no:
            abstention = Abstention(
                "the articles that come nearest do not answer it", nearest_articles(passages), selection.answerability
            )
            yield abstaining_answer(run.request.question, run.turn, abstention, self.writer)
            return

        notices = [CUT] if session.was_cut else [RAN_AWAY] if draft.ran_away else []
        sentences = draft.sentences
        yield AnswerStep("checking", len(sentences))
        failed = [sentence for sentence in sentences if sentence.support < SUPPORTED]
        if failed and self._settings.repair:
            yield AnswerStep("correcting", len(failed))
            try:
                sentences = self._repair(session, question, resolver, sentences)
            except ModelError as error:
                notices.append(f"the sentences that failed the check could not be corrected: {error}")
        run.timer.end("verify")
        if not any(sentence.support >= PARTLY for sentence in sentences):
            raise ModelError("; ".join([*notices, NOTHING_SUPPORTED]))
        run.notices += notices
        yield cited_answer(run.request.question, run.turn, selection, sentences, self.writer)

    def _repair(
        self, session: WritingSession, question: str, resolver: CitationResolver, sentences: Sequence[DraftSentence]
    ) -> list[DraftSentence]:
        """Asks the model once to repair the sentences that failed the check.

        Returns `sentences`; those below the threshold are replaced or dropped as the model says.
        """
        failed = [index for index, sentence in enumerate(sentences) if sentence.support < SUPPORTED]
        statements = [_failed_statement(sentences[index], resolver) for index in failed]
        replies = session.repair(question, resolver.passages, statements)
        reply_to = {failed[number]: reply for number, reply in replies.items()}
        repaired: list[DraftSentence] = []
        for index, sentence in enumerate(sentences):
            if index not in reply_to:
                repaired.append(sentence)
            elif (reply := reply_to[index]) is not None:
                repaired += self._pick_better(sentence, reply, resolver)
        return repaired

    def _pick_better(self, old: DraftSentence, reply: str, resolver: CitationResolver) -> list[DraftSentence]:
        """The sentences of `reply` if they are supported better than `old`, else `old`.

        Every one of them has to be supported better than `old`. If `old` is kept, it stays flagged.
        """
        draft = CitedDraft(resolver, self._checker)
        for _ in (*draft.feed(reply), *draft.finish()):
            pass
        new = draft.sentences
        if draft.says_no or not new or min(sentence.support for sentence in new) < max(PARTLY, old.support):
            return [old]
        return [replace(sentence, lead=old.lead if index == 0 else " ") for index, sentence in enumerate(new)]


def _failed_statement(sentence: DraftSentence, resolver: CitationResolver) -> FailedStatement:
    """The sentence as the model wrote it, with the model's own markers.

    The markers are the numbers that the passages had in the model's prompt.
    """
    numbers = {passage.id: number for number, passage in enumerate(resolver.passages, 1)}
    parts = (part if isinstance(part, str) else f" [{numbers[part.passage.id]}]" for part in sentence.parts)
    return FailedStatement("".join(parts), tuple(" ".join(quote.text.split()) for quote in sentence.quotes))


def _cut_into_pieces(pieces: Iterable[str]) -> Iterator[str]:
    """Cuts the pieces so that the deadline can be checked in between."""
    for piece in pieces:
        for start in range(0, len(piece), MAX_PIECE_CHARACTERS):
            yield piece[start : start + MAX_PIECE_CHARACTERS]


def _paragraphs_then_answer(answer: Answer) -> Iterator[Event]:
    """The answer's text, a paragraph a piece, then the answer."""
    for number, paragraph in enumerate(answer.text.split("\n\n")):
        yield TextDelta(("\n\n" if number else "") + paragraph)
    yield answer
