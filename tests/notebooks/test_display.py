"""What a notebook shows of an answer, a search and a list of articles, as a renderer of Markdown and HTML reads it."""

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rag.notebooks.html import MAX_ROWS
from rag.notebooks.markdown import escape_markdown
from rag.types.answer import Answer, Citation, Statement, Usage
from rag.types.article import Article, ArticleRef
from rag.types.catalogue import ArticleList, CatalogueEntry
from rag.types.passage import RankedPassage, SearchResults

EVIL = "<img src=x onerror=alert(1)> $5 and $6 `x` [a](javascript:alert(1)) &lt;b&gt; *b* _c_ ~~d~~"
ARTICLE = ArticleRef("a", f"Prices {EVIL}", "A. Writer", "The Review", date(2024, 6, 1), "https://example.org/a?b=1&c")
TEXT = f"Before it. {EVIL}\n\nA second paragraph. After it."
QUOTE = f"{EVIL}\n\nA second paragraph."
PASSAGE = RankedPassage("p", ARTICLE, 100, 100 + len(TEXT), TEXT, 1.0, 1.0, 1.0)
START = 100 + TEXT.index(EVIL)
CITATION = Citation(1, ARTICLE, QUOTE, START, START + len(QUOTE), PASSAGE, 0.9)
ANSWER = Answer(
    "Why <b>?", "Why?", f"First {EVIL} [1].\n\n- Second [1].", False, None,
    (Statement("Second.", (1,), 0.4, "partly"),), (CITATION,), "llm:m", notice=EVIL,
)  # fmt: skip


class _Page(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def _markdown_page(markdown: str) -> _Page:
    return _Page(MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(markdown))


def test_the_html_of_an_answer_has_its_own_tags_alone_and_every_word() -> None:
    page = _Page(ANSWER._repr_html_())
    assert set(page.tags) == {"div", "p", "sup", "br", "details", "summary", "blockquote", "mark", "a", "small"}
    assert page.text.count(EVIL) == 4  # the text, the title, the quote, the notice
    assert [value for name, value in page.attributes if name == "href"] == [ARTICLE.url]
    assert {name for name, _ in page.attributes} == {"class", "href", "rel"}


def test_a_quote_unfolds_with_the_words_around_it() -> None:
    html = ANSWER._repr_html_()
    details = re.search(r"<details><summary>(.*?)</summary><blockquote>(.*?)</blockquote></details>", html)
    assert details is not None
    assert details[1].startswith("[1] A. Writer, “Prices ")
    assert re.fullmatch(r"Before it\. <mark>.*A second paragraph\.</mark> After it\. <a .*", details[2])


def test_no_front_end_reads_sums_of_money_as_a_formula() -> None:
    assert ANSWER._repr_html_().startswith('<div class="tex2jax_ignore mathjax_ignore">')
    assert not re.search(r"(?<!\\)\$", ANSWER._repr_markdown_())


def test_the_markdown_of_an_answer_shows_the_same_and_no_markup_of_a_text() -> None:
    page = _markdown_page(ANSWER._repr_markdown_())
    assert set(page.tags) == {"p", "br", "details", "summary", "blockquote", "mark"}
    assert page.text.count(EVIL) == 4
    assert "[1] A. Writer" in page.text
    assert "- Second [1]." in page.text


@given(st.text(alphabet=st.sampled_from(list("ab 1.)-+*_#>~`|$<&;![](){}^=:/\\\n\t@w")), max_size=60))
def test_any_text_is_shown_as_it_is(text: str) -> None:
    page = _markdown_page(escape_markdown(text))
    assert set(page.tags) <= {"p", "br"}
    assert "".join(page.text.split()) == "".join(text.split())


@pytest.mark.parametrize(
    "text", ["1. a", "- a", "+ a", "12) a", "# a", "> a", "| a |", "---", "===", "    code", ": a"]
)
def test_the_beginning_of_a_line_makes_no_list_rule_or_heading(text: str) -> None:
    page = _markdown_page(escape_markdown(f"above\n{text}"))
    assert page.tags == ["p", "br"]
    assert page.text.split("\n")[1].strip() == text.strip()


def test_addresses_of_a_text_are_no_links() -> None:
    renderer = MarkdownIt("commonmark", {"html": True})
    written = renderer.render(escape_markdown("see https://evil.example, www.evil.example and mailto:a@evil.example"))
    assert written == "<p>see https://evil.example, www.evil.example and mailto:a@evil.example</p>\n"
    assert escape_markdown("https://a www.a mailto:a@b") == r"https\://a www\.a mailto\:a\@b"


def test_a_repr_is_short_whatever_the_text() -> None:
    long = replace(ANSWER, question="why " * 500)
    assert repr(long).startswith("<Answer to 'why why")
    assert repr(long).endswith("…': 1 statements, 1 citations, llm:m>")
    assert repr(replace(ANSWER, abstained=True)) == "<Answer to 'Why <b>?': abstained, llm:m>"
    for value in (long, CITATION, PASSAGE, Article("a", "t" * 900, "x" * 90_000)):
        assert len(repr(value)) < 160
    assert repr(PASSAGE) == f"<RankedPassage a 100-{PASSAGE.end}, score 1.000>"


def test_the_json_of_an_answer_is_complete() -> None:
    answer = replace(ANSWER, nearest=(ARTICLE,), usage=Usage(12, 3))
    written = answer.to_dict()
    assert written["nearest"] == [
        {"article_id": "a", "title": ARTICLE.title, "author": "A. Writer", "source": "The Review",
         "published": "2024-06-01", "url": ARTICLE.url}
    ]  # fmt: skip
    assert written["usage"] == {"prompt_tokens": 12, "completion_tokens": 3}
    assert ANSWER.to_dict()["usage"] is None
    assert written["understood"]["searched"] == ""


def _entry(number: int, published: date | None) -> CatalogueEntry:
    return CatalogueEntry(f"id-{number}", EVIL, None, "The Review", published, None, ("a", "b"), "0" * 64, 10, 1)


def test_a_list_of_articles_is_a_table_of_bounded_length() -> None:
    entries = ArticleList(_entry(number, date(2024, 6, 1)) for number in range(MAX_ROWS + 7))
    page = _Page(entries._repr_html_())
    assert set(page.tags) == {"div", "table", "thead", "tbody", "tr", "th", "td", "p"}
    assert page.tags.count("tr") == MAX_ROWS + 1
    assert page.text.endswith("7 more articles")
    assert EVIL in page.text


def test_a_search_is_a_table_whose_texts_unfold() -> None:
    page = _Page(SearchResults([PASSAGE])._repr_html_())
    assert page.tags.count("details") == 1
    assert page.text.count(EVIL) == 2
    assert "1.000" in page.text
