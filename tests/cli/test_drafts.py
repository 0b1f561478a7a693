"""`rag check-draft`: its forms of output, its exit codes, its refusals."""

import io
import json
from pathlib import Path

import docx
import pytest

from tests.support.command_line import Rag

EXACT = "House Rules wrote: “Communiqués do not stop tanks.”"
ALTERED = "House Rules wrote: “Communiqués do stop tanks.”"


def written(tmp_path: Path, text: str, name: str = "draft.md") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_sound_draft_has_the_exit_code_0_and_an_altered_quotation_1(bundled: Path, rag: Rag, tmp_path: Path) -> None:
    assert rag("--home", bundled, "check-draft", written(tmp_path, EXACT)).code == 0
    result = rag("--home", bundled, "check-draft", written(tmp_path, ALTERED))
    assert result.code == 1
    assert "line 1: altered: Communiqués do stop tanks." in result.out
    assert "“not” is dropped, which changes the sense" in result.out
    assert "verbatim: Communiqués do not stop tanks" in result.out


def test_the_json_has_offsets_in_the_file(bundled: Path, rag: Rag, tmp_path: Path) -> None:
    result = rag("--home", bundled, "check-draft", written(tmp_path, ALTERED), "--json")
    report = json.loads(result.out)
    (finding,) = report["findings"]
    assert ALTERED[finding["start"] : finding["end"]] == finding["text"] == "Communiqués do stop tanks."
    assert (finding["verdict"], report["has_errors"], result.code) == ("altered", True, 1)


def test_the_report_is_written_as_markdown_and_as_a_word_document(bundled: Path, rag: Rag, tmp_path: Path) -> None:
    out = tmp_path / "report.docx"
    result = rag("--home", bundled, "check-draft", written(tmp_path, ALTERED), "--markdown", "--docx", out)
    assert "[^1]: **quotation: altered**" in result.out
    assert len(list(docx.Document(io.BytesIO(out.read_bytes())).comments)) == 1


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("empty.txt", " ", "is empty"), ("draft.md", "…", "no words"), ("draft.xyz", "words", "not a readable kind"),
        ("many.jsonl", "{}", "many texts"), ("long.txt", "word " * 400_000, "at most 100,000"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_the_exit_code_2(
    bundled: Path, rag: Rag, tmp_path: Path, name: str, text: str, message: str
) -> None:
    result = rag("--home", bundled, "check-draft", written(tmp_path, text, name))
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert result.err.count("\n") == 1


def test_a_missing_file_and_two_forms_at_once_are_refused(bundled: Path, rag: Rag, tmp_path: Path) -> None:
    assert "no such file" in rag("--home", bundled, "check-draft", tmp_path / "none.md").err
    two = rag("--home", bundled, "check-draft", written(tmp_path, EXACT), "--json", "--markdown")
    assert (two.code, "give one of them" in two.err) == (2, True)


def test_the_text_of_a_web_page_is_checked(bundled: Path, rag: Rag, tmp_path: Path) -> None:
    filler = "<p>The weather in the mountains was mild, and the guests walked along the lake after the meeting.</p>" * 3
    page = f"<html><body><article><h1>A note</h1>{filler}<p>{ALTERED}</p></article></body></html>"
    result = rag("--home", bundled, "check-draft", written(tmp_path, page, "page.html"))
    assert result.code == 1
