"""Saved web pages: the article and its metadata are extracted, and nothing else of the page."""

from datetime import date
from pathlib import Path

import pytest

from rag.settings import Settings
from tests.support.library.sources import PDF_LINES, PROSE, TEXT, article_from, failure_reason, new_file, text_pdf

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>The Price of Delay | The Review</title>
<meta property="og:title" content="The Price of Delay"><meta property="og:site_name" content="The Review">
<meta name="author" content="Jane Doe"><meta property="article:published_time" content="2024-06-25T06:00:00Z">
<style>p {{ color: red }}</style><script>var tracking = "alert(1)";</script></head>
<body><nav><ul><li><a href="/">Workspace</a></li><li><a href="/politics">Politics</a></li></ul></nav>
<header><a href="/">The Review</a></header>
<main><article><h1>The Price of Delay</h1><p class="byline">By Jane Doe</p><p>4 minute read</p>
{paragraphs}
</article></main>
<aside><h3>Most read</h3><ul><li><a href="/cats">Ten things about cats</a></li></ul></aside>
<footer><p>© 2019 The Review. All rights reserved.</p><p>Subscribe to our newsletter</p></footer>
<script>document.write("hostile")</script></body></html>"""


def _page(*paragraphs: str, page: str = PAGE) -> str:
    return page.format(paragraphs="\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs or PROSE))


def test_a_page_gives_its_article_and_its_declared_metadata(tmp_path: Path, settings: Settings) -> None:
    article = article_from(new_file(tmp_path / "delay.html", _page()), settings)
    assert article.text == TEXT
    assert (article.id, article.title, article.author) == ("delay", "The Price of Delay", "Jane Doe")
    assert (article.source, article.published) == ("The Review", date(2024, 6, 25))


def test_a_page_that_declares_no_date_has_none(tmp_path: Path, settings: Settings) -> None:
    """The year in a copyright line is not a publication date."""
    page = _page().replace('<meta property="article:published_time" content="2024-06-25T06:00:00Z">', "")
    assert article_from(new_file(tmp_path / "x.html", page), settings).published is None


def test_broken_markup_still_gives_its_text(tmp_path: Path, settings: Settings) -> None:
    page = "<html><body><article><h1>Broken<p>" + "<p>".join(PROSE) + "<div><b><i <table>never closed"
    article = article_from(new_file(tmp_path / "x.html", page), settings)
    assert all(paragraph in article.text for paragraph in PROSE)
    assert article.title == "Broken"


@pytest.mark.parametrize(
    "page",
    [
        "<html></html>",
        "<html><head><title>Shop</title></head><body><nav><a href=/>Home</a><a href=/x>Cart</a></nav></body></html>",
        "<html><body><ul>" + "".join(f"<li><a href=/{n}>Link {n}</a></li>" for n in range(50)) + "</ul></body></html>",
        "<html><body><script>"
        + "var text = 'not for reading at all, however long it may be. ';" * 20
        + "</script></body>",
        "<div>" * 50_000 + "<p>deep</p>" + "</div>" * 50_000,
    ],
    ids=["empty", "menu", "links", "script", "deep"],
)
def test_a_page_without_an_article_is_refused(tmp_path: Path, settings: Settings, page: str) -> None:
    assert "has no article text that can be separated from the rest of the page" in failure_reason(
        new_file(tmp_path / "x.html", page), settings
    )


def test_a_refused_page_is_reported_in_one_line_and_in_no_log(
    tmp_path: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    for name, data in (("x.html", b"<html></html>"), ("y.html", b"<p>" * 50), ("z.pdf", text_pdf([PDF_LINES])[:900])):
        assert failure_reason(new_file(tmp_path / name, data), settings)
    assert caplog.records == []


def test_a_hostile_page_gives_its_text_and_no_script(tmp_path: Path, settings: Settings) -> None:
    page = _page(
        '<span onclick="steal()">' + PROSE[0] + '</span><script>alert("inline")</script>',
        PROSE[1] + '<iframe src="https://evil.example"></iframe><img src=x onerror="alert(2)">',
        PROSE[2] + " It wrote &lt;script&gt;alert(3)&lt;/script&gt; on the wall.",
    )
    text = article_from(new_file(tmp_path / "x.html", page), settings).text
    assert text == TEXT + " It wrote <script>alert(3)</script> on the wall."


@pytest.mark.parametrize("declared", [True, False])
def test_a_page_in_an_old_encoding_keeps_its_accents(tmp_path: Path, settings: Settings, declared: bool) -> None:
    accented = "The café’s owner – a naïve man – said that it was over, and everybody agreed with him that it was."
    page = _page(accented, *PROSE).replace('<meta charset="utf-8">', '<meta charset="iso-8859-1">' if declared else "")
    article = article_from(new_file(tmp_path / "x.html", page.encode("cp1252")), settings)
    assert article.text.startswith(accented)


def test_a_page_with_an_xml_declaration_is_read(tmp_path: Path, settings: Settings) -> None:
    page = '<?xml version="1.0" encoding="iso-8859-1"?>\n' + _page("Père Ubu said so. " + PROSE[0], *PROSE[1:])
    assert "Père Ubu" in article_from(new_file(tmp_path / "x.htm", page.encode("iso-8859-1", "ignore")), settings).text
