"""What the libraries of tests/maintenance hold, and how a test verifies it."""

from pathlib import Path

from rag import open_engine
from tests.support.command_line import CommandResult
from tests.support.library.articles import article

# Numbers of the articles of the library that is backed up, and of another one with as many articles.
ARTICLES = range(8)
OTHER_ARTICLES = range(20, 28)


def assert_holds(home: Path, *numbers: int) -> None:
    """The library holds exactly these articles, and its indexes agree with it."""
    with open_engine(home, empty=True) as engine:
        assert {entry.id for entry in engine.articles()} == {f"article-{number}" for number in numbers}
        assert all(engine.article(f"article-{number}") == article(number) for number in numbers)
        assert engine.check() == []
        assert not numbers or engine.search(f"observer {numbers[0]}", k=1)


def last_error(result: CommandResult) -> str:
    """The error message of a command that failed; progress bars may come before it."""
    assert (result.code, result.out) == (2, ""), result
    assert "Traceback" not in result.err
    line = result.err.splitlines()[-1]
    assert line.startswith("rag: "), result.err
    return line
