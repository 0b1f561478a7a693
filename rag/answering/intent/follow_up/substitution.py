"""Combines the words of a follow-up question and of an earlier question.

Words of the earlier question go into the follow-up, or words of the follow-up into the earlier question.

Each function returns None if the result would not be a correct sentence.
"""

import re
from collections.abc import Sequence

from rag.answering.intent.follow_up.detection import Dependence
from rag.answering.intent.follow_up.ellipsis import ASKS_FOR_THE_WORDS
from rag.answering.intent.follow_up.noun_phrases import Span, is_plural
from rag.answering.intent.follow_up.question_parts import QuestionParts, find_names, find_places
from rag.answering.intent.follow_up.words import (
    AUXILIARY,
    BASE_VERB,
    BE,
    DATE,
    DETERMINER,
    OPINION,
    PREPOSITION,
    RELATIONAL_NOUN,
    VERB_OF_AN_AGENT,
    WH,
)
from rag.text.lexicon import PEOPLE_OF_PLACES

_SINGULAR = frozenset({"it", "its", "itself", "this", "that"})
_PLURAL = frozenset({"they", "them", "their", "theirs", "these", "those"})
_POSSESSIVE = frozenset({"his", "her", "hers", "its", "their", "theirs"})
_DEMONSTRATIVE = frozenset({"this", "that", "these", "those"})
_OTHER_SIDE = re.compile(
    r"(?:the )?(?:other (?:side|one|authors?|columnists?|writers?)|others?|critics?|opponents?|supporters?|rest"
    r"|everyone else|opposition)",
    re.IGNORECASE,
)
_VIEW = re.compile(
    r"\b(?:he|she|it|they|his|her|its|their)\s+(?:\w+ )?"
    r"(?:think|say|write|argue|believe|feel|want|recommend|propose|suggest|advise|predict(?:ed)?|expect(?:ed)?|mind|views?|"
    r"opinions?|position)\b"
    r"|\b(?:is|was|are|were) (?:he|she|it|they) (?:\w+ )?(?:right|wrong|correct|mistaken|serious|sure|fair)\b",
    re.IGNORECASE,
)
_ARGUMENT_OF = re.compile(
    r"\b(?:his|her|its|their)\s+(?:\w+ )?(?:arguments?|reasons?|reasoning|points?|case|claims?|objections?|concerns?|"
    r"worr(?:y|ies)|fears?|logic|evidence|alternatives?|proposals?|solutions?|advice)\b",
    re.IGNORECASE,
)
# "And after?" asks again, for the time on the other side.
_TURNED = re.compile(r"(?P<word>before|after|since)(?:wards?)?(?: (?:that|this|it|then))?", re.IGNORECASE)
_TIME = re.compile(r"\b(?:before|after|since|until)\b", re.IGNORECASE)
_IS_A = re.compile(r"\b(?:is|was)(?:n[’']t)? it (?:still |now |really )?an? ", re.IGNORECASE)
_IS_SUBJECT = re.compile(rf"^(?:.*\s)?{AUXILIARY}\s+$", re.IGNORECASE)
_MORE = (
    r"(?:(?:(?:can|could|would|will) you |please )?(?:tell|say|show|give) (?:me |us )?"
    r"(?:a (?:bit|little) |some |any )?)?more(?: (?:please|details?|information|info))?"
    r"|go on|continue|keep going|carry on|in more detail|details?(?: please)?"
)
# "Who did?" has the auxiliary of the earlier question's verb, and asks for its subject.
_WHO_AND_AUXILIARY = re.compile(rf"who(?: else)? (?P<auxiliary>{AUXILIARY})(?P<negation> not)?", re.IGNORECASE)
_WHO_IS_RIGHT = re.compile(
    r"(?:so |and )?(?:who|which(?: one)?)(?:['’]?s| is| are| of them is)?(?: (?:more|actually|really))? "
    r"(?:right|wrong|correct|convincing|stronger|closer)(?: (?:then|here|now))?"
    r"|(?:and )?(?:who|which(?: one)?|whom) (?:do|would) you (?:agree|side|go) with|"
    r"which (?:one )?(?:do|would) you prefer",
    re.IGNORECASE,
)
# "Who makes it?" after a question for an objection asks about the objection, and not about what it is against.
_MAKES_AN_ARGUMENT = re.compile(
    r"\b(?:mak|rais|voic|shar|answer|accept|counter|reject|refut|rebut)(?:es?|ed|ing|s)?\s*$", re.IGNORECASE
)
_VIEW_WITHOUT_TOPIC = re.compile(rf"\b{OPINION}\b(?!.*\b(?:of|about|on|for|against|that)\b)", re.IGNORECASE)
_DATE_WITH_ITS_PREPOSITION = re.compile(rf"(?:{PREPOSITION}|last|this|next|today|now|yesterday)\b", re.IGNORECASE)
_THERE_IS = re.compile(rf"{BE} there\b", re.IGNORECASE)
_LAST_ADVERB = re.compile(r"\s+(?:too|as well|then|instead|again|please)$", re.IGNORECASE)


def find_referent(dependence: Dependence, earlier: QuestionParts) -> str | None:
    """The phrase of `earlier` that the follow-up's pronoun stands for.

    None if no phrase has the pronoun's number, or if only an answer can name the antecedent.
    """
    start, end = dependence.pronoun
    before, pronoun = dependence.rest[:start], dependence.rest[start:end].lower()
    if pronoun in _PLURAL and re.search(r"\bof\s*$", before):
        # "Which of them is newer?" is about a set that only an answer names.
        return None
    if dependence.lacks_person:
        return earlier.person
    if earlier.authors and asks_for_argument_of_pronoun(dependence):
        # "What do they say about butter?" asks the publication for its view.
        return earlier.person
    if is_determiner(dependence):
        return earlier.names[0].text if earlier.names else None
    if pronoun in _PLURAL:
        return earlier.plural or earlier.only_name
    if _MAKES_AN_ARGUMENT.search(before) and (argument := earlier.argument):
        return argument
    if pronoun == "it" and _does_something(dependence) and (agent := earlier.agent):
        return agent
    singular = earlier.singular if pronoun in _SINGULAR else None
    if singular is not None and singular == earlier.agent and _IS_A.search(dependence.rest):
        return None  # "is it an alliance?" does not ask about a state
    return singular


def _does_something(dependence: Dependence) -> bool:
    """Whether the pronoun does what only an agent does ("what does it want")."""
    start, end = dependence.pronoun
    before, after = dependence.rest[:start], dependence.rest[end:]
    is_subject = re.search(rf"\b{AUXILIARY}\s*$", before, re.IGNORECASE)
    return bool(is_subject and re.match(rf"\s+(?:\w+ly )?{VERB_OF_AN_AGENT}\b", after, re.IGNORECASE))


def asks_for_view_of_pronoun(dependence: Dependence) -> bool:
    """Whether the follow-up asks what its pronoun thinks or wants."""
    return _VIEW.search(dependence.rest) is not None


def asks_for_argument_of_pronoun(dependence: Dependence) -> bool:
    """Whether the follow-up asks for the view or the argument of its pronoun."""
    return asks_for_view_of_pronoun(dependence) or _ARGUMENT_OF.search(dependence.rest) is not None


def stands_for_the_event(dependence: Dependence, earlier: QuestionParts) -> bool:
    """Whether the pronoun stands for all that `earlier` says.

    "Who loses from this?" after "how much does India pay?" asks about the payment.
    """
    start, end = dependence.pronoun
    pronoun = dependence.rest[start:end].lower()
    if not earlier.states_an_event or is_determiner(dependence) or _IS_A.search(dependence.rest):
        return False
    # "When will it end?" after "does Peru buy gas?" asks about the purchase: Peru does not end.
    is_no_agent = earlier.singular == earlier.agent and _IS_SUBJECT.match(dependence.rest[:start]) is not None
    return pronoun in ("this", "that") or (pronoun == "it" and is_no_agent and not _does_something(dependence))


def number_of(dependence: Dependence) -> str:
    """The number of the pronoun's antecedent: "person", "plural" or "singular".

    It is "" for a pronoun without a number ("there").
    """
    start, end = dependence.pronoun
    pronoun = dependence.rest[start:end].lower()
    if dependence.lacks_person:
        return "person"
    return "plural" if pronoun in _PLURAL else "singular" if pronoun in _SINGULAR else ""


def is_determiner(dependence: Dependence) -> bool:
    """Whether the pronoun has a noun of its own ("this policy")."""
    start, end = dependence.pronoun
    before, after = dependence.rest[:start], dependence.rest[end:]
    # "Is that legal?" has an adjective after the pronoun.
    if re.fullmatch(rf"(?:and |but |so )?{BE}\s+", before, re.IGNORECASE) and re.fullmatch(r"\s+[a-z]+\W*", after):
        return False
    noun = re.match(rf"\s+(?!(?:{AUXILIARY}|{PREPOSITION}|{BASE_VERB})\b)[a-z]", after, re.IGNORECASE)
    return dependence.rest[start:end].lower() in _DEMONSTRATIVE | {"the"} and noun is not None


def replace_pronoun(dependence: Dependence, phrase: str, earlier: QuestionParts | None = None) -> str | None:
    """The follow-up with `phrase` for its pronoun.

    None if the pronoun has a noun of its own, or is a place or a time. The topic of `earlier` is added if a view is
    asked for and `phrase` is its author.
    """
    start, end = dependence.pronoun
    before, pronoun, after = dependence.rest[:start], dependence.rest[start:end].lower(), dependence.rest[end:]
    is_pronoun = dependence.lacks_person or pronoun in _PLURAL | _SINGULAR
    if not is_pronoun or is_determiner(dependence):
        return None
    is_object = pronoun == "her" and re.match(rf"\s*(?:$|[?.!,]|{PREPOSITION}\b)", after, re.IGNORECASE)
    if pronoun in _POSSESSIVE and not is_object:
        phrase += "’" if phrase.endswith("s") else "’s"
    sentence = _capitalized(before + phrase + after)
    is_author = bool(earlier and earlier.authors and phrase.lower() == (earlier.person or "").lower())
    if earlier and is_author and earlier.asks_for_view and _VIEW_WITHOUT_TOPIC.search(sentence):
        return _with_topic(sentence, earlier)
    return sentence


def replace_question_word(dependence: Dependence, earlier: QuestionParts) -> str | None:
    """The earlier question with the question word of the follow-up ("why?")."""
    words = dependence.words
    if re.fullmatch(r"who(?: else)? (?:dis)?agrees?", words, re.IGNORECASE) and earlier.topic:
        return f"{_capitalized(words)}{_with_author(earlier)} about {earlier.topic.text}?"
    if asked_for_subject := _WHO_AND_AUXILIARY.fullmatch(words):
        subject = earlier.subject or (earlier.authors[0] if len(earlier.authors) == 1 else None)
        predicate = earlier.question[subject.end :] if subject else ""
        return f"{_capitalized(asked_for_subject[0])}{predicate}?" if predicate.strip() else None
    if not re.fullmatch(r"(?:(?:since|until|till|by) )?(?:when|where|why|how)(?: exactly)?", words, re.IGNORECASE):
        return None
    if re.match(rf"{AUXILIARY}\b", earlier.question, re.IGNORECASE):
        return f"{_capitalized(words)} {earlier.question[:1].lower()}{earlier.question[1:]}?"
    asked = re.match(rf"(?:where|when|why|how)\s+(?={AUXILIARY}\b)", earlier.question, re.IGNORECASE)
    return f"{_capitalized(words)} {earlier.question[asked.end() :]}?" if asked else None


def append_topic(dependence: Dependence, earlier: QuestionParts) -> str | None:
    """The follow-up with the topic that it lacks ("what does the author think?")."""
    return _with_topic(dependence.rest, earlier) if earlier.asks_for_view else None


def continue_on_topic(dependence: Dependence, earlier: QuestionParts, names: Sequence[str]) -> str | None:
    """The follow-up with the conversation's topic ("tell me more")."""
    phrase = earlier.main_phrase
    if asked := ASKS_FOR_THE_WORDS.fullmatch(dependence.words):
        return _asked_of(asked["who"] or asked["whom"] or "", earlier, names)
    if len(earlier.authors) > 1 and _WHO_IS_RIGHT.fullmatch(dependence.words):
        # The articles do not say who is right; both sides are shown again.
        return f"{earlier.question}?"
    plain = re.sub(r"\s+about (?:it|this|that)$", "", dependence.rest.rstrip(" ?!.…"), flags=re.IGNORECASE)
    asks_for_more = re.fullmatch(_MORE, plain, re.IGNORECASE)
    if asks_for_more and (phrase is None or earlier.asks_for_view or earlier.authors):
        # The same view is asked for again, of the same author.
        return f"{earlier.question}?"
    if phrase is None:
        return None
    if asks_for_more:
        return f"Tell me more about {phrase}"
    if re.fullmatch(rf"(?:what|which|who)\b.*\b{RELATIONAL_NOUN}", plain, re.IGNORECASE):
        return f"{_capitalized(plain)} of {phrase}?"
    if re.search(r"\b(?:agree|minds?|views?|positions?|opinions?)$", plain, re.IGNORECASE):
        return f"{_capitalized(plain)}{_with_author(earlier)} about {phrase}?"
    return None


def _asked_of(who: str, earlier: QuestionParts, names: Sequence[str]) -> str:
    """The earlier question again, of the author that `who` names, if it does."""
    is_author = [span.text for span in find_names(who, names)] == [who] and not earlier.authors
    holder = f", according to {who}" if is_author else ""
    return f"{earlier.question}{holder}{earlier.added_subject or '?'}"


def replace_phrase(dependence: Dependence, earlier: QuestionParts, names: Sequence[str]) -> str | None:
    """The earlier question with the follow-up's phrase for the part that it replaces.

    An author replaces the author, a date the date, and a place a place. Any other phrase replaces the topic of a view,
    the only name, or a phrase with the same last word. An author, date or place that replaces nothing is added.
    """
    phrase = _LAST_ADVERB.sub("", dependence.words)
    if turned := _TURNED.fullmatch(phrase):
        return _at_the_other_time(turned["word"].lower(), earlier)
    if DATE.fullmatch(phrase):
        return _with_date(phrase, earlier)
    split = re.match(rf"({PREPOSITION})\s+", phrase, re.IGNORECASE)
    preposition, bare = (split[1].lower(), phrase[split.end() :]) if split else ("", phrase)
    if [span.text for span in find_names(bare, names)] == [bare]:
        if earlier.authors:
            return _replaced(earlier, earlier.authors[0], bare) if len(earlier.authors) == 1 else None
        return f"{earlier.question}, according to {bare}?"
    if _OTHER_SIDE.fullmatch(bare):
        return _replaced(earlier, earlier.authors[0], bare) if len(earlier.authors) == 1 else None
    if [span.text for span in find_places(bare)] == [bare]:
        return _with_place(preposition, bare, earlier)
    is_name = bare[:1].isupper() and not re.match(rf"{DETERMINER}\b", bare, re.IGNORECASE)
    if earlier.topic and earlier.asks_for_view:
        # A name may be a place, an author or a topic.
        is_topic = not is_name and preposition in ("", "of", "about", "on", "for", "against")
        return _replaced(earlier, earlier.topic, bare) if is_topic else None
    if is_name and len(earlier.names) == 1 and not preposition:
        return _replaced(earlier, earlier.names[0], bare)
    return None if preposition else _with_phrase(bare, earlier)


def _at_the_other_time(word: str, earlier: QuestionParts) -> str | None:
    """The earlier question with `word` for its "before" or "after"."""
    question, changed = _TIME.subn(word, earlier.question, count=1)
    return f"{_capitalized(question)}{earlier.added_subject or '?'}" if changed else None


def _with_date(date: str, earlier: QuestionParts) -> str | None:
    dated = date if _DATE_WITH_ITS_PREPOSITION.match(date) else f"in {date}"
    if earlier.dates:
        return _replaced(earlier, earlier.dates[0], dated) if len(earlier.dates) == 1 else None
    return f"{earlier.question} {dated}?"


def _with_place(preposition: str, place: str, earlier: QuestionParts) -> str:
    """The earlier question with `place` for its first place.

    With a preposition, it is the first place after the same one.
    """
    for span in earlier.places:
        before = earlier.question[: span.start].split()
        if not preposition or (before and before[-1].lower() == preposition):
            is_adjective = span.text in PEOPLE_OF_PLACES.values()
            return _replaced(earlier, span, PEOPLE_OF_PLACES.get(place, place) if is_adjective else place)
    return f"{earlier.question} {preposition or 'in'} {place}?"


def _with_phrase(phrase: str, earlier: QuestionParts) -> str | None:
    """The earlier question with `phrase` for a phrase of the same kind.

    That is a phrase with the same last word, or the only phrase that agrees in number and in having a determiner.
    """
    words = phrase.split()
    modifiers = rf"(?:(?!(?:{DETERMINER}|{PREPOSITION}|{AUXILIARY}|{WH}|{BASE_VERB})\b)[\w’'-]+\s+){{0,3}}"
    determiner = rf"(?:{DETERMINER}\s+)?" if re.match(rf"{DETERMINER}\b", phrase, re.IGNORECASE) else ""
    same_head = rf"\b{determiner}{modifiers}{re.escape(words[-1])}(?!\w)" if words else r"(?!)"
    same = re.search(same_head, earlier.question, re.IGNORECASE)
    if same:
        return _replaced(earlier, Span(same.start(), same.end(), same[0]), phrase)
    phrases = [span for span in (earlier.topic, earlier.subject, earlier.object) if span]
    if not phrases or earlier.authors or _THERE_IS.match(earlier.question):
        return None
    likeness = [_likeness(span.text, phrase) for span in phrases]
    best = max(likeness)
    return _replaced(earlier, phrases[likeness.index(best)], phrase) if best and likeness.count(best) == 1 else None


def _likeness(phrase: str, other: str) -> int:
    has_determiner = [re.match(rf"{DETERMINER}\b", text, re.IGNORECASE) is not None for text in (phrase, other)]
    return (has_determiner[0] == has_determiner[1]) + (is_plural(phrase) == is_plural(other))


def _replaced(earlier: QuestionParts, span: Span, words: str) -> str:
    ending = earlier.added_subject or "?"
    return _capitalized(f"{earlier.question[: span.start]}{words}{earlier.question[span.end :]}{ending}")


def _with_topic(question: str, earlier: QuestionParts) -> str | None:
    """`question`, which asks for a view, with the earlier question's topic."""
    if earlier.topic is None:
        return None
    # "Think of tariffs", but "change his mind about tariffs".
    takes_of = re.search(r"\bthink\W*$", question, re.IGNORECASE)
    preposition = "about" if earlier.preposition == "of" and not takes_of else earlier.preposition
    return f"{_capitalized(question.rstrip(' ?!.…'))} {preposition} {earlier.topic.text}?"


def _with_author(earlier: QuestionParts) -> str:
    return f" with {earlier.authors[0].text}" if len(earlier.authors) == 1 else ""


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]
