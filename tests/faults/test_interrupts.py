"""Ctrl-C and SIGTERM: one line, exit code 130, within seconds, and the library as after a kill."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rag.home import Home
from rag.settings import load_settings
from tests.corpora import article, readings, write_jsonl
from tests.faults.killing import seeds

CODE = "import rag.indexer; rag.indexer.SYNC_AT = 8; from rag.cli import main; print('begun', flush=True); main()"
SIGNALS = [signal.SIGINT, signal.SIGTERM]
NAMES = ["Ctrl-C", "SIGTERM"]


def interrupted(home: Path, *arguments: str, after: float, by: signal.Signals) -> tuple[int, str, float]:
    """Exit code, the last line on standard error, and the seconds that it took to end."""
    command = [sys.executable, "-c", CODE, "--home", str(home), *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    time.sleep(after)
    process.send_signal(by)
    sent = time.monotonic()
    out, said = process.communicate(timeout=60)
    lines = [line for line in said.splitlines() if line.strip()]
    assert "Traceback" not in said, said
    took = time.monotonic() - sent
    # Python at its own end hears no signals any more, and SIGTERM ends it; the result is out by then.
    return 0 if out and process.returncode == -by else process.returncode, lines[-1] if lines else "", took


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with Home(load_settings(home=tmp_path / "home"), empty=True) as made:
        made.indexer.add(readings(*range(6)))
    return tmp_path / "home"


@pytest.fixture
def many(tmp_path: Path) -> Path:
    return write_jsonl(tmp_path / "many.jsonl", [article(number, paragraphs=8) for number in range(6, 300)])


@pytest.mark.parametrize("by", SIGNALS[1:], ids=NAMES[1:])  # Ctrl-C: tests/test_cli.py
def test_an_interrupted_add_ends_at_once_with_one_line_and_keeps_what_was_finished(
    home: Path, many: Path, by: signal.Signals
) -> None:
    code, line, took = interrupted(home, "add", str(many), after=3, by=by)
    assert (code, line) == (130, "rag: interrupted; what was finished is kept")
    assert took < 10
    with Home(load_settings(home=home)) as again:
        assert 6 <= again.library.count_articles() < 300
        assert again.disagreements() == []


@pytest.mark.parametrize("by", SIGNALS, ids=NAMES)
def test_an_interruption_that_python_drops_is_heard_all_the_same(by: signal.Signals) -> None:
    """In the callback of a weak reference, where SQLAlchemy's are called in every transaction."""
    code = f"""
import signal, threading, weakref
from rag.interruption import hear_interruptions
hear_interruptions()
thing = type("Thing", (), {{}})()
watched = weakref.ref(thing, lambda _: signal.raise_signal({int(by)}))
try:
    del thing
    threading.Event().wait(30)
    print("never heard")
except KeyboardInterrupt:
    print("heard")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("heard\n", "")


@pytest.mark.slow
@pytest.mark.parametrize("by", SIGNALS, ids=NAMES)
@pytest.mark.parametrize("seed", seeds(6))
def test_whatever_is_interrupted_whenever_ends_at_once_and_leaves_a_whole_library(
    home: Path, many: Path, tmp_path: Path, by: signal.Signals, seed: int
) -> None:
    chance = random.Random(seed)
    for command in (["add", str(many)], ["remove", "article-1"], ["rebuild"], ["rebuild", "--re-encode"], ["check"]):
        code, line, took = interrupted(home, *command, after=chance.uniform(0.1, 5), by=by)
        assert took < 10
        assert code == 0 or (code, line) == (130, "rag: interrupted; what was finished is kept"), (command, code, line)
        with Home(load_settings(home=home)) as again:
            assert again.disagreements() == []
            assert again.library.article("article-0") is not None
