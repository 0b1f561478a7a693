"""Reference managers: each entry is the article of its attached text, with the metadata that a person has checked."""

import json
from datetime import date
from pathlib import Path

import pytest

from rag.readers.sources import load_articles
from rag.settings import Settings
from rag.types.article import Article
from rag.types.ingest import LoadedArticle, LoadFailure
from tests.support.library.files_of_formats import BIBTEX, RIS, zip_file
from tests.support.library.sources import TEXT, failure_reason, new_file
from tests.support.servers.web_site import Site, html_page

CSL = [
    {
        "type": "article-newspaper", "title": "A Bill Comes Due", "container-title": "The Review",
        "author": [{"family": "Brookfield", "given": "Ada"}, {"literal": "The Editors"}],
        "issued": {"date-parts": [[2024, 6, 30]]}, "URL": "{address}/bill", "keyword": "debt, trade",
    }
]  # fmt: skip


def _articles(source: Path, settings: Settings, **more: bool) -> list[Article]:
    results = list(load_articles([source], settings, **more))
    assert [result for result in results if isinstance(result, LoadFailure)] == []
    return [result.article for result in results if isinstance(result, LoadedArticle)]


def _with_text(folder: Path, export: str, content: str, text: str) -> Path:
    (folder / text).parent.mkdir(parents=True)
    new_file(folder / text, f"Some Other Title\n\n{TEXT}")
    return new_file(folder / export, content)


def test_an_entry_of_ris_is_its_attached_text_under_its_own_metadata(tmp_path: Path, settings: Settings) -> None:
    path = _with_text(tmp_path, "x.ris", RIS.replace("bill.pdf", "bill.txt"), "files/7/bill.txt")
    (article,) = _articles(path, settings)
    assert (article.title, article.author, article.source) == ("A Bill Comes Due", "Ada Brookfield", "The Review")
    assert (article.published, article.url) == (date(2024, 6, 30), "https://review.example/bill")
    assert (article.topics, article.text) == (("debt",), TEXT)


def test_an_attached_text_is_not_read_a_second_time_on_its_own(tmp_path: Path, settings: Settings) -> None:
    _with_text(tmp_path, "x.ris", RIS.replace("bill.pdf", "bill.txt"), "files/7/bill.txt")
    new_file(tmp_path / "files" / "7" / "other.txt", f"Another\n\n{TEXT}")
    assert sorted(article.title for article in _articles(tmp_path, settings)) == ["A Bill Comes Due", "Another"]


def test_bibtex_is_decoded_and_its_addresses_and_paths_are_not(tmp_path: Path, settings: Settings) -> None:
    (article,) = _articles(_with_text(tmp_path, "x.bib", BIBTEX, "files/8/cafe.txt"), settings)
    assert (article.title, article.author) == ("A Bill of cafés", "Ada Brookfield, Ben Okoye")
    assert (article.url, article.published) == ("https://review.example/cafe_bill", date(2024, 6, 29))


@pytest.mark.parametrize(
    ("fields", "day"),
    [
        ("year = {2024}, month = jun, day = {30}", date(2024, 6, 30)),
        ("year = {2024}", None),
        ("date = {2024-06}", None),
    ],
)
def test_a_year_or_a_month_alone_is_no_day(tmp_path: Path, settings: Settings, fields: str, day: date | None) -> None:
    bibtex = f"@article{{a, title = {{T}}, {fields}, file = {{files/8/cafe.txt}}}}"
    (article,) = _articles(_with_text(tmp_path, "x.bib", bibtex, "files/8/cafe.txt"), settings)
    assert article.published == day


def test_the_page_of_an_entry_is_fetched_only_when_it_was_asked_for(
    tmp_path: Path, loopback: Settings, site: Site
) -> None:
    site.add_page("/bill", html_page(title="On the page"))
    path = new_file(tmp_path / "x.json", json.dumps(CSL).replace("{address}", site.url))
    assert failure_reason(path, loopback) == "links to a page without the text; to fetch, add it with --links"
    assert site.requests == []
    (article,) = _articles(path, loopback, follow_links=True)
    assert (article.title, article.author) == ("A Bill Comes Due", "Ada Brookfield, The Editors")
    assert (article.source, article.published) == ("The Review", date(2024, 6, 30))
    assert article.topics == ("debt", "trade")


def test_a_linked_page_at_a_private_address_is_not_fetched(tmp_path: Path, public: Settings, site: Site) -> None:
    path = new_file(tmp_path / "x.json", json.dumps(CSL).replace("{address}", site.url))
    (failure,) = load_articles([path], public, follow_links=True)
    assert isinstance(failure, LoadFailure)
    assert "points at the private address 127.0.0.1" in failure.why
    assert site.requests == []


@pytest.mark.parametrize("attached", ["../outside.txt", "/etc/hosts.txt", "C:\\outside.txt", "files/../../outside.txt"])
def test_a_path_that_leads_out_of_the_export_s_folder_opens_nothing(
    tmp_path: Path, settings: Settings, attached: str
) -> None:
    (tmp_path / "in").mkdir()
    new_file(tmp_path / "outside.txt", f"Outside\n\n{TEXT}")
    ris = f"TY  - NEWS\nTI  - T\nL1  - {attached}\nER  - \n"
    assert "is not beside it" in failure_reason(new_file(tmp_path / "in" / "x.ris", ris), settings)
    link = tmp_path / "in" / "linked.txt"
    link.symlink_to(tmp_path / "outside.txt")
    ris = "TY  - NEWS\nTI  - T\nL1  - linked.txt\nER  - \n"
    assert "is not beside it" in failure_reason(new_file(tmp_path / "in" / "y.ris", ris), settings)


def test_the_texts_of_an_export_in_an_archive_are_read_from_it(tmp_path: Path, settings: Settings) -> None:
    files: dict[str, str | bytes] = {
        "Library/files/7/bill.txt": f"Other\n\n{TEXT}",
        "Library/x.ris": RIS.replace("bill.pdf", "bill.txt"),
    }
    (article,) = _articles(new_file(tmp_path / "x.zip", zip_file(files)), settings)
    assert (article.title, article.text) == ("A Bill Comes Due", TEXT)


def test_an_abstract_is_not_taken_for_the_article(tmp_path: Path, settings: Settings) -> None:
    ris = f"TY  - JOUR\nTI  - T\nAB  - {TEXT[:100]}\nER  - \n"
    why = failure_reason(new_file(tmp_path / "x.ris", ris), settings)
    assert why == "its entry has neither a text nor a page; attach the texts and export again"


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("x.ris", "no ris", "is not RIS (it has no line `TY  - …`); export it again"),
        ("x.bib", "no bibtex", "is not BibTeX (it has no entry `@article{…}`); export it again"),
        ("x.bib", "@article{a, title = {T", "has no entries; is it the right export?"),
        ("x.json", "{", "is not JSON (Expecting property name"),
        ("x.json", "[1, 2]", "has no list of entries"),
        ("x.json", '[{"a": 1}]', "has no column for an address (url) or a text"),
        ("x.json", "[" * 100_000, "is not JSON"),
    ],
)
def test_an_export_that_cannot_be_read_is_refused_in_one_line(
    tmp_path: Path, settings: Settings, name: str, content: str, why: str
) -> None:
    assert why in failure_reason(new_file(tmp_path / name, content), settings)


def test_a_bibtex_entry_with_endless_names_is_refused(tmp_path: Path, settings: Settings) -> None:
    """Its library would take minutes."""
    bibtex = "@article{a, title = {T}, author = {" + "A and " * 300_000 + "B}}"
    why = failure_reason(new_file(tmp_path / "x.bib", bibtex), settings)
    assert why == "has an entry of more than 100,000 characters; shorten it"
