"""Title, authors and address of a web page, from everything that it says of itself."""

import json

import pytest

from rag.readers.pages.addresses import canonical_address, without_tracking
from rag.readers.pages.html import read_page
from rag.types.article import Article
from tests.support.library.sources import PROSE

TITLE = "The Price of Delay"


def _article(head: str = "", before: str = "", url: str | None = None) -> Article:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in PROSE)
    page = f"<html><head>{head}</head><body><article>{before}{body}</article></body></html>"
    return read_page(page.encode(), "delay.html", "delay", url).article


def _json_ld(**fields: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **fields})}</script>'


@pytest.mark.parametrize(
    "page_title",
    [
        f"{TITLE} | The Review",
        f"{TITLE} - The Review",
        f"{TITLE} — The Review",
        f"{TITLE} | Opinion | The Review",
        f"The Review | {TITLE}",
        f"Opinion | {TITLE} - The Review",
        f"{TITLE} :: The Review",
        f"{TITLE} • The Review",
        f"{TITLE} - Jane Doe - The Review",
        TITLE,
    ],
)
@pytest.mark.parametrize("heading", [f"<h1>{TITLE}</h1>", "<h1>The Review</h1>", ""])
def test_a_title_loses_the_names_of_site_section_and_author(page_title: str, heading: str) -> None:
    head = (
        f'<title>{page_title}</title><meta property="og:title" content="{page_title}">'
        '<meta property="og:site_name" content="The Review"><meta name="author" content="Jane Doe">'
    )
    assert _article(head, heading).title == TITLE


@pytest.mark.parametrize("title", ["Why – and how – it ends", "Delay: a price", "Half-way", "War | and peace"])
def test_a_title_with_a_dash_or_a_colon_of_its_own_stays_whole(title: str) -> None:
    assert _article(f"<title>{title} - The Review</title>", f"<h1>{title}</h1>").title == title


@pytest.mark.parametrize("site_heading", ["World : Harbour Wire", "Harbour Wire"])
def test_a_heading_with_the_site_s_name_is_no_title(site_heading: str) -> None:
    """The window's title ends with the heading of the site, whose name the page declares nowhere."""
    head = f'<title>{TITLE} {site_heading}</title><meta property="og:title" content="{TITLE}">'
    assert _article(head, f"<h1>{site_heading}</h1><h1>{TITLE}</h1>").title == TITLE


def test_the_heading_of_a_page_is_its_title_before_a_shortened_one_for_other_sites() -> None:
    head = f'<title>{TITLE} | The Review</title><meta property="og:title" content="Opinion: {TITLE} | The Review">'
    assert _article(head, f"<h1>{TITLE}</h1>").title == TITLE


@pytest.mark.parametrize(
    ("head", "before", "title"),
    [
        # A name of a file is no title.
        ('<title>Price of delay 2018 | The Review</title><meta property="og:title" content="price-of-delay-2018">'
         '<meta property="og:site_name" content="The Review">', "", "Price of delay 2018"),
        # Quotation marks that also separate.
        ('<title>Review</title><meta property="og:title" content="Jane Doe on »The Price of Delay: a book?«">', "",
         "Jane Doe on »The Price of Delay: a book?«"),
        # A heading of several lines or with a kicker.
        (f"<title>{TITLE} - Harbour</title>", "<h1>The Price<br>of<br/>Delay</h1>", TITLE),
        (f"<title>Late! {TITLE} | Harbour</title>", f"<h1><span>Late!</span>{TITLE}</h1>", f"Late! {TITLE}"),
        # Titles that were cut off.
        ('<title>The Price of … | Harbour</title><meta property="og:title" content="The Price of …">',
         f"<h1>{TITLE}</h1>", TITLE),
        (_json_ld(headline="What governments that wait for a better moment pay in the end for " + "all their " * 5),
         "<h1>What governments that wait for a better moment pay in the end for " + "all their " * 5 + "years</h1>",
         "What governments that wait for a better moment pay in the end for " + "all their " * 5 + "years"),
        # Characters that were escaped twice.
        ('<title>x</title><meta property="og:title" content="Grain &amp;amp; Steel&amp;#8217;s Price">', "",
         "Grain & Steel’s Price"),
        # A section in another language.
        (f"<title>Kommentar: {TITLE}</title>", f"<h1>{TITLE}</h1>", TITLE),
        (f"<title>{TITLE} - Wirtschaft - Hafenblatt</title><meta property='og:site_name' content='Hafenblatt'>", "",
         TITLE),
    ],
)  # fmt: skip
def test_a_title_is_the_whole_title_and_nothing_else(head: str, before: str, title: str) -> None:
    assert _article(head, before).title == title


@pytest.mark.parametrize(
    ("url", "page_title", "before", "title"),
    [
        # The address says where the title ends, and which heading it is.
        ("https://a.example/2018/07/the-price-of-delay/", f"{TITLE} – MINOFFIN, Ministry of Ellery", "", TITLE),
        ("https://a.example/the-price-of-delay_4711.html", f"{TITLE} – The Harbour, its ships", "", TITLE),
        ("https://a.example/2019/der-preis-der-verzoegerung", "Hafenblog aus Köln",
         "<h1>Hafenblog</h1><h1>Der Preis der Verzögerung</h1>", "Der Preis der Verzögerung"),
        # The heading is the site's name, which is in its address too.
        ("https://www.old-harbour.example/event/887/", f"{TITLE} › Old Harbour of Ellery",
         "<h1>Old Harbour of Ellery</h1>", TITLE),
        # A name of a site in short.
        ("https://www.nytimes.example/x/1", f"{TITLE} - The New York Times", "", TITLE),
        ("https://www.latimes.example/x/1", f"{TITLE} — Los Angeles Times", "", TITLE),
        ("https://time.example/x/1", f"{TITLE} - Time News", "", TITLE),
        ("https://wsj.example/x/1", f"{TITLE} - Why so?", "", f"{TITLE} - Why so?"),
    ],
)  # fmt: skip
def test_the_address_tells_title_and_site_apart(url: str, page_title: str, before: str, title: str) -> None:
    assert _article(f"<title>{page_title}</title>", before, url).title == title


AUTHOR_PAGE = '<meta property="article:author" content="https://review.example/people/jane">'
PERSON = {"@type": "Person", "name": "Jane Doe"}
PUBLISHER = {"@type": "NewsMediaOrganization", "name": "The Review"}


@pytest.mark.parametrize(
    ("head", "before"),
    [
        (_json_ld(author=PERSON), ""),
        (_json_ld(author=[PERSON, PUBLISHER]), ""),
        (_json_ld(author=PERSON, publisher=PUBLISHER) + '<meta name="author" content="The Review">', ""),
        (_json_ld(author=PERSON) + '<meta name="author" content="JANE DOE">', ""),
        ('<meta name="author" content="JANE DOE">', '<p class="byline">By Jane Doe</p>'),
        ('<meta name="author" content="The Review">', '<p class="byline">By Jane Doe</p>'),
        ('<meta name="author" content="The Review">', "<p>By Jane Doe in New Haven</p>"),
        ('<meta name="author" content="Review.com">', '<p class="byline">By Jane Doe, New York</p>'),
        ('<meta name="dc.creator" content="Doe, Jane">', ""),
        ('<meta name="citation_author" content="Doe, Jane">', ""),
        ('<meta name="author" content="review.example">', '<a rel="author" href="/jane">Jane Doe</a>'),
        ("", '<div class="byline">Written by Jane Doe <time>May 12, 2024</time></div>'),
        ("", '<span class="username">Username</span><span itemprop="author">Jane Doe</span>'),
        ("", '<p class="byline">Last Updated: January 7, 2025</p><p class="byline">By Jane Doe</p>'),
        (f'{AUTHOR_PAGE}<meta name="byl" content="By Jane Doe">', ""),
        (
            '<meta property="article:author" content="https://review.example/people/jane">',
            "<a href=/people/jane>Jane Doe</a>",
        ),
    ],
)
def test_the_person_is_the_author_whatever_else_the_page_says(head: str, before: str) -> None:
    site = '<title>T</title><meta property="og:site_name" content="The Review">'
    assert _article(site + head, before, "https://review.example/2024/delay").author == "Jane Doe"


def _author_link(name: str) -> str:
    return f'<a rel="author" href="/{name[:4]}">{name}</a>'


@pytest.mark.parametrize(
    "before",
    [
        f"<p>{_author_link('Jane Doe')} / {_author_link('Ada Brookfield')} Port Ellery</p>",
        f"<p>By {_author_link('Jane Doe')} and {_author_link('Ada Brookfield')}</p>",
        "<ul class='authors'><li><a href='/j'>Jane Doe</a></li><li><a href='/a'>Ada Brookfield</a></li></ul>",
        "<div class='byline'><a>Jane Doe</a><a>Ada Brookfield</a><span>May 12, 2024</span></div>",
        "<p>By Jane Doe and Ada Brookfield in New York</p>",
        "<ul><li>Par <span itemprop='author'><a itemprop='name'>Jane Doe</a></span>, "
        "<span itemprop='author'><a itemprop='name'>Ada Brookfield</a></span></li></ul>",
    ],
)
def test_authors_in_elements_side_by_side_are_all_named(before: str) -> None:
    assert _article("<title>T</title>", before).author == "Jane Doe, Ada Brookfield"


def test_the_author_of_another_story_is_not_named_too() -> None:
    before = f"<p>{_author_link('Jane Doe')}</p><div>{_author_link('Tom Reeve')} wrote before</div>"
    assert _article("<title>T</title>", before).author == "Jane Doe"


def test_one_who_is_declared_as_person_and_publisher_is_the_author() -> None:
    graph = {"@type": ["Person", "Organization"], "@id": "#p", "name": "Jane Doe"}
    script = json.dumps({"@graph": [graph, {"@type": "Article", "author": {"@id": "#p"}, "publisher": {"@id": "#p"}}]})
    head = f'<title>T</title><script type="application/ld+json">{script}</script>'
    assert _article(head, url="https://review.example/delay").author == "Jane Doe"


def test_an_author_whose_site_has_the_surname_is_named() -> None:
    byline = (
        "<div class=author><h2 class=author-heading>Published by</h2><h3 class=author-title>Jane Doe</h3>"
        "<p class=author-bio>A professor at Ellery University, who writes of harbours.</p></div>"
    )
    head = '<title>T</title><meta property="og:site_name" content="Jane Doe\'s blog">'
    assert _article(head, byline, "https://doe.example/delay").author == "Jane Doe"


@pytest.mark.parametrize(
    ("head", "before"),
    [
        ('<meta name="author" content="Harbour Press GmbH, Port Ellery, Ellery">', ""),
        ('<meta name="author" content="Webworks d.o.o.">', ""),
        ('<meta name="author" content="Verein: Old Harbour e.V.">', ""),
        ('<meta name="author" content="admin">', ""),
        ('<meta name="author" content="The Review">', ""),
        (_json_ld(author=PUBLISHER, publisher=PUBLISHER), ""),
        ("", '<span class="username">Username</span>'),
        ("", '<div class="comments"><p class="author">Tom Reeve</p></div>'),
        ("", '<aside><p class="byline">By Tom Reeve</p></aside>'),
    ],
)
def test_a_page_that_names_no_person_has_no_author(head: str, before: str) -> None:
    site = '<title>T</title><meta property="og:site_name" content="The Review">'
    assert _article(site + head, before).author is None


def test_json_ld_that_is_not_json_or_far_too_deep_is_left_out() -> None:
    for script in ("{", "[" * 100_000, '{"@type": 3, "author": {"name": 7}}', '{"@graph": [1, null, "x"]}', "null"):
        head = f'<title>{TITLE}</title><script type="application/ld+json">{script}</script>'
        assert _article(head).title == TITLE


@pytest.mark.parametrize(
    "tracked",
    [
        "https://review.example/delay?utm_source=feed&utm_medium=rss",
        "https://review.example/delay?fbclid=abc",
        "https://review.example/delay?gclid=abc#comments",
        "https://review.example/delay#top",
    ],
)
def test_an_address_loses_its_tracking_parameters(tracked: str) -> None:
    assert without_tracking(tracked) == "https://review.example/delay"
    assert without_tracking("https://review.example/article?id=7&utm_source=x") == "https://review.example/article?id=7"


@pytest.mark.parametrize(
    ("declared", "address"),
    [
        ("https://review.example/2024/delay", "https://review.example/2024/delay"),
        ("/2024/delay?utm_source=x", "https://review.example/2024/delay"),
        ("https://www.review.example/2024/delay", "https://www.review.example/2024/delay"),
        ("https://review.example/", "https://review.example/delay"),
        ("https://elsewhere.example/delay", "https://review.example/delay"),
        ("javascript:alert(1)", "https://review.example/delay"),
        ("http://[::1", "https://review.example/delay"),
        ("", "https://review.example/delay"),
    ],
)
def test_a_canonical_address_counts_only_if_it_is_the_same_site_s(declared: str, address: str) -> None:
    assert canonical_address(declared, "https://review.example/delay?utm_campaign=a") == address


BIOGRAPHY = "Jane Doe is a professor of economics at the University of Ellery and author of two books."


def test_what_a_page_says_of_its_author_is_kept() -> None:
    described = {"@type": "Person", "name": "Jane Doe", "jobTitle": "Harbour economist"}
    assert _article(_json_ld(author=described)).author_description == "Harbour economist"
    body = "".join(f"<p>{paragraph}</p>" for paragraph in (*PROSE, BIOGRAPHY))
    page = f"<html><head><title>{TITLE}</title></head><body><article>{body}</article></body></html>"
    article = read_page(page.encode(), "delay.html", "delay").article
    assert (article.author, article.author_description) == ("Jane Doe", BIOGRAPHY)
    assert BIOGRAPHY not in article.text


def test_a_page_that_says_nothing_of_its_author_has_no_description() -> None:
    assert _article(_json_ld(author=PERSON)).author_description is None
