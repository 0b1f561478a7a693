"""The body of an article on a web page: nothing of it is lost, and nothing else is taken for it."""

import json
import random
import unicodedata
from typing import Literal

import pytest

from rag.errors import ReadError
from rag.readers.pages.html import ReadPage, read_page
from tests.conftest import shared

SENTENCES = [
    f"The harbour board of Port Ellery wants {number} million crowns for the {thing}, and the figure is wrong because "
    f"the {work} was counted twice in the year {1900 + number}."
    for number, (thing, work) in enumerate(
        [("quay", "dredging"), ("pier", "piling"), ("lock", "digging"), ("mole", "paving"), ("dock", "survey")] * 6, 11
    )
]
ADVERT = '<div class="row full-bleed-ad"><span class="ad-label">Advertisement</span></div>'
RELATED = '<div class="related"><h3>More</h3><ul>' + "<li><a href=/a>A story of ours</a></li>" * 6 + "</ul></div>"


def _page(body: str, head: str = "") -> str:
    return (
        f"<!DOCTYPE html><html><head><title>The Quay Nobody Costed</title>{head}</head><body><nav><a href=/>Home</a>"
        f"</nav><main><h1>The Quay Nobody Costed</h1>{body}</main>{RELATED}<footer><p>© 2020 The Gazette</p></footer>"
    )


def _read(page: str) -> ReadPage:
    return read_page(page.encode(), "quay.html", "quay")


def _paragraphs(sentences: list[str]) -> str:
    return "".join(f"<p>{sentence}</p>" for sentence in sentences)


def _lines(page: str) -> list[str]:
    return _read(page).article.text.split("\n\n")


@pytest.mark.parametrize("blocks", [2, 3, 5])
@pytest.mark.parametrize(
    "container",
    [
        '<div class="grid"><div class="body article__body">{}</div></div>',
        '<div class="body__inner-container">{}</div>',
        '<section class="content-block text-block">{}</section>',
        '<div class="article-text c-gray">{}</div>',
        '<div class="paywall"><div class="page_body_chunk">{}</div></div>',
    ],
)
def test_all_containers_of_one_article_are_read_in_order(container: str, blocks: int) -> None:
    size = 15 // blocks
    pieces = [container.format(_paragraphs(SENTENCES[n * size : (n + 1) * size])) for n in range(blocks)]
    assert _lines(_page(ADVERT.join(pieces))) == SENTENCES[: blocks * size]


def test_a_summary_box_before_the_article_is_not_the_article() -> None:
    summary = '<div class="article-text summary"><p>The verdict in short: the quay is too dear for the town.</p></div>'
    body = f'<div class="article-text">{_paragraphs(SENTENCES[:8])}</div>'
    lines = _lines(_page(f'<article><div class="page_body">{summary * 3}{body}</div></article>'))
    assert [line for line in lines if line in SENTENCES] == SENTENCES[:8]


@pytest.mark.parametrize(
    "notice",
    [
        "This article was originally published in The Harbour Review and is reprinted with permission.",
        "Subscribe to our newsletter to get the best of the Gazette in your inbox every morning.",
        "Already a subscriber? Log in to read the whole article and everything else that we publish.",
    ],
)
def test_a_notice_around_the_article_is_not_the_article(notice: str) -> None:
    box = f'<div class="article__body notice"><p>{notice}</p></div>'
    lines = _lines(_page(f'{box}<div class="article__body">{_paragraphs(SENTENCES[:6])}</div>{box}'))
    assert [line for line in lines if line in SENTENCES] == SENTENCES[:6]


def test_teasers_of_other_articles_are_not_read() -> None:
    teaser = (
        '<div class="card"><a href=/x><h3>Another story</h3>'
        "<p>Another story, told in a few words of its own that end here.</p></a></div>"
    )
    lines = _lines(_page(f'<div class="article__body">{_paragraphs(SENTENCES[:6])}</div>{teaser * 5}'))
    assert lines == SENTENCES[:6]


@pytest.mark.parametrize("depth", [1, 3])
def test_a_page_laid_out_with_tables_is_read(depth: int) -> None:
    body = f"<h3>The Quay Nobody Costed</h3>{_paragraphs(SENTENCES[:6])}"
    for _ in range(depth):
        body = f"<table><tr><td><a href=/>Home</a></td></tr><tr><td>{body}</td></tr></table>"
    page = f"<html><head><title>The Quay Nobody Costed</title></head><body>{body}</body></html>"
    read = _read(page).article
    assert read.title == "The Quay Nobody Costed"
    assert [line for line in read.text.split("\n\n") if line in SENTENCES] == SENTENCES[:6]


def test_a_table_of_data_is_kept_as_a_line_for_each_row() -> None:
    table = (
        "<table><tr><th>Year</th><th>Crowns</th></tr><tr><td>1999</td><td>4 million</td></tr>"
        "<tr><td>2001</td><td>9 million</td></tr></table>"
    )
    lines = _lines(_page(f"<article>{_paragraphs(SENTENCES[:4])}{table}{_paragraphs(SENTENCES[4:8])}</article>"))
    assert lines == [*SENTENCES[:4], "Year | Crowns", "1999 | 4 million", "2001 | 9 million", *SENTENCES[4:8]]


def test_a_text_that_may_be_cut_off_is_told_with_its_length() -> None:
    metadata = {"@type": "NewsArticle", "headline": "The Quay Nobody Costed", "articleBody": " ".join(SENTENCES[:20])}
    head = f'<script type="application/ld+json">{json.dumps(metadata)}</script>'
    read = _read(_page(f"<article>{_paragraphs(SENTENCES[:6])}</article>", head))
    (note,) = read.notes
    total = len(" ".join(SENTENCES[:20]))
    assert note == (
        f"read {len(read.article.text):,} of about {round(total, -2):,} characters; the rest may be missing"
    )


def test_a_page_for_subscribers_is_told() -> None:
    head = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>'
    (note,) = _read(_page(f"<article>{_paragraphs(SENTENCES[:3])}</article>", head)).notes
    assert "the page is for subscribers, so the text may be cut off" in note


def test_a_whole_article_has_nothing_to_tell() -> None:
    assert _read(_page(f"<article>{_paragraphs(SENTENCES[:6])}</article>")).notes == ()


@pytest.mark.parametrize(
    "name", ["two-blocks-with-an-advert-between", "summary-box-before-the-article", "table-layout"]
)
def test_the_minimal_pages_of_each_fault_are_read_whole(name: str) -> None:
    page = shared(f"cases/reading/{name}.html").read_text(encoding="utf-8")
    read = _read(page).article
    assert read.title == "The Quay Nobody Costed"
    for start in ("The harbour board of Port Ellery", "Owners of the ships gain", "A smaller quay on the north side"):
        assert start in read.text


def test_blocks_of_any_layout_lose_no_paragraph() -> None:
    """Random layouts: one to four blocks of the same class, with adverts and boxes between them."""
    choice = random.Random(19)
    for _ in range(12):
        label = choice.choice(["article__body", "post-content entry", "c-article-text", "story-chunk"])
        outer = choice.choice(["<div>{}</div>", '<div class="row"><div class="col">{}</div></div>', "{}"])
        cuts = sorted(choice.sample(range(2, 14), choice.randint(0, 3)))
        pieces = [
            outer.format(f'<div class="{label}">{_paragraphs(SENTENCES[start:end])}</div>')
            for start, end in zip([0, *cuts], [*cuts, 16], strict=True)
        ]
        lines = _lines(_page(choice.choice([ADVERT, RELATED, "<hr>"]).join(pieces)))
        assert [line for line in lines if line in SENTENCES] == SENTENCES[:16], (label, outer, cuts)


@pytest.mark.parametrize(
    ("list_name", "comment_name"),
    [("sf_comment_list", "sf_comment_text"), ("comments", "c"), ("", "user-comment-body")],
)
def test_readers_comments_inside_the_article_are_no_part_of_it(list_name: str, comment_name: str) -> None:
    voices = [f"I say that reader {number} is right: {sentence}" for number, sentence in enumerate(SENTENCES[20:28])]
    comments = "".join(f'<div class="{comment_name}"><p>{voice}</p></div>' for voice in voices)
    page = _page(f'<article>{_paragraphs(SENTENCES[:20])}<div id="{list_name}">{comments}</div></article>')
    assert _lines(page) == SENTENCES[:20]


def test_an_article_whose_container_is_named_after_comments_is_read() -> None:
    assert _lines(_page(f'<div class="sf_comment_text">{_paragraphs(SENTENCES[:20])}</div>')) == SENTENCES[:20]


@pytest.mark.parametrize(
    "body",
    [
        '<div class="entry"><div class="comment-body">{}</div></div>',
        '<div id="comment-content">{}</div>',
        '<div class="section-comment"><div class="comment"><div class="comment__body">{}</div></div></div>',
        '<article class="post comments-open">{}</article>',
    ],
)
def test_a_column_in_an_element_that_is_named_comment_is_read(body: str) -> None:
    assert _lines(_page(body.format(_paragraphs(SENTENCES[:4])))) == SENTENCES[:4]


@pytest.mark.parametrize("items", ["div", "li"])
def test_readers_comments_below_a_film_are_no_article(items: str) -> None:
    comments = "".join(
        f'<{items} class="comment"><div class="comment-body"><p>{sentence}</p></div></{items}>'
        for sentence in SENTENCES[:9]
    )
    with pytest.raises(ReadError, match="has no article text"):
        _read(_page(f'<video></video><div id="comments"><div class="comment-list">{comments}</div></div>'))


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_text_whose_accents_are_characters_of_their_own_is_read_once(form: Literal["NFC", "NFD"]) -> None:
    # Every other sentence has accents.
    text = [line.replace("e", "é") if number % 2 else line for number, line in enumerate(SENTENCES[:12])]
    written = [unicodedata.normalize(form, sentence) for sentence in text]
    blocks = [f'<div class="article__body">{_paragraphs(part)}</div>' for part in (written[:6], written[6:])]
    lines = _lines(_page(f"<article>{ADVERT.join(blocks)}</article>"))
    assert [unicodedata.normalize("NFC", line) for line in lines] == text


def test_prose_between_blocks_is_read_although_it_is_in_no_paragraph() -> None:
    """A block within a paragraph ends it, so that the rest of the paragraph is loose in the container."""
    block = '<div class="related-box"><h3>More</h3><ul><li><a href=/a>A story of ours</a></li></ul></div>'
    first = f"<p>{block}{SENTENCES[0]}</p>{_paragraphs(SENTENCES[1:6])}"
    assert _lines(_page(f"<div class=bd>{first}</div>")) == SENTENCES[:6]
    linked = SENTENCES[2].replace("the figure", "<a href=/f>the <b>fig</b>ure</a>")
    middle = f"{_paragraphs(SENTENCES[:2])}<div>{ADVERT}</div>{linked}<p>{SENTENCES[3]}</p>{SENTENCES[4]}"
    assert _lines(_page(f"<div class=bd>{middle}</div>")) == SENTENCES[:5]


@pytest.mark.parametrize(
    "lead", ["<p class='fig-chapo'>{}</p>", "<p class='ingress'>{}</p>", "<div class='article__lead'>{}</div>"]
)
def test_the_lead_of_an_article_is_read_outside_its_container(lead: str) -> None:
    written = SENTENCES[0].replace("the figure", "the <i>fig</i>ure").replace("million", "<br>million")
    body = f"<div class=top>{lead.format(written)}</div><div class='article__body'>{_paragraphs(SENTENCES[1:8])}</div>"
    assert _lines(_page(f"<article>{body}</article>")) == SENTENCES[:8]


@pytest.mark.parametrize(
    "offer",
    [
        "<form action=/subscribe><p>{}</p><input type=email></form>",
        "<div class='subscribe-form'><p>{}</p></div>",
        "<div class='share-compact'><p>{}</p></div>",
        "<div class='newsletter-box'><p>{}</p></div>",
        "<section class='cookie-banner'><p>{}</p></section>",
    ],
)
def test_an_offer_within_the_article_s_element_is_no_part_of_it(offer: str) -> None:
    words = "We will send you our letter once a week, and you can leave the list whenever you like, we promise."
    body = f"<article><div class=text>{_paragraphs(SENTENCES[:8])}</div>{offer.format(words)}</article>"
    assert _lines(_page(body)) == SENTENCES[:8]


def test_a_page_that_is_one_form_is_read() -> None:
    page = _page(f"<article>{_paragraphs(SENTENCES[:8])}</article>")
    assert _lines(page.replace("<body>", "<body><form id=aspnetForm>") + "</form>") == SENTENCES[:8]
    assert _lines(_page(f"<div class='share'>{_paragraphs(SENTENCES[:8])}</div>")) == SENTENCES[:8]
