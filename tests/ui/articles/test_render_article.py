"""The reading pane: quotes marked, everything escaped."""

from rag.types.article import Article
from rag.ui.articles.render_article import QuoteSpan, article_html

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&"


def _article(text: str) -> Article:
    return Article("a", f"Title {HOSTILE}", text, author=HOSTILE, url="javascript:alert(1)", topics=(HOSTILE,))


def test_the_reading_pane_marks_quotes_over_paragraphs_and_escapes_the_rest() -> None:
    text = f"One.\n\nTwo & three.\n\nFour. {HOSTILE}"
    start, end = text.index("three"), text.index("Four") + 4
    html = article_html(_article(text), [QuoteSpan(start, end, text[start:end])])
    assert (
        '<p>One.</p><p>Two &amp; <mark class="main" data-span="0">three.</mark></p>'
        '<p><mark class="main" data-span="0">Four</mark>. ' in html
    )
    assert "<script" not in html
    assert "javascript:" not in html


def test_words_that_moved_are_found_and_words_that_are_gone_are_said_to_be() -> None:
    moved = article_html(_article("New beginning. The words."), [QuoteSpan(0, 9, "The words")])
    assert '<mark class="main" data-span="0">The words</mark>' in moved
    gone = article_html(_article("Something else."), [QuoteSpan(0, 9, "The words"), QuoteSpan(0, 9, "Something")])
    assert "no longer in it" in gone
    assert "main" not in gone
