"""Rewrites a follow-up question as a standalone question, by rule.

All added words come from one earlier question. If the words of the follow-up fit into the earlier question, or words of
the earlier question into the follow-up, the result is a sentence. Otherwise the earlier question's subject is added in
brackets.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from rag.answering.intent.follow_up.detection import Dependence, find_dependence
from rag.answering.intent.follow_up.noun_phrases import is_noun_phrase
from rag.answering.intent.follow_up.question_parts import QuestionParts, content_words, find_names, parse_question
from rag.answering.intent.follow_up.substitution import (
    append_topic,
    asks_for_argument_of_pronoun,
    continue_on_topic,
    find_referent,
    number_of,
    replace_phrase,
    replace_pronoun,
    replace_question_word,
    stands_for_the_event,
)
from rag.answering.intent.frames.small_talk import looks_like_small_talk
from rag.answering.intent.frames.words import PIECE, WRITER
from rag.answering.intent.spelling.contractions import with_apostrophes
from rag.text.analyzer import terms
from rag.types.answer import Turn
from rag.types.question import MAX_TURNS

# A longer phrase in brackets is shortened to its content words.
MAX_BRACKETED_WORDS = 12
# A noun phrase of fewer content words says too little without its clause, and so does a follow-up of fewer.
MIN_WORDS_OF_A_SUBJECT = 2
# "What does X expect to happen?" has so many content words besides the author.
MAX_WORDS_OF_A_BARE_VIEW = 2
# Questions for articles name what is asked for before the clause ("the column that mentions Brazil").
_OF_THE_COLLECTION = re.compile(rf"\b(?:{PIECE}|{WRITER}|wr[io]te?s?|written|publish\w*|mention\w*)\b", re.IGNORECASE)

_HAS_ITS_TOPIC = re.compile(r"\b(?:about|of|on|for|against|with)\b", re.IGNORECASE)
# What such a question asks for are people.
_ASKS_FOR_HOLDERS = re.compile(
    rf"^(?:(?:and|but|so) )?(?:who(?: else)?|(?:which|what) (?:\w+ )?{WRITER}|"
    r"compare(?: the)? views(?: (?:on|of|about))?)\b"
    r"(?: (?:is|are|still|also|really))*\s*",
    re.IGNORECASE,
)
_ASKS_FOR_REASON = re.compile(r"(?:and |but |so )?(?:why|how come|says who|since when)\b", re.IGNORECASE)
_ASKS_FOR_OTHERS = re.compile(r"\b(?:else|others?|against|agrees?|disagrees?|opposed?|opposite)\b", re.IGNORECASE)


def is_follow_up(question: str) -> bool:
    """Whether `question` depends on an earlier one."""
    return find_dependence(with_apostrophes(question)) is not None


def standalone_question(
    question: str,
    turns: Sequence[Turn],
    names: Sequence[str] = (),
    is_small_talk: Callable[[str], bool] = looks_like_small_talk,
) -> str:
    """Rewrites `question` as a standalone question, if it is a follow-up.

    Args:
        question: As the user typed it.
        turns: The conversation's earlier turns, oldest first. Their questions may be as typed or standalone; the result
            is the same.
        names: The library's authors and publications, which a follow-up replaces by one another.
        is_small_talk: Tells the turns that no question refers to, such as thanks.
    """
    dependence = find_dependence(question)
    if dependence is None or is_small_talk(question):
        return question
    if dependence.kind == "pronoun" and find_dependence(_with_capitals(question, names)) is None:
        return question  # "did ann ames change her mind?" has its antecedent
    return _rewritten(question, dependence, fold_turns(turns, names, is_small_talk), names)


def with_subject(question: str, turns: Sequence[Turn], names: Sequence[str] = ()) -> str:
    """`question` with the subject of the last of the standalone `turns`."""
    plain = " ".join(question.split())
    return _rewritten(question, Dependence("continuation", plain, plain.rstrip(" ?!.…")), turns, names)


def fold_turns(
    turns: Sequence[Turn],
    names: Sequence[str] = (),
    is_small_talk: Callable[[str], bool] = looks_like_small_talk,
) -> tuple[Turn, ...]:
    """Returns the last turns without small talk, with their questions standalone.

    Turns that are standalone already are not changed. The arguments are those of `standalone_question`.
    """
    folded: list[Turn] = []
    for turn in turns[-MAX_TURNS:]:
        if is_small_talk(turn.question):
            continue
        dependence = find_dependence(turn.question)
        question = _rewritten(turn.question, dependence, folded, names) if dependence else turn.question
        folded.append(replace(turn, question=question))
    return tuple(folded)


def _rewritten(question: str, dependence: Dependence, turns: Sequence[Turn], names: Sequence[str]) -> str:
    """The question with words of the last turn that has what the question refers to."""
    if dependence.kind == "pronoun" and (holders := _of_unnamed_holders(dependence, turns, names)):
        return holders
    if dependence.kind == "pronoun" and (resolved := _with_referent(dependence, turns, names)):
        return resolved
    nearest = next(_said(turns, names), None)
    if nearest is None:
        return question
    sentence = _sentence(dependence, nearest, names) if dependence.is_one_sentence else None
    if sentence and find_dependence(sentence) is None:
        return sentence
    subject = _subject(dependence, nearest)
    return f"{dependence.rest.rstrip()} ({subject})" if subject else question


def _with_referent(dependence: Dependence, turns: Sequence[Turn], names: Sequence[str]) -> str | None:
    """The question with its pronoun's antecedent, in its place or in brackets.

    The same pronoun in an earlier question has the same antecedent. None if no earlier question has a possible
    antecedent.
    """
    for earlier in _said(turns, names):
        if stands_for_the_event(dependence, earlier):
            return None
        handed_on = earlier.brackets if _has_same_pronoun(dependence, earlier) else None
        phrase = handed_on or _with_relative_clause(find_referent(dependence, earlier), earlier.question)
        if phrase:
            phrase = _as_the_catalogue_writes(phrase, names)
            is_clause = bool(handed_on) and not is_noun_phrase(handed_on or "")
            sentence = None if is_clause else replace_pronoun(dependence, phrase, None if handed_on else earlier)
            if sentence and dependence.is_one_sentence and find_dependence(sentence) is None:
                # "Who makes the main objection" needs to know to what, as the question for the objection did.
                subject = "" if handed_on or phrase in earlier.brackets else earlier.added_subject
                return sentence + (subject or _subject_of_view(dependence, sentence, phrase, earlier))
            is_usable = len(phrase.split()) <= MAX_BRACKETED_WORDS and not re.search(r"[()]", phrase)
            return f"{dependence.rest.rstrip()} ({phrase})" if is_usable else None
    unnamed = (earlier.person_in_small_letters for earlier in _said(turns, names) if dependence.lacks_person)
    person = next((phrase for phrase in unnamed if phrase), None)
    sentence = replace_pronoun(dependence, person) if person and dependence.is_one_sentence else None
    return sentence if sentence and find_dependence(sentence) is None else None


def _of_unnamed_holders(dependence: Dependence, turns: Sequence[Turn], names: Sequence[str]) -> str | None:
    """A question for the argument of those whom the last question asked for.

    The subject of the last question is added in brackets. "What's their main reason?" after "who wants the tax?" asks
    those who want it, and not the tax.
    """
    earlier = next(_said(turns, names), None)
    start, end = dependence.pronoun
    if earlier is None or earlier.authors or dependence.rest[start:end].lower() not in ("they", "their", "them"):
        return None
    if not (asks_for_argument_of_pronoun(dependence) and _ASKS_FOR_HOLDERS.match(earlier.question)):
        return None
    subject = earlier.topic.text if earlier.topic else _ASKS_FOR_HOLDERS.sub("", earlier.question)
    if earlier.brackets and find_dependence(earlier.question):
        subject = earlier.brackets
    return f"{dependence.rest.rstrip()} ({subject.strip()})" if content_words(subject) else None


def _with_capitals(question: str, names: Sequence[str]) -> str:
    """`question` with the catalogue's names as the catalogue writes them."""
    for span in reversed(find_names(question, names)):
        question = f"{question[: span.start]}{_as_the_catalogue_writes(span.text, names)}{question[span.end :]}"
    return question


def _as_the_catalogue_writes(phrase: str, names: Sequence[str]) -> str:
    """The name that `phrase` is, with its capitals.

    A pronoun later in the sentence may refer to it.
    """
    return next((name for name in names if name.lower() == phrase.lower()), phrase)


def _subject_of_view(dependence: Dependence, sentence: str, author: str, earlier: QuestionParts) -> str:
    """The earlier question's subject in brackets, if `sentence` has none.

    It is "" for any other sentence ("what does X expect?" after "what does X want on gas?").
    """
    if author.lower() not in {span.text.lower() for span in earlier.authors}:
        return ""
    if earlier.topic and (earlier.topic.overlaps(earlier.authors) or _HAS_ITS_TOPIC.search(sentence)):
        return ""
    own = len(content_words(sentence, without=author))
    if own > (MAX_WORDS_OF_A_BARE_VIEW if asks_for_argument_of_pronoun(dependence) else 0):
        return ""
    subject = earlier.topic or earlier.object
    if subject and not subject.overlaps(earlier.authors):
        return f" ({subject.text})"
    words = content_words(earlier.question, without=f"{sentence} {author}")
    return f" ({' '.join(words)})" if words else ""


def _with_relative_clause(phrase: str | None, question: str) -> str | None:
    """`phrase` with the relative clause after it in `question`."""
    if phrase is None or _OF_THE_COLLECTION.search(question):
        return phrase
    clause = re.search(
        rf"{re.escape(phrase)}(?P<clause> (?:that|who|which) (?:\S+ ?){{1,8}})$", question, re.IGNORECASE
    )
    return f"{phrase}{clause['clause'].rstrip()}" if clause else phrase


def _said(turns: Sequence[Turn], names: Sequence[str]) -> Iterator[QuestionParts]:
    """The questions of `turns` that have a subject, the last first."""
    for turn in reversed(turns):
        earlier = parse_question(turn.question, names)
        if content_words(earlier.question):
            yield earlier


def _has_same_pronoun(dependence: Dependence, earlier: QuestionParts) -> bool:
    dependence_before = find_dependence(earlier.question)
    if dependence_before is None or dependence_before.kind != "pronoun":
        return False
    return number_of(dependence) == number_of(dependence_before)


def _sentence(dependence: Dependence, earlier: QuestionParts, names: Sequence[str]) -> str | None:
    match dependence.kind:
        case "pronoun":
            return None
        case "question word":
            return replace_question_word(dependence, earlier)
        case "phrase":
            return replace_phrase(dependence, earlier, names)
        case "view":
            return append_topic(dependence, earlier)
        case "continuation":
            return continue_on_topic(dependence, earlier, names)


def _subject(dependence: Dependence, earlier: QuestionParts) -> str:
    """The words of the earlier question that the follow-up lacks.

    They are a phrase if the follow-up repeats none of them.
    """
    before = find_dependence(earlier.question)
    is_bare = before is not None and before.kind in ("pronoun", "continuation")
    says_little = len(content_words(earlier.question)) == 1
    asks_for_reason = bool(_ASKS_FOR_REASON.match(dependence.rest)) and not content_words(dependence.rest)
    if earlier.brackets and not asks_for_reason and (is_bare or says_little):
        # "Is that legal? (the loan)" is about the loan.
        return earlier.brackets
    words = content_words(earlier.clause, without=dependence.rest)
    if earlier.topic and not (len(earlier.authors) > 1 and earlier.topic.overlaps(earlier.authors)):
        is_view = earlier.asks_for_view and not _ASKS_FOR_OTHERS.search(dependence.rest)
        authors = earlier.authors if is_view and len(earlier.authors) == 1 else ()
        topic = _with_relative_clause(earlier.topic.text, earlier.question)
        phrase = ", ".join(text for text in (*(author.text for author in authors), topic) if text)
    else:
        main = earlier.main_phrase or ""
        says_what = len(content_words(dependence.rest)) >= MIN_WORDS_OF_A_SUBJECT
        says_what = says_what and dependence.kind not in ("phrase", "question word")
        is_specific = says_what and len(content_words(main)) >= MIN_WORDS_OF_A_SUBJECT
        phrase = main if is_specific else earlier.clause
    if earlier.brackets and says_little and phrase != earlier.brackets:
        phrase = f"{phrase}, {earlier.brackets}"  # "why not?" after "who didn't come? (the summit)"
    repeated = set(terms(" ".join(content_words(phrase)))) & set(terms(dependence.rest))
    is_usable = len(phrase.split()) <= MAX_BRACKETED_WORDS and not repeated and not re.search(r"[()]", phrase)
    return phrase if words and is_usable else " ".join(words)
