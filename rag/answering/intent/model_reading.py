"""Asks a language model what a question asks for.

It is asked where rules and regression are unsure. The model is asked once at most before an answer, and its reply is
data: a kind that cannot be carried out leaves the intent as it was. A model that fails never costs the answer.
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answering.intent.classifier import Action, Intent, MentionSpan, subject_words
from rag.answering.intent.intent_model import ScoredIntent, intent_of_kind, keeps_rule, possible_kinds
from rag.errors import ModelError, RagError
from rag.generation.llm_writer import WritingSession
from rag.generation.question_reading import QuestionReading
from rag.types.answer import Turn
from rag.types.understanding import Kind

log = logging.getLogger(__name__)

# The actions that a model may name; the kinds without any have none. A language and an author that the collection lacks
# are found by rule.
ACTIONS: dict[Kind, tuple[Action, ...]] = {
    "fact": (), "views": (), "author": (), "timeline": (),
    "talk": ("greeting", "thanks", "goodbye", "help", "identity", "complaint", "smalltalk"),
    "article": ("summary", "question"),
    "collection": (
        "about", "list", "count", "newest", "oldest", "period", "authors", "sources", "topics", "count_authors",
        "count_sources", "count_topics", "who_wrote", "when_published",
    ),
}  # fmt: skip
# These say something of articles, so that articles have to be named or described.
_ACTIONS_ON_ARTICLES: tuple[Action, ...] = ("who_wrote", "when_published")
# Where no rule knows a question and the regression gives the kind that was chosen a lower probability, the model is
# asked: of such kinds 40.8 of a hundred are right, of the others 92.3 (evals.training.intent.fit_intents).
MIN_SURE_PROBABILITY = 0.7
UNREADABLE = "what the language model said of the question could not be read; the log says why"


class QuestionReader:
    """Asks the model of one session about one question, once at most.

    Without a `session` nothing is asked. `notices` say what failed. With `strict`, a mistake of this package in reading
    the reply is raised, and not only logged.
    """

    def __init__(self, session: WritingSession | None = None, *, strict: bool = False) -> None:
        self._session = session
        self._strict = strict
        self._was_asked = False
        self._reading: QuestionReading | None = None
        self.notices: list[str] = []

    def read(self, question: str, turns: Sequence[Turn] = ()) -> QuestionReading | None:
        """The model's reading of `question` after `turns`.

        Where the model was asked already, it is the first reading. It is None where there is no model, it fails, or its
        reply cannot be read.
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

    No rule knows it, and the regression is unsure of the kind that was `decided`. What the rules keep as a question of
    fact is not unsure, since the regression does not know such questions.
    """
    if rule.kind != "fact" or keeps_rule(question):
        return False
    return scored.probabilities[decided.kind] < MIN_SURE_PROBABILITY


def intent_of_reading(
    reading: QuestionReading, scored: ScoredIntent, question: str, mentions: Sequence[MentionSpan]
) -> Intent | None:
    """The intent that a model's `reading` of `question` names.

    It is None where it cannot be carried out. An action that the reading lacks is the likeliest one of the regression.
    A subject in other words than those of the question is not used.
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
