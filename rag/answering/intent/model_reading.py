"""Asks a language model what a question asks for.

The model is asked if rules and regression are unsure, at most once before an answer. Its reply is data: a kind that
cannot be carried out is ignored, and the intent stays. If the model fails, the question is answered without its
reading.
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answering.intent.classifier import Action, Intent, MentionSpan
from rag.answering.intent.frames.subjects import subject_words
from rag.answering.intent.intent_model import ScoredIntent, intent_of_kind, keeps_rule, possible_kinds
from rag.errors import ModelError, RagError
from rag.generation.llm_writer import WritingSession
from rag.generation.question_reading import QuestionReading
from rag.types.answer import Turn
from rag.types.understanding import Kind

log = logging.getLogger(__name__)

# The actions that a model may name for each kind. Rules find the other actions: a foreign language, and an author that
# the collection lacks.
ACTIONS: dict[Kind, tuple[Action, ...]] = {
    "fact": (), "views": (), "author": (), "timeline": (),
    "talk": ("greeting", "thanks", "goodbye", "help", "identity", "complaint", "smalltalk"),
    "article": ("summary", "question"),
    "collection": (
        "about", "list", "count", "newest", "oldest", "period", "authors", "sources", "topics", "count_authors",
        "count_sources", "count_topics", "who_wrote", "when_published",
    ),
}  # fmt: skip
# These actions are about articles, so the question has to name or describe articles.
_ACTIONS_ON_ARTICLES: tuple[Action, ...] = ("who_wrote", "when_published")
# The model is asked if no rule recognises a question and the regression gives the chosen kind a lower probability.
# 40.8% of such kinds are right, and 92.3% of the others (evals.training.intent.fit_intents).
MIN_SURE_PROBABILITY = 0.7
UNREADABLE = "the language model's reading of the question could not be parsed; the log says why"


class QuestionReader:
    """Asks the model of one session about one question, at most once.

    Without a `session` nothing is asked. `notices` say what failed. With `strict`, a bug of this package in parsing the
    reply is raised, and not only logged.
    """

    def __init__(self, session: WritingSession | None = None, *, strict: bool = False) -> None:
        self._session = session
        self._strict = strict
        self._was_asked = False
        self._reading: QuestionReading | None = None
        self.notices: list[str] = []

    def read(self, question: str, turns: Sequence[Turn] = ()) -> QuestionReading | None:
        """The model's reading of `question` after `turns`.

        If the model was asked already, the first reading is returned. It is None if there is no model, if the model
        fails, or if its reply cannot be read.
        """
        if self._session is None or self._was_asked:
            return self._reading
        self._was_asked = True
        try:
            self._reading = self._session.understand(question, turns)
        except ModelError as error:
            self.notices.append(str(error))
        except RagError:
            raise
        except Exception:
            if self._strict:
                raise
            log.exception("a model's reading of a question could not be read")
            self.notices.append(UNREADABLE)
        return self._reading


def is_unsure(rule: Intent, decided: Intent, scored: ScoredIntent, question: str) -> bool:
    """Whether a language model is asked for the kind of a question.

    It is if no rule recognises the question and the regression gives the `decided` kind a low probability. A question
    that the rules keep as one of fact is not unsure, because the regression is not fitted on such questions.
    """
    if rule.kind != "fact" or keeps_rule(question):
        return False
    return scored.probabilities[decided.kind] < MIN_SURE_PROBABILITY


def intent_of_reading(
    reading: QuestionReading, scored: ScoredIntent, question: str, mentions: Sequence[MentionSpan]
) -> Intent | None:
    """The intent that a model's `reading` of `question` names.

    It is None if it cannot be carried out. If the reading has no action, the regression's most probable action is used.
    A subject with words that the question lacks is not used.
    """
    kind = next((kind for kind in possible_kinds(mentions) if kind == reading.kind), None)
    if kind is None:
        return None
    named = reading.action or (scored.actions.get(kind, "") if ACTIONS[kind] else "")
    action = next((action for action in ACTIONS[kind] or ("",) if action == named), None)
    if action is None:
        return None
    intent = intent_of_kind(kind, action, question, mentions)
    if kind != "fact" and reading.subject is not None and _words(reading.subject) <= _words(question):
        subject = reading.subject
        for mention in mentions:
            name = re.escape(question[mention.start : mention.end])
            subject = re.sub(rf"(?<!\w){name}(?:['’]s?)?(?!\w)", " ", subject, flags=re.IGNORECASE)
        intent = replace(intent, subject=subject_words(subject, kind))
    has_article = any(mention.part == "articles" for mention in mentions)
    return None if action in _ACTIONS_ON_ARTICLES and not (has_article or intent.subject) else intent


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))
