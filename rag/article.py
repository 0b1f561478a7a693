"""One commentary piece, and nothing about where it is kept.

An article's text is never changed after reading: every offset in the package counts characters of it.
"""

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Article:
    """One commentary piece.

    `source` is the publication, `published` the day it came out, `text` the body to the character. `id` is unique
    in a library; `topics` are short free words.
    """

    id: str
    title: str
    text: str
    author: str | None = None
    source: str | None = None
    published: date | None = None
    url: str | None = None
    topics: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """Hex digest over every field: two articles are the same one exactly when this is the same."""
        fields = [
            self.id, self.title, self.text, self.author, self.source,
            self.published.isoformat() if self.published else None, self.url, list(self.topics),
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class ArticleRef:
    """Which article: all that a citation shows of it."""

    id: str
    title: str
    author: str | None
    source: str | None
    published: date | None
    url: str | None


def is_web_address(url: str) -> bool:
    """Whether `url`, as an article gives it, may be shown as a link: http or https, without blanks, < and >."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.netloc) and re.fullmatch(r"https?://[^\s<>\x00-\x1f\x7f]+", url, re.IGNORECASE) is not None


def slug(name: str) -> str:
    """A readable id out of a file name or title: lower-case letters, digits and single hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    # A name in another script leaves nothing in ASCII; its own digest still names it, the same one every time.
    return words[:80].rstrip("-") or hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]
