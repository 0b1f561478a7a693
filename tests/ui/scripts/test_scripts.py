"""The tests of the page's scripts, which Node runs outside a browser."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from rag.ui.static_files import SCRIPTS, STATIC

TESTS = sorted(Path(__file__).parent.glob("*.test.mjs"))


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_the_scripts_pass_their_own_tests(path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        missing = "there is no node on the path; Debian: apt-get install nodejs"
        if os.environ.get("RAG_REQUIRE_BROWSER") == "1":
            pytest.fail(f"RAG_REQUIRE_BROWSER=1, and {missing}")
        pytest.skip(missing)
    done = subprocess.run([node, "--test", str(path)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    passed = re.search(r"^\S+ pass (\d+)$", done.stdout, re.MULTILINE)
    assert passed, done.stdout
    assert int(passed[1]) > 1


def test_every_script_of_the_page_is_served_and_none_is_long() -> None:
    scripts = {path.name: path.read_text(encoding="utf-8") for path in STATIC.glob("*.js")}
    assert set(SCRIPTS) == set(scripts)
    assert [name for name, text in scripts.items() if len(text.splitlines()) > 300] == []
