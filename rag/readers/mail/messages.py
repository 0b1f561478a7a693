"""Reads an e-mail message: its sender, subject, date and readable text.

Quoted replies and the notices around a newsletter are left out; attachments are not read. Of a message that was
forwarded, the forwarded one is the article.
"""

import email
import email.policy
import email.utils
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from email.message import EmailMessage

from rag.errors import ReadError
from rag.readers.encoding import CONTROL_CHARACTERS, decode_text, to_one_line
from rag.readers.mail.quoted_replies import drop_quoted_markup, without_quoted_reply
from rag.readers.mail.senders import sender_of
from rag.readers.metadata import parse_published
from rag.readers.pages.boilerplate import strip_boilerplate
from rag.readers.parsing.markup_text import parse_markup, text_of_markup
from rag.types.article import Article, unique_slug

MIN_TEXT_CHARACTERS = 20
MAX_PARTS = 1_000
# The standard library's memory grows with the square of an address line in encoded words: 300 MB for 56,000 characters.
MAX_ADDRESS_CHARACTERS = 20_000
_ADDRESS_HEADERS = frozenset(("from", "sender", "reply-to", "to", "cc", "bcc"))
_REPLY_PREFIX = re.compile(r"(?:(?:re|aw|sv|antw|fwd?|wg|tr)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_BOUNDARY = re.compile(rb"boundary\s{0,5}=\s{0,5}\"?([^\"\s;]{1,70})", re.IGNORECASE)
# More boundaries than these are looked at by the parser only.
MAX_BOUNDARIES = 20
_FORWARDED = re.compile(
    # Marks without end before and after it would take the square of their length.
    r"(?:^|\n)[^\w\n]{0,40}(?:-{1,40} ?(?:Forwarded|Original) [Mm]essage ?-{1,40}|Begin forwarded message:)"
    r"[^\w\n]{0,40}\n"
    r"(?P<headers>(?:\s*\*?[A-Z][\w-]{1,15}:\*? ?[^\n]*(?:\n|\Z)){2,8})(?P<body>.*)",
    re.DOTALL,
)
# Lines that a newsletter's program puts around the letter.
_NOTICE_LINE = re.compile(
    r"\W*(?:"
    r"(?:view|read|open|see)\b.{0,40}\b(?:in (?:your |a |the )?browser|online|in (?:the )?app|on the web)\b.{0,40}|"
    r"(?:having )?(?:trouble|problems) (?:viewing|reading) this.{0,80}|"
    r"(?:click here to )?unsubscribe\b.{0,120}|.{0,80}\bunsubscribe (?:here|at any time|from this list)\b.{0,60}|"
    r"(?:manage|update|change) (?:your )?(?:email |subscription )?(?:preferences|settings|subscription)\b.{0,60}|"
    r"(?:you(?:'|’)?re|you are|you have) receiving this.{0,160}|you (?:receive|received|get|got) this\b.{0,200}|"
    r"this (?:e-?mail|message) was sent (?:to|by|from)\b.{0,160}|"
    r"(?:was this|were you) (?:e-?mail |message )?forwarded (?:to you|this).{0,120}|"
    r"forwarded this (?:e-?mail|message)\?.{0,120}|"
    r"(?:©|copyright\b).{0,160}|like|comment|restack|share|reply|forward to a friend|start writing|get the app|"
    r"sent from my \w+)\W*",
    re.IGNORECASE,
)
_MAX_NOTICE_CHARACTERS = 240


@dataclass(frozen=True, slots=True)
class _Letter:
    """What a message says, before the notices around it are stripped."""

    sender: str
    subject: str
    published: date | None
    text: str


def article_from_message(data: bytes, source_name: str, name: str) -> Article:
    """Builds the article of the message `data`.

    The id is made of the subject and the message's own id, so that it is the same in every mailbox. Raises ReadError
    for data that are no message, or have no text.
    """
    message = parse_message(data, source_name)
    letter = _forwarded_letter(_read_letter(message, source_name), source_name)
    paragraphs = [paragraph for paragraph in letter.text.split("\n\n") if not _is_notice(paragraph)]
    if len(paragraphs) > 1 and to_one_line(paragraphs[0]).casefold() == letter.subject.casefold():
        paragraphs = paragraphs[1:]  # a newsletter repeats its subject above its text
    stripped = strip_boilerplate("\n\n".join(paragraphs))
    if len(stripped.text.strip()) < MIN_TEXT_CHARACTERS:
        raise ReadError(source_name, "has no text that a person reads; save its attachments and add those")
    sender = sender_of(letter.sender, _header(message, "List-Id"))
    title = letter.subject or name
    key = _header(message, "Message-ID") or f"{letter.published} {letter.sender} {letter.text[:500]}"
    return Article(
        unique_slug(f"{title} {key}", shown=title),
        title,
        stripped.text,
        author=stripped.author or sender.person,
        source=stripped.source or sender.publication or None,
        published=letter.published,
    )


def parse_message(data: bytes, source_name: str) -> EmailMessage:
    """Parses a message.

    Raises ReadError for data without the headers of a message, or with too many parts.
    """
    # The parser's time grows faster than the number of parts, so that they are counted first.
    boundaries = {match[1] for match in itertools.islice(_BOUNDARY.finditer(data), MAX_BOUNDARIES)}
    number_of_marks = sum(data.count(b"\n--" + boundary) for boundary in boundaries)
    if number_of_marks > 2 * MAX_PARTS:
        raise ReadError(source_name, f"has {number_of_marks:,} parts, more than any message; save its text as .txt")
    try:
        message = email.message_from_bytes(data, policy=email.policy.default)
        number_of_parts = sum(1 for _ in message.walk())
    except (ValueError, LookupError, RecursionError, AttributeError, IndexError, TypeError) as error:
        raise ReadError(
            source_name, f"is not a message that can be read ({type(error).__name__}); save its text as .txt"
        ) from None
    if not any(header in message for header in ("From", "Subject", "Date", "Content-Type", "MIME-Version")):
        raise ReadError(source_name, "is not a message (it has no From, Subject or Date); save its text as .txt")
    if number_of_parts > MAX_PARTS:
        raise ReadError(source_name, f"has {number_of_parts:,} parts, more than any message; save its text as .txt")
    for part in message.walk():
        # As they stand in the data: to ask for a header is to parse it.
        if any(
            name.lower() in _ADDRESS_HEADERS and len(str(value)) > MAX_ADDRESS_CHARACTERS
            for name, value in part.raw_items()
        ):
            raise ReadError(source_name, "has an endless line of addresses; save its text as .txt")
    return message


def part_bytes(part: EmailMessage) -> bytes:
    """The decoded content of a part that is not itself made of parts."""
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        return b""
    return payload if isinstance(payload, bytes) else b""


def part_charset(part: EmailMessage) -> str | None:
    """The declared encoding of a part, which may be wrong or unknown."""
    try:
        return part.get_content_charset()
    except (ValueError, LookupError, AttributeError, TypeError, IndexError):
        return None


def leaf_parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """The parts that hold content, without attachments."""
    for part in message.walk():
        if not part.is_multipart() and not _is_attachment(part):
            yield part


def _is_attachment(part: EmailMessage) -> bool:
    try:
        return part.get_content_disposition() == "attachment"
    except (ValueError, LookupError, AttributeError, TypeError, IndexError):
        return False


def _read_letter(message: EmailMessage, source_name: str) -> _Letter:
    is_reply = bool(_header(message, "In-Reply-To")) or re.match(
        r"\s*(?:re|aw|sv|antw)\s*:", _header(message, "Subject"), re.I
    )
    texts = {"text/html": "", "text/plain": ""}
    for part in leaf_parts(message):
        kind = part.get_content_type()
        if kind in texts and not texts[kind].strip():
            texts[kind] = _part_text(part, kind, source_name, bool(is_reply))
    # The HTML part is what the sender laid out; some programs leave it empty.
    html, plain = texts["text/html"].strip(), texts["text/plain"].strip()
    return _Letter(
        _header(message, "From"),
        _REPLY_PREFIX.sub("", _header(message, "Subject"), count=1).strip(),
        _day_of(_header(message, "Date")),
        html if len(html) >= MIN_TEXT_CHARACTERS or not plain else plain,
    )


def _part_text(part: EmailMessage, kind: str, source_name: str, is_reply: bool) -> str:
    data = part_bytes(part)
    if not data.strip():
        return ""
    text = decode_text(data, source_name, part_charset(part))
    if kind == "text/html":
        root = parse_markup(text, source_name)
        if is_reply:
            drop_quoted_markup(root)
        return text_of_markup(root)
    text = CONTROL_CHARACTERS.sub("", text.replace("\r\n", "\n"))
    return without_quoted_reply(text) if is_reply else text


def _forwarded_letter(letter: _Letter, source_name: str) -> _Letter:
    """The letter that `letter` forwards, or `letter` itself."""
    match = _FORWARDED.search(letter.text[:200_000])
    if match is None or len(letter.text[: match.start()].strip()) > len(match["body"].strip()):
        return letter
    lines = (line.strip(" *\t") for line in match["headers"].splitlines() if line.strip())
    fields = {
        name.strip(" *").casefold(): value.strip(" *") for name, _, value in (line.partition(":") for line in lines)
    }
    day_text = re.sub(r"^\w+, ?| at .*$", "", fields.get("date") or fields.get("sent") or "")
    try:
        day = parse_published(day_text, source_name) or letter.published
    except ReadError:
        day = letter.published
    body = match["body"] + letter.text[200_000:]
    return _Letter(fields.get("from", ""), to_one_line(fields.get("subject")) or letter.subject, day, body)


def _header(message: EmailMessage, name: str) -> str:
    """The header `name` on one line; empty if it is missing or cannot be decoded."""
    try:
        return to_one_line(str(message.get(name) or ""))
    except (ValueError, LookupError, AttributeError, IndexError, TypeError):  # the parser fails on some broken headers
        return ""


def _day_of(text: str) -> date | None:
    """The day of the Date header, in the zone that it is written in."""
    try:
        return email.utils.parsedate_to_datetime(text).date() if text else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _is_notice(paragraph: str) -> bool:
    line = " ".join(paragraph.split())
    return len(line) <= _MAX_NOTICE_CHARACTERS and _NOTICE_LINE.fullmatch(line) is not None
