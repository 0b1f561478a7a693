"""Front matter as Hugo, Jekyll, Obsidian and Zettlr write it, and fields of JSON from other programs."""

import json
from datetime import date
from pathlib import Path

import pytest

from rag.readers.sources import load_articles
from rag.settings import Settings
from rag.types.article import Article
from rag.types.ingest import LoadedArticle
from tests.support.library.sources import TEXT, new_file

EXPECTED = ("The Quay", "Ada Brookfield, Tom Reeve", "The Review", date(2024, 6, 30), ("harbour", "money"))
YAML = "---\n{}\n---\n"
TOML = "+++\n{}\n+++\n"


def _load(path: Path, settings: Settings) -> LoadedArticle:
    (result,) = load_articles([path], settings)
    assert isinstance(result, LoadedArticle), result
    return result


def _fields(article: Article) -> tuple[object, ...]:
    return article.title, article.author, article.source, article.published, article.topics


@pytest.mark.parametrize(
    "front_matter",
    [
        YAML.format(
            "title: The Quay\nauthors: [Ada Brookfield, Tom Reeve]\npublication: The Review\ndate: 2024-06-30\n"
            "tags: [harbour]\ncategories: [money, harbour]"
        ),
        YAML.format(
            "title: The Quay\nauthor:\n  - name: Ada Brookfield\n    email: a@b.example\n  - name: Tom Reeve\n"
            "publisher: The Review\ndate: 2024-06-30T22:30:00-07:00\ntags: harbour, money"
        ),
        YAML.format(
            "title: The Quay\nauthor: '[[Ada Brookfield]], [[people/tom|Tom Reeve]]'\nsource: '[[The Review]]'\n"
            "date: '[[2024-06-30]]'\ntags:\n- '#harbour'\n- '[[money]]'"
        ),
        TOML.format(
            "title = 'The Quay'\nauthors = ['Ada Brookfield', 'Tom Reeve']\npublication = 'The Review'\n"
            "date = 2024-06-30T22:30:00-07:00\ntags = ['harbour', 'money']"
        ),
        '{"title": "The Quay", "authors": ["Ada Brookfield", "Tom Reeve"], "publication": "The Review",\n'
        ' "date": "June 30, 2024", "categories": ["harbour", "money"]}\n\n',
    ],
)
def test_the_fields_of_other_programs_are_known(tmp_path: Path, settings: Settings, front_matter: str) -> None:
    loaded = _load(new_file(tmp_path / "quay.md", front_matter + TEXT), settings)
    assert _fields(loaded.article) == EXPECTED
    assert (loaded.article.text, loaded.notes) == (TEXT, ())


@pytest.mark.parametrize("text", ["text", "content", "body", "maintext"])
@pytest.mark.parametrize("title", ["title", "headline"])
def test_the_fields_of_json_lines_are_known_too(tmp_path: Path, settings: Settings, text: str, title: str) -> None:
    fields = {
        title: "The Quay", "authors": ["Ada Brookfield", "Tom Reeve"], "publication": "The Review",
        "date": "2024-06-30", "tags": ["harbour", "money"], "link": "https://r.example/q", text: TEXT,
    }  # fmt: skip
    line = json.dumps(fields)
    article = _load(new_file(tmp_path / "quay.jsonl", line), settings).article
    assert _fields(article) == EXPECTED
    assert (article.text, article.url) == (TEXT, "https://r.example/q")


def test_unknown_fields_are_named_in_one_line(tmp_path: Path, settings: Settings) -> None:
    loaded = _load(new_file(tmp_path / "quay.md", f"---\ntitle: T\nlayout: post\ndraft: no\n---\n{TEXT}"), settings)
    assert loaded.notes == ("unknown fields left out: layout, draft",)
    many = "\n".join(f"field{number}: x" for number in range(30))
    (note,) = _load(new_file(tmp_path / "many.md", f"---\ntitle: T\n{many}\n---\n{TEXT}"), settings).notes
    assert note.endswith("field9 and 20 more")
    assert "\n" not in note


def test_a_note_without_a_title_has_its_heading_or_its_file_s_name(tmp_path: Path, settings: Settings) -> None:
    assert (
        _load(new_file(tmp_path / "a.md", f"---\ntags: [x]\n---\n# The Quay\n\n{TEXT}"), settings).article.title
        == "The Quay"
    )
    assert _load(new_file(tmp_path / "my note.md", f"---\ntags: [x]\n---\n{TEXT}"), settings).article.title == "my note"


def test_jekyll_s_categories_and_permalink_are_read_as_jekyll_does(tmp_path: Path, settings: Settings) -> None:
    fields = "layout: post\ntitle: T\ncategories: bridges money\npermalink: /bridges/:title/"
    article = _load(new_file(tmp_path / "quay.md", f"---\n{fields}\n---\n{TEXT}"), settings).article
    assert (article.topics, article.url) == (("bridges", "money"), None)
    fields = "title: T\ncategories: frozen assets, money\nurl: /x\nlink: https://review.example/x"
    article = _load(new_file(tmp_path / "quay.md", f"---\n{fields}\n---\n{TEXT}"), settings).article
    assert (article.topics, article.url) == (("frozen assets", "money"), "https://review.example/x")


@pytest.mark.parametrize("author", ["anonymous", "Administrator", "editor@example.org", "'[[]]'"])
def test_a_field_that_names_nobody_is_no_author(tmp_path: Path, settings: Settings, author: str) -> None:
    article = _load(new_file(tmp_path / "a.md", f"---\ntitle: T\nauthor: {author}\n---\n{TEXT}"), settings).article
    assert article.author is None


@pytest.mark.parametrize("text", ["{not json at all, only a brace}", '{"a": 1', "{}\n" + TEXT, "+++\nno end of it"])
def test_a_text_that_begins_like_front_matter_and_is_none_stays(tmp_path: Path, settings: Settings, text: str) -> None:
    assert _load(new_file(tmp_path / "a.md", text), settings).article.text == text


@pytest.mark.parametrize(
    ("head", "author", "day"),
    [
        ("By Ada Brookfield", "Ada Brookfield", None),
        ("By Ada Brookfield\nMay 12, 2024", "Ada Brookfield", date(2024, 5, 12)),
        ("By Ada Brookfield, May 12, 2024", "Ada Brookfield", date(2024, 5, 12)),
        ("12 May 2024\n\nBy Ada Brookfield and Tom Reeve", "Ada Brookfield, Tom Reeve", date(2024, 5, 12)),
        ("Published May 12, 2024", None, date(2024, 5, 12)),
        ("2024-05-12", None, date(2024, 5, 12)),
        ("Published May 12, 2024 by Ada Brookfield", "Ada Brookfield", date(2024, 5, 12)),
        ("Posted on 12 May 2024, by Ada Brookfield, New York", "Ada Brookfield", date(2024, 5, 12)),
        ("Author: Ada Brookfield", "Ada Brookfield", None),
        ("By Ada Brookfield in New Haven", "Ada Brookfield", None),
        ("", None, None),
    ],
)
def test_a_plain_text_has_its_byline_and_its_day(
    tmp_path: Path, settings: Settings, head: str, author: str | None, day: date | None
) -> None:
    article = _load(new_file(tmp_path / "a.txt", f"The Quay\n\n{head}\n\n{TEXT}"), settings).article
    assert (article.title, article.author, article.published, article.text) == ("The Quay", author, day, TEXT)


def test_a_crawler_s_record_of_an_article_has_its_day(tmp_path: Path, settings: Settings) -> None:
    record = {"headline": "A ferry", "maintext": "The night ferry was kept.", "date_publish": "2024-06-28 10:00:00"}
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps(record), encoding="utf-8")
    assert _load(path, settings).article.published == date(2024, 6, 28)
