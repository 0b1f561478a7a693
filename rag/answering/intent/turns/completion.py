"""Completes a turn of a conversation as a question that stands alone.

A language model completes it if there is one. Otherwise the words decide first (rag.answering.intent.follow_up), and
the model of turns decides where they see nothing: a turn that surely stands alone is not changed, and one that surely
depends gets the earlier question's subject.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rag.answering.intent.catalogue import Catalogue
from rag.answering.intent.classifier import Intent, classify, talk_intent
from rag.answering.intent.follow_up import fold_turns, looks_like_small_talk, standalone_question
from rag.answering.intent.follow_up.ellipsis import asks_for_the_words
from rag.answering.intent.follow_up.rewriting import with_subject
from rag.answering.intent.intent_model import with_common_nouns
from rag.answering.intent.model_reading import QuestionReader
from rag.answering.intent.question_extraction import extract_question
from rag.answering.intent.scope import Mention, find_scope, reference_day
from rag.answering.intent.spelling.contractions import with_apostrophes
from rag.answering.intent.spelling.correction import SpellingCorrection
from rag.answering.intent.turns.merging import MIN_DEPENDS, MIN_TAKES, merged_request
from rag.answering.intent.turns.requests import Request, continue_requests
from rag.answering.intent.turns.slot_tagger import TagSlots
from rag.answering.intent.turns.turn_model import TurnBefore, TurnReading
from rag.types.answer import Turn

# Below the first probability a turn is not changed, whatever its words; from the second it gets a subject.
MAX_ALONE, MIN_SURE = 0.08, 0.95
# `correct(question)` corrects the spelling.
Correct = Callable[[str], SpellingCorrection]
# `score(masked, rule, mentions, before)` reads a turn; None where the encoder is not the model's.
ScoreTurn = Callable[[str, Intent, Sequence[Mention], TurnBefore], TurnReading | None]


@dataclass(frozen=True, slots=True)
class CompletedTurn:
    """A turn as a question that stands alone.

    `is_on_articles` is whether it goes on about the articles that the turn before names.
    """

    question: str
    is_on_articles: bool = False


def complete_turn(
    question: str,
    turns: Sequence[Turn],
    catalogue: Catalogue,
    reader: QuestionReader,
    correct: Correct,
    clock: date,
    score: ScoreTurn | None,
    tag: TagSlots,
) -> CompletedTurn:
    """Completes `question`, by the language model if there is one.

    The earlier questions may be as typed, so they are prepared like this one. A follow-up to a request for articles is
    computed from the catalogue.
    """
    names = (*catalogue.values("author"), *catalogue.values("source"))
    prepared = []
    for turn in turns:
        asked = extract_question(with_apostrophes(turn.question)).context
        prepared.append(replace(turn, question=correct(asked).question))
    days = catalogue.days()
    today = reference_day(clock, days[1] if days else None)

    def read(typed: str, before: TurnBefore) -> TurnReading | None:
        mentions = find_scope(typed, catalogue, today).mentions
        rule = talk_intent(typed) or classify(typed, mentions)
        return score(with_common_nouns(typed, mentions), rule, mentions, before) if score else None

    def merge(typed: str, request: Request | None, before: TurnBefore) -> Request | None:
        reading = read(typed, before)
        return merged_request(typed, request, before, reading, catalogue, today, tag) if reading else None

    conversation = continue_requests(question, prepared, catalogue, today, merge)
    if conversation.request:
        return CompletedTurn(str(conversation.request))
    last = conversation.last
    folded = fold_turns(conversation.turns, names, is_beside_the_subject)
    if not folded:
        return CompletedTurn(question)
    by_model = reading.question if (reading := reader.read(question, folded)) else None
    if by_model:
        return CompletedTurn(by_model)
    turn_reading = read(question, last) if last else None
    if turn_reading and turn_reading.depends < MAX_ALONE and not asks_for_the_words(question):
        return CompletedTurn(question)
    completed = standalone_question(question, folded, names, is_beside_the_subject)
    if turn_reading is None or last is None:
        return CompletedTurn(completed)
    is_sentence = completed != question and not completed.endswith(")")
    merged = None if is_sentence else merge(question, conversation.before, last)
    if merged:
        return CompletedTurn(str(merged))
    # A turn whose words were completed says itself what it asks about, perhaps more than the articles hold.
    is_open = completed == question and turn_reading.depends >= MIN_DEPENDS
    is_on_articles = is_open and turn_reading.takes["article"] >= MIN_TAKES
    is_of_fact = classify(question, find_scope(question, catalogue, today).mentions).kind == "fact"
    if completed == question and is_of_fact and not is_on_articles and turn_reading.depends >= MIN_SURE:
        completed = with_subject(question, folded, names)
    return CompletedTurn(completed, is_on_articles)


def is_beside_the_subject(question: str) -> bool:
    """Whether a turn is talk, or asks about the collection as a whole.

    Later questions do not refer to such a turn.
    """
    if looks_like_small_talk(question) or talk_intent(question):
        return True
    intent = classify(question, ())
    return intent.kind == "collection" and not intent.subject
