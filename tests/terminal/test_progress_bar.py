"""The progress bar on standard error."""

import pytest

from rag.terminal.progress_bar import progress_bar
from rag.types.ingest import IngestProgress


def test_nothing_is_shown_before_the_first_step(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("Adding"):
        pass
    assert capsys.readouterr() == ("", "")


def test_articles_and_portions_are_shown_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("Adding") as bar:
        bar.show_articles(IngestProgress(3, 7, 40))
    shown = capsys.readouterr()
    assert "Adding" in shown.err
    assert "3/7" in shown.err
    with progress_bar("Copying") as bar:
        bar.show_portion(1, 4)
    shown = capsys.readouterr()
    assert "25%" in shown.err
    assert shown.out == ""
