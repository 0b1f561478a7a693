"""Articles as plain data, and the lines and days that name them in English.

An article's text is never changed after reading: every offset in the package counts characters of it.
"""

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

# English in any locale, which strftime() is not.
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Article:
    """A commentary article.

    `source` is the publication, `published` the day of publication, `text` the exact body. `id` is unique in a library;
    `topics` are short free words, `correction` is the publication's notice of a correction, `author_description` says
    who the author is, in the publication's words. `version` numbers the texts that the library has had of the article,
    and `updated` is the day on which it took this one, None for the first; a reader leaves both as they are.
    """

    id: str
    title: str
    text: str
    author: str | None = None
    source: str | None = None
    published: date | None = None
    url: str | None = None
    topics: tuple[str, ...] = ()
    correction: str | None = None
    author_description: str | None = None
    version: int = field(default=1, compare=False)
    updated: date | None = field(default=None, compare=False)

    @property
    def sha256(self) -> str:
        """SHA-256 digest, in hex, over every field but `version` and `updated`.

        Two articles are equal exactly when their digests are.
        """
        fields: list[object] = [
            self.id, self.title, self.text, self.author, self.source,
            self.published.isoformat() if self.published else None, self.url, list(self.topics),
        ]  # fmt: skip
        # Fields that were added later count only where they are set, so that earlier digests stay valid.
        values = {"correction": self.correction, "author_description": self.author_description}
        later = {name: value for name, value in values.items() if value is not None}
        fields += [later] if later else []
        return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()

    def __repr__(self) -> str:
        return f"<Article {self.id}: {shortened(self.title)!r}, {len(self.text):,} characters>"

    def to_dict(self) -> dict[str, Any]:
        """The article with its text, as `rag show --json` prints it."""
        return {
            "id": self.id, "title": self.title, "author": self.author, "source": self.source,
            "published": self.published.isoformat() if self.published else None, "url": self.url,
            "topics": list(self.topics), "correction": self.correction, "version": self.version,
            "updated": self.updated.isoformat() if self.updated else None, "text": self.text,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class ArticleRef:
    """A reference to an article: all that a citation shows of it.

    `correction`, `author_description`, `version` and `updated` are those of Article.
    """

    id: str
    title: str
    author: str | None
    source: str | None
    published: date | None
    url: str | None
    correction: str | None = None
    version: int = 1
    updated: date | None = None
    author_description: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The reference as an answer's JSON has it under `nearest`."""
        return {
            "article_id": self.id, "title": self.title, "author": self.author, "source": self.source,
            "published": self.published.isoformat() if self.published else None, "url": self.url,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class ArticleVersion:
    """An earlier text of an article; `article.version` is its number.

    `replaced` is the moment, in UTC, at which the library took the next text.
    """

    article: Article
    replaced: datetime


def reference_to(article: Article) -> ArticleRef:
    """The reference to `article`."""
    return ArticleRef(
        article.id, article.title, article.author, article.source, article.published, article.url,
        correction=article.correction, version=article.version, updated=article.updated,
        author_description=article.author_description,
    )  # fmt: skip


def reference_line(article: ArticleRef) -> str:
    """Formats the article in one line: author, “title” (publication, day)."""
    day = article.published.isoformat() if article.published else None
    details = ", ".join(part for part in (article.source, day) if part)
    return f"{article.author + ', ' if article.author else ''}“{article.title}”{f' ({details})' if details else ''}"


def source_line(article: ArticleRef) -> str:
    """`reference_line`, with the version of a changed text and the correction."""
    return " ".join([reference_line(article), *source_notes(article)])


def source_notes(article: ArticleRef) -> list[str]:
    """What a reader of a quote must know of its article's text, in sentences.

    An article that has not changed and has no correction has none.
    """
    notes = []
    if article.updated:
        notes.append(f"Text as of {day_in_words(article.updated)} (version {article.version}).")
    if article.correction:
        has_label = re.match(r"\W*(?:correct|clarif|amend|this |an earlier)", article.correction, re.IGNORECASE)
        notes.append(article.correction if has_label else f"Correction: {article.correction}")
    return notes


def short_reference(article: ArticleRef) -> str:
    """Formats the article in a few words: author, “title” (month)."""
    month = f" ({month_and_year(article.published)})" if article.published else ""
    return f"{article.author + ', ' if article.author else ''}“{article.title}”{month}"


def byline(article: ArticleRef) -> str:
    """The article's author with publication and month.

    An example is "Ian Bremmer (TIME, June 2024)". If the author is unknown, the title replaces the author.
    """
    month = month_and_year(article.published) if article.published else None
    details = ", ".join(part for part in (article.source, month) if part)
    author = article.author or f"“{article.title}”"
    return f"{author} ({details})" if details else author


def dotted_byline(article: ArticleRef) -> str:
    """The known ones of author, publication and day: "Ada · TIME · 30 June 2024"."""
    return " · ".join(part for part in (article.author, article.source, day_in_words(article.published)) if part)


def month_and_year(day: date) -> str:
    """The month of `day` in English: "June 2024"."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def day_in_words(day: date | None) -> str:
    """The day in English, "30 June 2024"; empty for None."""
    return f"{day.day} {month_and_year(day)}" if day else ""


def shortened(text: str, max_characters: int = 60) -> str:
    """`text` on one line, cut after `max_characters`, for a `repr`."""
    line = " ".join(text.split())
    return line if len(line) <= max_characters else f"{line[: max_characters - 1].rstrip()}…"


def is_web_address(url: str) -> bool:
    """Whether `url` may be shown as a link.

    It must be http or https, with a host, without white space, control characters, < and >.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.netloc) and re.fullmatch(r"https?://[^\s<>\x00-\x1f\x7f]+", url, re.IGNORECASE) is not None


def slug(name: str) -> str:
    """Makes a readable id from a file name or title.

    The id has lower-case letters, digits and single hyphens.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    # A name in another script leaves nothing in ASCII; its digest is then the id, and is the same each time.
    return words[:80].rstrip("-") or hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]


# A longer id is hard to read and to type.
MAX_SLUG_CHARACTERS = 70


def unique_slug(name: str, *, shown: str | None = None) -> str:
    """Makes an id of `shown` (`name` by default) that differs wherever `name` does.

    It ends with a digest of `name` if `shown` is another text, or too long to be shown whole.
    """
    readable = slug(name if shown is None else shown)
    if shown is None and len(readable) < MAX_SLUG_CHARACTERS:
        return readable
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{readable[:MAX_SLUG_CHARACTERS].rstrip('-')}-{digest}"
