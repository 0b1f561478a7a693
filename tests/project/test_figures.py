"""The figures of the documentation: each has its block, and the command that measures them writes into it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.documents import DOCS, ROOT

BLOCK = re.compile(r"<!-- figures: ([\w-]+) -->\n(.*?)<!-- end of figures -->", re.DOTALL)
MEASURED = re.compile(
    r"^`[^`]+`, commit [0-9a-f]{7,}, \d{4}-\d\d-\d\d, \w+, \w+, \d+ processors, Python 3\.\d+\.\d+(?:, .+)?:$",
    re.MULTILINE,
)


def _figures(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "scripts/write_figures.py", *arguments],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip


def _blocks(folder: Path) -> dict[str, tuple[str, str]]:
    """The name of each block, with its page and its text."""
    return {
        name: (page.name, text)
        for page in sorted(folder.glob("*.md"))
        for name, text in BLOCK.findall(page.read_text(encoding="utf-8"))
    }


def test_every_figure_has_a_block_and_every_block_a_figure() -> None:
    listed = {}
    for line in _figures("--list").stdout.splitlines():
        name, page, _ = line.split(": ", 2)
        listed[name] = page.removeprefix("docs/")
    assert {name: page for name, (page, _) in _blocks(DOCS).items()} == listed
    assert {"quality.md", "performance.md", "faults.md", "security.md"} <= set(listed.values())


@pytest.mark.parametrize("name", ["golden-questions", "conversations", "starts", "faults", "security"])
def test_a_block_says_when_and_where_it_was_measured_or_that_it_was_not(name: str) -> None:
    text = _blocks(DOCS)[name][1].strip()
    if text == f"Not measured by this command yet; `scripts/figures {name}` measures it.":
        return
    (heading,) = MEASURED.findall(text)
    assert "a slice" not in heading


def test_the_command_measures_and_writes_its_block_alone(tmp_path: Path) -> None:
    pages = tmp_path / "docs"
    pages.mkdir()
    shutil.copy(DOCS / "quality.md", pages)
    before = _blocks(pages)
    done = _figures("--small", "--docs", str(pages), "golden-questions", "chunking")
    assert done.returncode == 0, done.stderr
    assert "chunking: skipped; name the folder of its data with --data" in done.stdout
    after = _blocks(pages)
    _, text = after.pop("golden-questions")
    before.pop("golden-questions")
    assert after == before
    assert "a slice" in text.strip().splitlines()[0]
    assert re.search(r"^\| recall@5 \| [\d.]+ \[[\d.]+, [\d.]+\] \| \d \|$", text, re.MULTILINE)
    whole = (pages / "quality.md").read_text(encoding="utf-8")
    assert BLOCK.sub("", whole) == BLOCK.sub("", (DOCS / "quality.md").read_text(encoding="utf-8"))


def test_a_block_that_is_not_there_is_refused_and_a_page_without_it_is_left(tmp_path: Path) -> None:
    done = _figures("speeds")
    assert (done.returncode, "there is no block 'speeds'; there are golden-questions" in done.stderr) == (2, True)
    (tmp_path / "security.md").write_text("# Security\n")
    done = _figures("--small", "--docs", str(tmp_path), "security")
    assert done.returncode == 1
    assert "has 0 blocks <!-- figures: security -->; it needs one" in done.stderr
    assert (tmp_path / "security.md").read_text() == "# Security\n"
