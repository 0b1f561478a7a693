"""Turns a question into an Answer.

The stages are: understand, retrieve, select evidence, write, cite, check, repair. `AnswerPipeline.events` runs them in
that order and yields events; each decision is made by the part that it calls. If a language model fails, the answer is
made of quotes, and its notice says why.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from rag.answering.assembly import abstaining_answer, quoted_answer
from rag.answering.citation_checker import CitationChecker
from rag.answering.evidence import RELATED_THRESHOLD, Abstention
from rag.answering.intent.classifier import Intent
from rag.answering.intent.intent_model import ScoredIntent, bundled_intent_model
from rag.answering.intent.model_reading import QuestionReader
from rag.answering.intent.scope import Mention
from rag.answering.intent.spelling.correction import SpellingCorrection, correct_spelling
from rag.answering.intent.spelling.vocabulary import LibraryVocabulary
from rag.answering.intent.turns.turn_model import TurnBefore, TurnReading, bundled_turn_model
from rag.answering.intent.understanding import UnderstoodTurn, understand
from rag.answering.kinds import extractive_writer
from rag.answering.kinds.selection import Selection
from rag.answering.kinds.views import Retrieve, debated_views
from rag.answering.model_writer import ModelWriter
from rag.answering.pipeline_run import AnswerRequest, PipelineRun, QuestionObserver, QuestionRecord, StageTimer
from rag.answering.selector import AnswerSelector, SearchableLibrary
from rag.answering.several.parts import divide, select_parts
from rag.errors import QuestionCancelled, RagError
from rag.generation.llm_writer import LLMWriter, WritingSession
from rag.ingest.sources.freshness import library_freshness
from rag.reading.passage_reader import PassageReader
from rag.retrieval.filters import Filters
from rag.retrieval.results import Retrieval
from rag.settings import Settings
from rag.types.answer import Answer, AnswerStep, Event, TextDelta, Turn
from rag.types.passage import RankedPassage
from rag.types.understanding import QuestionScope, UnderstoodPart

log = logging.getLogger(__name__)

QUOTES_INSTEAD = "; these are quotes instead"
UNREADABLE = "the language model's answer could not be read; the log says why"


class AnswerPipeline:
    """Answers questions from retrieved passages. Thread-safe.

    Without a `writer`, answers are made of quotes. It may be replaced as `llm_writer`: a question keeps the writer that
    it began with. `clock` gives today, from which "last year" is counted. `observers` are told how each question went.
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
        self._model_writer = ModelWriter(library.encoder, reader, checker, repair=settings.repair)
        self.llm_writer = writer
        self._clock = clock
        self._vocabulary = LibraryVocabulary(library.library, library.fulltext)
        self.observers: list[QuestionObserver] = []

    @property
    def writer(self) -> str:
        """The writer of the answers: "quotes", or "llm:MODEL"."""
        return _name_of(self.llm_writer)

    def events(self, request: AnswerRequest) -> Iterator[Event]:
        """Yields the steps and the text as they come, then the Answer.

        Raises RagError for a request that cannot be answered, LibraryError when the library cannot be used. A mistake
        of this package in reading a model's text is logged and leads to quotes; with the setting `strict` it is raised.
        """
        record = QuestionRecord()
        try:
            for event in self._events(request, record):
                if isinstance(event, Answer):
                    record.finish(event)
                yield event
        except (QuestionCancelled, GeneratorExit):
            record.cancel()
            raise
        finally:
            for observe in self.observers:
                observe(record)

    def _events(self, request: AnswerRequest, record: QuestionRecord) -> Iterator[Event]:
        if not isinstance(request.k, int) or request.k < 1:
            raise RagError(f"k is {request.k!a:.40}; ask for one passage at least")
        timer = StageTimer()
        writer = self.llm_writer
        session = writer.start_session(request.cancellation) if writer else None
        reader = QuestionReader(session, strict=self._settings.strict)
        turn = self._understand(request, reader)
        freshness = library_freshness(self._library.library, self._settings.stale_days, datetime.now(UTC))
        record.model_failed = bool(reader.notices)
        run = PipelineRun(request, turn, session, timer, record, freshness, notices=reader.notices)
        immediate = self._selector.immediate_answer(request.question, turn, request.filters)
        if immediate:
            run.passages = () if request.with_passages else None
            timer.end("retrieve")
            yield from _paragraphs_then_answer(run.complete(immediate))
            return

        yield AnswerStep("searching", self._library.passage_count())
        selection = self._select(run)
        if request.with_passages:
            run.passages = self._retrieved(run, selection)
        timer.end("retrieve")
        if isinstance(selection, Abstention):
            yield AnswerStep("reading", 0)
            timer.end("write")
            answer = abstaining_answer(request.question, run.turn, selection, _name_of(writer))
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
        if generated is None and run.doubt:
            generated = abstaining_answer(request.question, run.turn, run.doubt, _name_of(writer))
        elif generated is None:
            yield AnswerStep("checking", len(selection.quotes))
            generated = self._quote(run, selection)
        answer = run.complete(generated)
        if has_text:
            # The user has seen the text already; the Answer has the result of the check.
            yield answer
        else:
            yield from _paragraphs_then_answer(answer)

    def views(
        self,
        question: str,
        k: int,
        filters: Filters,
        retrieve: Retrieve,
        ignore: frozenset[UnderstoodPart] = frozenset(),
    ) -> tuple[UnderstoodTurn, dict[str, list[Retrieval]] | Abstention]:
        """The question as it is understood, and each author's articles on it.

        `retrieve` searches the passages. No language model is asked.
        """
        turn = self._understand_question(question, (), QuestionReader(), ignore)
        turn = replace(turn, understanding=self._selector.with_scope_in_words(turn.understanding))
        if turn.intent.kind in ("talk", "collection"):
            return turn, Abstention("the question asks for no view of an author", (), 0.0)
        limited = replace(filters, in_words=turn.understanding.scope)
        request = self._selector.view_request(turn, k, limited, self._settings.abstain_below)
        return turn, debated_views(request, retrieve)

    def _understand(self, request: AnswerRequest, reader: QuestionReader) -> UnderstoodTurn:
        turn = self._understand_question(request.question, request.turns, reader, request.ignore)
        return replace(turn, understanding=self._selector.with_scope_in_words(turn.understanding))

    def _understand_question(
        self, question: str, turns: Sequence[Turn], reader: QuestionReader, ignore: frozenset[UnderstoodPart]
    ) -> UnderstoodTurn:
        return understand(
            question,
            turns,
            self._library.catalogue,
            reader=reader,
            correct=self._correct_spelling,
            clock=self._clock(),
            ignore=ignore,
            score=self._score_intent,
            score_turn=self._score_turn,
        )

    def _score_intent(self, masked: str, rule: Intent, mentions: Sequence[Mention]) -> ScoredIntent | None:
        model, fingerprint = bundled_intent_model()
        if self._library.encoder.fingerprint != fingerprint:
            return None
        return model.score(masked, self._library.query_vectors.vector(masked), rule, mentions)

    def _score_turn(
        self, masked: str, rule: Intent, mentions: Sequence[Mention], before: TurnBefore
    ) -> TurnReading | None:
        model, fingerprint = bundled_turn_model()
        if self._library.encoder.fingerprint != fingerprint:
            return None
        return model.read(masked, self._library.query_vectors.vector(masked), rule, mentions, before)

    def _correct_spelling(self, question: str) -> SpellingCorrection:
        return self._library.search_safely(lambda: correct_spelling(question, self._vocabulary))

    def _select(self, run: PipelineRun) -> Selection | Abstention:
        """The material of the answer, or an abstention.

        With a language model only a question for which nothing related was found is declined here. The model decides
        about the others; our own score becomes the run's `doubt`.
        """
        k, filters = run.request.k, run.request.filters
        if selected := self._select_parts(run):
            return selected
        turn, selection = self._selector.select_in_conversation(run.turn, k, filters)
        if run.session and isinstance(selection, Abstention):
            run.doubt = selection
            turn, selection = self._selector.select_in_conversation(
                run.turn, k, filters, abstain_below=self._related_threshold
            )
        run.turn = turn
        return selection

    def _retrieved(self, run: PipelineRun, selection: Selection | Abstention) -> tuple[RankedPassage, ...]:
        """The passages that the answer is made from, or was declined on."""
        if isinstance(selection, Selection):
            return selection.passages
        filters = replace(run.request.filters, in_words=run.turn.understanding.scope)
        return self._library.retrieve(run.turn.search, run.request.k, filters).passages

    @property
    def _related_threshold(self) -> float:
        return min(RELATED_THRESHOLD, self._settings.abstain_below)

    def _select_parts(self, run: PipelineRun) -> Selection | None:
        """The material of several questions in one.

        It is None for one question, or if no part is answered.
        """
        request = run.request
        if request.turns and run.turn.understanding.scope.articles:
            # The articles that the conversation refers to hold the answers to all parts.
            return None

        def understand_part(question: str, turns: Sequence[Turn]) -> UnderstoodTurn:
            ignore = request.ignore - {"conversation"}
            return self._understand_question(question, turns, QuestionReader(), ignore | {"spelling"})

        def select(turn: UnderstoodTurn) -> Selection | Abstention:
            return self._selector.select(turn, request.k, request.filters)

        def select_related(turn: UnderstoodTurn) -> Selection | Abstention:
            return self._selector.select(turn, request.k, request.filters, abstain_below=self._related_threshold)

        parts = divide(run.turn, understand_part)
        related = select_related if run.session else None
        selection = (
            select_parts(run.turn, parts, select, related, max_quotes=self._settings.max_quotes) if parts else None
        )
        if selection and len({part.turn.understanding.scope for part in parts}) > 1:
            # The parts are searched in different articles, so the answer as a whole has no scope.
            understanding = replace(run.turn.understanding, scope=QuestionScope(), searched="", titles=())
            run.turn = replace(run.turn, understanding=understanding)
        return selection

    # -- quotes -------------------------------------------------------------------------------------------------------

    def _quote(self, run: PipelineRun, selection: Selection) -> Answer:
        texts = extractive_writer.statements(selection.quotes)
        run.timer.end("write")
        supports = self._checker.quote_supports(selection.quotes)
        run.timer.end("verify")
        return quoted_answer(run.request.question, run.turn, selection, texts, supports)

    # -- a language model ---------------------------------------------------------------------------------------------

    def _try_to_generate(self, run: PipelineRun, session: WritingSession, selection: Selection) -> Iterator[Event]:
        """The events of a language model's answer.

        They end without an Answer if the model fails.
        """
        try:
            yield from self._model_writer.events(run, session, selection)
        except QuestionCancelled:
            raise
        except RagError as error:
            run.record.model_failed = True
            # The model or another server failed. If it had already failed while reading the question, that reason is
            # shown.
            run.notices = [f"{run.notices[0] if run.notices else error}{'' if run.doubt else QUOTES_INSTEAD}"]
        except Exception:
            if self._settings.strict:
                raise
            # The user gets an answer in any case, even if a model's text reveals a defect of this package.
            log.exception("a model's answer could not be read")
            run.record.model_failed = True
            run.notices = [f"{UNREADABLE}{'' if run.doubt else QUOTES_INSTEAD}"]


def _name_of(writer: LLMWriter | None) -> str:
    return writer.name if writer else extractive_writer.NAME


def _paragraphs_then_answer(answer: Answer) -> Iterator[Event]:
    """The answer's text, a paragraph a piece, then the answer."""
    for number, paragraph in enumerate(answer.text.split("\n\n")):
        yield TextDelta(("\n\n" if number else "") + paragraph)
    yield answer
