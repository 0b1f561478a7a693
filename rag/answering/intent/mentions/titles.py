"""Finds the articles that a question names by their titles, in any spelling.

Titles consist of ordinary words, so the words alone are seldom sufficient. A title counts in quotation marks, with a
title's capitals, if it is long, or after a request for an article ("summarise the enrichment gap", "who wrote …").
After such a request a distinctive part of the title is sufficient, and one word may be misspelt.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.answering.intent.mentions.question_words import QuestionWords, fold, folded_words
from rag.answering.intent.mentions.title_runs import (
    MAX_PLACES,
    Title,
    TitleRun,
    is_stop_word,
    parse_title,
    title_index,
    title_runs,
)
from rag.text.lexicon import LOOSE_ARTICLE_NOUNS, PLACE_NAMES, SAYING_VERBS, STANCE_VERBS, alternation
from rag.types.article import ArticleRef

# A title with this many content words is no coincidence in a question, with or without capitals.
MIN_CONTENT_WORDS = 4
# After a request for an article, this many words of a title name it. Elsewhere a part needs one word more, and at least
# this share of the title.
MIN_PART_WORDS = 2
MIN_PART_SHARE = 0.6
_QUOTED = re.compile(
    r"[\"“”„«»]([^\"“”„«»]{2,200})[\"“”„«»]|(?<!\w)[‘'](\w[^‘’'\n]{2,120}(?:[’']\w[^‘’'\n]{0,80})?)[’'](?!\w)"
)
_PIECE = rf"(?:{alternation(LOOSE_ARTICLE_NOUNS)})"
_CALLED = (
    rf"(?:(?:the|that|this|an?|your|his|her|their) )?(?:\w+ )?{_PIECE} ?,? ?(?:called|titled|entitled|named"
    rf"|headlined|about|on)? ?,? ?"
)
_ASKS_FOR_AN_ARTICLE = re.compile(
    rf"(?:\b(?:summari[sz]e|sum up|summari[sz]ing|recap|condense|outline|tl ?,? ?dr(?: of)?|(?:summary|gist|synopsis"
    rf"|outline|abstract|overview|recap|digest)"
    rf"(?: of)?|(?:main |central |key |core )?(?:argument|thesis|point|idea|claim|message|conclusion|takeaway)s?"
    rf" (?:of|in|from|behind)|according to|who (?:wrote|authored|penned|published)|(?:author|writer) of|date of"
    rf"|copy of|link to"
    rf"|quotes? from|passages? (?:of|from)|(?:open|read|reread) )(?: me| for me| up)? ?,? ?(?:{_CALLED})?"
    rf"|(?:bullet points?|takeaways?|highlights|key facts) (?:of|in|from|on) (?:{_CALLED})?"
    rf"|\b(?:the|that|this|an?|'s) {_PIECE} ?,? ?(?:called|titled|entitled|named|headlined|about|on)? ?,? ?"
    rf"|\b(?:called|titled|entitled|headlined) ?,? ?)(?:the |an? )?$"
)
_NAMES_AN_ARTICLE = re.compile(
    r"(?:\b(?:what (?:is|was)|what'?s|is|was|when (?:is|was|did)|who is|does|did|do|has|where (?:is|was|did)) "
    r"|\b(?:in|from) |^)(?:the |an? )?$"
)
_DOES = re.compile(r"\b(?:does|did|do) (?:the |an? )?$")
_IN = re.compile(r"^(?:and |so |ok )?(?:in|from) (?:the |an? )?$")
_THE = re.compile(r"\b(?:the|that|this) $|^$")
_COMPARES = re.compile(
    r"\b(?:compare|contrast|between|versus|vs|with|to|and)(?: the article| the piece)? (?:the "
    r"|an? )?$"
)
_SAYS_IN = re.compile(
    r"\b(?:(?:say|says|said|write|writes|argue|argues|argued|mention|mentions|claim|claims|think"
    r"|thinks)(?: \w+){0,6} in"
    r"|(?:write|wrote|written|publish|published))(?: the article| the piece)? (?:the |an? )?$"
)
# A whole title may be asked for in these words, which ask for any other subject too.
_EXPLAINS = re.compile(
    r"(?:^|\b(?:please|you|me|to) )(?:explain|describe|tell me about|discuss|present)(?: to me| me)? $"
)
_QUESTION_WORDS = frozenset(
    {"what", "why", "how", "when", "where", "who", "which", "is", "are", "does", "do", "can", "should"}
)
_IS_A_PIECE = re.compile(rf"^ {_PIECE}\b(?! (?:on|about|by|from|of)\b)")
_IS_SUMMED_UP = re.compile(
    r"^(?: [,:])? (?:summary|gist|tldr|tl dr|recap|synopsis|main (?:point|argument"
    r"|idea)s?)[ .,]*$"
)
_VERB = alternation(
    (
        *SAYING_VERBS.base,
        *SAYING_VERBS.participle,
        *(verb for verb in STANCE_VERBS.base if verb not in ("mean", "make")),
        "deal",
        "end",
    )
)
_AS_AN_ARTICLE = re.compile(
    rf"^ (?:(?:really |actually |even |mainly |all )?(?:about|published|written|posted|out|dated|by)\b(?! (?:to"
    rf"|for)\b)|(?:appear|come out)\b|{_PIECE}\b)"
)
_SAYS = re.compile(rf"^ (?:(?:really|actually|also|even|ever) )?(?:{_VERB})\b")
_ENDS = re.compile(
    rf"^(?: ?[.,:'/]| ?$| (?:for|in|to|please|and|or|vs|versus|with|by|from|that|what|why|how|who|which|when|where"
    rf"|is|are|was|were|do|does|did"
    rf"|has|have|had|should|would|will|can|could|about|on|as|say|says|said|argues?|but|the|a|an|it|there|if"
    rf"|briefly|shortly|now|again"
    rf"|published|written|dated|{_PIECE})\b)"
)


@dataclass(frozen=True, slots=True)
class NamedTitle:
    """A title in a question's words [first:last), and the ids of its articles."""

    first: int
    last: int
    articles: tuple[str, ...]


def find_titles(question: QuestionWords, articles: Sequence[ArticleRef], topics: Sequence[str]) -> list[NamedTitle]:
    """The titles that `question` names, in its order.

    `articles` are the candidates. A part of a title that is also one of the catalogue's `topics` names the topic.
    """
    content = [(index, key) for index, key in enumerate(question.keys) if not is_stop_word(key)]
    places: dict[str, list[int]] = {}
    for position, (_, key) in enumerate(content):
        known = places.setdefault(key, [])
        if len(known) < MAX_PLACES:
            known.append(position)
    index = title_index(articles)
    topic_words = [frozenset(folded_words(topic)) for topic in topics]
    quoted = _quoted_words(question)
    runs = [
        run
        for title in index.likely(places)
        for run in title_runs(title, question, content, places)
        if _is_named(run, question, content, topic_words, quoted)
    ]
    return [NamedTitle(run.first, run.last, tuple(index.ids[run.title])) for run in _distinct(runs)]


@lru_cache(maxsize=1)
def _place_words() -> frozenset[str]:
    return frozenset(fold(name) for names in PLACE_NAMES for name in names)


def _is_named(
    run: TitleRun,
    question: QuestionWords,
    content: list[tuple[int, str]],
    topics: list[frozenset[str]],
    quoted: list[tuple[int, int]],
) -> bool:
    """Whether the run of words is a mention of the title."""
    parsed = parse_title(run.title)
    share = run.length / len(parsed.content)
    words = frozenset(question.keys[run.first : run.last])
    of_content = frozenset(word for word in words if not is_stop_word(word)) or words
    if any(first <= run.first and run.last <= last for first, last in quoted):
        first, last = next(span for span in quoted if span[0] <= run.first and run.last <= span[1])
        return sum(first <= index < last for index, _ in content) <= run.length and share >= 0.5
    is_exact = run.is_whole and run.is_exact
    if is_exact and (len(parsed.content) >= MIN_CONTENT_WORDS or _has_title_capitals(run, question, parsed, topics)):
        return True
    is_topic = any(of_content <= topic for topic in topics)
    before, after = question.before(run.first), question.after(run.last)
    is_topic_alone = is_topic and len(parsed.content) == 1
    if is_exact and not is_topic and (_is_all_that_is_asked(run, question, parsed) or _IS_SUMMED_UP.match(after)):
        return True
    has_end = _ENDS.match(after) or _AS_AN_ARTICLE.match(after) or _SAYS.match(after)
    if not has_end or (is_topic and not run.is_whole):
        return False
    if _ASKS_FOR_AN_ARTICLE.search(before) or (_IS_A_PIECE.match(after) and _THE.search(before)):
        return (run.is_whole and not is_topic_alone) or run.length >= MIN_PART_WORDS
    if len(parsed.content) < 2:
        return False
    if not run.is_whole and (run.length < MIN_PART_WORDS + 1 or share < MIN_PART_SHARE):
        return False
    if is_exact and any(frame.search(before) for frame in (_COMPARES, _SAYS_IN, _EXPLAINS)):
        return True
    return (
        bool(_NAMES_AN_ARTICLE.search(before) and _AS_AN_ARTICLE.match(after))
        or bool(_DOES.search(before) and _SAYS.match(after))
        or bool(_IN.search(before) and after.startswith(" ,"))
    )


def _is_all_that_is_asked(run: TitleRun, question: QuestionWords, title: Title) -> bool:
    """Whether the question is a title and nothing else.

    A title that is a question may be asked as a question.
    """
    is_alone = run.first == 0 and run.last == len(question)
    return is_alone and len(title.keys) > 1 and title.keys[0] not in _QUESTION_WORDS


def _has_title_capitals(run: TitleRun, question: QuestionWords, title: Title, topics: list[frozenset[str]]) -> bool:
    """Whether the run has capitals that only a title explains."""
    if not question.has_case or len(title.keys) + (question.keys[run.first] in ("the", "a", "an")) < 2:
        return False
    words = [word for word in question.words[run.first : run.last] if not is_stop_word(word.key)]
    if not words:
        words = list(question.words[run.first : run.last])
    if not all(word.is_capitalized or word.text[0].isdigit() for word in words):
        return False
    following = question.words[run.last] if run.last < len(question) else None
    if following and following.is_capitalized and question.is_joined(run.last - 1, run.last + 1):
        return False
    names = _place_words().union(*topics)
    telling = [
        word
        for index, word in enumerate(question.words[run.first : run.last], run.first)
        if word.is_capitalized and not question.begins_sentence(index) and word.key not in names
    ]
    return len(telling) >= min(2, len(words)) and (len(telling) > 1 or question.words[run.first].is_capitalized)


def _quoted_words(question: QuestionWords) -> list[tuple[int, int]]:
    spans = []
    for match in _QUOTED.finditer(question.question):
        group = 1 if match[1] else 2
        spans.append((question.index_at(match.start(group)), question.index_at(match.end(group))))
    return spans


def _distinct(runs: list[TitleRun]) -> list[TitleRun]:
    """One title for each position, and none if two are equally good.

    A whole title is better than a part, then a longer run, then an exact one.
    """
    ranked = sorted(
        runs, key=lambda run: (not (run.is_whole and run.is_exact), -run.length, not run.is_whole, not run.is_exact)
    )
    kept: list[TitleRun] = []
    for run in ranked:
        if any(run.first < other.last and other.first < run.last for other in kept):
            continue
        rivals = [
            other for other in ranked
            if other.title != run.title and other.first < run.last and run.first < other.last
            and (other.length, other.is_whole, other.is_exact) == (run.length, run.is_whole, run.is_exact)
        ]  # fmt: skip
        kept.append(run)
        if rivals:
            kept[-1] = TitleRun("", run.first, run.last, 0, False, False)
    return sorted((run for run in kept if run.title), key=lambda run: run.first)
