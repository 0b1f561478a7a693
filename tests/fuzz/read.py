"""What must hold of whatever the readers are given, and of how texts are cut."""

import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any

from rag.article import Article, slug
from rag.errors import RagError
from rag.filters import Filters
from rag.passages import MAX_TOKENS, split_article
from rag.readers.boilerplate import cleaned
from rag.readers.fields import day_of, split_front_matter
from rag.readers.files import _json_line, markdown, plain, text_of
from rag.readers.html import article_from_html
from rag.readers.pdf import article_from_pdf
from rag.readers.web import _FEED, Page, _article, _completed, _day_in
from rag.sentences import sentence_spans


def one_line(error: RagError) -> None:
    assert str(error).strip(), error
    assert len(str(error).splitlines()) == 1, str(error)[:300]
    assert "Traceback" not in str(error)


def _refused(read: Callable[..., Any], *given: Any) -> Any:
    """What `read` gives, or None where it refuses in one line."""
    try:
        return read(*given)
    except RagError as error:
        one_line(error)
        return None


def whole_article(article: Article) -> None:
    """An article that was read: it can be stored, and no field of it is more than a line."""
    article.sha256.encode()
    assert article.id
    assert article.title.strip()
    assert article.text.strip()
    assert len(article.id) <= 200
    for field in (article.id, article.title, article.author or "", article.source or "", *article.topics):
        assert "\n" not in field
        field.encode("utf-8")
    article.text.encode("utf-8")


def check_markdown(text: str) -> None:
    read = _refused(markdown, text, "a.md", "name")
    if read:
        whole_article(read[0])
        assert read[0].text in text
        assert _refused(markdown, text, "a.md", "name") == read


def check_plain(text: str) -> None:
    read = _refused(plain, text, "a.txt", "name")
    if read:
        whole_article(read)
    clean = cleaned(text)
    assert set(re.findall(r"\w+", clean.text)) <= set(re.findall(r"\w+", text))


def check_bytes(data: bytes) -> None:
    text = _refused(text_of, data, "a.txt", "utf-8")
    if text is not None:
        check_plain(text)


def check_front_matter(fields: str) -> None:
    text = f"---\n{fields}\n---\nThe body.\n"
    read = _refused(markdown, text, "a.md", "name")
    if read:
        whole_article(read[0])
    _refused(split_front_matter, text, "a.md")


def check_json_line(line: bytes) -> None:
    read = _refused(_json_line, line, "a.jsonl:1", 1_000_000, "a.jsonl:1")
    if read:
        whole_article(read.article)


def check_date(said: Any) -> None:
    found = _refused(day_of, said, "a.md")
    assert found is None or type(found) is date
    if isinstance(said, str):
        _refused(lambda: Filters.of(since=said, until=said))


PROSE = (
    "<p>Governments that wait for a better moment to pay for their defence find that the moment has passed by then.</p>"
)


def check_html(markup: str) -> None:
    page = f"<html><head>{markup[:20]}</head><body>{markup}<article>{PROSE}{markup}{PROSE}</article>{markup}"
    read = _refused(article_from_html, page.encode("utf-8", "surrogatepass"), "a.html", "name")
    if read:
        whole_article(read)


def check_feed(markup: str) -> None:
    import feedparser

    feed = f"<rss><channel>{markup}<item><title>{markup}</title><link>http://a.example/{slug(markup)}</link></item>{markup}"
    data = feed.encode("utf-8", "surrogatepass")
    assert _FEED.match(data)
    _FEED.match(markup.encode("utf-8", "surrogatepass"))
    try:
        entries = feedparser.parse(io.BytesIO(data)).entries
    except Exception:  # noqa: BLE001 - the reader says so in one line
        return
    article = _refused(_article, Page("http://a.example/", PROSE.encode() * 3, "text/html", None))
    for entry in entries[:3]:
        _day_in(entry)
        if article:
            whole_article(_completed(article, entry))


def check_pdf(data: bytes) -> None:
    read = _refused(article_from_pdf, data, "a.pdf", "name")
    if read:
        whole_article(read)


def check_sentences(text: str) -> None:
    at = 0
    for start, end in sentence_spans(text):
        assert at <= start < end <= len(text)
        assert not text[at:start].strip(), "letters between two sentences"
        assert text[start:end].strip() == text[start:end]
        at = end
    assert not text[at:].strip()


def check_passages(text: str) -> None:
    article = Article("a", "A title", text)
    tokens: Callable[[Any], Any] = lambda some: [len(re.findall(r"\w+|[^\w\s]", one)) for one in some]  # noqa: E731
    passages = split_article(article, tokens)
    covered = [span for one in passages for span in one.sentences]
    at = 0
    for number, one in enumerate(passages):
        assert one.ordinal == number
        assert one.text == text[one.start : one.end]
        assert (one.sentences[0][0], one.sentences[-1][1]) == (one.start, one.end)
        assert one.start >= at
        at = one.end
        assert tokens([one.text])[0] <= MAX_TOKENS or one.end - one.start < 2
    assert [text[slice(*span)] for span in covered if not text[slice(*span)].strip()] == []
    assert len("".join(text.split())) == sum(len("".join(text[slice(*span)].split())) for span in covered)
