"""What is printed: encodings, pipes, full disks."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command_line import CommandResult, Rag, result_of, start_command


def test_an_output_that_is_not_unicode_loses_nothing(home: Path) -> None:
    ask = ["--home", str(home), "ask", "Which lot was sold, señor?"]
    code = f"from rag.cli import run; run({[*ask, '--json']}); run({ask})"
    text = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, env=os.environ | {"PYTHONIOENCODING": "ascii"}
    ).stdout.decode("ascii")
    document, printed = text.split("\n", 1)
    assert json.loads(document)["question"] == "Which lot was sold, señor?"
    assert "“" in json.loads(document)["answer"]
    assert "\\u201c" in printed


def test_a_catalogue_that_is_piped_has_one_article_a_line_and_whole_ids(home: Path, tmp_path: Path, rag: Rag) -> None:
    long = "a-column-with-a-very-long-identifier-" * 4
    text = {"id": long, "title": "On [bold]titles[/bold] that go on " * 8, "text": "Some prose, and more of it."}
    (tmp_path / "long.jsonl").write_text(json.dumps(text))
    rag("--home", home, "add", tmp_path / "long.jsonl")
    lines = rag("--home", home, "articles").out.splitlines()
    assert len(lines) == 1 + 13
    assert any(line.endswith(long) and "[bold]titles[/bold]" in line for line in lines)


@pytest.mark.parametrize("arguments", [["articles"], ["--help"]])
def test_a_reader_that_leaves_early_is_no_error(home: Path, arguments: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    process = start_command("--home", home, *arguments, stdout=write)
    os.close(write)
    assert result_of(process) == CommandResult(0, "", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_an_output_that_cannot_be_written_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        result = result_of(start_command("--version", stdout=full))
    assert "the output cannot be written" in result.error_line
