"""`rag show`: an article as it is, and as it was."""

from pathlib import Path

import pytest

from tests.support.command_line import Rag, command_in_process
from tests.support.library.sources import TEXT, new_file

NOTICE = "Correction: an earlier version gave the wrong year."


@pytest.fixture
def rag(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Rag:
    """Runs a command on a library with one article that has changed."""
    command = command_in_process(capsys)
    library = ("--home", tmp_path / "home")
    command(*library, "init", "--empty")
    for ending in ("The ferry stops.", f"The ferry sails.\n\n{NOTICE}"):
        new_file(tmp_path / "ferry.md", f"# On ferries\n\n{TEXT} {ending}")
        command(*library, "sync", tmp_path / "ferry.md")
    return lambda *arguments: command(*library, *arguments)


def test_an_article_is_shown_with_its_correction_and_its_earlier_versions(rag: Rag) -> None:
    shown = rag("show", "ferry")
    assert shown.code == 0
    assert shown.out.startswith(f"On ferries\n\n{NOTICE}\n\nThis is version 2, taken on ")
    assert "Earlier texts: version 1 until " in shown.out
    assert "The ferry sails." in shown.out
    document = rag("show", "ferry", "--json").document
    assert (document["version"], document["correction"]) == (2, NOTICE)
    assert [earlier["version"] for earlier in document["earlier_versions"]] == [1]


def test_an_earlier_text_is_shown_by_its_number(rag: Rag) -> None:
    earlier = rag("show", "ferry", "--version", "1").out
    assert "The ferry stops." in earlier
    assert "This is version 1, an earlier text, until " in earlier
    assert "arlier texts: " not in earlier
    assert rag("show", "ferry", "--version", "2").out == rag("show", "ferry").out
    document = rag("show", "ferry", "--version", "1", "--json").document
    assert (document["version"], document["correction"], document["updated"]) == (1, None, None)


def test_an_unknown_article_or_version_is_one_line(rag: Rag) -> None:
    assert "no article with the id boat; see the ids with: rag articles" in rag("show", "boat").error_line
    assert "ferry has no version 3; it has 1, the present one" in rag("show", "ferry", "--version", "3").error_line
