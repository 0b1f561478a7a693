"""The parts of a question that a follow-up question refers to or replaces.

English questions have a fixed order (question word, auxiliary, subject, verb), so a few patterns and the words' parts
of speech find the phrases. If no pattern fits, there is no phrase, and the content words are used instead.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from rag.answering.intent.follow_up.noun_phrases import (
    Span,
    find_subject_and_object,
    find_topic,
    is_plural,
    leading_noun_phrase,
)
from rag.answering.intent.follow_up.parts_of_speech import LETTER
from rag.answering.intent.follow_up.words import AUXILIARY, BE, DATE, DETERMINER, PREPOSITION, REQUEST, WH
from rag.text.analyzer import STOP_TERMS, terms
from rag.text.entities import CAPITALIZED_WORD, NAME_PARTICLE
from rag.text.lexicon import PLACE_NAMES, alternation

# The parts of a question are looked for in its first characters.
MAX_PARSED_CHARACTERS = 300
# A name in small letters has at most so many words.
MAX_NAME_WORDS = 3

_CAPITALIZED = rf"(?:{CAPITALIZED_WORD}|[A-Z]{{2,}}|[A-Z]\.)"
_NAME = re.compile(rf"\b{_CAPITALIZED}(?:\s+(?:{NAME_PARTICLE}\s+)?{_CAPITALIZED})*(?:\s+\d+\b)?")
_FUNCTION_WORD = re.compile(rf"{WH}|{AUXILIARY}|{REQUEST}|{PREPOSITION}|{DETERMINER}", re.IGNORECASE)
_BRACKETS = re.compile(r"\s*\(([^()]*)\)\s*$")
_ARGUMENT = re.compile(
    r"(?:the |an? |their |his |her |its )?(?:\w+ )?(?:arguments?|objections?|criticisms?|reasons?|points?|claims?|"
    r"counter-?arguments?|complaints?|concerns?|worr(?:y|ies)|downsides?|problems?)",
    re.IGNORECASE,
)
_DO = re.compile(r"\b(?:do|does|did|has|have|had|will|would|can|could|should)\b", re.IGNORECASE)
_BEFORE_SUBJECT = re.compile(r"^(?:about|on|of|for|against)\s+", re.IGNORECASE)
_BEFORE_PREPOSITION = re.compile(rf"\s+{PREPOSITION}\b", re.IGNORECASE)
_INDEFINITE = re.compile(r"an?\s", re.IGNORECASE)
_BEFORE_CLAUSE = re.compile(
    rf"^(?:{WH}\b(?:\s+(?:much|many|long|often|come))?\s*)?(?:{AUXILIARY}\b\s*)?", re.IGNORECASE
)
_WORD = re.compile(rf"{LETTER}+(?:[’'.-]+{LETTER}+)*")
# "The South", "the far east", but not "the south of France".
_REGION = re.compile(r"\bthe (?:global |far |middle |near )?(?:north|south|east|west)\b(?! of\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class QuestionParts:
    """A standalone question and its parts.

    `question` is without its final punctuation. `authors`, `places`, `dates` and `names` (all other names) are in the
    order of the question. `topic` is the topic of a view, a definition or a request; if a view is asked for,
    `preposition` is the word before the topic. `subject` and `object` are the noun phrases before and after the verb.
    `brackets` are the words in brackets at its end, which are no part of it.
    """

    question: str
    authors: tuple[Span, ...]
    places: tuple[Span, ...]
    dates: tuple[Span, ...]
    names: tuple[Span, ...]
    topic: Span | None
    preposition: str
    subject: Span | None
    object: Span | None
    brackets: str = ""

    @property
    def asks_for_view(self) -> bool:
        """Whether the question asks for a person's view of `topic`."""
        return self.topic is not None and bool(self.preposition)

    @property
    def main_phrase(self) -> str | None:
        """The phrase that the question is about."""
        return next(self._phrases(), None)

    @property
    def singular(self) -> str | None:
        """The phrase that "it" stands for."""
        authors = {span.text.lower() for span in self.authors}
        phrases = (phrase for phrase in self._phrases() if phrase.lower() not in authors)
        phrase = next((phrase for phrase in phrases if not is_plural(phrase)), None)
        is_name = phrase is not None and (phrase == self.agent or len(phrase.split()) == 1)
        if self.added_subject and is_name:
            # "It" after "was France there? (the summit)" is the summit.
            added = leading_noun_phrase(_BEFORE_SUBJECT.sub("", self.brackets))
            return added if added and not is_plural(added) else phrase
        return phrase

    @property
    def states_an_event(self) -> bool:
        """Whether it says what somebody does, so that "this" is the whole."""
        is_yes_or_no = _DO.match(self.question) is not None
        return self.agent is not None and (is_yes_or_no or (self.object is None and bool(_DO.search(self.question))))

    @property
    def argument(self) -> str | None:
        """The argument, objection or reason that the question asks for."""
        return next((span.text for span in (self.topic, self.object) if span and _ARGUMENT.fullmatch(span.text)), None)

    @property
    def agent(self) -> str | None:
        """The subject, if it is the name of a person, place or organisation."""
        named = {span.text.lower() for span in (*self.places, *self.names)}
        return self.subject.text if self.subject and self.subject.text.lower() in named else None

    @property
    def plural(self) -> str | None:
        """The phrase that "they" stands for."""
        return next((phrase for phrase in self._phrases() if is_plural(phrase)), None)

    @property
    def person(self) -> str | None:
        """The name that "he" or "she" stands for.

        It is an author's name, else the first name that is no place.
        """
        named = next(iter((*self.authors, *self.names)), None)
        return named.text if named else None

    @property
    def person_in_small_letters(self) -> str | None:
        """A noun without a determiner ("trump"), if there are no capitals."""
        if self.question[1:] != self.question[1:].lower():
            return None
        places = {span.text.lower() for span in self.places}
        # A name may have a particle that is no noun: "bram de boer".
        phrases = (_BEFORE_PREPOSITION.split(phrase, maxsplit=1)[0] for phrase in self._phrases())
        bare = (phrase for phrase in phrases if phrase and not re.match(rf"{DETERMINER}\b", phrase, re.IGNORECASE))
        likely = (
            phrase
            for phrase in bare
            if not is_plural(phrase)
            and phrase.lower() not in places
            # "Who was right" names nobody, and "who is bram de boer" does.
            and (" " in phrase or not re.search(rf"\b{BE} {re.escape(phrase)}$", self.question, re.IGNORECASE))
        )
        return next((phrase for phrase in likely if len(phrase.split()) <= MAX_NAME_WORDS), None)

    @property
    def only_name(self) -> str | None:
        """The only name that is neither author nor place; None for no or several names."""
        return self.names[0].text if len(self.names) == 1 else None

    @property
    def clause(self) -> str:
        """The question without its question word and auxiliary."""
        return _BEFORE_CLAUSE.sub("", self.question)

    @property
    def added_subject(self) -> str:
        """The subject that was added to the question, in brackets after a blank."""
        return f" ({self.brackets})" if self.brackets and self.brackets != self.question else ""

    def _phrases(self) -> Iterator[str]:
        # "Is the cap a success?" says something of the cap; "it" is no success.
        is_predicate = self.object is not None and _INDEFINITE.match(self.object.text)
        after_topic = (self.subject, self.object) if is_predicate else (self.object, self.subject)
        spans = [span.text for span in (self.topic, *after_topic) if span]
        # After "what's the main objection? (the levy)", "how much is it?" asks about the levy.
        if spans and self.added_subject and _ARGUMENT.fullmatch(spans[0]):
            yield _BEFORE_SUBJECT.sub("", self.brackets)
        yield from spans


def parse_question(question: str, names: Sequence[str]) -> QuestionParts:
    """Splits a standalone question into its parts.

    `names` are the library's authors and publications.
    """
    plain = _own_words(question[:MAX_PARSED_CHARACTERS]).rstrip(" ?!.…")
    authors = find_names(plain, names)
    dates = tuple(Span(match.start(), match.end(), match[0]) for match in DATE.finditer(plain))
    places = tuple(span for span in find_places(plain) if not span.overlaps(authors))
    other_names = tuple(span for span in _capitalized_names(plain) if not span.overlaps((*authors, *dates, *places)))
    topic, preposition = find_topic(plain, dates)
    subject, object_ = (None, None) if topic else find_subject_and_object(plain, dates)
    # "Second helping" is no subject "second".
    subject, object_ = (None if span and _is_part_of(span, authors) else span for span in (subject, object_))
    brackets = _BRACKETS.search(question[:MAX_PARSED_CHARACTERS].rstrip(" ?!.…"))
    return QuestionParts(
        plain,
        authors,
        places,
        dates,
        other_names,
        topic,
        preposition,
        subject,
        object_,
        brackets[1] if brackets else "",
    )


def _is_part_of(span: Span, names: Sequence[Span]) -> bool:
    """Whether `span` is a part of one of `names`, and not the whole name."""
    return any(name.start <= span.start and span.end <= name.end and span != name for name in names)


def content_words(text: str, without: str = "") -> list[str]:
    """The words of `text` that carry its subject, except those of `without`."""
    excluded = set(terms(without))
    words = []
    for word in _WORD.findall(text):
        word_terms = terms(word)
        if word_terms and not all(term in STOP_TERMS or term in excluded for term in word_terms):
            words.append(word)
    return list(dict.fromkeys(words))


def find_names(text: str, names: Sequence[str]) -> tuple[Span, ...]:
    """Finds where `text` names one of `names`.

    The name may be in any case, with or without "the", or only a person's last name.
    """
    lowered = text.lower()
    last_words = Counter(name.split()[-1] for name in names if name.split())
    spans: list[Span] = []
    for name in sorted(names, key=len, reverse=True):
        plain = re.sub(r"^the\s+", "", " ".join(name.split()), flags=re.IGNORECASE)
        words = plain.split()
        is_person = len(words) > 1 and last_words[words[-1]] == 1 and not name.lower().startswith("the ")
        for candidate in (plain, words[-1]) if is_person else (plain,):
            if not candidate or candidate.lower() not in lowered:
                continue
            # A lone word in small letters ("power") is a word, not an author.
            flags = re.IGNORECASE if " " in candidate else 0
            for match in re.finditer(rf"(?<!\w)(?:[Tt]he )?{re.escape(candidate)}(?!\w)", text, flags):
                span = Span(match.start(), match.end(), match[0])
                if not span.overlaps(spans):
                    spans.append(span)
    return tuple(sorted(spans, key=lambda span: span.start))


def find_places(text: str) -> tuple[Span, ...]:
    """The countries, peoples, capitals and quarters of the world that `text` names."""
    spans = [
        Span(match.start(), match.end(), match[0])
        for pattern in (_place_pattern(in_any_case=text[1:] == text[1:].lower()), _REGION)
        for match in pattern.finditer(text)
    ]
    return tuple(sorted(spans, key=lambda span: span.start))


def _own_words(question: str) -> str:
    """`question` without the words in brackets at its end.

    If nothing is left without them, the words in brackets are returned. So a question that refers to a follow-up takes
    over the follow-up's own words, and not those that were added to it.
    """
    brackets = _BRACKETS.search(question)
    if brackets is None:
        return question
    plain = question[: brackets.start()]
    return plain if content_words(plain) else brackets[1]


@cache
def _place_pattern(*, in_any_case: bool) -> re.Pattern[str]:
    names = {name for line in PLACE_NAMES for name in line if len(name) > 2}
    return re.compile(rf"\b(?:the )?(?:{alternation(names)})\b", re.IGNORECASE if in_any_case else 0)


def _capitalized_names(text: str) -> Iterator[Span]:
    """Names by their capitals; the capital of the first word does not count.

    The words of a title in quotation marks are none.
    """
    for match in _NAME.finditer(text):
        start, end = match.span()
        if text.rfind("“", 0, start) > text.rfind("”", 0, start):
            continue
        first = match[0].split()[0]
        if start == 0 or text[start - 2 : start] in (". ", "? ", "! "):
            if _FUNCTION_WORD.fullmatch(first) or all(term in STOP_TERMS for term in terms(first)):
                start += len(first) + 1
            elif first == match[0] and len(text.split()) > 3:
                continue
        possessive = re.search(r"[’']s?$", text[:end])
        end -= len(possessive[0]) if possessive else 0
        if start < end and content_words(text[start:end]):
            yield Span(start, end, text[start:end])
