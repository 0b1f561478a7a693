"""Writes an answer with a language model: write, cite, check, repair.

The events are those of the text as it is written, then the Answer. What the model is shown and what its text says are
decided by the parts that this one calls.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

from rag.answering.assembly import abstaining_answer, cited_answer
from rag.answering.citation_checker import CitationChecker
from rag.answering.evidence import UNANSWERED, Abstention, nearest_articles
from rag.answering.kinds.selection import MAX_ALSO, Selection
from rag.answering.pipeline_run import PipelineRun
from rag.answering.prose.bearing import QuestionBearing
from rag.answering.prose.citation_resolver import CitationResolver
from rag.answering.prose.cited_draft import CitedDraft
from rag.answering.prose.draft_sentence import DraftSentence
from rag.answering.prose.editing import DraftEditor, sentences_needed
from rag.answering.prose.missing_views import missing_views, quoted_sentences
from rag.answering.prose.prompt_echo import PromptEcho
from rag.answering.prose.telling_sentences import telling_points, with_views_read
from rag.answering.several.answered_parts import answered_parts
from rag.embedding.base import Encoder
from rag.errors import ModelError
from rag.generation.llm_writer import WritingSession
from rag.generation.prompt_context import FailedStatement
from rag.generation.prompts import form_instructions, with_form
from rag.reading.passage_reader import PassageReader
from rag.types.answer import AnswerStep, Event, TextDelta
from rag.types.revision import Revision
from rag.verification.verifier import PARTLY, SUPPORTED, verdict_for

NOTHING_BEARS = "nothing that the language model wrote answers the question"
WANDERED = "the language model's answer was cut where it no longer answered the question"
NOTHING_SUPPORTED = "the articles support nothing that the language model wrote"
MODEL_FOUND_NONE = "the language model found no answer in the articles that come nearest"
MAY_NOT_ANSWER = "the passages may not answer this"
CUT = "the language model's answer was cut at its length limit; raise RAG_LLM_MAX_TOKENS"
RAN_AWAY = "the language model's answer ran on without end and was cut"
# The actions of a request for a summary.
SUMMARIES = ("summary", "described")
_FAILED = {"partly": "only partly supported by what it cited", "unsupported": "not supported by what it cited"}
# A server may send a whole answer at once, so the deadline is checked after each piece of this many characters.
MAX_PIECE_CHARACTERS = 200


class ModelWriter:
    """Writes answers with a language model. Thread-safe.

    With `repair`, sentences that fail the check are sent back to the model once.
    """

    def __init__(self, encoder: Encoder, reader: PassageReader, checker: CitationChecker, *, repair: bool) -> None:
        self._encoder = encoder
        self._reader = reader
        self._checker = checker
        self._may_repair = repair

    def events(self, run: PipelineRun, session: WritingSession, selection: Selection) -> Iterator[Event]:
        """Yields the events of a language model's answer.

        Raises ModelError if the articles support nothing of what the model writes.
        """
        parts = [question for part in selection.parts for question in part.questions]
        question = with_form(run.turn.question, selection.kind, parts)
        read = with_views_read(selection, run.turn.question, self._reader)
        evidence = session.choose_evidence(question, selection.passages, telling_points(read))
        resolver = CitationResolver(self._encoder, selection.retrieval, evidence)
        bearing = self._bearing(run, selection, resolver)
        form = form_instructions(selection.kind, has_parts=bool(parts))
        echo = PromptEcho("\n\n".join([session.instructions(evidence), *form]), run.turn.question)
        editor = DraftEditor(bearing, resolver, self._checker, sentences_needed(selection), echo)

        yield AnswerStep("writing", 0)
        draft = CitedDraft(resolver, self._checker, editor, run.turn.question)
        failure: ModelError | None = None
        try:
            with closing(session.write(question, evidence)) as pieces:
                for piece in _cut_into_pieces(pieces):
                    yield from (TextDelta(text) for text in draft.feed(piece))
                    session.check_time()
                    if draft.is_over:
                        break
        except ModelError as error:
            if not any(_stands(sentence) for sentence in draft.sentences):
                raise
            failure = error
        yield from (TextDelta(text) for text in draft.finish(was_cut=session.was_cut or failure is not None))
        run.timer.end("write", of_it_verifying=draft.checking_ms)
        if draft.says_no:
            reason = _reason_of_the_model(run.doubt)
            abstention = Abstention(reason, nearest_articles(resolver.passages), selection.answerability)
            yield abstaining_answer(run.request.question, run.turn, abstention, session.writer, declined_by="model")
            return

        notices = [notice for notice in (_cut_notice(draft, failure, was_cut=session.was_cut),) if notice]
        sentences = draft.sentences
        yield AnswerStep("checking", len(sentences))
        failed = [sentence for sentence in sentences if _may_be_corrected(sentence)]
        # A model that has failed, or of whose first sentences none stands, is not asked again: quotes answer sooner.
        has_failed = failure is not None or (draft.has_wandered and not any(map(_stands, sentences)))
        if failed and self._may_repair and not has_failed:
            yield AnswerStep("correcting", len(failed))
            try:
                sentences = self._repair(session, question, resolver, editor, sentences)
            except ModelError as error:
                notices.append(f"the sentences that failed the check could not be corrected: {error}")
        run.timer.end("verify")
        if not any(sentence.is_in_answer and sentence.support >= SUPPORTED for sentence in sentences):
            # Quotes answer better than sentences of which none is fully supported.
            is_beside = any(sentence.support >= PARTLY and not sentence.is_in_answer for sentence in sentences)
            notices = [notice for notice in notices if notice != WANDERED]
            run.revisions = tuple(_dropped(sentence) for sentence in sentences)
            raise ModelError("; ".join([*notices, NOTHING_BEARS if is_beside else NOTHING_SUPPORTED]))
        run.notices += [*([MAY_NOT_ANSWER] if run.doubt else []), *notices]
        if bearing and selection.parts:
            selection = replace(selection, parts=answered_parts(selection.parts, sentences, bearing))
        if missing := missing_views(selection, sentences):
            if run.turn.understanding.scope.authors:
                sentences = [*sentences, *quoted_sentences(missing, self._checker)]
            else:
                also = [*(quote.passage.article for quote in missing), *selection.also]
                selection = replace(selection, also=tuple(also[:MAX_ALSO]))
        yield cited_answer(run.request.question, run.turn, selection, sentences, session.writer)

    def _bearing(self, run: PipelineRun, selection: Selection, resolver: CitationResolver) -> QuestionBearing | None:
        """What scores whether a sentence bears on the question.

        None for a summary: it has no question.
        """
        if selection.kind == "article" and run.turn.intent.action in SUMMARIES:
            return None
        parts = (question for part in selection.parts for question in part.questions)
        return QuestionBearing(self._reader, (run.turn.question, *parts), resolver)

    def _repair(
        self,
        session: WritingSession,
        question: str,
        resolver: CitationResolver,
        editor: DraftEditor,
        sentences: Sequence[DraftSentence],
    ) -> list[DraftSentence]:
        """Asks the model once to repair the sentences that failed the check.

        Returns `sentences`; those below the threshold are replaced or dropped as the model says.
        """
        failed = [index for index, sentence in enumerate(sentences) if _may_be_corrected(sentence)]
        statements = [_failed_statement(sentences[index], resolver) for index in failed]
        replies = session.repair(question, resolver.evidence, statements)
        reply_to = {failed[number]: reply for number, reply in replies.items()}
        repaired: list[DraftSentence] = []
        for index, sentence in enumerate(sentences):
            if index not in reply_to:
                repaired.append(sentence)
            elif (reply := reply_to[index]) is None:
                sentence.revision = Revision(sentence.text, "dropped", _reason(sentence))
                repaired.append(sentence)
            else:
                repaired += self._pick_better(sentence, reply, question, resolver, editor)
        return repaired

    def _pick_better(
        self, old: DraftSentence, reply: str, question: str, resolver: CitationResolver, editor: DraftEditor
    ) -> list[DraftSentence]:
        """The sentences of `reply` if they are supported better than `old`, else `old`.

        Every one of them has to be supported better than `old`. If `old` is kept, it stays flagged.
        """
        draft = CitedDraft(resolver, self._checker, question=question)
        for _ in (*draft.feed(reply), *draft.finish()):
            pass
        new = draft.sentences
        if draft.says_no or not new or min(sentence.support for sentence in new) < max(PARTLY, old.support):
            return [old]
        editor.withdraw(old)
        for index, sentence in enumerate(new):
            sentence.lead = old.lead if index == 0 else " "
            if index == 0:
                sentence.revision = Revision(
                    old.text, "corrected", _reason(old), " ".join(sentence.text for sentence in new)
                )
            editor.edit(sentence)
        return new


def _stands(sentence: DraftSentence) -> bool:
    """Whether the sentence is in the answer and supported at least partly."""
    return sentence.is_in_answer and sentence.support >= PARTLY


def _may_be_corrected(sentence: DraftSentence) -> bool:
    return sentence.is_in_answer and sentence.support < SUPPORTED


def _reason(sentence: DraftSentence) -> str:
    """Why the sentence failed the check."""
    return _FAILED[verdict_for(sentence.support)]


def _cut_notice(draft: CitedDraft, failure: ModelError | None, *, was_cut: bool) -> str | None:
    """Why the answer ends before the model's own end, if a reader must know it."""
    if failure:
        return f"{failure}; the answer ends there"
    if was_cut:
        return CUT
    if draft.ran_away:
        return RAN_AWAY
    return WANDERED if draft.has_wandered else None


def _reason_of_the_model(doubt: Abstention | None) -> str:
    """The reason of a model's abstention.

    It ends with the reason that the search had, if that is more than that nothing answers.
    """
    is_known = doubt is not None and doubt.reason != UNANSWERED
    return f"{MODEL_FOUND_NONE}; {doubt.reason}" if doubt and is_known else MODEL_FOUND_NONE


def _dropped(sentence: DraftSentence) -> Revision:
    """What a sentence becomes when the whole draft is given up."""
    revision = sentence.revision
    reason = revision.reason if revision and not sentence.is_in_answer else _reason(sentence)
    return Revision(sentence.as_written, "dropped", reason)


def _failed_statement(sentence: DraftSentence, resolver: CitationResolver) -> FailedStatement:
    """The sentence as the model wrote it, with the model's own markers.

    The markers are the numbers of the model's prompt.
    """
    parts = (part if isinstance(part, str) else f" [{resolver.number(part)}]" for part in sentence.parts)
    return FailedStatement("".join(parts), tuple(" ".join(quote.text.split()) for quote in sentence.quotes))


def _cut_into_pieces(pieces: Iterable[str]) -> Iterator[str]:
    """Cuts the pieces so that the deadline can be checked in between."""
    for piece in pieces:
        for start in range(0, len(piece), MAX_PIECE_CHARACTERS):
            yield piece[start : start + MAX_PIECE_CHARACTERS]
