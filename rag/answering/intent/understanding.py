"""Understands a turn: its intent, its scope and its spelling.

The steps are: talk, language, courtesy, spelling, follow-up, scope, intent. A language model, if there is one, is asked
at most once, about a follow-up or an unsure intent. A user can take each part back. Every interface understands the
same turns in the same way.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rag.answering.intent.catalogue import Catalogue
from rag.answering.intent.classifier import Intent, classify, talk_intent
from rag.answering.intent.follow_up import standalone_question
from rag.answering.intent.follow_up.articles import articles_named_in, refer_to_articles
from rag.answering.intent.follow_up.detection import find_dependence
from rag.answering.intent.frames.subjects import is_bare_request
from rag.answering.intent.intent_model import ScoredIntent, decide, with_common_nouns
from rag.answering.intent.language import foreign_language, language_of_small_word
from rag.answering.intent.mentions.topics import topics_called
from rag.answering.intent.model_reading import QuestionReader, intent_of_reading, is_unsure
from rag.answering.intent.question_extraction import extract_question
from rag.answering.intent.scope import Mention, find_scope, leave_out, reference_day, with_told_dates
from rag.answering.intent.spelling.contractions import with_apostrophes
from rag.answering.intent.spelling.correction import SpellingCorrection
from rag.answering.intent.turns.completion import CompletedTurn, Correct, ScoreTurn, complete_turn
from rag.answering.intent.turns.limits import with_all_limits
from rag.answering.intent.turns.slot_tagger import TagSlots, bundled_slot_tagger
from rag.retrieval.catalogue_search import CatalogueSearch
from rag.text.analyzer import content_terms
from rag.types.answer import Turn
from rag.types.understanding import QuestionScope, Understanding, UnderstoodPart

# A longer subject is a clause; then the whole question is searched for.
MAX_SUBJECT_WORDS = 6
# If the library knows this share of a question's words, the question is English, whatever the identifier says.
KNOWN_SHARE = 0.5
# A sentence with at least this many content terms states its subject itself.
MIN_CONTENT_TERMS = 4
# `score(masked, rule, mentions)` scores the intents of a question; None where the encoder is not the model's.
ScoreIntent = Callable[[str, Intent, Sequence[Mention]], ScoredIntent | None]


@dataclass(frozen=True, slots=True)
class UnderstoodTurn:
    """A turn of a conversation, understood.

    `search` is the search text: the question, or only its subject if it asks for views. `narrower_search` is searched
    for if that finds no answer: the sentence that asks, without those around it. `authors_named` are all authors that
    it names. `previous_articles` are the ids of the articles that the turn before names, and
    `previous_question` is its question, if it was answered and this one has no words of it; `is_on_articles` is whether
    the question goes on about those articles. `language` is the name of
    the language if the question is not in English.
    """

    intent: Intent
    understanding: Understanding
    search: str
    narrower_search: str = ""
    authors_named: tuple[str, ...] = ()
    previous_articles: tuple[str, ...] = ()
    previous_question: str = ""
    is_on_articles: bool = False
    language: str | None = None

    @property
    def question(self) -> str:
        """The standalone question."""
        return self.understanding.question

    def limited_to(self, articles: tuple[str, ...]) -> "UnderstoodTurn":
        """The turn with these articles as its scope."""
        scope = replace(self.understanding.scope, articles=articles)
        return replace(self, understanding=replace(self.understanding, scope=scope))


def understand(
    asked: str,
    turns: Sequence[Turn],
    catalogue: CatalogueSearch,
    *,
    reader: QuestionReader,
    correct: Correct,
    clock: date,
    ignore: Collection[UnderstoodPart] = (),
    score: ScoreIntent | None = None,
    score_turn: ScoreTurn | None = None,
    tag: TagSlots | None = None,
) -> UnderstoodTurn:
    """Understands `asked` after the earlier `turns`, oldest first.

    The parts in `ignore` are left out: with "spelling" no word is corrected, with "dates" no date limits the articles.
    `reader` asks the language model. `clock` is today. `score` is the regression over intents, `score_turn` the model
    of turns; without them, the rules decide alone. `tag` tags the words of a subject, by default with the bundled
    weights.
    """
    typed, asked = asked, with_apostrophes(asked)
    tag = tag or bundled_slot_tagger().tag
    extracted = extract_question(asked)
    question = extracted.context
    snapshot = catalogue.snapshot()
    # "What is it about?" is talk as a first turn, and a question about an article after an answer that names one.
    is_follow_up = bool(turns) and "conversation" not in ignore and extracted.context == extracted.question
    reference = refer_to_articles(question, turns, snapshot) if is_follow_up else None
    talk = talk_intent(asked) or talk_intent(question) or talk_intent(extracted.question)
    if talk and reference is None:
        return UnderstoodTurn(talk, Understanding(typed.strip()), asked)
    language = language_of_small_word(question)
    if language is None and (likely := foreign_language(question)) and not _is_known(question, catalogue):
        language = likely
    if language:
        return UnderstoodTurn(Intent("talk", "language"), Understanding(typed.strip()), asked, language=language)
    if "spelling" in ignore:
        correct = _uncorrected
    spelling = correct(question)
    question = spelling.question
    completed = CompletedTurn(question)
    if reference:
        question = reference.question
    elif is_follow_up:
        completed = complete_turn(question, turns, snapshot, reader, correct, clock, score_turn, tag)
        question = completed.question
    topic = extracted.topic
    if topic and question == extracted.question and find_dependence(question):
        # "I'm preparing a talk about doping. Is it legal?"
        question = standalone_question(question, (Turn(f"Tell me about {correct(topic).question}", ""),))
    if question != extracted.context:
        extracted = extract_question(question)
    days = snapshot.days()
    # The sentences around the question state its subject; they do not limit the articles.
    asking = extracted.question if extracted.question in question else question
    today = reference_day(clock, days[1] if days else None)
    complete = question
    positive, without = leave_out(asking, snapshot, today)
    question, asking = question.replace(asking, positive, 1), positive
    in_words = find_scope(asking, snapshot, today)
    mentions = [mention for mention in in_words.mentions if mention.part not in ignore]
    if asking != question and not mentions and not topic and is_bare_request(asking):
        asking = question  # "Is bread healthy? What do your articles say?"
    rule = intent = classify(asking, mentions)
    if rule.kind == "timeline" and "dates" not in ignore:
        in_words = with_told_dates(asking, in_words, snapshot, today)
        mentions = [mention for mention in in_words.mentions if mention.part not in ignore]
        rule = intent = _as_timeline(classify(asking, mentions), rule)
    is_beyond = reference is not None and reference.is_beyond
    if is_beyond:
        rule = intent = Intent("collection", "beyond_list")
    has_words = any(character.isalnum() for character in asking) and not is_beyond
    scored = score(with_common_nouns(asking, mentions), rule, mentions) if score and has_words else None
    if scored:
        intent = decide(rule, scored, asking, mentions)
        if is_unsure(rule, intent, scored, asking) and (reading := reader.read(question)):
            intent = intent_of_reading(reading, scored, asking, mentions) or intent
    if intent.kind == "talk" and completed.question != spelling.question:
        intent = rule  # a turn with words of the conversation asks about its subject
    if intent.kind == "talk" and rule.kind != "talk" and (topic or _are_known_keywords(asking, catalogue)):
        intent = rule
    if intent.kind == "talk":
        return UnderstoodTurn(intent, Understanding(typed.strip()), asked)
    if "dates" not in ignore:
        intent, in_words = with_all_limits(intent, rule, asking, in_words, snapshot, today, tag)
    is_alone = asking == question or _says_what_it_is_about(asking)
    if topic and intent.kind in ("views", "timeline", "author") and is_bare_request(asking):
        intent = replace(intent, subject=correct(topic).question)
        if f"({intent.subject})" not in question:
            question = f"{question.rstrip(' ?.!')} ({intent.subject})"
    elif asking != question and intent.kind != "collection":
        intent = replace(intent, subject=asking if is_alone else question)
    scope = in_words.scope
    if intent.kind == "collection" and intent.subject and not (intent.is_mention or scope.topics or "topics" in ignore):
        # The articles on a topic are those that the catalogue assigns to it, however the question asks for them.
        topics = topics_called(intent.subject, tuple(snapshot.values("topics")))
        if topics:
            intent, scope = replace(intent, subject=""), replace(scope, topics=topics)
    if intent.is_mention:
        intent = replace(intent, subject=_whole_name(intent.subject, asking, snapshot, scope))
    if intent.about and "topics" not in ignore:
        topics = topics_called(intent.about, tuple(snapshot.values("topics")))
        if topics:
            intent, scope = replace(intent, about=""), replace(scope, topics=topics)
    scope = _scope_for(intent, _without(replace(scope, without=without), ignore))
    if reference and "articles" not in ignore:
        scope = replace(scope, articles=reference.articles)
    understanding = Understanding(complete if without else question, spelling.corrected, scope)
    alone = _without_dates(asking, in_words.mentions, ignore)
    search = _search_text(intent, question.replace(asking, alone, 1), in_words.subject)
    narrower = _search_text(intent, alone, in_words.subject) if is_alone else search
    is_open = is_follow_up and intent.kind == "fact" and not scope and "articles" not in ignore
    previous = tuple(ref.id for ref in articles_named_in(turns[-1], snapshot)) if is_open else ()
    is_as_typed = question == spelling.question
    before = turns[-1].question if previous and is_as_typed and not turns[-1].is_abstention else ""
    return UnderstoodTurn(
        intent, understanding, search, narrower, in_words.authors_named, previous, before, completed.is_on_articles
    )


def _whole_name(subject: str, question: str, catalogue: Catalogue, scope: QuestionScope) -> str:
    """The whole name of the author or publication that `question` names.

    `subject` is what is left of it: "The Other Majority" loses its first words, as words of a request. A name that
    limits the articles is not meant ("articles by The Sanctions Ledger that mention sanctions").
    """
    lower, part = question.casefold(), subject.casefold()
    limits = {*scope.authors, *scope.sources}
    names = (name for field in ("author", "source") for name in catalogue.values(field) if name not in limits)
    return next((name for name in names if part and part in name.casefold() and name.casefold() in lower), subject)


def _as_timeline(read_again: Intent, first: Intent) -> Intent:
    """The question's intent after its dates are known.

    Without them it may not read as one for a timeline.
    """
    return read_again if read_again.kind == "timeline" else first


def _uncorrected(question: str) -> SpellingCorrection:
    return SpellingCorrection(question)


def _is_known(question: str, catalogue: CatalogueSearch) -> bool:
    words = [word for word in question.split() if any(character.isalpha() for character in word)]
    known = catalogue.knows(words)
    return bool(known) and sum(known) >= KNOWN_SHARE * len(known)


def _are_known_keywords(question: str, catalogue: CatalogueSearch) -> bool:
    """Whether `question` is at least two words, all of content and known."""
    words = question.split()
    is_content = len(words) > 1 and all(content_terms(word) for word in words)
    return is_content and all(catalogue.knows(words))


def _without(scope: QuestionScope, ignore: Collection[UnderstoodPart]) -> QuestionScope:
    """`scope` without the parts that the reader takes back."""
    if "dates" in ignore:
        scope = replace(scope, since=None, until=None)
    without = _without(scope.without, ignore) if scope.without else None
    return replace(
        scope,
        without=without or None,
        authors=() if "authors" in ignore else scope.authors,
        sources=() if "sources" in ignore else scope.sources,
        topics=() if "topics" in ignore else scope.topics,
        articles=() if "articles" in ignore else scope.articles,
    )


def _scope_for(intent: Intent, scope: QuestionScope) -> QuestionScope:
    """The part of `scope` that limits the articles of such a question.

    A topic limits lists of articles only; in a question of fact it is a search term.
    """
    if intent.kind == "collection":
        return scope
    without = replace(scope.without, topics=()) if scope.without else None
    return replace(scope, topics=(), without=without or None)


def _says_what_it_is_about(question: str) -> bool:
    """Whether `question` can be searched for without the sentences around it."""
    content = set(content_terms(question))
    return len(content) >= MIN_CONTENT_TERMS and find_dependence(question) is None


def _without_dates(question: str, mentions: Sequence[Mention], ignore: Collection[UnderstoodPart]) -> str:
    """`question` without its publication dates, if the user takes them back.

    Otherwise the search would look for articles that mention the year.
    """
    for mention in sorted(mentions, key=lambda mention: -mention.start):
        if mention.part == "dates" and "dates" in ignore:
            question = f"{question[: mention.start].rstrip()}{question[mention.end :]}"
    return question


def _search_text(intent: Intent, question: str, without_scope: str) -> str:
    """The search text.

    The words of a title say where to search, and are not in the sentences that answer. So in a named article only the
    words `without_scope` are searched for, unless none of them has content ("what should be done?").
    """
    if intent.kind == "article" and intent.action == "question" and content_terms(without_scope):
        return without_scope
    is_short = len(intent.subject.split()) <= MAX_SUBJECT_WORDS
    if intent.kind in ("views", "author", "timeline", "article") and content_terms(intent.subject) and is_short:
        return intent.subject
    return question
