"""Classifies a question by its intent.

It asks for talk, the collection, one article, one author, views, a timeline, or a fact.

Rules over the phrases of rag.answering.intent.frames decide. They read the question with its names of authors,
publications, topics, articles and days replaced by placeholders, so that they hold for any collection. A question that
no rule recognises asks for a fact or a reason, unless the regression of rag.answering.intent.intent_model finds another
kind.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from rag.answering.intent.frames import collection, talk, views
from rag.answering.intent.frames.subjects import (
    PLACEHOLDER,
    PUNCTUATION,
    SINCE_AN_EVENT,
    content_words,
    same_words,
    subject_without_frames,
    tidy,
)
from rag.text.lexicon import NUMBER_WORDS
from rag.types.understanding import Kind, UnderstoodPart

Action = Literal[
    "", "greeting", "thanks", "goodbye", "help", "identity", "complaint", "smalltalk", "language",
    "about", "count", "authors", "sources", "topics", "period", "newest", "oldest", "list",
    "who_wrote", "when_published", "unknown_author", "count_authors", "count_sources", "count_topics",
    "summary", "described", "question", "for_and_against", "count_years", "change", "compared_counts",
    "compared_days", "beyond_list",
]  # fmt: skip
# No placeholder is an English word, so no phrase matches inside a placeholder.
_PLACEHOLDERS: dict[UnderstoodPart, str] = {
    "authors": "@authorname", "sources": "@sourcename", "topics": "@topicname", "articles": "@articlename",
    "dates": "@datename",
}  # fmt: skip
_QUOTED_PLACEHOLDER = re.compile(r"[“\"‘']\s*(@(?:author|source|topic|article|date)name)\s*[”\"’']")
# A title that no article has.
_QUOTED_TITLE = re.compile(r"[“\"](?P<title>[^“”\"]{2,200})[”\"]")
# "by X", if the catalogue has no author X.
_BY_NAME = re.compile(r"(?:(?:written|published) )?by (?P<name>\w[\w .'-]{1,60})$")
_NUMBERS = {word: int(number) for word, number in NUMBER_WORDS.items() if 1 < number <= 20}
# More articles than this are never listed at once.
MAX_ASKED_FOR = 20
# Longer texts are not matched against the patterns: they do not consist of one frame.
MAX_FRAME_CHARACTERS = 400
_IN_ARTICLE = re.compile(r"\b(?:according to|in|from)(?: the| an?)?(?: \w+)? \W?@articlename\b\W{0,2}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Intent:
    """What a question asks for.

    `action` refines the kind: "count" of the collection, "summary" of an article. `subject` is what the question is
    about, without the words of the request and the names in it; "" if nothing is left. `is_mention` is whether the
    articles must contain the subject's exact words ("articles that mention Euroclear"); then `about` is what they must
    also be about ("articles on sanctions that mention Euroclear"), "" for anything. `without` is what they must not be
    about ("articles on bread but not about sugar"). For a list, `is_ascending` is
    whether the oldest articles or the lowest counts come first, and `limit` is the number of articles asked for, 0 for
    any number.
    """

    kind: Kind
    action: Action = ""
    subject: str = ""
    is_mention: bool = False
    is_ascending: bool = False
    limit: int = 0
    about: str = ""
    without: str = ""


class MentionSpan(Protocol):
    """Characters `start` to `end` of a question that name a part of its scope."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def part(self) -> UnderstoodPart: ...
    @property
    def values(self) -> tuple[str, ...]: ...


def talk_intent(text: str) -> Intent | None:
    """The intent of a turn that is only talk, None for any other turn."""
    bare = " ".join(re.sub(r"[^\w'’?]+", " ", text.casefold()).split())
    bare = bare if not bare.strip("? ") else bare.replace("?", "").strip()
    if not bare or len(bare) > MAX_FRAME_CHARACTERS:
        return None
    bare = " ".join(bare.split())
    for words in dict.fromkeys((bare, talk.AROUND_TALK.sub("", bare))):
        for action, pattern in talk.TALK.items():
            if words and pattern.fullmatch(words):
                return Intent("talk", action)  # type: ignore[arg-type]  # the keys of TALK are actions
    return None


def classify(question: str, mentions: Sequence[MentionSpan]) -> Intent:
    """The intent of `question`, by rule.

    `mentions` are the names in the question that limit the articles, in any order.
    """
    if len(question) > MAX_FRAME_CHARACTERS:
        return Intent("fact", subject=question)
    masked = mask_mentions(question, mentions)
    authors = {value for mention in mentions if mention.part == "authors" for value in mention.values}
    masked = _QUOTED_PLACEHOLDER.sub(r"\1", masked)
    lower = masked.casefold().replace("’", "'").strip(PUNCTUATION)
    if intent := _catalogue_fact(lower, masked) or _article_intent(lower, masked):
        return intent
    if not lower.startswith(("why", "how")):
        if len(authors) == 1 and views.CHANGE_OF_MIND.search(lower):
            return Intent(
                "author", "change", subject_without_frames(masked, lower, views.CHANGE_OF_MIND, views.AUTHOR_VIEW)
            )
        if not authors and views.CHANGES_OF_MIND.search(lower):
            return Intent("timeline", "change", subject_without_frames(masked, lower, views.CHANGES_OF_MIND))
    if len(authors) > 1 and collection.COMPARED_COUNTS.search(lower):
        counts = collection.COMPARED_COUNTS, collection.REST_OF_COMPARED_COUNTS
        return Intent("collection", "compared_counts", subject_without_frames(masked, lower, *counts))
    if intent := _collection_intent(lower, masked):
        return intent
    timeline = views.TIMELINE.search(lower)
    if timeline and not lower.startswith("why"):
        frames = [views.COMPARED_YEARS, views.TIMELINE, views.AUTHOR_VIEW, views.VIEWS, views.SUMMARY]
        subject = subject_without_frames(masked, lower, *frames)
        return Intent("timeline", subject=views.AROUND_SUBJECT.sub("", subject))
    view_of_author = views.AUTHOR_VIEW.search(lower)
    found_views = views.VIEWS.search(lower)
    if len(authors) > 1:
        return _views(masked, lower)
    if len(authors) == 1 and (view_of_author or (found_views and not lower.startswith(("why", "when")))):
        return Intent("author", subject=subject_without_frames(masked, lower, views.AUTHOR_VIEW, views.VIEWS))
    if found_views and not authors and not re.match(r"(?:why|when|where|how (?:many|much))\b", lower):
        return _views(masked, lower)
    if views.SUMMARY.search(lower) and len(authors) == 1:
        return Intent("author", subject=subject_without_frames(masked, lower, views.SUMMARY, views.AUTHOR_VIEW))
    if re.match(rf"(?:an? |the )?(?:{views.SUMMARY.pattern}|give|write)", lower) and views.SUMMARY.search(lower):
        described = views.SUMMARY, views.DESCRIBED_ARTICLES, views.VIEWS
        return Intent("views", subject=subject_without_frames(masked, lower, *described))
    return Intent("fact", subject=question)


def mask_mentions(question: str, mentions: Sequence[MentionSpan]) -> str:
    """`question` with a placeholder such as "@authorname" for each mention."""
    for mention in sorted(mentions, key=lambda mention: -mention.start):
        question = f"{question[: mention.start]}{_PLACEHOLDERS[mention.part]}{question[mention.end :]}"
    return question


def _views(masked: str, lower: str) -> Intent:
    action: Action = "for_and_against" if views.FOR_AND_AGAINST.search(lower) else ""
    frames = [views.MERITS, views.VIEWS, views.AUTHOR_VIEW, views.SUMMARY]
    if lower.startswith("whose"):
        frames.insert(0, views.COMPARED_VIEWS)
    return Intent("views", action, subject_without_frames(masked, lower, *frames))


def _catalogue_fact(lower: str, masked: str) -> Intent | None:
    if described := collection.WHO_WROTE_ABOUT.match(lower):
        return Intent("collection", "who_wrote", same_words(masked, tidy(PLACEHOLDER.sub(" ", described["subject"]))))
    if "@articlename" not in lower:
        return None
    if collection.WHO_WROTE.search(lower):
        return Intent("collection", "who_wrote")
    if collection.WHEN_PUBLISHED.search(lower):
        return Intent("collection", "when_published")
    compared = collection.COMPARED_DAYS.search(lower) if lower.count("@articlename") > 1 else None
    if compared and lower.startswith(("which", "what", "is", "was", "did", "does")):
        return Intent("collection", "compared_days", is_ascending=bool(compared["older"]))
    return None


def _article_intent(lower: str, masked: str) -> Intent | None:
    if "@articlename" not in lower:
        unknown = _QUOTED_TITLE.search(masked) if views.SUMMARY.match(lower) else None
        return Intent("article", "summary", unknown["title"]) if unknown else _described_article(lower, masked)
    bare = PLACEHOLDER.sub(" ", views.SUMMARY.sub(" ", lower))
    if views.ABOUT_ARTICLE.match(lower) or (views.SUMMARY.search(lower) and len(content_words(bare)) <= 2):
        return Intent("article", "summary")
    if views.VIEWS.search(lower) and lower.count("@articlename") > 1:
        return None
    return Intent("article", "question", tidy(PLACEHOLDER.sub(" ", _IN_ARTICLE.sub(" ", masked))))


def _described_article(lower: str, masked: str) -> Intent | None:
    """The summary of an article that the question describes by its subject."""
    request = views.SUMMARY.search(lower)
    described = views.DESCRIBED_ARTICLE.search(lower, request.end()) if request else None
    if described is None:
        return None
    words = tidy(PLACEHOLDER.sub(" ", described["subject"] or described["subject2"]))
    return Intent("article", "described", same_words(masked, words)) if content_words(words) else None


def _collection_intent(lower: str, masked: str) -> Intent | None:
    lower = collection.AND_DETAILS.sub("", SINCE_AN_EVENT.sub("", lower))
    is_ascending = bool(collection.IS_OLDEST_FIRST.search(lower) or collection.IS_FEWEST_FIRST.search(lower))
    intent = _framed_intent(lower, masked)
    return replace(intent, is_ascending=is_ascending) if intent and intent.action != "newest" else intent


def _framed_intent(lower: str, masked: str) -> Intent | None:
    for action, pattern in _COLLECTION_FRAMES:
        match = pattern.match(lower)
        if match is None:
            continue
        groups = match.groupdict()
        if not any(name.startswith("tail") for name in groups):
            return Intent("collection", action)
        order = _first_group(groups, "order")
        chosen: Action = "oldest" if order in ("oldest", "earliest", "first") else action
        limit = _number_in(lower[: match.end()].removesuffix(_first_group(groups, "tail"))) if order else 0
        tail = _first_group(groups, "tail")
        is_columns = (
            not lower.startswith("who")
            and re.search(r"\bcolumns?$", lower[: len(lower) - len(tail)])
            and not re.search(r"\bwr[io]t", tail)
        )
        if action == "authors" and ("@authorname" in tail or (is_columns and tail and order == "")):
            continue  # "list the columns by A": columns are writers, and articles too
        rest = _consume(tail)
        if not rest:
            return Intent("collection", chosen, limit=limit)
        if action == "count" and collection.AND_WRITERS.match(rest):
            return Intent("collection", "authors")
        by_unknown = None if action in ("topics", "count_topics") else _BY_NAME.match(rest)
        if by_unknown:
            return Intent("collection", "unknown_author", same_words(masked, tidy(by_unknown["name"])))
        about = collection.ABOUT.match(rest)
        left_out = collection.LEAVES_OUT.match(about["subject"] if about else rest)
        without = same_words(masked, _consume_end(left_out["without"])) if left_out else ""
        if left_out and not about and not tidy(left_out["subject"]):
            return Intent("collection", chosen, limit=limit, without=without)
        if about:
            subject = _consume_end(left_out["subject"] if left_out else about["subject"])
            if action in ("sources", "topics", "count_sources", "count_topics") and subject:
                continue
            words = same_words(masked, subject)
            if also := collection.ALSO_MENTIONS.match(words):
                mentioned, on = (also["mentioned"] or also["mentioned2"]), (also["subject"] or also["subject2"])
                return Intent("collection", chosen, mentioned, True, limit=limit, about=on)
            return Intent(
                "collection",
                chosen,
                words,
                is_mention=bool(about["mention"]) and bool(words),
                limit=limit,
                without=without,
            )
    return None


def _first_group(groups: dict[str, str | None], name: str) -> str:
    """The match of the first group whose name begins with `name`, else ""."""
    return next((text for key, text in groups.items() if key.startswith(name) and text is not None), "")


def _number_in(text: str) -> int:
    """The number of articles that `text` asks for; 0 if it names no number."""
    number = next((word for word in text.split() if word.isdecimal() or word in _NUMBERS), "")
    return min(int(number), MAX_ASKED_FOR) if number.isdecimal() else _NUMBERS.get(number, 0)


_COLLECTION_FRAMES: tuple[tuple[Action, re.Pattern[str]], ...] = (
    ("authors", collection.COUNT_BY_WRITER), ("topics", collection.COUNT_BY_TOPIC),
    ("sources", collection.COUNT_BY_SOURCE), ("topics", collection.USUAL_TOPICS),
    ("count_years", collection.COUNT_BY_YEAR), ("count", collection.HOW_OFTEN), ("count", collection.COUNT),
    ("count_authors", collection.COUNT_WRITERS), ("count_topics", collection.COUNT_TOPICS),
    ("count_sources", collection.COUNT_SOURCES), ("count", collection.SIZE), ("period", collection.PERIOD),
    ("about", collection.ABOUT_COLLECTION), ("newest", collection.WHEN_ORDERED), ("newest", collection.ORDERED),
    ("newest", collection.LATEST_ON), ("authors", collection.WRITERS), ("sources", collection.SOURCES),
    ("topics", collection.TOPICS), ("list", collection.CAME_OUT), ("list", collection.WRITTEN_BY),
    ("list", collection.LIST), ("list", collection.ANYTHING_ON),
)  # fmt: skip


def _consume(tail: str) -> str:
    """`tail` without words that only refer to the collection or to the scope."""
    while True:
        tail = tail.strip(PUNCTUATION)
        for pattern in collection.AROUND_SUBJECT:
            match = pattern.match(tail)
            if match and match.end():
                tail = tail[match.end() :]
                break
        else:
            return tail


def _consume_end(subject: str) -> str:
    """`subject` without the scope and the words of courtesy around it."""
    subject = PLACEHOLDER.sub(" ", subject)
    if order := next((m for m in collection.ORDERING.finditer(subject) if m.end() >= len(subject.rstrip())), None):
        subject = subject[: order.start()]
    subject = re.sub(
        r"\b(?:do you have|have you got|are there|is there|you have|in (?:the|this|your) \w+|appear(?:ed)?)\s*$",
        " ",
        subject,
    )
    return tidy(subject)
