"""Single files: what is kept to the character, what is stripped, and one plain line for what cannot be read."""

import os
import time
from datetime import date
from pathlib import Path

import pytest

from rag.readers.sources import count_articles, load_articles
from rag.settings import Settings, load_settings
from rag.types.ingest import LoadedArticle, LoadFailure
from tests.conftest import shared
from tests.support.library.articles import article, write_jsonl
from tests.support.library.sources import PROSE, TEXT, article_from, failure_reason, json_line, loaded_article, new_file


def test_a_markdown_file_is_its_fields_and_its_body(tmp_path: Path, settings: Settings) -> None:
    head = "---\ntitle: Delay\nauthor: Jane Doe\nsource: The Review\npublished: 2024-06-30\ntopics: [a, b]\nurl: https://r.example\n---\n"
    path = new_file(tmp_path / "Some File.md", head + TEXT)
    loaded = loaded_article(path, settings)
    assert loaded.article.id == "some-file"
    assert (loaded.origin, loaded.has_own_id) == (str(path), False)
    assert (loaded.article.title, loaded.article.author, loaded.article.source) == ("Delay", "Jane Doe", "The Review")
    assert (loaded.article.published, loaded.article.topics) == (date(2024, 6, 30), ("a", "b"))
    assert (loaded.article.url, loaded.article.text) == ("https://r.example", TEXT)


def test_an_id_in_the_front_matter_is_the_articles_own(tmp_path: Path, settings: Settings) -> None:
    loaded = loaded_article(new_file(tmp_path / "x.md", "---\nid: Its Own\ntitle: T\n---\nText.\n"), settings)
    assert (loaded.article.id, loaded.has_own_id) == ("Its Own", True)


def test_a_body_is_kept_to_the_character(tmp_path: Path, settings: Settings) -> None:
    body = "\r\nFirst\xa0line  \r\n\r\n  indented\ttab \n\n3 minute read\n\nBy Jo Doe\n\nShare\n\u2028\ufb01 e\u0301 \n"
    assert article_from(new_file(tmp_path / "x.md", "---\ntitle: T\n---\n" + body), settings).text == body


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# The Heading #\r\n\r\nText.\r\n", "The Heading"),
        ("Some text first.\n\n## A later heading\n\nMore.\n", "A later heading"),
        ("No heading at all, and #hashtags are none.\n", "the-file"),
    ],
)
def test_without_front_matter_the_title_is_the_first_heading_or_the_name(
    tmp_path: Path, settings: Settings, text: str, title: str
) -> None:
    loaded = loaded_article(new_file(tmp_path / "the-file.md", text), settings)
    assert (loaded.article.title, loaded.article.text) == (title, text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("---\ntitle: T\nauthor: a: b\n---\nText", "line 3 is not YAML"),
        ("---\ntitle: T\n\nText without an end of the fields\n", "the front matter is not closed"),
        ("---\ntitle: T\npublished: soon\n---\nText", "`published: soon` is not a date; write it as 2024-06-30"),
        ("---\ntitle: T\n---\n\n  \n", "has fields and no text"),
        ("---\ntitle: T\n---\n\nfine\nwith \x07 bell", "line 6 of the text holds the control character U+0007"),
        ("---\ntitle: \x07\n---\n\nfine", "line 2 of the text holds the control character U+0007"),
    ],
)
def test_wrong_markdown_is_refused_in_one_line(tmp_path: Path, settings: Settings, text: str, why: str) -> None:
    assert why in failure_reason(new_file(tmp_path / "x.md", text), settings)


def test_a_heading_with_many_blanks_is_read_at_once(tmp_path: Path, settings: Settings) -> None:
    began = time.process_time()
    assert article_from(new_file(tmp_path / "x.md", "# a" + " " * 2_000_000 + "b\n\nText."), settings).title == "a b"
    assert time.process_time() - began < 3


def test_the_first_line_of_a_text_is_its_title(tmp_path: Path, settings: Settings) -> None:
    loaded = loaded_article(new_file(tmp_path / "x.txt", f"\n\n  The   Title \r\n\r\n{TEXT}\n"), settings)
    assert (loaded.article.title, loaded.article.text, loaded.article.id) == ("The Title", TEXT, "x")


def test_a_text_whose_first_line_is_a_paragraph_loses_nothing(tmp_path: Path, settings: Settings) -> None:
    long = "A first paragraph that goes on and on. " * 8
    loaded = loaded_article(new_file(tmp_path / "the-name.txt", f"{long}\n\n{TEXT}"), settings)
    assert (loaded.article.title, loaded.article.text) == ("the-name", f"{long}\n\n{TEXT}")
    alone = loaded_article(new_file(tmp_path / "alone.txt", PROSE[0]), settings)
    assert (alone.article.title, alone.article.text) == ("alone", PROSE[0])


def test_the_boilerplate_around_a_pasted_column_is_stripped(settings: Settings) -> None:
    loaded = loaded_article(shared("articles/putin-kim-connection.txt"), settings)
    assert (loaded.article.id, loaded.article.author, loaded.article.source) == (
        "putin-kim-connection",
        "Ian Bremmer",
        "TIME",
    )
    assert loaded.article.text.startswith("Vladimir Putin’s recent trip")
    assert loaded.article.text.endswith("that’s the worst news of all.")


def test_json_lines_give_the_written_articles(tmp_path: Path, settings: Settings) -> None:
    articles = [article(number) for number in range(5)]
    path = write_jsonl(tmp_path / "x.jsonl", articles)
    results = list(load_articles([path], settings))
    assert [result.article for result in results if isinstance(result, LoadedArticle)] == articles
    assert [result.origin for result in results if isinstance(result, LoadedArticle)] == [
        f"{path}:{number}" for number in range(1, 6)
    ]
    assert count_articles([path]) == 5


def test_a_text_in_json_is_kept_to_the_character(tmp_path: Path, settings: Settings) -> None:
    text = "\r\n3 minute read\n\nBy Jane Doe\n\n\xa0 e\u0301 \u2028\x85 \U0001f600 trailing  \n\n"
    loaded = loaded_article(new_file(tmp_path / "x.jsonl", "\ufeff" + json_line(1, text=text) + "\r\n"), settings)
    assert loaded.article.text == text


def test_a_broken_line_is_named_and_the_others_are_read(tmp_path: Path, settings: Settings) -> None:
    lines = [json_line(number) for number in range(1, 31)]
    lines[16] = lines[16][:-5]
    path = new_file(tmp_path / "x.jsonl", "\n".join(lines))
    results = list(load_articles([path], settings))
    assert [result.what for result in results if isinstance(result, LoadFailure)] == [f"{path}:17"]
    assert "is not JSON (Unterminated string" in results[16].why  # type: ignore[union-attr]
    assert "write one object on each line" in results[16].why  # type: ignore[union-attr]
    assert [result.article.id for result in results if isinstance(result, LoadedArticle)] == [
        f"a{n}" for n in range(1, 31) if n != 17
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"[1, 2]", 'is not a JSON object; write {"title": '),
        (b'"text"', "is not a JSON object"),
        (b'{"title": "T"}', "has no `text`; add it"),
        (b'{"title": "T", "text": 7}', "its `text` is not a string"),
        (b'{"title": "T", "text": " "}', "has fields and no text"),
        (b'{"text": "x"}', "has no title"),
        (b'{"title": "T", "text": "x\\ud800"}', "line 1 of the text holds the control character U+D800"),
        (b'{"title": "T", "text": "x\\u0000"}', "line 1 of the text holds the control character U+0000"),
        (b'{"title": "T", "text": "caf\xe9"}', "is not UTF-8; save the file as UTF-8"),
        (b'{"title": "T", "text": "x", "published": "soon"}', "`published: soon` is not a date"),
        (b"[" * 100_000, "is not JSON"),
        (b'{"n": ' + b"1" * 5000 + b"}", "is not JSON"),
    ],
    ids=[
        "list",
        "string",
        "no text",
        "number",
        "blank",
        "no title",
        "surrogate",
        "nul",
        "latin-1",
        "date",
        "deep",
        "digits",
    ],
)
def test_a_json_line_that_is_not_an_article_is_refused_in_one_line(
    tmp_path: Path, settings: Settings, line: bytes, why: str
) -> None:
    path = new_file(tmp_path / "x.jsonl", b"\n".join([json_line(1).encode(), b"", line, json_line(2).encode()]))
    results = list(load_articles([path], settings))
    assert [type(result) for result in results] == [LoadedArticle, LoadFailure, LoadedArticle]
    assert isinstance(results[1], LoadFailure)
    assert results[1].what == f"{path}:3"
    assert why in results[1].why
    assert "\n" not in results[1].why


def test_a_json_line_over_the_limit_is_skipped(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home", max_file_mb=0.01)
    path = new_file(tmp_path / "x.jsonl", "\n".join([json_line(1), json_line(2, text="x" * 50_000), json_line(3)]))
    results = list(load_articles([path], settings))
    assert [type(result) for result in results] == [LoadedArticle, LoadFailure, LoadedArticle]
    assert "is longer than 0.01 MB; split it, or raise RAG_MAX_FILE_MB" in results[1].why  # type: ignore[union-attr]


@pytest.mark.parametrize("start", ["[\n", "{\n"])
def test_a_json_document_over_many_lines_is_refused_once(tmp_path: Path, settings: Settings, start: str) -> None:
    path = new_file(tmp_path / "x.jsonl", start + f"  {json_line(1)},\n" * 50)
    assert "is one JSON document over many lines; write one object on each line" in failure_reason(path, settings)


@pytest.mark.parametrize("content", ["", "\n\n  \n"])
def test_an_empty_json_lines_file_is_refused(tmp_path: Path, settings: Settings, content: str) -> None:
    assert "is empty" in failure_reason(new_file(tmp_path / "x.jsonl", content), settings)


@pytest.mark.parametrize("name", ["big.txt", "big.md", "big.html", "big.pdf", "big.jsonl"])
def test_a_file_over_the_limit_is_refused_at_once(tmp_path: Path, settings: Settings, name: str) -> None:
    path = tmp_path / name
    with path.open("wb") as file:
        file.truncate(50_000_000)
    began = time.process_time()
    assert "larger than 20 MB" in (why := failure_reason(path, settings)) or "longer than 20 MB" in why
    assert "split it, or raise RAG_MAX_FILE_MB" in why
    assert time.process_time() - began < 2


def test_a_line_of_megabytes_under_the_limit_is_read(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home", max_file_mb=5)
    line = "A sentence among many others. " * 166_000
    began = time.process_time()
    for name in ("line.txt", "line.md"):
        loaded = loaded_article(new_file(tmp_path / name, line), settings)
        assert (loaded.article.title, loaded.article.text) == ("line", line)
    assert time.process_time() - began < 5
    over = load_settings(home=tmp_path / "home", max_file_mb=4.9)
    assert "larger than 4.9 MB (5.0)" in failure_reason(tmp_path / "line.txt", over)


def test_an_unknown_suffix_is_refused(tmp_path: Path, settings: Settings) -> None:
    assert "is not a readable kind of file; readable are .md" in failure_reason(
        new_file(tmp_path / "x.xyz", b"PK"), settings
    )


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path, settings: Settings) -> None:
    for name in ("pipe.txt", "pipe.jsonl"):
        os.mkfifo(tmp_path / name)
        assert "is not a regular file" in failure_reason(tmp_path / name, settings)
