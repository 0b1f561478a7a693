"""From a question to an Answer: made whole, looked up, weighed, written, cited, checked, mended.

It joins the parts in their order and says what it is doing; each decision is in the part that takes it. A language
model that fails never takes the answer with it: quotes answer then, and say why.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

from rag.answer import Answer, Event, Step, Usage
from rag.answers import abstention, of_quotes, of_statements
from rag.checking import Checker, Cited
from rag.clock import Clock
from rag.conversation import Turn, standalone
from rag.drafting import Draft, Drafted
from rag.encoder import Encoder
from rag.errors import ModelError
from rag.evidence import Abstention, Evidence, Quote, weigh
from rag.grounding import Grounding
from rag.library import Library
from rag.retriever import Retrieval
from rag.settings import Settings
from rag.verifier import PARTLY, SUPPORTED, Verifier
from rag.writers import quotes
from rag.writers.llm import Failing, LLMWriter, Writing

log = logging.getLogger(__name__)

Retrieve = Callable[[str], Retrieval]

NOTHING_HELD = "nothing that the language model wrote is borne out by the articles"
QUOTES_INSTEAD = "; these are quotes instead"
UNREADABLE = "the language model's answer could not be read; the log says why"
# A server may send a whole answer at once.
LONGEST_PIECE = 200
CUT = "the language model's answer was cut at its length limit; raise RAG_LLM_MAX_TOKENS"
RAN_AWAY = "the language model's answer ran on without end and was cut"


class Answerer:
    """Makes answers. Threads may share one. Without a `writer`, answers are quotes."""

    def __init__(
        self, library: Library, encoder: Encoder, verifier: Verifier, settings: Settings, writer: LLMWriter | None
    ) -> None:
        self._library = library
        self._encoder = encoder
        self._verifier = verifier
        self._settings = settings
        self._writer = writer
        self._checker = Checker(verifier, encoder)

    @property
    def writer(self) -> str:
        return self._writer.name if self._writer else quotes.NAME

    def events(self, asked: str, turns: Sequence[Turn], passages: int, retrieve: Retrieve) -> Iterator[Event]:
        """Steps and pieces of text as they come, then the Answer to `asked`.

        `turns` are those before it, `passages` is how many are searched, `retrieve` finds them for the whole question.
        """
        clock = Clock()
        writing = self._writer.begin() if self._writer else None
        question, failed = _whole(asked, turns, writing)
        yield Step("searching", passages)
        found = retrieve(question)
        retrieved = clock.lap()
        yield Step("reading", len(found.passages))
        weighed = weigh(found, self._settings.max_quotes, self._settings.abstain_below)
        if isinstance(weighed, Abstention):
            answer = abstention(asked, found, weighed, self.writer, clock.timings(retrieved, clock.lap()))
            yield from _whole_text(replace(answer, notice=str(failed) if failed else None, usage=_usage(writing)))
            return
        made: Answer | None = None
        notice = str(failed) if failed else None
        text = ""
        if writing:
            try:
                for event in self._written(writing, asked, found, weighed, clock, retrieved):
                    if isinstance(event, Answer):
                        made = event
                        continue
                    text += event if isinstance(event, str) else ""
                    yield event
            except ModelError as error:
                notice = f"{failed or error}{QUOTES_INSTEAD}"
            except Exception:
                # Whatever a model can do to us, somebody waits for an answer.
                log.exception("a model's answer could not be read")
                notice = f"{UNREADABLE}{QUOTES_INSTEAD}"
        if made is None:
            yield Step("checking", len(weighed.quotes))
            made = self._quoted(asked, found, weighed, clock, retrieved)
        notice = "; ".join(filter(None, (notice, made.notice))) or None
        answer = replace(made, notice=notice, usage=_usage(writing))
        if text:
            # What was shown stays shown; the answer has the last word.
            yield answer
        else:
            yield from _whole_text(answer)

    # -- quotes -------------------------------------------------------------------------------------------------------

    def _quoted(self, asked: str, found: Retrieval, evidence: Evidence, clock: Clock, retrieved: float) -> Answer:
        texts = quotes.statements(evidence.quotes)
        written = clock.lap()
        held = self._held(evidence.quotes)
        # Against the article as the library has it, not against the quote's own copy of its words.
        pairs = [(quote.text, [held[quote].quote]) for quote in evidence.quotes]
        scores = self._verifier.supports(pairs)
        return of_quotes(asked, found, evidence, texts, scores, clock.timings(retrieved, written, clock.lap()))

    # -- a language model ---------------------------------------------------------------------------------------------

    def _written(
        self, writing: Writing, asked: str, found: Retrieval, weighed: Evidence, clock: Clock, retrieved: float
    ) -> Iterator[Event]:
        """Raises ModelError where the model gives nothing to go by."""
        shown = writing.fitting(found.question, found.passages)
        yield Step("writing", 0)
        grounding = Grounding(self._encoder, found, shown)
        draft = Draft(grounding, self._supports)
        with closing(writing.answer(found.question, shown)) as pieces:
            for piece in _sliced(pieces):
                yield from draft.feed(piece)
                writing.check_time()
                if draft.is_over:
                    break
        yield from draft.finish(was_cut=writing.was_cut)
        written = clock.lap() - draft.checking_ms
        if draft.says_no:
            nearest = tuple({passage.article.id: passage.article for passage in shown}.values())[:3]
            why = Abstention("the articles that come nearest do not answer it", nearest, weighed.answerability)
            yield abstention(asked, found, why, self.writer, clock.timings(retrieved, written))
            return
        notices = [CUT] if writing.was_cut else [RAN_AWAY] if draft.ran_away else []
        statements = draft.statements
        yield Step("checking", len(statements))
        failing = [one for one in statements if one.support < SUPPORTED]
        if failing and self._settings.repair:
            yield Step("correcting", len(failing))
            try:
                statements = self._mended(writing, found.question, grounding, statements)
            except ModelError as error:
                notices.append(f"what failed the check could not be corrected: {error}")
        if not any(one.support >= PARTLY for one in statements):
            raise ModelError("; ".join([*notices, NOTHING_HELD]))
        verified = clock.lap() + draft.checking_ms
        answer = of_statements(asked, found, statements, self.writer, clock.timings(retrieved, written, verified))
        yield replace(answer, notice="; ".join(notices) or None)

    def _mended(
        self, writing: Writing, question: str, grounding: Grounding, statements: Sequence[Drafted]
    ) -> list[Drafted]:
        """The statements with those below the line corrected or dropped, as the model says when it is asked once."""
        failing = [at for at, one in enumerate(statements) if one.support < SUPPORTED]
        numbers = {passage.id: number for number, passage in enumerate(grounding.passages, 1)}
        asked = [
            Failing(
                "".join(p if isinstance(p, str) else f" [{numbers[p.passage.id]}]" for p in statements[at].parts),
                tuple(" ".join(quote.text.split()) for quote in statements[at].quotes),
            )
            for at in failing
        ]
        replies = writing.repaired(question, grounding.passages, asked)
        mended: list[Drafted] = []
        for at, one in enumerate(statements):
            place = failing.index(at) if at in failing else -1
            if place not in replies:
                mended.append(one)
            elif (reply := replies[place]) is not None:
                mended += self._better(one, reply, grounding)
        return mended

    def _better(self, old: Drafted, reply: str, grounding: Grounding) -> list[Drafted]:
        """What the model puts in a statement's place where that stands the check better, else the old one, flagged."""
        draft = Draft(grounding, self._supports)
        for _ in (*draft.feed(reply), *draft.finish()):
            pass
        new = draft.statements
        if draft.says_no or not new or min(one.support for one in new) < max(PARTLY, old.support):
            return [old]
        return [replace(one, lead=old.lead if at == 0 else " ") for at, one in enumerate(new)]

    def _supports(self, pairs: Sequence[tuple[str, Sequence[Quote]]]) -> list[float]:
        held = self._held([quote for _, cited in pairs for quote in cited])
        checked = [(text, [held[quote] for quote in cited]) for text, cited in pairs]
        return self._checker.supports(checked, self._library.values("author"))

    def _held(self, found: Sequence[Quote]) -> dict[Quote, Cited]:
        """The quotes as the library has them now; of an article that was taken out meanwhile nothing is left."""
        texts = {
            article_id: article.text
            for article_id, article in self._library.articles([quote.passage.article.id for quote in found]).items()
        }
        cited = {}
        for quote in found:
            text = texts.get(quote.passage.article.id, "")
            words, before = text[quote.start : quote.end], text[quote.passage.start : quote.start]
            cited[quote] = Cited(words, before, quote.passage.article)
        return cited


def _sliced(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces, none of them so long that the clock could not be looked at in between."""
    for piece in pieces:
        yield from (piece[at : at + LONGEST_PIECE] for at in range(0, len(piece), LONGEST_PIECE))


def _usage(writing: Writing | None) -> Usage | None:
    return writing.usage if writing else None


def _whole(asked: str, turns: Sequence[Turn], writing: Writing | None) -> tuple[str, ModelError | None]:
    """The question made whole, and what went wrong when a model was asked to: then rules do it, as without one."""
    by_rule = standalone(asked, turns)
    if not (turns and writing):
        return by_rule, None
    try:
        return writing.standalone(asked, turns) or by_rule, None
    except ModelError as error:
        return by_rule, error


def _whole_text(answer: Answer) -> Iterator[Event]:
    """The answer's text a paragraph at a time, then the answer."""
    for number, piece in enumerate(answer.text.split("\n\n")):
        yield ("\n\n" if number else "") + piece
    yield answer
