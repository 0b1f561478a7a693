"""Parses feeds: RSS, Atom and JSON Feed.

An entry names a page, or has the whole text. Dates are the days as they were written, in the zone in which they were
written. Nothing is fetched.
"""

import html
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from rag.errors import ReadError
from rag.readers.encoding import to_one_line
from rag.readers.pages.authors import author_names
from rag.readers.parsing.library_calls import refusing_broken_source
from rag.text.dates import parse_day

# A feed is told by its root element, since servers declare any media type for it.
FEED_START = re.compile(
    rb"(?:\xef\xbb\xbf)?(?>\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*+(?:\[[^\]]*+\])?[^>]*+>)*+"
    rb"<(?:(?:\w+:)?(?:rss|feed)|rdf:RDF)[\s>/]",
    re.IGNORECASE | re.DOTALL,
)
JSON_FEED_START = re.compile(
    rb'(?:\xef\xbb\xbf)?\s*\{.*?"version"\s*:\s*"https?:\\?/\\?/jsonfeed\.org\\?/version', re.DOTALL
)
FEED_START_BYTES = 20_000
# A shorter text of an entry is a summary of its page.
MIN_FULL_TEXT_CHARACTERS = 600
_CUT_OFF_END = re.compile(
    r"(?:…|\.\.\.|\[…\]|\[\.\.\.\]|\[&hellip;\]|read (?:more|on|the (?:rest|full).{0,40})|continue reading.{0,80}|more)"
    r"[\s\])>»→.]*\Z",
    re.IGNORECASE,
)
_SLASHED = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})\b|(\d{1,2})[/.](\d{1,2})[/.](\d{4})\b")
_EPOCH = re.compile(r"(\d{9,10})(\d{3})?")
# Tags that editors' programs leave in a title.
_TITLE_TAG = re.compile(r"</?(?:b|i|u|em|strong|span|sup|sub|small|br|font|q|cite)\b[^<>]{0,200}>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]{0,2000}>")


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An entry of a feed.

    `link` is "" where it names no page. `full_text` is the article as HTML where the feed has all of it, else "".
    `feed_title` is the feed's own title, `feed_home` the page of the site that the feed names as its own.
    """

    title: str
    link: str
    author: str | None
    published: date | None
    topics: tuple[str, ...]
    full_text: str
    feed_title: str = ""
    feed_home: str = ""


def is_feed(start: bytes) -> bool:
    """Whether a page that begins with `start` is a feed."""
    return FEED_START.match(start) is not None or JSON_FEED_START.match(start) is not None


def parse_feed(data: bytes, source_name: str) -> list[FeedEntry]:
    """Parses the entries of a feed. Raises ReadError for a feed that cannot be read."""
    is_json = JSON_FEED_START.match(data[:FEED_START_BYTES])
    with refusing_broken_source(source_name, "is a feed that cannot be read", "add its pages"):
        feed = json.loads(data.decode("utf-8-sig")) if is_json else _parse_xml(data)
    entries = list(_json_entries(feed) if is_json else _xml_entries(feed))
    if not entries:
        raise ReadError(source_name, "is a feed with no entries; is it the right address?")
    return entries


def written_day(text: str | None, parsed: Any = None) -> date | None:
    """The day that `text` names, as it is written; None for a text that is no date.

    `parsed` is what feedparser made of it, in UTC; it counts only if its day and year stand in the text.
    """
    text = to_one_line(text)
    if epoch := _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(epoch[1]), UTC).date()
    if slashed := _SLASHED.match(text):
        return _slashed_day(*slashed.groups())
    day = parse_day(text) or _mail_day(text)
    if day is None and parsed is not None:
        numbers = set(map(int, re.findall(r"\d+", text)))
        if {parsed.tm_year, parsed.tm_mday} <= numbers:
            day = date(parsed.tm_year, parsed.tm_mon, parsed.tm_mday)
    return day


def _slashed_day(*parts: str | None) -> date | None:
    year, month, day, first, second, last = (int(part) if part else None for part in parts)
    try:
        if year and month and day:
            return date(year, month, day)
        # "06/07/2024" is June in one country and July in another.
        if first and second and last and max(first, second) > 12:
            return date(last, min(first, second), max(first, second))
    except ValueError:  # there is no such day
        pass
    return None


def _mail_day(text: str) -> date | None:
    try:
        return parsedate_to_datetime(text).date()
    except (ValueError, TypeError, OverflowError):
        return None


def _parse_xml(data: bytes) -> Any:
    import feedparser

    # As a stream: feedparser first tries bare bytes as the name of a file.
    return feedparser.parse(io.BytesIO(data))


def _xml_entries(feed: Any) -> Iterator[FeedEntry]:
    publication = _title(feed.feed.get("title"))
    for entry in feed.entries:
        names = [author.get("name") or "" for author in entry.get("authors", [])] or [entry.get("author") or ""]
        contents = [content.get("value") or "" for content in entry.get("content", [])]
        yield FeedEntry(
            title=_title(entry.get("title")),
            link=entry.get("link") or "",
            author=author_names(map(to_one_line, names), [publication]),
            published=written_day(entry.get("published"), entry.get("published_parsed"))
            or written_day(entry.get("updated"), entry.get("updated_parsed")),
            topics=_topics(tag.get("term") for tag in entry.get("tags", [])),
            full_text=_full_text([*contents, entry.get("summary") or ""]),
            feed_title=publication,
            feed_home=feed.feed.get("link") or "",
        )


def _json_entries(feed: Any) -> Iterator[FeedEntry]:
    """The entries of a JSON Feed; a value of the wrong type counts as absent."""
    for item in _objects(_value(feed, "items")):
        authors = [*_objects(item.get("authors")), *_objects([item.get("author")])]
        markup, text = _text(item.get("content_html")), _text(item.get("content_text"))
        plain = "".join(f"<p>{html.escape(part)}</p>" for part in re.split(r"\n\s*\n", text) if part.strip())
        tags = item.get("tags")
        yield FeedEntry(
            title=to_one_line(_text(item.get("title"))),
            link=_text(item.get("url")) or _text(item.get("external_url")),
            author=author_names(
                [to_one_line(_text(author.get("name"))) for author in authors], [_text(_value(feed, "title"))]
            ),
            published=written_day(_text(item.get("date_published"))) or written_day(_text(item.get("date_modified"))),
            topics=_topics(map(_text, tags if isinstance(tags, list) else [])),
            full_text=_full_text([markup, plain]),
            feed_title=to_one_line(_text(_value(feed, "title"))),
            feed_home=_text(_value(feed, "home_page_url")),
        )


def _value(document: Any, key: str) -> Any:
    return document.get(key) if isinstance(document, dict) else None


def _objects(values: Any) -> list[dict[str, Any]]:
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def _title(markup: Any) -> str:
    """A title in one line.

    Feeds write it as text or as HTML, and do not always say which.
    """
    return to_one_line(html.unescape(_TITLE_TAG.sub("", _text(markup))))


def _full_text(texts: list[str]) -> str:
    """The longest of an entry's texts if it is a whole article, else ""."""
    longest = max(texts, key=len)
    plain = to_one_line(_TAG.sub(" ", longest))
    is_whole = len(plain) >= MIN_FULL_TEXT_CHARACTERS and not _CUT_OFF_END.search(plain[-200:])
    return longest if is_whole else ""


def _topics(values: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(topic for topic in map(to_one_line, values) if topic))
