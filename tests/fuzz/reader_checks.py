"""Checks of the readers, the sentence splitter and the passage splitter: what must hold for every input."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from rag.errors import RagError
from rag.ingest.splitter import MAX_PASSAGE_TOKENS, split_article
from rag.readers.encoding import decode_text
from rag.readers.feeds import is_feed, parse_feed, written_day
from rag.readers.fetch import FetchedPage
from rag.readers.files import article_from_json_line, article_from_markdown, article_from_plain_text
from rag.readers.front_matter import split_front_matter
from rag.readers.metadata import parse_published
from rag.readers.pages.authors import author_names
from rag.readers.pages.boilerplate import strip_boilerplate
from rag.readers.pages.html import article_from_html
from rag.readers.pdf import article_from_pdf
from rag.readers.web import add_feed_metadata, read_fetched_page
from rag.retrieval.filters import Filters
from rag.text.sentences import sentence_spans
from rag.types.article import Article, slug


def assert_one_line(error: RagError) -> None:
    """The message of an error is one line, without a traceback."""
    assert str(error).strip(), error
    assert len(str(error).splitlines()) == 1, str(error)[:300]
    assert "Traceback" not in str(error)


def _result_or_refusal(read: Callable[..., Any], *arguments: Any) -> Any:
    """The result of `read`, or None if it refuses with an error of one line."""
    try:
        return read(*arguments)
    except RagError as error:
        assert_one_line(error)
        return None


def assert_storable(article: Article) -> None:
    """An article that was read can be stored, and each of its fields but the text is one line."""
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
    result = _result_or_refusal(article_from_markdown, text, "a.md", "name")
    if result:
        assert_storable(result[0])
        assert result[0].text in text
        assert _result_or_refusal(article_from_markdown, text, "a.md", "name") == result


def check_plain(text: str) -> None:
    result = _result_or_refusal(article_from_plain_text, text, "a.txt", "name")
    if result:
        assert_storable(result)
    stripped = strip_boilerplate(text)
    assert set(re.findall(r"\w+", stripped.text)) <= set(re.findall(r"\w+", text))


def check_bytes(data: bytes) -> None:
    text = _result_or_refusal(decode_text, data, "a.txt", "utf-8")
    if text is not None:
        check_plain(text)


def check_front_matter(fields: str) -> None:
    text = f"---\n{fields}\n---\nThe body.\n"
    result = _result_or_refusal(article_from_markdown, text, "a.md", "name")
    if result:
        assert_storable(result[0])
    _result_or_refusal(split_front_matter, text, "a.md")


def check_json_line(line: bytes) -> None:
    result = _result_or_refusal(article_from_json_line, line, "a.jsonl:1", 1_000_000, "a.jsonl:1")
    if result:
        assert_storable(result.article)


def check_date(value: Any) -> None:
    day = _result_or_refusal(parse_published, value, "a.md")
    assert day is None or type(day) is date
    if isinstance(value, str):
        _result_or_refusal(lambda: Filters.parse(since=value, until=value))


PROSE = (
    "<p>Governments that wait for a better moment to pay for their defence find that the moment has passed by then.</p>"
)


def check_html(markup: str) -> None:
    page = f"<html><head>{markup[:20]}</head><body>{markup}<article>{PROSE}{markup}{PROSE}</article>{markup}"
    result = _result_or_refusal(article_from_html, page.encode("utf-8", "surrogatepass"), "a.html", "name")
    if result:
        assert_storable(result)


def check_feed(markup: str) -> None:
    feed = f"<rss><channel>{markup}<item><title>{markup}</title><link>http://a.example/{slug(markup)}</link></item>{markup}"
    data = feed.encode("utf-8", "surrogatepass")
    assert is_feed(data)
    is_feed(markup.encode("utf-8", "surrogatepass"))
    written_day(markup)
    page = FetchedPage("http://a.example/", PROSE.encode() * 3, "text/html", None)
    read = _result_or_refusal(read_fetched_page, page)
    for entry in (_result_or_refusal(parse_feed, data, "feed") or [])[:3]:
        if read:
            assert_storable(add_feed_metadata(read.article, entry))


def check_byline(markup: str) -> None:
    names = author_names([markup, f"By {markup}", f"{markup} and Ada Brookfield, May 12, 2024"], [markup[:5]])
    assert names is None or names.strip() == names != ""


def check_pdf(data: bytes) -> None:
    result = _result_or_refusal(article_from_pdf, data, "a.pdf", "name")
    if result:
        assert_storable(result)


def check_sentences(text: str) -> None:
    previous_end = 0
    for start, end in sentence_spans(text):
        assert previous_end <= start < end <= len(text)
        assert not text[previous_end:start].strip(), "letters between two sentences"
        assert text[start:end].strip() == text[start:end]
        previous_end = end
    assert not text[previous_end:].strip()


def check_passages(text: str) -> None:
    article = Article("a", "A title", text)
    passages = split_article(article, _count_tokens)
    sentences = [text[start:end] for passage in passages for start, end in passage.sentences]
    previous_end = 0
    for number, passage in enumerate(passages):
        assert passage.ordinal == number
        assert passage.text == text[passage.start : passage.end]
        assert (passage.sentences[0][0], passage.sentences[-1][1]) == (passage.start, passage.end)
        assert passage.start >= previous_end
        previous_end = passage.end
        assert _count_tokens([passage.text])[0] <= MAX_PASSAGE_TOKENS or passage.end - passage.start < 2
    assert [sentence for sentence in sentences if not sentence.strip()] == []
    assert len("".join(text.split())) == sum(len("".join(sentence.split())) for sentence in sentences)


def _count_tokens(texts: Sequence[str]) -> list[int]:
    """Words and signs, as a stand-in for the encoder's tokens."""
    return [len(re.findall(r"\w+|[^\w\s]", text)) for text in texts]
