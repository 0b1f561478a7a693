"""Completes follow-ups to a request for articles or for a timeline.

Examples are "which ones?", "and on gas?" and "only 2025". Such a follow-up changes one part of the earlier request (its
verb, subject, author or date) and keeps the others. It is rewritten as a complete request, so that a further follow-up
can change that one.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from rag.answering.intent.catalogue import Catalogue
from rag.answering.intent.classifier import Intent, classify, talk_intent
from rag.answering.intent.follow_up.articles import articles_named_in
from rag.answering.intent.follow_up.question_parts import find_names
from rag.answering.intent.follow_up.words import AUXILIARY, REQUEST, WH
from rag.answering.intent.frames.collection import ORDERING
from rag.answering.intent.frames.small_talk import looks_like_small_talk
from rag.answering.intent.frames.words import PIECE
from rag.answering.intent.mentions.date_expressions import find_periods
from rag.answering.intent.scope import Mention, find_scope, with_told_dates
from rag.answering.intent.turns.turn_model import TurnBefore
from rag.types.answer import Turn
from rag.types.question import MAX_TURNS

# A longer follow-up has a subject of its own, and a longer phrase does not name a subject.
MAX_CHARACTERS = 120
MAX_SUBJECT_WORDS = 6

_LEAD = re.compile(
    r"^(?:(?:ok(?:ay)?|thanks?|thank you|thx|great|cool|nice|good|yes|no|hm+|and|but|so|now|then|also|please|what "
    r"about|"
    r"how about|what of|(?:the )?same (?:for|with|on|about|thing for)|(?:and )?the same|only|just|rather|instead|make "
    r"(?:it|"
    r"that)|i meant?|show(?: me)?(?: only| just)?)\b[\s,.!:;–—-]*)+",
    re.IGNORECASE,
)
_LIMITS = re.compile(r"\b(?:only|just|instead|same|what about|how about|what of|and|but|also|now)\b", re.IGNORECASE)
_END = r"(?: (?:then|please|pls|exactly|again|too|as well|instead|only|altogether|in total|in all|now))*[\s?.!]*$"
_THEM = r"(?:them|these|those|they|that|it|there|all of (?:them|these|those)|the (?:articles|pieces|ones|titles|list))"
_WHICH = re.compile(
    rf"^(?:(?:which|what)(?: ones?| articles?| pieces?)?(?: (?:are|were|is|was) (?:they|those|these|there|it))?|"
    rf"(?:(?:can|could) (?:you|i) )?(?:please )?(?:list|show|name|give|see|display)(?: me)?(?: all)?(?: (?:{_THEM}|"
    rf"titles|"
    rf"a list))(?: all)?|(?:the |their |its )?titles|what are (?:their|the) titles|all of them){_END}",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(
    rf"^(?:(?:so )?how many(?: (?:is|are|was|were|does|do|of) {_THEM}(?: (?:make|are there))?| articles?| pieces?)?|"
    rf"(?:what(?:['’]s| is) )?(?:the |their )?(?:total|number|count)|count {_THEM}){_END}",
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"^(?:(?:which|what|from what|from which)(?: (?:one|article|piece|year|date|day|month))?"
    rf"(?: of {_THEM})?(?:['’]s| is| was) )?(?:the )?"
    rf"(?P<order>newest|latest|most recent|oldest|earliest|first|last|newer|older)"
    rf"(?: (?:one|article|piece|of {_THEM}|from|published|written|on (?:it|this|that|this topic)))*{_END}",
    re.IGNORECASE,
)
_ORDER = re.compile(
    rf"^(?:(?:sort|order)(?: (?:them|these|those))? |put them )?{ORDERING.pattern}{_END}", re.IGNORECASE
)
_BY_WHOM = re.compile(
    rf"^(?:by whom|by who|who (?:wrote|writes|are they by|were they by)(?: {_THEM})?|(?:who are )?the(?:ir)? "
    rf"(?:authors|"
    rf"writers)(?: of {_THEM})?|whose){_END}",
    re.IGNORECASE,
)
# "Who writes about him most?"
_WHO_MOST = re.compile(
    r"^(?:who|which (?:author|columnist|writer)s?) (?:else )?(?:has |have )?(?:writes?|wrote|written|"
    r"mentions?|mentioned|talks?|knows?|covers?|covered)(?: (?:the )?most)?(?: (?:about|on))?"
    r"(?: (?:him|her|it|them|this|that))?"
    rf"(?: (?:the )?(?:most|more)(?: often)?)?{_END}",
    re.IGNORECASE,
)
_HOW_MANY_OF = re.compile(
    r"^how many\b(?: (?:are|were|of (?:them|these|those)|articles?|pieces?))*\s+(?=\S)", re.IGNORECASE
)
_ORDERED_ON = re.compile(
    r"^(?:the )?(?P<order>newest|latest|most recent|oldest|earliest|first|last)(?: one| article| piece)?\s+(?=(?:on|"
    r"about|by|"
    r"from|in|of)\b)",
    re.IGNORECASE,
)
_BEFORE_SUBJECT = re.compile(
    rf"^(?:(?:any|the )?(?:ones?|those|{PIECE}) )?(?:(?:on|about|of|for|with|regarding|concerning|covering|to do "
    rf"with)\s+)+",
    re.IGNORECASE,
)
_AFTER_SUBJECT = re.compile(r"(?: (?:then|too|instead|please|pls|as well|now))+$", re.IGNORECASE)
_BEFORE_NAME = re.compile(
    rf"^(?:(?:the )?(?:ones?|those|{PIECE}) )?(?:by|from|of|with|for|according to)\s+$", re.IGNORECASE
)
_CLAUSE = re.compile(rf"^(?:{WH}|{AUXILIARY}|{REQUEST})\b", re.IGNORECASE)
_EMPTY = re.compile(
    rf"^(?:(?:the|ones?|those|these|them|only|just|{PIECE}|by|from|of|in|on|for|with|about|and)\b\s*)*$", re.I
)
_OLDEST = frozenset({"oldest", "earliest", "first", "older"})

Verb = Literal["count", "list", "newest", "oldest", "authors", "timeline", "author", "views"]
_WORDS: dict[Verb, str] = {
    "count": "how many articles", "list": "list the articles", "newest": "the newest article",
    "oldest": "the oldest article", "authors": "which authors write", "timeline": "timeline",
    "author": "what does", "views": "compare the views",
}  # fmt: skip
# These follow-ups are completed by their words (rag.answering.intent.follow_up) and by the model of turns.
VIEW_VERBS: tuple[Verb, ...] = ("author", "views")


@dataclass(frozen=True, slots=True)
class Request:
    """The parts of a request for articles, views or a timeline; "" for a missing part."""

    verb: Verb
    subject: str
    author: str
    date: str
    is_mention: bool = False
    source: str = ""
    order: str = ""

    def __str__(self) -> str:
        if self.verb == "timeline":
            # A date stands before the name, so that it is no date of what the author has said.
            according = f", according to {self.author}" if self.author else ""
            return f"timeline of {self.subject or 'the articles'}{f' {self.date}' if self.date else ''}{according}"
        if self.verb in VIEW_VERBS:
            return self._for_views()
        mention = "mentions" if self.verb in ("newest", "oldest") else "mention"
        on = f" that {mention} {self.subject}" if self.is_mention else f" on {self.subject}" if self.subject else ""
        by = f" by {self.author}" if self.author else ""
        by += f" in {self.source}" if self.source else ""
        if self.verb == "authors" and not on:
            return f"who are the authors{f' {self.date}' if self.date else ''}"
        if self.verb == "authors" and self.is_mention:
            return f"which authors mention {self.subject}{by}{f' {self.date}' if self.date else ''}"
        order = f", {self.order}" if self.order and self.verb == "list" else ""
        return f"{_WORDS[self.verb]}{on}{by}{f' {self.date}' if self.date else ''}{order}"

    def _for_views(self) -> str:
        place = f" in {self.source}" if self.source else ""
        if self.verb == "views":
            of = f" of {self.author}" if self.author else ""
            return f"compare the views{of} on {self.subject}{place}{f' {self.date}' if self.date else ''}"
        if not self.subject:
            return f"what does {self.author} think?"
        if self.date or self.source:
            return f"what did {self.author} write about {self.subject}{place}{f' {self.date}' if self.date else ''}?"
        return f"what does {self.author} think of {self.subject}?"


# `merge(question, before, last)` completes a follow-up to the request `before`, or to the turn `last`, by a model.
Merge = Callable[[str, "Request | None", TurnBefore], "Request | None"]


@dataclass(frozen=True, slots=True)
class ContinuedRequests:
    """A conversation whose follow-ups to requests are complete.

    `request` is the one that the question makes by its words, `turns` are the turns before it, completed. `before` is
    the request of the last one that is no talk, `last` what is known of that turn.
    """

    request: Request | None
    turns: tuple[Turn, ...]
    before: Request | None
    last: TurnBefore | None


def continue_requests(
    question: str, turns: Sequence[Turn], catalogue: Catalogue, today: date, merge: Merge | None = None
) -> ContinuedRequests:
    """Completes follow-ups to requests by words, those of `turns` also by `merge`."""
    before: Request | None = None
    last: TurnBefore | None = None
    rewritten = []
    for turn in turns[-MAX_TURNS:]:
        is_talk = _is_talk(turn.question)
        request = _completed(turn.question, before, last, catalogue, today, None if is_talk else merge)
        if request:
            turn = replace(turn, question=str(request))
        elif not is_talk:
            request = _request_in(turn.question, catalogue, today)
        if request or not is_talk:
            before = request
            last = _turn_before(turn, catalogue, today)
        rewritten.append(turn)
    request = _completed(question, before, last, catalogue, today, None)
    return ContinuedRequests(request, tuple(rewritten), before, last)


def _completed(
    question: str,
    before: Request | None,
    last: TurnBefore | None,
    catalogue: Catalogue,
    today: date,
    merge: Merge | None,
) -> Request | None:
    """The request of a follow-up, by its words, else by the model."""
    by_words = _continued(question, before, catalogue, today) if before and before.verb not in VIEW_VERBS else None
    return by_words or (merge(question, before, last) if merge and last else None)


def _turn_before(turn: Turn, catalogue: Catalogue, today: date) -> TurnBefore:
    mentions = find_scope(turn.question, catalogue, today).mentions
    intent = classify(turn.question, mentions)
    return TurnBefore(turn.question, intent, mentions, len(articles_named_in(turn, catalogue)))


def _is_talk(question: str) -> bool:
    return talk_intent(question) is not None or (
        looks_like_small_talk(question) and classify(question, ()).kind != "collection"
    )


def _request_in(question: str, catalogue: Catalogue, today: date) -> Request | None:
    """The request in `question`; None without one, or if it names an article."""
    in_words = find_scope(question, catalogue, today)
    mentions: Sequence[Mention] = in_words.mentions
    intent = classify(question, mentions)
    if intent.kind == "timeline":
        mentions = with_told_dates(question, in_words, catalogue, today).mentions
        intent = classify(question, mentions)
    verb = _verb_of(intent)
    if verb is None or any(mention.part == "articles" for mention in mentions):
        return None
    authors = [mention.text for mention in mentions if mention.part == "authors"]
    topics = [mention.text for mention in mentions if mention.part == "topics"]
    dates = [mention.text for mention in mentions if mention.part == "dates"]
    sources = [mention.text for mention in mentions if mention.part == "sources"]
    if (len(authors) > 1 and verb != "views") or len(dates) > 1 or len(sources) > 1:
        return None
    subject = intent.subject or " and ".join(topics)
    return Request(verb, subject, " and ".join(authors), "".join(dates), intent.is_mention, "".join(sources))


def _verb_of(intent: Intent) -> Verb | None:
    if intent.kind == "timeline" and not intent.action:
        return "timeline"
    if intent.kind == "author" and not intent.action:
        return "author"
    if intent.kind == "views" and not intent.action:
        return "views"
    if intent.kind != "collection":
        return None
    match intent.action:
        case "count" | "list" | "newest" | "oldest":
            return intent.action
        case "authors":
            return "authors"
        case _:
            return None


def _continued(question: str, before: Request | None, catalogue: Catalogue, today: date) -> Request | None:
    """The request of a follow-up to `before`; None if `question` is none."""
    if before is None or len(question) > MAX_CHARACTERS:
        return None
    plain = " ".join(question.split()).strip(" ?!.…")
    lead = _LEAD.match(plain)
    words = plain[lead.end() :] if lead else plain
    if before.verb != "timeline":
        if _WHICH.match(words):
            return replace(before, verb="list")
        if _HOW_MANY.match(words):
            return replace(before, verb="count")
        if first := _FIRST.match(words):
            return replace(before, verb="oldest" if first["order"].lower() in _OLDEST else "newest")
        if ordering := _ORDER.match(words):
            return replace(before, verb="list", order=ordering[0].strip(" ?!.").lower())
        if (_BY_WHOM.match(words) or _WHO_MOST.match(words)) and not before.author:
            return replace(before, verb="authors")
    verb: Verb = "list" if before.verb == "authors" else before.verb
    if counted := _HOW_MANY_OF.match(words):
        verb, words = "count", words[counted.end() :]
    elif ordered := _ORDERED_ON.match(words):
        verb = "oldest" if ordered["order"].lower() in _OLDEST else "newest"
        words = words[ordered.end() :]
    elif not (lead and _LIMITS.search(lead[0])) and not _BEFORE_SUBJECT.match(words):
        return None
    if before.verb == "timeline" and verb != "timeline":
        return None
    return _with_phrase(replace(before, verb=verb), words, catalogue, today)


def _with_phrase(before: Request, words: str, catalogue: Catalogue, today: date) -> Request | None:
    """`before`, with the author, date and subject that `words` name."""
    if not words or _CLAUSE.match(words):
        return None
    changed = before
    periods = find_periods(words, today)
    if len(periods) == 1:
        period = periods[0]
        text = words[period.start : period.end]
        changed = replace(changed, date=text if period.preposition else f"in {text}")
        words = f"{words[: period.start].rstrip()} {words[period.end :].lstrip()}".strip()
    names = [(name.start, name.end, name.text) for name in find_names(words, tuple(catalogue.values("author")))] or [
        (mention.start, mention.end, mention.text)
        for mention in find_scope(words, catalogue, today).mentions
        if mention.part == "authors"
    ]
    if len(names) == 1:
        start, end, name = names[0]
        is_alone = words[:start].strip() == "" or _BEFORE_NAME.match(words[:start])
        if not is_alone:
            return None
        changed = replace(changed, author=name)
        words = words[end:].strip(" ,")
    if not _EMPTY.match(words):
        subject = _AFTER_SUBJECT.sub("", _BEFORE_SUBJECT.sub("", words)).strip(" ,")
        if not subject or len(subject.split()) > MAX_SUBJECT_WORDS or len(names) > 1 or len(periods) > 1:
            return None
        changed = replace(changed, subject=subject)
    return changed if changed != before or before.verb != changed.verb else None
