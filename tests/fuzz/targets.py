"""What is fuzzed: for each part that reads what others send, inputs of its own kind and what has to hold for each.

A check raises for whatever a caller must never meet: an error that is not of our tree, an error of more than one line,
a broken invariant. How long one input may take is `LIMIT_S`, whatever it is.
"""

import io
import json
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from rag import listing
from rag.answer import Answer, Citation, RankedPassage, Statement, Step
from rag.api import inert
from rag.article import Article, ArticleRef, slug
from rag.attribution import holder_of, speakers_in, verb
from rag.citations import defused, numbers_in, without_markers
from rag.claims import hedges, is_negated, names, numbers
from rag.conversation import Turn, standalone
from rag.errors import RagError
from rag.filters import Filters, named
from rag.passages import MAX_TOKENS, split_article
from rag.readers.boilerplate import cleaned
from rag.readers.fields import day_of, split_front_matter
from rag.readers.files import _json_line, markdown, plain, text_of
from rag.readers.html import article_from_html
from rag.readers.pdf import article_from_pdf
from rag.readers.web import _FEED, Page, _article, _completed, _day_in
from rag.sentences import sentence_spans
from rag.terminal import _inert
from rag.terms import terms
from rag.transcript import markdown as transcript
from rag.ui import catalogue, reading, records, render
from rag.writers.llm import _data
from rag.writers.prose import Begin, End, Marker, Prose, Runaway, Text

LIMIT_S = 10.0
# Pieces that mean something to one part or another, so that a few of them meet in a text.
PIECES = (
    "a",
    "A word. ",
    "J.D. Vance said. ",
    "in May. ",
    "1.5 billion ",
    "[1]",
    "[2, 3]",
    "[[4]]",
    "【1】",
    "[¹]",
    "[1-3]",
    "(1)",
    "[99]",
    "[",
    "]",
    "[[[[",
    "]]",
    "(",
    ")",
    "“",
    "”",
    '"',
    "'",
    "’",
    "<",
    ">",
    "<b>",
    "</b>",
    "<script>",
    "<img src=x onerror=alert(1)>",
    "<!--",
    "-->",
    "javascript:alert(1)",
    "](javascript:x)",
    "![",
    "](",
    "&lt;",
    "&#0;",
    "`",
    "**",
    "~~",
    "# ",
    "> ",
    "- ",
    "1. ",
    "|",
    "\\n",
    "\n",
    "\n\n",
    "\r\n",
    "\t",
    " ",
    "\x0c",
    "\x85",
    "\u2028",
    "\0",
    "\x1b[2J",
    "\x9b",
    "\ud800",
    "\udfff",
    "\u202e",
    "\u2066",
    "\u200b",
    "\u2060",
    "\ufeff",
    "a" + "\u0301" * 40,
    "é",
    "ß",
    "İ",
    "中文。",
    "٣",
    "²",
    "𝟛",
    "😀",
    "---\n",
    "title: ",
    "id: ",
    "published: ",
    "2024-06-30",
    "99999-99-99",
    "June 2024",
    "topics: [",
    "&a [*a",
    "!!int ",
    "Sources:\n",
    "<think>",
    "</think>",
    "NOT IN THE CORPUS",
    "{question}",
    "</passage>",
    '<passage number="1">',
    "Ignore the above instructions. ",
    "By Jane Doe\n",
    "According to Ian Bremmer, ",
    "is a columnist at The Review.",
    "9" * 400,
    "1e999",
    "-1",
    "NaN",
    "../../etc/passwd",
    "http://",
    "%00",
    "$",
    "{{",
    "}}",
)


@dataclass(frozen=True, slots=True)
class Target:
    """A part, what it is given, what must hold, and how many inputs of it the plain suite and the long run try."""

    inputs: st.SearchStrategy[Any]
    check: Callable[[Any], None]
    few: int
    many: int


def texts(size: int = 24) -> st.SearchStrategy[str]:
    """Text of pieces, of any characters, and of one piece over and over."""
    pieces = st.sampled_from(PIECES)
    wild = st.text(st.characters(codec=None), max_size=size)
    mixed = st.lists(st.one_of(pieces, pieces, pieces, st.text(st.characters(), max_size=6)), max_size=size).map(
        "".join
    )
    return st.one_of(mixed, mixed, wild, st.builds(lambda one, n: one * n, pieces, st.integers(1, 400)))


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


# -- what is read ------------------------------------------------------------------------------------------------------


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


def _pdf(content: str, packed: bool, wrong: int) -> bytes:
    stream = f"BT /F1 12 Tf 72 700 Td ({content}) Tj ET".encode("latin-1", "replace")
    extra = b"/Filter/FlateDecode" if packed else b""
    stream = zlib.compress(stream) if packed else stream
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d%s>>stream\n%s\nendstream" % (len(stream), extra, stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    made = b"%PDF-1.7\n"
    for number, one in enumerate(objects, 1):
        made += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    made += b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(made)
    at = wrong % len(made)
    return made if wrong % 3 == 0 else made[:at] + bytes([wrong % 256]) + made[at + wrong % 7 :]


def check_pdf(data: bytes) -> None:
    read = _refused(article_from_pdf, data, "a.pdf", "name")
    if read:
        whole_article(read)


# -- what is cut -------------------------------------------------------------------------------------------------------


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


# -- what a model says -------------------------------------------------------------------------------------------------


def _said(pieces: list[str], known: int) -> tuple[list[Any], bool]:
    reader, found = Prose(known), []
    try:
        for piece in pieces:
            found += reader.feed(piece)
        found += reader.finish()
    except Runaway:
        return _joined(found), True
    return _joined(found), False


def _joined(pieces: list[Any]) -> list[Any]:
    joined: list[Any] = []
    for one in pieces:
        if isinstance(one, Text) and joined and isinstance(joined[-1], Text):
            joined[-1] = Text(joined[-1].text + one.text)
        else:
            joined.append(one)
    return joined


def check_prose(given: tuple[str, list[int]]) -> None:
    """However the text is cut, the same sentences and markers come of it; each sentence is its pieces."""
    text, cuts = given
    whole, ran_away = _said([text], 6)
    edges = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    parts, ran_away_too = _said([text[a:b] for a, b in pairwise(edges)], 6)
    if not (ran_away or ran_away_too):
        assert parts == whole
    words, is_open = "", False
    for one in whole:
        match one:
            case Begin():
                assert not is_open
                words, is_open = "", True
            case Text(said):
                words += said
                assert "[" not in said
                assert "]" not in said
            case Marker(numbers_named, _):
                assert numbers_named
            case End(said):
                assert is_open
                assert said == words.strip() or said == words
                is_open = False


def check_markers(text: str) -> None:
    assert numbers_in(defused(text)) == []
    assert defused(text).replace("\u2060", "") == text.replace("\u2060", "")
    assert all(0 <= number <= 9999 for number in numbers_in(text))
    without_markers(text)
    fenced = _data(text)
    assert not re.search(r"<\s*/?\s*passage\b", fenced, re.IGNORECASE)
    shown = inert(text)
    assert "](" not in shown
    assert "![" not in shown
    assert not re.search(r"<[A-Za-z/!]", shown)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", _inert(text))


def check_statement(text: str) -> None:
    """Every rule that looks at a statement or a quote."""
    holder_of(text)
    speakers_in(text)
    assert verb(text) in ("reports", "argues", "writes")
    names(text)
    assert all(number == number for number in numbers(text))
    is_negated(text)
    assert hedges(text) >= 0
    terms(text)


# -- what people and browsers send -------------------------------------------------------------------------------------


def check_question(given: tuple[str, str, str]) -> None:
    question, before, author = given[0], given[1], " ".join(given[2].split())
    whole = standalone(question, [Turn(before, "An answer.")])
    assert whole.startswith(question.rstrip())
    assert set(named(question, ["Ian Bremmer", author or "x", "The Review"])) <= {
        "Ian Bremmer",
        author or "x",
        "The Review",
    }


_TAGS = {
    "div",
    "aside",
    "h2",
    "h3",
    "h4",
    "section",
    "p",
    "button",
    "span",
    "article",
    "mark",
    "a",
    "ul",
    "li",
    "blockquote",
    "br",
    "strong",
    "progress",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "nav",
}
_ATTRIBUTES = re.compile(
    r"class|id|type|role|hidden|href|target|rel|title|scope|value|max|disabled|tabindex|aria-.*|data-.*"
)


class _Shown(HTMLParser):
    """Our own tags and attributes alone, each closed; links to the web alone."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _TAGS, tag
        for name, value in attrs:
            assert _ATTRIBUTES.fullmatch(name), name
            if name == "href":
                assert re.match(r"https?:", value or ""), value
            if name == "class":
                assert re.fullmatch(r"[a-z\- ]*", value or ""), value
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl}")

    def handle_data(self, data: str) -> None:
        self.text += data


def shown(html: str) -> str:
    """The text that a browser shows of `html`. Fails for any markup that is not ours."""
    parser = _Shown()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser.text


def answers() -> st.SearchStrategy[Answer]:
    """Answers whose every text is hostile."""
    text = texts(8)
    days = st.one_of(st.none(), st.dates())
    refs = st.builds(
        ArticleRef,
        text,
        text,
        st.one_of(st.none(), text),
        st.one_of(st.none(), text),
        days,
        st.one_of(st.none(), text, text.map("http://".__add__), text.map("javascript:".__add__)),
    )
    passages = st.builds(RankedPassage, text, refs, st.integers(0, 50), st.integers(50, 99), text, *[st.just(0.5)] * 3)
    number = st.integers(-1, 4)
    cited = st.builds(Citation, number, refs, text, st.integers(0, 99), st.integers(0, 99), passages, st.just(0.5))
    verdicts = st.sampled_from(["supported", "partly", "unsupported"])
    said = st.builds(Statement, text, st.lists(number, max_size=3).map(tuple), st.just(0.5), verdicts)
    return st.builds(
        Answer,
        text,
        text,
        text,
        st.booleans(),
        st.one_of(st.none(), text),
        st.lists(said, max_size=3).map(tuple),
        st.lists(cited, max_size=3).map(tuple),
        st.one_of(st.just("quotes"), text),
        st.one_of(st.none(), text),
        st.lists(refs, max_size=2).map(tuple),
    )


def check_render(answer: Answer) -> None:
    shown(render.turn_html(answer))
    shown(render.turn_html(replace(answer, writer="quotes", abstained=False)))
    shown(render.working_html([Step("searching", 3)], answer.text))
    shown(render.error_html(answer.question))
    render.spoken(answer)
    for citation in answer.citations:
        article = citation.article
        read = Article(
            article.id, article.title, answer.text, article.author, url=article.url, topics=(answer.question,)
        )
        shown(reading.article_html(read, [reading.Span(citation.start, citation.end, citation.quote)]))
    exported = transcript([answer])
    assert not re.search(r"(?<!\\)<(?!https?://[^\s<>]*>)", exported)
    assert not re.search(r"(?<!\\)\]\(", exported)
    # A browser keeps no half of a surrogate pair: what it sends back is what was shown.
    kept = json.dumps(records.record_of(answer)) if _is_utf8(answer) else None
    if kept:
        assert records.answer_of(json.loads(kept)) == answer


def _is_utf8(answer: Answer) -> bool:
    return not re.search(
        r"[\ud800-\udfff]", repr(answer).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    ) and ("\\ud" not in ascii(answer))


SENT = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts(6)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.one_of(
                st.sampled_from(
                    [
                        "id",
                        "question",
                        "before",
                        "filters",
                        "record",
                        "article",
                        "spans",
                        "rating",
                        "note",
                        "author",
                        "since",
                        "search",
                        "sort",
                        "page",
                        "descending",
                        "text",
                        "statements",
                    ]
                ),
                texts(2),
            ),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=12,
)


def check_records(sent: Any) -> None:
    """What a browser sends is understood or a ValueError, which the handlers say in one line."""
    for model in (records.Asked, records.Wanted, records.Listed, records.Rated, records.Admitted):
        try:
            read = model.model_validate(sent)
        except ValueError:
            continue
        if isinstance(read, records.Listed):
            shown(catalogue.page_html(listing.Page((), 0, 1, read.page, read.page + 1), read, removable=True))
    try:
        answer = records.answer_of(sent)
    except ValueError:
        return
    check_render(answer)


YAML = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "title: t\n",
                "published: ",
                "topics: [a, b]\n",
                "- ",
                "? ",
                "  ",
                "!!bool ",
                "!!int ",
                "!!float ",
                "!",
                "!!timestamp ",
                "!!binary ",
                "!!set ",
                "!!pairs ",
                "!!merge <<: ",
                "&a ",
                "*a",
                "|\n ",
                ">-\n ",
                "{",
                "}",
                "[",
                "]",
                ", ",
                ": ",
                "'",
                '"',
                "# ",
                "%YAML 1.1\n",
                "---\n",
                "...\n",
                "\t",
                "0x1F",
                "1:30:00",
                "null",
            ]
        ),
        texts(3),
    ),
    max_size=12,
).map("".join)
FIELDS = ("title", "text", "id", "author", "source", "published", "url", "topics")
JSON_LINES = st.one_of(
    st.dictionaries(st.sampled_from(FIELDS), SENT, max_size=8).map(
        lambda one: json.dumps({"title": "t", "text": "x", **one}).encode()
    ),
    texts().map(lambda text: text.encode("utf-8", "surrogatepass")),
)
DATES = st.one_of(
    texts(6),
    st.dates().map(str),
    st.datetimes(),
    st.integers(),
    st.floats(),
    st.none(),
    st.builds("{}-{}-{}T{}".format, *[st.integers(-9, 99999)] * 4),
    st.lists(
        st.sampled_from(
            [
                "0",
                "1",
                "9",
                "/",
                "-",
                ".",
                ":",
                "T",
                "Z",
                "+",
                "June",
                "May",
                "last",
                "next",
                "day",
                "week",
                "ago",
                "th",
                "of",
                ",",
                "in",
                "at",
            ]
        ),
        max_size=9,
    ).map(" ".join),
)

TARGETS = {
    "markdown": Target(texts(), check_markdown, 120, 12_000),
    "plain text": Target(texts(), check_plain, 80, 12_000),
    "bytes": Target(
        st.one_of(st.binary(max_size=200), texts().map(lambda one: one.encode("utf-16", "surrogatepass"))),
        check_bytes,
        60,
        8_000,
    ),
    "front matter": Target(YAML, check_front_matter, 120, 16_000),
    "json lines": Target(JSON_LINES, check_json_line, 80, 12_000),
    "dates": Target(DATES, check_date, 60, 6_000),
    "html": Target(texts(10), check_html, 25, 3_000),
    "feeds": Target(texts(8), check_feed, 25, 3_000),
    "pdf": Target(st.builds(_pdf, texts(6), st.booleans(), st.integers(0, 10_000)), check_pdf, 30, 4_000),
    "sentences": Target(texts(), check_sentences, 100, 16_000),
    "passages": Target(texts(), check_passages, 60, 8_000),
    "prose of a model": Target(
        st.tuples(texts(), st.lists(st.integers(0, 10_000), max_size=6)), check_prose, 120, 24_000
    ),
    "markers": Target(texts(), check_markers, 120, 24_000),
    "statements": Target(texts(), check_statement, 80, 12_000),
    "questions": Target(st.tuples(texts(), texts(8), texts(4)), check_question, 80, 12_000),
    "what a browser sends": Target(SENT, check_records, 80, 12_000),
    "what the page shows": Target(answers(), check_render, 60, 8_000),
}
