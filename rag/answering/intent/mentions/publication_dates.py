"""Finds the periods in a question that limit the publication dates.

A date in a question of fact ("why did prices rise in March 2022?") limits no articles. It does if the question asks for
articles or for statements of an author: "articles from 2024", "what did Hard Power write in 2023?".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rag.answering.intent.mentions.date_expressions import Period, find_periods
from rag.answering.intent.mentions.question_words import MAX_CONTEXT_WORDS, QuestionWords
from rag.text.lexicon import (
    ARTICLE_NOUNS,
    ORDER_WORDS,
    SAYING_VERBS,
    UNNAMED_PIECES,
    VIEW_NOUNS,
    alternation,
)

# Masks that replace names in the words that the patterns read.
AUTHOR_MASK, SOURCE_MASK, ARTICLE_MASK = "AUTHOR", "SOURCE", "ARTICLE"
_MAX_WORDS_BEFORE = 40

_PLURALS = alternation((*ARTICLE_NOUNS, "commentary", "writings", "publications", "reviews", "stories"))
# "Did he win anything in 1985?" does not ask for articles.
_UNNAMED = (
    r"(?:(?:(?<=\bthere )|(?<=\bhave )|(?<=\bgot )|(?<=\bme )|(?<=\blist )|(?<=\bshow )|(?<=\bgive )|(?<=\bfind )"
    r"|(?<=\bread )|(?<=\bwas )|(?<=^))"
    rf"(?:{alternation(word for word in UNNAMED_PIECES if word not in ('one', 'ones', 'nothing'))}))"
)
_PIECE = rf"(?:{_PLURALS}|{_UNNAMED}|{ARTICLE_MASK})"
_VIEWS = (
    r"(?:(?:views|opinions|takes|commentary)|(?:arguments|positions|perspectives|predictions|forecasts"
    r"|judge?ments) (?:on|about))"
)
_VIEW = rf"(?:{alternation((*VIEW_NOUNS, *ARTICLE_NOUNS))})"
_WRITERS = (
    r"(?:(?:the |our |your |these |all |other |any )*(?:columnists?|authors?|writers?|commentators?|contributors?"
    r"|articles?|pieces?|columns?|collection|library|magazine|newspaper|they|you))"
)
_SPEAKER = rf"(?:{AUTHOR_MASK}|{SOURCE_MASK}|{_WRITERS})"
_SPEAKERS = rf"{_SPEAKER}(?:(?: ,)?(?: and| or| vs)? {_SPEAKER})*"
_ADVERB = r"(?:(?:already|also|still|ever|actually|really|even|first|once|each|both|all|\w{2,14}ly) )?"
_VERBS_BASE = alternation((*SAYING_VERBS.base, *SAYING_VERBS.participle, "make", "cover", "report", "stand", "read"))
_VERBS_PAST = alternation((*SAYING_VERBS.past, *SAYING_VERBS.participle, "covered", "reported", "stood", "read"))
# Words after which a date belongs to the event and not to the article.
_CLAUSE = (
    r"(?:that|which|who|whose|why|how|what|when|where|whether|because|if|happen\w*|did|do|does|was|were|is|are"
    r"|has|had|will"
    r"|would|explain\w*|mention\w*|discuss\w*|describ\w+|cover|covers|say|says|argue|argues|predict|predicts"
    r"|expect|expects)"
)
_FREE = rf"(?:(?! (?:{_CLAUSE})\b) [\w'-]+| ,){{0,12}}"
_PARTICIPLE_END = re.compile(
    r"(?<!\babout )(?<!\bon )(?<!\bof )(?<!\bthe )\b(?!(?:king|thing|nothing|something|anything|appeared"
    r"|everything|spring"
    r"|building|red|need|bed|fed)\b)\w{2,}(?:ing|ed) $"
)

_OF_PIECES = re.compile(
    rf"\b{_PIECE}(?: (?:that |which )?(?:(?:were|was|are|is|have been|has been|got|they|you"
    rf"|AUTHOR) )?{_ADVERB}(?:written|published|posted|dated|released|appeared"
    rf"|printed|wrote|have|do you have|are there|we have|you have|is there))?{_FREE} $"
)
_VIEWS_IN = re.compile(
    rf"\b(?:{_VIEWS}|(?:{AUTHOR_MASK}|{SOURCE_MASK}|your)(?:'s|'| s|s)? (?:\w+ ){{0,2}}{_VIEW}|{_VIEW} (?:of|by"
    rf"|from) {_SPEAKERS}){_FREE} $"
)
_SAID = re.compile(
    rf"\b(?:(?:did|have) you {_ADVERB}(?:{_VERBS_BASE})|(?:did|has|have|had|is|are|was|were"
    rf"|'d) {_SPEAKERS} {_ADVERB}(?:{_VERBS_BASE})"
    rf"|{_SPEAKERS} {_ADVERB}(?:has |have |had )?{_ADVERB}(?:{_VERBS_PAST})){_FREE} $"
)
_WAS_WRITTEN = re.compile(
    rf"\b(?:what|anything|something|everything|nothing|much|lot|who|which {_WRITERS}|how many|nobody|anyone"
    rf"|anybody|someone|we|you|ones?)"
    rf"(?: (?:else|has|have|had|was|were|is|did|been|you|we|here|all|already|ever|{AUTHOR_MASK}|{SOURCE_MASK}))*"
    rf" (?:written|published|publish|wrote|posted|appeared|appear|came out|come out|write|said by {_SPEAKERS}"
    rf"|written by {_SPEAKERS})"
    rf"(?: (?:about|on|regarding|by|for|in|here){_FREE})? $"
    rf"|\bwhat (?:was|has been|had been|is) (?:said|argued|predicted|thought) (?:about|on|of){_FREE} $"
)
# "How many from 2023?" counts articles, where no noun says what else.
_HOW_MANY = re.compile(
    r"^(?:(?:and|so|but|ok|okay|now|then) )*how many(?: (?:are|were|was|is|there|of|them|these|those|have|do|did|you"
    r"|got|been|written|published|come|came|out|appeared))* $"
    r"|^(?:and |so )?what(?:'s| s| is)? (?:the )?(?:new|newest|latest) $"
)
_FRAGMENT = re.compile(
    rf"^(?: ?(?:and|only|just|in|from|by|at|show me|give me|find|please|what about|how about|the|latest"
    rf"|newest) )*(?:{AUTHOR_MASK}|{SOURCE_MASK}){_FREE} $"
)
_AFTER_SAID = re.compile(
    rf"^(?: ,)? (?:what|how|which|who|did|has|have|why|where)?\b[^.]*?\b(?:(?:did|has|have"
    rf"|had) {_SPEAKERS} {_ADVERB}(?:{_VERBS_BASE})|{_SPEAKERS} (?:{_VERBS_PAST})"
    rf"|(?:what|which|how many|any) {_PIECE}|was (?:written|published)|{AUTHOR_MASK}'s (?:\w+ )?{_VIEW})\b"
)
_DATED_PIECES = re.compile(
    rf"^(?:'s|'| s)? (?:(?:{alternation(ORDER_WORDS)}|{AUTHOR_MASK}|{SOURCE_MASK}) )*(?:{_PLURALS})\b"
)
# "the 2024 election", and a date that is only one of two: "in 2022 and now".
_ATTRIBUTE = re.compile(r"\bthe \d{4}$", re.IGNORECASE)
_UNTIL_NOW = re.compile(r"\b(?:now|today|these days|nowadays|currently|later|since then|at present)\b")
_OWN_BEFORE = re.compile(rf"(?:{AUTHOR_MASK}|{SOURCE_MASK})(?:'s|'| s|s)? $")
_DATED_VIEW = re.compile(rf"^ {_VIEW}\b")
_LAYS_DOWN = re.compile(
    r"\b(?:change|changed|changes|changing|shift|shifted|evolve|evolved|switch|switched|turn|turned|corrected"
    r"|revised|reversed)\b"
)
# Prepositions that date an article; "by 2030" and "for 2025" date an event.
_DATING = frozenset({
    "", "in", "of", "on", "from", "since", "before", "after", "until", "till", "during", "between", "dated", "within",
    "as of", "up to", "up until", "prior to", "through", "later than", "newer than", "earlier than", "older than",
    "no later than", "pre", "post", "starting in", "over", "around",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class PublicationDate:
    """A period of publication in a question's words [first:last); an open end is None."""

    first: int
    last: int
    since: date | None
    until: date | None


def find_publication_dates(
    question: QuestionWords, named: Sequence[tuple[int, int, str]], today: date
) -> list[PublicationDate]:
    """The periods in `question` that limit publication dates.

    `named` are the positions of the authors, publications and titles in the question, with their masks.
    """
    dates = []
    for period in find_periods(question.question, today):
        first, last = question.index_at(period.start), question.index_at(period.end)
        is_free = first < last and not any(begin < last and first < end for begin, end, _ in named)
        if is_free and _is_of_publication(question, named, period, first, last):
            dates.append(PublicationDate(first, last, period.first, period.last))
    return dates


def find_told_dates(
    question: QuestionWords, named: Sequence[tuple[int, int, str]], today: date
) -> list[PublicationDate]:
    """The periods that limit a question about a development in time.

    "Since 2022" and "between May and July" limit it, "the 2022 election" is its subject. If the question also asks
    about the present ("in 2022 and now"), the period has no end.
    """
    dates = []
    for period in find_periods(question.question, today):
        first, last = question.index_at(period.start), question.index_at(period.end)
        after = question.after(last)
        is_free = first < last and not any(begin < last and first < end for begin, end, _ in named)
        is_range = period.first is not None and period.last is not None and period.preposition in ("from", "between")
        is_limit = is_range or period.preposition in (
            "since",
            "from",
            "after",
            "in",
            "during",
            "until",
            "till",
            "before",
        )
        text = question.question[period.start : period.end]
        is_attribute = _ATTRIBUTE.search(text) is not None and re.match(r" (?!and\b|or\b)[a-z]", after) is not None
        if is_free and is_limit and not is_attribute:
            until = None if _UNTIL_NOW.search(after) else period.last
            dates.append(PublicationDate(first, last, period.first, until))
    return dates


def combine(dates: Sequence[PublicationDate]) -> tuple[date | None, date | None]:
    """Combines `dates` into one period: their intersection, or from first to last."""
    if not dates:
        return None, None
    since = max((day.since for day in dates if day.since), default=None)
    until = min((day.until for day in dates if day.until), default=None)
    if since and until and since > until:
        since = min((day.since for day in dates if day.since), default=None)
        until = max((day.until for day in dates if day.until), default=None)
    return since, until


def _is_of_publication(
    question: QuestionWords, named: Sequence[tuple[int, int, str]], period: Period, first: int, last: int
) -> bool:
    start = first
    while start > 0 and first - start < _MAX_WORDS_BEFORE and not question.begins_sentence(start):
        start -= 1
    inside = [span for span in named if span[0] >= start and span[1] <= first]
    left = f" {question.masked(inside, start, first)} " if first > start else ""
    left = re.sub(r" +", " ", left).lstrip()
    end = min(len(question), last + MAX_CONTEXT_WORDS)
    right_gap = question.after(last, 0)
    following = [span for span in named if span[0] >= last and span[1] <= end]
    right = f"{right_gap}{question.masked(following, last, end)}"
    is_attribute = _ATTRIBUTE.search(question.question[period.start : period.end]) and re.match(
        r" (?!and\b|or\b)[a-z]", right
    )
    if period.preposition not in _DATING or (period.preposition == "on" and period.first != period.last):
        return False
    if period.preposition in ("of", "on", "in", "") and (
        _DATED_PIECES.match(right) or (_OWN_BEFORE.search(left) and _DATED_VIEW.match(right))
    ):
        return True
    if is_attribute or _UNTIL_NOW.search(right):
        return False
    # "X's view of the Germans today" asks for the view of now, and not for what was written on this day.
    if period.preposition == "" and question.question[period.start : period.end].lower() == "today":
        return bool(_OF_PIECES.search(left) or _WAS_WRITTEN.search(left))
    if left.strip() in ("", "back"):
        return _AFTER_SAID.match(right) is not None
    if _HOW_MANY.match(left) and re.fullmatch(r"[ ?.!]*", right):
        return True
    if period.preposition in ("of", "") and not _is_adjacent(left, period, question):
        return False
    if _PARTICIPLE_END.search(left) and not re.search(
        rf"\b(?:{_VERBS_PAST}|written|posted|dated|released|printed) $", left
    ):
        return False
    if _LAYS_DOWN.search(left):
        return False
    return any(pattern.search(left) for pattern in (_OF_PIECES, _VIEWS_IN, _SAID, _WAS_WRITTEN, _FRAGMENT))


def _is_adjacent(left: str, period: Period, question: QuestionWords) -> bool:
    """Whether a date without a preposition, or with "of", dates an article.

    A relative date does ("said last year"), and so does a date next to the article ("articles of 2023").
    """
    text = question.question[period.start : period.end]
    if period.preposition == "" and not re.match(r"(?:the )?\d|Q\d|H\d", text, re.IGNORECASE):
        return True
    return bool(re.search(rf"\b(?:{_PLURALS}|{AUTHOR_MASK}|{SOURCE_MASK}|{_VERBS_PAST})(?:'s|s)? $", left))
