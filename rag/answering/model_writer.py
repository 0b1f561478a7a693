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
from rag.answering.kinds.selection import Selection
from rag.answering.pipeline_run import PipelineRun
from rag.answering.prose.citation_resolver import CitationResolver
from rag.answering.prose.cited_draft import CitedDraft, DraftSentence
from rag.answering.prose.telling_sentences import telling_points
from rag.embedding.base import Encoder
from rag.errors import ModelError
from rag.generation.llm_writer import FailedStatement, WritingSession
from rag.generation.prompts import with_form
from rag.types.answer import AnswerStep, Event, TextDelta
from rag.verification.verifier import PARTLY, SUPPORTED

NOTHING_SUPPORTED = "the articles support nothing that the language model wrote"
MODEL_FOUND_NONE = "the language model found no answer in the articles that come nearest"
MAY_NOT_ANSWER = "the passages may not answer this"
CUT = "the language model's answer was cut at its length limit; raise RAG_LLM_MAX_TOKENS"
RAN_AWAY = "the language model's answer ran on without end and was cut"
# A server may send a whole answer at once, so the deadline is checked after each piece of this many characters.
MAX_PIECE_CHARACTERS = 200


class ModelWriter:
    """Writes answers with a language model. Thread-safe.

    With `repair`, sentences that fail the check are sent back to the model once.
    """

    def __init__(self, encoder: Encoder, checker: CitationChecker, *, repair: bool) -> None:
        self._encoder = encoder
        self._checker = checker
        self._may_repair = repair

    def events(self, run: PipelineRun, session: WritingSession, selection: Selection) -> Iterator[Event]:
        """Yields the events of a language model's answer.

        Raises ModelError if the articles support nothing of what the model writes.
        """
        question = with_form(run.turn.question, selection.kind)
        evidence = session.choose_evidence(question, selection.passages, telling_points(selection))
        resolver = CitationResolver(self._encoder, selection.retrieval, evidence)

        yield AnswerStep("writing", 0)
        draft = CitedDraft(resolver, self._checker)
        with closing(session.write(question, evidence)) as pieces:
            for piece in _cut_into_pieces(pieces):
                yield from (TextDelta(text) for text in draft.feed(piece))
                session.check_time()
                if draft.is_over:
                    break
        yield from (TextDelta(text) for text in draft.finish(was_cut=session.was_cut))
        run.timer.end("write", of_it_verifying=draft.checking_ms)
        if draft.says_no:
            reason = _reason_of_the_model(run.doubt)
            abstention = Abstention(reason, nearest_articles(resolver.passages), selection.answerability)
            yield abstaining_answer(run.request.question, run.turn, abstention, session.writer, declined_by="model")
            return

        notices = [CUT] if session.was_cut else [RAN_AWAY] if draft.ran_away else []
        sentences = draft.sentences
        yield AnswerStep("checking", len(sentences))
        failed = [sentence for sentence in sentences if sentence.support < SUPPORTED]
        if failed and self._may_repair:
            yield AnswerStep("correcting", len(failed))
            try:
                sentences = self._repair(session, question, resolver, sentences)
            except ModelError as error:
                notices.append(f"the sentences that failed the check could not be corrected: {error}")
        run.timer.end("verify")
        if not any(sentence.support >= PARTLY for sentence in sentences):
            raise ModelError("; ".join([*notices, NOTHING_SUPPORTED]))
        run.notices += [*([MAY_NOT_ANSWER] if run.doubt else []), *notices]
        yield cited_answer(run.request.question, run.turn, selection, sentences, session.writer)

    def _repair(
        self, session: WritingSession, question: str, resolver: CitationResolver, sentences: Sequence[DraftSentence]
    ) -> list[DraftSentence]:
        """Asks the model once to repair the sentences that failed the check.

        Returns `sentences`; those below the threshold are replaced or dropped as the model says.
        """
        failed = [index for index, sentence in enumerate(sentences) if sentence.support < SUPPORTED]
        statements = [_failed_statement(sentences[index], resolver) for index in failed]
        replies = session.repair(question, resolver.evidence, statements)
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


def _reason_of_the_model(doubt: Abstention | None) -> str:
    """The reason of a model's abstention.

    It ends with the reason that the search had, if that is more than that nothing answers.
    """
    is_known = doubt is not None and doubt.reason != UNANSWERED
    return f"{MODEL_FOUND_NONE}; {doubt.reason}" if doubt and is_known else MODEL_FOUND_NONE


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
